"""What the telephone may rely on of an account service: the same cases for the real one and for the fake."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from softphone.phone.failure import FailureKind, Refused
from softphone.phone.secret import Secret
from tests.contract.account_fixture import DEADLINE, PASSWORD, FakeWorld, RealWorld, Watcher, any_device

ALICE = "alice@example.com"
ALICES_NUMBER = "+6561234567"


@pytest.fixture(params=["real", "fake"])
def world(request, tmp_path):
    world = RealWorld(tmp_path) if request.param == "real" else FakeWorld()
    world.add_account(
        ALICE, PASSWORD.reveal(), "100", "Alice Tan", organisation="Example", caller_ids=[ALICES_NUMBER, "+6591112222"]
    )
    try:
        yield world
    finally:
        world.close()


def signed_in(world, device_number=1, email=ALICE, **more):
    world.advance(1)
    client = world.client(**more)
    return client, client.sign_in(email, PASSWORD, any_device(device_number), service=world.url)


def refusal(call, *arguments, **named):
    with pytest.raises(Refused) as refused:
        call(*arguments, **named)
    return refused.value.failure


def sign_in_refusal(world, email=ALICE, password=PASSWORD, device_number=1, **more):
    return refusal(world.client().sign_in, email, password, any_device(device_number), service=world.url, **more)


def test_signing_in_tells_who_and_where(world):
    _, session = signed_in(world)
    assert (session.email, session.name, session.organisation) == (ALICE, "Alice Tan", "Example")
    assert (session.extension, session.service) == ("100", world.url)
    assert session.refresh_token


def test_the_e_mail_may_be_written_in_capitals_and_with_blanks(world):
    assert signed_in(world, email=" Alice@Example.com ")[1].extension == "100"


def test_a_wrong_password_and_an_unknown_e_mail_are_refused_alike(world):
    wrong = sign_in_refusal(world, password=Secret("wrong"))
    unknown = sign_in_refusal(world, email="nobody@example.com")
    assert wrong.kind is FailureKind.INVALID_CREDENTIALS
    assert wrong == unknown


@pytest.mark.parametrize("email", ["alice", "alice@", "@example.com", ""])
def test_half_an_e_mail_address_is_a_bad_address(world, email):
    assert sign_in_refusal(world, email=email).kind is FailureKind.BAD_ADDRESS


def test_five_wrong_passwords_lock_the_e_mail_for_a_minute(world):
    for _ in range(5):
        assert sign_in_refusal(world, password=Secret("wrong")).kind is FailureKind.INVALID_CREDENTIALS
    locked = sign_in_refusal(world)
    assert locked.kind is FailureKind.TOO_MANY_ATTEMPTS
    assert 0 < locked.retry_after <= 60
    world.advance(61)
    signed_in(world)


def test_an_unknown_e_mail_locks_as_well(world):
    for _ in range(5):
        sign_in_refusal(world, email="nobody@example.com")
    assert sign_in_refusal(world, email="nobody@example.com").kind is FailureKind.TOO_MANY_ATTEMPTS


def test_four_wrong_passwords_and_the_right_one_start_the_count_anew(world):
    for _ in range(2):
        for _ in range(4):
            assert sign_in_refusal(world, password=Secret("wrong")).kind is FailureKind.INVALID_CREDENTIALS
        signed_in(world)


def test_wrong_passwords_of_five_minutes_ago_do_not_count(world):
    for _ in range(4):
        sign_in_refusal(world, password=Secret("wrong"))
    world.advance(301)
    sign_in_refusal(world, password=Secret("wrong"))
    signed_in(world)


def test_an_account_without_licence_is_refused(world):
    world.add_account("bob@example.com", PASSWORD.reveal(), "110", "Bob", licensed=False)
    assert sign_in_refusal(world, email="bob@example.com").kind is FailureKind.NO_LICENCE


def test_an_account_without_extension_is_refused(world):
    world.add_account("bob@example.com", PASSWORD.reveal(), None, "Bob")
    assert sign_in_refusal(world, email="bob@example.com").kind is FailureKind.NO_EXTENSION


def test_a_fourth_device_is_refused_with_the_list_of_three(world):
    for number in (1, 2, 3):
        signed_in(world, number)
    limit = sign_in_refusal(world, device_number=4)
    assert limit.kind is FailureKind.DEVICE_LIMIT
    assert [device.name for device in limit.devices] == ["Computer 1", "Computer 2", "Computer 3"]
    assert {device.type for device in limit.devices} == {"desktop"}
    assert all(device.last_seen for device in limit.devices)


def test_a_fourth_device_may_replace_one_of_the_three_which_then_learns_it(world):
    clients = [signed_in(world, number)[0] for number in (1, 2, 3)]
    limit = sign_in_refusal(world, device_number=4)
    watcher = Watcher(clients[1])
    watcher.next("extension")
    world.advance(1)
    fourth = world.client()
    fourth.sign_in(ALICE, PASSWORD, any_device(4), service=world.url, replace_device=limit.devices[1].id)
    assert watcher.next("signed-out") == "replaced"
    assert watcher.has_ended()
    assert refusal(clients[1].provisioning).kind is FailureKind.REPLACED
    document, _ = fourth.extension()
    assert [device["name"] for device in document["devices"]] == ["Computer 1", "Computer 3", "Computer 4"]
    assert clients[0].provisioning().username == "100"


def test_a_replaced_device_that_was_away_learns_it_at_its_next_request(world):
    sessions = [signed_in(world, number)[1] for number in (1, 2, 3)]
    oldest = sign_in_refusal(world, device_number=4).devices[0].id
    world.client().sign_in(ALICE, PASSWORD, any_device(4), service=world.url, replace_device=oldest)
    back = world.client()
    back.resume(sessions[0])
    assert refusal(back.extension).kind is FailureKind.REPLACED


def test_replacing_a_device_that_is_not_there_is_refused_with_the_list(world):
    for number in (1, 2, 3):
        signed_in(world, number)
    assert len(sign_in_refusal(world, device_number=4, replace_device="no-such-device").devices) == 3


def test_the_same_device_signing_in_again_takes_no_second_place(world):
    signed_in(world)
    client, _ = signed_in(world)
    assert len(client.extension()[0]["devices"]) == 1


def test_provisioning_says_how_to_register(world):
    provisioning = signed_in(world)[0].provisioning()
    assert provisioning.address_of_record == "100@phone.test"
    assert provisioning.display_name == "Alice Tan"
    assert provisioning.registrar == "127.0.0.1:5060"
    assert provisioning.transports == ("udp", "tcp")
    assert provisioning.password
    assert provisioning.voicemail_number == "*97"


def test_each_device_has_a_sip_secret_of_its_own_that_stays(world):
    first, second = signed_in(world, 1)[0], signed_in(world, 2)[0]
    assert first.provisioning() == first.provisioning()
    assert first.provisioning().auth_username != second.provisioning().auth_username
    assert first.provisioning().password != second.provisioning().password


def test_signing_out_frees_the_place_and_ends_the_session(world):
    clients = [signed_in(world, number)[0] for number in (1, 2, 3)]
    clients[0].sign_out()
    assert refusal(clients[0].provisioning).kind is FailureKind.EXPIRED
    signed_in(world, 4)


def test_signing_out_twice_is_quiet(world):
    client, _ = signed_in(world)
    client.sign_out()
    client.sign_out()


def test_a_session_is_taken_up_again_and_its_new_refresh_token_is_told(world):
    rotated = []
    _, session = signed_in(world)
    later = world.client(on_rotated=rotated.append)
    later.resume(session)
    assert rotated == []
    assert later.provisioning().username == "100"
    assert len(rotated) == 1
    assert rotated[0] != session.refresh_token
    still_later = world.client()
    still_later.resume(replace(session, refresh_token=rotated[0]))
    assert still_later.provisioning().username == "100"


def test_a_refresh_token_used_twice_ends_the_session(world):
    _, session = signed_in(world)
    rightful, thief = world.client(), world.client()
    rightful.resume(session)
    rightful.provisioning()
    thief.resume(session)
    assert refusal(thief.provisioning).kind is FailureKind.EXPIRED
    assert refusal(rightful.provisioning).kind is FailureKind.EXPIRED


def test_a_refresh_token_of_nobody_is_expired(world):
    _, session = signed_in(world)
    client = world.client()
    client.resume(replace(session, refresh_token=Secret("made-up")))
    assert refusal(client.extension).kind is FailureKind.EXPIRED


def test_an_expired_access_token_is_renewed_without_a_word(world):
    rotated = []
    client, _ = signed_in(world, on_rotated=rotated.append)
    client.provisioning()
    assert rotated == []
    world.advance(3601)
    assert client.provisioning().username == "100"
    assert len(rotated) == 1


def test_many_threads_renew_an_expired_token_once(world):
    rotated, failed = [], []
    client, _ = signed_in(world, on_rotated=rotated.append)
    world.advance(3601)
    together = threading.Barrier(6)

    def ask():
        together.wait(DEADLINE)
        try:
            client.provisioning()
        except Refused as refused:
            failed.append(refused.failure)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert failed == []
    assert len(rotated) == 1


def test_a_keychain_that_fails_does_not_end_the_session(world):
    def fail(token):
        raise OSError("no keychain")

    client, _ = signed_in(world, on_rotated=fail)
    world.advance(3601)
    assert client.provisioning().username == "100"


def test_the_extension_document_comes_with_its_etag(world):
    client, _ = signed_in(world)
    document, etag = client.extension()
    assert (document["key"], document["label"], document["type"]) == ("100", "Alice Tan", "normal")
    assert document["assignee"] == {"name": "Alice Tan", "email": ALICE}
    assert document["caller_id"]["numbers"] == [ALICES_NUMBER, "+6591112222"]
    assert [device["this_device"] for device in document["devices"]] == [True]
    assert etag
    assert client.extension() == (document, etag)


def test_a_patch_changes_what_it_names_and_nothing_else(world):
    client, _ = signed_in(world)
    before, etag = client.extension()
    after, new_etag = client.patch_extension({"dnd": {"enabled": True}, "label": "Alice T."}, etag)
    assert new_etag != etag
    assert after == before | {"dnd": {"enabled": True, "until": None}, "label": "Alice T."}
    assert client.extension() == (after, new_etag)


def test_null_in_a_patch_empties_a_member_that_may_be_empty(world):
    client, _ = signed_in(world)
    _, etag = client.extension()
    _, etag = client.patch_extension({"dnd": {"enabled": True, "until": "2026-11-22T18:00:00+08:00"}}, etag)
    document, _ = client.patch_extension({"dnd": {"until": None}}, etag)
    assert document["dnd"] == {"enabled": True, "until": None}


def test_a_patch_that_changes_nothing_keeps_the_etag(world):
    client, _ = signed_in(world)
    document, etag = client.extension()
    assert client.patch_extension({"label": document["label"]}, etag)[1] == etag


def test_a_patch_of_an_older_version_is_a_conflict_and_changes_nothing(world):
    first, second = signed_in(world, 1)[0], signed_in(world, 2)[0]
    _, etag = first.extension()
    second.extension()
    first.patch_extension({"call_waiting": False}, etag)
    assert refusal(second.patch_extension, {"label": "Late"}, etag).kind is FailureKind.CONFLICT
    document, _ = second.extension()
    assert (document["label"], document["call_waiting"]) == ("Alice Tan", False)


@pytest.mark.parametrize(
    ("patch", "named"),
    [
        ({"no_answer": {"after_seconds": 4}}, "/no_answer/after_seconds"),
        ({"call_waiting": "yes"}, "/call_waiting"),
        ({"no_such_setting": 1}, "/no_such_setting"),
        ({"label": None}, "/label"),
        ({"caller_id": {"number": "+6500000000"}}, "/caller_id/number"),
        ({"forwarding": {"enabled": True}}, "/forwarding"),
        ({"forwarding": {"extensions": ["4711"]}}, "/forwarding/extensions/0"),
        ({"dnd": {"enabled": True, "until": "2020-01-01T00:00:00Z"}}, "/dnd/until"),
        ({"ring_devices": []}, "/ring_devices"),
    ],
)
def test_an_invalid_patch_is_refused_as_a_whole_and_the_place_is_named(world, patch, named):
    client, _ = signed_in(world)
    document, etag = client.extension()
    failure = refusal(client.patch_extension, patch | {"outbound_rule": "other"}, etag)
    assert failure.kind is FailureKind.INVALID
    assert named in failure.detail
    assert client.extension() == (document, etag)


def test_two_phone_numbers_to_forward_to_get_their_own_sentence(world):
    client, _ = signed_in(world)
    _, etag = client.extension()
    several = {"forwarding": {"enabled": True, "number": "+6531234567, +6569876543"}}
    assert "Maximum 1 Phone Number." in refusal(client.patch_extension, several, etag).detail


@pytest.mark.parametrize("patch", [{"key": "101"}, {"debug_mode": True}, {"role": "owner"}, {"locked": ["/dnd"]}])
def test_what_only_the_administrator_sets_is_locked(world, patch):
    client, _ = signed_in(world)
    _, etag = client.extension()
    failure = refusal(client.patch_extension, patch, etag)
    assert failure.kind is FailureKind.LOCKED


def test_a_setting_that_the_administrator_locked_cannot_be_changed(world):
    world.add_account("bob@example.com", PASSWORD.reveal(), "110", "Bob", locked=["/label", "/dnd"])
    client, _ = signed_in(world, email="bob@example.com")
    _, etag = client.extension()
    assert refusal(client.patch_extension, {"dnd": {"enabled": True}}, etag).kind is FailureKind.LOCKED
    assert client.patch_extension({"call_waiting": False}, etag)[0]["call_waiting"] is False


def test_the_directory_lists_everyone_with_their_presence(world):
    world.add_account("bob@example.com", PASSWORD.reveal(), "110", "Bob")
    world.add_entry("101", "Robin Reed")
    world.add_entry("9000", "Sales", kind="group", presence="unknown")
    world.reachable.add("110")
    client, _ = signed_in(world)
    client.patch_extension({"dnd": {"enabled": True}}, client.extension()[1])
    assert [(entry.key, entry.label, entry.kind, entry.presence) for entry in client.directory()] == [
        ("100", "Alice Tan", "extension", "dnd"),
        ("101", "Robin Reed", "extension", "available"),
        ("110", "Bob", "extension", "available"),
        ("9000", "Sales", "group", "unknown"),
    ]


def test_a_change_made_elsewhere_is_told_to_the_stream(world):
    here, there = signed_in(world, 1)[0], signed_in(world, 2)[0]
    _, etag = here.extension()
    watcher = Watcher(here)
    watcher.next("directory")
    _, new_etag = there.patch_extension({"call_waiting": False}, etag)
    assert watcher.next("extension") == new_etag


def test_a_change_made_here_is_not_told_back(world):
    here, there = signed_in(world, 1)[0], signed_in(world, 2)[0]
    _, etag = here.extension()
    watcher = Watcher(here)
    watcher.next("directory")
    _, etag = here.patch_extension({"call_waiting": False}, etag)
    _, last = there.patch_extension({"call_waiting": True}, etag)
    seen = [event for event in watcher.everything_until("extension") if event[0] == "extension"]
    assert seen == [("extension", last)]


def test_a_new_directory_entry_is_told_to_the_stream(world):
    client, _ = signed_in(world)
    watcher = Watcher(client)
    first = watcher.next("directory")
    world.add_entry("101", "Robin Reed")
    assert watcher.next("directory") != first


def test_closing_ends_the_stream_at_once(world):
    client, _ = signed_in(world)
    watcher = Watcher(client)
    watcher.next("directory")
    client.close()
    assert watcher.has_ended()


def test_a_stream_without_a_session_says_so_and_ends(world):
    _, session = signed_in(world)
    client = world.client()
    client.resume(replace(session, refresh_token=Secret("made-up")))
    watcher = Watcher(client)
    watcher.next("signed-out")
    assert watcher.has_ended()


def test_a_closed_client_refuses(world):
    client, _ = signed_in(world)
    client.close()
    assert refusal(client.provisioning).kind is FailureKind.NOT_NOW
