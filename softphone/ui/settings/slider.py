"""The slider: track 4, thumb 18; an arrow is one step, a page several."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import fill_round, mirrored

_THUMB, _TRACK = 18, 4


class Slider(QSlider):
    """`moved`: it shows another value; `decided`: the person let go of it, or pressed a key.

    A QSlider, so that screen readers know it as one; drawn and moved by hand.
    """

    moved = Signal(int)
    decided = Signal(int)

    def __init__(self, least: int, most: int, *, page: int = 5, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.held = False
        self.setRange(least, most)
        self.setSingleStep(1)
        self.setPageStep(page)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.valueChanged.connect(self.moved)
        theme().changed.connect(self.update)

    def set_value(self, value: int) -> None:
        if value != self.value():
            self.setValue(value)

    def set_words(self, words: str) -> None:
        self.setToolTip(words)

    def focus_shape(self) -> tuple[QRect, float]:
        return self._thumb().toRect(), _THUMB / 2

    def sizeHint(self) -> QSize:
        return QSize(160, theme().size("hitMin"))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, theme().size("hitMin"))

    def _part(self) -> float:
        span = self.maximum() - self.minimum()
        return (self.value() - self.minimum()) / span if span else 0.0

    def _thumb(self) -> QRectF:
        part = 1 - self._part() if mirrored(self) else self._part()
        return QRectF((self.width() - _THUMB) * part, (self.height() - _THUMB) / 2, _THUMB, _THUMB)

    def _value_at(self, x: float) -> int:
        part = min(1.0, max(0.0, (x - _THUMB / 2) / max(1, self.width() - _THUMB)))
        part = 1 - part if mirrored(self) else part
        return self.minimum() + round(part * (self.maximum() - self.minimum()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        self.held = True
        self.setValue(self._value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.held:
            self.setValue(self._value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.held:
            self.held = False
            self.decided.emit(self.value())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The page scrolls; a value that changes under it would not be noticed."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ahead = Qt.Key.Key_Left if mirrored(self) else Qt.Key.Key_Right
        back = Qt.Key.Key_Right if mirrored(self) else Qt.Key.Key_Left
        steps = {
            ahead: 1, back: -1, Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: self.pageStep(),
            Qt.Key.Key_PageDown: -self.pageStep(), Qt.Key.Key_Home: self.minimum() - self.value(),
            Qt.Key.Key_End: self.maximum() - self.value(),
        }  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        before = self.value()
        self.setValue(before + step)
        if self.value() != before:
            self.decided.emit(self.value())

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        thumb = self._thumb()
        track = QRectF(0, (self.height() - _TRACK) / 2, self.width(), _TRACK)
        fill_round(painter, track, _TRACK / 2, t.color("line-default" if self.isEnabled() else "line-subtle"))
        done = QRectF(track)
        if mirrored(self):
            done.setLeft(thumb.center().x())
        else:
            done.setRight(thumb.center().x())
        fill_round(painter, done, _TRACK / 2, t.color("accent-fill" if self.isEnabled() else "line-default"))
        painter.setPen(QPen(t.color("accent-fill" if self.isEnabled() else "line-default"), 2))
        painter.setBrush(t.color("bg-surface"))
        painter.drawEllipse(thumb.adjusted(1, 1, -1, -1))
