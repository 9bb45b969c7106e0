"""The call table: every state with every event and every intent."""

import itertools

import pytest

from softphone.phone import events as ev
from softphone.phone.call import ALLOWED, TRANSITIONS, Call, CallState, Intent
from softphone.phone.party import Party

EVENTS = {
    ev.CallProgressed: ev.CallProgressed("c", 180),
    ev.CallAnswered: ev.CallAnswered("c"),
    ev.CallConfirmed: ev.CallConfirmed("c"),
    ev.CallDisconnected: ev.CallDisconnected("c", 200),
}


def a_call(state: CallState, **changes) -> Call:
    return Call("c", "line-1", True, Party("101"), 0.0, state=state, **changes)


@pytest.mark.parametrize(("state", "kind"), list(itertools.product(CallState, EVENTS)))
def test_an_event_moves_a_call_as_the_table_says_or_not_at_all(state, kind):
    call = a_call(state)
    moved = call.follow(EVENTS[kind])
    expected = TRANSITIONS.get((state, kind), state)
    assert call.state is expected
    assert moved == (expected is not state)


def test_a_disconnected_call_never_comes_back():
    call = a_call(CallState.DISCONNECTED)
    for event in EVENTS.values():
        call.follow(event)
        assert call.state is CallState.DISCONNECTED


def test_every_other_state_can_end():
    for state in CallState:
        call = a_call(state)
        call.follow(ev.CallDisconnected("c", 0))
        assert call.state is CallState.DISCONNECTED


@pytest.mark.parametrize(("state", "intent"), list(itertools.product(CallState, Intent)))
def test_an_intent_is_offered_only_in_its_states(state, intent):
    answered_here = state is CallState.INCOMING and intent is Intent.HANG_UP
    call = a_call(state, held_local=intent is Intent.RESUME, answering=answered_here)
    assert call.may(intent) == (state in ALLOWED[intent])


@pytest.mark.parametrize("intent", Intent)
def test_a_call_that_is_ending_offers_nothing(intent):
    for state in CallState:
        assert not a_call(state, ending=True, held_local=intent is Intent.RESUME).may(intent)


def test_hold_and_resume_exclude_each_other_and_wait_for_the_answer():
    call = a_call(CallState.CONFIRMED)
    assert call.may(Intent.HOLD)
    assert not call.may(Intent.RESUME)
    call.held_local = True
    assert call.may(Intent.RESUME)
    assert not call.may(Intent.HOLD)
    call.hold_pending = True
    assert not call.may(Intent.RESUME)


def test_a_call_counts_as_encrypted_only_with_both_legs():
    assert not a_call(CallState.CONFIRMED, srtp="AES_CM_128_HMAC_SHA1_80", signalling="udp").encrypted
    assert not a_call(CallState.CONFIRMED, srtp="", signalling="tls").encrypted
    assert a_call(CallState.CONFIRMED, srtp="AES_CM_128_HMAC_SHA1_80", signalling="tls").encrypted


def test_a_ringing_call_is_declined_and_hung_up_only_once_it_is_being_answered():
    ringing = a_call(CallState.INCOMING)
    assert ringing.may(Intent.DECLINE)
    assert not ringing.may(Intent.HANG_UP)
    ringing.answering = True
    assert not ringing.may(Intent.DECLINE)
    assert ringing.may(Intent.HANG_UP)
