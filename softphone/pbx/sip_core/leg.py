"""A call leg: one INVITE dialog with a device or a media child, and its pending INVITE transactions."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from softphone.pbx.routing import HIDDEN
from softphone.pbx.sip_core.dialog import Dialog
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.flow import Flow
from softphone.pbx.sip_core.messages import ALLOW, address, raw_header

_log = logging.getLogger(__name__)

OnResponse = Callable[[Any, Any], None]


@dataclass(frozen=True)
class Party:
    """Who is at an end of a call: number or key, and the name to show."""

    user: str
    name: str = ""


class LegOwner(Protocol):
    """The call that a leg belongs to."""

    def leg_ended(self, leg: Leg) -> None:
        """The device hung up, or is gone; the leg is ended already."""
        ...

    def relay(self, leg: Leg, request: Any, transaction: Any) -> None:
        """A re-INVITE, UPDATE, INFO, MESSAGE for the other end."""
        ...

    def refer(self, leg: Leg, request: Any, transaction: Any) -> None: ...

    def end(self, cause: str | None = None) -> None:
        """Hangs up everybody; `cause` is the Reason (RFC 3326) they are told."""
        ...

    def warn(self, leg: Leg, heard: Callable[[], None]) -> None:
        """The call will end soon: the usage limit of the other end of `leg` is near. Calls `heard` once it was told."""
        ...


class Meter(Protocol):
    """Runs from a leg's answer to its end."""

    def stop(self) -> None: ...


