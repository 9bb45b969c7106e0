"""A call: the caller's leg, what rings for it, the leg that answered, and its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from softphone.extension.outgoing_rules import OutgoingDecision
from softphone.pbx.routing import Caller, Identity, Stop, Way
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.flow import Flow
from softphone.pbx.sip_core.forking import Fork
from softphone.pbx.sip_core.journal import Journal, Visit
from softphone.pbx.sip_core.leg import Leg, asserted_identity
from softphone.pbx.sip_core.messages import max_forwards, passed_headers
from softphone.pbx.sip_core.relay import relay_request
from softphone.pbx.sip_core.ringing import Offer, Ringing, reason_of
from softphone.pbx.sip_core.warning_tone import WarningTone


class RunningTransfer(Protocol):
    """What a call asks of the transfer that one of its parties has started."""

    def leg_left(self, leg: Leg) -> bool:
        """A party hung up; True when the transfer goes on without it, so that the call must not end the other."""
        ...

    def abandon(self) -> None:
        """The call ends, and everything with it."""
        ...


class ReferHandler(Protocol):
    def __call__(self, call: Call, leg: Leg, request: Any, transaction: Any) -> None: ...


class Call:
    """Two legs at most. `finish` is the end, once, with its record."""

    def __init__(self, exchange: Exchange, refer: ReferHandler, caller: Caller, number: str, call_id: str) -> None:
        self._exchange, self._refer = exchange, refer
        self.number = number
        self.transfer: RunningTransfer | None = None
        self.caller: Leg | None = None
        self.callee: Leg | None = None
        self.over = False
        self.journal = Journal(exchange, call_id, caller, number)
        self._ringing: Ringing | Fork | None = None
        self._late_offer = False
        exchange.calls.add(self)

    @classmethod
    def joined(
        cls, exchange: Exchange, refer: ReferHandler, first: Leg, second: Leg, visits: list[Visit] | None = None
    ) -> Call:
        """Two legs brought together by a transfer; `visits`: what it rang on its way to the second."""
        caller = Caller(first.party.user, first.party.name, key=first.extension)
        call = cls(exchange, refer, caller, second.party.user, second.dialog.call_id)
        call.caller, call.callee = first, second
        first.owner = second.owner = call
        shown = Identity(first.party.user, first.party.name)
        call.journal.visits = visits or [Visit(Stop("devices", second.extension, Way(), shown))]
        call.journal.answered_at = call.journal.started_at
        return call

    # -- setting up -------------------------------------------------------------------------------------------------

    def receive(self, caller: Leg, request: Any, transaction: Any) -> None:
        """`caller` is the leg of `transaction`, an INVITE."""
        self.caller = caller
        caller.server_invite = transaction
        caller.last_sdp = request.getBody()
        self._late_offer = request.getBody() is None
        transaction.cancel_cb = self._cancelled
        transaction.r487.getHFBody("to").setTag(caller.dialog.local_tag)  # sippy would make up another one

    def ring(self, ringing: Ringing, payer: str = "") -> None:
        """The caller's INVITE goes on to everyone the number leads to."""
        self._ringing = ringing
        self.journal.visits = ringing.visits
        ringing.start(self.number, payer)

    def asks(self, fork: Fork) -> None:
        """A media child is called before anybody else."""
        self._ringing = fork

    def offer(self, request: Any) -> Offer:
        return Offer(request.getBody(), passed_headers(request), max_forwards(request) - 1)

    def placed(self, decision: OutgoingDecision, key: str) -> None:
        """What the rules of the extension that calls say, for its record."""
        self.journal.rule, self.journal.shown = decision.rule.value, decision.shown or key

    def progressed(self, leg: Leg, response: Any, only: bool) -> None:
        """Early media has one source: with several devices ringing the caller gets a plain 180."""
        code, reason = response.getSCode()
        body = response.getBody() if only else None
        if code == 183 and body is None:
            code, reason = 180, "Ringing"
        if self.caller is not None:
            self.caller.ring(code, reason, body, asserted_identity(leg.party, self._exchange.config.realm))

    def answered(self, leg: Leg, response: Any, transaction: Any) -> None:
        caller = self.caller
        if caller is None:
            return
        self.callee = leg
        self._ringing = None
        self.journal.answered_at = self._exchange.clock()
        if self._late_offer:
            self._exchange.layer.hold_ack(transaction)

        def acknowledged(body: Any) -> None:
            if self._late_offer:
                self._exchange.layer.acknowledge(transaction, body)

        headers = (*asserted_identity(leg.party, self._exchange.config.realm), *passed_headers(response))
        caller.answer(response.getBody(), headers, acknowledged)

    def failed(self, code: int, reason: str, headers: tuple[Any, ...]) -> None:
        self._ringing = None
        if self.caller is not None:
            self.caller.reject(code, reason, headers)
            self.caller.hang_up()
        self.finish(reason_of(code))

    def _cancelled(self, _when: object = None, request: Any = None) -> None:
        """CANCEL; sippy has answered it, and the INVITE with 487."""
        reasons = [str(header.body) for header in request.headers if header.name == "reason"] if request else []
        if self._ringing is not None:
            self._ringing.cancel(reasons[0] if reasons else None)
            self._ringing = None
        if self.caller is not None:
            self.caller.hang_up()
        self.finish("cancelled")

    # -- talking ----------------------------------------------------------------------------------------------------

    @property
    def up(self) -> bool:
        return not self.over and self.caller is not None and self.callee is not None and self.callee.confirmed

    def other(self, leg: Leg) -> Leg | None:
        if leg is self.callee:
            return self.caller
        if self.callee is not None:
            return self.callee
        return self._ringing.only_branch if self._ringing is not None else None

    def relay(self, leg: Leg, request: Any, transaction: Any) -> None:
        relay_request(leg, self.other(leg), request, transaction)

    def refer(self, leg: Leg, request: Any, transaction: Any) -> None:
        self._refer(self, leg, request, transaction)

    def warn(self, leg: Leg, heard: Callable[[], None]) -> None:
        """The limit of whoever pays for `leg` is near: the other end hears a tone."""
        other = self.other(leg)
        if other is not None:
            WarningTone(self._exchange, self, other, heard).start()

    # -- ending -----------------------------------------------------------------------------------------------------

    def leg_ended(self, leg: Leg) -> None:
        if leg not in (self.caller, self.callee):
            if self._ringing is not None:
                self._ringing.drop(lambda branch: branch is leg)
            return
        if self.transfer is not None and self.transfer.leg_left(leg):
            self.finish("answered")
            return
        self.end()

    def end(self, cause: str | None = None, reason: str = "") -> None:
        """Hangs up whoever is left. `cause` is told to them, `reason` is for the record."""
        if self.transfer is not None:
            self.transfer.abandon()
        if self._ringing is not None:
            self._ringing.cancel()
            self._ringing = None
        for leg in (self.caller, self.callee):
            if leg is not None:
                leg.hang_up(cause=cause)
        self.finish(reason or ("answered" if self.journal.answered_at is not None else "cancelled"))

    def end_device(self, device_id: str) -> None:
        """The device is revoked: its leg ends, and so does the call; a device that only rings stops ringing."""
        if any(leg is not None and leg.device_id == device_id for leg in (self.caller, self.callee)):
            if self.caller is not None and not self.caller.confirmed:
                self.caller.reject(403, "Device Revoked")
            self.end()
        elif self._ringing is not None:
            self._ringing.drop(lambda leg: leg.device_id == device_id)

    def connection_closed(self, flow: Flow) -> None:
        """Before the answer nobody can come back to it; a call that is up waits for the device's new connection."""
        if self.caller is not None and not self.caller.confirmed and self.caller.dialog.flow is flow:
            self.end()
        elif self._ringing is not None:
            self._ringing.drop(lambda leg: leg.dialog.flow is flow)

    def finish(self, reason: str) -> None:
        if self.over:
            return
        self.over = True
        self._exchange.calls.discard(self)
        self.journal.write(reason, self.callee)
