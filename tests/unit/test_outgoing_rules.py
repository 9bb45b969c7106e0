"""What the settings do to a call that is placed, and whom the other side sees: each rule by its name."""

import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softphone.extension.outgoing_rules import (
    MOST_TRIES,
    OutboundPattern,
    OutboundRule,
    Outgoing,
    OutgoingRule,
    decide_outgoing,
    is_emergency,
    matching,
    presented,
    seconds_left,
)
from softphone.extension.settings import CallerId, Presentation, UsageLimit
from tests.unit.any_settings import BOB, CAROL, any_settings, settings

ALICE, SALES, MOBILE = "+6561234567", "+6561230000", "+6591112222"
JAKARTA, PREMIUM = "+62215550100", "+6519001234"
OWN = CallerId("fixed", ALICE, (ALICE, SALES, MOBILE))
STANDARD = OutboundRule(
    "standard", "Standard", "",
    (OutboundPattern("+651900", "refuse", "premium numbers"), OutboundPattern("+65", "allow", "Singapore"),
     OutboundPattern("+62", "passcode", "Indonesia")),
)  # fmt: skip


def first(numbers):
    return numbers[0]


def last(numbers):
    return numbers[-1]


def never(numbers):
    raise AssertionError(f"none of {numbers} is to be drawn")


def decided(destination=BOB, *, rule=STANDARD, draw=never, outside=True, asked_for=None, **changes):
    extension = settings(**({"caller_id": OWN, "passcode": "4821"} | changes))
    return decide_outgoing(Outgoing(destination, outside, asked_for), extension, rule, draw)


def spent(kind="duration"):
    return UsageLimit(kind, 100, 100, "2026-12-01", "SGD" if kind == "amount" else None)


# --- emergency numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["112", "911", "995", "999"])
def test_an_emergency_number_is_never_blocked_and_never_asked_a_passcode(number):
    refusing = OutboundRule("none", "None", "", (OutboundPattern("", "refuse"),))
    asking = OutboundRule("ask", "Ask", "", (OutboundPattern("", "passcode"),))
    for rule in (refusing, asking, None):
        call = decided(number, rule=rule, usage_limit=spent(), asked_for="+6500000000")
        assert (call.rule, call.action, call.shown, call.seconds_left) == (OutgoingRule.EMERGENCY, "place", ALICE, None)


def test_an_emergency_call_shows_the_same_number_each_time_though_the_caller_id_is_random():
    assert decided("999", draw=never, caller_id=CallerId("random", None, (ALICE, SALES))).shown == ALICE


@pytest.mark.parametrize(
    ("own", "number"),
    [(ALICE, "995"), ("+12125550147", "911"), ("+442079460018", "999"), ("+61291234567", "000"),
     ("+81312345678", "119"), ("+912212345678", "108")],
)  # fmt: skip
def test_emergency_numbers_are_those_of_the_country_of_the_extensions_own_number(own, number):
    assert is_emergency(number, settings(caller_id=CallerId("fixed", own, (own,))), outside=True)


def test_what_is_an_emergency_number_elsewhere_is_an_extension_here():
    assert decided("110", outside=False).rule is OutgoingRule.INSIDE
    assert not is_emergency("119", settings(caller_id=OWN), outside=True)


def test_an_extension_may_have_an_emergency_number_of_the_country_but_not_one_of_every_telephone():
    india = CallerId("fixed", "+912212345678", ("+912212345678",))
    assert decided("101", outside=False, caller_id=india).rule is OutgoingRule.INSIDE
    assert decided("101", outside=True, caller_id=india).rule is OutgoingRule.EMERGENCY
    for number in ("112", "911"):
        assert decided(number, outside=False, caller_id=india).rule is OutgoingRule.EMERGENCY


def test_where_the_country_is_not_known_every_emergency_number_counts_unless_it_is_an_extension():
    assert decided("119", caller_id=CallerId()).rule is OutgoingRule.EMERGENCY
    assert decided("119", outside=False, caller_id=CallerId()).rule is OutgoingRule.INSIDE


def test_a_number_of_no_country_counts_as_not_known():
    own = CallerId("fixed", "+9991234567", ("+9991234567",))
    assert decided("999", caller_id=own).rule is OutgoingRule.EMERGENCY


