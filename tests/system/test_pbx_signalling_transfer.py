"""Blind and attended transfer on the wire."""

import asyncio

from softphone.pbx.ports import MediaRoute
from tests.fakes.signalling_fixture import Ground, scenario
from tests.fakes.sip_peer import Conversation, IncomingCall, OutgoingCall, SipPeer, sdp


async def talk(caller: SipPeer, callee: SipPeer, number: str, port: int = 4000) -> tuple[OutgoingCall, IncomingCall]:
    outgoing = await caller.call(number, sdp(port))
    incoming = await callee.incoming()
    await incoming.answer(sdp(port + 1000))
    await outgoing.answered()
    return outgoing, incoming


async def progress(peer: SipPeer, call: Conversation, last: int) -> list[str]:
    """The status lines NOTIFYed, up to the last one."""
    lines: list[str] = []
    while not lines or int(lines[-1].split()[1]) < 200:
        notify = await peer.expect("NOTIFY", call.call_id)
        assert notify.get("event") == "refer"
        assert notify.get("content-type").startswith("message/sipfrag")
        lines.append(notify.body.strip())
        over = int(lines[-1].split()[1]) >= 200
        assert notify.get("subscription-state").startswith("terminated" if over else "active")
    assert int(lines[-1].split()[1]) == last
    return lines


@scenario()
async def test_a_blind_transfer_connects_the_other_two_and_lets_the_first_go(ground: Ground):
    alice, bob, carol = [await ground.phone(name) for name in ("100-1", "110-1", "120-1")]
    outgoing, incoming = await talk(alice, bob, "110")
    assert (await outgoing.ask("REFER", headers=(("Refer-To", "<sip:120@pbx.test>"),))).code == 202
    ringing = await carol.incoming()
    assert ringing.invite.body == ""
    assert '"Bob Åström" <sip:110@pbx.test>' in ringing.invite.get("p-asserted-identity")
    assert "sip:100@pbx.test" in ringing.invite.get("referred-by")
    ringing.ring()
    answering = asyncio.ensure_future(ringing.answer(sdp(7000)))
    request = await bob.expect("INVITE", incoming.call_id)
    assert request.body == sdp(7000)
    assert '"Carol Lee" <sip:120@pbx.test>' in request.get("p-asserted-identity")
    bob.reply(request, 200, "OK", sdp(5002))
    assert (await answering).body == sdp(5002)
    lines = await progress(alice, outgoing, 200)
    assert lines == ["SIP/2.0 100 Trying", "SIP/2.0 180 Ringing", "SIP/2.0 200 OK"]
    await alice.expect("BYE", outgoing.call_id)
    incoming.target = request.contact
    await incoming.hang_up()
    await carol.expect("BYE", ringing.call_id)
    first, second = await ground.record(), await ground.record()
    assert (first.caller, first.callee, first.reason) == ("100", "110", "answered")
    assert (second.caller, second.callee, second.reason) == ("110", "120", "answered")


@scenario()
async def test_a_blind_transfer_that_fails_keeps_the_call_and_says_why(ground: Ground):
    alice, bob, carol = [await ground.phone(name) for name in ("100-1", "110-1", "120-1")]
    outgoing, incoming = await talk(alice, bob, "110")
    await outgoing.ask("REFER", headers=(("Refer-To", "<sip:120@pbx.test>"),))
    await (await carol.incoming()).refuse(486, "Busy Here")
    await progress(alice, outgoing, 486)
    await outgoing.ask("REFER", headers=(("Refer-To", "<sip:999@pbx.test>"),))
    await progress(alice, outgoing, 404)
    outgoing.send("INFO", "Signal=1", content_type="application/dtmf-relay")
    await bob.expect("INFO", incoming.call_id)


@scenario()
async def test_who_transfers_may_hang_up_at_once(ground: Ground):
    alice, bob, carol = [await ground.phone(name) for name in ("100-1", "110-1", "120-1")]
    outgoing, incoming = await talk(alice, bob, "110")
    await outgoing.ask("REFER", headers=(("Refer-To", "<sip:120@pbx.test>"), ("Refer-Sub", "false")))
    await outgoing.hang_up()
    ringing = await carol.incoming()
    answering = asyncio.ensure_future(ringing.answer(sdp(7000)))
    request = await bob.expect("INVITE", incoming.call_id)
    bob.reply(request, 200, "OK", sdp(5002))
    assert (await answering).body == sdp(5002)
    await alice.fence()
    assert not [request for request in alice.requests if request.method == "NOTIFY"]


