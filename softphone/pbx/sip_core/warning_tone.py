"""A short tone for one end of a call: it is connected to a media child and back (RFC 3725), the other end waits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from softphone.pbx.routing import WARNING
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.forking import Fork, Offered
from softphone.pbx.sip_core.joining import Joining
from softphone.pbx.sip_core.leg import Leg, Party
from softphone.pbx.sip_core.patient_reinvite import reinvite_patiently

if TYPE_CHECKING:
    from softphone.pbx.sip_core.call import Call

_log = logging.getLogger(__name__)


class WarningTone(Joining):
    """The call's running transfer while it lasts. Whatever fails, the two ends talk to each other again."""

    def __init__(self, exchange: Exchange, call: Call, listener: Leg, heard: Callable[[], None]) -> None:
        super().__init__(exchange)
        self._call, self._leg, self._heard = call, listener, heard
        self._fork: Fork | None = None
        self._child: Leg | None = None
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Quiet where it cannot be: in a transfer, on hold, to a leg without a device."""
        target = self._exchange.media.target(WARNING)
        call, held = self._call, str(self._leg.last_sdp or "")
        if target is None or not call.up or call.transfer is not None or self._leg.device_id is None:
            return
        if "a=sendonly" in held or "a=inactive" in held:
            return
        call.transfer = self
        self._fork = Fork(self._exchange, self, self, [target], Offered(self._leg.party, WARNING, Party(WARNING), None))

    def progressed(self, _leg: Leg, _response: Any, _only: bool) -> None:
        """Nobody waits for it."""

    def failed(self, code: int, reason: str, _headers: tuple[Any, ...]) -> None:
        _log.warning("no warning tone: %d %s", code, reason)
        self._close()

    def answered(self, leg: Leg, response: Any, transaction: Any) -> None:
        self._fork, self._child = None, leg
        offer, layer = response.getBody(), self._exchange.layer
        if offer is None:
            self._close()
            return
        layer.hold_ack(transaction)

        def heard(reply: Any, _transaction: Any) -> None:
            joined = reply is not None and reply.getSCode()[0] < 300
            layer.acknowledge(transaction, reply.getBody() if joined else None)
            if joined:
                self._heard()
                loop = asyncio.get_running_loop()
                self._timer = loop.call_later(self._exchange.timings.warning_tone, self._back)
            else:
                self._close()

        reinvite_patiently(self._leg, offer, (), heard)

    def _back(self) -> None:
        self._timer = None
        other = self._call.other(self._leg)
        if self._call.over or other is None:
            self._close()
            return
        reinvite_patiently(self._leg, None, (), self._offered)

    def _offered(self, response: Any, transaction: Any) -> None:
        other, layer = self._call.other(self._leg), self._exchange.layer
        if response is None or response.getSCode()[0] >= 300 or response.getBody() is None or other is None:
            self._offer_again(other)
            return
        layer.hold_ack(transaction)

        def answered(reply: Any, _transaction: Any) -> None:
            joined = reply is not None and reply.getSCode()[0] < 300
            layer.acknowledge(transaction, reply.getBody() if joined else other.last_sdp)
            self._close()

        reinvite_patiently(other, response.getBody(), (), answered)

    def _offer_again(self, other: Leg | None) -> None:
        """The listener makes no offer: it gets the other end's, and the other end what it answers."""
        if other is None or other.last_sdp is None or self._leg.ended or self._call.over:
            self._close()
            return

        def answered(reply: Any, _transaction: Any) -> None:
            if reply is None or reply.getSCode()[0] >= 300 or reply.getBody() is None:
                _log.warning("a call does not come back from its warning tone")
                self._close()
                return
            reinvite_patiently(other, reply.getBody(), (), lambda _reply, _its_transaction: self._close())

        reinvite_patiently(self._leg, other.last_sdp, (), answered)

    def leg_left(self, _leg: Leg) -> bool:
        self._close()
        return False

    def abandon(self) -> None:
        self._close()

    def end(self, cause: str | None = None) -> None:
        self._call.end(cause)

    def _close(self) -> None:
        self._call.transfer = None
        if self._timer is not None:
            self._timer.cancel()
        if self._fork is not None:
            self._fork.cancel()
        if self._child is not None:
            self._child.hang_up()