@pytest.mark.parametrize("number", ["9991", "1120", "+65995", "", "*995", "٩٩٥", "99999999"])
def test_what_only_looks_like_an_emergency_number_is_none(number):
    assert not is_emergency(number, settings(caller_id=OWN), outside=True)


# --- inside -----------------------------------------------------------------------------------------------------------


def test_a_call_inside_is_placed_whatever_was_spent_and_shows_no_number():
    call = decided("101", outside=False, usage_limit=spent(), asked_for="+6500000000")
    assert (call.rule, call.action, call.shown, call.seconds_left) == (OutgoingRule.INSIDE, "place", None, None)


# --- usage limit ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["duration", "amount"])
def test_a_spent_usage_limit_refuses(kind):
    call = decided(usage_limit=spent(kind))
    assert (call.rule, call.action, call.seconds_left) == (OutgoingRule.USAGE_LIMIT, "refuse", 0)


def test_minutes_that_are_left_end_the_call_in_so_many_seconds():
    call = decided(usage_limit=UsageLimit("duration", 100, 98.5))
    assert (call.action, call.seconds_left) == ("place", 90)


def test_half_a_second_that_is_left_can_be_talked():
    assert decided(usage_limit=UsageLimit("duration", 100, 100 - 0.5 / 60)).seconds_left == pytest.approx(0.5)


def test_money_that_is_left_tells_no_seconds():
    call = decided(usage_limit=UsageLimit("amount", 100, 99.99))
    assert (call.action, call.seconds_left) == ("place", None)


def test_more_used_than_there_was_is_none_left():
    assert seconds_left(settings(usage_limit=UsageLimit("duration", 100, 130))) == 0


def test_a_limit_of_nothing_refuses_from_the_start():
    assert decided(usage_limit=UsageLimit("duration", 0, 0)).rule is OutgoingRule.USAGE_LIMIT


def test_unlimited_use_has_no_end():
    assert decided(usage_limit=UsageLimit("unlimited", None, 10_000)).seconds_left is None


def test_the_contact_center_has_no_usage_limit():
    assert decided(usage_limit=spent(), type="contact_center").action == "place"


# --- outbound rule ----------------------------------------------------------------------------------------------------


def test_an_outbound_rule_refuses_and_names_the_place():
    call = decided(PREMIUM)
    assert (call.rule, call.action, call.place) == (OutgoingRule.OUTBOUND_RULE, "refuse", "premium numbers")


def test_an_outbound_rule_asks_the_passcode_and_shows_the_caller_id_afterwards():
    call = decided(JAKARTA, usage_limit=UsageLimit("duration", 100, 99))
    assert (call.rule, call.action, call.place) == (OutgoingRule.OUTBOUND_RULE, "passcode", "Indonesia")
    assert (call.shown, call.seconds_left) == (ALICE, 60)


def test_a_passcode_that_the_extension_does_not_have_is_a_refusal():
    assert decided(JAKARTA, passcode="").action == "refuse"


def test_an_outbound_rule_allows():
    call = decided(BOB)
    assert (call.rule, call.action, call.place) == (OutgoingRule.ALLOWED, "place", "Singapore")


def test_the_first_pattern_that_matches_decides():
    assert matching(PREMIUM, STANDARD).action == "refuse"
    turned = OutboundRule("turned", "Turned", "", STANDARD.patterns[::-1])
    assert matching(PREMIUM, turned).action == "allow"


def test_what_no_pattern_matches_is_allowed():
    assert decided("+442079460018").rule is OutgoingRule.ALLOWED
    assert decided(JAKARTA, rule=OutboundRule("empty", "Empty")).rule is OutgoingRule.ALLOWED


def test_without_an_outbound_rule_everything_is_allowed():
    assert decided(PREMIUM, rule=None).rule is OutgoingRule.ALLOWED


def test_a_passcode_may_be_tried_three_times():
    assert MOST_TRIES == 3


def test_the_usage_limit_is_asked_before_the_outbound_rule():
    assert decided(PREMIUM, usage_limit=spent()).rule is OutgoingRule.USAGE_LIMIT


# --- caller ID --------------------------------------------------------------------------------------------------------


def test_a_fixed_caller_id_is_shown():
    assert decided(caller_id=CallerId("fixed", SALES, (ALICE, SALES))).shown == SALES