@scenario()
async def test_who_transfers_and_hangs_up_leaves_nobody_waiting_when_it_fails(ground: Ground):
    alice, bob, carol = [await ground.phone(name) for name in ("100-1", "110-1", "120-1")]
    outgoing, incoming = await talk(alice, bob, "110")
    await outgoing.ask("REFER", headers=(("Refer-To", "<sip:120@pbx.test>"),))
    ringing = await carol.incoming()
    await outgoing.hang_up()
    await ringing.refuse(603, "Decline")
    await bob.expect("BYE", incoming.call_id)
    await ground.until(lambda: ground.core.open_tables()["legs"] == 0, "no leg left")


@scenario()
async def test_the_party_transferred_may_hang_up_while_it_rings(ground: Ground):
    alice, bob, carol = [await ground.phone(name) for name in ("100-1", "110-1", "120-1")]
    outgoing, incoming = await talk(alice, bob, "110")
    await outgoing.ask("REFER", headers=(("Refer-To", "<sip:120@pbx.test>"),))
    ringing = await carol.incoming()
    ringing.ring()
    await alice.expect("NOTIFY", outgoing.call_id)
    await incoming.hang_up()
    await ringing.cancelled()
    await alice.expect("BYE", outgoing.call_id)


@scenario()
async def test_a_transfer_to_a_media_child_by_the_called_party(ground: Ground):
    alice, bob, child = await ground.phone("100-1"), await ground.phone("110-1"), await ground.peer()
    ground.core.set_media_routes([MediaRoute("*43", f"sip:{child.address}")])
    outgoing, incoming = await talk(alice, bob, "110")
    assert (await incoming.ask("REFER", headers=(("Refer-To", "<sip:*43@pbx.test>"),))).code == 202
    echo = await child.incoming()
    answering = asyncio.ensure_future(echo.answer(sdp(7000)))
    request = await alice.expect("INVITE", outgoing.call_id)
    alice.reply(request, 200, "OK", sdp(4002))
    assert (await answering).body == sdp(4002)
    await progress(bob, incoming, 200)
    await bob.expect("BYE", incoming.call_id)


@scenario()
async def test_an_attended_transfer_joins_the_far_ends_and_ends_both_legs(ground: Ground):
    alice, bob, carol = [await ground.phone(name) for name in ("100-1", "110-1", "120-1")]
    first, far = await talk(alice, bob, "110", 4000)
    second, further = await talk(alice, carol, "120", 4100)
    replaces = f"{second.call_id}%3Bto-tag%3D{second.remote_tag}%3Bfrom-tag%3D{second.local_tag}"
    assert (await first.ask("REFER", headers=(("Refer-To", f"<sip:120@pbx.test?Replaces={replaces}>"),))).code == 202
    asked = await bob.expect("INVITE", far.call_id)
    assert asked.body == ""
    bob.reply(asked, 200, "OK", sdp(5002))
    offered = await carol.expect("INVITE", further.call_id)
    assert offered.body == sdp(5002)
    carol.reply(offered, 200, "OK", sdp(5102))
    assert (await bob.expect("ACK", far.call_id)).body == sdp(5102)
    await carol.expect("ACK", further.call_id)
    await progress(alice, first, 200)
    await alice.expect("BYE", first.call_id)
    await alice.expect("BYE", second.call_id)
    await far.hang_up()
    await carol.expect("BYE", further.call_id)
    records = [await ground.record() for _ in range(3)]
    assert {(record.caller, record.callee) for record in records} == {("100", "110"), ("100", "120"), ("110", "120")}


@scenario()
async def test_an_attended_transfer_waits_for_a_reinvite_under_way(ground: Ground):
    alice, bob, carol = [await ground.phone(name) for name in ("100-1", "110-1", "120-1")]
    first, far = await talk(alice, bob, "110", 4000)
    second, further = await talk(alice, carol, "120", 4100)
    holding = first.send("INVITE", sdp(4000, "sendonly"))
    hold = await bob.expect("INVITE", far.call_id)
    replaces = f"{second.call_id}%3Bto-tag%3D{second.remote_tag}%3Bfrom-tag%3D{second.local_tag}"
    await first.ask("REFER", headers=(("Refer-To", f"<sip:120@pbx.test?Replaces={replaces}>"),))
    bob.reply(hold, 200, "OK", sdp(5000, "recvonly"))
    await alice.final(holding)
    asked = await bob.expect("INVITE", far.call_id)
    assert asked.body == ""
    bob.reply(asked, 200, "OK", sdp(5002))
    offered = await carol.expect("INVITE", further.call_id)
    carol.reply(offered, 200, "OK", sdp(5102))
    assert (await progress(alice, first, 200))[-1] == "SIP/2.0 200 OK"


