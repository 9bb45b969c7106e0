"""The implicit subscription of a REFER: NOTIFYs whose body is the status line so far (RFC 3515 2.4.4, RFC 3420)."""

from __future__ import annotations

from softphone.pbx.sip_core.leg import Leg
from softphone.pbx.sip_core.messages import body_of, raw_header

_SUBSCRIPTION = 180  # seconds; longer than anything rings


class ReferProgress:
    """Tells the transferor, as long as its leg is there; the last word is a final status, once."""

    def __init__(self, transferor: Leg, wanted: bool) -> None:
        self._transferor = transferor
        self._wanted = wanted
        self._over = False

    def notify(self, code: int, reason: str) -> None:
        if self._over:
            return
        self._over = code >= 200
        if not self._wanted or self._transferor.ended:
            return
        state = "terminated;reason=noresource" if self._over else f"active;expires={_SUBSCRIPTION}"
        headers = (raw_header("Event", "refer"), raw_header("Subscription-State", state))
        self._transferor.send("NOTIFY", body_of("message/sipfrag;version=2.0", f"SIP/2.0 {code} {reason}\r\n"), headers)
