"""What screen readers say about calls, whichever window shows them (DESIGN 7)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication

from softphone.phone.call import Call, CallState
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.phone.registration import RegistrationState
from softphone.phone.session import SessionState
from softphone.ui import text_call as words
from softphone.ui import text_stage
from softphone.ui.stage.stage_state import stage_state


def announce(text: str, at_once: bool) -> None:
    """Say it from the window in front, or any that is visible; `at_once` interrupts what is being read."""
    visible = (widget for widget in QApplication.topLevelWidgets() if widget.isVisible())
    source = QApplication.activeWindow() or next(visible, None)
    if source is None:
        return
    event = QAccessibleAnnouncementEvent(source, text)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if at_once else politeness.Polite)
    QAccessible.updateAccessibility(event)


class CallAnnouncer:
    """Compares each call with what was last said of it."""

    def __init__(self, phone: Phone, say: Callable[[str, bool], None] = announce) -> None:
        self._phone = phone
        self._say = say
        self._said: dict[str, tuple[str, bool]] = {}  # call id -> (what it does, muted)
        self._offline = False
        phone.on(Topic.INCOMING, self._incoming)
        phone.on(Topic.CALLS, self._call_changed)
        phone.on(Topic.REGISTRATION, self._registration_changed)

    def _incoming(self, payload: object) -> None:
        if isinstance(payload, Call):
            busy = any(not other.ringing_here for other in self._phone.calls.alive)
            speak = words.announce_second if busy else words.announce_incoming
            self._say(speak(self._phone, payload), True)

    def _call_changed(self, payload: object) -> None:
        if not isinstance(payload, Call):
            return
        if self._phone.calls.get(payload.id) is None:
            self._said.pop(payload.id, None)
            return
        doing, muted = self._said.get(payload.id, ("", False))
        now = _doing(payload)
        self._said[payload.id] = (now, payload.muted)
        if now != doing:
            self._tell(payload, doing, now)
        elif payload.muted != muted:
            self._say(text_stage.announce_muted(payload.muted), False)

    def _tell(self, call: Call, before: str, now: str) -> None:
        if now == "ended":
            if call.outgoing or call.answered_at is not None:
                state = stage_state(self._phone, call)
                self._say(" ".join(part for part in (f"{state.text}.", state.sentence) if part), True)
        elif now == "ringing":
            self._say(text_stage.announce_ringing(), False)
        elif now == "held":
            self._say(text_stage.on_hold(), False)
        elif now == "held_by":
            self._say(words.on_hold_by(words.caller(self._phone, call.remote).short), False)
        elif now == "talking":
            self._say(text_stage.announce_talking(resumed=before in ("held", "held_by")), False)

    def _registration_changed(self, _payload: object) -> None:
        signed_in = self._phone.session.state is SessionState.SIGNED_IN
        offline = signed_in and self._phone.registration.state is RegistrationState.FAILED
        online = self._phone.registration.state is RegistrationState.REGISTERED
        if offline and not self._offline:
            self._offline = True
            self._say(text_stage.announce_offline(), True)
        elif self._offline and (online or not signed_in):
            self._offline = False
            if online:
                self._say(text_stage.announce_online(), False)


def _doing(call: Call) -> str:
    if not call.alive:
        return "ended"
    if call.state is CallState.CONFIRMED:
        return "held" if call.held_local else "held_by" if call.held_remote else "talking"
    return "ringing" if call.outgoing and call.state is CallState.EARLY and call.rang else "set_up"
