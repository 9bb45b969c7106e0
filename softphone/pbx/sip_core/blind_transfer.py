"""Blind transfer: the number rings for the party that stays; when it answers, the transferor leaves."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from softphone.pbx.sip_core.call import Call, ReferHandler, refusal_of
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.forking import Fork, Offered
from softphone.pbx.sip_core.leg import Leg, asserted_identity
from softphone.pbx.sip_core.messages import address, raw_header
from softphone.pbx.sip_core.patient_reinvite import reinvite_patiently
from softphone.pbx.sip_core.refer_progress import ReferProgress

if TYPE_CHECKING:
    from softphone.pbx.sip_core.call import RunningTransfer

_log = logging.getLogger(__name__)


class BlindTransfer:
    """The new party is asked for an offer, which goes to the party that stays; its answer is in the ACK (RFC 3725 4.4).

    Until then the transferor's call is as it was, so that a failure leaves it whole.
    """

    def __init__(
        self, exchange: Exchange, refer: ReferHandler, call: Call, transferor: Leg, progress: ReferProgress
    ) -> None:
        stayer = call.other(transferor)
        assert stayer is not None
        self._exchange, self._refer, self._call, self._progress = exchange, refer, call, progress
        self._transferor, self._stayer = transferor, stayer
        self._fork: Fork | None = None
        self._joining: Leg | None = None
        running: RunningTransfer = self
        call.transfer = running

    def start(self, number: str) -> None:
        destination = self._exchange.router.resolve(number, self._stayer.device_id)
        if not destination.targets:
            self.failed(*refusal_of(destination), ())
        else:
            domain = self._exchange.config.realm
            referrer = raw_header("Referred-By", str(address(self._transferor.party.user, domain)))
            caller = self._exchange.router.shown(self._stayer.party, destination)
            offered = Offered(caller, number, destination.called, None, (referrer,))
            self._fork = Fork(self._exchange, self, destination.targets, offered)

    # -- what the new branches tell ---------------------------------------------------------------------------------

    def progressed(self, _leg: Leg, response: Any, _only: bool) -> None:
        self._progress.notify(*response.getSCode())

    def answered(self, leg: Leg, response: Any, transaction: Any) -> None:
        self._fork, self._joining = None, leg
        offer = response.getBody()
        if offer is None:
            leg.hang_up()
            self.failed(488, "Not Acceptable Here", ())
            return
        layer = self._exchange.layer
        layer.hold_ack(transaction)

        def joined(reply: Any, _transaction: Any) -> None:
            code = 480 if reply is None else reply.getSCode()[0]
            if code < 300 and not leg.ended:
                layer.acknowledge(transaction, reply.getBody())
                self._succeed(leg)
                return
            layer.acknowledge(transaction)
            self._joining = None
            leg.hang_up()
            self.failed(code if code >= 300 else 480, "Transfer Failed", ())

        identity = (asserted_identity(leg.party, self._exchange.config.realm),)
        reinvite_patiently(self._stayer, offer, identity, joined)

    def failed(self, code: int, reason: str, _headers: tuple[Any, ...]) -> None:
        self._fork = None
        self._call.transfer = None
        self._progress.notify(code, reason)
        if self._transferor.ended and not self._stayer.ended:
            self._stayer.hang_up()  # nobody is left to go back to
            self._call.end()

    def _succeed(self, leg: Leg) -> None:
        self._progress.notify(200, "OK")
        self._call.transfer = None
        self._transferor.hang_up()
        self._call.finish("answered")
        Call.joined(self._exchange, self._refer, self._stayer, leg)

    # -- what the legs tell -----------------------------------------------------------------------------------------

    def leg_left(self, leg: Leg) -> bool:
        """The transferor may hang up at once; without the party that stays there is nothing to transfer."""
        if leg is self._transferor:
            return True
        self._call.transfer = None
        if self._fork is not None:
            self._fork.cancel()
            self._fork = None
        if self._joining is not None:
            self._joining.hang_up()
        self._progress.notify(487, "Request Terminated")
        return False

    def leg_ended(self, leg: Leg) -> None:
        """The new party hung up while it was being joined; the re-INVITE under way comes to nothing by itself."""
        _log.info("%s left while it was joined", leg.party.user)

    def relay(self, leg: Leg, _request: Any, transaction: Any) -> None:
        leg.server_invite = None
        self._exchange.layer.reply(transaction, 491, "Request Pending")

    def refer(self, _leg: Leg, _request: Any, transaction: Any) -> None:
        self._exchange.layer.reply(transaction, 491, "Request Pending")
