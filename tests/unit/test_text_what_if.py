"""The path of a call, in words."""

from datetime import datetime, timedelta, timezone

import pytest

from softphone.extension.call_rules import Incoming, LineState
from softphone.extension.explain import explain
from softphone.extension.settings import (
    Device,
    DoNotDisturb,
    Forwarding,
    NoAnswer,
    Settings,
)
from softphone.ui.text_settings import plain
from softphone.ui.text_what_if import path_of

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=timezone(timedelta(hours=8)))
HERE = Device("d1", "desktop", "Alice's laptop", this_device=True)
MOBILE = Device("d2", "mobile", "Pixel")
STRANGER = "+6591112222"
EMAILS = ("alice@example.com",)


def alice(**changes):
    return Settings(**{"key": "100", "label": "Alice", "devices": (HERE, MOBILE), **changes})


def path(settings, caller=STRANGER, state=None):
    steps = explain(Incoming(caller), settings, NOON, state if state is not None else LineState())
    return [(line.kind, plain(line.text)) for line in path_of(steps, NOON, lambda name: name, EMAILS)]


def decided(settings, caller=STRANGER, state=None):
    return next(text for kind, text in path(settings, caller, state) if kind == "decided")


def test_a_plain_call_is_told_from_the_first_rule_to_voicemail():
    assert path(alice()) == [
        ("passed", "Do not disturb is off"),
        ("passed", "Not on a gateway"),
        ("passed", "Call forwarding is off"),
        ("passed", "Your line is free: 0 of 2 calls"),
        ("decided", "Rings this computer and your mobile phone for 20 s"),
        ("then", "No answer: your message, then voicemail, emailed to alice@example.com"),
    ]


def test_do_not_disturb_is_the_whole_path():
    assert path(alice(dnd=DoNotDisturb(True))) == [
        ("decided", "Do not disturb is on: the call is refused, nothing rings")
    ]


def test_do_not_disturb_says_until_when_and_since_when():
    today, tomorrow = NOON + timedelta(hours=2), NOON + timedelta(hours=20)
    assert "until 14:00" in decided(alice(dnd=DoNotDisturb(True, today.isoformat())))
    assert "until tomorrow at 08:00" in decided(alice(dnd=DoNotDisturb(True, tomorrow.isoformat())))
    past = (NOON - timedelta(hours=1)).isoformat()
    assert path(alice(dnd=DoNotDisturb(True, past)))[0] == ("passed", "Do not disturb is over since 11:00")


def test_a_forwarded_call_names_its_destinations_whose_settings_apply():
    settings = alice(forwarding=Forwarding(True, "+6531234567", ("101", "102"), ("+6569876543",)))
    assert path(settings)[2:] == [
        ("passed", "Not in the VIP list"),
        ("decided", "Call forwarding is on: the call goes to +6531234567, 101 and 102"),
        ("then", "There, the settings of 101 and 102 apply"),
    ]
    assert ("passed", "A hidden number is in no VIP list") in path(settings, "")
    assert "then" not in [kind for kind, _ in path(alice(forwarding=Forwarding(True, "+6531234567")))]


def test_a_vip_rings_all_the_same():
    settings = alice(forwarding=Forwarding(True, None, ("101",), (STRANGER,)))
    assert ("passed", "Call forwarding is on, but not for VIP callers") in path(settings)
    assert decided(settings) == "A VIP caller: rings this computer and your mobile phone for 20 s"


def test_a_third_call_hears_busy():
    assert decided(alice(), state=LineState(calls_up=2)) == "You have 2 of 2 calls: the caller hears busy"


def test_devices_that_stay_silent_say_why():
    settings = alice(ring_devices=("desktop",))
    assert ("then", "Doesn't ring your mobile phone: it isn't chosen") in path(settings)
    assert ("then", "Doesn't ring your mobile phone: it isn't connected") in path(
        alice(), state=LineState(reachable=frozenset({"d1"}))
    )


def test_with_nothing_to_ring_no_answer_acts_at_once():
    told = path(alice(), state=LineState(reachable=frozenset()))
    assert ("passed", "None of your devices is connected") in told
    assert ("decided", "Nothing can ring, so No answer acts at once") in told


def test_forwarding_to_oneself_is_refused():
    assert decided(alice(forwarding=Forwarding(True, None, ("100",)))) == (
        "Forwarding leads back to you: the call is refused"
    )


def test_a_gateway_takes_the_call():
    assert decided(alice(gateway="sip:gate@example.com")) == (
        "The extension is on a gateway: the call goes to sip:gate@example.com"
    )


@pytest.mark.parametrize(("no_answer", "told"), [
    (NoAnswer("forward", "+6531234567"), "No answer: the call goes to +6531234567"),
    (NoAnswer("hang_up"), "No answer: the call ends"),
    (NoAnswer("record_number"), "No answer: the call ends, and the number is emailed to alice@example.com"),
])  # fmt: skip
def test_what_follows_when_nobody_answers(no_answer, told):
    assert path(alice(no_answer=no_answer))[-1] == ("then", told)


def test_a_contact_center_extension_rings_until_the_caller_gives_up():
    told = path(alice(type="contact_center", primary_device="desktop"))
    assert ("decided", "Rings this computer") in told
    assert told[-1] == ("then", "No answer: it rings until the caller gives up")
