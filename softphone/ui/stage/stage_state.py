"""What the stage shows, as values: worked out of the telephone, without a widget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from softphone.extension.outgoing_rules import shown_number
from softphone.phone.call import Call, CallState, Intent
from softphone.phone.number import shown
from softphone.phone.phone import Phone
from softphone.phone.registration import RegistrationState
from softphone.phone.screening import WITH_CALL_WAITING
from softphone.ui import text_actions, text_stage
from softphone.ui import text_call as words
from softphone.ui.stage.controls import ControlsState
from softphone.ui.text import timer
from softphone.ui.text_call import Caller
from softphone.ui.widgets.state_ring import RingState
from softphone.ui.widgets.wash import WashState

#: No packets for this long is a lost connection, when the registrar is out of reach as well; a silent far end that
#: sends nothing while it does not speak is none.
LOST_AFTER = 2.0


@dataclass(frozen=True)
class StageState:
    """`counts_from` is the Unix time from which the state line counts, in the words of `counted`; None when it rests.

    Two are equal when nothing but a running time differs.
    """

    call: Call
    who: Caller
    wash: WashState
    ring: RingState
    text: str = field(compare=False)
    color: str
    style: str = "timer"
    weight: int | None = None
    note: str = ""
    sentence: str = ""
    reconnecting: bool = False
    encrypted: bool | None = None
    quality: tuple[int, str] | None = None
    may_resume: bool = False
    counts_from: float | None = field(default=None, compare=False)
    counted: Callable[[float], str] = timer
    again: str | None = None  # label of the button that calls once more
    closes_itself: bool = False
    over: bool = False  # as it was when this was worked out; the call itself goes on changing

    def line(self, now: float) -> str:
        """The state line at a time."""
        return self.text if self.counts_from is None else self.counted(now - self.counts_from)


def shown_call(phone: Phone) -> Call | None:
    """The call a stage is for: the active one, one that is being ended, else the last that ended and was not closed."""
    active = phone.calls.active
    if active is not None:
        return active
    calls = list(phone.calls)
    ending = [c for c in calls if c.alive and c.ending and (c.outgoing or c.state is not CallState.INCOMING)]
    left = ending or [c for c in calls if not c.alive]
    return left[-1] if left else None


def stage_state(phone: Phone, call: Call) -> StageState:
    who = words.caller(phone, call.remote)
    if not call.alive:
        return _over(phone, call, who)
    now = phone.now()
    if call.ending:
        return StageState(call, who, "ended", "ended", words.being_set_up(call), "text-secondary", "title3", 500)
    if call.state is not CallState.CONFIRMED:
        text, note = words.being_set_up(call), _calling_as(phone, call)
        return StageState(call, who, "ring", "ringing", text, "accent-text", "title3", 500, note=note)
    encrypted = call.encrypted if call.codec or call.media_active else None
    held = call.held_local or call.held_remote
    quality = _quality(call, held)
    if call.held_local:
        since = call.hold_since or now
        return StageState(
            call, who, "hold", "hold", words.on_hold(now - since), "warn-text",
            encrypted=encrypted, quality=quality, may_resume=call.may(Intent.RESUME), counts_from=since,
            counted=words.on_hold,
        )  # fmt: skip
    if call.held_remote:
        text = words.on_hold_by(who.short)
        return StageState(call, who, "hold", "hold", text, "warn-text", encrypted=encrypted, quality=quality)
    lost = lost_seconds(phone, call)
    if lost is not None:
        return StageState(
            call, who, "hold", "hold", words.reconnecting(lost), "warn-text",
            encrypted=encrypted, quality=quality, reconnecting=True, counts_from=now - lost, counted=words.reconnecting,
        )  # fmt: skip
    talked = call.talk_seconds(now)
    return StageState(
        call, who, "active", "talking", timer(talked), "success-text",
        encrypted=encrypted, quality=quality, counts_from=now - talked,
    )  # fmt: skip


def lost_seconds(phone: Phone, call: Call) -> float | None:
    """How long nothing has arrived while the registrar is out of reach too; None when the connection stands."""
    measured = call.measured
    if measured is None or measured.quiet_seconds < LOST_AFTER:
        return None
    return measured.quiet_seconds if phone.registration.state is not RegistrationState.REGISTERED else None


def controls_state(phone: Phone, call: Call) -> ControlsState:
    alive = phone.calls.alive
    others = [other for other in alive if other is not call and other.held_local]
    set_up = call.state is CallState.CONFIRMED
    may_swap = bool(phone.calls.held) and phone.calls.held[-1].may(Intent.RESUME)
    return ControlsState(
        may_mute=call.may(Intent.MUTE),
        muted=call.muted,
        may_send_digits=call.may(Intent.SEND_DIGITS),
        may_hold=call.may(Intent.RESUME if call.held_local else Intent.HOLD),
        held=call.held_local,
        two_calls=bool(others),
        may_swap=may_swap,
        may_add=set_up and not call.ending and len(alive) < WITH_CALL_WAITING and phone.can_call,
        device=phone.sound_in_use.speaker,
        set_up=set_up,
    )


def end_words(phone: Phone, call: Call, who: Caller) -> tuple[str, str]:
    """What the red button says, and its accessible name."""
    if call.state in (CallState.CALLING, CallState.EARLY):
        return text_actions.cancel(), text_stage.cancel_call(who.spoken)
    shown_words = text_actions.end_call_with(who.short) if phone.calls.held else text_actions.end_call()
    return shown_words, text_actions.end_call_with(who.spoken)


def _over(phone: Phone, call: Call, who: Caller) -> StageState:
    identity = phone.session.identity
    managed = identity is None or identity.kind == "account"
    end = words.ending(call, who, now=phone.now(), managed=managed)
    return StageState(
        call, who, "fail" if end.failed else "ended", "failed" if end.failed else "ended", end.title,
        "danger-text" if end.failed else "text-primary", "title3", sentence=end.sentence,
        again=None if not who.number else text_stage.try_again() if end.failed else text_stage.call_again(),
        closes_itself=not end.failed, over=True,
    )  # fmt: skip


def _calling_as(phone: Phone, call: Call) -> str:
    """The number they see; not for an account that takes another one for each call."""
    document = phone.settings.document
    if not call.outgoing or document is None or len(document.caller_id.allowed) < 2:
        return ""
    number = call.caller_id or shown_number(document, lambda _: "")
    return text_stage.calling_as(shown(number)) if number else ""


def _quality(call: Call, held: bool) -> tuple[int, str] | None:
    measured = call.measured
    if measured is None or (measured.mos <= 0 and measured.quiet_seconds < LOST_AFTER):
        return None
    if held and measured.mos <= 0:
        return None
    return words.quality(measured.mos, 0.0 if held else measured.quiet_seconds)
