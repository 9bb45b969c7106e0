"""Voice messages, the no-answer message, caller ID requests, rules and devices: the real service and the fake alike."""

from __future__ import annotations

import pytest

from softphone.phone.failure import FailureKind, Refused
from softphone.phone.phone_services import OutboundRuleEntry
from tests.contract.account_fixture import PASSWORD, FakeWorld, RealWorld, Watcher, any_device

ALICE, BOB = "alice@example.com", "bob@example.com"
SPEECH = {"language": "en", "gender": "female", "pitch": 5, "rate": 5, "text": "Hello, nobody is here."}


@pytest.fixture(params=["real", "fake"])
def world(request, tmp_path):
    world = RealWorld(tmp_path) if request.param == "real" else FakeWorld()
    world.add_account(ALICE, PASSWORD.reveal(), "100", "Alice Tan", caller_ids=["+6561234567"])
    world.add_account(BOB, PASSWORD.reveal(), "110", "Bob Lee")
    try:
        yield world
    finally:
        world.close()


def signed_in(world, email=ALICE, device_number=1):
    client = world.client()
    client.sign_in(email, PASSWORD, any_device(device_number), service=world.url)
    return client


def refusal(call, *arguments):
    with pytest.raises(Refused) as refused:
        call(*arguments)
    return refused.value.failure


@pytest.fixture
def messages(world):
    """Alice, with two messages, the newer one from Bob."""
    client = signed_in(world)
    watcher = Watcher(client)
    watcher.next("directory")
    for caller in ("+6531234567", "110"):
        world.advance(60)
        world.leave_voicemail("100", caller, 2.5)
        watcher.next("voicemail")
    return client, watcher


def test_voice_messages_are_listed_the_newest_first(world, messages):
    client, _ = messages
    newer, older = client.voicemails()
    assert (newer.caller, newer.caller_name, newer.read) == ("110", "Bob Lee", False)
    assert (older.caller, older.caller_name, older.seconds) == ("+6531234567", "", 2.5)
    assert newer.at - older.at == pytest.approx(60, abs=1)


def test_a_voice_message_can_be_heard(messages):
    client, _ = messages
    sound = client.voicemail_audio(client.voicemails()[0].id)
    assert sound.suffix == ".mp3"
    assert sound.data


def test_marking_a_voice_message_is_kept_and_told(messages):
    client, watcher = messages
    newer, older = client.voicemails()
    client.mark_voicemail(newer.id, True)
    watcher.next("voicemail")
    assert [one.read for one in client.voicemails()] == [True, False]
    client.mark_voicemail(newer.id, False)
    assert [one.read for one in client.voicemails()] == [False, False]
    assert [one.id for one in client.voicemails()] == [newer.id, older.id]


def test_a_deleted_voice_message_is_gone(messages):
    client, watcher = messages
    newer, older = client.voicemails()
    client.delete_voicemail(newer.id)
    watcher.next("voicemail")
    assert [one.id for one in client.voicemails()] == [older.id]
    for ask in (client.voicemail_audio, client.delete_voicemail, lambda name: client.mark_voicemail(name, True)):
        assert refusal(ask, newer.id).kind is FailureKind.NOT_FOUND


def test_voice_messages_of_somebody_else_are_not_there(world, messages):
    client, _ = messages
    bob = signed_in(world, BOB)
    assert list(bob.voicemails()) == []
    theirs = client.voicemails()[0].id
    for ask in (bob.voicemail_audio, bob.delete_voicemail, lambda name: bob.mark_voicemail(name, True)):
        assert refusal(ask, theirs).kind is FailureKind.NOT_FOUND
    assert len(client.voicemails()) == 2


@pytest.mark.parametrize("name", ["../../extension", "a b", "ä", "?x=1", "#"])
def test_whatever_names_a_voice_message_asks_for_a_voice_message(world, name):
    assert refusal(signed_in(world).voicemail_audio, name).kind is FailureKind.NOT_FOUND


