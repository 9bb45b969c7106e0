"""A passcode before a call goes out: a media child asks for it, then the call goes on to its destination."""

from __future__ import annotations

import hmac
import logging
import re
import secrets
from typing import Any

from softphone.extension.outgoing_rules import MOST_TRIES
from softphone.pbx.routing import PASSCODE
from softphone.pbx.sip_core.call import Call
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.forking import Fork, Offered
from softphone.pbx.sip_core.joining import Joining
from softphone.pbx.sip_core.leg import Leg, Party, asserted_identity
from softphone.pbx.sip_core.patient_reinvite import reinvite_patiently
from softphone.pbx.sip_core.ringing import Offer, Ringing, reason_of

_log = logging.getLogger(__name__)

_WRONG = 'SIP;cause=403;text="Wrong passcode"'


class PasscodePrompt(Joining):
    """The caller talks to the child until the passcode is right; the destination then takes the child's place.

    It is the call's running transfer, so that nothing else is done with the call in the meantime.
    """

    def __init__(self, exchange: Exchange, call: Call, ringing: Ringing, payer: str) -> None:
        super().__init__(exchange)
        self._call, self._ringing, self._payer = call, ringing, payer
        self._token = secrets.token_hex(8)
        self._tries = 0
        self._rings = False
        self._prompt: Leg | None = None
        self._joining: Leg | None = None
        self._offer = ringing.offer

    def start(self) -> None:
        exchange, call, caller = self._exchange, self._call, self._call.caller
        number = PASSCODE + self._token
        target = exchange.media.target(number)
        if target is None or caller is None:
            call.failed(503, "Nobody Asks For The Passcode", ())
            return
        offered = Offered(
            caller.party, number, Party(call.number), self._offer.body, self._offer.headers, self._offer.max_forwards
        )
        call.transfer = self
        exchange.prompts[self._token] = self
        call.asks(Fork(exchange, call, self, [target], offered))

    # -- the child that asks ----------------------------------------------------------------------------------------

    def digits(self, entered: str) -> None:
        """What was keyed in; never written anywhere."""
        if self._prompt is None or self._joining is not None or self._ringing.over:
            return
        caller = self._call.caller
        settings = self._exchange.config.subscribers.settings(caller.extension) if caller is not None else None
        expected = settings.passcode if settings is not None else ""
        if expected and hmac.compare_digest(entered.encode(), expected.encode()):
            self._tell("right")
            self._ringing.hand_over(self, Offer(None, self._offer.headers, self._offer.max_forwards))
            self._call.journal.visits = self._ringing.visits
            self._ringing.start(self._call.number, self._payer)
            return
        self._tries += 1
        _log.info("a wrong passcode, the %d. time", self._tries)
        if self._tries < MOST_TRIES:
            self._tell("wrong")
        else:
            self._tell("ended")
            self._over(403, _WRONG)

    def _tell(self, result: str) -> None:
        self._exchange.config.ask_media({"command": "passcode", "token": self._token, "result": result})

    # -- what the child's branch tells, and then the destination's --------------------------------------------------

    def progressed(self, leg: Leg, response: Any, _only: bool = False) -> None:
        if self._prompt is None:
            self._call.progressed(leg, response, True)
        elif not self._rings and response.getSCode()[0] in (180, 183):
            self._rings = True
            self._tell("ringing")  # its dialog is up: the child plays what a 180 would say

    def answered(self, leg: Leg, response: Any, transaction: Any) -> None:
        call = self._call
        if self._prompt is None:
            self._prompt = leg
            call.answered(leg, response, transaction)
            call.journal.answered_at = None  # by the one who was called
            return
        caller, layer, offer = call.caller, self._exchange.layer, response.getBody()
        self._joining = leg
        if caller is None or offer is None:
            leg.hang_up()
            self.failed(488, "Not Acceptable Here", ())
            return
        layer.hold_ack(transaction)

        def joined(reply: Any, _transaction: Any) -> None:
            code = 480 if reply is None else reply.getSCode()[0]
            if code < 300 and not leg.ended and not call.over:
                layer.acknowledge(transaction, reply.getBody())
                self._succeed(leg)
                return
            layer.acknowledge(transaction)
            leg.hang_up()
            self.failed(code if code >= 300 else 480, "Not Joined", ())

        identity = asserted_identity(leg.party, self._exchange.config.realm)
        reinvite_patiently(caller, offer, identity, joined)

    def _succeed(self, leg: Leg) -> None:
        prompt, call = self._prompt, self._call
        self._forget()
        call.callee, leg.owner = leg, call
        call.journal.answered_at = self._exchange.clock()
        if prompt is not None:
            prompt.hang_up()

    def failed(self, code: int, reason: str, headers: tuple[Any, ...]) -> None:
        if self._prompt is None:
            self._forget()
            self._call.failed(code, reason, headers)
        else:
            text = re.sub(r'["\\\r\n]', " ", reason)  # of the destination's making
            self._over(code, f'SIP;cause={code};text="{text}"')

    def _over(self, code: int, cause: str) -> None:
        self._forget()
        self._call.end(cause, reason_of(code))

    # -- what the legs tell -----------------------------------------------------------------------------------------

    def leg_left(self, _leg: Leg) -> bool:
        self.abandon()
        return False

    def abandon(self) -> None:
        self._forget()
        self._ringing.cancel()
        if self._joining is not None:
            self._joining.hang_up()

    def end(self, cause: str | None = None) -> None:
        """The talk time is over before it began."""
        self._call.end(cause)

    def _forget(self) -> None:
        self._call.transfer = None
        self._exchange.prompts.pop(self._token, None)
