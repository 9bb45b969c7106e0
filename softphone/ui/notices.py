"""What the person is told beside calls that ring: new voicemail, a missed call once more, the window on answering."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from softphone.phone.call import Call, CallState
from softphone.phone.history import HistoryEntry
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui import text_application
from softphone.ui.choices import Choices

REMIND_MS = 10 * 60 * 1000


class Notices(QObject):
    """`tell` is the system's own notification; `show_missed` shows the notice of a missed call again; `show_call`
    brings the main window to the front."""

    def __init__(
        self,
        phone: Phone,
        choices: Choices,
        *,
        tell: Callable[[str, str], object],
        show_missed: Callable[[HistoryEntry], object],
        show_call: Callable[[], object],
        remind_ms: int = REMIND_MS,
    ) -> None:
        super().__init__()
        self._phone, self._choices = phone, choices
        self._tell, self._show_missed, self._show_call = tell, show_missed, show_call
        self._new = phone.mailbox_new
        self._answered: set[str] = set()
        self._missed: HistoryEntry | None = None
        self._remind = QTimer(self)
        self._remind.setSingleShot(True)
        self._remind.setInterval(remind_ms)
        self._remind.timeout.connect(self._remind_now)
        phone.on(Topic.MAILBOX, lambda _: self._mailbox())
        phone.on(Topic.MISSED, self._call_missed)
        phone.on(Topic.CALLS, self._call_changed)

    def _mailbox(self) -> None:
        before, self._new = self._new, self._phone.mailbox_new
        if self._new > before and self._choices.is_on("tell_voicemail"):
            self._tell(text_application.new_voicemail(), text_application.new_voicemails(self._new))

    def _call_missed(self, payload: object) -> None:
        if isinstance(payload, HistoryEntry):
            self._missed = payload
            self._remind.start()

    def _remind_now(self) -> None:
        """Of the last one, unless it was looked at meanwhile."""
        entry, self._missed = self._missed, None
        if entry is None or not self._choices.is_on("remind_missed"):
            return
        if any(one.id == entry.id and one.missed and not one.seen for one in self._phone.history):
            self._show_missed(entry)

    def _call_changed(self, payload: object) -> None:
        if not isinstance(payload, Call) or payload.outgoing:
            return
        if payload.state is CallState.DISCONNECTED:
            self._answered.discard(payload.id)
        elif payload.state is CallState.CONFIRMED and payload.id not in self._answered:
            self._answered.add(payload.id)
            if self._choices.is_on("raise_on_answer"):
                self._show_call()
