"""What each command does. On the sip thread; a command for a call or line that is gone is a quiet, normal case."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pjsua2 as pj

from softphone.phone import commands as cmd
from softphone.phone.events import CallDisconnected, HoldRefused, Pong, TransferProgressed
from softphone.phone.failure import Failure, FailureKind
from softphone.sip.account_config import BadTarget, request_uri, user_part
from softphone.sip.call_leg import CallLeg
from softphone.sip.endpoint_config import MAX_CALLS
from softphone.sip.line import Line

if TYPE_CHECKING:
    from softphone.sip.user_agent import UserAgent

log = logging.getLogger("ua")

MEDIA_WAIT = 0.1
#: RFC 3323 4.1.1.3
ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>'
_TOO_MANY = 70010  # PJ_ETOOMANY


class Commands:
    def __init__(self, user_agent: UserAgent) -> None:
        self._ua = user_agent
        self._waiting: set[str] = set()  # calls that are placed in a moment
        self._table: dict[type, Callable[[Any], None]] = {
            cmd.Register: self._register,
            cmd.Unregister: self._unregister,
            cmd.RefreshRegistration: self._refresh,
            cmd.ExpectCalls: self._expect_calls,
            cmd.MakeCall: self._make_call,
            cmd.Ring: lambda c: self._with_leg(c, CallLeg.ring),
            cmd.Answer: lambda c: self._with_leg(c, CallLeg.answer_call),
            cmd.Refuse: lambda c: self._with_leg(c, lambda leg: leg.refuse(c.code, c.contacts)),
            cmd.HangUp: self._hang_up,
            cmd.Hold: self._hold,
            cmd.Resume: self._resume,
            cmd.SetMuted: lambda c: self._with_leg(c, lambda leg: leg.media.set_muted(c.muted)),
            cmd.SendDigits: lambda c: self._with_leg(c, lambda leg: leg.digits.send(c.digits)),
            cmd.Transfer: self._transfer,
            cmd.TransferTo: self._transfer_to,
            cmd.PlayTone: lambda c: self._ua.sound.play_tone(c.tone),
            cmd.PlayDigit: lambda c: self._ua.sound.play_digit(c.digit),
            cmd.PlayFile: lambda c: self._ua.sound.play_file(c),
            cmd.StopFile: lambda c: self._ua.sound.stop_file(),
            cmd.MeasureFile: lambda c: self._ua.sound.measure_file(c),
            cmd.SelectSound: lambda c: self._ua.sound.select(c),
            cmd.ReportLevels: lambda c: self._ua.sound.report_levels(c.on),
            cmd.ReportStatistics: self._report_statistics,
            cmd.Ping: lambda c: self._ua.tell(Pong(c.number)),
            cmd.ShutDown: lambda c: self._ua.stop(),
        }

    def run(self, command: cmd.Command) -> None:
        log.debug("%s", type(command).__name__)
        self._table[type(command)](command)

    # --- lines ------------------------------------------------------------------------------------------------------

    def _register(self, c: cmd.Register) -> None:
        line = self._ua.lines.get(c.line_id)
        if line is not None:
            line.replace(c)
            return
        self._ua.lines[c.line_id] = line = Line(self._ua, c)
        line.start()

    def _unregister(self, c: cmd.Unregister) -> None:
        line = self._ua.lines.get(c.line_id)
        if line is None:
            return
        for call_id in [leg.call_id for leg in self._ua.legs.values() if leg.line is line and leg.ringing]:
            self._ua.legs[call_id].hang_up()
        line.unregister()

    def _refresh(self, c: cmd.RefreshRegistration) -> None:
        line = self._ua.lines.get(c.line_id)
        if line is not None:
            line.refresh()

    def _expect_calls(self, c: cmd.ExpectCalls) -> None:
        self._ua.ring_at_once = c.ring_at_once

    # --- calls ------------------------------------------------------------------------------------------------------

    def _with_leg(self, command: Any, action: Callable[[CallLeg], None]) -> None:
        leg = self._ua.legs.get(command.call_id)
        if leg is not None and not leg.ended_told:
            action(leg)
        else:
            log.debug("%s for a call that is gone", type(command).__name__)

    def _make_call(self, c: cmd.MakeCall) -> None:
        if c.call_id in self._ua.legs or c.call_id in self._waiting:
            log.warning("a call id was used twice")
            return
        line = self._ua.lines.get(c.line_id)
        if line is None or line.account is None:
            self._not_placed(c, Failure(FailureKind.OFFLINE, detail="the line is not registered"))
            return
        if len(self._ua.legs) >= MAX_CALLS:
            self._not_placed(c, Failure(FailureKind.TOO_MANY_CALLS))
            return
        try:
            uri = request_uri(c.target, line.register)
            if self._ua.endpoint.utilVerifySipUri(uri) != 0:
                raise BadTarget("not a SIP URI")
        except BadTarget as error:
            self._not_placed(c, Failure(FailureKind.BAD_NUMBER, detail=str(error)))
            return
        if not self._ua.media_allowed():
            self._waiting.add(c.call_id)
            self._ua.timers.after(MEDIA_WAIT, lambda: self._make_waiting_call(c))
            return
        leg = CallLeg(self._ua, line, c.call_id)
        self._ua.media_used()
        try:
            leg.invite(uri, identity_headers(c.caller_id, line.register), ANONYMOUS if hidden(c.caller_id) else "")
        except pj.Error as error:
            too_many = error.status == _TOO_MANY
            kind = FailureKind.TOO_MANY_CALLS if too_many else FailureKind.OFFLINE
            self._ua.audio.leg_ended(c.call_id)
            leg.release()
            self._not_placed(c, Failure(kind, detail=error.reason))
            return
        self._ua.legs[c.call_id] = leg

    def _make_waiting_call(self, c: cmd.MakeCall) -> None:
        if c.call_id in self._waiting:  # else it was hung up meanwhile
            self._waiting.discard(c.call_id)
            self._make_call(c)

    def _hang_up(self, c: cmd.HangUp) -> None:
        if c.call_id in self._waiting:
            self._waiting.discard(c.call_id)
            self._ua.tell(CallDisconnected(c.call_id, 487, "Request Terminated", by_remote=False))
        else:
            self._with_leg(c, CallLeg.hang_up)

    def _not_placed(self, c: cmd.MakeCall, failure: Failure) -> None:
        self._ua.tell(CallDisconnected(c.call_id, 0, by_remote=False, failure=failure))

    def _hold(self, c: cmd.Hold) -> None:
        self._with_leg(c, lambda leg: self._if_confirmed(leg, leg.hold.hold))

    def _resume(self, c: cmd.Resume) -> None:
        self._with_leg(c, lambda leg: self._if_confirmed(leg, leg.hold.resume))

    def _if_confirmed(self, leg: CallLeg, action: Callable[[], None]) -> None:
        if leg.confirmed:
            action()
        else:
            self._ua.tell(HoldRefused(leg.call_id, Failure(FailureKind.NOT_NOW)))

    def _transfer(self, c: cmd.Transfer) -> None:
        def ask(leg: CallLeg) -> None:
            leg.transfer(request_uri(c.target, leg.line.register))

        self._with_leg(c, lambda leg: self._ask_transfer(leg, ask))

    def _transfer_to(self, c: cmd.TransferTo) -> None:
        def ask(leg: CallLeg) -> None:
            other = self._ua.legs.get(c.other_call_id)
            if other is None or not other.confirmed:
                raise BadTarget("the other call is gone")
            leg.transfer_to(other)

        self._with_leg(c, lambda leg: self._ask_transfer(leg, ask))

    def _ask_transfer(self, leg: CallLeg, ask: Callable[[CallLeg], None]) -> None:
        try:
            if not leg.confirmed:
                raise BadTarget("not answered")
            ask(leg)
        except BadTarget as error:
            self._ua.tell(TransferProgressed(leg.call_id, 400, str(error), final=True))
        except pj.Error as error:
            log.info("transfer: %s", error.reason)
            self._ua.tell(TransferProgressed(leg.call_id, 500, error.reason, final=True))

    def _report_statistics(self, c: cmd.ReportStatistics) -> None:
        for leg in list(self._ua.legs.values()):
            measured = leg.media.measured() if not leg.ended_told else None
            if measured is not None:
                self._ua.tell(measured)


def hidden(caller_id: str | None) -> bool:
    return caller_id is not None and caller_id.lower() == "anonymous"


def identity_headers(caller_id: str | None, line: cmd.Register) -> list[tuple[str, str]]:
    """Which of our numbers to show (RFC 3325); with privacy, who we are is for the trusted network alone."""
    if not caller_id:
        return []
    if hidden(caller_id):
        own = f"<sip:{user_part(line.username)}@{line.domain}>"
        return [("Privacy", "id"), ("P-Preferred-Identity", own)]
    return [("P-Preferred-Identity", f"<sip:{user_part(caller_id)}@{line.domain}>")]
