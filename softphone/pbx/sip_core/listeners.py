"""The sockets: one UDP port, one TCP and one TLS port; connections are kept and found again by their flow."""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import logging
import socket
import ssl
from collections.abc import Callable
from typing import cast

from softphone.pbx.ports import SipAddresses, SipCoreConfig
from softphone.pbx.sip_core.flow import Address, Flow, bracketed
from softphone.pbx.sip_core.framing import FramingFault, StreamFramer

_log = logging.getLogger(__name__)

MAX_CONNECTIONS = 512
MAX_UNSENT = 1024 * 1024  # octets a peer that does not read may make us keep
_RECEIVE_BUFFER = 4 * 1024 * 1024  # octets asked for: after a restart everybody registers at once
_TLS_HANDSHAKE = 10.0  # seconds

Receive = Callable[[bytes, Flow], None]
Closed = Callable[[Flow], None]


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._transport: asyncio.DatagramTransport | None = None
        self._local: Address = ("", 0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        self._local = transport.get_extra_info("sockname")[:2]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if data.strip(b"\r\n\0 "):  # else a keep-alive
            self._receive(data, self.flow(addr[:2]))

    def error_received(self, exc: Exception) -> None:
        _log.debug("UDP: %s", exc)  # a port unreachable of an earlier datagram; the transaction times out by itself

    def flow(self, remote: Address) -> Flow:
        host, port = self._local
        if ipaddress.ip_address(host).is_unspecified:
            host = _local_address(remote[0], host)
        return Flow("udp", (host, port), remote, self._send, reliable=False)

    def _send(self, data: bytes, address: Address) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        try:
            ipaddress.ip_address(address[0])  # a name would be looked up here, and block
            self._transport.sendto(data, address)
        except (ValueError, OSError, OverflowError) as fault:
            _log.debug("not sent to %s: %s", address, fault)


class _Connection(asyncio.Protocol):
    def __init__(self, owner: Listeners, transport_name: str) -> None:
        self._owner, self._name = owner, transport_name
        self._framer = StreamFramer()
        self._transport: asyncio.Transport | None = None
        self._silence: asyncio.TimerHandle | None = None
        self.flow: Flow | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        local, remote = transport.get_extra_info("sockname"), transport.get_extra_info("peername")
        if not local or not remote or not self._owner.admit(self):
            transport.abort()
            return
        transport.set_write_buffer_limits(high=MAX_UNSENT)
        self.flow = Flow(self._name, local[:2], remote[:2], self._send, reliable=True)
        self._restart_patience()

    def data_received(self, data: bytes) -> None:
        flow = self.flow
        if flow is None or not flow.alive:
            return
        try:
            for message in self._framer.feed(data):
                if message:
                    self._owner.receive(message, flow)
                else:
                    self._send(b"\r\n", flow.remote)
        except FramingFault as fault:
            _log.info("%r closed: %s", flow, fault.reason)
            self._owner.refuse(fault, flow)
            self.close()
        if self._framer.waiting:
            if self._silence is None:
                self._restart_patience()
        elif self._silence is not None:
            self._silence.cancel()
            self._silence = None

    def connection_lost(self, exc: Exception | None) -> None:
        if self._silence is not None:
            self._silence.cancel()
        self.close()  # Python 3.10 wants it said even when the other side closed
        self._owner.forget(self)
        if self.flow is not None and self.flow.alive:
            self.flow.alive = False
            self._owner.closed(self.flow)

    def pause_writing(self) -> None:
        _log.info("%r closed: it does not read", self.flow)
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _restart_patience(self) -> None:
        """A connection may be quiet between messages, but neither at first nor within one."""
        self._silence = asyncio.get_running_loop().call_later(self._owner.patience, self.close)

    def _send(self, data: bytes, _address: Address) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)


class Listeners:
    """Opens and closes the ports. `closed` is told of each connection that ended."""

    def __init__(
        self,
        config: SipCoreConfig,
        receive: Receive,
        closed: Closed,
        refuse: Callable[[FramingFault, Flow], None],
        patience: float,
    ) -> None:
        self._config = config
        self.receive, self.closed, self.refuse, self.patience = receive, closed, refuse, patience
        self._connections: set[_Connection] = set()
        self._udp: asyncio.DatagramTransport | None = None
        self._datagrams = _Datagrams(receive)
        self._servers: list[asyncio.Server] = []

    async def open(self) -> SipAddresses:
        loop, config = asyncio.get_running_loop(), self._config
        try:
            self._udp, _ = await loop.create_datagram_endpoint(
                lambda: self._datagrams, local_addr=(config.listen, config.udp_port)
            )
            self._udp.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            tcp = await loop.create_server(lambda: _Connection(self, "tcp"), config.listen, config.tcp_port)
            self._servers.append(tcp)
            tls = await loop.create_server(
                lambda: _Connection(self, "tls"),
                config.listen,
                config.tls_port,
                ssl=_tls(config),
                ssl_handshake_timeout=_TLS_HANDSHAKE,
            )
            self._servers.append(tls)
        except BaseException:
            self.close()
            raise
        names = [_name(sock.getsockname()) for sock in (self._udp.get_extra_info("socket"), *_sockets(tcp, tls))]
        return SipAddresses(*names)

    def close(self) -> None:
        if self._udp is not None:
            self._udp.close()
        for server in self._servers:
            server.close()
        for connection in list(self._connections):
            if connection.flow is not None:
                connection.flow.alive = False
            connection.close()

    def udp_flow(self, remote: Address) -> Flow:
        return self._datagrams.flow(remote)

    @property
    def connections(self) -> int:
        return len(self._connections)

    def admit(self, connection: _Connection) -> bool:
        if len(self._connections) >= MAX_CONNECTIONS:
            _log.warning("connection refused: %d are open", len(self._connections))
            return False
        self._connections.add(connection)
        return True

    def forget(self, connection: _Connection) -> None:
        self._connections.discard(connection)


@functools.lru_cache(maxsize=1024)
def _local_address(remote: str, otherwise: str) -> str:
    """By which of our addresses a peer reaches us, when we listen at all of them: asked of the routing table."""
    family = socket.AF_INET6 if ":" in remote else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((remote, 9))  # sends nothing
        except OSError:
            return otherwise
        return str(probe.getsockname()[0])


def _tls(config: SipCoreConfig) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(config.certificate_chain, config.private_key)
    return context


def _sockets(*servers: asyncio.Server) -> list[object]:
    return [server.sockets[0] for server in servers]


def _name(address: tuple[str, int]) -> str:
    return f"{bracketed(address[0])}:{address[1]}"