def test_an_assigned_list_is_the_only_choice():
    assert decided(caller_id=CallerId("assigned", SALES, (ALICE,), (MOBILE, SALES))).shown == SALES
    assert decided(caller_id=CallerId("fixed", ALICE, (ALICE,), (MOBILE, SALES))).shown == MOBILE
    assert decided(caller_id=CallerId("fixed", ALICE, (ALICE,), (SALES,)), asked_for=ALICE).action == "refuse"


def test_a_random_caller_id_is_drawn_for_each_call_from_the_allowed_ones():
    shown = CallerId("random", None, (ALICE, SALES), ())
    assert decided(caller_id=shown, draw=first).shown == ALICE
    assert decided(caller_id=shown, draw=last).shown == SALES
    assert decided(caller_id=CallerId("random", None, (ALICE, SALES), (MOBILE,)), draw=first).shown == MOBILE


def test_a_random_caller_id_changes_and_keeps_within_the_list():
    draw = random.Random(7).choice
    drawn = {decided(caller_id=CallerId("random", None, (ALICE, SALES, MOBILE)), draw=draw).shown for _ in range(40)}
    assert drawn == {ALICE, SALES, MOBILE}


def test_a_caller_id_asked_for_this_call_is_shown():
    assert decided(asked_for=SALES).shown == SALES
    assert decided(asked_for=SALES, caller_id=CallerId("random", None, (ALICE, SALES)), draw=never).shown == SALES


def test_a_caller_id_that_is_not_the_extensions_is_refused():
    call = decided(asked_for=CAROL)
    assert (call.rule, call.action, call.shown) == (OutgoingRule.CALLER_ID, "refuse", None)


def test_a_number_taken_away_since_is_not_shown_any_more():
    assert decided(caller_id=CallerId("fixed", CAROL, (ALICE,))).shown == ALICE


def test_an_extension_without_numbers_shows_none():
    assert decided(caller_id=CallerId()).shown is None
    assert decided(caller_id=CallerId("random"), draw=never).shown is None


destinations = st.sampled_from((BOB, JAKARTA, PREMIUM, "101", "995", "112", "*43"))


@given(any_settings, destinations, st.booleans(), st.none() | st.sampled_from((ALICE, BOB, CAROL)))
def test_only_an_allowed_number_is_ever_shown(extension, destination, outside, asked_for):
    call = Outgoing(destination, outside, asked_for)
    for draw in (first, last):
        decision = decide_outgoing(call, extension, STANDARD, draw)
        assert decision.shown is None or decision.shown in extension.caller_id.allowed
        if decision.action != "refuse" and outside:
            assert (decision.shown is not None) == bool(extension.caller_id.allowed)
        assert decision.seconds_left is None or decision.seconds_left > 0 or decision.action == "refuse"


@given(any_settings, destinations, st.booleans())
def test_an_emergency_number_always_gets_through(extension, destination, outside):
    decision = decide_outgoing(Outgoing(destination, outside), extension, STANDARD, first)
    if destination == "112":
        assert decision.rule is OutgoingRule.EMERGENCY
    if decision.rule in (OutgoingRule.EMERGENCY, OutgoingRule.INSIDE, OutgoingRule.ALLOWED):
        assert decision.action == "place"


# --- whom the next destination sees -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("internal", "external"),
    list(product(("extension_key", "caller_number"), ("assigned_caller_id", "caller_number"))),
)
def test_four_choices_of_whom_the_next_destination_sees(internal, external):
    choice = Presentation(internal, external)
    inside = presented(choice, outside=False, key="100", number=ALICE, caller=BOB)
    outside = presented(choice, outside=True, key="100", number=ALICE, caller=BOB)
    assert inside == {"extension_key": "100", "caller_number": BOB}[internal]
    assert outside == {"assigned_caller_id": ALICE, "caller_number": BOB}[external]


def test_an_extension_without_a_number_is_shown_outside_by_its_key():
    assert presented(Presentation(), outside=True, key="100", number=None, caller=BOB) == "100"


def test_a_hidden_caller_stays_hidden():
    choice = Presentation("caller_number", "caller_number")
    assert [presented(choice, outside=o, key="100", number=ALICE, caller="") for o in (True, False)] == ["", ""]
