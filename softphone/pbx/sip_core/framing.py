"""Cuts a TCP or TLS byte stream into SIP messages by Content-Length (RFC 3261 18.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_HEADER = 64 * 1024
MAX_BODY = 512 * 1024

_LENGTH = re.compile(rb"^(?:content-length|l)[ \t]*:[ \t]*([^\r\n]*?)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_PING = b"\r\n\r\n"
_DIGITS = re.compile(rb"[0-9]{1,9}")


class FramingFault(Exception):
    """The stream cannot be followed any further; the connection has to close. `head` is what was read of a message."""

    def __init__(self, reason: str, head: bytes = b"") -> None:
        super().__init__(reason)
        self.reason = reason
        self.head = head


class StreamFramer:
    """Feed it what was read; it yields whole messages, and `b""` for each keep-alive to answer (RFC 5626 4.4.1)."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0

    @property
    def waiting(self) -> int:
        """Octets of an unfinished message."""
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._buffer += data
        while self._buffer:
            if self._buffer[0] not in b"\r\n":
                message = self._message()
                if message is None:
                    return
                yield message
            elif self._buffer.startswith(_PING):
                del self._buffer[: len(_PING)]
                yield b""
            elif _PING.startswith(self._buffer):
                return  # perhaps the first part of a ping
            else:
                del self._buffer[:1]

    def _message(self) -> bytes | None:
        end = self._buffer.find(b"\r\n\r\n", max(0, self._searched - 3))
        if end < 0:
            self._searched = len(self._buffer)
            if len(self._buffer) > MAX_HEADER:
                raise FramingFault("header too long", bytes(self._buffer[:MAX_HEADER]))
            return None
        head = bytes(self._buffer[: end + 2])
        if end > MAX_HEADER:
            raise FramingFault("header too long", head)
        length = _content_length(head)
        total = end + 4 + length
        if len(self._buffer) < total:
            self._searched = end
            return None
        message = bytes(self._buffer[:total])
        del self._buffer[:total]
        self._searched = 0
        return message


def _content_length(head: bytes) -> int:
    values = {value for value in _LENGTH.findall(head)}
    if not values:
        return 0  # required on a stream (RFC 3261 20.14); without it a message has no body
    if len(values) > 1:
        raise FramingFault("two different Content-Length", head)
    value = values.pop()
    if not _DIGITS.fullmatch(value):
        raise FramingFault("Content-Length is no number", head)
    if int(value) > MAX_BODY:
        raise FramingFault("body too long", head)
    return int(value)
