"""Asking for one more number to show: the question, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from weakref import WeakKeyDictionary

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from softphone.extension.document import Json
from softphone.phone.events import RequestDone, RequestRefused
from softphone.phone.failure import Refused
from softphone.phone.number import shown, to_e164
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui import text_caller_id as words
from softphone.ui.main.reading_direction import isolated
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.strips import Mark
from softphone.ui.text_main import failure_sentence
from softphone.ui.text_next_call import day_and_month
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.chip import Tag
from softphone.ui.widgets.field import FieldFrame
from softphone.ui.widgets.labels import Label
from softphone.ui.widgets.toast import show_toast

_WHAT = "caller_id_request"
_APART = 300.0  # seconds that two clocks tell the same request apart at most
_LOOKS = {
    "checking": ("clock", "warn"), "ready": ("check-circle", "success"), "refused": ("x", "danger"),
}  # fmt: skip


@dataclass
class Request:
    """A number that was asked for, and when (Unix time)."""

    number: str
    at: float


class RequestLog:
    """What was asked for, of one account: as the service tells it, and what it has not told yet.

    The number among one's own is an answer, too.
    """

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._address = ""
        self.requests: list[Request] = []
        self.asking = ""
        phone.on(Topic.SERVICE, self._answered)

    def ask(self, number: str) -> None:
        """Raises `Refused` where it is no number."""
        self._phone.request_caller_id(number)
        self.asking = number

    def follow_account(self, address: str) -> None:
        if address != self._address:
            self._address, self.requests, self.asking = address, [], ""

    def shown(self, context: SettingsContext) -> Json:
        """[number, when it was asked for, state, the reason of a refusal], the newest first."""
        document = context.document
        mine = (*document.caller_id.numbers, *document.caller_id.assigned) if document is not None else ()
        told = self._phone.caller_id_requests
        # Until the service has told the request just made, an older one of the same number is not its answer.
        own = [
            one for one in self.requests
            if not any(other.number == one.number and other.asked_at >= one.at - _APART for other in told)
        ]  # fmt: skip
        lines = [[one.number, one.at, "checking", ""] for one in reversed(own)]
        lines += [[one.number, one.asked_at, one.state, one.reason] for one in told]
        return [[number, at, "ready", ""] if number in mine else [number, at, state, reason]
                for number, at, state, reason in lines]  # fmt: skip

    def _answered(self, event: object) -> None:
        if isinstance(event, RequestRefused | RequestDone) and event.what == _WHAT and self.asking:
            number, self.asking = self.asking, ""
            if isinstance(event, RequestDone):
                self.requests = [one for one in self.requests if one.number != number]
                self.requests.append(Request(number, self._phone.now()))


_logs: WeakKeyDictionary[Phone, RequestLog] = WeakKeyDictionary()


def request_log(context: SettingsContext) -> RequestLog:
    """Of whoever is signed in."""
    found = _logs.get(context.phone)
    if found is None:
        found = _logs[context.phone] = RequestLog(context.phone)
    identity = context.phone.session.identity
    found.follow_account(f"{identity.email} {identity.address}" if identity is not None else "")
    return found


class RequestEditor(Editor):
    """A number and its button, which is busy until the service has answered."""

    width_beside = 330

    def __init__(self, context: SettingsContext) -> None:
        super().__init__()
        self._context = context
        request_log(context)  # hears the answer before this does
        self.frame = FieldFrame()
        self.edit = self.frame.edit
        self.edit.setPlaceholderText(words.number_example())
        self.edit.setMaxLength(40)
        self.send = Button(words.send_request(), "secondary")
        self.send.setEnabled(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.frame, 1)
        row.addWidget(self.send)
        self.edit.textEdited.connect(lambda _text: self._typed())
        self.edit.returnPressed.connect(self._ask)
        self.send.clicked.connect(lambda _=False: self._ask())
        self.setFocusProxy(self.edit)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._off = context.phone.on(Topic.SERVICE, self._answered)
        self.destroyed.connect(self._off)

    def controls(self) -> list[QWidget]:
        return [self.edit, self.send]

    def set_name(self, name: str, description: str) -> None:
        self.edit.setAccessibleName(name)
        self.edit.setAccessibleDescription(description)

    def set_usable(self, usable: bool, reason: str) -> None:
        self.edit.setEnabled(usable)
        self.send.setEnabled(usable and bool(self.edit.text().strip()))

    def set_error(self, on: bool) -> None:
        self.frame.set_error(on)

    def show_value(self, value: Json) -> None:
        """There is none: what is typed stays until it is sent."""

    def revert(self) -> None:
        self.edit.clear()

    def _typed(self) -> None:
        self.faulty.emit("")
        self.send.setEnabled(bool(self.edit.text().strip()))

    def _ask(self) -> None:
        if self.send.busy or not self.edit.text().strip():
            return
        number = to_e164(self.edit.text(), self._context.phone.region)
        document = self._context.document
        if number is None:
            self.faulty.emit(words.bad_number())
        elif document is not None and number in document.caller_id.allowed:
            self.faulty.emit(words.already_yours())
        else:
            self._send(number)

    def _send(self, number: str) -> None:
        try:
            request_log(self._context).ask(number)
        except Refused as refused:
            self.faulty.emit(words.request_not_sent(failure_sentence(refused.failure)))
            return
        self.send.set_busy(True)

    def _answered(self, event: object) -> None:
        if not isinstance(event, RequestDone | RequestRefused) or event.what != _WHAT or not self.send.busy:
            return
        self.send.set_busy(False)
        if isinstance(event, RequestRefused):
            self.faulty.emit(words.request_not_sent(failure_sentence(event.failure)))
            return
        number = to_e164(self.edit.text(), self._context.phone.region) or self.edit.text()
        self.edit.clear()
        self.send.setEnabled(False)
        show_toast(self.window(), words.request_sent(isolated(shown(number))), icon="check-circle")
        self._context.refresh()


class _RequestLine(QWidget):
    """One request: its number, when it was asked for, and how it stands."""

    def __init__(self, number: str, at: float, state: str, reason: str) -> None:
        super().__init__()
        asked = datetime.fromtimestamp(at, timezone.utc).astimezone()
        words_of = (isolated(shown(number)), words.asked_on(day_and_month(asked)))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(8)
        icon, tone = _LOOKS[state]
        said = {"checking": words.being_checked(), "ready": words.ready()}.get(state) or words.not_granted(reason)
        row.addWidget(Mark(icon, f"{tone}-text", size=18))
        row.addSpacing(6)
        row.addWidget(Label(words_of[0], "body", tabular=True))
        row.addWidget(Label(f"· {words_of[1]}", "body", "text-tertiary"))
        row.addStretch(1)
        if state == "refused":
            reason_line = Label(said, "body", "danger-text")
            reason_line.setToolTip(said)
            row.addWidget(reason_line)
        else:
            row.addWidget(Tag(said, "success" if state == "ready" else "warn"), 0, Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName(", ".join((*words_of, said)))
        self.setMinimumHeight(theme().scaled(44))


class RequestsEditor(Editor):
    """The requests there are; to read only."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._seen: Json = []
        self.lines: list[QWidget] = []

    def show_value(self, value: Json) -> None:
        if value == self._seen:
            return
        self._seen = value
        for line in self.lines:
            line.hide()
            line.deleteLater()
        self.lines = [_RequestLine(*one) for one in value]
        for line in self.lines:
            self._column.addWidget(line)

    def set_name(self, name: str, description: str) -> None:
        """Each line says its own."""

    def set_usable(self, usable: bool, reason: str) -> None:
        """There is nothing to use."""
