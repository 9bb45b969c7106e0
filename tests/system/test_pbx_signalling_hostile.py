"""Hostile input: whatever comes, the phone system goes on, and no traceback is written (each scenario checks that)."""

import asyncio
import logging
import random
import re
import threading
from dataclasses import replace

import pytest

from softphone.pbx.ports import MediaRoute
from softphone.pbx.sip_core import listeners
from softphone.pbx.sip_core.sippy_core import SippyCore
from tests.fakes.signalling_fixture import Ground, scenario
from tests.fakes.sip_peer import IncomingCall, sdp

SPECIAL = [b"\r\n", b"\r\n\r\n", b"\0", b"\xff\xfe", b"%00", b"%zz", b"<", b">", b'"', b";", b":", b",", b"@", b"sip:",
           b"tel:", b"-1", b"99999999999999999999", b"[", b"]", b"\xc3\x28", b"a" * 3000, b"=", b"*", b" "]  # fmt: skip


async def works(ground: Ground) -> None:
    """A call, from registration to the end."""
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1", "tls")
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    await incoming.answer(sdp(5000))
    await outgoing.answered()
    await outgoing.hang_up()
    await bob.expect("BYE", incoming.call_id)


def mutate(message: bytes, dice: random.Random) -> bytes:
    octets = bytearray(message)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(octets) + 1)
        match dice.randrange(5):
            case 0:
                octets[place : place + dice.randint(1, 20)] = b""
            case 1:
                octets[place:place] = dice.choice(SPECIAL)
            case 2 if octets:
                octets[min(place, len(octets) - 1)] = dice.randrange(256)
            case 3:
                end = dice.randint(place, min(len(octets), place + 200))
                octets[place:place] = octets[place:end]
            case _:
                lines = bytes(octets).split(b"\r\n")
                dice.shuffle(lines)
                octets = bytearray(b"\r\n".join(lines))
    return bytes(octets)


async def examples(ground: Ground) -> list[bytes]:
    """One good message of each kind, as a phone in a call says it."""
    alice, bob = await ground.phone("100-2"), await ground.phone("110-2")
    written: list[bytes] = []
    for peer in (alice, bob):
        write = peer.write
        peer.write = lambda data, write=write: (written.append(data), write(data))[1]  # type: ignore[method-assign]
    await alice.register()
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    incoming.ring()
    await incoming.answer(sdp(5000))
    await outgoing.answered()
    await outgoing.ask("REFER", headers=(("Refer-To", "<sip:999@pbx.test?Replaces=x%3Bto-tag%3Da%3Bfrom-tag%3Db>"),))
    await alice.outside("SUBSCRIBE", "sip:100@pbx.test", (("Event", "message-summary"),))
    outgoing.send("INFO", "Signal=1", content_type="application/dtmf-relay")
    bob.reply(await bob.expect("INFO"), 200, "OK")
    await outgoing.hang_up()
    await bob.expect("BYE")
    return written


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_mutated_messages_over_udp_change_nothing(seed):
    @scenario()
    async def play(ground: Ground) -> None:
        dice, good = random.Random(seed), await examples(ground)
        attacker, watcher = await ground.peer(user="x"), await ground.peer(user="y")
        attacker.received = lambda _raw: None  # type: ignore[method-assign]
        for number in range(1500):
            attacker.write(mutate(dice.choice(good), dice))
            if number % 50 == 0:
                await watcher.fence()
        await watcher.fence()
        await works(ground)

    play()


@pytest.mark.parametrize("seed", [1, 2])
def test_mutated_streams_over_tcp_change_nothing(seed):
    @scenario()
    async def play(ground: Ground) -> None:
        dice, good = random.Random(seed), await examples(ground)
        host, port = ground.addresses.tcp.split(":")
        for _ in range(40):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"".join(mutate(dice.choice(good), dice) for _ in range(10)))
            writer.write_eof()
            await asyncio.wait_for(reader.read(), 8)
            writer.close()
        await works(ground)

    play()


