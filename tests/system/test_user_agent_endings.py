"""What the caller gets when a call that rings ends without the person's Decline: the other devices must ring on.

A 6xx ends the call everywhere (RFC 3261 16.7), so only Decline may send one.
"""

from __future__ import annotations

import os
import signal
import threading

import pytest

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from tests.system.user_agent_rig import LINE, Rig


@pytest.fixture
def rig(tmp_path):
    with Rig(tmp_path) as rig:
        rig.register()
        yield rig


def quit_program(rig):
    rig.process.stop()


def lose_parent(rig):
    os.kill(rig.process.pid, signal.SIGTERM)


def close_pipe(rig):
    rig.process._child.stdin.close()


def sign_out(rig):
    rig.send(cmd.Unregister(LINE))


def answers(rig, since=0):
    """Final answers to INVITE."""
    received = [m for m in rig.server.received[since:] if not m.is_request and m.method == "INVITE"]
    return [m.code for m in received if m.code >= 200]


@pytest.mark.parametrize("ringing", [True, False], ids=["ringing", "undecided"])
@pytest.mark.parametrize("end", [quit_program, lose_parent, close_pipe, sign_out])
def test_a_call_that_nobody_declined_is_refused_for_this_device_alone(rig, end, ringing):
    told = rig.called(rig.server.invite())
    if ringing:
        rig.send(cmd.Ring(told.call_id))
        rig.server.wait_for_answer(180, "INVITE")
    end(rig)
    rig.server.wait_for_answer(480, "INVITE", timeout=3)
    assert set(answers(rig)) == {480}  # repeated until an ACK comes


def test_hanging_up_a_call_that_rings_does_not_decline_it(rig):
    told = rig.called(rig.server.invite())
    rig.send(cmd.Ring(told.call_id))
    rig.send(cmd.HangUp(told.call_id))
    assert rig.heard.wait(ev.CallDisconnected, call_id=told.call_id).code == 480
    assert set(answers(rig)) == {480}  # repeated until an ACK comes


def test_declining_is_sent_even_when_the_program_ends_at_once(rig):
    told = rig.called(rig.server.invite())
    rig.send(cmd.Ring(told.call_id))
    rig.send(cmd.Refuse(told.call_id, 603))
    rig.process.stop()
    assert answers(rig)[-1] == 603


@pytest.mark.parametrize("invites", [1, 3])
def test_a_call_that_comes_while_the_program_ends_goes_on_elsewhere(rig, invites):
    rig.server.ignore.add("REGISTER")  # the un-REGISTER has no answer: ending takes its full second
    since, mark = len(rig.server.received), rig.heard.mark
    ending = threading.Thread(target=rig.process.stop)
    ending.start()
    rig.server.wait_for("REGISTER", since=since)
    for number in range(invites):
        rig.server.send(rig.server.invite())
        if number:
            rig.server.wait_for("REGISTER", since=len(rig.server.received))  # its repetition: half a second has gone
    ending.join(5)
    assert set(answers(rig)) == {480}
    assert rig.heard.of(ev.InviteReceived, mark) == []


def test_a_call_in_the_place_of_one_that_just_ended_is_not_ended_with_it(rig):
    """PJSIP's four places are full, one ends, and the next INVITE is read in the same breath."""
    invites = [rig.server.invite() for _ in range(4)]
    told = [rig.called(invite) for invite in invites]
    for call in told:
        rig.send(cmd.Ring(call.call_id))
    pid, mark, since = rig.process.pid, rig.heard.mark, len(rig.server.received)
    os.kill(pid, signal.SIGSTOP)
    rig.server.send(rig.server.follow_up(invites[2], "CANCEL"))
    rig.server.send(rig.server.invite())
    os.kill(pid, signal.SIGCONT)
    new = rig.heard.wait(ev.InviteReceived, since=mark)
    rig.send(cmd.Ring(new.call_id))
    rig.server.wait_for_answer(180, "INVITE", since=since)
    rig.send(cmd.Refuse(new.call_id, 486))
    assert rig.heard.wait(ev.CallDisconnected, call_id=new.call_id).code == 486
    assert 603 not in answers(rig)
