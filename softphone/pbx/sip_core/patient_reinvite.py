"""A re-INVITE of ours that waits its turn: a dialog has one INVITE at a time (RFC 3261 14.1)."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from softphone.pbx.sip_core.leg import Leg, OnResponse

_TRIES = 8
_WAIT = (0.15, 0.4)  # seconds; the other side's hold, sent just before its REFER, is over by then


def reinvite_patiently(
    leg: Leg, body: Any, headers: tuple[Any, ...], on_response: OnResponse, tries: int = _TRIES
) -> None:
    """`on_response(None, None)` when the leg ended or never was free."""

    def again() -> None:
        reinvite_patiently(leg, body, headers, on_response, tries - 1)

    def answered(response: Any, transaction: Any) -> None:
        if response.getSCode()[0] == 491 and tries > 0:
            asyncio.get_running_loop().call_later(random.uniform(*_WAIT), again)
        else:
            on_response(response, transaction)

    if leg.ended:
        on_response(None, None)
    elif not leg.reinvite(body, headers, answered):
        if tries > 0:
            asyncio.get_running_loop().call_later(random.uniform(*_WAIT), again)
        else:
            on_response(None, None)