@scenario()
async def test_an_attended_transfer_refused_by_the_far_end_leaves_both_calls(ground: Ground):
    alice, bob, carol = [await ground.phone(name) for name in ("100-1", "110-1", "120-1")]
    first, far = await talk(alice, bob, "110", 4000)
    second, further = await talk(alice, carol, "120", 4100)
    replaces = f"{second.call_id}%3Bto-tag%3D{second.remote_tag}%3Bfrom-tag%3D{second.local_tag}"
    await first.ask("REFER", headers=(("Refer-To", f"<sip:120@pbx.test?Replaces={replaces}>"),))
    asked = await bob.expect("INVITE", far.call_id)
    bob.reply(asked, 200, "OK", sdp(5002))
    offered = await carol.expect("INVITE", further.call_id)
    carol.reply(offered, 488, "Not Acceptable Here")
    ack = await bob.expect("ACK", far.call_id)
    assert ack.body == sdp(4000)  # back to the transferor, whose last word it was
    await progress(alice, first, 488)
    assert ground.core.open_tables()["calls"] == 2
    await first.hang_up()
    await bob.expect("BYE", far.call_id)
    await second.hang_up()
    await carol.expect("BYE", further.call_id)


@scenario()
async def test_a_consultation_that_still_rings_becomes_a_blind_transfer(ground: Ground):
    alice, bob, carol = [await ground.phone(name) for name in ("100-1", "110-1", "120-1")]
    first, far = await talk(alice, bob, "110", 4000)
    second = await alice.call("120", sdp(4100))
    ringing = await carol.incoming()
    ringing.ring()
    second.remote = (await second.progress(180)).get("to")
    replaces = f"{second.call_id}%3Bto-tag%3D{second.remote_tag}%3Bfrom-tag%3D{second.local_tag}"
    await first.ask("REFER", headers=(("Refer-To", f"<sip:120@pbx.test?Replaces={replaces}>"),))
    await ringing.cancelled()
    again = await carol.incoming()
    answering = asyncio.ensure_future(again.answer(sdp(7000)))
    request = await bob.expect("INVITE", far.call_id)
    bob.reply(request, 200, "OK", sdp(5002))
    await answering
    await progress(alice, first, 200)


@scenario()
async def test_replaces_of_a_call_that_is_not_ones_own_is_refused(ground: Ground):
    alice, bob, carol = [await ground.phone(name) for name in ("100-1", "110-1", "120-1")]
    first, _ = await talk(alice, bob, "110", 4000)
    theirs, _ = await talk(carol, bob, "110", 4100)
    replaces = f"{theirs.call_id}%3Bto-tag%3D{theirs.remote_tag}%3Bfrom-tag%3D{theirs.local_tag}"
    assert (await first.ask("REFER", headers=(("Refer-To", f"<sip:110@pbx.test?Replaces={replaces}>"),))).code == 403
    nothing = "no-such-call%3Bto-tag%3Da%3Bfrom-tag%3Db"
    assert (await first.ask("REFER", headers=(("Refer-To", f"<sip:110@pbx.test?Replaces={nothing}>"),))).code == 481
    assert (await first.ask("REFER")).code == 400
    assert (await first.ask("REFER", headers=(("Refer-To", "<tel:%%%"),))).code == 400


@scenario()
async def test_refer_outside_a_call_is_refused(ground: Ground):
    alice = await ground.phone("100-1")
    reply = await alice.outside("REFER", "sip:110@pbx.test", (("Refer-To", "<sip:120@pbx.test>"),))
    assert reply.code == 403


@scenario()
async def test_a_hold_of_a_party_that_is_being_joined_is_491(ground: Ground):
    alice, bob, carol = [await ground.phone(name) for name in ("100-1", "110-1", "120-1")]
    first, far = await talk(alice, bob, "110", 4000)
    second, further = await talk(alice, carol, "120", 4100)
    replaces = f"{second.call_id}%3Bto-tag%3D{second.remote_tag}%3Bfrom-tag%3D{second.local_tag}"
    await first.ask("REFER", headers=(("Refer-To", f"<sip:120@pbx.test?Replaces={replaces}>"),))
    asked = await bob.expect("INVITE", far.call_id)
    crossing = far.send("INVITE", sdp(5000, "sendonly"))
    assert (await bob.final(crossing)).code == 491
    await alice.fence()
    assert "INVITE" not in [request.method for request in alice.requests]
    bob.reply(asked, 200, "OK", sdp(5002))
    carol.reply(await carol.expect("INVITE", further.call_id), 200, "OK", sdp(5102))
    await progress(alice, first, 200)
