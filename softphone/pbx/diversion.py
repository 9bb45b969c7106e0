"""How a forwarded call tells its way: Diversion (RFC 5806) and History-Info (RFC 7044). Plain text, for any engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

UNCONDITIONAL, NO_ANSWER, UNAVAILABLE, DEFLECTION = "unconditional", "no-answer", "unavailable", "deflection"

_CAUSES = {UNCONDITIONAL: (302, "Unconditional"), NO_ANSWER: (408, "No reply"), UNAVAILABLE: (404, "Not reachable"),
           DEFLECTION: (480, "Deflection")}  # fmt: skip  # RFC 4458


@dataclass(frozen=True)
class Diversion:
    """One forwarding: by whom, and why (RFC 5806 4)."""

    by: str  # extension key
    reason: str


def diversion_headers(diversions: Sequence[Diversion], domain: str, by: Sequence[str] = ()) -> list[str]:
    """Values of Diversion, the newest first. `by`: how each is written where it is not the key, the oldest first."""
    written = by or [diversion.by for diversion in diversions]
    return [
        f"<sip:{_user(user)}@{domain}>;reason={diversion.reason};counter=1"
        for user, diversion in reversed(list(zip(written, diversions, strict=True)))
    ]


def history_info(diversions: Sequence[Diversion], number: str, domain: str, by: Sequence[str] = ()) -> str:
    """Everyone whom the call was for, the first dialled first; each has why it went on."""
    entries = []
    index = "1"
    for position, diversion in enumerate(diversions):
        cause, text = _CAUSES.get(diversion.reason, (302, diversion.reason))
        reason = quote(f'SIP;cause={cause};text="{text}"', safe="")
        mapped = f";mp={index.rpartition('.')[0]}" if position else ""
        user = by[position] if by else diversion.by
        entries.append(f"<sip:{_user(user)}@{domain}?Reason={reason}>;index={index}{mapped}")
        index += ".1"
    entries.append(f"<sip:{_user(number)}@{domain}>;index={index};mp={index.rpartition('.')[0]}")
    return ", ".join(entries)


def _user(text: str) -> str:
    """RFC 3261 25.1: what may stand in the user part unescaped."""
    return quote(text, safe="+*-_.!~'()&=$,/", errors="replace")
