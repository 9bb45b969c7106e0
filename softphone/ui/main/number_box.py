"""The one box: a name or a number, and the button that calls it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from softphone.ui import text_actions, text_pages
from softphone.ui.main.dial_text import DialText
from softphone.ui.main.number_edit import NumberEdit
from softphone.ui.main.reading_direction import runs_right_to_left, set_margins
from softphone.ui.main.suggestions import starts_like_number
from softphone.ui.shortcuts import shortcuts
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import IconButton
from softphone.ui.widgets.labels import Label
from softphone.ui.widgets.painted_button import fill_round

_KEYS = {
    Qt.Key.Key_Down: "down", Qt.Key.Key_Up: "up", Qt.Key.Key_Return: "enter", Qt.Key.Key_Enter: "enter",
    Qt.Key.Key_Escape: "escape", Qt.Key.Key_PageDown: "page_down", Qt.Key.Key_PageUp: "page_up",
}  # fmt: skip


class _Lens(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(20, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_icon(QPainter(self), QRectF(self.rect()), "magnifying-glass", "text-secondary")


class NumberBox(QWidget):
    """`key` tells the keys that belong to its results: down, up, enter, escape."""

    key = Signal(str)
    call = Signal()

    def __init__(self, dial: DialText, region: Callable[[], str | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dial = dial
        self._offline = False
        self._error = False
        self.edit = NumberEdit(dial, region, self)
        self.edit.setPlaceholderText(text_pages.name_or_number())
        self.edit.setAccessibleName(text_pages.name_or_number())
        self.edit.installEventFilter(self)
        self._hint = Label(shortcuts().words("find"), "caption", "text-tertiary", weight=500)
        self.clear_button = IconButton("x", text_pages.clear(), box=28, icon_size=18, weight="regular")
        self.clear_button.clicked.connect(lambda _=False: self.clear())
        self.call_button = IconButton("phone", text_actions.call(), box=34, icon_size=18)
        self.call_button.set_kind("call", 9)
        self.call_button.clicked.connect(lambda _=False: self.call.emit())
        self._row = QHBoxLayout(self)
        set_margins(self._row, 14, 0, 5, 0)
        self._row.setSpacing(8)
        self._row.addWidget(_Lens(self))
        self._row.addWidget(self.edit, 1)
        self._row.addWidget(self._hint)
        shortcuts().changed.connect(self._show_keys)
        self._row.addSpacing(6)
        self._row.addWidget(self.clear_button)
        self._row.addWidget(self.call_button)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        for button in (self.clear_button, self.call_button):
            button.setCursor(Qt.CursorShape.ArrowCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        dial.changed.connect(lambda _: self._filled())
        theme().changed.connect(self._dress)
        self._dress()
        self._filled()

    def _show_keys(self, _action: str) -> None:
        self._hint.setText(shortcuts().words("find"))

    def clear(self) -> None:
        self._dial.set("")
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_callable(self, can: bool, name: str, offline: bool) -> None:
        """Whether Enter would call, and whom; offline says why not."""
        self._offline = offline
        self.call_button.setEnabled(can and not offline)
        self.call_button.setAccessibleName(text_actions.call_who(name) if name else text_actions.call())
        self.call_button.setToolTip(text_actions.offline() if offline else f"{text_actions.call()}  Enter")

    def set_error(self, on: bool) -> None:
        if on != self._error:
            self._error = on
            self.update()

    def focus(self, *, select: bool) -> None:
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if select:
            self.edit.selectAll()

    def sizeHint(self) -> QSize:
        return QSize(240, theme().size("control.hero"))

    def _dress(self) -> None:
        self.edit.setFont(theme().font("bodyLarge", weight=400, tabular=True))
        self.updateGeometry()
        self.update()

    def _filled(self) -> None:
        filled = bool(self._dial.text)
        self._hint.setVisible(not filled)
        # A number keeps its direction, but stays at the start of the box.
        number = filled and starts_like_number(self._dial.text) and runs_right_to_left()
        edge = Qt.AlignmentFlag.AlignRight if runs_right_to_left() else Qt.AlignmentFlag.AlignLeft
        self.edit.setAlignment(edge | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
        if number:
            self.edit.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        else:
            self.edit.unsetLayoutDirection()
        self.clear_button.setVisible(filled)
        self.call_button.setVisible(filled)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            name = _KEYS.get(Qt.Key(event.key())) if event.key() in _KEYS else None
            if name is not None and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
                self.key.emit(name)
                return True
        return False

    def mousePressEvent(self, event: object) -> None:
        self.edit.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strong = "danger-graphic" if self._error else "focus" if self.edit.hasFocus() else None
        if strong is None:
            fill_round(painter, QRectF(self.rect()), 12, t.color("bg-surface"), t.color("line-control"))
            return
        painter.setBrush(t.color("bg-surface"))
        painter.setPen(QPen(t.color(strong), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 11, 11)
