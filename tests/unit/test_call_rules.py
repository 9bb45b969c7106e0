"""What the settings do to a call that comes in: each rule by its name, in the order in which they are asked."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from softphone.extension.call_rules import (
    MOST_HOPS,
    Incoming,
    LineState,
    NoAnswerStep,
    Rule,
    decide,
    do_not_disturb,
)
from softphone.extension.settings import Device, DoNotDisturb, Forwarding, NoAnswer
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
DND = DoNotDisturb(enabled=True)


def decided(call=None, state=FREE, now=NOW, **changes):
    return decide(call or Incoming(STRANGER), settings(**changes), now, state)


def rings(*, call=None, state=FREE, **changes):
    """The devices that ring."""
    return [device.id for device in decided(call, state, **changes).devices]


# --- the use case of the guide ----------------------------------------------------------------------------------------


def test_the_use_case_of_the_guide():
    """Calls are currently received via IP Phone and Mobile App on Ext 100. Now she only wants to receive calls from
    +6531234567 & +6569876543. All other incoming calls will be directed to extensions 101, 102 and 103."""
    ext_100 = settings(ring_devices=("ip_phone", "mobile"))
    assert [device.type for device in decide(Incoming(STRANGER), ext_100, NOW, FREE).devices] == ["ip_phone", "mobile"]

    # Turn on Call Forwarding. Turn on To extensions: add ext 101, 102, 103. Turn on VIP list: add the two numbers.
    ext_100 = replace(
        ext_100, forwarding=Forwarding(True, None, ("101", "102", "103"), ("+6531234567", "+6569876543"))
    )

    # Now calls from +6531234567 & +6569876543 will go directly to ext 100's IP Phone & Mobile App.
    for vip in ("+6531234567", "+6569876543"):
        call = decide(Incoming(vip), ext_100, NOW, FREE)
        assert (call.rule, call.action) == (Rule.VIP, "ring")
        assert [device.type for device in call.devices] == ["ip_phone", "mobile"]
    # All other incoming calls will be forwarded to ext 101, 102 and 103.
    for other in (STRANGER, "104", ""):
        call = decide(Incoming(other), ext_100, NOW, FREE)
        assert (call.rule, call.action, call.targets) == (Rule.FORWARDING, "forward", ("101", "102", "103"))
        assert call.devices == ()


# --- 1 do not disturb -------------------------------------------------------------------------------------------------


def test_do_not_disturb_refuses_as_busy():
    call = decided(dnd=DND)
    assert (call.rule, call.action, call.code) == (Rule.DO_NOT_DISTURB, "refuse", 486)


def test_do_not_disturb_runs_no_no_answer_action():
    assert decided(dnd=DND, no_answer=NoAnswer("voicemail")).no_answer is None


def test_do_not_disturb_forwards_nothing_and_makes_no_exception_for_a_vip():
    for caller in (STRANGER, BOB):
        assert decided(Incoming(caller), dnd=DND, forwarding=forwarding("101", vip=[BOB])).rule is Rule.DO_NOT_DISTURB


def test_do_not_disturb_wins_over_a_gateway():
    assert decided(dnd=DND, gateway="sip:gateway@example.com").rule is Rule.DO_NOT_DISTURB


@pytest.mark.parametrize("until", ["2026-11-22T09:30:01+08:00", "2026-11-22T01:30:00.1Z", "2026-11-23T00:00:00+08:00"])
def test_do_not_disturb_lasts_until_its_time(until):
    assert decided(dnd=DoNotDisturb(True, until)).rule is Rule.DO_NOT_DISTURB


@pytest.mark.parametrize(
    "until",
    ["2026-11-22T09:30:00+08:00", "2026-11-22T01:29:59.999999999Z", "2026-11-22T01:29:59.9Z", "2025-01-01T00:00:00Z"],
)
def test_do_not_disturb_ends_by_itself(until):
    assert decided(dnd=DoNotDisturb(True, until)).rule is Rule.RING_DEVICES


def test_do_not_disturb_that_is_off_stays_off_whatever_its_time():
    assert not do_not_disturb(settings(dnd=DoNotDisturb(False, "2099-01-01T00:00:00Z")), NOW)


def test_a_time_that_cannot_be_read_does_not_end_do_not_disturb():
    assert do_not_disturb(settings(dnd=DoNotDisturb(True, "soon")), NOW)


# --- 2 gateway --------------------------------------------------------------------------------------------------------


def test_an_extension_on_a_gateway_sends_every_call_there():
    for changes in ({}, {"ring_devices": ()}, {"forwarding": forwarding("101", vip=[BOB])}):
        call = decided(Incoming(BOB), gateway="sip:gateway@example.com", **changes)
        assert (call.rule, call.action, call.uri) == (Rule.GATEWAY, "gateway", "sip:gateway@example.com")


def test_a_gateway_is_not_busy():
    assert decided(state=LineState(calls_up=9), gateway="sip:gateway@example.com").rule is Rule.GATEWAY


# --- 3 forwarding -----------------------------------------------------------------------------------------------------


def test_forwarding_goes_to_the_number_and_all_extensions_at_once_and_own_devices_stay_silent():
    call = decided(forwarding=forwarding(CAROL, "101", "102"))
    assert (call.rule, call.targets, call.devices) == (Rule.FORWARDING, (CAROL, "101", "102"), ())


def test_forwarding_leaves_the_chosen_devices_as_they_were():
    chosen, forwards = ("ip_phone", "mobile"), forwarding("101", vip=[BOB])
    assert rings(ring_devices=chosen) == ["ip_phone", "mobile"]
    assert rings(call=Incoming(BOB), ring_devices=chosen, forwarding=forwards) == ["ip_phone", "mobile"]


def test_a_vip_is_a_number_or_an_extension():
    for vip in (BOB, "104"):
        assert decided(Incoming(vip), forwarding=forwarding("101", vip=[BOB, "104"])).rule is Rule.VIP


def test_a_hidden_caller_is_no_vip():
    assert decided(Incoming(""), forwarding=forwarding("101", vip=[""])).rule is Rule.FORWARDING


def test_a_vip_that_was_forwarded_by_a_colleague_still_rings():
    assert decided(Incoming(BOB, through=("102",)), forwarding=forwarding("101", vip=[BOB])).rule is Rule.VIP


def test_forwarding_with_nowhere_to_go_rings_the_devices():
    assert decided(forwarding=Forwarding(enabled=True)).rule is Rule.RING_DEVICES


def test_forwarding_that_is_off_keeps_its_list_and_rings_the_devices():
    assert decided(forwarding=replace(forwarding("101"), enabled=False)).rule is Rule.RING_DEVICES


def test_a_busy_extension_still_forwards():
    assert decided(state=LineState(calls_up=2), forwarding=forwarding("101")).rule is Rule.FORWARDING


def test_each_destination_rings_once():
    assert decided(forwarding=forwarding("101", "102", "101")).targets == ("101", "102")


def test_a_call_does_not_go_back_to_whom_it_came_from():
    assert decided(Incoming(STRANGER, through=("101",)), forwarding=forwarding("101", "102")).targets == ("102",)


def test_a_call_is_not_sent_where_it_rings_already():
    call = Incoming(STRANGER, through=("103",), reached=frozenset({"101", CAROL}))
    assert decided(call, forwarding=forwarding(CAROL, "101", "102")).targets == ("102",)


@pytest.mark.parametrize(
    "call",
    [
        Incoming(STRANGER, through=("101",)),
        Incoming(STRANGER, through=("102", "101")),
        Incoming(STRANGER, through=("103",), reached=frozenset({"101"})),
        Incoming(STRANGER, through=("100", "9000")),
    ],
)
def test_a_loop_ends_with_482(call):
    refused = decided(call, forwarding=forwarding("101"))
    assert (refused.rule, refused.action, refused.code) == (Rule.LOOP, "refuse", 482)


def test_an_extension_that_forwards_to_itself_is_a_loop():
    assert decided(forwarding=forwarding("100")).rule is Rule.LOOP


def test_a_call_that_comes_back_by_a_call_group_is_a_loop():
    """100 forwards to the group 9000, which 100 is a member of."""
    assert decided(Incoming(STRANGER, through=("100",)), forwarding=forwarding("9000")).rule is Rule.LOOP


def test_five_hops_are_possible_and_a_sixth_is_not():
    through = tuple(str(200 + hop) for hop in range(MOST_HOPS))
    assert decided(Incoming(STRANGER, through=through[:-1]), forwarding=forwarding("101")).rule is Rule.FORWARDING
    refused = decided(Incoming(STRANGER, through=through), forwarding=forwarding("101"))
    assert (refused.rule, refused.code) == (Rule.LOOP, 482)


def test_a_call_forwarded_five_times_still_rings():
    through = tuple(str(200 + hop) for hop in range(MOST_HOPS))
    assert decided(Incoming(STRANGER, through=through)).rule is Rule.RING_DEVICES


# --- 4 busy -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "most"),
    [
        ({}, 2), ({"call_waiting": False}, 1),
        ({"type": "contact_center"}, 1), ({"type": "contact_center", "call_waiting": False}, 1),
    ],
)  # fmt: skip
def test_one_call_more_than_there_can_be_is_refused_as_busy(changes, most):
    assert decided(state=LineState(calls_up=most - 1), **changes).action == "ring"
    refused = decided(state=LineState(calls_up=most), **changes)
    assert (refused.rule, refused.action, refused.code, refused.no_answer) == (Rule.BUSY, "refuse", 486, None)


def test_a_vip_is_refused_as_busy_like_anyone():
    busy = LineState(calls_up=2)
    assert decided(Incoming(BOB), busy, forwarding=forwarding("101", vip=[BOB])).rule is Rule.BUSY


# --- 5 ring devices ---------------------------------------------------------------------------------------------------


def test_all_chosen_devices_ring_at_once():
    assert rings() == ["ip_phone", "mobile", "desktop"]
    assert rings(ring_devices=("mobile", "desktop")) == ["mobile", "desktop"]


def test_a_device_that_is_not_activated_does_not_ring():
    assert rings(devices=(IP_PHONE, replace(MOBILE, activated=False), DESKTOP)) == ["ip_phone", "desktop"]


def test_a_device_that_is_not_reachable_does_not_ring():
    assert rings(state=LineState(reachable=frozenset({"mobile"}))) == ["mobile"]


def test_the_only_activated_device_rings_even_when_it_is_not_chosen():
    assert rings(devices=(MOBILE, replace(DESKTOP, activated=False)), ring_devices=("desktop",)) == ["mobile"]


@pytest.mark.parametrize(
    ("activated", "rung"),
    [((DESKTOP, MOBILE, IP_PHONE), "ip_phone"), ((DESKTOP, MOBILE), "mobile"), ((DESKTOP, IP_PHONE), "ip_phone")],
)
def test_with_none_chosen_the_ip_phone_rings_before_the_mobile_and_the_mobile_before_the_desktop(activated, rung):
    assert rings(devices=activated, ring_devices=()) == [rung]


def test_chosen_devices_of_which_none_is_activated_are_none_chosen():
    assert rings(devices=(MOBILE, DESKTOP), ring_devices=("ip_phone",)) == ["mobile"]


def test_with_none_chosen_the_device_used_last_rings():
    assert rings(ring_devices=(), state=LineState(last_used="desktop")) == ["desktop"]


def test_a_device_used_last_that_is_no_longer_activated_does_not_count():
    activated = (IP_PHONE, MOBILE, replace(DESKTOP, activated=False))
    assert rings(devices=activated, ring_devices=(), state=LineState(last_used="desktop")) == ["ip_phone"]


def test_the_default_is_a_device_that_can_ring():
    state = LineState(reachable=frozenset({"mobile", "desktop"}), last_used="ip_phone")
    assert rings(ring_devices=(), state=state) == ["mobile"]
    assert rings(call_group="9000", state=state) == ["mobile"]


def test_the_device_used_last_does_not_ring_in_place_of_the_chosen_ones():
    assert rings(ring_devices=("ip_phone", "mobile"), state=LineState(last_used="desktop")) == ["ip_phone", "mobile"]


def test_a_member_of_a_call_group_rings_one_device():
    assert rings(call_group="9000") == ["ip_phone"]
    assert rings(call_group="9000", ring_devices=("desktop",)) == ["desktop"]
    assert rings(call_group="9000", state=LineState(last_used="mobile")) == ["mobile"]


def test_the_contact_center_rings_its_primary_device():
    assert rings(type="contact_center", primary_device="desktop") == ["desktop"]
    assert rings(type="contact_center", primary_device="desktop", ring_devices=("mobile",)) == ["desktop"]


def test_the_contact_center_rings_one_of_two_primary_devices():
    laptop = Device(id="d2", type="desktop", name="Laptop")
    assert rings(type="contact_center", devices=(DESKTOP, laptop), primary_device="desktop") == ["desktop"]


def test_the_contact_center_without_a_primary_device_rings_the_chosen_one():
    assert rings(type="contact_center", ring_devices=("mobile",)) == ["mobile"]
    assert rings(type="contact_center") == ["ip_phone"]


def test_a_primary_device_is_the_contact_centers_alone():
    assert rings(primary_device="desktop") == ["ip_phone", "mobile", "desktop"]


# --- 6 no answer ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["hang_up", "record_number", "voicemail"])
def test_nobody_answers_and_the_action_follows_after_its_seconds(action):
    assert decided(no_answer=NoAnswer(action, after_seconds=25)).no_answer == NoAnswerStep(25, action)


def test_nobody_answers_and_the_call_goes_to_a_number():
    call = decided(no_answer=NoAnswer("forward", CAROL, 5))
    assert call.no_answer == NoAnswerStep(5, "forward", CAROL)


def test_the_number_of_another_action_is_not_called():
    assert decided(no_answer=NoAnswer("voicemail", CAROL, 5)).no_answer.number is None


def test_no_number_to_forward_to_hangs_up():
    assert decided(no_answer=NoAnswer("forward", None, 5)).no_answer == NoAnswerStep(5, "hang_up")


def test_a_vip_gets_the_no_answer_action_too():
    call = decided(Incoming(BOB), forwarding=forwarding("101", vip=[BOB]), no_answer=NoAnswer("voicemail", None, 7))
    assert call.no_answer == NoAnswerStep(7, "voicemail")


@pytest.mark.parametrize(
    ("changes", "state"),
    [({"devices": ()}, FREE), ({"devices": (replace(DESKTOP, activated=False),)}, FREE),
     ({}, LineState(reachable=frozenset()))],
)  # fmt: skip
def test_with_no_device_to_ring_the_action_follows_at_once(changes, state):
    call = decided(state=state, no_answer=NoAnswer("voicemail", None, 25), **changes)
    assert (call.rule, call.action, call.no_answer) == (Rule.UNREACHABLE, "no_answer", NoAnswerStep(0, "voicemail"))


def test_the_contact_center_has_no_no_answer_action():
    assert decided(type="contact_center", no_answer=NoAnswer("voicemail")).no_answer.action == "end"


def test_a_middle_step_of_a_virtual_line_has_no_no_answer_action():
    assert decided(Incoming(STRANGER, middle_step=True)).no_answer.action == "end"
    assert decided(Incoming(STRANGER, middle_step=True), devices=()).no_answer == NoAnswerStep(0, "end")


def test_an_unanswered_call_does_not_go_in_a_circle_of_numbers():
    """100 forwards its unanswered calls to 101's number, and 101 forwards its own to 100's."""
    forward = NoAnswer("forward", CAROL, 5)
    for call in (Incoming(STRANGER, through=("100", "101")), Incoming(STRANGER, reached=frozenset({CAROL}))):
        assert decided(call, no_answer=forward).no_answer == NoAnswerStep(5, "hang_up")


# --- every rule, on any settings --------------------------------------------------------------------------------------


@given(any_call, any_settings, any_state)
def test_do_not_disturb_beats_everything(call, extension, state):
    quiet = decide(call, replace(extension, dnd=DND), NOW, state)
    assert (quiet.rule, quiet.action, quiet.code, quiet.targets, quiet.devices, quiet.no_answer) == (
        Rule.DO_NOT_DISTURB, "refuse", 486, (), (), None,
    )  # fmt: skip


@given(any_call, any_settings, any_state)
def test_a_vip_is_never_forwarded(call, extension, state):
    caller = call.caller or BOB
    vips = replace(extension.forwarding, vip=(*extension.forwarding.vip, caller))
    decision = decide(replace(call, caller=caller), replace(extension, forwarding=vips), NOW, state)
    assert decision.action != "forward"
    assert decision.rule not in (Rule.FORWARDING, Rule.LOOP)


@given(any_call, any_settings, any_state)
def test_at_most_the_allowed_devices_ring(call, extension, state):
    rung = decide(call, extension, NOW, state).devices
    one = extension.type == "contact_center" or extension.call_group is not None
    assert len(rung) <= (1 if one else 3)
    for device in rung:
        assert device in extension.devices
        assert device.activated
        assert state.reachable is None or device.id in state.reachable


@given(any_call, any_settings, any_state)
def test_devices_ring_or_the_call_is_forwarded_but_never_both(call, extension, state):
    decision = decide(call, extension, NOW, state)
    assert not (decision.devices and decision.targets)
    assert bool(decision.devices) == (decision.action == "ring")
    assert bool(decision.targets) == (decision.action == "forward")
    assert bool(decision.uri) == (decision.action == "gateway")
    assert bool(decision.code) == (decision.action == "refuse")
    assert (decision.no_answer is not None) == (decision.action in ("ring", "no_answer"))


@given(any_call, any_settings, any_state)
def test_a_call_is_never_forwarded_to_where_it_has_been(call, extension, state):
    decision = decide(call, extension, NOW, state)
    been = {*call.through, *call.reached, extension.key}
    assert not been & set(decision.targets)
    if decision.no_answer is not None and decision.no_answer.number is not None:
        assert decision.no_answer.number not in call.reached


@given(any_call, any_settings, any_state)
def test_a_device_that_could_ring_does_when_nothing_else_is_set(call, extension, state):
    """An activated and reachable device that is the only one, or chosen, is never passed over in silence."""
    plain = replace(
        extension, dnd=DoNotDisturb(), gateway=None, forwarding=Forwarding(), type="normal", call_group=None,
        ring_devices=("ip_phone", "mobile", "desktop"),
    )  # fmt: skip
    able = [d for d in plain.devices if d.activated and (state.reachable is None or d.id in state.reachable)]
    decision = decide(call, plain, NOW, replace(state, calls_up=0))
    assert list(decision.devices) == able


@given(any_call, any_settings, any_state)
def test_do_not_disturb_that_has_ended_changes_nothing(call, extension, state):
    over = DoNotDisturb(True, (NOW - timedelta(seconds=1)).isoformat())
    ended, never = (decide(call, replace(extension, dnd=dnd), NOW, state) for dnd in (over, DoNotDisturb()))
    assert ended == never


def test_two_devices_of_a_kind_are_told_apart_by_their_ids():
    laptop = Device(id="d2", type="desktop", name="Laptop")
    assert rings(devices=(DESKTOP, laptop), state=LineState(reachable=frozenset({"d2"}))) == ["d2"]
