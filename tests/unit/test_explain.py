"""Why a call goes where it goes: the steps, the rule that decided, and whether anyone still reaches the person."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from softphone.extension.call_rules import Incoming, LineState, NoAnswerStep, Rule, decide
from softphone.extension.explain import (
    SilentDevice,
    Step,
    Target,
    Unreachable,
    Why,
    becomes_unreachable,
    explain,
    next_call,
    unreachable,
)
from softphone.extension.settings import DoNotDisturb, Forwarding, NoAnswer
from tests.unit.any_settings import (
    BOB,
    CAROL,
    DESKTOP,
    IP_PHONE,
    MOBILE,
    NOW,
    STRANGER,
    any_call,
    any_settings,
    any_state,
    forwarding,
    settings,
)

FREE = LineState()
DND = DoNotDisturb(True)
GATEWAY = "sip:gateway@example.com"


def path(caller=STRANGER, state=FREE, through=(), **changes):
    return explain(Incoming(caller, through), settings(**changes), NOW, state)


def asked(*args, **changes):
    """The rules in the order of the path, each with why it did not decide."""
    return [(step.rule, step.why) for step in path(*args, **changes)]


NO_DND, NO_GATEWAY = (Rule.DO_NOT_DISTURB, Why.OFF), (Rule.GATEWAY, Why.NOT_MAPPED)
NO_FORWARDING, FREE_LINE = (Rule.FORWARDING, Why.OFF), (Rule.BUSY, Why.FREE)


def test_a_call_that_rings_the_devices_has_passed_every_rule():
    assert asked() == [NO_DND, NO_GATEWAY, NO_FORWARDING, FREE_LINE, (Rule.RING_DEVICES, None)]


def test_do_not_disturb_is_asked_first_and_needs_no_other():
    assert asked(dnd=DND, gateway=GATEWAY, forwarding=forwarding("101")) == [(Rule.DO_NOT_DISTURB, None)]


def test_do_not_disturb_says_when_it_ends():
    (step,) = path(dnd=DoNotDisturb(True, "2026-11-22T18:00:00+08:00"))
    assert step.until == datetime.fromisoformat("2026-11-22T18:00:00+08:00")
    assert step.decision.code == 486


def test_do_not_disturb_that_is_over_says_since_when():
    first = path(dnd=DoNotDisturb(True, "2026-11-22T08:00:00+08:00"))[0]
    assert (first.why, first.until) == (Why.OVER, datetime.fromisoformat("2026-11-22T08:00:00+08:00"))


def test_a_time_left_over_from_do_not_disturb_that_is_off_is_not_told():
    first = path(dnd=DoNotDisturb(False, "2026-11-22T08:00:00+08:00"))[0]
    assert (first.why, first.until) == (Why.OFF, None)


def test_a_gateway_comes_after_do_not_disturb():
    assert asked(gateway=GATEWAY) == [NO_DND, (Rule.GATEWAY, None)]
    assert path(gateway=GATEWAY)[-1].decision.uri == GATEWAY


@pytest.mark.parametrize(
    ("caller", "vip", "why"),
    [(STRANGER, [BOB], Why.NOT_LISTED), (STRANGER, [], Why.NO_LIST), ("", [BOB], Why.HIDDEN)],
)
def test_a_forwarded_call_says_why_the_vip_list_made_no_exception(caller, vip, why):
    steps = path(caller, forwarding=forwarding(CAROL, "101", vip=vip))
    assert [(step.rule, step.why) for step in steps] == [NO_DND, NO_GATEWAY, (Rule.VIP, why), (Rule.FORWARDING, None)]
    assert steps[-1].targets == (Target(CAROL, "number"), Target("101", "key"))


def test_a_vip_rings_though_forwarding_is_on():
    assert asked(BOB, forwarding=forwarding("101", vip=[BOB])) == [
        NO_DND, NO_GATEWAY, (Rule.FORWARDING, Why.VIP_CALLER), FREE_LINE, (Rule.VIP, None),
    ]  # fmt: skip


def test_forwarding_with_nowhere_to_go_says_so():
    assert (Rule.FORWARDING, Why.NOWHERE_TO_GO) in asked(forwarding=Forwarding(True))


def test_a_loop_is_named():
    step = path(through=("101",), forwarding=forwarding("101"))[-1]
    assert (step.rule, step.decision.code, step.targets) == (Rule.LOOP, 482, ())


def test_a_busy_line_tells_how_many_calls_are_up():
    step = path(state=LineState(calls_up=2))[-1]
    assert (step.rule, step.calls_up, step.most_calls, step.decision.code) == (Rule.BUSY, 2, 2, 486)


def test_a_free_line_tells_how_many_more_calls_there_can_be():
    step = path(state=LineState(calls_up=1))[3]
    assert (step.why, step.calls_up, step.most_calls) == (Why.FREE, 1, 2)


def test_ringing_tells_the_devices_how_long_and_what_comes_after():
    step = path(ring_devices=("ip_phone", "mobile"), no_answer=NoAnswer("voicemail", None, 20))[-1]
    assert step.decision.devices == (IP_PHONE, MOBILE)
    assert step.decision.no_answer == NoAnswerStep(20, "voicemail")


def test_ringing_tells_which_devices_stay_silent_and_why():
    step = path(ring_devices=("ip_phone", "mobile"), state=LineState(reachable=frozenset({"mobile", "desktop"})))[-1]
    assert step.silent == (SilentDevice(IP_PHONE, "not_reachable"), SilentDevice(DESKTOP, "not_chosen"))


def test_devices_that_are_not_connected_send_the_call_to_the_no_answer_action_at_once():
    steps = path(state=LineState(reachable=frozenset()), no_answer=NoAnswer("voicemail", None, 20))
    assert [(step.rule, step.why) for step in steps[-2:]] == [
        (Rule.RING_DEVICES, Why.NOT_REACHABLE), (Rule.UNREACHABLE, None),
    ]  # fmt: skip
    assert {silent.device for silent in steps[-2].silent} == {IP_PHONE, MOBILE, DESKTOP}
    assert steps[-1].decision.no_answer == NoAnswerStep(0, "voicemail")


def test_an_extension_without_devices_says_so():
    assert asked(devices=(replace(DESKTOP, activated=False),))[-2:] == [
        (Rule.RING_DEVICES, Why.NO_DEVICE), (Rule.UNREACHABLE, None),
    ]  # fmt: skip


@given(any_call, any_settings, any_state)
def test_the_last_step_is_the_decision_and_no_other_step_is_one(call, extension, state):
    *passed, last = explain(call, extension, NOW, state)
    assert last.decision == decide(call, extension, NOW, state)
    assert last.rule is last.decision.rule
    assert last.why is None
    assert all(step.decision is None and step.why is not None for step in passed)
    assert len({step.rule for step in (*passed, last)}) == len(passed) + 1


@given(any_call, any_settings, any_state)
def test_what_a_passed_rule_says_is_true(call, extension, state):
    """Each reason is checked by changing the one thing that it names: then the rule no longer passes as it did."""
    for step in explain(call, extension, NOW, state)[:-1]:
        changed, caller, line = extension, call, state
        if step.why in (Why.OFF, Why.OVER) and step.rule is Rule.DO_NOT_DISTURB:
            changed = replace(extension, dnd=DND)
        elif step.why is Why.NOT_MAPPED:
            changed = replace(extension, gateway=GATEWAY)
        elif step.why is Why.OFF:
            changed = replace(extension, forwarding=forwarding("555"))
        elif step.why is Why.NOWHERE_TO_GO:
            changed = replace(extension, forwarding=replace(extension.forwarding, extensions=("555",), vip=()))
        elif step.why in (Why.NOT_LISTED, Why.NO_LIST, Why.HIDDEN):
            caller = replace(call, caller=call.caller or BOB)
            changed = replace(extension, forwarding=replace(extension.forwarding, vip=(caller.caller,)))
        elif step.why is Why.VIP_CALLER:
            changed = replace(extension, forwarding=replace(extension.forwarding, vip=()))
        elif step.why is Why.FREE:
            line = replace(state, calls_up=step.most_calls)
        elif step.why is Why.NOT_REACHABLE:
            line = replace(state, reachable=None)
        else:
            changed = replace(extension, devices=(DESKTOP,))
            line = replace(state, reachable=None)
        assert decide(caller, changed, NOW, line) != decide(call, extension, NOW, state)


# --- one line for the next call ---------------------------------------------------------------------------------------


def test_the_next_call_is_a_strangers():
    coming = next_call(settings(), NOW)
    assert coming.everyone == path()[-1]
    assert (coming.vip, coming.vips) == (None, ())


def test_the_next_call_tells_how_vips_fare_where_it_makes_a_difference():
    coming = next_call(settings(forwarding=forwarding("101", vip=[BOB, "104", BOB])), NOW)
    assert (coming.everyone.rule, coming.vip.rule, coming.vips) == (Rule.FORWARDING, Rule.VIP, (BOB, "104"))


@pytest.mark.parametrize(
    "changes",
    [{"dnd": DND}, {"gateway": GATEWAY}, {"forwarding": replace(forwarding("101", vip=[BOB]), enabled=False)}],
)
def test_the_next_call_does_not_speak_of_vips_where_they_fare_like_everyone(changes):
    coming = next_call(settings(**({"forwarding": forwarding("101", vip=[BOB])} | changes)), NOW)
    assert coming.vip is None


def test_the_next_call_counts_the_calls_that_are_up():
    assert next_call(settings(), NOW, LineState(calls_up=2)).everyone.rule is Rule.BUSY


@given(any_settings, any_state)
def test_the_next_call_is_what_would_be_decided(extension, state):
    coming = next_call(extension, NOW, state)
    assert coming.everyone.decision == decide(Incoming(""), extension, NOW, state)
    for vip in coming.vips:
        assert coming.vip.decision == decide(Incoming(vip), extension, NOW, state) != coming.everyone.decision


# --- nobody reaches the person any more -------------------------------------------------------------------------------


def test_do_not_disturb_that_nothing_ends_makes_unreachable():
    assert becomes_unreachable(settings(), settings(dnd=DND), NOW) is Unreachable.DO_NOT_DISTURB


def test_do_not_disturb_that_ends_by_itself_does_not_make_unreachable():
    assert becomes_unreachable(settings(), settings(dnd=DoNotDisturb(True, "2026-11-22T18:00:00+08:00")), NOW) is None


def test_forwarding_to_itself_makes_unreachable():
    itself = settings(forwarding=forwarding("100"))
    assert becomes_unreachable(settings(), itself, NOW) is Unreachable.FORWARDS_TO_ITSELF


def test_forwarding_to_itself_is_no_harm_to_vips():
    assert becomes_unreachable(settings(), settings(forwarding=forwarding("100", vip=[BOB])), NOW) is None


def test_without_devices_nobody_is_reached():
    assert becomes_unreachable(settings(), settings(devices=()), NOW) is Unreachable.NO_DEVICE
    off = tuple(replace(device, activated=False) for device in settings().devices)
    assert becomes_unreachable(settings(), settings(devices=off), NOW) is Unreachable.NO_DEVICE


@pytest.mark.parametrize("changes", [{"gateway": GATEWAY}, {"forwarding": forwarding("101")}])
def test_calls_that_go_elsewhere_are_reached_without_devices(changes):
    assert becomes_unreachable(settings(), settings(devices=(), **changes), NOW) is None


def test_who_was_unreachable_before_does_not_become_so():
    assert becomes_unreachable(settings(dnd=DND), settings(devices=()), NOW) is None


@given(any_settings)
def test_whom_nobody_reaches_no_caller_reaches(extension):
    if unreachable(extension, NOW) is not None:
        for caller in ("", STRANGER, "109", *extension.forwarding.vip):
            assert decide(Incoming(caller), extension, NOW, FREE).action in ("refuse", "no_answer")


@given(any_settings)
def test_whom_somebody_reaches_somebody_reaches_in_the_end(extension):
    """If not now, then when do not disturb is over."""
    if unreachable(extension, NOW) is None:
        callers = ("", *extension.forwarding.vip)
        times = (NOW, NOW + timedelta(days=1))
        reached = {decide(Incoming(caller), extension, at, FREE).action for caller in callers for at in times}
        assert {"ring", "forward", "gateway"} & reached


def test_what_do_not_disturb_hides_for_an_hour_is_found_too():
    for_an_hour = DoNotDisturb(True, "2026-11-22T10:30:00+08:00")
    before, after = settings(dnd=for_an_hour), settings(dnd=for_an_hour, devices=())
    assert becomes_unreachable(before, after, NOW) is Unreachable.NO_DEVICE


def test_a_step_without_a_decision_has_no_targets():
    assert Step(Rule.FORWARDING, Why.OFF).targets == ()