@scenario()
async def test_junk_is_ignored_and_is_a_handful_of_log_lines(ground: Ground):
    warnings: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: warnings.append(record.getMessage())  # type: ignore[method-assign]
    log = logging.getLogger("softphone.pbx.sip_core")
    log.addHandler(handler)
    dice, attacker = random.Random(7), await ground.peer(user="x")
    try:
        for number in range(1000):
            attacker.write(dice.randbytes(dice.randint(1, 1200)))
            if number % 50 == 0:
                await attacker.fence()
        await attacker.fence()
    finally:
        log.removeHandler(handler)
    assert attacker.responses == []
    assert 0 < len(warnings) <= 11
    await works(ground)


@scenario()
async def test_answers_that_nobody_asked_for_are_ignored(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    for line in ("SIP/2.0 99 Odd", "SIP/2.0 700 Odd", "SIP/2.0 abc Odd", "SIP/2.0 200", "SIP/2.0  "):
        head = incoming.invite.raw.decode().split("\r\n", 1)[1].split("\r\n\r\n")[0]
        bob.write(f"{line}\r\n{head}\r\n\r\n".replace("z9hG4bK", "z9hG4bKx").encode())
    bob.reply(incoming.invite, 200, "OK", sdp(5000), to="<sip:110@pbx.test>")  # a 200 without a tag is no dialog
    assert (await outgoing.refused()).code == 502
    await bob.register(0)
    await works(ground)


@scenario()
async def test_a_contact_that_is_no_sip_uri_in_a_200_leaves_the_dialog_its_target(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    ack = await incoming.answer(sdp(5000), (("Contact", "<tel:+6591234567>"),))
    assert ack.uri == bob.contact
    await outgoing.answered()
    await outgoing.hang_up()
    assert (await bob.expect("BYE", incoming.call_id)).uri == bob.contact


@scenario()
async def test_headers_cannot_be_smuggled_through_a_call(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    await alice.call("110", sdp(4000), (("Subject", "a\x0bP-Asserted-Identity: <sip:boss@pbx.test>"),), False)
    await alice.until(lambda: any(reply.code == 400 for reply in alice.responses), "400")
    call = await alice.call("110", sdp(4000), (("Subject", "a\r\n P-Asserted-Identity: <sip:boss@pbx.test>"),))
    invite = (await bob.incoming()).invite
    assert invite.all("p-asserted-identity") == ['"Alice Tan" <sip:100@pbx.test>']
    assert call.invite_cseq


@scenario()
async def test_a_dialog_is_not_entered_with_a_guessed_tag(ground: Ground):
    alice, bob, thief = await ground.phone("100-1"), await ground.phone("110-1"), await ground.peer(user="x")
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    await incoming.answer(sdp(5000))
    await outgoing.answered()
    for local, remote in ((outgoing.local_tag, "guess"), ("guess", outgoing.remote_tag)):
        talk = thief.conversation("sip:110@pbx.test")
        talk.call_id = outgoing.call_id
        talk.local, talk.remote = f"<sip:100@pbx.test>;tag={local}", f"<sip:110@pbx.test>;tag={remote}"
        assert (await talk.ask("BYE")).code == 481
    assert ground.core.open_tables()["calls"] == 1


@scenario()
async def test_a_loop_of_forwards_ends(ground: Ground):
    alice = await ground.phone("100-1")
    uri = "sip:110@pbx.test"
    talk = alice.conversation(uri)
    first = await alice.outside("INVITE", uri, authenticate=False)
    credentials = alice.credentials(first, "INVITE", uri)
    write = alice.write
    alice.write = lambda data: write(  # type: ignore[method-assign]
        re.sub(rb"Max-Forwards: 70", b"Max-Forwards: 0", data)
    )
    assert (await talk.ask("INVITE", sdp(4000), (credentials,))).code == 483


def test_connections_have_a_limit(monkeypatch):
    monkeypatch.setattr(listeners, "MAX_CONNECTIONS", 20)

    @scenario()
    async def play(ground: Ground) -> None:
        host, port = ground.addresses.tcp.split(":")
        streams = [await asyncio.open_connection(host, int(port)) for _ in range(25)]
        refused = [await asyncio.wait_for(reader.read(), 8) for reader, _ in streams[20:]]
        assert refused == [b""] * 5
        assert ground.core.open_tables()["connections"] == 20
        for _, writer in streams:
            writer.close()
        await ground.until(lambda: ground.core.open_tables()["connections"] == 0, "closed")
        await ground.phone("100-1", "tcp")

    play()


@scenario()
async def test_a_challenge_is_sent_once_and_is_no_amplifier(ground: Ground):
    stranger = await ground.peer(user="100")
    raw: list[bytes] = []
    received = stranger.received
    stranger.received = lambda data: (raw.append(data), received(data))[1]  # type: ignore[method-assign]
    for _ in range(20):
        await stranger.call("110", sdp(4000), authenticate=False)
    await stranger.until(lambda: len(raw) >= 20, "20 challenges")
    await ground.until(lambda: ground.core.open_tables()["transactions"] == 0, "forgotten without an ACK")
    assert len(raw) == 20


@scenario()
async def test_a_listener_that_fails_does_not_fail_the_registration(ground: Ground):
    full = threading.Event()
    full.set()

    def fail(_news: object) -> None:
        if full.is_set():
            raise OSError("disk full")

    ground.core.stop()
    ground.config = replace(ground.config, registrations_changed=fail, call_ended=fail)
    ground.core = SippyCore(ground.config)
    ground.start()
    await works(ground)
    failures = ground.tracebacks.records
    await ground.until(lambda: len(failures) == 4, "two registrations, and a record of each extension")
    assert {record.name.rsplit(".", 1)[1] for record in failures} == {"location", "journal"}
    full.clear()
    failures.clear()


@scenario()
async def test_what_is_written_down_is_clean_text(ground: Ground):
    """A database refuses NUL and lone surrogates; a log gets no line ends."""
    alice = await ground.peer("100-1")
    alice.call_id = "caf\udce9\u2028x"
    reply = await alice.register(headers=(("User-Agent", "Phone \udcff é" + "x" * 5000),))
    assert reply.code == 200
    [binding] = ground.subscribers.bindings()
    assert binding.user_agent.startswith("Phone \ufffd éx")
    assert len(binding.user_agent) == 200
    call = await alice.call("9%00%0A9%C3%A9", sdp(4000))
    assert (await call.refused()).code == 404
    assert (await ground.record()).callee == "9  9é"
    for text in (binding.user_agent, binding.call_id, binding.instance):
        text.encode("utf-8")
        assert text.isprintable()
    assert (await alice.register(contact=f"<sip:{'1' * 600}@127.0.0.1>")).code == 400


@pytest.mark.parametrize("odd", ["<sip:\udcff@127.0.0.1>", "<sip:a@b>;x=<", "<sip:%0d%0a@[::1]:0>", "<sip:@>", "<>"])
def test_uris_that_cannot_be_written_again_break_no_call(odd):
    @scenario()
    async def play(ground: Ground) -> None:
        alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
        child = await ground.peer()
        ground.core.set_media_routes([MediaRoute("...", f"sip:{child.address}")])
        outgoing = await alice.call("110", sdp(4000))
        incoming = IncomingCall(child, await child.expect("INVITE"))
        child.reply(incoming.invite, 200, "OK", sdp(5000), (("Contact", odd), ("Record-Route", odd)), incoming.local)
        await child.expect("ACK", incoming.call_id)
        await outgoing.answered()
        reply = await outgoing.ask("REFER", headers=(("Refer-To", odd),))
        assert reply.code in (202, 400)
        if reply.code == 202:  # odd, and yet an address
            await (await child.incoming()).refuse(480)
            await alice.until(lambda: "SIP/2.0 480" in str([request.body for request in alice.requests]), "480")
        outgoing.send("BYE")
        await child.expect("BYE", incoming.call_id)
        redirected = await bob.call("+65", sdp(4000))
        forwarding = await child.incoming()
        await forwarding.refuse(302, "Moved", (("Contact", odd),))
        if reply.code == 202:
            await (await child.incoming()).refuse(480)
        await redirected.refused()

    play()
