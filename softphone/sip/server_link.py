"""How a line's signalling reaches its server: straight from PJSIP by UDP, through the relay by TCP and TLS."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from softphone.phone.commands import Register
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.sip.locate import Server
from softphone.sip.net_thread import NetThread
from softphone.sip.tls_relay import TlsRelay
from softphone.sip.udp_watch import UdpWatch

Opened = Callable[[str | None, Failure | None], None]


class ServerLink:
    """Sip thread. `lost` is called there when what `open` opened is gone."""

    def __init__(
        self, net: NetThread, post: Callable[[Callable[[], None]], None], lost: Callable[[Failure], None]
    ) -> None:
        self._net = net
        self._post = post
        self._lost = lost
        self._relay: TlsRelay | None = None
        self._watch: UdpWatch | None = None
        self._server: Server | None = None
        self._turn = 0

    @property
    def relayed(self) -> bool:
        return self._server is not None and self._server.transport != "udp"

    @property
    def proxy(self) -> str:
        """Where PJSIP sends everything, "ip:port"."""
        if self._relay is not None and self.relayed:
            return f"127.0.0.1:{self._relay.port}"
        return self._server.host_port if self._server is not None else ""

    def open(self, server: Server, register: Register, opened: Opened) -> None:
        """`opened(our address on the way to the server, failure)`."""
        self._turn += 1
        self._server = server
        self._stop_watch()
        if server.transport == "udp":
            self._close_relay()
            self._net.run(_local_address(server), opened)
            return
        if self._relay is None:
            turn_lost = self._relay_lost
            self._relay = TlsRelay(turn_lost)
        self._net.run(self._relay.open(server, register.domain, register.ca_file), opened)

    def watch(self) -> None:
        """Registered by UDP: keep an ear on whether anybody still listens there."""
        server = self._server
        if self._watch is None and server is not None and not self.relayed:
            turn = self._turn

            def refused(failure: Failure) -> None:
                self._post(lambda: self._lost(failure) if turn == self._turn else None)

            self._watch = UdpWatch(server, refused)
            self._net.run(self._watch.start(), lambda result, failure: None)

    def close(self) -> None:
        self._turn += 1
        self._stop_watch()
        self._close_relay()

    def _relay_lost(self, failure: Failure) -> None:
        turn = self._turn
        self._post(lambda: self._lost(failure) if turn == self._turn else None)

    def _stop_watch(self) -> None:
        if self._watch is not None:
            self._net.call(self._watch.close)
            self._watch = None

    def _close_relay(self) -> None:
        if self._relay is not None:
            self._net.call(self._relay.close)
            self._relay = None


async def _local_address(server: Server) -> str:
    """Which of our addresses leads to the server; asks the routing table, sends nothing."""
    family = socket.AF_INET6 if ":" in server.ip else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(probe, (server.ip, server.port))
        except OSError as error:
            raise Refused(Failure(FailureKind.NO_NETWORK, detail=error.strerror or "no route")) from None
        return str(probe.getsockname()[0])
