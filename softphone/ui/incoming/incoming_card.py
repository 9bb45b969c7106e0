"""What one ringing call shows and offers; the same in its own window and at the top of the main window."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from softphone.phone.call import Call, Intent
from softphone.phone.phone import Phone
from softphone.ui import text_actions, text_incoming
from softphone.ui import text_call as words
from softphone.ui.incoming.emphasis_label import EmphasisLabel
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import Button, IconButton
from softphone.ui.widgets.labels import ElidedLabel, Label
from softphone.ui.widgets.painted_button import start_rect
from softphone.ui.widgets.state_ring import StateRing

WIDTH = 372
_PAD, _GAP, _TOP = 16, 8, 12
_AVATAR, _WORDS = 56, 97
_ANSWER_SHARE = 1.35  # of Decline's width


class _Mark(QWidget):
    """An icon of 14 px before a line."""

    def __init__(self, name: str, token: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.name, self._token = name, token

    def paintEvent(self, event: QPaintEvent) -> None:
        weight = "fill" if self._token == "success-text" else None
        paint_icon(QPainter(self), QRectF(self.rect()), self.name, self._token, weight)  # type: ignore[arg-type]


class IncomingCard(QWidget):
    """Answer, Decline and Stop ringing; with a call up, Hold & answer and End & answer.

    Sending to voicemail, forwarding and replying are not offered yet, so what would be More is Stop ringing itself.
    """

    answer = Signal(str)  # what happens to the call there is: "hold" | "end"
    decline = Signal()
    silence = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._others = "hold"  # what Answer does with the call there is
        self._second = False
        self.ring = StateRing("incoming", avatar_size=_AVATAR, parent=self)
        self._mark = _Mark("phone-incoming", "success-text", self)
        self.word = Label("", "caption", "success-text", weight=500, parent=self)
        self.line = EmphasisLabel(self)
        self.name = ElidedLabel("", "callerName", tabular=True, parent=self)
        self.number = ElidedLabel("", "body", "text-secondary", tabular=True, parent=self)
        self._by_mark = _Mark("arrow-bend-up-right", "text-tertiary", self)
        self.by = ElidedLabel("", "caption", "text-secondary", parent=self)
        self.answer_button = Button(text_actions.answer(), "call", "phone", size="hero", parent=self)
        self.end_answer_button = Button(text_actions.end_and_answer(), "secondary", "phone-x", size="hero", parent=self)
        self.decline_button = Button(
            text_actions.decline(), "soft-danger", "phone-disconnect", size="hero", parent=self
        )
        self.silence_button = IconButton("bell-slash", text_actions.stop_ringing(), box=44, shortcut="Esc", parent=self)
        self.silence_button.set_kind("secondary", 10)
        self.answer_button.clicked.connect(lambda _=False: self.answer.emit(self._others))
        self.end_answer_button.clicked.connect(lambda _=False: self.answer.emit("end"))
        self.decline_button.clicked.connect(lambda _=False: self.decline.emit())
        self.silence_button.clicked.connect(lambda _=False: self.silence.emit())
        for first, second in (
            (self.answer_button, self.end_answer_button),
            (self.end_answer_button, self.decline_button),
            (self.decline_button, self.silence_button),
        ):
            QWidget.setTabOrder(first, second)
        theme().changed.connect(self._arrange)

    @property
    def buttons(self) -> list[QWidget]:
        return [self.answer_button, self.end_answer_button, self.decline_button, self.silence_button]

    def show_call(self, phone: Phone, call: Call) -> None:
        """Everything anew: who calls, whom they called, what can be done."""
        who = words.caller(phone, call.remote)
        self.ring.set_person(who.name, who.key or None, who.icon)
        self.ring.set_state("talking" if call.silenced else "incoming")
        self.name.setText(words.isolated(who.name))
        self.number.setText(words.isolated(who.line))
        by = ""
        if call.transferred_by is not None:
            by, self._by_mark.name = words.transferred_by(phone, call.transferred_by), "phone-transfer"
        elif call.diverted_by is not None:
            by, self._by_mark.name = words.forwarded_by(phone, call.diverted_by), "arrow-bend-up-right"
        self.by.setText(by)
        busy = [
            other for other in phone.calls.alive if other is not call and not other.ringing_here and not other.ending
        ]
        self._second = bool(busy)
        self.word.setText(text_incoming.second_call() if busy else text_actions.incoming_call())
        self.line.set_text(words.while_busy(phone, busy) if busy else words.to_line(phone, call))
        self._offer(busy, call)
        self._arrange()

    def _offer(self, busy: list[Call], call: Call) -> None:
        can_hold = all(other.held_local or other.may(Intent.HOLD) for other in busy)
        # A call that is still being set up cannot be held: it can only make way.
        self._others = "hold" if can_hold else "end"
        hold_too = bool(busy) and can_hold
        if not busy:
            self.answer_button.setText(text_actions.answer())
            self.answer_button.set_icon("phone")
        elif can_hold:
            self.answer_button.setText(text_actions.hold_and_answer())
            self.answer_button.set_icon("pause")
        else:
            self.answer_button.setText(text_actions.end_and_answer())
            self.answer_button.set_icon("phone")
        self.answer_button.setVisible(len(busy) < 2)
        self.end_answer_button.setVisible(hold_too and len(busy) < 2)
        self.silence_button.setEnabled(not call.silenced)
        self.silence_button.set_name(text_actions.stop_ringing(), "Esc")
        if call.silenced:
            self.silence_button.setToolTip(text_incoming.ringing_stopped())

    def tick(self, phone: Phone, call: Call) -> None:
        """The time of the call beside this one."""
        busy = [
            other for other in phone.calls.alive if other is not call and not other.ringing_here and not other.ending
        ]
        if busy:
            self.line.set_text(words.while_busy(phone, busy))

    def _button_rows(self) -> list[list[QWidget]]:
        if not self._second:
            return [[self.decline_button, self.answer_button, self.silence_button]]
        answers: list[QWidget] = [b for b in (self.answer_button, self.end_answer_button) if not b.isHidden()]
        wish = sum(button.sizeHint().width() for button in answers) + _GAP
        last: list[QWidget] = [self.decline_button, self.silence_button]
        if len(answers) == 2 and wish > self.width() - 2 * _PAD:
            return [[answers[0]], [answers[1]], last]  # longer words: one below the other
        return [answers, last] if answers else [last]

    def height_for_content(self) -> int:
        rows = len(self._button_rows())
        high = self.answer_button.sizeHint().height()
        return self._identity_bottom() + 9 + rows * high + (rows - 1) * _GAP + _PAD + 1

    def _identity_top(self) -> int:
        return _TOP + theme().line("caption") + 5

    def _identity_bottom(self) -> int:
        return self._identity_top() + max(self.ring.height(), self._words_height())

    def _words_height(self) -> int:
        by = 4 + self.by.height() if self.by.text() else 0
        return self.name.height() + (self.number.height() if self.number.text() else 0) + by

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, self.height_for_content())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _put(self, widget: QWidget, x: int, y: int, width: int, height: int) -> None:
        widget.setGeometry(start_rect(self, QRect(x, y, max(0, width), height)))

    def _arrange(self) -> None:
        width, caption = self.width(), theme().line("caption")
        word = QFontMetrics(self.word.font()).horizontalAdvance(self.word.text()) + 2
        self._put(self._mark, _PAD + 1, _TOP + (caption - 14) // 2, 14, 14)
        self._put(self.word, _PAD + 21, _TOP, word, caption)
        start = _PAD + 21 + word + 12
        self._put(self.line, start, _TOP, width - _PAD - start, caption)
        top, ring = self._identity_top(), self.ring.width()
        middle = top + (self._identity_bottom() - top) // 2
        self._put(self.ring, _PAD + 6 - 12, middle - ring // 2, ring, ring)
        y, room = middle - self._words_height() // 2 + 1, width - _WORDS - _PAD
        self._put(self.name, _WORDS, y, room, self.name.height())
        y += self.name.height()
        if self.number.text():
            self._put(self.number, _WORDS, y, room, self.number.height())
            y += self.number.height()
        for widget in (self._by_mark, self.by):
            widget.setVisible(bool(self.by.text()))
        if self.by.text():
            self._put(self._by_mark, _WORDS, y + 4 + (caption - 14) // 2, 14, 14)
            self._put(self.by, _WORDS + 20, y + 4, room - 20, self.by.height())
        y = self._identity_bottom() + 9
        for row in self._button_rows():
            y += self._put_row(row, y) + _GAP

    def _put_row(self, row: list[QWidget], y: int) -> int:
        high = self.answer_button.sizeHint().height()
        room = self.width() - 2 * _PAD - (len(row) - 1) * _GAP
        square = self.silence_button in row
        if square:
            room -= high
        wide = [button for button in row if button is not self.silence_button]
        unequal = not self._second and len(wide) == 2
        first = round(room / (1 + _ANSWER_SHARE)) if unequal else room // max(1, len(wide))
        if unequal:  # longer words take from the other's share what they need
            first = max(first, min(wide[0].sizeHint().width() - 12, room - wide[1].sizeHint().width() + 12))
        x = _PAD
        for number, button in enumerate(wide):
            width = first if number < len(wide) - 1 else room - first * (len(wide) - 1)
            self._put(button, x, y, width, high)
            x += width + _GAP
        if square:
            self._put(self.silence_button, x, y, high, high)
        return high

    def announce_text(self, phone: Phone, call: Call) -> str:
        return words.announce_second(phone, call) if self._second else words.announce_incoming(phone, call)

    def focus_first(self) -> None:
        first = next((b for b in self.buttons if not b.isHidden() and b.isEnabled()), self)
        first.setFocus(Qt.FocusReason.OtherFocusReason)
