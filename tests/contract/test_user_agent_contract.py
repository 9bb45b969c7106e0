"""The fake user agent and the real process do the same where a telephone can tell."""

from __future__ import annotations

import pytest

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.failure import FailureKind
from softphone.phone.registration import RegistrationState as State
from softphone.phone.secret import Secret
from softphone.resources import resource
from tests.fakes.heard import Heard
from tests.fakes.sip_phone import SipPhone
from tests.fakes.user_agent import FakeUserAgent
from tests.system.user_agent_rig import LINE, Rig


class FakeWorld:
    def __init__(self) -> None:
        self.heard = Heard()
        self.agent = FakeUserAgent(self.heard, password="correct horse", busy={"busy"})
        self.agent.start()

    def register(self, password="correct horse"):
        self.agent.send(cmd.Register(LINE, "phone.test", "100", "100", Secret(password), registrar="127.0.0.1:5060"))

    def send(self, command):
        self.agent.send(command)

    def far_answers(self, call_id):
        self.agent.far_answers(call_id)

    def far_hangs_up(self, call_id):
        self.agent.far_hangs_up(call_id)

    def far_holds(self, call_id):
        self.agent.far_holds(call_id, True)

    def far_calls(self):
        return self.agent.far_calls()

    def far_sees_digits(self, call_id, digits):
        assert self.agent.legs[call_id].digits == digits

    def kill(self):
        self.agent.die()

    def close(self):
        self.agent.stop()


class RealWorld:
    def __init__(self, folder) -> None:
        self.rig = Rig(folder)
        self.rig.__enter__()
        self.heard, self.send, self.kill = self.rig.heard, self.rig.send, self.rig.kill
        self.bob = SipPhone("110")
        self.rig.server.routes["110"] = self.bob.address
        self._calls = {}

    def register(self, password="correct horse"):
        self.send(self.rig.line(password=Secret(password)))

    def _far(self, call_id):
        if call_id not in self._calls:
            self._calls[call_id] = self.bob.wait_for_call()
        return self._calls[call_id]

    def far_answers(self, call_id):
        self._far(call_id).answer()

    def far_hangs_up(self, call_id):
        self._far(call_id).hangup()

    def far_holds(self, call_id):
        self._far(call_id).wait_for("confirmed")  # sound may flow before the ACK
        self._far(call_id).wait_for_media("active")
        self._far(call_id).hold()

    def far_calls(self):
        mark = self.heard.mark
        call = self.bob.call(f"sip:100@{self.rig.server.address}")
        call_id = self.heard.wait(ev.InviteReceived, since=mark).call_id
        self._calls[call_id] = call
        return call_id

    def far_sees_digits(self, call_id, digits):
        self._far(call_id).wait_for_digits(digits)

    def close(self):
        self.bob.close()
        self.rig.__exit__()


@pytest.fixture(params=["fake", "real"])
def world(request, tmp_path):
    there = FakeWorld() if request.param == "fake" else RealWorld(tmp_path)
    if request.param == "real":
        there.rig.server.answers.clear()
        there.rig.server.routes["busy"] = "127.0.0.1:9"
    yield there
    there.close()


@pytest.fixture
def registered(world):
    world.register()
    world.heard.wait(ev.RegistrationChanged, state=State.REGISTERED)
    return world


def talking(world, call_id="call-1"):
    world.send(cmd.MakeCall(call_id, LINE, "110"))
    world.heard.wait(ev.CallProgressed, call_id=call_id)
    world.far_answers(call_id)
    world.heard.wait(ev.CallConfirmed, call_id=call_id)
    return call_id


def test_ready_is_the_first_that_is_heard_of_sip(world):
    first = world.heard.wait(ev.UserAgentReady)
    assert first.max_calls == 4
    assert "G722" in first.codecs


