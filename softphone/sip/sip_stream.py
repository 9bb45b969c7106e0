"""SIP messages out of a byte stream (RFC 3261 18.3): framed by Content-Length, keep-alives between them."""

from __future__ import annotations

import re

MAX_HEAD = 64 * 1024
MAX_BODY = 256 * 1024

_LENGTH = re.compile(rb"^(?:content-length|l)[ \t]*:[ \t]*(\d{1,9})[ \t]*$", re.I | re.M)


class NotSip(ValueError):
    """The stream cannot be framed; it must be closed."""


class SipStream:
    """`feed` bytes, get whole pieces: (head with its empty line, body), or (keep-alive, b"")."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        self._buffer += data
        pieces: list[tuple[bytes, bytes]] = []
        while (piece := self._next()) is not None:
            pieces.append(piece)
        return pieces

    def _next(self) -> tuple[bytes, bytes] | None:
        buffer = self._buffer
        blank = 0
        while blank < len(buffer) and buffer[blank] in b"\r\n":
            blank += 1
        if blank:
            keep_alive = bytes(buffer[:blank])
            del buffer[:blank]
            return keep_alive, b""
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(buffer) > MAX_HEAD:
                raise NotSip("endless header")
            return None
        if end > MAX_HEAD:
            raise NotSip("endless header")
        head = bytes(buffer[: end + 4])
        if b"SIP/2.0" not in head.split(b"\r\n", 1)[0]:
            raise NotSip("not SIP")
        lengths = {int(found) for found in _LENGTH.findall(head.replace(b"\r\n", b"\n"))}
        if len(lengths) > 1:
            raise NotSip("two lengths")
        length = lengths.pop() if lengths else 0
        if length > MAX_BODY:
            raise NotSip("body too long")
        if len(buffer) < end + 4 + length:
            return None
        body = bytes(buffer[end + 4 : end + 4 + length])
        del buffer[: end + 4 + length]
        return head, body
