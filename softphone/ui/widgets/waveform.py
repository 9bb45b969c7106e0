"""A sound as bars: what was played in colour, the rest grey; a click or the arrows go elsewhere in it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from softphone.ui import text_widgets
from softphone.ui.theme.motion import with_alpha
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import mirrored

_BAR, _EVERY = 2.4, 4.0
_LEAST = 3.0  # a silent stretch still shows
_REST_ALPHA = 0.55


class Waveform(QWidget):
    """`sought` tells the second asked for. `name` is what it is, for screen readers."""

    sought = Signal(float)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._bars: tuple[float, ...] = ()
        self._at = self._seconds = 0.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)
        self._say()

    @property
    def seconds(self) -> float:
        return self._seconds

    @property
    def bars(self) -> tuple[float, ...]:
        return self._bars

    @property
    def at(self) -> float:
        return self._at

    def set_sound(self, seconds: float, bars: Sequence[float]) -> None:
        """Loudness of equal stretches, 0.0 to 1.0; none while it is not known."""
        self._seconds, self._bars = seconds, tuple(bars)
        self._say()
        self.update()

    def set_at(self, seconds: float) -> None:
        """How far it is."""
        before, self._at = self._at, max(0.0, min(seconds, self._seconds))
        if int(before) != int(self._at):
            self._say()
        self.update()

    def _say(self) -> None:
        self.setAccessibleName(text_widgets.sound_at(self._name, self._seconds, self._at))

    def sizeHint(self) -> QSize:
        return QSize(200, 32)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 32)

    def shown_bars(self) -> list[float]:
        """As many as there is room for: the loudest of those that share one."""
        count = max(1, int((self.width() - _BAR) // _EVERY) + 1)
        if not self._bars:
            return [0.0] * count
        if len(self._bars) <= count:
            return [self._bars[index * len(self._bars) // count] for index in range(count)]
        edges = [index * len(self._bars) // count for index in range(count + 1)]
        return [max(self._bars[a:b]) for a, b in pairwise(edges)]

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        played, rest = t.color("accent-fill"), with_alpha(t.color("line-control"), _REST_ALPHA)
        bars = self.shown_bars()
        part = self._at / self._seconds if self._seconds else 0.0
        room = self.height() - 4.0
        for index, loud in enumerate(bars):
            high = max(_LEAST, loud * room)
            x = index * _EVERY
            if mirrored(self):
                x = self.width() - _BAR - x
            painter.setBrush(played if (index + 0.5) / len(bars) <= part else rest)
            painter.drawRoundedRect(QRectF(x, (self.height() - high) / 2, _BAR, high), _BAR / 2, _BAR / 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._seconds:
            part = event.position().x() / max(1, self.width())
            self._seek((1 - part if mirrored(self) else part) * self._seconds)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        back, on = Qt.Key.Key_Left, Qt.Key.Key_Right
        if mirrored(self):
            back, on = on, back
        steps = {back: -1.0, on: 1.0, Qt.Key.Key_PageDown: -5.0, Qt.Key.Key_PageUp: 5.0}
        if event.key() in steps:
            self._seek(self._at + steps[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Home:
            self._seek(0.0)
        else:
            super().keyPressEvent(event)

    def _seek(self, seconds: float) -> None:
        self.set_at(seconds)
        self.sought.emit(self._at)
