"""Calls between devices, said word by word on the wire."""

import asyncio

from softphone.pbx.ports import MediaRoute
from softphone.pbx.sip_core.timings import Timings
from tests.fakes.signalling_fixture import Ground, scenario
from tests.fakes.sip_peer import IncomingCall, OutgoingCall, SipPeer, sdp


async def talk(caller: SipPeer, callee: SipPeer, number: str = "110") -> tuple[OutgoingCall, IncomingCall]:
    outgoing = await caller.call(number, sdp(4000))
    incoming = await callee.incoming()
    incoming.ring()
    await outgoing.progress(180)
    await incoming.answer(sdp(5000))
    await outgoing.answered()
    return outgoing, incoming


@scenario()
async def test_a_call_rings_is_answered_and_ends(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    assert incoming.invite.body == sdp(4000)
    assert incoming.invite.uri == bob.contact
    incoming.ring()
    ringing = await outgoing.progress(180)
    assert "P-Asserted-Identity".lower() in dict(ringing.headers)
    await incoming.answer(sdp(5000))
    answer = await outgoing.answered()
    assert answer.body == sdp(5000)
    await outgoing.hang_up()
    await bob.expect("BYE", incoming.call_id)
    record = await ground.record()
    assert (record.caller, record.callee) == ("100", "110")
    assert (record.reason, record.answered_by) == ("answered", "device-110-1")
    assert record.started_at <= (record.answered_at or 0) <= record.ended_at


@scenario()
async def test_the_called_party_may_hang_up(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing, incoming = await talk(alice, bob)
    assert (await incoming.hang_up()).code == 200
    await alice.expect("BYE", outgoing.call_id)
    assert (await ground.record()).reason == "answered"


@scenario()
async def test_every_device_rings_and_the_first_answer_tells_the_others(ground: Ground):
    alice = await ground.phone("100-1")
    phones = [await ground.phone(f"110-{number}") for number in (1, 2, 3)]
    outgoing = await alice.call("110", sdp(4000))
    calls = [await phone.incoming() for phone in phones]
    for call in calls:
        call.ring()
    for _ in calls:
        await outgoing.progress(180)
    answering = asyncio.ensure_future(calls[1].answer(sdp(5000)))
    for call in (calls[0], calls[2]):
        cancel = await call.cancelled()
        assert cancel.get("reason") == 'SIP;cause=200;text="Call completed elsewhere"'
    await answering
    await outgoing.answered()
    await outgoing.hang_up()
    assert (await ground.record()).answered_by == "device-110-2"


@scenario()
async def test_two_answers_at_once_leave_one_call(ground: Ground):
    alice = await ground.phone("100-1")
    first, second = await ground.phone("110-1"), await ground.phone("110-2")
    outgoing = await alice.call("110", sdp(4000))
    one, two = await first.incoming(), await second.incoming()
    one.ring()
    await outgoing.progress(180)
    await one.answer(sdp(5000))
    await two.answer(sdp(5002))  # its 200 crosses the CANCEL
    await second.expect("BYE", two.call_id)
    assert (await outgoing.answered()).body == sdp(5000)


@scenario()
async def test_cancel_reaches_every_device(ground: Ground):
    alice = await ground.phone("100-1")
    phones = [await ground.phone("110-1"), await ground.phone("110-2")]
    outgoing = await alice.call("110", sdp(4000))
    calls = [await phone.incoming() for phone in phones]
    for call in calls:
        call.ring()
        await outgoing.progress(180)
    cancelling = asyncio.ensure_future(outgoing.cancel())
    for call in calls:
        await call.cancelled()
    assert (await cancelling).code == 200
    assert (await outgoing.refused()).code == 487
    assert (await ground.record()).reason == "cancelled"


@scenario()
async def test_the_487_has_the_tag_of_the_180(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    incoming.ring()
    ringing = await outgoing.progress(180)
    await asyncio.gather(outgoing.cancel(), incoming.cancelled())
    assert (await outgoing.refused()).tag("to") == ringing.tag("to")


@scenario()
async def test_busy_everywhere_is_486(ground: Ground):
    alice = await ground.phone("100-1")
    phones = [await ground.phone("110-1"), await ground.phone("110-2")]
    outgoing = await alice.call("110", sdp(4000))
    for phone in phones:
        await (await phone.incoming()).refuse(486)
    assert (await outgoing.refused()).code == 486
    assert (await ground.record()).reason == "busy"


@scenario()
async def test_a_busy_device_leaves_the_others_ringing(ground: Ground):
    alice = await ground.phone("100-1")
    first, second = await ground.phone("110-1"), await ground.phone("110-2")
    outgoing = await alice.call("110", sdp(4000))
    await (await first.incoming()).refuse(486)
    await (await second.incoming()).answer(sdp(5000))
    await outgoing.answered()


@scenario()
async def test_decline_stops_every_device(ground: Ground):
    alice = await ground.phone("100-1")
    first, second = await ground.phone("110-1"), await ground.phone("110-2")
    outgoing = await alice.call("110", sdp(4000))
    one, two = await first.incoming(), await second.incoming()
    two.ring()
    await outgoing.progress(180)
    await one.refuse(603, "Decline")
    await two.cancelled()
    assert (await outgoing.refused()).code == 603
    assert (await ground.record()).reason == "declined"


@scenario()
async def test_no_such_number_is_404_and_nobody_there_is_480(ground: Ground):
    alice = await ground.phone("100-1")
    assert (await (await alice.call("999", sdp(4000))).refused()).code == 404
    assert (await ground.record()).reason == "failed"
    assert (await (await alice.call("120", sdp(4000))).refused()).code == 480
    assert (await ground.record()).reason == "no_answer"


@scenario(Timings(ringing=0.3))
async def test_nobody_answers_in_time_is_480(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    incoming.ring()
    cancel = await incoming.cancelled()
    assert cancel.get("reason") == ""
    assert (await outgoing.refused()).code == 480
    assert (await ground.record()).reason == "no_answer"


@scenario(Timings(transaction=0.6))
async def test_a_device_that_is_gone_does_not_keep_the_others_from_answering(ground: Ground):
    alice, ghost = await ground.phone("100-1"), await ground.phone("110-1")
    await ghost.close()
    outgoing = await alice.call("110", sdp(4000))
    assert (await outgoing.refused()).code == 480


@scenario()
async def test_an_extension_that_calls_itself_rings_its_other_devices(ground: Ground):
    desk, mobile = await ground.phone("100-1"), await ground.phone("100-2")
    await talk(desk, mobile, "100")
    await desk.fence()
    assert not [request for request in desk.requests if request.method == "INVITE"]


@scenario()
async def test_early_media_passes_from_a_single_device(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    incoming.ring(183, "Session Progress", sdp(5000))
    assert (await outgoing.progress(183)).body == sdp(5000)
    await incoming.answer(sdp(5000))
    await outgoing.answered()


@scenario()
async def test_early_media_of_one_among_several_devices_is_a_plain_180(ground: Ground):
    alice = await ground.phone("100-1")
    first, second = await ground.phone("110-1"), await ground.phone("110-2")
    outgoing = await alice.call("110", sdp(4000))
    (await first.incoming()).ring(183, "Session Progress", sdp(5000))
    assert (await outgoing.progress(180)).body == ""
    await (await second.incoming()).answer(sdp(5002))
    await outgoing.answered()


@scenario()
async def test_a_late_offer_stays_late(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing = await alice.call("110")
    incoming = await bob.incoming()
    assert incoming.invite.body == ""
    answering = asyncio.ensure_future(incoming.answer(sdp(5000)))
    offer = await outgoing.answered(ack_body=sdp(4000))
    assert offer.body == sdp(5000)
    assert (await answering).body == sdp(4000)


@scenario()
async def test_hold_and_resume_pass_untouched(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing, incoming = await talk(alice, bob)
    for theirs, ours in (("sendonly", "recvonly"), ("sendrecv", "sendrecv")):
        holding = asyncio.ensure_future(outgoing.reinvite(sdp(4000, theirs)))
        request = await bob.expect("INVITE", incoming.call_id)
        assert request.body == sdp(4000, theirs)
        bob.reply(request, 200, "OK", sdp(5000, ours))
        await bob.expect("ACK", incoming.call_id)
        assert (await holding).body == sdp(5000, ours)


@scenario()
async def test_a_late_offer_in_a_call_is_answered_in_the_ack(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing, incoming = await talk(alice, bob)
    key = incoming.send("INVITE")
    request = await alice.expect("INVITE", outgoing.call_id)
    assert request.body == ""
    alice.reply(request, 200, "OK", sdp(4000))
    reply = await bob.final(key)
    assert reply.body == sdp(4000)
    incoming.ack(sdp(5004))
    assert (await alice.expect("ACK", outgoing.call_id)).body == sdp(5004)


@scenario()
async def test_a_refused_reinvite_keeps_the_call(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing, incoming = await talk(alice, bob)
    key = outgoing.send("INVITE", sdp(4000))
    request = await bob.expect("INVITE", incoming.call_id)
    bob.reply(request, 488, "Not Acceptable Here")
    assert (await alice.final(key)).code == 488
    outgoing.send("INFO", "Signal=1\r\n", content_type="application/dtmf-relay")
    await bob.expect("INFO", incoming.call_id)


@scenario()
async def test_two_reinvites_that_cross_are_491(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing, incoming = await talk(alice, bob)
    key = outgoing.send("INVITE", sdp(4000))
    request = await bob.expect("INVITE", incoming.call_id)
    crossing = incoming.send("INVITE", sdp(5000))
    assert (await bob.final(crossing)).code == 491
    bob.reply(request, 200, "OK", sdp(5000))
    assert (await alice.final(key)).code == 200


@scenario()
async def test_info_message_and_update_pass_with_their_answers(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing, incoming = await talk(alice, bob)
    for method, body, kind in (
        ("INFO", "Signal=5\r\nDuration=160\r\n", "application/dtmf-relay"),
        ("MESSAGE", "Grüße, 你好", "text/plain;charset=utf-8"),
        ("UPDATE", sdp(4000), "application/sdp"),
    ):
        asking = asyncio.ensure_future(outgoing.ask(method, body, content_type=kind))
        request = await bob.expect(method, incoming.call_id)
        assert request.body == body
        assert request.get("content-type").replace(" ", "") == kind
        bob.reply(request, 202, "Taken")
        assert (await asking).start == "SIP/2.0 202 Taken"


@scenario()
async def test_session_timers_pass_end_to_end(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    timer = (("Session-Expires", "1800;refresher=uac"), ("Supported", "timer, 100rel"), ("Min-SE", "90"))
    outgoing = await alice.call("110", sdp(4000), timer)
    incoming = await bob.incoming()
    assert incoming.invite.get("session-expires") == "1800;refresher=uac"
    assert incoming.invite.get("supported") == "timer"
    await incoming.answer(sdp(5000), (("Session-Expires", "1800;refresher=uac"), ("Require", "timer")))
    answer = await outgoing.answered()
    assert (answer.get("session-expires"), answer.get("require")) == ("1800;refresher=uac", "timer")


@scenario()
async def test_the_caller_is_shown_by_key_and_name_inside(ground: Ground):
    bob, alice = await ground.phone("110-1"), await ground.phone("100-1")
    await bob.call("100", sdp(4000), (("P-Asserted-Identity", "<sip:boss@evil.test>"),))
    invite = (await alice.incoming()).invite
    assert invite.get("from").startswith('"Bob Åström" <sip:110@pbx.test>')
    assert invite.all("p-asserted-identity") == ['"Bob Åström" <sip:110@pbx.test>']


@scenario()
async def test_outside_the_caller_id_is_shown_and_media_children_are_believed(ground: Ground):
    alice, child = await ground.phone("100-1"), await ground.peer(user="robot")
    ground.core.set_media_routes([
        MediaRoute("+656...", f"sip:{child.address}"), MediaRoute("*43", f"sip:{child.address}"),
        MediaRoute("110", f"sip:{child.address}"),
    ])  # fmt: skip
    await alice.call("+6561112222", sdp(4000))
    invite = (await child.incoming()).invite
    assert invite.uri == f"sip:+6561112222@{child.address}"
    assert "<sip:+6560000100@pbx.test>" in invite.get("from")
    assert "<sip:+6560000100@pbx.test>" in invite.get("p-asserted-identity")
    for number in ("*43", "110"):
        await alice.call(number, sdp(4000))
        invite = (await child.incoming()).invite
        assert invite.uri.startswith(f"sip:{number}@")
        assert "<sip:100@pbx.test>" in invite.get("from")
    uri = "sip:100@pbx.test"
    call = child.conversation(uri)
    call.local = '"Out There" <sip:+6591234567@127.0.0.1>;tag=abc'
    call.send("INVITE", sdp(6000))
    incoming = await alice.incoming()
    assert incoming.invite.get("from").startswith('"Out There" <sip:+6591234567@pbx.test>')
    await incoming.answer(sdp(4000))
    await call.answered()


@scenario()
async def test_an_exact_route_beats_a_prefix_and_a_longer_prefix_a_shorter(ground: Ground):
    alice = await ground.phone("100-1")
    children = [await ground.peer() for _ in range(3)]
    patterns = ("+65...", "+656...", "+6568880404")
    routes = [MediaRoute(p, f"sip:{c.address}") for p, c in zip(patterns, children, strict=True)]
    ground.core.set_media_routes(routes)
    for number, child in zip(("+6591", "+6561", "+6568880404"), children, strict=True):
        await alice.call(number, sdp(4000))
        await child.incoming()
    refused = await alice.call("+6568880404", sdp(4000))
    await (await children[2].incoming()).refuse(404, "Not In Service")
    assert (await refused.refused()).code == 404


@scenario(Timings(ping=0.2, transaction=0.6))
async def test_a_device_that_vanishes_in_a_call_does_not_leave_it_up(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing, _incoming = await talk(alice, bob)
    await bob.close()
    await alice.expect("BYE", outgoing.call_id)
    assert (await ground.record()).reason == "answered"


@scenario()
async def test_a_revoked_device_loses_its_calls_and_its_place(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing, incoming = await talk(alice, bob)
    ground.subscribers.devices.pop("110-1")
    ground.core.revoke_device("device-110-1")
    await bob.expect("BYE", incoming.call_id)
    await alice.expect("BYE", outgoing.call_id)
    assert list(ground.core.reachable_devices("110")) == []
    assert (await bob.register()).code == 403


@scenario()
async def test_a_revoked_device_stops_ringing_while_the_others_go_on(ground: Ground):
    alice = await ground.phone("100-1")
    first, second = await ground.phone("110-1"), await ground.phone("110-2")
    outgoing = await alice.call("110", sdp(4000))
    one, two = await first.incoming(), await second.incoming()
    one.ring()
    await outgoing.progress(180)
    ground.core.revoke_device("device-110-1")
    await one.cancelled()
    await two.answer(sdp(5000))
    await outgoing.answered()


@scenario()
async def test_stopping_ends_the_calls(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing, incoming = await talk(alice, bob)
    ground.core.stop()
    await alice.expect("BYE", outgoing.call_id)
    await bob.expect("BYE", incoming.call_id)
    assert (await ground.record()).reason == "answered"


@scenario()
async def test_a_device_that_forwards_makes_its_numbers_ring(ground: Ground):
    alice, bob, carol = [await ground.phone(name) for name in ("100-1", "110-1", "120-1")]
    outside = await ground.peer()
    ground.core.set_media_routes([MediaRoute("+656...", f"sip:{outside.address}")])
    outgoing = await alice.call("110", sdp(4000))
    contacts = "<sip:120@pbx.test>;q=0.5, <sip:+6561112222@pbx.test>;q=0.9, <tel:5>, <sip:110@pbx.test>"
    await (await bob.incoming()).refuse(302, "Moved", (("Contact", contacts),))
    first, second = await outside.incoming(), await carol.incoming()
    assert "<sip:+6560000100@pbx.test>" in first.invite.get("p-asserted-identity")
    assert "<sip:100@pbx.test>" in second.invite.get("p-asserted-identity")
    for call, forwarder in ((first, "+6560000110"), (second, "110")):
        assert call.invite.get("diversion") == f"<sip:{forwarder}@pbx.test>;reason=deflection;counter=1"
        assert call.invite.body == sdp(4000)
        call.ring()
        await outgoing.progress(180)
    answering = asyncio.ensure_future(second.answer(sdp(5000)))
    await first.cancelled()
    await answering
    await outgoing.answered()


@scenario()
async def test_devices_that_forward_to_each_other_come_to_an_end(ground: Ground):
    alice, bob, carol = [await ground.phone(name) for name in ("100-1", "110-1", "120-1")]
    outgoing = await alice.call("110", sdp(4000))
    for phone, to in ((bob, "120"), (carol, "110")):
        await (await phone.incoming()).refuse(302, "Moved", (("Contact", f"<sip:{to}@pbx.test>"),))
    assert (await outgoing.refused()).code == 480
    await ground.until(lambda: ground.core.open_tables()["legs"] == 0, "no leg left")


@scenario()
async def test_a_request_out_of_order_is_500_and_is_not_passed(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing, _incoming = await talk(alice, bob)
    late = outgoing.send("INFO", "Signal=1", cseq=outgoing.invite_cseq, content_type="application/dtmf-relay")
    assert (await alice.final(late)).code == 500
    await bob.fence()
    assert bob.requests == []