def test_an_uploaded_message_is_what_callers_hear_and_stands_in_the_settings(world):
    client = signed_in(world)
    mp3 = client.preview_speech(SPEECH).data
    client.put_message(mp3, "Grüße, heute.mp3")
    message = client.extension()[0]["no_answer"]["message"]
    assert (message["kind"], message["audio"]["name"]) == ("audio", "Grüße, heute.mp3")
    assert client.message().data


def test_what_is_no_mp3_is_refused_with_a_sentence(world):
    failure = refusal(signed_in(world).put_message, b"RIFF....WAVE", "note.wav")
    assert failure.kind is FailureKind.INVALID
    assert failure.faults[0].detail == "note.wav is not an MP3 file. Convert it to MP3, then try again."


def test_a_preview_sounds_different_with_another_voice(world):
    client = signed_in(world)
    assert client.preview_speech(SPEECH).data != client.preview_speech(SPEECH | {"pitch": 9}).data


def test_a_preview_of_nothing_is_refused(world):
    failure = refusal(signed_in(world).preview_speech, SPEECH | {"text": " "})
    assert failure.kind is FailureKind.INVALID
    assert failure.faults[0].pointer == "/text"


def test_a_caller_id_can_be_asked_for(world):
    client = signed_in(world)
    client.request_caller_id("+6598765432", "For the new campaign")
    (asked,) = client.caller_id_requests()
    assert (asked.number, asked.state, asked.reason) == ("+6598765432", "checking", "")
    assert refusal(client.request_caller_id, "12", "").kind is FailureKind.INVALID


def test_outbound_rules_are_listed(world):
    world.offer_rule("calm", "No premium numbers", "Calls to premium numbers are refused.")
    rule = OutboundRuleEntry("calm", "No premium numbers", "Calls to premium numbers are refused.")
    assert rule in signed_in(world).outbound_rules()


def test_another_device_can_be_signed_out_and_is_told_so(world):
    here, there = signed_in(world, device_number=1), signed_in(world, device_number=2)
    watcher = Watcher(there)
    watcher.next("directory")
    (other,) = [one["id"] for one in here.extension()[0]["devices"] if not one["this_device"]]
    here.deactivate_device(other)
    watcher.next("signed-out")
    assert len(here.extension()[0]["devices"]) == 1
    assert refusal(there.extension).kind is FailureKind.REPLACED
    assert refusal(here.deactivate_device, other).kind is FailureKind.NOT_FOUND


def test_a_conflict_names_who_changed_what(world):
    here, there = signed_in(world, device_number=1), signed_in(world, device_number=2)
    _, etag = here.extension()
    _, newer = there.patch_extension({"forwarding": {"vip": ["+6531234567"]}}, there.extension()[1])
    there.patch_extension({"call_waiting": False}, newer)
    failure = refusal(here.patch_extension, {"forwarding": {"vip": []}}, etag)
    assert failure.kind is FailureKind.CONFLICT
    assert [(one.pointer, one.name) for one in failure.authors][:2] == [
        ("/call_waiting", "Alice Tan"), ("/forwarding/vip", "Alice Tan"),
    ]  # fmt: skip
    assert [one.pointer for one in here.setting_authors(newer)] == ["/call_waiting"]


def test_a_refused_change_names_its_places_with_a_sentence_for_each(world):
    client = signed_in(world)
    failure = refusal(client.patch_extension, {"no_answer": {"after_seconds": 90}}, client.extension()[1])
    assert [fault.pointer for fault in failure.faults] == ["/no_answer/after_seconds"]
    assert failure.faults[0].detail


def test_calls_are_told_and_listed_the_newest_first(world):
    client = signed_in(world)
    watcher = Watcher(client)
    watcher.next("directory")
    for caller, reason, rule in (("+6531234567", "no_answer", "do_not_disturb"), ("110", "busy", "busy")):
        world.advance(5)
        world.record_call("100", caller, reason, rule)
        watcher.next("calls")
    newer, older = client.calls()
    assert (newer.number, newer.name, newer.reason, newer.outgoing) == ("110", "Bob Lee", "busy", False)
    assert (older.number, older.rule) == ("+6531234567", "do_not_disturb")
    assert newer.row > older.row
    assert newer.started_at - older.started_at == pytest.approx(5, abs=1)
    assert list(signed_in(world, BOB).calls()) == []
