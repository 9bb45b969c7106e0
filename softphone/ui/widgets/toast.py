"""Toasts: one short sentence at the bottom of the window, with at most one action."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, QTimer, QVariantAnimation
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGraphicsOpacityEffect, QHBoxLayout, QWidget

from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.motion import mix, with_alpha
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.announce import announce
from softphone.ui.widgets.labels import ElidedLabel
from softphone.ui.widgets.painted_button import PaintedButton, fill_round, text_width
from softphone.ui.widgets.shadow import paint_shadow

_HEIGHT = 44
_UP = 20
_SHADOW = 26


class _Action(PaintedButton):
    focus_radius = 6

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(text)

    def sizeHint(self) -> QSize:
        return QSize(text_width(theme().font("bodyStrong"), self.text()) + 20, theme().scaled(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paper = t.color("bg-inverse")
        hover = mix(paper, t.color("text-inverse"), 0.14)
        fill_round(painter, QRectF(self.rect()), 6, self.state_color(with_alpha(hover, 0), hover, hover))
        painter.setFont(t.font("bodyStrong"))
        painter.setPen(t.color("accent-inverse"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class Toast(QWidget):
    """Shown by `show_toast`; stays longer while hovered or focused."""

    def __init__(
        self,
        parent: QWidget,
        text: str,
        *,
        icon: str | None = None,
        action: str = "",
        on_action: Callable[[], object] | None = None,
        undo: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(text)
        self.text = text
        self._icon = icon
        self._on_action = on_action
        self._label = ElidedLabel(text, "body", "text-inverse")
        row = QHBoxLayout(self)
        start, end = _SHADOW + (42 if icon else 16), _SHADOW + (8 if action else 16)
        if parent.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            start, end = end, start
        row.setContentsMargins(start, _SHADOW, end, _SHADOW)
        row.setSpacing(12)
        row.addWidget(self._label, 1)
        self.action: _Action | None = None
        if action:
            self.action = _Action(action, self)
            self.action.clicked.connect(lambda _=False: self._act())
            row.addWidget(self.action, 0, Qt.AlignmentFlag.AlignVCenter)
        self._hold = QTimer(self)
        self._hold.setSingleShot(True)
        self._hold.setInterval(theme().motion("undoHold" if undo else "toastHold"))
        self._hold.timeout.connect(self._time_up)
        self._slide = QVariantAnimation(self)
        self._slide.valueChanged.connect(self._moved)
        self._part = 1.0
        parent.installEventFilter(self)
        theme().changed.connect(self.update)

    def appear(self) -> None:
        self._place()
        self.show()
        self.raise_()
        self._hold.start()
        milliseconds = theme().motion("toastIn")
        if milliseconds:
            # The effect lives only while the toast moves.
            self.setGraphicsEffect(QGraphicsOpacityEffect(self))
            self._slide.setStartValue(0.0)
            self._slide.setEndValue(1.0)
            self._slide.setDuration(milliseconds)
            self._slide.start()
        announce(self, self.text)

    def dismiss(self) -> None:
        self._hold.stop()
        self.hide()
        self.deleteLater()

    def _moved(self, value: object) -> None:
        self._part = float(value)  # type: ignore[arg-type]
        effect = self.graphicsEffect()
        if isinstance(effect, QGraphicsOpacityEffect):
            if self._part >= 1.0:
                self.setGraphicsEffect(None)  # type: ignore[arg-type]
            else:
                effect.setOpacity(self._part)
        self._place()

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        margins = 2 * _SHADOW
        wish = self.layout().sizeHint().width()  # type: ignore[union-attr]
        width = min(wish, parent.width() - 24 + margins)
        height = theme().scaled(_HEIGHT) + margins
        down = round(8 * (1 - self._part))
        self.setGeometry((parent.width() - width) // 2, parent.height() - height + _SHADOW - _UP + down, width, height)

    def _act(self) -> None:
        self.dismiss()
        if self._on_action is not None:
            self._on_action()

    def _time_up(self) -> None:
        focused = self.action is not None and self.action.hasFocus()
        if self.underMouse() or focused:
            self._hold.start()
        else:
            self.dismiss()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hold.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hold.start()
        super().leaveEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().adjusted(_SHADOW, _SHADOW, -_SHADOW, -_SHADOW)
        paint_shadow(painter, box, 10, "e2")
        fill_round(painter, QRectF(box), 10, t.color("bg-inverse"))
        if self._icon:
            rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            corner = QPoint(box.right() - 31 if rtl else box.left() + 14, box.center().y() - 8)
            paint_icon(painter, QRectF(corner.x(), corner.y(), 18, 18), self._icon, "text-inverse")


def show_toast(
    window: QWidget,
    text: str,
    *,
    icon: str | None = None,
    action: str = "",
    on_action: Callable[[], object] | None = None,
    undo: bool = False,
) -> Toast:
    """One at a time: a new toast takes the place of the one shown in this window."""
    for old in window.findChildren(Toast, options=Qt.FindChildOption.FindDirectChildrenOnly):
        old.dismiss()
    toast = Toast(window, text, icon=icon, action=action, on_action=on_action, undo=undo)
    toast.appear()
    return toast