class Leg:
    """`client_invite` and `server_invite` are INVITE transactions not yet over; one at a time (RFC 3261 14)."""

    def __init__(
        self, exchange: Exchange, owner: LegOwner, dialog: Dialog, party: Party, device_id: str | None,
        extension: str = "",
    ) -> None:
        self.exchange, self.owner, self.dialog = exchange, owner, dialog
        self.party, self.device_id, self.extension = party, device_id, extension
        self.meter: Meter | None = None  # counts talk time outside
        self.server_invite: Any = None
        self.client_invite: Any = None
        self.confirmed = False
        self.ended = False
        self.last_sdp: Any = None  # the body of the party's last offer or answer
        self._ping: asyncio.TimerHandle | None = None
        exchange.add(self)

    # -- requests from the device -----------------------------------------------------------------------------------

    def receive(self, request: Any, transaction: Any, flow: Flow) -> None:
        layer, method = self.exchange.layer, request.getMethod()
        number = request.getHFBody("cseq").getCSeqNum()
        if number <= self.dialog.remote_cseq:
            layer.reply(transaction, 500, "CSeq Out Of Order")
            return
        self.dialog.remote_cseq = number
        self.dialog.remote_tag = request.getHFBody("from").getTag()
        if flow.reliable or not self.dialog.flow.alive or "rport" in request.getHFBody("via").params:
            self.dialog.flow = flow
        if method == "BYE":
            layer.reply(transaction, 200, "OK")
            self._end()
            self.owner.leg_ended(self)
        elif method == "INVITE":
            self._receive_invite(request, transaction)
        elif method in ("UPDATE", "INFO", "MESSAGE"):
            if method == "UPDATE":
                self.dialog.refresh_target(request)
                self.last_sdp = request.getBody() or self.last_sdp
            self.owner.relay(self, request, transaction)
        elif method == "REFER":
            self.owner.refer(self, request, transaction)
        elif method == "OPTIONS":
            layer.reply(transaction, 200, "OK", headers=(raw_header("Allow", ALLOW),))
        elif method in ("NOTIFY", "SUBSCRIBE"):
            layer.reply(transaction, 489, "Bad Event")
        else:
            layer.reply(transaction, 405, "Method Not Allowed", headers=(raw_header("Allow", ALLOW),))

    def _receive_invite(self, request: Any, transaction: Any) -> None:
        layer = self.exchange.layer
        if not self.confirmed or self.server_invite is not None:
            wait = raw_header("Retry-After", str(random.randint(0, 10)))
            layer.reply(transaction, 500, "Another INVITE Is Pending", headers=(wait,))
            return
        if self.client_invite is not None:
            layer.reply(transaction, 491, "Request Pending")
            return
        self.dialog.refresh_target(request)
        self.last_sdp = request.getBody() or self.last_sdp
        layer.reply(transaction, 100, "Trying")
        self.owner.relay(self, request, transaction)

    # -- requests to the device -------------------------------------------------------------------------------------

    def send(
        self, method: str, body: Any = None, headers: tuple[Any, ...] = (), on_response: OnResponse | None = None
    ) -> Any:
        request = self.dialog.request(method, body, headers)
        return self.exchange.layer.ask(request, self._way(), on_response)

    def reinvite(self, body: Any, headers: tuple[Any, ...], on_response: OnResponse) -> bool:
        """False while another INVITE of this dialog is pending. Without a body it asks for an offer."""
        if self.client_invite is not None or self.server_invite is not None or not self.confirmed or self.ended:
            return False

        def answered(response: Any, transaction: Any) -> None:
            code = response.getSCode()[0]
            if code < 200:
                return
            self.client_invite = None
            if code < 300:
                self.dialog.refresh_target(response)
                self.last_sdp = response.getBody() or self.last_sdp
            on_response(response, transaction)

        self.client_invite = self.send("INVITE", body, headers, answered)
        return True

    def hang_up(self, code: int = 480, reason: str = "Temporarily Unavailable", cause: str | None = None) -> None:
        """BYE in a confirmed dialog; an INVITE not yet answered gets `code`, an unanswered one of ours its CANCEL."""
        if self.ended:
            return
        layer = self.exchange.layer
        headers = (raw_header("Reason", cause),) if cause else ()
        if self.confirmed:
            self.send("BYE", headers=headers)
        elif self.server_invite is not None:
            layer.reply(self.server_invite, code, reason, to_tag=self.dialog.local_tag, headers=headers)
        elif self.client_invite is not None:
            layer.cancel(self.client_invite, cause)
        self._end()

    def _way(self) -> Flow:
        """The dialog's flow; when its connection closed and the device is back, the new one."""
        if not self.dialog.flow.alive and self.device_id is not None:
            for reached in self.exchange.location.of_device(self.device_id):
                self.dialog.flow = reached.flow
        return self.dialog.flow

    # -- answers to the device's INVITE -----------------------------------------------------------------------------

    def ring(self, code: int, reason: str, body: Any, headers: tuple[Any, ...]) -> None:
        self._reply_invite(code, reason, body, headers, None)

    def answer(self, body: Any, headers: tuple[Any, ...], on_ack: Callable[[Any], None]) -> bool:
        """200 to the pending INVITE; `on_ack` gets the body of the ACK, the answer to a late offer."""
        transaction = self.server_invite
        if transaction is None:
            return False

        def acknowledged(ack: Any) -> None:
            self.last_sdp = ack.getBody() or self.last_sdp
            on_ack(ack.getBody())

        if not self._reply_invite(200, "OK", body, headers, acknowledged):
            return False
        transaction.noack_cb = self._never_acknowledged
        self.server_invite = None
        self.confirm()
        return True

    def reject(self, code: int, reason: str, headers: tuple[Any, ...] = ()) -> None:
        transaction, self.server_invite = self.server_invite, None
        if transaction is not None:
            self.exchange.layer.reply(transaction, code, reason, to_tag=self.dialog.local_tag, headers=headers)

    def _reply_invite(
        self, code: int, reason: str, body: Any, headers: tuple[Any, ...], on_ack: Callable[[Any], None] | None
    ) -> bool:
        if self.server_invite is None:
            return False
        kept = (self.dialog.contact_header(), raw_header("Allow", ALLOW), *headers)
        return self.exchange.layer.reply(
            self.server_invite, code, reason, body=body, headers=kept, to_tag=self.dialog.local_tag, on_ack=on_ack
        )

    def _never_acknowledged(self) -> None:
        if not self.ended:
            _log.info("no ACK from %s", self.party.user)
            self.hang_up()
            self.owner.leg_ended(self)

    # -- life -------------------------------------------------------------------------------------------------------

    def confirm(self) -> None:
        self.confirmed = True
        if self._ping is None:
            self._schedule_ping()

    def _schedule_ping(self) -> None:
        wait = self.exchange.timings.ping * random.uniform(0.9, 1.1)
        self._ping = asyncio.get_running_loop().call_later(wait, self._send_ping)

    def _send_ping(self) -> None:
        def answered(response: Any, _transaction: Any) -> None:
            if self.ended:
                return
            if response.getSCode()[0] in (408, 481, 503):
                _log.info("%s is gone in a call", self.party.user)
                self.hang_up()
                self.owner.leg_ended(self)
            elif response.getSCode()[0] >= 200:
                self._schedule_ping()

        self.send("OPTIONS", on_response=answered)

    def _end(self) -> None:
        self.ended = True
        if self._ping is not None:
            self._ping.cancel()
            self._ping = None
        if self.meter is not None:
            self.meter.stop()
            self.meter = None
        if self.server_invite is not None:
            self.reject(487, "Request Terminated")
        self.exchange.remove(self)


def asserted_identity(party: Party, domain: str) -> tuple[Any, ...]:
    """RFC 3325: who the phone system says this is; of somebody hidden, only that they want to be."""
    if party.user == HIDDEN:
        return (raw_header("Privacy", "id"),)
    return (raw_header("P-Asserted-Identity", str(address(party.user, domain, party.name))),)
