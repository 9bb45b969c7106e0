"""Four bars that tell the connection's quality."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from softphone.ui.theme.theme import theme

_BAR, _GAP, _HEIGHT = 3, 2, 14


def paint_quality_bars(painter: QPainter, rect: QRectF, bars: int) -> None:
    """4 to 3 good, 2 fair, 1 poor, 0 lost (all grey); never mirrored."""
    t = theme()
    token = {4: "success-graphic", 3: "success-graphic", 2: "warn-graphic", 1: "danger-graphic"}.get(
        bars, "line-default"
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for number in range(4):
        height = rect.height() * (0.4 + 0.2 * number)
        painter.setBrush(t.color(token if number < bars else "line-default"))
        bar = QRectF(rect.x() + number * (_BAR + _GAP), rect.bottom() - height, _BAR, height)
        painter.drawRoundedRect(bar, 1.2, 1.2)


class QualityBars(QWidget):
    """18 x 14; the word beside it carries the name."""

    def __init__(self, bars: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars = bars
        self.setFixedSize(self.sizeHint())
        theme().changed.connect(self.update)

    @property
    def bars(self) -> int:
        return self._bars

    def set_bars(self, bars: int) -> None:
        self._bars = max(0, min(4, bars))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(4 * _BAR + 3 * _GAP, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_quality_bars(QPainter(self), QRectF(self.rect()), self._bars)
