"""Each known fault of sippy, and that the phone system does not have it."""

import asyncio
import threading

from tests.fakes.signalling_fixture import Ground, scenario
from tests.fakes.sip_peer import render, sdp


@scenario()
async def test_one_thread_keeps_messages_in_order(ground: Ground):
    """Three receiving threads (nworkers) reorder a burst; ours is answered in the order it was sent."""
    peer = await ground.peer(user="x")
    talk = peer.conversation("sip:pbx.test")
    for _ in range(5):
        keys = [talk.send("OPTIONS") for _ in range(60)]
        await peer.until(lambda: len(peer.responses) == 60, "60 answers")
        assert [reply.cseq[0] for reply in peer.responses] == [key[1] for key in keys]
        peer.responses.clear()
    assert [thread.name for thread in threading.enumerate()].count("sip-core") == 1


@scenario()
async def test_the_ack_to_a_3xx_does_not_go_to_its_contact(ground: Ground):
    alice, bob, elsewhere = await ground.phone("100-1"), await ground.phone("110-1"), await ground.peer()
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    ack = await incoming.refuse(302, "Moved", (("Contact", f"<sip:x@{elsewhere.address}>"),))
    assert ack.uri == incoming.invite.uri
    assert ack.get("via").split("branch=")[1] == incoming.invite.get("via").split("branch=")[1]
    assert (await outgoing.refused()).code == 480
    await elsewhere.fence()
    assert elsewhere.requests == []


@scenario()
async def test_the_ack_to_a_200_goes_over_the_devices_flow(ground: Ground):
    alice, bob, elsewhere = await ground.phone("100-1"), await ground.phone("110-1"), await ground.peer()
    await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    contact = f"sip:110@{elsewhere.address}"
    assert (await incoming.answer(sdp(5000), (("Contact", f"<{contact}>"),))).uri == contact
    await elsewhere.fence()
    assert elsewhere.requests == []


@scenario()
async def test_transport_is_compared_whatever_its_case(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.peer("110-1", "tcp")
    bob.register_transport = "TCP"
    await bob.register()
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    assert incoming.invite.uri.endswith(";transport=TCP")
    await incoming.answer(sdp(5000))
    await outgoing.answered()
    await outgoing.hang_up()
    await bob.expect("BYE", incoming.call_id)


@scenario()
async def test_no_contact_is_named_anonymous(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    await incoming.answer(sdp(5000))
    for message in (incoming.invite, await outgoing.answered()):
        assert message.get("contact").startswith("<sip:")
        assert "anonymous" not in message.raw.decode().lower()


@scenario()
async def test_a_refer_is_notified_and_does_not_hang_up(ground: Ground):
    alice, bob, carol = [await ground.phone(name) for name in ("100-1", "110-1", "120-1")]
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    await incoming.answer(sdp(5000))
    await outgoing.answered()
    assert (await outgoing.ask("REFER", headers=(("Refer-To", "<sip:120@pbx.test>"),))).code == 202
    assert (await alice.expect("NOTIFY")).body == "SIP/2.0 100 Trying\r\n"
    await carol.incoming()
    await alice.fence()
    await bob.fence()
    assert "BYE" not in [request.method for request in (*alice.requests, *bob.requests)]


@scenario()
async def test_an_invite_with_replaces_is_refused_and_does_not_become_a_second_call(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    call = await alice.call("110", sdp(4000), (("Replaces", "other;to-tag=a;from-tag=b"),))
    assert (await call.refused()).code == 488
    await bob.fence()
    assert bob.requests == []


@scenario()
async def test_octets_over_127_pass_with_the_right_length(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    body = sdp(4000).replace("s=-", "s=Ålesund … 電話")
    await alice.call("110", body)
    invite = (await bob.incoming()).invite
    assert invite.body == body
    assert int(invite.get("content-length")) == len(body.encode())


@scenario()
async def test_a_display_name_with_octets_that_end_lines_in_unicode_passes(ground: Ground):
    """U+0085 and U+2028 are line ends to Python's splitlines, and header ends to sippy."""
    alice = await ground.peer("100-1")
    name = "Å\u0085B\u2028C"
    talk = alice.conversation("sip:pbx.test")
    talk.local = f'"{name}" {talk.local}'
    reply = await talk.ask("OPTIONS")
    assert reply.code == 200
    assert reply.get("from").startswith(f'"{name}"')


@scenario()
async def test_a_malformed_request_is_400_where_an_answer_is_possible(ground: Ground):
    peer = await ground.peer(user="x")
    good = [("Via", f"SIP/2.0/UDP {peer.address};branch=z9hG4bKabc;rport"), ("From", "<sip:a@b>;tag=1"),
            ("To", "<sip:c@d>"), ("Call-ID", "malformed"), ("CSeq", "7 OPTIONS")]  # fmt: skip

    async def refused(start: str = "OPTIONS sip:pbx.test SIP/2.0", code: int = 400, **changed: str) -> None:
        good[3] = ("Call-ID", f"{good[3][1]}x")
        headers = [(name, changed.pop(name.replace("-", "_"), text)) for name, text in good]
        headers += [(name.replace("_", "-"), text) for name, text in changed.items()]
        peer.write(render(start, headers))
        await peer.until(lambda: bool(peer.responses), f"{code} to {start} {headers}", 3)
        assert peer.responses.pop().code == code

    await refused("OPTIONS tel:5 SIP/2.0")
    await refused("OPTIONS sip:pbx.test SIP/7.0", 505)
    await refused("OPTIONS sip:pbx.test:99999 SIP/2.0")
    await refused("OPTIONS sip:pbx.test extra SIP/2.0")
    await refused(CSeq="7 INVITE")
    await refused(CSeq="99999999999 OPTIONS")
    await refused(CSeq="x OPTIONS")
    await refused(From="<sip:a@b>")
    await refused(From="nonsense;tag=1")
    await refused(To="<sip:c@>")
    await refused(Max_Forwards="x")
    await refused(Max_Forwards="300")
    await refused(Contact="<sip:a@b:notaport>")
    await refused(Via="SIP/2.0/UDP host:99999;branch=z9hG4bKabc;rport")
    peer.write(b"OPTIONS sip:pbx.test SIP/2.0\r\n" + "".join(f"{n}: {t}\r\n" for n, t in good).encode()
               + b"Content-Length: 500\r\n\r\nshort")  # fmt: skip
    await peer.until(lambda: bool(peer.responses), "400 to a short body", 3)
    assert peer.responses.pop().code == 400


@scenario()
async def test_a_200_that_is_lost_gets_its_ack_again(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    await incoming.answer(sdp(5000))
    bob._seen.clear()
    bob.reply(incoming.invite, 200, "OK", sdp(5000), to=incoming.local)
    await bob.expect("ACK", incoming.call_id)


@scenario()
async def test_a_request_sent_twice_is_answered_twice_and_done_once(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    written: list[bytes] = []
    write = alice.write
    alice.write = lambda data: (written.append(data), write(data))[1]  # type: ignore[method-assign]
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    write(written[-1])
    await bob.fence()
    assert bob.requests == []
    answering = asyncio.ensure_future(incoming.answer(sdp(5000)))
    await outgoing.final()
    write(written[-1])
    outgoing.ack()
    await answering
    await bob.fence()
    assert bob.requests == []
