"""All that the stage's widgets show at a moment but the running times: while it is the same, nothing is laid out."""

from __future__ import annotations

from dataclasses import dataclass

from softphone.phone.call import Call
from softphone.phone.phone import Phone
from softphone.ui import text_call as words
from softphone.ui.stage.controls import ControlsState
from softphone.ui.stage.notice_slot import Notice
from softphone.ui.stage.stage_state import StageState, controls_state, end_words
from softphone.ui.text_call import Caller


@dataclass(frozen=True)
class StageView:
    """Two are equal when the widgets show the same; what a `Call` itself says is copied, as it changes in place."""

    state: StageState
    resting: str  # the state line when it does not count
    controls: ControlsState
    held: Call | None
    held_who: Caller | None
    end: tuple[str, str]
    digits: str
    ending: bool
    held_local: bool
    keypad_open: bool
    may_call: bool
    notice: Notice | None


def stage_view(phone: Phone, now: StageState, keypad_open: bool, notice: Notice | None) -> StageView:
    """The keypad takes the place of the held call's card and of a notice."""
    call = now.call
    held = None if now.over or keypad_open else next(reversed(phone.calls.held), None)
    return StageView(
        state=now,
        resting=now.text if now.counts_from is None else "",
        controls=controls_state(phone, call),
        held=held,
        held_who=words.caller(phone, held.remote) if held is not None else None,
        end=end_words(phone, call, now.who),
        digits=call.digits_sent,
        ending=call.ending,
        held_local=call.held_local,
        keypad_open=keypad_open,
        may_call=phone.can_call,
        notice=None if keypad_open else notice,
    )
