"""Where every new request enters: who may, and who deals with it (RFC 3261 8.2)."""

from __future__ import annotations

import logging
from typing import Any

from softphone.pbx.ports import SipDevice
from softphone.pbx.routing import HIDDEN, Caller, dialled
from softphone.pbx.sip_core.call import Call
from softphone.pbx.sip_core.dialog import Dialog
from softphone.pbx.sip_core.digest import DigestChallenger, Verdict, parse_credentials
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.flow import Flow
from softphone.pbx.sip_core.leg import Leg, Party
from softphone.pbx.sip_core.location import udp_destination
from softphone.pbx.sip_core.malformed import Malformed
from softphone.pbx.sip_core.message_waiting import MessageWaiting
from softphone.pbx.sip_core.messages import (
    ALLOW,
    contact_url,
    display_name,
    max_forwards,
    raw_header,
    unsupported_extensions,
    values,
    wants_to_be_hidden,
)
from softphone.pbx.sip_core.placing import place_call
from softphone.pbx.sip_core.registrar import Registrar
from softphone.pbx.sip_core.transfer import Transfers

_log = logging.getLogger(__name__)

_IN_DIALOG_ONLY = ("BYE", "INFO", "UPDATE", "NOTIFY", "PRACK", "CANCEL")
_CHALLENGES = {
    "REGISTER": (401, "Unauthorized", "WWW-Authenticate", "authorization"),
    "": (407, "Proxy Authentication Required", "Proxy-Authenticate", "proxy-authorization"),
}


class Switchboard:
    """`receive` gets each request that starts a server transaction."""

    def __init__(
        self,
        exchange: Exchange,
        registrar: Registrar,
        challenger: DigestChallenger,
        message_waiting: MessageWaiting,
    ) -> None:
        self._exchange, self._registrar, self._challenger = exchange, registrar, challenger
        self._message_waiting = message_waiting
        self._transfers = Transfers(exchange)

    def receive(self, request: Any, transaction: Any, flow: Flow) -> None:
        if request.getHFBody("to").getTag() is not None:
            self._in_dialog(request, transaction, flow)
            return
        layer, method = self._exchange.layer, request.getMethod()
        if method == "OPTIONS":
            headers = (raw_header("Allow", ALLOW), raw_header("Accept", "application/sdp"))
            layer.reply(transaction, 200, "OK", headers=headers)
        elif method == "REGISTER":
            self._with_device(request, transaction, flow, self._registrar.register)
        elif method == "INVITE":
            self._invite(request, transaction, flow)
        elif method == "SUBSCRIBE":
            self._with_device(request, transaction, flow, self._message_waiting.subscribe)
        elif method == "REFER":
            self._with_device(request, transaction, flow, self._refer_outside)
        elif method in _IN_DIALOG_ONLY:
            layer.reply(transaction, 481, "Call/Transaction Does Not Exist")
        else:
            layer.reply(transaction, 405, "Method Not Allowed", headers=(raw_header("Allow", ALLOW),))

    def _in_dialog(self, request: Any, transaction: Any, flow: Flow) -> None:
        to, sender = request.getHFBody("to"), request.getHFBody("from")
        leg = self._exchange.leg(str(request.getHFBody("call-id")), to.getTag(), sender.getTag())
        if leg is not None:
            leg.receive(request, transaction, flow)
        elif request.getMethod() != "SUBSCRIBE" or not self._message_waiting.refresh(request, transaction, flow):
            self._exchange.layer.reply(transaction, 481, "Call/Transaction Does Not Exist")

    def _refer_outside(self, _request: Any, transaction: Any, _flow: Flow, _device: SipDevice) -> None:
        self._exchange.layer.reply(transaction, 403, "REFER Needs A Call")

    # -- who may ----------------------------------------------------------------------------------------------------

    def _with_device(self, request: Any, transaction: Any, flow: Flow, deal: Any) -> None:
        if self._unsupported(request, transaction):
            return
        device = self._authenticated(request, transaction)
        if device is not None:
            deal(request, transaction, flow, device)

    def _authenticated(self, request: Any, transaction: Any) -> SipDevice | None:
        """The device whose credentials the request has; else it is answered (401, 407, or 403 to wrong ones)."""
        method, layer = request.getMethod(), self._exchange.layer
        code, reason, challenge_name, answer_name = _CHALLENGES.get(method, _CHALLENGES[""])
        verdict = Verdict.NONE
        for line in values(request, answer_name)[:4]:
            credentials = parse_credentials(line)
            known = self._exchange.config.subscribers.device(credentials.username) if credentials else None
            verdict = self._challenger.judge(credentials, method, known)
            if verdict is Verdict.GOOD:
                return known
            if verdict is not Verdict.NONE:
                break
        if verdict is Verdict.WRONG:
            _log.info("%s with wrong credentials refused", method)
            layer.challenge(transaction, 403, "Forbidden")
        else:
            challenge = self._challenger.challenge(stale=verdict is Verdict.STALE)
            layer.challenge(transaction, code, reason, (raw_header(challenge_name, challenge),))
        return None

    def _unsupported(self, request: Any, transaction: Any) -> bool:
        unknown = unsupported_extensions(request)
        if unknown:
            names = (raw_header("Unsupported", ", ".join(unknown)[:200]),)
            self._exchange.layer.reply(transaction, 420, "Bad Extension", headers=names)
        return bool(unknown)

    # -- a call -----------------------------------------------------------------------------------------------------

    def _invite(self, request: Any, transaction: Any, flow: Flow) -> None:
        layer, media = self._exchange.layer, self._exchange.media
        if self._unsupported(request, transaction):
            return
        device: SipDevice | None = None
        if not self._from_media_child(request, flow):
            device = self._authenticated(request, transaction)
            if device is None:
                return
        target = contact_url(request)
        if target is None:
            raise Malformed("Missing Contact")
        if max_forwards(request) < 1:
            raise Malformed("Too Many Hops", 483)
        if values(request, "replaces"):
            raise Malformed("Replaces Only By REFER", 488)
        layer.reply(transaction, 100, "Trying")
        if not flow.reliable:
            symmetric = "rport" in request.getHFBody("via").params
            flow = media.udp_flow(udp_destination(str(target.host), target.port, flow.remote, symmetric))
        caller = self._caller(request, device)
        number = dialled(str(request.getRURI().username or ""))
        call = Call(self._exchange, self._transfers, caller, number, str(request.getHFBody("call-id")))
        party, device_id = Party(caller.user, caller.name), None if device is None else device.device_id
        leg = Leg(self._exchange, call, Dialog.as_server(request, flow), party, device_id, caller.key)
        call.receive(leg, request, transaction)
        try:
            place_call(self._exchange, call, request, caller, device_id)
        except Exception:  # of the database, say: without this the call would be up for ever
            call.failed(500, "Server Internal Error", ())
            raise

    def _from_media_child(self, _request: Any, flow: Flow) -> bool:
        return self._exchange.media.trusts(flow)

    def _caller(self, request: Any, device: SipDevice | None) -> Caller:
        """Who a device is, the phone system knows; media children are believed."""
        if device is None:
            sender = request.getHFBody("from")
            return Caller(str(sender.getUrl().username or "anonymous"), display_name(sender))
        if wants_to_be_hidden(request):
            return Caller(HIDDEN, "Anonymous", HIDDEN, device.extension)
        extension = self._exchange.config.subscribers.extension(device.extension)
        return Caller(device.extension, extension.label if extension else "", key=device.extension)
