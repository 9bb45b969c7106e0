"""Notices by ICMP that nobody listens at the registrar's UDP address any more.

PJSIP's socket is not connected and never hears of it; a connected one of ours does, in the time of one round trip.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from softphone.phone.failure import Failure, FailureKind
from softphone.sip.locate import Server

EVERY_SECONDS = 5.0
KEEP_ALIVE = b"\r\n\r\n"  # RFC 5626 4.4.1: every SIP server drops it, at most answers it


class UdpWatch(asyncio.DatagramProtocol):
    """Net thread. `refused` is called there, once for each time it is noticed."""

    def __init__(self, server: Server, refused: Callable[[Failure], None]) -> None:
        self._server = server
        self._refused = refused
        self._transport: asyncio.DatagramTransport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: self, remote_addr=(self._server.ip, self._server.port)
        )
        self._transport = transport
        if self._closed:
            transport.close()
            return
        self._ask()

    def _ask(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.sendto(KEEP_ALIVE)
        self._timer = asyncio.get_running_loop().call_later(EVERY_SECONDS, self._ask)

    def error_received(self, exc: Exception) -> None:
        if isinstance(exc, ConnectionRefusedError) and not self._closed:
            self._refused(Failure(FailureKind.CONNECTION_LOST, detail="nobody listens at the server's port"))

    def close(self) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.close()
