"""The user agent's real process on the real local phone system, by every transport."""

from __future__ import annotations

import contextlib
import time

import pytest

from softphone.logs.redact import redact
from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.registration import RegistrationState as State
from softphone.phone.secret import Secret
from softphone.user_agent.process import UserAgentProcess
from tests.fakes.heard import Heard
from tests.fakes.sip_phone import SipPhone
from tests.system.pbx_fixture import LocalPhoneSystem

LINE = "line-1"
EMAIL = "alice@example.com"


@pytest.fixture(scope="module")
def system():
    with LocalPhoneSystem() as system:
        yield system


class OnSystem:
    """A user agent registered as Alice."""

    def __init__(self, system: LocalPhoneSystem, transport: str) -> None:
        self.system, self.transport, self.heard = system, transport, Heard()
        self.process = UserAgentProcess(self.heard, redact=redact, environment={"SOFTPHONE_SOUND": "null"})
        self.send = self.process.send

    def __enter__(self):
        self.process.start()
        self.heard.wait(ev.UserAgentReady)
        self.register()
        return self

    def __exit__(self, *_):
        self.process.stop()

    def register(self):
        given = self.system.line(EMAIL, "user agent test")
        mark = self.heard.mark
        self.send(
            cmd.Register(
                LINE,
                given["domain"],
                given["username"],
                given["auth_username"],
                Secret(given["password"]),
                registrar=self.system.address(self.transport),
                transport=self.transport,
                ca_file=self.system.ca_file,
                instance_id="f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            )
        )
        return self.heard.wait(ev.RegistrationChanged, since=mark, state=State.REGISTERED)


@pytest.fixture(params=["udp", "tcp", "tls"])
def alice(request, system):
    with OnSystem(system, request.param) as alice:
        yield alice


def packets_come(alice, call_id):
    """Asks until the echo's packets are counted."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        mark = alice.heard.mark
        alice.send(cmd.ReportStatistics())
        measured = alice.heard.wait(ev.MediaMeasured, since=mark, call_id=call_id)
        if measured.received_packets > 10:
            return measured
    raise AssertionError(f"no sound comes: {measured}")


def test_the_echo_service_answers_and_sends_sound(alice):
    alice.send(cmd.MakeCall("echo", LINE, "*43"))
    alice.heard.wait(ev.CallConfirmed, call_id="echo")
    media = alice.heard.wait(ev.MediaChanged, call_id="echo", active=True)
    assert media.signalling == alice.transport
    packets_come(alice, "echo")
    alice.send(cmd.Hold("echo"))
    alice.heard.wait(ev.HoldChanged, call_id="echo", local=True)
    mark = alice.heard.mark
    alice.send(cmd.Resume("echo"))
    alice.heard.wait(ev.HoldChanged, since=mark, call_id="echo", local=False)
    alice.send(cmd.HangUp("echo"))
    end = alice.heard.wait(ev.CallDisconnected, call_id="echo")
    assert (end.by_remote, end.failure) == (False, None)


def test_a_call_from_outside_rings_is_answered_and_ended(alice):
    alice.send(cmd.ExpectCalls(True))
    mark = alice.heard.mark
    alice.system.call_in("100", caller="+6598765432")
    invite = alice.heard.wait(ev.InviteReceived, since=mark)
    assert invite.remote.user == "+6598765432"
    assert invite.ringing_sent
    alice.send(cmd.Answer(invite.call_id))
    alice.heard.wait(ev.CallConfirmed, call_id=invite.call_id)
    packets_come(alice, invite.call_id)
    alice.send(cmd.HangUp(invite.call_id))
    alice.heard.wait(ev.CallDisconnected, call_id=invite.call_id)


@pytest.mark.parametrize(("number", "code"), [("103", 486), ("105", 603), ("+6568880404", 404)])
def test_those_who_do_not_answer_say_so(alice, number, code):
    alice.send(cmd.MakeCall("refused", LINE, number))
    assert alice.heard.wait(ev.CallDisconnected, call_id="refused").code == code


def test_another_device_that_answers_first_is_told_as_elsewhere(alice):
    with SipPhone("alice2") as other, SipPhone("bob") as bob:
        alice.system.register(other, EMAIL)
        alice.system.register(bob, "bob@example.com")
        mark = alice.heard.mark
        bob.call("100")
        invite = alice.heard.wait(ev.InviteReceived, since=mark)
        alice.send(cmd.Ring(invite.call_id))
        other.wait_for_call().answer()
        end = alice.heard.wait(ev.CallDisconnected, call_id=invite.call_id)
        assert end.completed_elsewhere


def test_digits_reach_the_service_that_reads_them(alice):
    since = len(alice.system.events)
    alice.send(cmd.MakeCall("digits", LINE, "*62"))
    alice.heard.wait(ev.CallConfirmed, call_id="digits")
    alice.send(cmd.SendDigits("digits", "159#"))
    for digit in "159#":
        alice.system.wait_for_event("digit", since=since, digit=digit)
    alice.send(cmd.HangUp("digits"))
    alice.heard.wait(ev.CallDisconnected, call_id="digits")


@pytest.mark.timeout(90)
def test_a_system_that_was_killed_is_found_again_by_itself(alice):
    mark = alice.heard.mark
    alice.system.kill()
    with contextlib.suppress(AssertionError):
        alice.heard.wait(ev.RegistrationChanged, since=mark, state=State.FAILED, timeout=7)
    told = alice.heard.of(ev.RegistrationChanged, mark)
    alice.system.start_again()
    assert [event.state for event in told][:1] == [State.FAILED]
    alice.heard.wait(ev.RegistrationChanged, since=mark, state=State.REGISTERED, timeout=15)
    alice.send(cmd.MakeCall("again", LINE, "*43"))
    alice.heard.wait(ev.CallConfirmed, call_id="again")
