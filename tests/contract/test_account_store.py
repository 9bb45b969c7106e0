"""The store of the account service, on SQLite and on PostgreSQL: what it is told it knows, also after a restart."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing

import pytest
import sqlalchemy

from softphone.pbx.service.database import metadata, open_engine, sqlite_url
from softphone.pbx.service.refusals import Conflict, DeviceLimit, TokenExpired
from softphone.pbx.service.store import Store
from tests.contract.account_fixture import DEADLINE
from tests.contract.store_fixture import A_SECRET, NOW, Listener, any_binding, any_device


def test_a_signed_in_device_can_register_with_its_secret(store):
    store.sessions.sign_in("alice@example.com", any_device())
    device_id = store.extensions.get("100")[0]["devices"][0]["id"]
    name, password = store.devices.sip_secret(device_id)
    device = store.device(name)
    assert (device.extension, device.device_id, device.device_type) == ("100", device_id, "desktop")
    assert len(password) >= 24
    assert len(device.ha1) == 32


def test_the_digest_hash_is_that_of_rfc_2617(store):
    store.ensure_sip_device("100", "phone", auth_username="Mufasa", password="Circle Of Life")
    expected = hashlib.md5(b"Mufasa:phone.test:Circle Of Life").hexdigest()
    assert store.device("Mufasa").ha1 == expected


def test_the_extension_tells_its_label_and_caller_id(store):
    assert (store.extension("100").label, store.extension("100").caller_id) == ("Alice Tan", "+6561234567")
    assert store.extension("999") is None


def test_everything_is_there_after_a_restart(database, store):
    granted = store.sessions.sign_in("alice@example.com", any_device())
    document, etag = store.extensions.get("100")
    document, etag = store.extensions.patch("100", {"label": "Alice T."}, {etag}, None)
    name, _ = store.devices.sip_secret(document["devices"][0]["id"])
    store.save_binding(any_binding())
    store.extensions.set_mailbox("100", 2, 5)
    again = database.restart()
    assert again.sessions.authenticate(granted.access_token).extension == "100"
    assert again.extensions.get("100")[1] == etag
    assert again.device(name).extension == "100"
    assert (again.extension("100").label, again.extension("100").mailbox_new) == ("Alice T.", 2)
    assert list(again.bindings()) == [any_binding()]


def test_seeding_again_keeps_what_a_person_has_changed(store):
    _, etag = store.extensions.get("100")
    store.extensions.patch("100", {"label": "Alice T."}, {etag}, None)
    store.ensure_account("alice@example.com", "another password", "100", "Alice Tan")
    assert store.extensions.get("100")[0]["label"] == "Alice T."


def test_a_registration_that_has_expired_is_not_kept(database, store):
    store.save_binding(any_binding(contact="sip:old@127.0.0.1", expires_at=NOW + 10))
    store.save_binding(any_binding())
    store.subscribers.flush()
    database.now += 60
    assert [binding.contact for binding in database.restart().bindings()] == [any_binding().contact]


def test_a_removed_registration_is_gone(database, store):
    store.save_binding(any_binding())
    store.remove_binding("100", "d1", any_binding().contact)
    assert list(database.restart().bindings()) == []


def test_a_contact_may_be_long_and_strange(database, store):
    strange = any_binding(contact="sip:100@[::1];x=" + "é\x00'\"" * 2000)
    store.save_binding(strange)
    store.save_binding(strange)
    assert list(database.restart().bindings()) == [strange]


def test_a_registration_is_told_as_the_device_having_been_seen(database, store):
    store.sessions.sign_in("alice@example.com", any_device())
    device_id = store.extensions.get("100")[0]["devices"][0]["id"]
    database.now += 3600
    store.save_binding(any_binding(device_id=device_id, expires_at=database.now + 60))
    store.subscribers.flush()
    assert store.extensions.get("100")[0]["devices"][0]["last_seen"] == "2026-09-21T15:13:20+00:00"


def test_signing_out_revokes_the_secret_and_the_registrations(store):
    listener = Listener()
    granted = store.sessions.sign_in("alice@example.com", any_device())
    caller = store.sessions.authenticate(granted.access_token)
    name, _ = store.devices.sip_secret(caller.device_id)
    store.save_binding(any_binding(device_id=caller.device_id))
    store.listen(listener)
    store.sessions.sign_out(caller)
    assert store.device(name) is None
    assert list(store.bindings()) == []
    assert listener.told[:2] == [("revoked", caller.device_id), ("ended", "signed-out")]
    with pytest.raises(TokenExpired):
        store.devices.sip_secret(caller.device_id)


def test_signing_in_again_on_a_device_changes_its_secret(store):
    store.sessions.sign_in("alice@example.com", any_device())
    device_id = store.extensions.get("100")[0]["devices"][0]["id"]
    name, password = store.devices.sip_secret(device_id)
    ha1 = store.device(name).ha1
    store.sessions.sign_in("alice@example.com", any_device())
    assert store.devices.sip_secret(device_id)[1] != password
    assert store.device(name).ha1 != ha1


def test_no_token_and_no_password_is_in_the_database(store, database):
    granted = store.sessions.sign_in("alice@example.com", any_device())
    renewed = store.sessions.refresh(granted.refresh_token, "an attempt")
    engine = open_engine(database.url)
    everything = ""
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            everything += repr(connection.execute(sqlalchemy.select(table)).all())
    engine.dispose()
    assert "alice@example.com" in everything
    for secret in (A_SECRET, granted.access_token, granted.refresh_token, renewed.access_token, renewed.refresh_token):
        assert secret not in everything


def test_a_grant_does_not_print_its_tokens(store):
    granted = store.sessions.sign_in("alice@example.com", any_device())
    assert granted.access_token not in repr(granted)
    assert granted.refresh_token not in repr(granted)


def test_a_refresh_whose_answer_was_lost_may_be_repeated(store):
    granted = store.sessions.sign_in("alice@example.com", any_device())
    lost = store.sessions.refresh(granted.refresh_token, "attempt 1")
    again = store.sessions.refresh(granted.refresh_token, "attempt 1")
    assert again.refresh_token == lost.refresh_token
    assert store.sessions.authenticate(again.access_token).extension == "100"
    assert store.sessions.refresh(again.refresh_token, "attempt 2").refresh_token != again.refresh_token


@pytest.mark.parametrize("attempt", [None, "attempt 2"])
def test_a_spent_token_of_another_attempt_ends_the_session(store, attempt):
    granted = store.sessions.sign_in("alice@example.com", any_device())
    renewed = store.sessions.refresh(granted.refresh_token, "attempt 1")
    with pytest.raises(TokenExpired, match="reused"):
        store.sessions.refresh(granted.refresh_token, attempt)
    with pytest.raises(TokenExpired, match="reused"):
        store.sessions.authenticate(renewed.access_token)


def test_a_lost_answer_is_not_repeated_after_a_minute(store, database):
    granted = store.sessions.sign_in("alice@example.com", any_device())
    store.sessions.refresh(granted.refresh_token, "attempt 1")
    database.now += 61
    with pytest.raises(TokenExpired, match="reused"):
        store.sessions.refresh(granted.refresh_token, "attempt 1")


def test_a_lost_answer_is_not_repeated_once_its_tokens_were_renewed(store):
    granted = store.sessions.sign_in("alice@example.com", any_device())
    renewed = store.sessions.refresh(granted.refresh_token, "attempt 1")
    store.sessions.refresh(renewed.refresh_token, "attempt 2")
    with pytest.raises(TokenExpired, match="reused"):
        store.sessions.refresh(granted.refresh_token, "attempt 1")


def test_a_refresh_token_lasts_ninety_days_from_its_last_use(store, database):
    granted = store.sessions.sign_in("alice@example.com", any_device())
    database.now += 89 * 86400
    granted = store.sessions.refresh(granted.refresh_token)
    database.now += 91 * 86400
    with pytest.raises(TokenExpired):
        store.sessions.refresh(granted.refresh_token)


def in_threads(count, run):
    """Runs `run(number)` on threads that start together; their results and exceptions."""
    together, results = threading.Barrier(count), [None] * count

    def one(number):
        together.wait(DEADLINE)
        try:
            results[number] = run(number)
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.parametrize("processes", [1, 2])
def test_of_many_concurrent_patches_of_one_version_one_wins(store, database, processes):
    stores = [store, *(database.open() for _ in range(processes - 1))]
    _, etag = store.extensions.get("100")
    results = in_threads(8, lambda n: stores[n % processes].extensions.patch("100", {"label": f"{n}"}, {etag}, None))
    won = [result for result in results if isinstance(result, tuple)]
    assert len(won) == 1
    assert [type(result) for result in results if not isinstance(result, tuple)] == [Conflict] * 7
    assert store.extensions.get("100")[0]["label"] == won[0][0]["label"]


@pytest.mark.parametrize("processes", [1, 2])
def test_many_devices_at_once_get_three_places(store, database, processes):
    stores = [store, *(database.open() for _ in range(processes - 1))]
    results = in_threads(6, lambda n: stores[n % processes].sessions.sign_in("alice@example.com", any_device(n)))
    assert sum(isinstance(result, DeviceLimit) for result in results) == 3
    assert len(store.extensions.get("100")[0]["devices"]) == 3


def test_of_many_threads_with_one_refresh_token_at_most_one_is_served(store):
    granted = store.sessions.sign_in("alice@example.com", any_device())
    results = in_threads(6, lambda n: store.sessions.refresh(granted.refresh_token))
    assert sum(not isinstance(result, Exception) for result in results) == 1
    assert all(isinstance(result, TokenExpired) for result in results if isinstance(result, Exception))


def test_the_usage_limit_resets_on_the_first_of_the_next_month(store, database):
    assert store.extensions.get("100")[0]["usage_limit"]["resets_on"] == "2026-10-01"
    database.now += 90 * 86400
    assert store.extensions.get("100")[0]["usage_limit"]["resets_on"] == "2027-01-01"


def test_a_database_of_another_version_is_refused(database_url):
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("UPDATE meta SET value = '99' WHERE name = 'schema'"))
    engine.dispose()
    with pytest.raises(RuntimeError, match="version 99"):
        open_engine(database_url)


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_the_database_files_are_for_their_owner_only(tmp_path):
    store = Store(sqlite_url(tmp_path / "data" / "service.db"), realm="phone.test")
    store.ensure_account("alice@example.com", A_SECRET, "100", "Alice")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "data").iterdir()}
    store.close()
    assert set(modes) >= {"service.db", "service.db-wal"}
    assert set(modes.values()) == {0o600}


def test_the_database_may_lie_in_any_folder(tmp_path):
    file = tmp_path / "a b?c#d%20é" / "service.db"
    store = Store(sqlite_url(file), realm="phone.test")
    store.ensure_account("alice@example.com", A_SECRET, "100", "Alice")
    store.close()
    assert file.stat().st_size > 0


def test_an_error_of_the_database_does_not_tell_what_was_to_be_written(store):
    store.ensure_sip_device("100", "phone 1", auth_username="100")
    with pytest.raises(sqlalchemy.exc.IntegrityError) as error:
        store.ensure_sip_device("100", "phone 2", auth_username="100", password=A_SECRET)
    assert A_SECRET not in str(error.value)


WRITER = """
import sys, time
from softphone.pbx.ports import Binding
from softphone.pbx.service.store import Store
store = Store(sys.argv[1], realm="phone.test")
store.ensure_account("alice@example.com", "x", "100", "Alice Tan")
document, etag = store.extensions.get("100")
store.extensions.patch("100", {"label": "Saved"}, {etag}, None)
store.save_binding(Binding("100", "d1", "sip:100@127.0.0.1", ("127.0.0.1", 1), "udp", "c", 1, time.time() + 600))
store.subscribers.flush()
print("saved", flush=True)
sys.stdin.read()
"""


def test_what_was_saved_outlives_kill_9(tmp_path):
    url = sqlite_url(tmp_path / "service.db")
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(url)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout.readline() == "saved\n"
        writer.send_signal(signal.SIGKILL)
    store = Store(url, realm="phone.test")
    assert store.extensions.get("100")[0]["label"] == "Saved"
    assert [binding.device_id for binding in store.bindings()] == ["d1"]
    store.close()


def test_registrations_wait_in_memory_while_the_database_is_locked(tmp_path, caplog):
    file = tmp_path / "service.db"
    store = Store(sqlite_url(file), realm="phone.test", clock=lambda: NOW)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store.save_binding(any_binding())
        assert list(store.bindings()) == [any_binding()]
        assert not store.subscribers.flush(0.2)
        other.execute("ROLLBACK")
    assert store.subscribers.flush(30)
    store.close()
    store = Store(sqlite_url(file), realm="phone.test", clock=lambda: NOW)
    assert list(store.bindings()) == [any_binding()]
    store.close()
