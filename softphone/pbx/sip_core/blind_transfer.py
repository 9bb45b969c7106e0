"""Blind transfer: the number rings for the party that stays; when it answers, the transferor leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from softphone.pbx.routing import Caller, dialled, is_internal, is_outside
from softphone.pbx.sip_core.call import Call, ReferHandler
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.joining import Joining
from softphone.pbx.sip_core.leg import Leg, asserted_identity
from softphone.pbx.sip_core.messages import address, raw_header
from softphone.pbx.sip_core.patient_reinvite import reinvite_patiently
from softphone.pbx.sip_core.refer_progress import ReferProgress
from softphone.pbx.sip_core.ringing import Offer, Ringing, reason_of

if TYPE_CHECKING:
    from softphone.pbx.sip_core.call import RunningTransfer


class BlindTransfer(Joining):
    """The new party is asked for an offer, which goes to the party that stays; its answer is in the ACK (RFC 3725 4.4).

    Until then the transferor's call is as it was, so that a failure leaves it whole.
    """

    def __init__(
        self, exchange: Exchange, refer: ReferHandler, call: Call, transferor: Leg, progress: ReferProgress
    ) -> None:
        super().__init__(exchange)
        stayer = call.other(transferor)
        assert stayer is not None
        self._refer, self._call, self._progress = refer, call, progress
        self._transferor, self._stayer = transferor, stayer
        self._ringing: Ringing | None = None
        self._joining: Leg | None = None
        running: RunningTransfer = self
        call.transfer = running

    def start(self, text: str) -> None:
        """The transferor places this call: its rules and its talk time hold, but it cannot be asked a passcode."""
        exchange, number, key, stayer = self._exchange, dialled(text), self._transferor.extension, self._stayer
        caller = Caller(stayer.party.user, stayer.party.name, key=stayer.extension)
        referrer = raw_header("Referred-By", str(address(self._transferor.party.user, exchange.config.realm)))
        ringing = Ringing(exchange, self, caller, Offer(None, (referrer,)), stayer.device_id)
        number = ringing.routing.in_full(key, number)
        if is_internal(number) or (key and not ringing.routing.may_transfer(key, number)):
            self.failed(403, "Forbidden", ())
            return
        shown = ringing.routing.transferred_by(key, number) if key else None
        self._ringing = ringing
        ringing.start(number, key if is_outside(number) else "", shown)

    # -- what the new branches tell ---------------------------------------------------------------------------------

    def progressed(self, _leg: Leg, response: Any, _only: bool) -> None:
        self._progress.notify(*response.getSCode())

    def answered(self, leg: Leg, response: Any, transaction: Any) -> None:
        self._joining = leg
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

        identity = asserted_identity(leg.party, self._exchange.config.realm)
        reinvite_patiently(self._stayer, offer, identity, joined)

    def failed(self, code: int, reason: str, _headers: tuple[Any, ...]) -> None:
        self._call.transfer = None
        self._keep_visits(reason_of(code))
        self._progress.notify(code, reason)
        if self._transferor.ended and not self._stayer.ended:
            self._stayer.hang_up()  # nobody is left to go back to
            self._call.end()

    def _succeed(self, leg: Leg) -> None:
        self._progress.notify(200, "OK")
        self._call.transfer = None
        self._transferor.hang_up()
        self._call.finish("answered")
        visits = self._ringing.visits if self._ringing is not None else None
        Call.joined(self._exchange, self._refer, self._stayer, leg, visits)

    # -- what the legs tell -----------------------------------------------------------------------------------------

    def leg_left(self, leg: Leg) -> bool:
        """The transferor may hang up at once; without the party that stays there is nothing to transfer."""
        if leg is self._transferor:
            return True
        self.abandon()
        return False

    def abandon(self) -> None:
        self._call.transfer = None
        if self._ringing is not None:
            self._ringing.cancel()
        self._keep_visits("cancelled")
        if self._joining is not None:
            self._joining.hang_up()
        self._progress.notify(487, "Request Terminated")

    def _keep_visits(self, reason: str) -> None:
        """Whoever it rang for in vain has a missed call, in the records of the call that was to be transferred."""
        for visit in self._ringing.visits if self._ringing is not None else []:
            visit.reason = reason if visit.reason in (None, "answered") else visit.reason
            self._call.journal.visits.append(visit)
        self._ringing = None

    def end(self, cause: str | None = None) -> None:
        """The new party's talk time is over while it is being joined."""
        self._call.end(cause)
