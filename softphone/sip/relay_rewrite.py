"""What the relay changes in messages, so that PJSIP sees TCP on loopback and the server a client of its own transport.

The relay makes itself PJSIP's first hop by a Record-Route of its own, put in on the way in and taken out (as Route or
Record-Route) on the way out: within a dialog everything then comes back here, whatever the others' Contact says.
Bodies are never touched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMPACT = {b"v": b"via", b"m": b"contact"}
_DIALOG_METHODS = frozenset({b"INVITE", b"SUBSCRIBE", b"REFER", b"NOTIFY", b"UPDATE"})
_VIA = re.compile(rb"^(\s*SIP\s*/\s*2\.0\s*/\s*)([A-Za-z-]+)(\s+)([^\s;,]+)", re.I)
_TRANSPORT = re.compile(rb";transport=[A-Za-z]+", re.I)
_TEL_CONTACT = re.compile(rb"<?\s*tel:[^>,]*>?", re.I)


@dataclass(frozen=True)
class Hops:
    """`near`: where PJSIP sends to (the relay's port on loopback). `ours`: our end of the connection to the server."""

    near: bytes  # b"127.0.0.1:40000"
    ours: bytes  # b"192.0.2.7:51234"
    transport: bytes  # b"TCP" or b"TLS"


class RelayRewrite:
    """One connection of PJSIP. Remembers how PJSIP names itself, to name it so again on the way back."""

    def __init__(self, hops: Hops) -> None:
        self._hops = hops
        self._sent_by: bytes | None = None  # PJSIP's own, as in its Via
        self._contact: bytes | None = None  # host:port of its Contact

    # --- PJSIP -> server --------------------------------------------------------------------------------------------

    def outward(self, head: bytes) -> bytes:
        start, lines = _split(head)
        request = not start.startswith(b"SIP/2.0")
        result = [start]
        via_done = not request
        for line in lines:
            name, value = _field(line)
            if name == b"via" and not via_done:
                via_done = True
                line = b"Via: " + self._outward_via(value)
            elif name in (b"route", b"record-route"):
                kept = [each for each in _values(value) if not self._is_near(each)]
                if not kept:
                    continue
                line = (b"Route: " if name == b"route" else b"Record-Route: ") + b", ".join(kept)
            elif name == b"contact":
                line = b"Contact: " + self._outward_contact(value)
            result.append(line)
        if request:
            result[0] = self._outward_request_line(start)
        return b"\r\n".join(result) + b"\r\n\r\n"

    def _outward_request_line(self, start: bytes) -> bytes:
        """REGISTER's URI says how PJSIP reaches the registrar; the registrar hears how it is reached."""
        if start.startswith(b"REGISTER "):
            return _TRANSPORT.sub(b"", start, count=1)
        return start

    def _outward_via(self, value: bytes) -> bytes:
        match = _VIA.match(value)
        if match is None:
            return value
        self._sent_by = match[4]
        return b"SIP/2.0/" + self._hops.transport + b" " + self._hops.ours + value[match.end() :]

    def _outward_contact(self, value: bytes) -> bytes:
        parts = []
        for each in _values(value):
            own = re.search(rb"sip:(?:[^@>;,]*@)?(127\.0\.0\.1:\d+)", each, re.I)
            if own is not None:
                self._contact = own[1]
                each = each[: own.start(1)] + self._hops.ours + each[own.end(1) :]
                each = _TRANSPORT.sub(b";transport=" + self._hops.transport.lower(), each, count=1)
            parts.append(each)
        return b", ".join(parts)

    # --- server -> PJSIP --------------------------------------------------------------------------------------------

    def inward(self, head: bytes) -> bytes:
        start, lines = _split(head)
        response = start.startswith(b"SIP/2.0")
        method = _method_of(start, lines)
        via_done = not response
        result: list[bytes] = []
        route_at: int | None = None  # where a Record-Route of ours belongs
        for line in lines:
            name, value = _field(line)
            if name == b"via" and not via_done:
                via_done = True
                line = b"Via: " + self._inward_via(value)
            elif name == b"contact":
                line = b"Contact: " + self._inward_contact(value, response)
            elif name == b"record-route":
                if route_at is None and not response:
                    route_at = len(result)
                elif response:
                    route_at = len(result) + 1
            result.append(line)
        if method in _DIALOG_METHODS and not start.startswith(b"SIP/2.0 100"):
            # PJSIP's first hop is the first value for a request, the last one for a response (RFC 3261 12.1).
            ours = b"Record-Route: <sip:" + self._hops.near + b";transport=tcp;lr>"
            result.insert(route_at if route_at is not None else 0, ours)
        return b"\r\n".join([start, *result]) + b"\r\n\r\n"

    def _inward_via(self, value: bytes) -> bytes:
        match = _VIA.match(value)
        if match is None or self._sent_by is None or match[4] != self._hops.ours:
            return value
        # What the server says of our address (received, rport) is of its side; PJSIP would take it for its own.
        rest = re.sub(rb";\s*(?:received=[^;,\s]*|rport(?:=\d*)?)", b"", value[match.end() :], flags=re.I)
        return b"SIP/2.0/TCP " + self._sent_by + rest

    def _inward_contact(self, value: bytes, response: bool) -> bytes:
        parts = []
        for each in _values(value):
            if self._contact is not None and (b"@" + self._hops.ours in each or b"sip:" + self._hops.ours in each):
                each = each.replace(self._hops.ours, self._contact, 1)
                each = _TRANSPORT.sub(b";transport=TCP", each, count=1)
            elif response and _TEL_CONTACT.match(each.strip()):
                each = b"<sip:" + self._hops.near + b";transport=tcp>"  # PJSIP aborts on a tel: target
            parts.append(each)
        return b", ".join(parts)

    def _is_near(self, value: bytes) -> bool:
        found = re.search(rb"sip:(?:[^@>]*@)?([^;>?\s]+)", value, re.I)
        return found is not None and found[1] == self._hops.near


def _split(head: bytes) -> tuple[bytes, list[bytes]]:
    """Start line and unfolded header lines."""
    unfolded = re.sub(rb"\r\n[ \t]+", b" ", head.rstrip(b"\r\n"))
    start, *lines = unfolded.split(b"\r\n")
    return start, lines


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    name = name.strip().lower()
    return _COMPACT.get(name, name), value.strip()


def _values(value: bytes) -> list[bytes]:
    """Split at commas outside quotes and angle brackets."""
    parts, depth, quoted, start, index = [], 0, False, 0, 0
    while index < len(value):
        char = value[index : index + 1]
        if quoted:
            if char == b"\\":
                index += 1
            elif char == b'"':
                quoted = False
        elif char == b'"':
            quoted = True
        elif char == b"<":
            depth += 1
        elif char == b">":
            depth = max(0, depth - 1)
        elif char == b"," and depth == 0:
            parts.append(value[start:index].strip())
            start = index + 1
        index += 1
    parts.append(value[start:].strip())
    return [part for part in parts if part]


def _method_of(start: bytes, lines: list[bytes]) -> bytes:
    if not start.startswith(b"SIP/2.0"):
        return start.partition(b" ")[0]
    for line in lines:
        name, value = _field(line)
        if name == b"cseq":
            return value.split()[-1] if value.split() else b""
    return b""
