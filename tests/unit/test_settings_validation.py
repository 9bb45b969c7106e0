"""What makes a settings document acceptable, each rule by its name."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softphone.extension.document import Fault, merge_patch
from softphone.extension.moment import parse_moment
from softphone.extension.settings import CallerId, Settings
from softphone.extension.validation import READ_ONLY, change_faults, faults, refused_changes

A_NUMBER, ANOTHER_NUMBER = "+6531234567", "+6569876543"
A_DOCUMENT = Settings(
    key="100", label="Alice Tan", caller_id=CallerId(number=A_NUMBER, numbers=(A_NUMBER, ANOTHER_NUMBER))
).to_json()


def patched(*patches):
    document = json.loads(json.dumps(A_DOCUMENT))
    for patch in patches:
        document = merge_patch(document, patch)
    return document


def found(*patches, groups=()):
    return {(fault.pointer, fault.code) for fault in faults(patched(*patches), groups)}


def test_the_document_of_a_new_extension_is_valid():
    assert faults(Settings(key="100", label="Alice").to_json()) == ()


def test_the_use_case_of_the_guide_is_valid():
    """Calls from two people reach extension 100; everyone else is forwarded to 101, 102 and 103."""
    forwarding = {"enabled": True, "extensions": ["101", "102", "103"], "vip": [A_NUMBER, ANOTHER_NUMBER]}
    assert not found({"forwarding": forwarding, "ring_devices": ["ip_phone", "mobile"]})


@pytest.mark.parametrize(
    "several",
    [
        f"{A_NUMBER},{ANOTHER_NUMBER}", f"{A_NUMBER} {ANOTHER_NUMBER}", f"{A_NUMBER}; {ANOTHER_NUMBER}",
        [A_NUMBER, ANOTHER_NUMBER],
    ],
)  # fmt: skip
def test_more_than_one_number_to_forward_to_has_its_exact_sentence(several):
    wrong = faults(patched({"forwarding": {"enabled": True, "number": several}}))
    assert [(fault.pointer, fault.detail) for fault in wrong] == [("/forwarding/number", "Maximum 1 Phone Number.")]


@pytest.mark.parametrize(
    ("patch", "pointer", "code"),
    [
        ({"no_answer": {"after_seconds": 4}}, "/no_answer/after_seconds", "range"),
        ({"no_answer": {"after_seconds": 61}}, "/no_answer/after_seconds", "range"),
        ({"no_answer": {"action": "forward"}}, "/no_answer/number", "required"),
        ({"no_answer": {"emails": ["alice"]}}, "/no_answer/emails/0", "format"),
        ({"no_answer": {"message": {"speech": {"pitch": 10}}}}, "/no_answer/message/speech/pitch", "range"),
        ({"no_answer": {"message": {"speech": {"rate": -1}}}}, "/no_answer/message/speech/rate", "range"),
        ({"no_answer": {"message": {"kind": "audio"}}}, "/no_answer/message/audio", "required"),
        ({"no_answer": {"message": {"speech": None}}}, "/no_answer/message/speech", "required"),
        ({"forwarding": {"enabled": True}}, "/forwarding", "destination-required"),
        ({"forwarding": {"extensions": ["100"]}}, "/forwarding/extensions/0", "itself"),
        ({"forwarding": {"extensions": ["101", "101"]}}, "/forwarding/extensions", "repeated"),
        ({"forwarding": {"number": "6531234567"}}, "/forwarding/number", "format"),
        ({"forwarding": {"vip": ["Bob"]}}, "/forwarding/vip/0", "format"),
        ({"caller_id": {"number": "+6500000000"}}, "/caller_id/number", "not-yours"),
        ({"caller_id": {"number": None}}, "/caller_id/number", "required"),
        ({"caller_id": {"mode": "random"}}, "/caller_id/number", "not-with-random"),
        ({"caller_id": {"mode": "random", "number": None, "numbers": []}}, "/caller_id/mode", "no-numbers"),
        ({"caller_id": {"mode": "assigned"}}, "/caller_id/mode", "none-assigned"),
        ({"caller_id": {"assigned": [ANOTHER_NUMBER]}}, "/caller_id/number", "not-yours"),
        ({"ring_devices": ["mobile", "mobile"]}, "/ring_devices", "repeated"),
        ({"ring_devices": ["fax"]}, "/ring_devices/0", "choice"),
        ({"type": "contact_center"}, "/ring_devices", "one-device"),
        ({"type": "contact_center", "ring_devices": ["mobile", "desktop"]}, "/ring_devices", "one-device"),
        ({"call_group": "9000"}, "/ring_devices", "one-device"),
        ({"call_group": "9000", "ring_devices": ["mobile", "desktop"]}, "/ring_devices", "one-device"),
        ({"usage_limit": {"kind": "duration"}}, "/usage_limit/limit", "required"),
        ({"usage_limit": {"kind": "amount", "limit": 10}}, "/usage_limit/currency", "required"),
        ({"usage_limit": {"limit": 5}}, "/usage_limit/limit", "not-with-unlimited"),
        (
            {"type": "contact_center", "usage_limit": {"kind": "duration", "limit": 5}},
            "/usage_limit/kind", "normal-only",
        ),
        ({"forwarding": {"number": [A_NUMBER]}}, "/forwarding/number", "type"),
        ({"forwarding": {"number": [A_NUMBER, "Bob"]}}, "/forwarding/number", "type"),
        ({"forwarding": {"number": f"{A_NUMBER}, Bob"}}, "/forwarding/number", "format"),
        ({"usage_limit": {"kind": "duration", "limit": -1}}, "/usage_limit/limit", "range"),
        ({"dnd": {"until": "tomorrow"}}, "/dnd/until", "format"),
        ({"dnd": {"until": "2026-11-22T09:30:00"}}, "/dnd/until", "format"),
        ({"network": {"local_sip_server_ip": "pbx.local"}}, "/network/local_sip_server_ip", "format"),
        ({"passcode": "12"}, "/passcode", "format"),
        ({"passcode": "12345678901"}, "/passcode", "too-long"),
        ({"no_answer": {"message": {"speech": {"text": " \n"}}}}, "/no_answer/message/speech/text", "empty"),
        ({"no_answer": {"message": {"speech": {"text": "a" * 1001}}}}, "/no_answer/message/speech/text", "too-long"),
        ({"label": "two\r\nlines"}, "/label", "format"),
        ({"label": "one\n"}, "/label", "format"),
        ({"label": "a" * 101}, "/label", "too-long"),
        ({"label": None}, "/label", "required"),
        ({"surprise": True}, "/surprise", "unknown"),
        ({"dnd": {"surprise": True}}, "/dnd/surprise", "unknown"),
        ({"forwarding": {"vip": ["101"] * 101}}, "/forwarding/vip", "too-many"),
    ],
)
def test_a_fault_is_named_by_its_pointer_and_code(patch, pointer, code):
    assert (pointer, code) in found(patch)


@pytest.mark.parametrize(
    "patch",
    [
        {"no_answer": {"after_seconds": 5}},
        {"no_answer": {"after_seconds": 60, "action": "hang_up"}},
        {"no_answer": {"message": {"kind": "audio", "audio": {"name": "hello.mp3", "seconds": 12.4}}}},
        {"no_answer": {"message": {"speech": {"text": "Two\nlines", "language": "zh-Hans-SG"}}}},
        {"caller_id": {"mode": "random", "number": None}},
        {"caller_id": {"mode": "assigned", "assigned": [A_NUMBER]}},
        {"dnd": {"enabled": True, "until": "2026-11-22T09:30:00.123456789Z"}},
        {"network": {"local_sip_server_ip": "fe80::1", "tls": True}},
        {"type": "contact_center", "ring_devices": ["desktop"], "primary_device": "desktop"},
        {"ring_devices": []},
        {"passcode": ""},
        {"passcode": "1234567890"},
        {"no_answer": {"action": "forward", "number": A_NUMBER, "message": {"speech": {"text": ""}}}},
        {"type": "contact_center", "ring_devices": [], "no_answer": {"message": {"speech": {"text": ""}}}},
        {"label": "陈 Ålice"},
        {"usage_limit": {"kind": "amount", "limit": 12.5, "currency": "SGD"}},
    ],
)
def test_what_makes_sense_is_accepted(patch):
    assert found(patch) == set()


IN_A_GROUP = {"call_group": "9000", "ring_devices": ["desktop"]}


def test_a_member_of_a_call_group_forwards_to_one_destination():
    both = {"forwarding": {"number": A_NUMBER, "extensions": ["101"]}}
    assert ("/forwarding", "one-destination") in found(IN_A_GROUP, both)
    assert not found(IN_A_GROUP, {"forwarding": {"extensions": ["101"]}})


def test_forwarding_to_a_group_allows_only_that_group():
    for extensions in (["9000", "101"], ["9000", "9001"]):
        wrong = found({"forwarding": {"extensions": extensions}}, groups={"9000", "9001"})
        assert wrong == {("/forwarding/extensions", "one-group")}
    assert not found({"forwarding": {"extensions": ["9000"]}}, groups={"9000"})
    assert not found({"forwarding": {"extensions": ["9000"], "number": A_NUMBER}}, groups={"9000"})
    assert not found({"forwarding": {"extensions": ["101", "102"]}}, groups={"9000"})


def test_extensions_older_than_the_restriction_are_free_of_it():
    both = {"restricted": False, "forwarding": {"number": A_NUMBER, "extensions": ["101", "9000"]}}
    assert not found(IN_A_GROUP, both, groups={"9000"})


# Words of the design
@pytest.mark.parametrize(
    ("patch", "sentence"),
    [
        ({"forwarding": {"extensions": ["100"]}}, "You can't forward to yourself."),
        ({"forwarding": {"number": "6531234567"}}, "This isn't a phone number. Start with + and the country."),
        ({"no_answer": {"number": "+65312345671234567"}}, "This isn't a phone number. Start with + and the country."),
        ({"forwarding": {"vip": ["Bob"]}}, "This isn't a phone number. Start with + and the country."),
        ({"no_answer": {"emails": ["alice"]}}, "alice is not a full email address."),
        ({"no_answer": {"message": {"speech": {"text": ""}}}}, "Type the message callers will hear."),
        ({"no_answer": {"message": {"speech": None}}}, "Type the message callers will hear."),
        ({"no_answer": {"message": {"speech": {"text": "a" * 1001}}}}, "Shorten it to 1000 characters."),
        ({"passcode": "12"}, "Digits only, 4 to 10."),
        ({"passcode": "12345678901"}, "Digits only, 4 to 10."),
        ({"network": {"local_sip_server_ip": "192.168.1.256"}}, "Each part must be 0 to 255."),
        ({"network": {"local_sip_server_ip": "pbx"}}, "Type an IP address, like 10.20.0.30."),
        ({"network": {"local_sip_server_ip": "10.20.0"}}, "Type an IP address, like 10.20.0.30."),
    ],
)
def test_a_fault_is_told_in_the_words_of_the_design(patch, sentence):
    assert [fault.detail for fault in faults(patched(patch))] == [sentence]


def test_call_group_limits_are_told_in_the_words_of_the_design():
    both = {"forwarding": {"number": A_NUMBER, "extensions": ["101"]}}
    two = {"forwarding": {"extensions": ["101", "9000"]}}
    assert [fault.detail for fault in faults(patched(IN_A_GROUP, both))] == [
        "This number is in a call group, so it must be the only one."
    ]
    assert [fault.detail for fault in faults(patched(two), {"9000"})] == ["A call group must be the only extension."]


def test_every_fault_is_told_at_once():
    assert len(found({"label": 5, "passcode": "x", "dnd": {"enabled": "no"}, "nonsense": 1})) == 4


# --- as a change ------------------------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=timezone(timedelta(hours=8)))
TWO_DEVICES = {"devices": [
    {"id": kind, "type": kind, "name": kind, "mac": None, "activated": True, "this_device": False, "last_seen": None}
    for kind in ("mobile", "desktop")
]}  # fmt: skip


def wrong_with(patch, *already, groups=(), known=None):
    before = patched(*already)
    wrong = change_faults(before, merge_patch(before, patch), groups, now=NOW, known=known)
    return [(fault.pointer, fault.code) for fault in wrong]


def test_the_last_device_that_rings_stays_on():
    for ring in ([], ["ip_phone"]):
        assert wrong_with({"ring_devices": ring}, TWO_DEVICES) == [("/ring_devices", "last-device")]
    assert not wrong_with({"ring_devices": ["mobile"]}, TWO_DEVICES)
    sentence = "At least one device must ring. To stop all calls, use Do not disturb."
    before = patched(TWO_DEVICES)
    assert change_faults(before, merge_patch(before, {"ring_devices": []}), now=NOW)[0].detail == sentence


def test_a_device_can_be_chosen_before_any_is_activated():
    assert not wrong_with({"ring_devices": ["mobile"]})


def test_an_extension_for_which_none_was_ever_chosen_can_change_everything_else():
    assert not wrong_with({"label": "Alice"}, TWO_DEVICES, {"ring_devices": []})


@pytest.mark.parametrize("until", ["2026-11-22T09:30:00+08:00", "2026-11-22T01:00:00Z", "1999-01-01T00:00:00Z"])
def test_do_not_disturb_until_a_time_that_has_passed_is_refused(until):
    assert wrong_with({"dnd": {"enabled": True, "until": until}}) == [("/dnd/until", "past")]


def test_do_not_disturb_that_has_ended_is_in_nobodys_way():
    ended = {"dnd": {"enabled": True, "until": "2026-11-22T09:00:00+08:00"}}
    assert not wrong_with({"label": "Alice"}, ended)
    assert not wrong_with({"dnd": {"enabled": False}}, ended)
    assert not wrong_with({"dnd": {"until": "2026-11-22T09:31:00+08:00"}}, ended)
    assert not wrong_with({"dnd": {"until": None}}, ended)


def test_an_extension_that_does_not_exist_cannot_be_forwarded_to():
    to_both = {"forwarding": {"extensions": ["101", "555"]}}
    assert wrong_with(to_both, known={"100", "101"}) == [("/forwarding/extensions/1", "not-found")]
    before = patched()
    wrong = change_faults(before, merge_patch(before, to_both), now=NOW, known={"100", "101"})
    assert wrong[0].detail == "There is no extension 555. Remove it or check the number."
    assert not wrong_with(to_both, known=None)


def test_an_extension_that_is_gone_since_is_no_fault_of_another_change():
    gone = {"forwarding": {"extensions": ["101", "555"]}}
    assert not wrong_with({"forwarding": {"enabled": True}}, gone, known={"100", "101"})
    assert not wrong_with({"forwarding": {"extensions": ["555"]}}, gone, known={"100", "101"})


def test_what_was_wrong_before_does_not_keep_from_changing_something_else():
    old = {"passcode": "123456789012", "network": {"local_sip_server_ip": "pbx"}}
    assert not wrong_with({"label": "Alice"}, old)
    assert wrong_with({"passcode": "1234567890123"}, old) == [("/passcode", "too-long")]


def test_a_list_that_has_become_too_long_is_shortened_step_by_step():
    """The extension joined the call group when it already forwarded to three."""
    three = {"forwarding": {"enabled": True, "extensions": ["101", "102", "103"]}}
    assert not wrong_with({"forwarding": {"extensions": ["101", "102"]}}, IN_A_GROUP, three)
    assert not wrong_with({"forwarding": {"extensions": ["101"]}}, IN_A_GROUP, three)
    assert not wrong_with({"forwarding": {"vip": [A_NUMBER]}}, IN_A_GROUP, three)
    for longer in ({"number": A_NUMBER}, {"extensions": ["101", "102", "103", "104"]}):
        assert wrong_with({"forwarding": longer}, IN_A_GROUP, three) == [("/forwarding", "one-destination")]


def test_a_change_that_is_no_settings_is_a_fault_and_no_crash():
    for patch in ({"devices": 5}, {"dnd": None}, {"forwarding": {"extensions": [5, None]}}, {"ring_devices": {"a": 1}}):
        assert wrong_with(patch)


@pytest.mark.parametrize("patch", [{"call_waiting": False}, {"no_answer": {"after_seconds": 30}}])
def test_what_is_for_normal_extensions_only_is_refused_to_others(patch):
    before = patched({"type": "contact_center", "ring_devices": ["desktop"]})
    refused = refused_changes(before, merge_patch(before, patch))
    where = f"/{next(iter(patch))}"
    assert refused == (Fault(where, "normal-only", "Only for Normal extensions."),)
    assert refused_changes(A_DOCUMENT, patched(patch)) == ()


@pytest.mark.parametrize("where", READ_ONLY)
def test_what_only_an_administrator_sets_is_refused(where):
    value = "changed"
    for name in reversed(where.split("/")[1:]):
        value = {name: value}
    assert where in {fault.pointer for fault in refused_changes(A_DOCUMENT, patched(value))}


def test_a_locked_object_is_locked_with_everything_in_it():
    before = patched({"locked": ["/no_answer"]})
    assert refused_changes(before, merge_patch(before, {"no_answer": {"after_seconds": 30}}))[0].pointer == "/no_answer"
    assert refused_changes(before, merge_patch(before, {"call_waiting": False})) == ()


def test_a_locked_setting_given_as_it_is_is_no_change():
    before = patched({"locked": ["/label"]})
    assert refused_changes(before, merge_patch(before, {"label": "Alice Tan"})) == ()


@pytest.mark.parametrize(
    "text",
    ["2026-13-01T00:00:00Z", "2026-11-22T25:00:00Z", "2026-11-22 09:30:00Z", "2026-11-22T09:30:00+8:00", "", "Z", "now",
     "2026-11-22T::::::::Z", "2026-11-22T09:30:00+99:99"],
)  # fmt: skip
def test_a_moment_that_is_none_is_none(text):
    assert parse_moment(text) is None


@given(st.datetimes(), st.integers(-14 * 60, 14 * 60))
def test_every_moment_that_python_writes_is_read(moment, minutes_east):
    moment = moment.replace(tzinfo=timezone(timedelta(minutes=minutes_east)))
    assert parse_moment(moment.isoformat()) == moment
