"""From headers as they come to parties as they are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softphone.phone.failure import Failure, FailureKind
from softphone.phone.party import Party
from softphone.sip import translate


def headers(*lines: str, body: str = "") -> translate.Headers:
    return translate.Headers("\r\n".join(["INVITE sip:100@x SIP/2.0", *lines]) + "\r\n\r\n" + body)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"Alice Tan" <sip:100@example.com>;tag=1', Party("100", "example.com", "Alice Tan")),
        ("Alice Tan <sip:100@example.com:5060;user=phone>;tag=1", Party("100", "example.com", "Alice Tan")),
        ("<sip:+65%206123@example.com>", Party("+65 6123", "example.com", "")),
        ("sip:100@example.com;tag=9", Party("100", "example.com", "")),
        ('"A \\"B\\" C" <sips:x@[2001:db8::1]:5061>', Party("x", "[2001:db8::1]", 'A "B" C')),
        ("<tel:+65-6123-4567;phone-context=x>", Party("+6561234567", "", "")),
        ('"Comma, Inc" <sip:1@x>', Party("1", "x", "Comma, Inc")),
        ("<sip:example.com>", Party("", "example.com", "")),
        ("<sip:user;phone-context=a:secret@h>", Party("user", "h", "")),
        ('"Evil\x07\u202eName" <sip:1@x>', Party("1", "x", "Evil Name")),
        ('"\udcc3\udca9t\udcc3\udca9" <sip:1@x>', Party("1", "x", "été")),
    ],
)
def test_addresses_are_read_in_all_their_forms(value, expected):
    assert translate.address(value).party == expected


@pytest.mark.parametrize("value", ["", "nonsense", "<mailto:a@b>", "<>", '"unclosed <sip:1@x'])
def test_what_is_no_address_is_none(value):
    assert translate.address(value) is None


@given(st.text(max_size=300))
def test_no_header_whatever_stops_the_translation(text):
    found = translate.address(text)
    if found is not None:
        for shown in (found.party.user, found.party.host, found.party.name):
            assert len(shown) <= 255
            shown.encode("utf-8")
            assert not any(ord(char) < 32 for char in shown)
    message = translate.Headers(text)
    translate.caller(message)
    translate.diverted_by(message)


def test_the_asserted_identity_goes_before_from():
    found = translate.caller(
        headers('f: "Who" <sip:anyone@there>;tag=1', 'P-Asserted-Identity: "Bob" <sip:+6591234567@pbx>, <tel:+65999>')
    )
    assert found == Party("+6591234567", "pbx", "Bob")


def test_an_asserted_number_alone_keeps_the_name_of_from():
    found = translate.caller(headers('From: "Bob" <sip:1@there>', "P-Asserted-Identity: <tel:+6591234567>"))
    assert found == Party("+6591234567", "there", "Bob")


@pytest.mark.parametrize("extra", ["Privacy: id", "Privacy: header;id"])
def test_privacy_hides_what_is_asserted(extra):
    sender = "From: <sip:anonymous@anonymous.invalid>"
    assert translate.caller(headers(sender, "P-Asserted-Identity: <sip:1@x>", extra)).hidden


def test_the_last_diversion_is_the_first_value():
    found = translate.diverted_by(headers("Diversion: <sip:120@x>;reason=no-answer, <sip:130@x>;reason=busy"))
    assert found == Party("120", "x", "")


def test_history_info_names_who_sent_it_on():
    found = translate.diverted_by(
        headers("History-Info: <sip:120@x>;index=1, <sip:100@x;cause=302>;index=1.1;cause=302")
    )
    assert found == Party("120", "x", "")
    assert translate.diverted_by(headers("History-Info: <sip:100@x>;index=1")) is None


def test_folded_headers_are_one():
    assert headers("Referred-By: ", "\t<sip:105@x>").first("referred-by") == "<sip:105@x>"
    assert translate.transferred_by(headers("b: <sip:105@x>")) == Party("105", "x", "")


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ('SIP;cause=200;text="Call completed elsewhere"', True),
        ("sip ; cause = 200", True),
        ("SIP;cause=486", False),
        ("Q.850;cause=200", False),
        ("", False),
    ],
)
def test_answered_elsewhere_is_told_from_the_reason(reason, expected):
    assert translate.completed_elsewhere([reason]) is expected


@pytest.mark.parametrize(
    ("sdp", "fine"),
    [
        ("c=IN IP4 192.0.2.1\r\nm=audio 1 RTP/AVP 0\r\n", True),
        ("c=IN IP6 2001:db8::1\r\n", True),
        ("c=IN IP4 224.2.1.1/127\r\n", True),
        ("", True),
        ("c=IN IP4 evil.example.com\r\n", False),
        ("c=IN IP4 192.0.2.1\r\nm=audio\r\nc=IN IP4 evil.example.com\r\n", False),
        ("v=0\nc=IN IP4 evil\n", False),
        ("v=0\rc=IN IP4 evil\r", False),
    ],
)
def test_a_media_address_must_be_an_address(sdp, fine):
    assert translate.sdp_names_an_address(sdp) is fine


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/2)\r\n", (2, 8)),
        ("messages-waiting: no\r\n", (0, 0)),
        ("Messages-Waiting: yes\r\n", (1, 0)),
        ("nothing", None),
    ],
)
def test_message_summaries(body, expected):
    assert translate.messages_waiting(body) == expected


def test_retry_after_is_seconds():
    assert translate.retry_after(headers("Retry-After: 17;duration=3600 (busy)")) == 17.0
    assert translate.retry_after(headers("Retry-After: soon")) is None


REFUSALS = {
    'outbound_rule;place="premium numbers"': (FailureKind.OUTBOUND_RULE, "premium numbers"),
    "usage_limit;resets=2026-12-01": (FailureKind.USAGE_LIMIT, "2026-12-01"),
    "usage_limit": (FailureKind.USAGE_LIMIT, ""),
    "caller_id": (FailureKind.CALLER_ID, ""),
    "something_new;x=1": (FailureKind.NOT_ALLOWED, ""),
}


@pytest.mark.parametrize(("tag", "expected"), REFUSALS.items())
def test_a_call_refused_by_a_rule_says_which_and_in_the_phone_systems_words(tag, expected):
    message = headers('Warning: 399 pbx.example.com "That is not \\"allowed\\""', f"Refused-By: {tag}")
    kind, detail = expected
    assert translate.refusal(message, 403) == Failure(kind, 403, detail, sentence='That is not "allowed"')


@pytest.mark.parametrize("lines", [(), ('Warning: 370 x "Insufficient bandwidth"',), ("Warning: nonsense",)])
def test_a_refusal_that_explains_nothing_is_left_to_its_status(lines):
    assert translate.refusal(headers(*lines), 403) is None


def test_only_a_403_is_a_refusal_by_a_rule():
    assert translate.refusal(headers("Refused-By: usage_limit"), 480) is None


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ('SIP;cause=480;text="Usage limit reached"', FailureKind.USAGE_LIMIT),
        ('SIP;cause=403;text="Wrong passcode"', FailureKind.WRONG_PASSCODE),
        ('Q.850;cause=16;text="NORMAL_CLEARING"', None),
        ('SIP;cause=200;text="Call completed elsewhere"', None),
        ("SIP;cause=480", None),
        ('SIP;text="', None),
    ],
)
def test_an_end_by_a_rule_is_known_by_its_reason(reason, kind):
    found = translate.ended_by_rule([reason])
    assert (found.kind if found else None) is kind
