"""The settings document: reading, writing, patching."""

import json
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softphone.extension.document import InvalidDocument, merge_patch, pointer, value_at
from softphone.extension.settings import CallerId, Device, Forwarding, Settings

ANY_SETTINGS = Settings(key="100", label="Alice Tan")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


def any_document(**changes):
    return json.loads(json.dumps(ANY_SETTINGS.to_json() | changes))


def test_a_document_survives_being_read_and_written():
    document = any_document(
        devices=[{"id": "d1", "type": "mobile", "name": "Phone", "mac": None, "activated": True, "this_device": False,
                  "last_seen": None}],
        forwarding={"enabled": True, "number": None, "extensions": ["101"], "vip": ["+6531234567"]},
        usage_limit={"kind": "amount", "limit": 12.5, "used": 3, "resets_on": "2026-12-01", "currency": "SGD"},
    )  # fmt: skip
    assert Settings.from_json(document).to_json() == document


def test_the_contracts_example_is_read():
    settings = Settings.from_json(
        {
            "key": "100", "label": "Alice Tan", "passcode": "4821", "type": "normal", "role": "member",
            "assignee": {"name": "Alice Tan", "email": "alice@example.com"}, "debug_mode": True,
            "devices": [{"id": "d1", "type": "desktop", "name": "Alice's laptop", "mac": None, "activated": True,
                         "this_device": True, "last_seen": "2026-11-22T09:30:00+08:00"}],
            "caller_id": {"mode": "fixed", "number": "+6561234567", "numbers": ["+6561234567", "+6591112222"],
                          "transfer": {"internal": "caller_number", "external": "assigned_caller_id"}},
            "no_answer": {"action": "voicemail", "after_seconds": 20, "emails": ["alice@example.com"],
                          "message": {"kind": "audio", "audio": {"name": "greeting.mp3", "seconds": 12.4}}},
            "locked": ["/label", "/usage_limit"],
        }
    )  # fmt: skip
    assert settings.devices == (
        Device(id="d1", type="desktop", name="Alice's laptop", this_device=True, last_seen="2026-11-22T09:30:00+08:00"),
    )
    assert settings.caller_id.transfer.internal == "caller_number"
    assert settings.no_answer.message.audio.seconds == 12.4
    assert settings.forwarding == Forwarding()
    assert settings.locked == ("/label", "/usage_limit")


def test_a_reader_ignores_what_a_newer_service_adds():
    assert Settings.from_json(any_document(new_setting={"a": 1})) == ANY_SETTINGS


def test_settings_cannot_be_changed_in_place():
    with pytest.raises(FrozenInstanceError):
        ANY_SETTINGS.label = "Other"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"label": 5}, "/label"), ({"key": None}, "/key"), ({"call_waiting": "true"}, "/call_waiting"),
        ({"devices": {}}, "/devices"), ({"devices": [5]}, "/devices/0"), ({"dnd": []}, "/dnd"),
        ({"no_answer": {"after_seconds": True}}, "/no_answer/after_seconds"), ({"type": "robot"}, "/type"),
        ({"no_answer": {"after_seconds": 20.5}}, "/no_answer/after_seconds"), ({"ring_devices": "x"}, "/ring_devices"),
        ({"usage_limit": {"limit": float("nan")}}, "/usage_limit/limit"),
        ({"forwarding": {"vip": [None]}}, "/forwarding/vip/0"),
    ],
)  # fmt: skip
def test_a_wrong_type_is_named_by_its_pointer(changes, named):
    with pytest.raises(InvalidDocument) as invalid:
        Settings.from_json(any_document(**changes))
    assert [fault.pointer for fault in invalid.value.faults] == [named]


@pytest.mark.parametrize("document", [None, [], "text", 5, True, {}, {"key": "100"}])
def test_what_is_no_document_is_invalid(document):
    with pytest.raises(InvalidDocument):
        Settings.from_json(document)


@given(JSON)
def test_anything_read_is_settings_or_invalid(document):
    with pytest.raises(InvalidDocument):
        Settings.from_json(document)


def test_the_assigned_numbers_are_the_only_choice_when_there_are_some():
    assert CallerId(numbers=("+6561111111",)).allowed == ("+6561111111",)
    assert CallerId(numbers=("+6561111111",), assigned=("+6562222222",)).allowed == ("+6562222222",)


# RFC 7396, appendix A
@pytest.mark.parametrize(
    ("target", "patch", "merged"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}), ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}), ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}), ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}), (["a", "b"], ["c", "d"], ["c", "d"]), ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None), ({"a": "foo"}, "bar", "bar"), ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}), ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)  # fmt: skip
def test_merge_patch_follows_the_rfcs_examples(target, patch, merged):
    assert merge_patch(target, patch) == merged


@given(JSON, JSON)
def test_merging_changes_neither_side_and_twice_is_once(target, patch):
    before = json.dumps([target, patch])
    merged = merge_patch(target, patch)
    assert json.dumps([target, patch]) == before
    assert merge_patch(merged, patch) == merged


@given(st.lists(st.text(max_size=5), max_size=4))
def test_a_pointer_leads_to_the_value_it_was_made_for(path):
    document = "found"
    for name in reversed(path):
        document = {name: document}
    assert value_at(document, pointer(*path)) == "found"


@pytest.mark.parametrize("where", ["/a/9", "/a/x", "/b", "/a/0/c", "/a/-1", "/a/²"])
def test_a_pointer_to_nothing_is_none(where):
    assert value_at({"a": [{"b": 1}]}, where) is None
