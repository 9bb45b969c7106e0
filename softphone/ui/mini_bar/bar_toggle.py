"""The mini bar's Mute and Hold: round, inverse while on."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.motion import mix, with_alpha
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import PaintedButton, fill_round

_SIDE = 36


class BarToggle(PaintedButton):
    focus_radius = _SIDE // 2

    def __init__(self, icon: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedSize(self.sizeHint())

    def set_icon(self, icon: str) -> None:
        self._icon = icon
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_SIDE, _SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked() and self.isEnabled()
        if on:
            inverse, paper = t.color("bg-inverse"), t.color("text-inverse")
            fill, ink = self.state_color(inverse, mix(inverse, paper, 0.12), mix(inverse, paper, 0.2)), "text-inverse"
        else:
            hover = t.color("bg-hover")
            fill = self.state_color(with_alpha(hover, 0), hover, t.color("bg-pressed"))
            ink = "text-secondary" if self.isEnabled() else "text-disabled"
        fill_round(painter, QRectF(self.rect()), self.width() / 2, fill)
        box = QRectF(0, 0, 20, 20)
        box.moveCenter(QRectF(self.rect()).center())
        paint_icon(painter, box, self._icon, ink, "fill" if on else "regular")
