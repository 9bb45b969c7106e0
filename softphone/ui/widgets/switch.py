"""The switch."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from softphone.ui.theme.motion import Fade, mix
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import PaintedButton, fill_round, mirrored

_WIDTH, _HEIGHT, _THUMB = 38, 22, 16


class Switch(PaintedButton):
    """38 x 22; name it after its setting."""

    focus_radius = 11

    def __init__(self, name: str = "", *, checked: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setCheckable(True)
        self.setChecked(checked)
        self._place = Fade(self, 1.0 if checked else 0.0)
        self.toggled.connect(self._slide)
        self.setFixedSize(_WIDTH, _HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, _HEIGHT)

    def _slide(self, on: bool) -> None:
        self._place.to(1.0 if on else 0.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        part = self._place.value
        if self.isEnabled():
            on = self.state_color(t.color("accent-fill"), t.color("accent-hover"), t.color("accent-pressed"))
            track = mix(t.color("line-control"), on, part)
        else:
            track = t.color("line-default")
        fill_round(painter, QRectF(self.rect()), _HEIGHT / 2, track)
        margin = (_HEIGHT - _THUMB) / 2
        travel = _WIDTH - _THUMB - 2 * margin
        x = margin + travel * ((1 - part) if mirrored(self) else part)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("thumb" if self.isEnabled() else "bg-surface"))
        painter.drawEllipse(QRectF(x, margin, _THUMB, _THUMB))
