"""The relay against real TLS servers of Python's own: trusted, not trusted, gone."""

from __future__ import annotations

import asyncio
import contextlib
import ssl

import pytest
import trustme

from softphone.phone.failure import FailureKind, Refused
from softphone.sip.locate import Server
from softphone.sip.tls_relay import TlsRelay, connect_failure

DOMAIN = "phone.test"
REGISTER = (
    b"REGISTER sip:phone.test SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK1\r\n"
    b"CSeq: 1 REGISTER\r\nl: 2\r\n\r\nhi"
)


class FarEnd:
    """A server that keeps what it heard."""

    def __init__(self) -> None:
        self.heard = b""
        self.something, self.connected = asyncio.Event(), asyncio.Event()
        self.writers: list[asyncio.StreamWriter] = []
        self.connected = asyncio.Event()  # in TLS 1.3 the client is through its handshake before the server is

    async def listen(self, context: ssl.SSLContext | None) -> int:
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=context)
        return self.server.sockets[0].getsockname()[1]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        self.connected.set()
        self.connected.set()
        with contextlib.suppress(OSError, ssl.SSLError):
            while data := await reader.read(4096):
                self.heard += data
                self.something.set()

    async def close(self) -> None:
        for writer in self.writers:
            writer.transport.abort()
        self.server.close()
        await asyncio.sleep(0)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def server_context(authority, name=DOMAIN, version=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    if version is not None:
        context.minimum_version, context.maximum_version = version, version
    return context


@pytest.fixture
def ca_file(authority, tmp_path):
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def run(story):
    """A story is `async def story(far, relay, lost)`; both ends are closed whatever happens."""

    async def play():
        far, lost = FarEnd(), asyncio.Queue()
        relay = TlsRelay(lost.put_nowait)
        try:
            await asyncio.wait_for(story(far, relay, lost), 10)
        finally:
            relay.close()
            await far.close()
            await asyncio.sleep(0.01)  # let asyncio close its sockets before the loop goes

    asyncio.run(play())


def test_messages_pass_both_ways_rewritten_over_verified_tls(authority, ca_file):
    async def story(far, relay, lost):
        port = await far.listen(server_context(authority))
        ours = await relay.open(Server("127.0.0.1", port, "tls"), DOMAIN, ca_file)
        assert ours == "127.0.0.1"
        reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
        writer.write(REGISTER)
        await far.something.wait()
        assert b"SIP/2.0/TLS 127.0.0.1:" in far.heard
        assert far.heard.endswith(b"\r\n\r\nhi")
        via = far.heard.split(b"Via: ")[1].split(b"\r\n")[0]
        far.writers[0].write(b"SIP/2.0 200 OK\r\nVia: " + via + b"\r\nCSeq: 1 REGISTER\r\nl: 0\r\n\r\n")
        assert b"Via: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK1" in await reader.readuntil(b"\r\n\r\n")
        writer.close()

    run(story)


def test_tls_1_3_is_spoken_where_the_server_does(authority, ca_file):
    async def story(far, relay, lost):
        port = await far.listen(server_context(authority, version=ssl.TLSVersion.TLSv1_3))
        await relay.open(Server("127.0.0.1", port, "tls"), DOMAIN, ca_file)
        await far.connected.wait()
        assert far.writers[0].get_extra_info("ssl_object").version() == "TLSv1.3"

    run(story)


async def refused(relay, port, ca_file=None, transport="tls"):
    with pytest.raises(Refused) as caught:
        await relay.open(Server("127.0.0.1", port, transport), DOMAIN, ca_file)
    return caught.value.failure


def test_a_certificate_for_another_name_is_refused_before_any_sip(authority, ca_file):
    async def story(far, relay, lost):
        port = await far.listen(server_context(authority, "other.test"))
        failure = await refused(relay, port, ca_file)
        assert failure.kind is FailureKind.NOT_TRUSTED
        assert "phone.test" in failure.detail
        assert far.heard == b""

    run(story)


def test_an_unknown_authority_is_refused_before_any_sip(authority):
    async def story(far, relay, lost):
        port = await far.listen(server_context(authority))
        assert (await refused(relay, port)).kind is FailureKind.NOT_TRUSTED
        assert far.heard == b""

    run(story)


def test_a_server_by_address_is_still_verified_as_the_domain(authority, ca_file):
    async def story(far, relay, lost):
        port = await far.listen(server_context(authority, "127.0.0.1"))
        assert (await refused(relay, port, ca_file)).kind is FailureKind.NOT_TRUSTED

    run(story)


def test_a_ca_file_that_cannot_be_read_is_said(authority, tmp_path):
    async def story(far, relay, lost):
        port = await far.listen(server_context(authority))
        failure = await refused(relay, port, str(tmp_path / "none.pem"))
        assert failure.kind is FailureKind.NOT_TRUSTED
        assert "CA file" in failure.detail

    run(story)


def test_a_server_that_speaks_no_tls_is_a_server_failure(ca_file):
    async def story(far, relay, lost):
        async def babble(reader, writer):
            writer.write(b"220 mail.example.com ESMTP\r\n")
            far.writers.append(writer)

        far.server = await asyncio.start_server(babble, "127.0.0.1", 0)
        failure = await refused(relay, far.server.sockets[0].getsockname()[1], ca_file)
        assert failure.kind is FailureKind.SERVER

    run(story)


def test_nobody_there_is_connection_lost(ca_file):
    async def story(far, relay, lost):
        port = await far.listen(None)
        far.server.close()
        await far.server.wait_closed()
        assert (await refused(relay, port, transport="tcp")).kind is FailureKind.CONNECTION_LOST

    run(story)


def test_a_broken_connection_is_told_at_once_and_pjsip_is_cut_off(authority, ca_file):
    async def story(far, relay, lost):
        port = await far.listen(server_context(authority))
        await relay.open(Server("127.0.0.1", port, "tls"), DOMAIN, ca_file)
        reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
        writer.write(REGISTER)
        await far.something.wait()
        far.writers[0].transport.abort()
        assert (await lost.get()).kind is FailureKind.CONNECTION_LOST
        assert await reader.read() == b""
        writer.close()
        await relay.open(Server("127.0.0.1", port, "tls"), DOMAIN, ca_file)  # and it can be opened again

    run(story)


def test_what_is_not_sip_ends_the_connection(ca_file):
    async def story(far, relay, lost):
        port = await far.listen(None)
        await relay.open(Server("127.0.0.1", port, "tcp"), DOMAIN, None)
        await far.connected.wait()
        far.writers[0].write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        assert (await lost.get()).kind is FailureKind.SERVER

    run(story)


def test_a_stranger_on_this_computer_is_not_let_in(authority, ca_file):
    async def story(far, relay, lost):
        port = await far.listen(None)
        await relay.open(Server("127.0.0.1", port, "tcp"), DOMAIN, None)
        stranger = await asyncio.create_subprocess_exec(
            "python3", "-c",
            "import socket, sys\n"
            f"s = socket.create_connection(('127.0.0.1', {relay.port}))\n"
            "s.settimeout(5)\n"
            "try:\n    s.sendall(b'OPTIONS sip:x SIP/2.0\\r\\nl: 0\\r\\n\\r\\n')\n    print(len(s.recv(10)))\n"
            "except OSError:\n    print(0)\n",
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _ = await stranger.communicate()
        assert out.strip() == b"0"
        assert far.heard == b""

    run(story)


def test_a_clock_that_is_behind_is_told_from_a_bad_certificate():
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = 9, "certificate is not yet valid"
    assert connect_failure(error).kind is FailureKind.WRONG_CLOCK
    error.verify_code, error.verify_message = 10, "certificate has expired"
    assert connect_failure(error).kind is FailureKind.NOT_TRUSTED
    assert connect_failure(asyncio.TimeoutError()).kind is FailureKind.TIMED_OUT
