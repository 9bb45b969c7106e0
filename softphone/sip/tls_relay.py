"""TCP and TLS by a relay: PJSIP talks TCP to a loopback port of ours, the relay talks to the server.

So TLS is that of Python (1.2 and 1.3, the system's trust store, the domain verified whatever address is used, exact
reasons), nothing of PJSIP listens outside, and a lost connection is known at once. No SIP byte goes out before the
certificate has been verified.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import ssl
import sys
from collections.abc import Callable
from typing import Any

from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.sip.locate import Server
from softphone.sip.relay_rewrite import Hops, RelayRewrite
from softphone.sip.sip_stream import NotSip, SipStream

log = logging.getLogger("relay")

CONNECT_SECONDS = 5.0
#: X509 verification codes (OpenSSL): the certificate is not valid yet, so the computer's clock is behind.
_NOT_YET_VALID = 9


class TlsRelay:
    """Net thread, but for the constructor and `port`. `lost` is called there when an opened connection ends."""

    def __init__(self, lost: Callable[[Failure], None]) -> None:
        self._lost = lost
        self.port = 0
        self._listener: asyncio.Server | None = None
        self._upstream: Upstream | None = None
        self._closed = False

    async def open(self, server: Server, domain: str, ca_file: str | None) -> str:
        """Connect anew; returns our own address on the way. Raises `Refused`."""
        self._drop()
        if self._listener is None:
            self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
            self.port = self._listener.sockets[0].getsockname()[1]
        context = tls_context(ca_file) if server.transport == "tls" else None
        try:
            reader, writer = await asyncio.wait_for(
                asyncio.open_connection(
                    server.ip, server.port, ssl=context, server_hostname=domain.strip("[]") if context else None
                ),
                CONNECT_SECONDS,
            )
        except Exception as error:
            raise Refused(connect_failure(error)) from None
        if self._closed:
            writer.close()
            raise Refused(Failure(FailureKind.OFFLINE, detail="closed"))
        _keep_alive(writer.get_extra_info("socket"))
        self._upstream = Upstream(self, reader, writer, server, self.port)
        return str(writer.get_extra_info("sockname")[0])

    def close(self) -> None:
        self._closed = True
        self._drop()
        if self._listener is not None:
            self._listener.close()

    def _drop(self) -> None:
        if self._upstream is not None:
            upstream, self._upstream = self._upstream, None
            upstream.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream = self._upstream
        if upstream is None or not is_our_own(writer.get_extra_info("peername"), writer.get_extra_info("sockname")):
            writer.transport.abort()
            return
        upstream.attach(reader, writer)

    def ended(self, upstream: Upstream, failure: Failure) -> None:
        if upstream is self._upstream:
            self._drop()
            self._lost(failure)


class Upstream:
    """One connection to the server, and PJSIP's connections that lead to it."""

    def __init__(
        self, relay: TlsRelay, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: Server, port: int
    ) -> None:
        self._relay = relay
        self._writer = writer
        address = writer.get_extra_info("sockname")
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        self._hops = Hops(
            near=f"127.0.0.1:{port}".encode(),
            ours=f"{host}:{address[1]}".encode(),
            transport=server.transport.upper().encode(),
        )
        self._rewrite = RelayRewrite(self._hops)
        self._near: asyncio.StreamWriter | None = None
        self._early: list[bytes] = []  # from the server before PJSIP has connected
        self._tasks = {asyncio.ensure_future(self._from_server(reader))}

    def attach(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """PJSIP (again): its newest connection is the one that counts."""
        if self._near is not None:
            self._near.close()
        self._near = writer
        for piece in self._early:
            writer.write(piece)
        self._early.clear()
        task = asyncio.ensure_future(self._from_pjsip(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        for writer in (self._near, self._writer):
            if writer is not None:
                writer.close()
        for task in self._tasks:
            task.cancel()

    async def _from_pjsip(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stream = SipStream()
        try:
            while data := await reader.read(65536):
                for head, body in stream.feed(data):
                    self._writer.write(head if not head.strip() else self._rewrite.outward(head) + body)
                await self._writer.drain()
        except (OSError, NotSip, ssl.SSLError) as error:
            log.info("from ourselves: %s", error)
        finally:
            writer.close()
            if self._near is writer:
                self._near = None

    async def _from_server(self, reader: asyncio.StreamReader) -> None:
        stream = SipStream()
        failure = Failure(FailureKind.CONNECTION_LOST, detail="closed by the server")
        try:
            while data := await reader.read(65536):
                for head, body in stream.feed(data):
                    self._to_pjsip(head if not head.strip() else self._rewrite.inward(head) + body)
        except NotSip as error:
            failure = Failure(FailureKind.SERVER, detail=f"not SIP: {error}")
        except (OSError, ssl.SSLError) as error:
            failure = Failure(FailureKind.CONNECTION_LOST, detail=_reason(error))
        self._relay.ended(self, failure)

    def _to_pjsip(self, piece: bytes) -> None:
        if self._near is not None:
            self._near.write(piece)
        elif piece.strip() and len(self._early) < 16:
            self._early.append(piece)


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """The system's trust store, and the organisation's CA where there is one."""
    import truststore  # not at start-up: a line by UDP needs none of it

    context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError) as error:
            raise Refused(Failure(FailureKind.NOT_TRUSTED, detail=f"CA file: {_reason(error)}")) from None
    return context


def connect_failure(error: BaseException) -> Failure:
    """Why there is no connection, in the house's words."""
    if isinstance(error, Refused):
        return error.failure
    if isinstance(error, ssl.SSLCertVerificationError):
        kind = FailureKind.WRONG_CLOCK if error.verify_code == _NOT_YET_VALID else FailureKind.NOT_TRUSTED
        return Failure(kind, detail=error.verify_message or _reason(error))
    if isinstance(error, ssl.CertificateError):
        return Failure(FailureKind.NOT_TRUSTED, detail=_reason(error))
    if isinstance(error, ssl.SSLError):
        return Failure(FailureKind.SERVER, detail=f"TLS: {_reason(error)}")
    if isinstance(error, asyncio.TimeoutError):
        return Failure(FailureKind.TIMED_OUT, detail="no connection")
    if isinstance(error, OSError):
        away = error.errno in (errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL)
        kind = FailureKind.NO_NETWORK if away else FailureKind.CONNECTION_LOST
        return Failure(kind, detail=_reason(error))
    return Failure(FailureKind.INTERNAL, detail=type(error).__name__)


def _reason(error: BaseException) -> str:
    return str(getattr(error, "strerror", None) or getattr(error, "reason", None) or error)[:200]


def _keep_alive(sock: Any) -> None:
    """A silent server is noticed by the kernel, without waking anybody: after 10 s, 3 probes of 5 s."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3), ("TCP_NODELAY", 1)):
        number = getattr(socket, option, None)
        if number is not None:
            sock.setsockopt(socket.IPPROTO_TCP, number, value)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 20_000)


def is_our_own(peer: tuple[str, int], here: tuple[str, int]) -> bool:
    """Whether the other end of a loopback connection is a socket of this very process."""
    if sys.platform == "win32":  # sockets are no file descriptors there; the loopback address must do
        return bool(peer[0] == "127.0.0.1")
    try:
        descriptors = [int(name) for name in os.listdir("/dev/fd")]
    except OSError:
        descriptors = list(range(1024))
    for descriptor in descriptors:
        try:
            candidate = socket.socket(fileno=descriptor)
        except OSError:  # no socket, or closed meanwhile
            continue
        try:
            if candidate.getsockname()[:2] == peer[:2] and candidate.getpeername()[:2] == here[:2]:
                return True
        except OSError:  # not connected
            continue
        finally:
            candidate.detach()  # it belongs to somebody else
    return False
