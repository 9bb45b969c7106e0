"""The same calls over TCP and TLS, and what only connections do."""

import asyncio
import socket
import ssl

import pytest

from softphone.pbx.sip_core import listeners
from softphone.pbx.sip_core.timings import Timings
from tests.fakes.signalling_fixture import Ground, certificates, scenario
from tests.fakes.sip_peer import SipPeer, sdp


async def open_stream(ground: Ground, transport: str = "tcp") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = getattr(ground.addresses, transport).split(":")
    return await asyncio.open_connection(host, int(port))


async def ends(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the phone system closes the connection."""
    return await asyncio.wait_for(reader.read(), 8)


@scenario()
async def test_calls_over_every_pair_of_transports(ground: Ground):
    for number, (ours, theirs) in enumerate([("udp", "tcp"), ("tcp", "tls"), ("tls", "udp"), ("tls", "tls")]):
        alice, bob = await ground.phone("100-1", ours), await ground.phone("110-1", theirs)
        outgoing = await alice.call("110", sdp(4000 + number))
        incoming = await bob.incoming()
        assert incoming.invite.get("via").startswith(f"SIP/2.0/{theirs.upper()} ")
        assert ("transport" in incoming.invite.contact) is (theirs != "udp")
        incoming.ring()
        await outgoing.progress(180)
        await incoming.answer(sdp(5000))
        await outgoing.answered()
        await outgoing.hang_up()
        await bob.expect("BYE", incoming.call_id)
        await alice.register(0)
        await bob.register(0)


@scenario()
async def test_a_device_behind_a_connection_is_called_over_it_whatever_its_contact_says(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.peer("110-1", "tcp")
    await bob.register(contact="<sip:110@phone.invalid:9;transport=tcp>")
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    assert incoming.invite.uri == "sip:110@phone.invalid:9;transport=tcp"
    await incoming.answer(sdp(5000), (("Contact", "<sip:110@phone.invalid:9;transport=tcp>"),))
    await outgoing.answered()
    await outgoing.hang_up()
    await bob.expect("BYE", incoming.call_id)


@scenario()
async def test_a_closed_connection_makes_its_device_unreachable(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1", "tls")
    assert list(ground.core.reachable_devices("110")) == ["device-110-1"]
    await bob.close()
    await ground.until(lambda: not ground.core.reachable_devices("110"), "unreachable")
    assert [binding.extension for binding in ground.subscribers.bindings()] == ["100"]
    assert (await (await alice.call("110", sdp(4000))).refused()).code == 480


@scenario()
async def test_a_device_back_on_a_new_connection_still_has_its_call(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1", "tcp")
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    await incoming.answer(sdp(5000))
    await outgoing.answered()
    await bob.close()
    back = await ground.phone("110-1", "tcp")
    await outgoing.hang_up()
    assert (await back.expect("BYE")).get("call-id") == incoming.call_id


@scenario()
async def test_a_caller_whose_connection_closes_rings_nobody_any_more(ground: Ground):
    alice, bob = await ground.phone("100-1", "tcp"), await ground.phone("110-1")
    await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    incoming.ring()
    await bob.fence()
    await alice.close()
    await incoming.cancelled()
    assert (await ground.record()).reason == "cancelled"


@scenario()
async def test_a_device_whose_connection_closes_while_it_rings_does_not_keep_the_caller(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1", "tls")
    outgoing = await alice.call("110", sdp(4000))
    (await bob.incoming()).ring()
    await outgoing.progress(180)
    await bob.close()
    assert (await outgoing.refused()).code == 480


@scenario()
async def test_a_sips_contact_is_called_as_sips(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.peer("110-1", "tls")
    contact = f"sips:110@{bob.address}"
    assert (await bob.register(contact=f"<{contact}>")).code == 200
    await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    assert incoming.invite.uri == contact
    ack = await incoming.answer(sdp(5000), (("Contact", f"<{contact}>"),))
    assert ack.uri == contact


@scenario()
async def test_a_big_message_passes_whole(ground: Ground):
    alice, bob = await ground.phone("100-1", "tcp"), await ground.phone("110-1", "tls")
    body = sdp(4000) + "".join(f"a=candidate:{n} 1 UDP {n} 192.0.2.1 {n} typ host\r\n" for n in range(4000))
    assert len(body) > 150_000
    await alice.call("110", body)
    assert (await bob.incoming()).invite.body == body


@scenario()
async def test_messages_cut_and_joined_anywhere_are_read(ground: Ground):
    alice = await ground.peer("100-1", "tcp")
    sent: list[bytes] = []
    alice.write = sent.append  # type: ignore[method-assign]
    keys = [alice.conversation("sip:pbx.test").send("OPTIONS") for _ in range(3)]
    stream = b"\r\n\r\n" + b"\r\n".join(sent)
    assert alice._writer is not None
    for octet in range(len(stream)):
        alice._writer.write(stream[octet : octet + 1])
        await alice._writer.drain()
    for key in keys:
        assert (await alice.final(key)).code == 200
    await alice.until(lambda: alice.pongs >= 1, "pong")


@scenario()
async def test_a_keep_alive_gets_its_pong_and_a_udp_one_is_ignored(ground: Ground):
    tcp, udp = await ground.peer("", "tcp"), await ground.peer("")
    tcp.write(b"\r\n\r\n")
    await tcp.until(lambda: tcp.pongs == 1, "pong")
    for keep_alive in (b"\r\n\r\n", b"\0\0\0\0", b"\r\n"):
        udp.write(keep_alive)
    await udp.fence()
    assert udp.requests == udp.responses == []


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 99999999", "Content-Length: -1", "Content-Length: 0x10", "Content-Length: 1\r\nl: 2",
        "X: " + "y" * 70_000,
    ],
)  # fmt: skip
def test_a_stream_that_cannot_be_followed_is_closed(head):
    @scenario()
    async def play(ground: Ground) -> None:
        reader, writer = await open_stream(ground)
        start = "OPTIONS sip:pbx.test SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\n"
        writer.write(f"{start}To: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n{head}\r\n\r\n".encode())
        answer = await ends(reader)
        assert answer.startswith(b"SIP/2.0 400 ")
        writer.close()
        assert (await (await ground.peer()).outside("OPTIONS", "sip:pbx.test")).code == 200

    play()


@scenario(Timings(first_message=0.2))
async def test_a_half_open_connection_is_closed(ground: Ground):
    silent, halfway = await open_stream(ground), await open_stream(ground)
    halfway[1].write(b"INVITE sip:100@pbx.test SIP/2.0\r\nVia: ")
    raw_tls = await open_stream(ground, "tls")  # never says hello
    for reader, writer in (silent, halfway):
        assert await ends(reader) == b""
        writer.close()
    raw_tls[1].close()
    await ground.until(lambda: ground.core.open_tables()["connections"] == 0, "closed")
    phone = await ground.phone("100-1", "tls")  # quiet between messages is no half-open connection
    reader, writer = await open_stream(ground)
    await ends(reader)
    writer.close()
    assert not phone.closed.is_set()


@scenario()
async def test_a_connection_that_does_not_read_is_dropped(ground: Ground):
    host, port = ground.addresses.tcp.split(":")
    deaf = socket.create_connection((host, int(port)))
    deaf.settimeout(5)
    request = SipPeer(ground.addresses.tcp, "tcp", "x", "", "", "pbx.test")
    request.address = "127.0.0.1:9"
    sent: list[bytes] = []
    request.write = sent.append  # type: ignore[method-assign]
    for _ in range(2000):
        request.conversation("sip:pbx.test").send("OPTIONS", headers=(("Via", "SIP/2.0/TCP x;p=" + "y" * 2000),))

    def flood() -> None:
        with deaf:
            try:
                for _ in range(20):
                    deaf.sendall(b"".join(sent))
            except OSError:
                return
        raise AssertionError("never dropped")

    await asyncio.to_thread(flood)
    assert (await (await ground.peer()).outside("OPTIONS", "sip:pbx.test")).code == 200


@scenario()
async def test_tls_is_1_2_or_newer_with_the_certificate_of_the_config(ground: Ground):
    host, port = ground.addresses.tls.split(":")
    context = ssl.create_default_context(cafile=str(certificates()[0]))
    _, writer = await asyncio.open_connection(host, int(port), ssl=context, server_hostname="pbx.test")
    assert writer.get_extra_info("ssl_object").version() in ("TLSv1.2", "TLSv1.3")
    writer.close()
    assert listeners._tls(ground.config).minimum_version is ssl.TLSVersion.TLSv1_2
    old = ssl.create_default_context(cafile=str(certificates()[0]))
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection(host, int(port), ssl=old, server_hostname="pbx.test")


@scenario()
async def test_port_0_is_any_port_and_a_taken_one_is_an_error(ground: Ground):
    ports = {name.rsplit(":", 1)[1] for name in (ground.addresses.udp, ground.addresses.tcp, ground.addresses.tls)}
    assert len(ports) == 3
    assert "0" not in ports
    other = Ground(Timings())
    other.core._config = ground.config.__class__(
        **{**ground.config.__dict__, "tcp_port": int(ground.addresses.tcp.rsplit(":", 1)[1])}
    )
    with pytest.raises(OSError, match="in use"):
        other.start()


@pytest.mark.parametrize("listen", ["::1", "0.0.0.0"])
def test_ipv6_and_every_interface_name_addresses_that_can_be_called(listen):
    @scenario(listen=listen)
    async def play(ground: Ground) -> None:
        host = "[::1]" if listen == "::1" else "127.0.0.1"
        for transport in ("udp", "tcp"):
            port = getattr(ground.addresses, transport).rsplit(":", 1)[1]
            object.__setattr__(ground.addresses, transport, f"{host}:{port}")
            alice, bob = await ground.phone("100-1", transport), await ground.phone("110-1", transport)
            outgoing = await alice.call("110", sdp(4000))
            incoming = await bob.incoming()
            server = getattr(ground.addresses, transport)
            assert incoming.invite.contact.split(";")[0] == f"sip:100@{server}"
            assert incoming.invite.get("via").split(";")[0].endswith(f" {server}")
            await incoming.answer(sdp(5000))
            await outgoing.answered()
            await outgoing.hang_up()
            await bob.expect("BYE", incoming.call_id)
            await alice.register(0)
            await bob.register(0)

    play()
