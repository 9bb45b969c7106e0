"""Everything that dies comes back, and nothing that was saved is lost."""

import os
import signal
import sqlite3
import time

from tests.system.pbx_fixture import LocalPhoneSystem
from tests.system.waiting import until


def test_a_killed_user_agent_is_registered_again_within_two_seconds(signed_in):
    application = signed_in()
    old = application.child_pid()
    os.kill(old, signal.SIGKILL)
    killed = time.monotonic()
    until(lambda: application.child_pid_or_none() not in (None, old), "a new user agent", 5)
    application.wait_for(lambda s: s["registration"]["state"] == "registered", "registered again", 5)
    assert time.monotonic() - killed < 2.0
    assert application.do("call", "*43")


def test_a_call_that_dies_with_the_user_agent_is_shown_as_ended_with_its_reason(signed_in):
    application = signed_in()
    call_id = application.do("call", "*43")
    application.wait_for(lambda s: s["calls"] and s["calls"][0]["state"] == "confirmed", "echo answers")
    os.kill(application.child_pid(), signal.SIGKILL)
    call = application.wait_for(
        lambda s: next((c for c in s["calls"] if c["id"] == call_id and c["state"] == "disconnected"), None), "ended"
    )
    assert call["end"]["kind"] == "connection-lost"
    application.registered()
    application.do("call", "*43")


def test_the_history_survives_kill_9(signed_in):
    application = signed_in()
    application.do("call", "103")
    application.wait_for(lambda s: s["calls"] and s["calls"][0]["state"] == "disconnected", "103 is busy")
    (database,) = application.home.rglob("history.sqlite3")

    def rows():
        connection = sqlite3.connect(database)
        found = connection.execute("SELECT user, outcome FROM calls WHERE user = '103'").fetchall()
        connection.close()
        return found

    until(lambda: rows() == [("103", "busy")], "the row is on the disk")
    application.kill()
    assert rows() == [("103", "busy")]
    application.start()
    assert rows() == [("103", "busy")]


def test_the_phone_system_restarted_during_registration(started):
    with LocalPhoneSystem() as system:
        application = started({"SOFTPHONE_CA_FILE": system.ca_file})
        application.sign_in("alice@example.com", system.password_of("alice@example.com"), system.service)
        application.registered()
        system.kill()
        system.start_again()
        application.wait_for(lambda s: s["registration"]["state"] == "registered" and call(application), "back", 60)


def test_the_phone_system_restarted_during_a_call(started):
    with LocalPhoneSystem() as system:
        application = started({"SOFTPHONE_CA_FILE": system.ca_file})
        application.sign_in("alice@example.com", system.password_of("alice@example.com"), system.service)
        application.registered()
        application.do("call", "101")
        application.wait_for(lambda s: s["calls"] and s["calls"][0]["state"] == "confirmed", "101 answers")
        system.kill()
        system.start_again()
        application.run("hangup")
        application.wait_for(
            lambda s: not [c for c in s["calls"] if c["state"] != "disconnected"], "the call can be ended", 60
        )
        until(lambda: call(application), "and the next one placed", 60)


def call(application) -> bool:
    """Whether the echo service answers."""
    code, call_id, _ = application.run("call", "*43")
    if code != 0:
        return False
    until(lambda: application.call_state(call_id) in ("confirmed", "disconnected", "gone"), "decided", 40)
    answered = application.call_state(call_id) == "confirmed"
    application.run("hangup")
    until(lambda: application.call_state(call_id) in ("disconnected", "gone"), "ended", 40)
    return answered
