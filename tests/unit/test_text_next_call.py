"""What happens to the next call, in one sentence; every rule has its words."""

from datetime import datetime, timedelta, timezone

import pytest

from softphone.extension.call_rules import LineState
from softphone.extension.explain import next_call
from softphone.extension.settings import Device, DoNotDisturb, Forwarding, NoAnswer, Settings
from softphone.ui.text_next_call import next_call_sentence
from softphone.ui.text_settings import plain, rich, strong

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=timezone(timedelta(hours=8)))
HERE = Device("d1", "desktop", "Alice's laptop", this_device=True)
MOBILE = Device("d2", "mobile", "Pixel")
IP_PHONE = Device("d3", "ip_phone", "Desk")


def sentence(state=None, **changes):
    settings = Settings(**{"key": "100", "label": "Alice", "devices": (HERE, MOBILE), **changes})
    return plain(next_call_sentence(next_call(settings, NOON, state), NOON))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "The next call rings this computer and your mobile phone for 20 s, then goes to voicemail."),
        (
            {"devices": (IP_PHONE, MOBILE, HERE)},
            "The next call rings this computer, your IP phone and your mobile phone for 20 s, then goes to voicemail.",
        ),
        (
            {"no_answer": NoAnswer("hang_up", after_seconds=5)},
            "The next call rings this computer and your mobile phone for 5 s, then ends.",
        ),
        (
            {"no_answer": NoAnswer("forward", "+6598765432")},
            "The next call rings this computer and your mobile phone for 20 s, then goes to +65 9876 5432.",
        ),
        (
            {"no_answer": NoAnswer("record_number")},
            "The next call rings this computer and your mobile phone for 20 s, then ends, and we email you its number.",
        ),
        (
            {"type": "contact_center", "primary_device": "mobile"},
            "The next call rings your mobile phone until the caller gives up.",
        ),
        ({"dnd": DoNotDisturb(True)}, "The next call is refused: Do not disturb is on."),
        (
            {"dnd": DoNotDisturb(True, "2026-11-23T15:24:00+08:00")},
            "The next call is refused: Do not disturb is on until 15:24.",
        ),
        (
            {"dnd": DoNotDisturb(True, "2026-11-24T08:00:00+08:00")},
            "The next call is refused: Do not disturb is on until tomorrow at 08:00.",
        ),
        (
            {"dnd": DoNotDisturb(True, "2026-12-01T00:00:00Z")},
            "The next call is refused: Do not disturb is on until 1 December at 08:00.",
        ),
        ({"gateway": "sip:100@gw.example.com"}, "The next call goes to your gateway's SIP account."),
        ({"forwarding": Forwarding(True, None, ("101", "102"))}, "The next call goes to 101 and 102."),
        (
            {"forwarding": Forwarding(True, None, ("101", "102", "103"), ("+6531234567", "+6569876543"))},
            "The next call goes to 101, 102 and 103; from +65 3123 4567 and +65 6987 6543 it rings this computer and "
            "your mobile phone for 20 s, then goes to voicemail.",
        ),
        ({"forwarding": Forwarding(True, None, ("100",))}, "The next call is refused: it would come back to you."),
        ({"devices": ()}, "The next call goes to voicemail at once: no device can ring."),
    ],
)  # fmt: skip
def test_the_next_call_is_told_in_one_sentence(changes, told):
    assert sentence(**changes) == told


def test_a_busy_line_is_told():
    assert sentence(LineState(calls_up=2)) == "The next call is refused: your line is busy."


def test_what_is_not_reachable_goes_where_no_answer_leads_at_once():
    nobody = LineState(reachable=frozenset())
    assert sentence(nobody, no_answer=NoAnswer("hang_up")) == "The next call ends at once: no device can ring."
    assert sentence(nobody, no_answer=NoAnswer("forward", "+6598765432")) == (
        "The next call goes to +65 9876 5432 at once: no device can ring."
    )


def test_values_are_heavier_and_names_are_never_markup():
    assert rich(f"Rings {strong('<b>&')}.") == 'Rings <span style="font-weight:600">&lt;b&gt;&amp;</span>.'


def test_with_a_plain_sip_account_only_what_this_application_does_is_told():
    settings = Settings(key="100", label="Alice", devices=(HERE,))
    told = next_call_sentence(next_call(settings, NOON), NOON, plain=True)
    assert plain(told) == "The next call rings this computer."
    forwards = Settings(key="100", label="Alice", devices=(HERE,), no_answer=NoAnswer("forward", "+6598765432"))
    told = next_call_sentence(next_call(forwards, NOON), NOON, plain=True)
    assert plain(told) == "The next call rings this computer for 20 s, then goes to +65 9876 5432."
