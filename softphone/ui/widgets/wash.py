"""The soft wash that falls from the top of a window and tells the state by colour."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from softphone.ui.theme.motion import Fade, mix
from softphone.ui.theme.theme import theme

WashState = Literal["ring", "active", "hold", "fail", "ended", "none"]


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
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme().changed.connect(self.update)

    @property
    def state(self) -> WashState:
        return self._state

    def set_state(self, state: WashState) -> None:
        if state == self._state:
            return
        self._before, self._state = self._state, state
        self._fade.to(0.0, 0)
        self._fade.to(1.0)

    def _colour(self, state: WashState) -> QColor:
        return theme().color(self._end if state == "none" else f"wash-{state}")

    def paintEvent(self, event: QPaintEvent) -> None:
        colour = mix(self._colour(self._before), self._colour(self._state), self._fade.value)
        paint_wash(QPainter(self), self.rect(), colour, theme().color(self._end), self._height)
