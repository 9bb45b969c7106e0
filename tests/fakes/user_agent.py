"""A user agent without SIP: it obeys the commands and tells the events that the real process would.

The other person is played by `far_*`. Everything happens at once, on the caller's thread, in the order of the contract.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.failure import Failure, FailureKind
from softphone.phone.party import Party
from softphone.phone.registration import RegistrationState as State

MAX_CALLS = 4


@dataclass
class FakeLeg:
    incoming: bool
    confirmed: bool = False
    held_local: bool = False
    held_remote: bool = False
    muted: bool = False
    digits: str = ""


@dataclass
class FakeUserAgent:
    post: Callable[[object], None]
    password: str = "right"
    reachable: bool = True
    busy: set[str] = field(default_factory=set)  # targets that answer 486

    def __post_init__(self) -> None:
        self.lines: dict[str, cmd.Register] = {}
        self.legs: dict[str, FakeLeg] = {}
        self.sent: list[cmd.Command] = []
        self.tone, self.plays = "none", ""
        self._ring_at_once = False
        self._up = False
        self._ids = itertools.count(1)

    # --- life ---------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._up = True
        self.post(ev.UserAgentReady("fake", ("G722", "PCMA", "PCMU"), MAX_CALLS))

    def die(self, cause: str = "signal 9") -> None:
        """As `kill -9` of the process, restarted at once."""
        self._up, self._ring_at_once, self.tone, self.plays = False, False, "none", ""
        self.legs.clear()
        self.lines.clear()
        self.post(ev.UserAgentDied(cause, 0.0))
        self.start()

    def stop(self) -> None:
        self._up = False

    def send(self, command: cmd.Command) -> None:
        if not self._up:
            return
        self.sent.append(command)
        name = "_" + "".join("_" + c.lower() if c.isupper() else c for c in type(command).__name__).lstrip("_")
        getattr(self, name)(command)

    # --- the other person ---------------------------------------------------------------------------------------------

    def far_calls(self, number: str = "+6591234567", name: str = "") -> str:
        """Returns the call's id."""
        call_id = f"fake-{next(self._ids)}"
        at_once, self._ring_at_once = self._ring_at_once and not self.legs, False
        self.legs[call_id] = FakeLeg(incoming=True)
        line = next(iter(self.lines.values()))
        self.post(
            ev.InviteReceived(call_id, line.line_id, Party(number, line.domain, name), called=line.username,
                              ringing_sent=at_once)
        )  # fmt: skip
        return call_id

    def far_answers(self, call_id: str) -> None:
        self._confirm(call_id)

    def far_hangs_up(self, call_id: str, code: int = 200) -> None:
        if self.legs.pop(call_id, None) is not None:
            self.post(ev.CallDisconnected(call_id, code))

    def far_holds(self, call_id: str, held: bool) -> None:
        leg = self.legs[call_id]
        leg.held_remote = held
        self.post(ev.HoldChanged(call_id, leg.held_local, held))

    # --- commands -----------------------------------------------------------------------------------------------------

    def _register(self, c: cmd.Register) -> None:
        def tell(state: State, **more: object) -> None:
            server = c.registrar or c.domain
            self.post(ev.RegistrationChanged(c.line_id, state, transport=c.transport, server=server, **more))

        self.lines[c.line_id] = c
        tell(State.REGISTERING)
        if not self.reachable:
            tell(State.FAILED, failure=Failure(FailureKind.TIMED_OUT), retry_in=2.0)
        elif c.password.reveal() != self.password:
            tell(State.FAILED, failure=Failure(FailureKind.FORBIDDEN, 401), retry_in=30.0)
        else:
            tell(State.REGISTERED, expires=c.registration_seconds)

    def _refresh_registration(self, c: cmd.RefreshRegistration) -> None:
        if c.line_id in self.lines:
            self._register(self.lines[c.line_id])

    def _unregister(self, c: cmd.Unregister) -> None:
        if self.lines.pop(c.line_id, None) is not None:
            self.post(ev.RegistrationChanged(c.line_id, State.UNREGISTERED))

    def _expect_calls(self, c: cmd.ExpectCalls) -> None:
        self._ring_at_once = c.ring_at_once

    def _make_call(self, c: cmd.MakeCall) -> None:
        failure = None
        if c.line_id not in self.lines:
            failure = Failure(FailureKind.OFFLINE)
        elif len(self.legs) >= MAX_CALLS:
            failure = Failure(FailureKind.TOO_MANY_CALLS)
        elif len(c.target) > 250 or any(char in ' <>"' for char in c.target):
            failure = Failure(FailureKind.BAD_NUMBER)
        if failure is not None:
            self.post(ev.CallDisconnected(c.call_id, 0, by_remote=False, failure=failure))
            return
        if c.target in self.busy:
            self.post(ev.CallDisconnected(c.call_id, 486, "Busy Here"))
            return
        self.legs[c.call_id] = FakeLeg(incoming=False)
        self.post(ev.CallProgressed(c.call_id, 180, "Ringing"))

    def _ring(self, c: cmd.Ring) -> None: ...

    def _answer(self, c: cmd.Answer) -> None:
        if c.call_id in self.legs and not self.legs[c.call_id].confirmed:
            self._confirm(c.call_id)

    def _refuse(self, c: cmd.Refuse) -> None:
        leg = self.legs.get(c.call_id)
        if leg is not None and not leg.confirmed:
            del self.legs[c.call_id]
            self.post(ev.CallDisconnected(c.call_id, c.code, by_remote=False))

    def _hang_up(self, c: cmd.HangUp) -> None:
        leg = self.legs.pop(c.call_id, None)
        if leg is not None:
            self.post(ev.CallDisconnected(c.call_id, 200 if leg.confirmed else 487, by_remote=False))

    def _hold(self, c: cmd.Hold) -> None:
        self._set_hold(c.call_id, True)

    def _resume(self, c: cmd.Resume) -> None:
        self._set_hold(c.call_id, False)

    def _set_hold(self, call_id: str, held: bool) -> None:
        leg = self.legs.get(call_id)
        if leg is None:
            return
        if not leg.confirmed:
            self.post(ev.HoldRefused(call_id, Failure(FailureKind.NOT_NOW)))
            return
        leg.held_local = held
        self.post(ev.HoldChanged(call_id, held, leg.held_remote))

    def _set_muted(self, c: cmd.SetMuted) -> None:
        if c.call_id in self.legs:
            self.legs[c.call_id].muted = c.muted

    def _send_digits(self, c: cmd.SendDigits) -> None:
        if c.call_id in self.legs:
            self.legs[c.call_id].digits += c.digits

    def _transfer(self, c: cmd.Transfer) -> None:
        self._transferred(c.call_id)

    def _transfer_to(self, c: cmd.TransferTo) -> None:
        if c.other_call_id in self.legs:
            self._transferred(c.call_id)
            self.far_hangs_up(c.other_call_id)

    def _transferred(self, call_id: str) -> None:
        leg = self.legs.get(call_id)
        if leg is None:
            return
        if not leg.confirmed:
            self.post(ev.TransferProgressed(call_id, 400, "not answered", final=True))
            return
        self.post(ev.TransferProgressed(call_id, 200, "OK", final=True))
        del self.legs[call_id]
        self.post(ev.CallDisconnected(call_id, 200, by_remote=False))

    def _play_tone(self, c: cmd.PlayTone) -> None:
        self.tone = c.tone

    def _play_digit(self, c: cmd.PlayDigit) -> None: ...

    def _play_file(self, c: cmd.PlayFile) -> None:
        self._stop_file(cmd.StopFile())
        self.plays = c.play_id
        self.post(ev.FilePlayed(c.play_id, c.start, 1.0, playing=True))

    def _stop_file(self, c: cmd.StopFile) -> None:
        if self.plays:
            self.post(ev.FilePlayed(self.plays, 0.0, 1.0, playing=False))
            self.plays = ""

    def _measure_file(self, c: cmd.MeasureFile) -> None:
        self.post(ev.FileMeasured(c.path, 1.0, (1.0,) * c.bars))

    def _select_sound(self, c: cmd.SelectSound) -> None:
        self.post(ev.SoundDevicesChanged(()))

    def _report_levels(self, c: cmd.ReportLevels) -> None:
        if c.on:
            self.post(ev.LevelsMeasured(0.0, 0.0))

    def _report_statistics(self, c: cmd.ReportStatistics) -> None:
        for call_id, leg in self.legs.items():
            if leg.confirmed:
                self.post(ev.MediaMeasured(call_id, mos=4.4))

    def _ping(self, c: cmd.Ping) -> None:
        self.post(ev.Pong(c.number))

    def _shut_down(self, c: cmd.ShutDown) -> None:
        self.stop()

    def _confirm(self, call_id: str) -> None:
        self.legs[call_id].confirmed = True
        self.post(ev.CallAnswered(call_id))
        self.post(ev.MediaChanged(call_id, True, "G722", 16000))
        self.post(ev.CallConfirmed(call_id))
