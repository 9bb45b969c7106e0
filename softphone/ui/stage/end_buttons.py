"""The row of large buttons at the bottom: End call, Hide keypad, Close with its ring, Call again."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from softphone.ui import text_actions, text_stage
from softphone.ui.shortcuts import with_keys
from softphone.ui.theme.motion import FRAME_MS
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.painted_button import mirrored, start_rect

_WIDTH, _GAP, _RING = 330, 12, 16


class CloseButton(Button):
    """Closes by itself after six seconds, told by a shrinking ring; waits while hovered or focused by a key."""

    ran_out = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(text_stage.close(), "secondary", size="callBar", parent=parent)
        self._left: float | None = None
        self._since = QElapsedTimer()
        self._frames = QTimer(self)
        self._frames.setInterval(FRAME_MS)
        self._frames.timeout.connect(self._tick)

    @property
    def milliseconds_left(self) -> float | None:
        """None while it does not close by itself."""
        return self._left

    def run(self, milliseconds: int) -> None:
        self._left = float(milliseconds)
        self._since.start()
        self._frames.start()
        self.update()

    def stop(self) -> None:
        self._left = None
        self._frames.stop()
        self.update()

    def _tick(self) -> None:
        if self._left is None:
            return
        if self.isVisible() and not self.underMouse() and not self.hasFocus():
            self._left -= self._since.elapsed()
            self.update()
        self._since.start()
        if self._left <= 0:
            self.stop()
            self.ran_out.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._frames.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._left is not None:
            self._since.start()
            self._frames.start()

    def _paint_content(self, painter: QPainter, ink: QColor) -> None:
        if self._left is None:
            super()._paint_content(painter, ink)
            return
        t = theme()
        shift = -(_RING + 10) / 2  # word and ring stand in the middle together
        painter.translate(-shift if mirrored(self) else shift, 0)
        super()._paint_content(painter, ink)
        painter.translate(shift if mirrored(self) else -shift, 0)
        words = painter.fontMetrics().horizontalAdvance(self.text())
        x = (self.width() + words) / 2 + 10 + shift
        box = QRectF(self.width() - x - _RING if mirrored(self) else x, (self.height() - _RING) / 2, _RING, _RING)
        inner = box.adjusted(1, 1, -1, -1)
        painter.setPen(QPen(t.color("line-default"), 2))
        painter.drawEllipse(inner)
        part = self._left / max(1, t.motion("endedHold"))
        painter.setPen(QPen(t.color("text-secondary"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawArc(inner, 90 * 16, round(360 * 16 * min(1.0, part)))


class EndButtons(QWidget):
    """One button over the whole width, or two side by side; 330 wide whatever the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.end = Button(text_actions.end_call(), "danger", "phone-disconnect", size="callBar", parent=self)
        self.hide_keypad = Button(text_stage.hide_keypad(), "secondary", "caret-down", size="callBar", parent=self)
        self.hide_keypad.set_icon("caret-down", size=16)
        self.hide_keypad.set_font("bodyLarge", 600)
        self.close_call = CloseButton(self)
        self.call_again = Button(text_stage.call_again(), "call", "phone", size="callBar", parent=self)
        self._shown: list[Button] = [self.end]
        for button in (self.hide_keypad, self.close_call, self.call_again):
            button.hide()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_end(self, words: str, spoken: str, keypad_open: bool, enabled: bool) -> None:
        self.end.setText(words)
        self.end.setAccessibleName(spoken)
        self.end.setToolTip(with_keys(words, "end"))
        self.end.setEnabled(enabled)
        self._only([self.hide_keypad, self.end] if keypad_open else [self.end])

    def show_ended(self, again: str | None, again_enabled: bool, why_not: str) -> None:
        if again is not None:
            self.call_again.setText(again)
            self.call_again.setEnabled(again_enabled)
            self.call_again.setToolTip("" if again_enabled else why_not)
        self._only([self.close_call] if again is None else [self.close_call, self.call_again])

    def _only(self, shown: list[Button]) -> None:
        self._shown = shown
        for button in (self.hide_keypad, self.end, self.close_call, self.call_again):
            button.setVisible(button in shown)
        self._arrange()

    def _arrange(self) -> None:
        height, whole = self.end.sizeHint().height(), min(_WIDTH, self.width() - 32)
        x = (self.width() - whole) // 2
        widths = [whole]
        if len(self._shown) == 2:
            first = round((whole - _GAP) * (0.446 if self._shown[0] is self.close_call else 0.5))
            widths = [first, whole - _GAP - first]
        for button, width in zip(self._shown, widths, strict=True):
            button.setGeometry(start_rect(self, QRect(x, 0, width, height)))
            x += width + _GAP

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, self.end.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(280, self.end.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
