"""The ring round an avatar that tells the state of a call."""

from __future__ import annotations

import math
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

from softphone.ui.theme.motion import Fade, frame_clock, mix, next_level, with_alpha
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.avatar import paint_avatar

RingState = Literal["none", "ringing", "incoming", "talking", "hold", "ended", "failed"]
_COLOURS: dict[RingState, str] = {
    "ringing": "accent-fill",
    "incoming": "success-graphic",
    "talking": "success-graphic",
    "hold": "warn-graphic",
    "ended": "line-control",
    "failed": "danger-graphic",
    "none": "line-subtle",
}
_MOVING = ("ringing", "incoming")  # by the clock; `talking` moves with what is measured
_DASHES = 24


class StateRing(QWidget):
    """A person's avatar with its ring: sweep = ringing, solid with halo = talking, dashes = on hold."""

    def __init__(
        self,
        state: RingState = "none",
        *,
        avatar_size: int = 112,
        name: str = "",
        key: str | None = None,
        icon: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name, self._key, self._icon = name, key, icon
        self._state: RingState = state
        self._before: RingState = state
        self._avatar = avatar_size
        self._shown_level = 0.0
        self._fade = Fade(self, 1.0, "page")
        self.set_avatar_size(avatar_size)
        theme().changed.connect(self.update)
        frame_clock().tick.connect(self._tick)

    @property
    def state(self) -> RingState:
        return self._state

    def set_state(self, state: RingState) -> None:
        if state == self._state:
            return
        self._before, self._state = self._state, state
        self._shown_level = 0.0
        self._fade.to(0.0, 0)
        self._fade.to(1.0)
        self._run()

    def set_person(self, name: str, key: str | None = None, icon: str | None = None) -> None:
        self._name, self._key, self._icon = name, key, icon
        self.update()

    def set_level(self, level: float) -> None:
        """How loud the other side is, 0 to 1, ten times a second: the halo of `talking` follows it."""
        if self._state != "talking":
            return
        before = self._halo_strength()
        self._shown_level = next_level(self._shown_level, min(1.0, max(0.0, level)))
        if self._halo_strength() != before:
            self.update()

    def set_avatar_size(self, size: int) -> None:
        self._avatar = size
        side = size + 2 * self._reach()
        self.setFixedSize(side, side)
        self.update()

    def _large(self) -> bool:
        return self._avatar >= 70

    def _reach(self) -> int:
        """From the avatar's edge to the outermost thing painted: ring, halo, the pulse of incoming."""
        return 18 if self._large() else 12

    def sizeHint(self) -> QSize:
        side = self._avatar + 2 * self._reach()
        return QSize(side, side)

    def _run(self) -> None:
        if self.isVisible() and self._state in _MOVING and not theme().reduced_motion:
            frame_clock().join(self)
        else:
            frame_clock().leave(self)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._run()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        frame_clock().leave(self)

    def _tick(self) -> None:
        if self.isVisible() and self._state in _MOVING:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0, 0, self._avatar, self._avatar)
        box.moveCenter(QRectF(self.rect()).center())
        paint_avatar(painter, box, self._name, key=self._key, icon=self._icon)
        if self._state == "none":
            return
        out, width = (8.0, 4.0) if self._large() else (5.0, 3.0)
        ring = box.adjusted(-out, -out, out, out)
        colour = mix(theme().color(_COLOURS[self._before]), theme().color(_COLOURS[self._state]), self._fade.value)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._state == "ringing":
            self._paint_sweep(painter, ring, colour, width)
        elif self._state == "hold":
            self._paint_dashes(painter, ring, colour, width)
        else:
            if self._state == "incoming":
                self._paint_pulse(painter, ring, colour, width)
            elif self._state == "talking":
                self._paint_halo(painter, ring, colour, width)
            if self._state in ("ended", "failed"):
                colour = with_alpha(colour, 0.75)
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(ring)

    def _paint_sweep(self, painter: QPainter, ring: QRectF, colour: QColor, width: float) -> None:
        if theme().reduced_motion:
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(ring)
            return
        turn = theme().motion("ringSweep")
        angle = (frame_clock().now % turn) / turn * 360
        painter.setPen(QPen(theme().color("line-subtle"), width))
        painter.drawEllipse(ring)
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawArc(ring, round((90 - angle) * 16), -100 * 16)

    def _paint_dashes(self, painter: QPainter, ring: QRectF, colour: QColor, width: float) -> None:
        dash = math.pi * ring.width() / _DASHES / width  # in pen widths
        pen = QPen(colour, width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        # Round caps add a pen width to each dash; the gap must stay a gap on small rings.
        on = max(0.05, min(dash * 0.45, dash - 1 - 2.2 / width))
        pen.setDashPattern([on, dash - on])
        painter.setPen(pen)
        painter.drawEllipse(ring)

    def _paint_halo(self, painter: QPainter, ring: QRectF, colour: QColor, width: float) -> None:
        gap = width / 2 + (3.0 if self._large() else 2.0)
        painter.setPen(QPen(with_alpha(colour, self._halo_strength()), 3.0 if self._large() else 2.0))
        painter.drawEllipse(ring.adjusted(-gap, -gap, gap, gap))

    def _halo_strength(self) -> float:
        """Opacity, in steps that are seen."""
        return 0.28 if self._shown_level <= 0.01 else round(0.15 + 0.35 * self._shown_level, 2)

    def _paint_pulse(self, painter: QPainter, ring: QRectF, colour: QColor, width: float) -> None:
        period = theme().motion("ringPulse")
        part = (frame_clock().now % period) / period if period else 0.3
        # Grows from 4 to 12 px outside the avatar's ring, fading.
        most = float(self._reach()) - (ring.width() - self._avatar) / 2 - 1
        grow = width / 2 + 1 + part * max(0.0, most - width / 2 - 1)
        painter.setPen(QPen(with_alpha(colour, 0.35 * (1 - part)), 2))
        painter.drawEllipse(ring.adjusted(-grow, -grow, grow, grow))
