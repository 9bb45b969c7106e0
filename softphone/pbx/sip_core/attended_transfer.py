"""Attended transfer: the far ends of the transferor's two calls are joined, and both of its legs end."""

from __future__ import annotations

from typing import Any

from softphone.extension.call_rules import LineState
from softphone.pbx.routing import Caller, Routing
from softphone.pbx.sip_core.call import Call, ReferHandler
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.leg import Leg, Party, asserted_identity
from softphone.pbx.sip_core.patient_reinvite import reinvite_patiently
from softphone.pbx.sip_core.refer_progress import ReferProgress

_Side = tuple[Call, Leg]  # a call, and the transferor's leg of it


class AttendedTransfer:
    """The first far end is asked for an offer, the second gets it, its answer goes back in the ACK (RFC 3725 4.4)."""

    def __init__(
        self, exchange: Exchange, refer: ReferHandler, first: _Side, second: _Side, progress: ReferProgress
    ) -> None:
        self._exchange, self._refer, self._progress = exchange, refer, progress
        self._calls = (first[0], second[0])
        self._transferor = (first[1], second[1])
        far, other = first[0].other(first[1]), second[0].other(second[1])
        assert far is not None
        assert other is not None
        self._first, self._second = far, other
        for call in self._calls:
            call.transfer = self
        self._over = False

    def start(self) -> None:
        identity = asserted_identity(self._second.party, self._exchange.config.realm)
        reinvite_patiently(self._first, None, identity, self._offered)

    def _offered(self, response: Any, transaction: Any) -> None:
        if response is None or response.getSCode()[0] >= 300:
            self._fail(480 if response is None else response.getSCode()[0])
            return
        layer, offer = self._exchange.layer, response.getBody()
        if offer is None or self._over:
            self._fail(488)
            return
        layer.hold_ack(transaction)

        def answered(reply: Any, _transaction: Any) -> None:
            code = 480 if reply is None else reply.getSCode()[0]
            if code < 300:
                layer.acknowledge(transaction, reply.getBody())
                self._succeed()
            else:
                # The offer has to be answered: with what the transferor said last, the call is as it was.
                layer.acknowledge(transaction, self._transferor[0].last_sdp)
                self._fail(code)

        identity = asserted_identity(self._shown_to_second(), self._exchange.config.realm)
        reinvite_patiently(self._second, offer, identity, answered)

    def _shown_to_second(self) -> Party:
        """As the transferor's settings say: itself, or whom it transfers."""
        first, key, config = self._first, self._transferor[1].extension, self._exchange.config
        if not key:
            return first.party
        caller = Caller(first.party.user, first.party.name, key=first.extension)
        routing = Routing(config.subscribers, config.now, lambda _key: LineState(), caller)
        shown = routing.transferred_by(key, self._second.party.user)
        return Party(shown.user, shown.name)

    def _succeed(self) -> None:
        if self._over:
            return
        self._close()
        self._progress.notify(200, "OK")
        for leg in self._transferor:
            leg.hang_up()
        for call in self._calls:
            call.finish("answered")
        joined = Call.joined(self._exchange, self._refer, self._first, self._second)
        if self._first.ended or self._second.ended:
            joined.end()

    def _fail(self, code: int) -> None:
        if self._over:
            return
        self._close()
        self._progress.notify(code, "Transfer Failed")
        for call, leg in zip(self._calls, self._transferor, strict=True):
            if leg.ended:
                call.end()

    def _close(self) -> None:
        self._over = True
        for call in self._calls:
            call.transfer = None

    def leg_left(self, leg: Leg) -> bool:
        """The transferor may hang up at once; a far end that leaves ends the transfer, and its call only."""
        if leg in self._transferor:
            return True
        self._fail(487)
        return False

    def abandon(self) -> None:
        self._fail(487)
