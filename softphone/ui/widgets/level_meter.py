"""The level meter of a microphone or a speaker."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from softphone.ui.theme.motion import frame_clock
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import mirrored

_BLOCK, _GAP, _HEIGHT = 4, 2, 8


class LevelMeter(QWidget):
    """6 to 30 blocks, amber above 80 %; rises in 80 ms, falls in 200."""

    def __init__(self, name: str = "", blocks: int = 20, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._blocks = max(6, min(30, blocks))
        self._level = self._shown = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        frame_clock().tick.connect(self._tick)
        theme().changed.connect(self.update)

    def set_level(self, level: float) -> None:
        """0 to 1."""
        self._level = min(1.0, max(0.0, level))

    @property
    def lit(self) -> int:
        return round(self._shown * self._blocks)

    def sizeHint(self) -> QSize:
        return QSize(self._blocks * (_BLOCK + _GAP) - _GAP, _HEIGHT)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        frame_clock().join(self)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        frame_clock().leave(self)

    def _tick(self) -> None:
        if not self.isVisible():
            return
        before = self.lit
        self._shown += (self._level - self._shown) * (0.4 if self._level > self._shown else 0.16)
        if self.lit != before:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        loud = 0.8 * self._blocks
        for number in range(self._blocks):
            token = "line-subtle" if number >= self.lit else "warn-graphic" if number >= loud else "success-graphic"
            painter.setBrush(t.color(token))
            place = self._blocks - 1 - number if mirrored(self) else number
            painter.drawRoundedRect(QRectF(place * (_BLOCK + _GAP), 0, _BLOCK, _HEIGHT), 1.5, 1.5)
