"""A registrar and caller that notes when each message came; and the far end of a call's sound."""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.sip_server import Message, SipServer, sdp_offer

PCMA_SILENCE = 0xD5
#: A tone of 1 kHz at 8 kHz, loud, as G.711 A-law.
PCMA_TONE = bytes.fromhex("34213421b4a1b4a1") * 20


@dataclass
class StampedServer(SipServer):
    """`arrivals`: (monotonic seconds, message), in the order of the wire."""

    def __post_init__(self) -> None:
        self.arrivals: list[tuple[float, Message]] = []
        super().__post_init__()

    def _handle(self, data: bytes, answer: Callable[[bytes], None]) -> None:
        now = time.monotonic()
        super()._handle(data, answer)
        self.arrivals.append((now, Message.parse(data)))

    def arrival(self, start: str, call_id: str = "", seconds: float = 10.0) -> tuple[float, Message]:
        """When the first message came whose first line begins with `start`, of that call."""
        deadline = time.monotonic() + seconds
        looked = 0
        while time.monotonic() < deadline:
            for at, message in self.arrivals[looked:]:
                looked += 1
                if message.start.startswith(start) and call_id in ("", message.get("Call-ID")):
                    return at, message
            with self._changed:
                self._changed.wait(0.005)
        raise AssertionError(f"no {start} within {seconds} s; got {[m.start for _, m in self.arrivals]}")


class Caller:
    """One call from the server to the registered phone."""

    def __init__(self, server: StampedServer, *, media_port: int = 40000, codecs: str = "") -> None:
        self.server = server
        server.arrivals.clear()
        self.message = server.invite(sdp=_offer(media_port, codecs))
        self.call_id = self.message.get("Call-ID")
        self._answer: Message | None = None

    def invite(self) -> float:
        """Send it; monotonic seconds of that."""
        data = self.message.encode()
        assert self.server.reply is not None
        now = time.monotonic()
        self.server.reply(data)
        return now

    def ringing(self) -> float:
        """When the 180 came."""
        return self.server.arrival("SIP/2.0 180", self.call_id)[0]

    def answered(self) -> float:
        """When the 200 came; it is acknowledged."""
        at, self._answer = self.server.arrival("SIP/2.0 200", self.call_id)
        self.server.send(self.server.follow_up(self.message, "ACK", self._answer))
        return at

    @property
    def media_address(self) -> tuple[str, int]:
        """Where the phone wants its sound."""
        assert self._answer is not None
        body = self._answer.body.decode()
        host, port = re.search(r"^c=IN IP4 (\S+)", body, re.M), re.search(r"^m=audio (\d+)", body, re.M)
        assert host is not None
        assert port is not None
        return host[1], int(port[1])

    def cancel(self) -> None:
        """Before the answer; returns once the phone has ended it."""
        self.server.send(self.server.follow_up(self.message, "CANCEL"))
        end = self.server.arrival("SIP/2.0 487", self.call_id)[1]
        self.server.send(self.server.follow_up(self.message, "ACK", end))

    def bye(self) -> None:
        self.server.arrivals.clear()
        self.server.send(self.server.follow_up(self.message, "BYE", self._answer))
        self.server.arrival("SIP/2.0 200", self.call_id)


def _offer(port: int, codecs: str) -> bytes:
    offer = sdp_offer(port=port)
    return offer.replace(b"RTP/AVP 8 0 101", f"RTP/AVP {codecs} 101".encode()) if codecs else offer


class FarEnd:
    """Sound of a call's other side, in packets of 20 ms: a tone (PCMA), or whatever comes goes back (any codec)."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.port: int = self._socket.getsockname()[1]
        self.first_sound = 0.0  # monotonic seconds of the first PCMA packet that was not silence
        self._to: tuple[str, int] | None = None
        self._echo = False
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._hear)]
        self._threads[0].start()

    def __enter__(self) -> FarEnd:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(5)
        self._socket.close()

    def echo(self) -> None:
        self._echo = True

    def speak(self, to: tuple[str, int]) -> None:
        """A tone from now on."""
        self._to = to
        thread = threading.Thread(target=self._speak)
        self._threads.append(thread)
        thread.start()

    def _hear(self) -> None:
        count = 0
        while not self._stopped.is_set():
            try:
                packet, source = self._socket.recvfrom(2048)
            except TimeoutError:
                continue
            now = time.monotonic()
            if not self.first_sound and any(abs((b ^ 0x55) & 0x7F) > 0x30 for b in packet[12:]):
                self.first_sound = now
            if self._echo and packet[1] & 0x7F < 72:
                count += 1
                self._socket.sendto(_rtp(packet[1] & 0x7F, count, packet[12:]), source)

    def _speak(self) -> None:
        count, start = 0, time.monotonic()
        while not self._stopped.is_set():
            assert self._to is not None
            self._socket.sendto(_rtp(8, count, PCMA_TONE), self._to)
            count += 1
            self._stopped.wait(max(0.0, start + count * 0.02 - time.monotonic()))


def _rtp(payload_type: int, count: int, payload: bytes) -> bytes:
    """RFC 3550 5.1."""
    return struct.pack("!BBHII", 0x80, payload_type, count & 0xFFFF, count * 160 & 0xFFFFFFFF, 0x5EED) + payload