def test_a_line_registers_and_says_where(world):
    world.register()
    done = world.heard.wait(ev.RegistrationChanged, state=State.REGISTERED)
    states = [event.state for event in world.heard.of(ev.RegistrationChanged)]
    assert states == [State.REGISTERING, State.REGISTERED]
    assert done.server.startswith("127.0.0.1:")
    assert done.expires
    assert done.failure is None


def test_a_wrong_password_is_forbidden_and_tried_again_later(world):
    world.register("wrong")
    failed = world.heard.wait(ev.RegistrationChanged, state=State.FAILED)
    assert failed.failure.kind is FailureKind.FORBIDDEN
    assert failed.retry_in >= 10


def test_unregistering_ends_in_unregistered(registered):
    registered.send(cmd.Unregister(LINE))
    registered.heard.wait(ev.RegistrationChanged, state=State.UNREGISTERED)


def test_a_call_out_goes_through_its_states(registered):
    call_id = talking(registered)
    registered.send(cmd.HangUp(call_id))
    end = registered.heard.wait(ev.CallDisconnected, call_id=call_id)
    kinds = [type(e) for e in registered.heard.events if getattr(e, "call_id", None) == call_id]
    states = [kind for kind in kinds if kind is not ev.MediaChanged]
    assert states == [ev.CallProgressed, ev.CallAnswered, ev.CallConfirmed, ev.CallDisconnected]
    assert ev.MediaChanged in kinds
    assert not end.by_remote
    assert end.failure is None


def test_the_other_side_hanging_up_is_told_as_theirs(registered):
    call_id = talking(registered)
    registered.far_hangs_up(call_id)
    assert registered.heard.wait(ev.CallDisconnected, call_id=call_id).by_remote


def test_a_call_in_is_told_answered_and_confirmed(registered):
    call_id = registered.far_calls()
    invite = registered.heard.wait(ev.InviteReceived)
    assert invite.line_id == LINE
    assert invite.called == "100"
    assert not invite.ringing_sent
    registered.send(cmd.Ring(call_id))
    registered.send(cmd.Answer(call_id))
    registered.heard.wait(ev.CallConfirmed, call_id=call_id)


def test_only_the_next_call_rings_at_once_when_calls_are_expected(registered):
    registered.send(cmd.ExpectCalls(True))
    first = registered.far_calls()
    registered.far_calls()
    told = registered.heard.of(ev.InviteReceived)
    assert [event.ringing_sent for event in told] == [True, False]
    registered.send(cmd.Refuse(first, 486))
    registered.heard.wait(ev.CallDisconnected, call_id=first)


def test_a_refused_call_ends_as_ours_with_its_code(registered):
    call_id = registered.far_calls()
    registered.send(cmd.Refuse(call_id, 603))
    end = registered.heard.wait(ev.CallDisconnected, call_id=call_id)
    assert (end.code, end.by_remote) == (603, False)


def test_a_caller_who_gives_up_is_told(registered):
    call_id = registered.far_calls()
    registered.send(cmd.Ring(call_id))
    registered.far_hangs_up(call_id)
    assert registered.heard.wait(ev.CallDisconnected, call_id=call_id).by_remote


def test_hold_and_resume_are_told_when_they_are_so(registered):
    call_id = talking(registered)
    registered.send(cmd.Hold(call_id))
    registered.heard.wait(ev.HoldChanged, call_id=call_id, local=True, remote=False)
    mark = registered.heard.mark
    registered.send(cmd.Resume(call_id))
    registered.heard.wait(ev.HoldChanged, since=mark, call_id=call_id, local=False, remote=False)


def test_being_held_is_told_as_remote(registered):
    call_id = talking(registered)
    registered.far_holds(call_id)
    registered.heard.wait(ev.HoldChanged, call_id=call_id, local=False, remote=True)


def test_holding_before_the_answer_is_refused(registered):
    registered.send(cmd.MakeCall("call-1", LINE, "110"))
    registered.heard.wait(ev.CallProgressed, call_id="call-1")
    registered.send(cmd.Hold("call-1"))
    assert registered.heard.wait(ev.HoldRefused, call_id="call-1").failure.kind is FailureKind.NOT_NOW


