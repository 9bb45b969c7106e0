"""The soft wash that falls from the top of a window and tells the state by colour."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from softphone.ui.theme.motion import Fade, mix
from softphone.ui.theme.theme import theme

WashState = Literal["ring", "active", "hold", "fail", "ended", "none"]
_STRIP = 256  # width of the picture a wash at rest is laid out of


def paint_wash(painter: QPainter, rect: QRect, colour: QColor, end: QColor, height: int) -> None:
    gradient = QLinearGradient(0, rect.top(), 0, rect.top() + height)
    gradient.setColorAt(0, colour)
    gradient.setColorAt(1, end)
    painter.fillRect(rect, end)
    painter.fillRect(QRect(rect.left(), rect.top(), rect.width(), min(height, rect.height())), gradient)


class Wash(QWidget):
    """A page background; give it a layout and put the page on it. A new state fades in over `motion.page`."""

    def __init__(
        self,
        state: WashState = "none",
        *,
        height: int | None = None,
        end: str = "bg-window",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state: WashState = state
        self._before: WashState = state
        self._end = end
        self._height = theme().size("washHeight") if height is None else height
        self._fade = Fade(self, 1.0, "page")
        self._strip: tuple[WashState, float, QPixmap] | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme().changed.connect(self._theme_changed)

    @property
    def state(self) -> WashState:
        return self._state

    def set_state(self, state: WashState) -> None:
        if state == self._state:
            return
        self._before, self._state = self._state, state
        self._fade.to(0.0, 0)
        self._fade.to(1.0)

    def _theme_changed(self) -> None:
        self._strip = None
        self.update()

    def _colour(self, state: WashState) -> QColor:
        return theme().color(self._end if state == "none" else f"wash-{state}")

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._fade.value == 1.0:
            self._paint_strip(event.rect())
            return
        colour = mix(self._colour(self._before), self._colour(self._state), self._fade.value)
        paint_wash(QPainter(self), self.rect(), colour, theme().color(self._end), self._height)

    def _paint_strip(self, place: QRect) -> None:
        """Only what is asked for: every change of what stands on a wash repaints it below."""
        ratio = self.devicePixelRatioF()
        if self._strip is None or self._strip[:2] != (self._state, ratio):
            self._strip = (self._state, ratio, self._make_strip(ratio))
        painter = QPainter(self)
        if place.top() < self._height:
            high = min(place.bottom() + 1, self._height)
            # Side by side: tiling is slower than the gradient itself.
            for left in range(place.left(), place.right() + 1, _STRIP):
                wide = min(_STRIP, place.right() + 1 - left)
                part = QRectF(0, place.top() * ratio, wide * ratio, (high - place.top()) * ratio)
                painter.drawPixmap(QRectF(left, place.top(), wide, high - place.top()), self._strip[2], part)
        if place.bottom() >= self._height:
            top = max(place.top(), self._height)
            below = QRect(place.left(), top, place.width(), place.bottom() + 1 - top)
            painter.fillRect(below, theme().color(self._end))

    def _make_strip(self, ratio: float) -> QPixmap:
        size = QSize(_STRIP, self._height)
        strip = QPixmap(size * ratio)
        strip.setDevicePixelRatio(ratio)
        end = theme().color(self._end)
        painter = QPainter(strip)
        paint_wash(painter, QRect(QPoint(0, 0), size), self._colour(self._state), end, self._height)
        painter.end()
        return strip
