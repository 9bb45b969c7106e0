"""The keypad: twelve keys with their letters; holding 0 gives +."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from softphone.ui import text_widgets
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import PaintedButton, fill_round

_KEYS = (
    ("1", ""), ("2", "ABC"), ("3", "DEF"),
    ("4", "GHI"), ("5", "JKL"), ("6", "MNO"),
    ("7", "PQRS"), ("8", "TUV"), ("9", "WXYZ"),
    ("*", ""), ("0", "+"), ("#", ""),
)  # fmt: skip
_LONG_PRESS_MS = 500


class _Key(PaintedButton):
    long_pressed = Signal()

    def __init__(self, key: str, letters: str, height: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.key = key
        self._letters = letters
        self._height = height
        self.focus_radius = 14 if height >= 56 else 10
        self.setText(key)
        self.setAccessibleName(text_widgets.key_spoken(key, letters))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._hold = QTimer(self)
        self._hold.setSingleShot(True)
        self._hold.setInterval(_LONG_PRESS_MS)
        self._hold.timeout.connect(self.long_pressed)
        self.pressed.connect(self._hold.start)
        self.released.connect(self._hold.stop)

    def sizeHint(self) -> QSize:
        return QSize(theme().scaled(100 if self._height >= 56 else 72), theme().scaled(self._height))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = self.state_color(t.color("bg-surface"), t.color("bg-hover"), t.color("bg-pressed"))
        edge = t.color("line-subtle")
        if not self.isEnabled():
            fill = t.color("bg-muted")
        fill_round(painter, QRectF(self.rect()), self.focus_radius, fill, edge)
        small = self._height < 56
        font = t.font("title1", weight=500)
        font.setPixelSize(t.scaled(18 if small else 22))
        painter.setFont(font)
        painter.setPen(t.color("text-primary" if self.isEnabled() else "text-disabled"))
        middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        if not self._letters and self.key != "1":
            painter.drawText(self.rect(), middle, self.key)
            return
        digit, below = t.scaled(18 if small else 24), t.scaled(12 if small else 14)
        top = (self.height() - digit - below) // 2 + 1
        painter.drawText(QRect(0, top, self.width(), digit), middle, self.key)
        under = QRect(0, top + digit, self.width(), below)
        if self.key == "1":
            mark = QRectF(0, 0, t.scaled(13), t.scaled(13))
            mark.moveCenter(QRectF(under).center())
            paint_icon(painter, mark, "voicemail", "text-secondary" if self.isEnabled() else "text-disabled", "bold")
            return
        letters = t.font("micro", weight=600)
        letters.setPixelSize(t.scaled(10))
        letters.setLetterSpacing(letters.letterSpacingType(), 1.0)
        painter.setFont(letters)
        painter.setPen(t.color("text-tertiary" if self.isEnabled() else "text-disabled"))
        painter.drawText(under, middle, self._letters)


class Keypad(QWidget):
    """One stop for Tab, arrows move inside; `pressed` tells 0-9 * # or +. Never mirrored.

    `released` tells the end of a press, for tones that last as long as the key is held.
    """

    pressed = Signal(str)
    released = Signal()
    long_zero = Signal()

    def __init__(self, key_height: int = 58, *, plus: bool = True, gap: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setAccessibleName(text_widgets.keypad())
        self._plus = plus
        self._held = False
        self._keys: list[_Key] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(gap)
        for number, (key, letters) in enumerate(_KEYS):
            button = _Key(key, letters if plus or key != "0" else "", key_height, self)
            button.pressed.connect(lambda k=key: self._down(k))
            button.released.connect(self._up)
            button.long_pressed.connect(lambda k=key: self._long(k))
            button.installEventFilter(self)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if number == 0 else Qt.FocusPolicy.ClickFocus)
            grid.addWidget(button, number // 3, number % 3)
            self._keys.append(button)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def key(self, key: str) -> QWidget:
        return next(button for button in self._keys if button.key == key)

    def _down(self, key: str) -> None:
        self._held = False
        # 0 waits for its release: held, it becomes +.
        if key != "0" or not self._plus:
            self.pressed.emit(key)

    def _up(self) -> None:
        sender = self.sender()
        if isinstance(sender, _Key) and sender.key == "0" and self._plus and not self._held:
            self.pressed.emit("0")
        self.released.emit()

    def _long(self, key: str) -> None:
        if key == "0" and self._plus:
            self._held = True
            self.pressed.emit("+")
            self.long_zero.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and isinstance(watched, _Key):
            step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -3, Qt.Key.Key_Down: 3}.get(
                Qt.Key(event.key())
            )
            if step is not None:
                self._move(watched, step)
                return True
        return False

    def _move(self, key: _Key, step: int) -> None:
        at = self._keys.index(key) + step
        if not 0 <= at < len(self._keys):
            return
        for button in self._keys:
            button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._keys[at].setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._keys[at].setFocus(Qt.FocusReason.TabFocusReason)
