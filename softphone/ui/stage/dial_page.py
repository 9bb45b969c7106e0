"""The keypad during a call: the digits sent so far, and twelve keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from softphone.ui import text_stage
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.keypad import Keypad

_SPREAD = 5.0  # extra space between digits
_GAP = 12


class SentDigits(QWidget):
    """Keeps the last digits in view: cut at the start, never mirrored."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._digits = ""
        self._fit()
        theme().changed.connect(self._fit)

    def _fit(self) -> None:
        self.setFixedHeight(theme().line("display") + 8)
        self.update()

    def show_digits(self, digits: str) -> None:
        if digits != self._digits:
            self._digits = digits
            self.setAccessibleName(text_stage.sent_digits(digits))
            self.update()

    @property
    def digits(self) -> str:
        return self._digits

    def paintEvent(self, event: QPaintEvent) -> None:
        font = theme().font("display", tabular=True)
        font.setLetterSpacing(font.letterSpacingType(), _SPREAD)
        painter = QPainter(self)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.setFont(font)
        painter.setPen(theme().color("text-primary"))
        text = QFontMetrics(font).elidedText(self._digits, Qt.TextElideMode.ElideLeft, self.width() - 32)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)


class DialPage(QWidget):
    """Keys are 66 high, less where the window is low."""

    def __init__(self, send: Callable[[str], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._send = send
        self.sent = SentDigits()
        self._key_height, self._width = 0, 316
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.sent)
        self._column.addSpacing(_GAP)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.keypad = self._keys(66)

    def fit(self, width: int, height: int) -> None:
        """Choose the tallest keys that leave the page within a place."""
        self._width = min(theme().scaled(316), width - 32)
        self.keypad.setFixedWidth(self._width)
        rest = self.sent.height() + _GAP + 3 * 8
        t = theme()
        fitting = next((k for k in (66, 58, 46) if rest + 4 * t.scaled(k) <= height), 46)
        if fitting != self._key_height:
            focused = self.keypad.focusWidget() is not None
            self._column.removeWidget(self.keypad)
            self.keypad.hide()
            self.keypad.deleteLater()
            self.keypad = self._keys(fitting)
            if focused:
                self.focus_first()

    def _keys(self, height: int) -> Keypad:
        self._key_height = height
        keypad = Keypad(height, plus=False, gap=8)
        keypad.setFixedWidth(self._width)
        keypad.pressed.connect(self._send)
        self._column.addWidget(keypad, 0, Qt.AlignmentFlag.AlignHCenter)
        keypad.show()  # at once: the layout would show it only later, and not count it until then
        return keypad

    def focus_first(self) -> None:
        self.keypad.key("1").setFocus(Qt.FocusReason.OtherFocusReason)
