"""The keyboard focus ring: one overlay per window, shown only after a key moved the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QWindow
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QLineEdit, QTextEdit, QWidget

from softphone.ui.theme.theme import theme

_GAP = 2
_KEYS_THAT_MOVE = {
    Qt.Key.Key_Tab,
    Qt.Key.Key_Backtab,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_F6,
    Qt.Key.Key_Escape,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Space,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
}


class FocusRing(QWidget):
    """Make one per top-level window, after its content: `FocusRing(window)`. Transparent for the mouse.

    A widget tells its shape by `focus_shape() -> (QRect, radius)`; fields, lists and widgets with the property
    `ownFocus` paint their own focus and get no ring.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._window = window
        self._handle: QWindow | None = None
        self._target: QWidget | None = None
        self._by_key = False
        window.installEventFilter(self)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._moved)
        theme().changed.connect(self.update)
        self.hide()
        self._watch_window()

    @property
    def target(self) -> QWidget | None:
        """The widget the ring is round, or None while it is not shown."""
        return self._target if self.isVisible() else None

    def _watch_window(self) -> None:
        handle = self._window.windowHandle()
        if handle is not None and handle is not self._handle:
            self._handle = handle
            handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyPress:
            key = event.key()  # type: ignore[attr-defined]
            modified = event.modifiers() & (  # type: ignore[attr-defined]
                Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
            )
            self._by_key = key in _KEYS_THAT_MOVE or bool(modified)
        elif kind in (QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin):
            self._by_key = False
            if self._target is not None:
                self._show_round(None)
        elif watched is self._window and kind in (QEvent.Type.Show, QEvent.Type.WinIdChange):
            self._watch_window()
        elif kind in (QEvent.Type.Resize, QEvent.Type.Move) and watched is self._target:
            self._place()
        elif kind in (QEvent.Type.Hide, QEvent.Type.EnabledChange) and watched is self._target:
            self._show_round(None)
        return False

    def _moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        inside = new is not None and new.window() is self._window
        self._show_round(new if inside and self._by_key and new is not None and self._wants_ring(new) else None)

    @staticmethod
    def _wants_ring(widget: QWidget) -> bool:
        return not isinstance(widget, (QLineEdit, QTextEdit, QAbstractScrollArea)) and not widget.property("ownFocus")

    def _show_round(self, widget: QWidget | None) -> None:
        if self._target is not None:
            self._target.removeEventFilter(self)
        self._target = widget
        if widget is None:
            self.hide()
            return
        widget.installEventFilter(self)
        self._place()
        self.show()
        self.raise_()

    def _width(self) -> int:
        return 3 if theme().high_contrast else 2

    def _shape(self) -> tuple[QRect, float]:
        widget = self._target
        assert widget is not None
        shape = getattr(widget, "focus_shape", None)
        if shape is None:
            return widget.rect(), 8.0
        rect, radius = shape()
        return rect, radius

    def _place(self) -> None:
        if self._target is None:
            return
        rect, _ = self._shape()
        out = _GAP + self._width()
        top_left = self._target.mapTo(self._window, rect.topLeft()) - QPoint(out, out)
        place = QRect(top_left, rect.size()).adjusted(0, 0, 2 * out, 2 * out)
        self.setGeometry(place)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._target is None:
            return
        _, radius = self._shape()
        width = self._width()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("focus"), width))
        inner = QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2)
        bend = radius + _GAP + width / 2
        painter.drawRoundedRect(inner, bend, bend)
