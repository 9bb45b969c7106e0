"""A call that is placed: what the extension's rules say, before anything rings."""

from __future__ import annotations

import re
from typing import Any

from softphone.extension.outgoing_rules import OutgoingDecision
from softphone.pbx.routing import Caller, is_internal, is_outside, refusal
from softphone.pbx.sip_core.call import Call
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.messages import raw_header, value, wire
from softphone.pbx.sip_core.passcode import PasscodePrompt
from softphone.pbx.sip_core.ringing import Ringing

_USER = re.compile(r"(?:sips?:|tel:)([^@;>\s]{1,64})", re.IGNORECASE)


def place_call(exchange: Exchange, call: Call, request: Any, caller: Caller, device_id: str | None) -> None:
    """`caller` without a key comes from a media child, and has no rules."""
    ringing = Ringing(exchange, call, caller, call.offer(request), device_id)
    number = call.number
    if is_internal(number):
        call.failed(403, "Forbidden", ())
        return
    if not caller.key:
        call.ring(ringing)
        return
    if device_id is not None:
        exchange.config.subscribers.device_used(caller.key, device_id)
    number = call.number = call.journal.number = ringing.routing.in_full(caller.key, number)
    decision = ringing.routing.outgoing(caller.key, number, preferred_number(request, caller.key))
    call.placed(decision, caller.key)
    payer = caller.key if is_outside(number) else ""
    if decision.action == "refuse":
        _refuse(exchange, call, caller.key, decision)
    elif decision.action == "passcode":
        PasscodePrompt(exchange, call, ringing, payer).start()
    else:
        call.ring(ringing, payer)


def preferred_number(request: Any, key: str) -> str | None:
    """The caller ID asked for (RFC 3325 9.2); a telephone that names its own extension asks for none."""
    match = _USER.search(value(request, "p-preferred-identity") or "")
    user = match.group(1) if match else None
    return None if user is None or user == key else user


def _refuse(exchange: Exchange, call: Call, key: str, decision: OutgoingDecision) -> None:
    """The sentence goes in Warning (RFC 3261 20.43) for any telephone; ours has words of its own for `Refused-By`."""
    why = refusal(decision, exchange.config.subscribers.settings(key))
    warning = wire(f'399 {exchange.config.realm} "{why.text}"')
    headers = (raw_header("Warning", warning), raw_header("Refused-By", wire(why.tag)))
    call.failed(403, "Forbidden", headers)
