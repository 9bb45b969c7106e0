"""A 400 for a request that cannot be parsed, as far as it shows whom to answer (RFC 3261 8.2.6, 18.2.1)."""

from __future__ import annotations

import re

from softphone.pbx.sip_core.flow import Flow

_REQUEST_LINE = re.compile(r"([A-Za-z][A-Za-z0-9.!%*_+`'~-]{0,31}) ")
_COPIED = {"v": "Via", "via": "Via", "f": "From", "from": "From", "t": "To", "to": "To", "i": "Call-ID",
           "call-id": "Call-ID", "cseq": "CSeq"}  # fmt: skip
_MAX_COPIED = 2048  # characters of one value: an answer never is bigger than the question by more than a line
_RPORT = re.compile(r";\s*rport\s*(?==|;|,|$)(=\s*[0-9]*)?", re.IGNORECASE)


class Malformed(Exception):
    """A request that RFC 3261 forbids; the text is the reason phrase."""

    def __init__(self, reason: str, code: int = 400) -> None:
        super().__init__(reason)
        self.code = code


def refusal(text: str, flow: Flow, code: int, reason: str) -> bytes | None:
    """None where no answer is possible or allowed: responses, ACK, or a header field missing that an answer copies."""
    start, _, rest = text.partition("\r\n")
    line = _REQUEST_LINE.match(start)
    if line is None or line.group(1) == "ACK" or start.startswith("SIP/2.0 "):
        return None
    found: dict[str, list[str]] = {}
    for field in rest.split("\r\n\r\n", 1)[0].split("\r\n"):
        name, colon, value = field.partition(":")
        canonical = _COPIED.get(name.strip().lower())
        if colon and canonical and value.strip() and len(value) <= _MAX_COPIED and "\n" not in value:
            found.setdefault(canonical, []).append(value.strip())
    if any(name not in found for name in ("Via", "From", "To", "Call-ID", "CSeq")):
        return None
    if any(len(found[name]) > 1 for name in ("From", "To", "Call-ID", "CSeq")):
        return None
    vias = found["Via"]
    received = f";received={flow.remote[0]}"
    if _RPORT.search(vias[0]):
        vias[0] = _RPORT.sub(f";rport={flow.remote[1]}", vias[0], count=1)
    vias[0] += received
    to = found["To"][0]
    if ";tag=" not in to.lower().replace(" ", ""):
        to += ";tag=refused"
    lines = [f"SIP/2.0 {code} {reason}", *(f"Via: {via}" for via in vias), f"From: {found['From'][0]}", f"To: {to}",
             f"Call-ID: {found['Call-ID'][0]}", f"CSeq: {found['CSeq'][0]}", "Content-Length: 0", "", ""]  # fmt: skip
    return "\r\n".join(lines).encode("ascii", "surrogateescape")
