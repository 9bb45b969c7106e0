"""The busy mark: a turning quarter of a ring."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

from softphone.ui.theme.motion import frame_clock, with_alpha
from softphone.ui.theme.theme import theme

_TURN_MS = 900


def paint_spinner(painter: QPainter, rect: QRectF, ink: QColor) -> None:
    """One frame at the time of the shared clock; still with reduced motion."""
    angle = 0.0 if theme().reduced_motion else (frame_clock().now % _TURN_MS) / _TURN_MS * 360
    width = max(1.5, rect.width() / 8)
    inner = rect.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(with_alpha(ink, 0.25), width))
    painter.drawEllipse(inner)
    painter.setPen(QPen(ink, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawArc(inner, round((90 - angle) * 16), -100 * 16)


class Spinner(QWidget):
    """A busy mark of its own, 16 px unless said otherwise."""

    def __init__(self, size: int = 16, color: str = "accent-fill", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._color = color
        self.setFixedSize(size, size)
        frame_clock().tick.connect(self._tick)

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def _tick(self) -> None:
        if self.isVisible():
            self.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        frame_clock().join(self)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        frame_clock().leave(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_spinner(painter, QRectF(self.rect()), theme().color(self._color))