def test_digits_arrive(registered):
    call_id = talking(registered)
    registered.send(cmd.SendDigits(call_id, "12*#AD"))
    registered.far_sees_digits(call_id, "12*#AD")


def test_a_transfer_before_the_answer_fails_for_good(registered):
    registered.send(cmd.MakeCall("call-1", LINE, "110"))
    registered.heard.wait(ev.CallProgressed, call_id="call-1")
    registered.send(cmd.Transfer("call-1", "120"))
    progress = registered.heard.wait(ev.TransferProgressed, call_id="call-1")
    assert progress.final
    assert progress.code >= 400


def test_statistics_come_of_each_call_with_media(registered):
    call_id = talking(registered)
    registered.send(cmd.ReportStatistics())
    assert registered.heard.wait(ev.MediaMeasured, call_id=call_id).mos >= 1.0


def test_a_sound_file_is_measured_plays_and_stops(world):
    path = str(resource("sounds", "ringtone.wav"))
    world.send(cmd.MeasureFile(path, 5))
    measured = world.heard.wait(ev.FileMeasured)
    assert measured.path == path
    assert measured.seconds > 0.5
    assert len(measured.bars) == 5
    world.send(cmd.PlayFile("file-1", path))
    assert world.heard.wait(ev.FilePlayed, playing=True).play_id == "file-1"
    world.send(cmd.StopFile())
    assert world.heard.wait(ev.FilePlayed, playing=False).play_id == "file-1"


@pytest.mark.parametrize("target", ["a b", "<sip:x>", "sip:" + "9" * 300 + "@phone.test", 'x"y'])
def test_what_is_no_address_is_a_bad_number(registered, target):
    registered.send(cmd.MakeCall("call-1", LINE, target))
    end = registered.heard.wait(ev.CallDisconnected, call_id="call-1")
    assert end.failure.kind is FailureKind.BAD_NUMBER
    assert not end.by_remote


def test_a_call_without_a_line_is_offline(world):
    world.send(cmd.MakeCall("call-1", "no-line", "110"))
    assert world.heard.wait(ev.CallDisconnected, call_id="call-1").failure.kind is FailureKind.OFFLINE


def test_the_fifth_call_is_one_too_many(registered):
    for number in range(4):
        registered.send(cmd.MakeCall(f"call-{number}", LINE, "110"))
    registered.send(cmd.MakeCall("call-5", LINE, "110"))
    end = registered.heard.wait(ev.CallDisconnected, call_id="call-5")
    assert end.failure.kind is FailureKind.TOO_MANY_CALLS
    for number in range(4):
        registered.heard.wait(ev.CallProgressed, call_id=f"call-{number}")


def test_commands_for_a_call_that_is_gone_are_quiet(registered):
    mark = registered.heard.mark
    for command in (
        cmd.Ring("gone"),
        cmd.Answer("gone"),
        cmd.Refuse("gone", 486),
        cmd.HangUp("gone"),
        cmd.Hold("gone"),
        cmd.Resume("gone"),
        cmd.SetMuted("gone", True),
        cmd.SendDigits("gone", "1"),
        cmd.Transfer("gone", "110"),
        cmd.TransferTo("gone", "gone too"),
    ):
        registered.send(command)
    call_id = talking(registered)
    told = [event for event in registered.heard.events[mark:] if getattr(event, "call_id", call_id) != call_id]
    assert told == []


def test_death_is_told_and_ready_comes_again(registered):
    mark = registered.heard.mark
    registered.kill()
    died = registered.heard.wait(ev.UserAgentDied, since=mark)
    assert died.cause == "signal 9"
    assert died.restart_in == 0.0
    registered.heard.wait(ev.UserAgentReady, since=mark)
    registered.register()
    registered.heard.wait(ev.RegistrationChanged, since=mark, state=State.REGISTERED)
