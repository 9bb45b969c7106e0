"""A call as a state table: the table drives the state, enables the buttons and generates the tests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from softphone.extension.call_rules import NoAnswerStep
from softphone.phone import events as ev
from softphone.phone.failure import Failure
from softphone.phone.party import Party


class CallState(str, Enum):
    """PJSIP's invite states, RFC 3261 13 and 17."""

    CALLING = "calling"  # INVITE sent, nothing heard
    INCOMING = "incoming"
    EARLY = "early"  # provisional answer with a dialog
    CONNECTING = "connecting"  # 2xx, ACK outstanding
    CONFIRMED = "confirmed"
    DISCONNECTED = "disconnected"


class Intent(str, Enum):
    """What a person may ask of a call."""

    ANSWER = "answer"
    DECLINE = "decline"
    HANG_UP = "hang_up"
    HOLD = "hold"
    RESUME = "resume"
    MUTE = "mute"
    SEND_DIGITS = "send_digits"
    TRANSFER = "transfer"


_S = CallState

#: (state, event type) -> next state. A pair that is not here leaves the state as it is: a late or repeated event.
TRANSITIONS: dict[tuple[CallState, type], CallState] = {
    (_S.CALLING, ev.CallProgressed): _S.EARLY,
    (_S.CALLING, ev.CallAnswered): _S.CONNECTING,
    (_S.CALLING, ev.CallConfirmed): _S.CONFIRMED,
    (_S.EARLY, ev.CallAnswered): _S.CONNECTING,
    (_S.EARLY, ev.CallConfirmed): _S.CONFIRMED,
    (_S.INCOMING, ev.CallAnswered): _S.CONNECTING,
    (_S.INCOMING, ev.CallConfirmed): _S.CONFIRMED,
    (_S.CONNECTING, ev.CallConfirmed): _S.CONFIRMED,
    **{(state, ev.CallDisconnected): _S.DISCONNECTED for state in _S if state is not _S.DISCONNECTED},
}

#: The states in which each intent means something.
ALLOWED: dict[Intent, frozenset[CallState]] = {
    Intent.ANSWER: frozenset({_S.INCOMING}),
    Intent.DECLINE: frozenset({_S.INCOMING}),
    Intent.HANG_UP: frozenset({_S.CALLING, _S.INCOMING, _S.EARLY, _S.CONNECTING, _S.CONFIRMED}),
    Intent.HOLD: frozenset({_S.CONFIRMED}),
    Intent.RESUME: frozenset({_S.CONFIRMED}),
    Intent.MUTE: frozenset({_S.CALLING, _S.EARLY, _S.CONNECTING, _S.CONFIRMED}),
    Intent.SEND_DIGITS: frozenset({_S.EARLY, _S.CONFIRMED}),
    Intent.TRANSFER: frozenset({_S.CONFIRMED}),
}


@dataclass
class Call:
    """One call leg as the telephone knows it. Times are Unix seconds. Owned by the main thread."""

    id: str
    line_id: str
    outgoing: bool
    remote: Party
    started_at: float
    state: CallState = CallState.CALLING
    called: str = ""
    caller_id: str | None = None
    diverted_by: Party | None = None
    transferred_by: Party | None = None
    rang: bool = False  # the far end rings (180), or our own phone does
    early_media: bool = False
    answering: bool = False  # Answer was asked; waiting for the user agent
    ending: bool = False  # HangUp or Refuse was asked
    silenced: bool = False  # rings on without a sound
    refused_with: int = 0  # our own final status to an INVITE
    rule: str = ""  # the extension's rule that made it ring, refused it or sent it on (`call_rules.Rule`)
    no_answer: NoAnswerStep | None = None  # of a plain SIP account: done here
    no_answer_at: float | None = None
    muted: bool = False
    held_local: bool = False
    held_remote: bool = False
    hold_since: float | None = None
    hold_pending: bool = False
    answered_at: float | None = None
    ended_at: float | None = None
    codec: str = ""
    clock_rate: int = 0
    srtp: str = ""
    signalling: str = "udp"
    media_active: bool = False
    measured: ev.MediaMeasured | None = None
    digits_sent: str = ""
    digits_received: str = ""
    end_code: int = 0
    end_reason: str = ""
    failure: Failure | None = None
    completed_elsewhere: bool = False
    transfer: str = ""  # "" | "asked" | "ringing" | "failed" | "done"

    def follow(self, event: object) -> bool:
        """Move along the table; True when the state changed."""
        after = TRANSITIONS.get((self.state, type(event)), self.state)
        changed = after is not self.state
        self.state = after
        return changed

    def ring_at_most(self, step: NoAnswerStep) -> None:
        """`step` follows when nobody picks up."""
        self.no_answer, self.no_answer_at = step, self.started_at + step.after_seconds

    def may(self, intent: Intent) -> bool:
        """Whether the person may ask this now; buttons show exactly this."""
        if self.state not in ALLOWED[intent] or self.ending:
            return False
        if intent in (Intent.ANSWER, Intent.DECLINE):
            return not self.answering
        if intent is Intent.HANG_UP and self.state is _S.INCOMING:
            return self.answering  # before that it is declined
        if intent is Intent.HOLD:
            return not self.held_local and not self.hold_pending
        if intent is Intent.RESUME:
            return self.held_local and not self.hold_pending
        return True

    @property
    def alive(self) -> bool:
        return self.state is not CallState.DISCONNECTED

    @property
    def ringing_here(self) -> bool:
        return self.state is CallState.INCOMING and not self.answering and not self.ending

    @property
    def talking(self) -> bool:
        return self.state is CallState.CONFIRMED and not self.held_local

    @property
    def encrypted(self) -> bool:
        """Both legs of the truth: signalling and media."""
        return bool(self.srtp) and self.signalling == "tls"

    def talk_seconds(self, now: float) -> float:
        return 0.0 if self.answered_at is None else max(0.0, (self.ended_at or now) - self.answered_at)
