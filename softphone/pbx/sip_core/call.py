"""A call: the caller's leg, the forked INVITE, the leg that answered, and what is written down at the end."""

from __future__ import annotations

import logging
from typing import Any, Protocol

from softphone.pbx.ports import CallRecord
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.flow import Flow
from softphone.pbx.sip_core.forking import Fork, Offered
from softphone.pbx.sip_core.leg import Leg, Party, asserted_identity
from softphone.pbx.sip_core.messages import clean, max_forwards, passed_headers
from softphone.pbx.sip_core.relay import relay_request
from softphone.pbx.sip_core.routing import Destination

_log = logging.getLogger(__name__)


class RunningTransfer(Protocol):
    """What a call asks of the transfer that one of its parties has started."""

    def leg_left(self, leg: Leg) -> bool:
        """A party hung up; True when the transfer goes on without it, so that the call must not end the other."""
        ...


class ReferHandler(Protocol):
    def __call__(self, call: Call, leg: Leg, request: Any, transaction: Any) -> None: ...


class Call:
    """Two legs at most. `finish` is the end, once, with its record."""

    def __init__(
        self, exchange: Exchange, refer: ReferHandler, caller: Party, number: str, call_id: str
    ) -> None:
        self._exchange, self._refer = exchange, refer
        self.number = number
        self.transfer: RunningTransfer | None = None
        self.caller: Leg | None = None
        self.callee: Leg | None = None
        self.over = False
        self._caller_user, self._call_id = caller.user, call_id
        self._fork: Fork | None = None
        self._started_at = exchange.clock()
        self._answered_at: float | None = None
        self._late_offer = False
        exchange.calls.add(self)

    @classmethod
    def joined(cls, exchange: Exchange, refer: ReferHandler, first: Leg, second: Leg) -> Call:
        """Two legs brought together by a transfer."""
        call = cls(exchange, refer, first.party, second.party.user, second.dialog.call_id)
        call.caller, call.callee = first, second
        first.owner = second.owner = call
        call._answered_at = call._started_at
        return call

    # -- setting up -------------------------------------------------------------------------------------------------

    def invite(self, caller: Leg, request: Any, transaction: Any, destination: Destination) -> None:
        """`caller` is the leg of `transaction`; its INVITE goes on to every target."""
        self.caller = caller
        caller.server_invite = transaction
        caller.last_sdp = request.getBody()
        self._late_offer = request.getBody() is None
        transaction.cancel_cb = self._cancelled
        transaction.r487.getHFBody("to").setTag(caller.dialog.local_tag)  # sippy would make up another one
        if not destination.targets:
            self.failed(*refusal_of(destination), ())
            return
        offered = Offered(
            caller.party, destination.number, destination.called, request.getBody(), passed_headers(request),
            max_forwards(request) - 1,
        )  # fmt: skip
        self._fork = Fork(self._exchange, self, destination.targets, offered)

    def progressed(self, leg: Leg, response: Any, only: bool) -> None:
        """Early media has one source: with several devices ringing the caller gets a plain 180."""
        code, reason = response.getSCode()
        body = response.getBody() if only else None
        if code == 183 and body is None:
            code, reason = 180, "Ringing"
        if self.caller is not None:
            self.caller.ring(code, reason, body, (asserted_identity(leg.party, self._exchange.config.realm),))

    def answered(self, leg: Leg, response: Any, transaction: Any) -> None:
        caller = self.caller
        if caller is None:
            return
        self.callee = leg
        self._fork = None
        self._answered_at = self._exchange.clock()
        if self._late_offer:
            self._exchange.layer.hold_ack(transaction)

        def acknowledged(body: Any) -> None:
            if self._late_offer:
                self._exchange.layer.acknowledge(transaction, body)

        headers = (asserted_identity(leg.party, self._exchange.config.realm), *passed_headers(response))
        caller.answer(response.getBody(), headers, acknowledged)

    def failed(self, code: int, reason: str, headers: tuple[Any, ...]) -> None:
        self._fork = None
        if self.caller is not None:
            self.caller.reject(code, reason, headers)
            self.caller.hang_up()
        self.finish(reason_of(code))

    def _cancelled(self, _when: object = None, request: Any = None) -> None:
        """CANCEL; sippy has answered it, and the INVITE with 487."""
        reasons = [str(header.body) for header in request.headers if header.name == "reason"] if request else []
        if self._fork is not None:
            self._fork.cancel(reasons[0] if reasons else None)
            self._fork = None
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
        return self._fork.only_branch if self._fork is not None else None

    def relay(self, leg: Leg, request: Any, transaction: Any) -> None:
        relay_request(leg, self.other(leg), request, transaction)

    def refer(self, leg: Leg, request: Any, transaction: Any) -> None:
        self._refer(self, leg, request, transaction)

    # -- ending -----------------------------------------------------------------------------------------------------

    def leg_ended(self, leg: Leg) -> None:
        if self.transfer is not None and self.transfer.leg_left(leg):
            self.finish("answered")
            return
        self.end()

    def end(self) -> None:
        """Hangs up whoever is left."""
        if self._fork is not None:
            self._fork.cancel()
            self._fork = None
        for leg in (self.caller, self.callee):
            if leg is not None:
                leg.hang_up()
        self.finish("answered" if self._answered_at is not None else "cancelled")

    def end_device(self, device_id: str) -> None:
        """The device is revoked: its leg ends, and so does the call; a device that only rings stops ringing."""
        if any(leg is not None and leg.device_id == device_id for leg in (self.caller, self.callee)):
            if self.caller is not None and not self.caller.confirmed:
                self.caller.reject(403, "Device Revoked")
            self.end()
        elif self._fork is not None:
            self._fork.drop(lambda leg: leg.device_id == device_id)

    def connection_closed(self, flow: Flow) -> None:
        """Before the answer nobody can come back to it; a call that is up waits for the device's new connection."""
        if self.caller is not None and not self.caller.confirmed and self.caller.dialog.flow is flow:
            self.end()
        elif self._fork is not None:
            self._fork.drop(lambda leg: leg.dialog.flow is flow)

    def finish(self, reason: str) -> None:
        if self.over:
            return
        self.over = True
        self._exchange.calls.discard(self)
        record = CallRecord(
            call_id=clean(self._call_id),
            caller=clean(self._caller_user),
            callee=clean(self.number),
            started_at=self._started_at,
            answered_at=self._answered_at,
            ended_at=self._exchange.clock(),
            reason=reason,
            answered_by=self.callee.device_id if self.callee is not None else None,
        )
        try:
            self._exchange.config.call_ended(record)
        except Exception:
            _log.exception("the record of call %s was not taken", self._call_id)


def refusal_of(destination: Destination) -> tuple[int, str]:
    """Of a destination without targets."""
    return (480, "Temporarily Unavailable") if destination.known else (404, "Not Found")


def reason_of(code: int) -> str:
    """A final refusal in the words of `CallRecord`."""
    if code in (486, 600):
        return "busy"
    if code in (603, 607):
        return "declined"
    return {480: "no_answer", 408: "no_answer", 487: "cancelled"}.get(code, "failed")
