"""REFER (RFC 3515): blind transfer, and attended transfer by Replaces (RFC 3891), both by third party call control."""

from __future__ import annotations

from typing import Any

from softphone.pbx.sip_core.attended_transfer import AttendedTransfer
from softphone.pbx.sip_core.blind_transfer import BlindTransfer
from softphone.pbx.sip_core.call import Call
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.leg import Leg
from softphone.pbx.sip_core.malformed import Malformed
from softphone.pbx.sip_core.messages import check_url, raw_header, value
from softphone.pbx.sip_core.refer_progress import ReferProgress
from softphone.pbx.sip_core.sippy_library import SipURL


class Transfers:
    """Answers REFER in a dialog, and starts the transfer it asks for."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def __call__(self, call: Call, leg: Leg, request: Any, transaction: Any) -> None:
        layer = self._exchange.layer
        url = _refer_to(request)
        if not call.up or call.transfer is not None or not leg.confirmed:
            layer.reply(transaction, 491, "Request Pending")
            return
        replaces = next((text for name, text in (url.headers or {}).items() if name.lower() == "replaces"), None)
        consulted = None
        if replaces is not None:
            consulted = self._replaced(replaces)
            if consulted is None or consulted.owner is call or not isinstance(consulted.owner, Call):
                layer.reply(transaction, 481, "Replaced Call Does Not Exist")
                return
            if consulted.device_id != leg.device_id:
                layer.reply(transaction, 403, "Not Your Call")
                return
        elif not url.username:
            raise Malformed("Refer-To Names Nobody")
        wanted = (value(request, "refer-sub") or "true").strip().lower() != "false"
        headers = () if wanted else (raw_header("Refer-Sub", "false"),)
        layer.reply(transaction, 202, "Accepted", headers=(leg.dialog.contact_header(), *headers))
        progress = ReferProgress(leg, wanted)
        progress.notify(100, "Trying")
        if consulted is None:
            BlindTransfer(self._exchange, self, call, leg, progress).start(str(url.username))
        elif isinstance(consulted.owner, Call) and consulted.owner.up and consulted.owner.transfer is None:
            AttendedTransfer(self._exchange, self, (call, leg), (consulted.owner, consulted), progress).start()
        elif isinstance(consulted.owner, Call):
            # Still ringing: the consultation ends, and its number rings for the party that is transferred.
            number = consulted.owner.number
            consulted.owner.end()
            BlindTransfer(self._exchange, self, call, leg, progress).start(number)

    def _replaced(self, replaces: str) -> Leg | None:
        """The transferor's leg of the other call; its tags as the transferor or as the far end would write them."""
        call_id, *parameters = [part.strip() for part in replaces.split(";")]
        tags = dict(parameter.split("=", 1) for parameter in parameters if "=" in parameter)
        to_tag, from_tag = tags.get("to-tag", ""), tags.get("from-tag", "")
        return self._exchange.leg(call_id, to_tag, from_tag) or self._exchange.leg(call_id, from_tag, to_tag)


def _refer_to(request: Any) -> Any:
    lines = request.getHFs("refer-to")
    if len(lines) != 1:
        raise Malformed("One Refer-To Needed")
    try:
        url = lines[0].getBody().getUrl()
        check_url(url)
    except Exception as fault:  # sippy's parser on hostile text
        raise Malformed("Invalid Refer-To") from fault
    if not isinstance(url, SipURL) or (url.method or "INVITE").upper() != "INVITE":
        raise Malformed("Invalid Refer-To")
    return url
