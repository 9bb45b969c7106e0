"""What the settings do to a call that comes in, on the wire and in the history; a test for each rule."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace

from softphone.extension.settings import DoNotDisturb, Forwarding, NoAnswer
from tests.fakes.sip_peer import sdp
from tests.system.rules_fixture import OUTSIDE, RuleGround, rule, shown

ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'


# -- do not disturb ----------------------------------------------------------------------------------------------------


@rule
async def test_do_not_disturb_refuses_with_486_and_nothing_rings(ground: RuleGround):
    bob, alice = await ground.phone("110-1"), await ground.phone("100-1")
    ground.set("100", dnd=DoNotDisturb(True))
    assert (await (await ground.dial(bob, "100")).refused()).code == 486
    await ground.silent(alice)
    record = await ground.record_of("100")
    assert (record.rule, record.reason, record.caller, record.called) == ("do_not_disturb", "no_answer", "110", "100")
    assert (await ground.record_of("110")).reason == "busy"


@rule
async def test_do_not_disturb_makes_no_exception_and_forwards_nothing(ground: RuleGround):
    alice, ben = await ground.phone("100-1"), await ground.phone("101-1")
    outside = await ground.child("+656...", "*86...")
    ground.set("100", dnd=DoNotDisturb(True), no_answer=NoAnswer("voicemail"), gateway=f"sip:{outside.address}",
               forwarding=Forwarding(True, OUTSIDE, ("101",), ("110",)))  # fmt: skip
    bob = await ground.phone("110-1")
    assert (await (await ground.dial(bob, "100")).refused()).code == 486
    assert (await (await ground.from_outside("100")).refused()).code == 486
    await ground.silent(alice, ben, outside)


@rule
async def test_do_not_disturb_is_over_when_its_time_has_come(ground: RuleGround):
    bob, alice = await ground.phone("110-1"), await ground.phone("100-1")
    ground.set("100", dnd=DoNotDisturb(True, "2026-11-23T10:00:00+00:00"))
    assert (await (await ground.dial(bob, "100")).refused()).code == 486
    ground.now = ground.now.replace(hour=10)
    await ground.talk(bob, alice, "100")


# -- gateway -----------------------------------------------------------------------------------------------------------


@rule
async def test_a_gateway_gets_the_call_whatever_else_is_set(ground: RuleGround):
    bob, alice, gateway = await ground.phone("110-1"), await ground.phone("100-1"), await ground.peer(user="gateway")
    ground.set("100", gateway=f"sip:line7@{gateway.address}", forwarding=Forwarding(True, None, ("101",)))
    outgoing = await ground.dial(bob, "100")
    incoming = await gateway.incoming()
    assert incoming.invite.uri == f"sip:line7@{gateway.address}"
    assert shown(incoming.invite) == "110"
    await incoming.answer(sdp(6000))
    await outgoing.answered()
    await incoming.hang_up()
    await ground.silent(alice)
    record = await ground.record_of("100")
    assert (record.rule, record.reason) == ("gateway", "answered")


@rule
async def test_a_gateway_may_be_a_name_and_one_that_is_nowhere_is_unreachable(ground: RuleGround):
    bob, gateway = await ground.phone("110-1"), await ground.peer(user="gateway")
    port = gateway.address.rsplit(":", 1)[1]
    ground.set("100", gateway=f"line7@localhost:{port}")
    outgoing = await ground.dial(bob, "100")
    incoming = await gateway.incoming()
    assert incoming.invite.uri == f"sip:line7@localhost:{port}"
    await incoming.refuse(486)
    assert (await outgoing.refused()).code == 486
    for nowhere in ("sip:line7@gateway.invalid", "sip:line7@127.0.0.1;transport=tls", "sip:", "<>"):
        ground.set("100", gateway=nowhere)
        assert (await (await ground.dial(bob, "100")).refused()).code == 480


# -- call forwarding ---------------------------------------------------------------------------------------------------


@rule
async def test_forwarding_rings_the_number_and_every_extension_at_once_and_no_own_device(ground: RuleGround):
    bob, alice = await ground.phone("110-1"), await ground.phone("100-1")
    ben, farah, outside = await ground.phone("101-1"), await ground.phone("102-1"), await ground.child("+656...")
    ground.set("100", forwarding=Forwarding(True, OUTSIDE, ("101", "102")))
    outgoing = await ground.dial(bob, "100")
    calls = [await phone.incoming() for phone in (ben, farah, outside)]
    for call in calls:
        call.ring()
    await outgoing.progress(180)
    answering = asyncio.ensure_future(calls[1].answer(sdp(6000)))
    for call in (calls[0], calls[2]):
        assert (await call.cancelled()).get("reason") == ELSEWHERE
    await answering
    await outgoing.answered()
    await outgoing.hang_up()
    await ground.silent(alice)
    assert ((await ground.record_of("100")).rule, (await ground.record_of("100")).reason) == ("forwarding", "forwarded")
    answered, elsewhere = await ground.record_of("102"), await ground.record_of("101")
    assert (answered.reason, answered.forwarded_by, answered.answered_device) == ("answered", ("100",), "ip_phone")
    assert (elsewhere.reason, elsewhere.forwarded_by) == ("elsewhere", ("100",))
    assert answered.answered_at is not None
    assert (elsewhere.answered_at, elsewhere.answered_by, elsewhere.answered_device) == (None, None, None)
    assert {record.call_id for record in ground.every_record} == {answered.call_id}


@rule
async def test_a_forwarded_call_tells_its_way(ground: RuleGround):
    bob, ben, outside = await ground.phone("110-1"), await ground.phone("101-1"), await ground.child("+656...")
    ground.set("100", forwarding=Forwarding(True, OUTSIDE, ("101",)))
    await ground.dial(bob, "100")
    invite = (await ben.incoming()).invite
    assert invite.get("diversion") == "<sip:100@pbx.test>;reason=unconditional;counter=1"
    first, second = invite.get("history-info").split(", ")
    assert first.startswith("<sip:100@pbx.test?Reason=SIP%3Bcause%3D302")
    assert first.endswith(";index=1")
    assert second == "<sip:101@pbx.test>;index=1.1;mp=1"
    invite = (await outside.incoming()).invite
    assert invite.get("diversion") == "<sip:+6560000100@pbx.test>;reason=unconditional;counter=1"


@rule
async def test_a_forwarded_call_shows_what_the_extension_chose_inside_and_outside(ground: RuleGround):
    ben, outside = await ground.phone("101-1"), await ground.child("+656...")
    settings = ground.subscribers.documents["100"].caller_id
    for inside, out, keys in (
        ("extension_key", "assigned_caller_id", ("100", "+6560000100")),
        ("caller_number", "caller_number", ("+6591234567", "+6591234567")),
    ):
        choice = replace(settings.forward, internal=inside, external=out)
        ground.set("100", forwarding=Forwarding(True, OUTSIDE, ("101",)), caller_id=replace(settings, forward=choice))
        call = await ground.from_outside("100")
        first, second = await ben.incoming(), await outside.incoming()
        assert (shown(first.invite), shown(second.invite)) == keys
        first.ring()
        second.ring()
        await asyncio.gather(call.cancel(), first.cancelled(), second.cancelled())
        await call.refused()


@rule
async def test_a_vip_rings_the_devices_while_forwarding_is_on(ground: RuleGround):
    alice, ben, bob = await ground.phone("100-1"), await ground.phone("101-1"), await ground.phone("110-1")
    ground.set("100", forwarding=Forwarding(True, None, ("101",), ("+6591234567", "110")))
    call = await ground.from_outside("100")
    await (await alice.incoming()).refuse(486)
    assert (await call.refused()).code == 486
    assert (await ground.record_of("100")).rule == "vip"
    call = await ground.dial(bob, "100")
    assert shown((await alice.incoming()).invite) == "110"
    await ground.silent(ben)


@rule
async def test_the_rules_of_each_destination_apply_in_their_turn(ground: RuleGround):
    bob = await ground.phone("110-1")
    ben, farah, grace = [await ground.phone(f"{key}-1") for key in ("101", "102", "103")]
    ground.set("100", forwarding=Forwarding(True, None, ("101", "102")))
    ground.set("101", dnd=DoNotDisturb(True))
    ground.set("102", forwarding=Forwarding(True, None, ("103",)))
    outgoing = await ground.dial(bob, "100")
    incoming = await grace.incoming()
    assert incoming.invite.all("diversion") == [
        "<sip:102@pbx.test>;reason=unconditional;counter=1", "<sip:100@pbx.test>;reason=unconditional;counter=1",
    ]  # fmt: skip
    await incoming.answer(sdp(6000))
    await outgoing.answered()
    await outgoing.hang_up()
    await ground.silent(ben, farah)
    assert (await ground.record_of("101")).rule == "do_not_disturb"
    assert (await ground.record_of("103")).forwarded_by == ("100", "102")


@rule
async def test_a_loop_of_forwarding_ends_with_482(ground: RuleGround):
    bob = await ground.phone("110-1")
    ground.set("100", forwarding=Forwarding(True, None, ("101",)))
    ground.set("101", forwarding=Forwarding(True, None, ("100",)))
    assert (await (await ground.dial(bob, "100")).refused()).code == 482
    assert (await ground.record_of("101")).rule == "loop"


@rule
async def test_a_sixth_hop_ends_with_482(ground: RuleGround):
    bob = await ground.phone("110-1")
    chain = ["100", "101", "102", "103", "120", "130", "140"]
    for key in ("120", "130"):
        ground.subscribers.extensions[key] = replace(ground.subscribers.extensions["103"], key=key)
        ground.subscribers.documents[key] = replace(ground.subscribers.documents["103"], key=key)
    for key, to in itertools.pairwise(chain):
        ground.set(key, forwarding=Forwarding(True, None, (to,)))
    assert (await (await ground.dial(bob, "100")).refused()).code == 482
    assert (await ground.record_of("130")).rule == "loop"


@rule
async def test_forwarding_to_a_group_rings_its_members(ground: RuleGround):
    bob, ben, farah = [await ground.phone(name) for name in ("110-1", "101-1", "102-1")]
    ground.subscribers.groups["500"] = ("101", "102", "100")
    ground.set("100", forwarding=Forwarding(True, None, ("500",)))
    outgoing = await ground.dial(bob, "100")
    first, second = await ben.incoming(), await farah.incoming()
    second.ring()
    await outgoing.progress(180)
    await asyncio.gather(first.answer(sdp(6000)), second.cancelled())
    await outgoing.answered()


@rule
async def test_a_call_to_a_group_rings_its_members_by_their_own_rules(ground: RuleGround):
    bob, ben, farah = [await ground.phone(name) for name in ("110-1", "101-1", "102-1")]
    ground.subscribers.groups["500"] = ("101", "102")
    ground.set("101", dnd=DoNotDisturb(True))
    outgoing = await ground.dial(bob, "500")
    incoming = await farah.incoming()
    assert shown(incoming.invite) == "110"
    assert incoming.invite.get("diversion") == ""  # a group is no diversion
    await incoming.answer(sdp(6000))
    await outgoing.answered()
    await outgoing.hang_up()
    await ground.silent(ben)
    assert (await ground.record_of("110")).callee == "500"
    assert (await ground.record_of("102")).called == "500"


@rule
async def test_one_who_declines_a_forwarded_call_leaves_the_others_ringing(ground: RuleGround):
    bob, ben, farah = [await ground.phone(name) for name in ("110-1", "101-1", "102-1")]
    ground.set("100", forwarding=Forwarding(True, None, ("101", "102")))
    outgoing = await ground.dial(bob, "100")
    await (await ben.incoming()).refuse(603)
    await ground.until(lambda: ground.core.open_tables()["legs"] == 2, "Ben's leg has ended")
    await (await farah.incoming()).answer(sdp(6000))
    await outgoing.answered()
    await outgoing.hang_up()
    assert (await ground.record_of("101")).reason == "declined"
    assert (await ground.record_of("102")).reason == "answered"


@rule
async def test_a_caller_who_gives_up_while_a_forwarded_call_rings_stops_every_branch(ground: RuleGround):
    bob, ben, outside = await ground.phone("110-1"), await ground.phone("101-1"), await ground.child("+656...")
    ground.set("100", forwarding=Forwarding(True, OUTSIDE, ("101",)))
    outgoing = await ground.dial(bob, "100")
    calls = [await ben.incoming(), await outside.incoming()]
    for call in calls:
        call.ring()
    await outgoing.progress(180)
    await asyncio.gather(outgoing.cancel(), *(call.cancelled() for call in calls))
    assert (await outgoing.refused()).code == 487
    assert (await ground.record_of("101")).reason == "cancelled"
    assert (await ground.record_of("100")).reason == "forwarded"
    assert ground.subscribers.usage == {}


# -- busy --------------------------------------------------------------------------------------------------------------


@rule
async def test_with_call_waiting_a_second_call_rings_and_a_third_is_busy(ground: RuleGround):
    alice, other = await ground.phone("100-1"), await ground.phone("100-2")
    bob, ben, farah = [await ground.phone(name) for name in ("110-1", "101-1", "102-1")]
    ground.set("100", ring_devices=("ip_phone",))
    await ground.talk(alice, bob, "110")  # placed by it
    await ground.talk(ben, alice, "100")
    assert (await (await ground.dial(farah, "100")).refused()).code == 486
    await ground.silent(alice, other)
    record = await ground.record_of("100", rule="busy")
    assert (record.reason, record.caller) == ("busy", "102")


@rule
async def test_without_call_waiting_one_call_on_any_device_is_busy(ground: RuleGround):
    alice, other = await ground.phone("100-1"), await ground.phone("100-2")
    bob, ben = await ground.phone("110-1"), await ground.phone("101-1")
    ground.set("100", call_waiting=False)
    outgoing = await ground.dial(other, "110")  # rings out
    ringing = await bob.incoming()
    assert (await (await ground.dial(ben, "100")).refused()).code == 486
    await ringing.answer(sdp(6000))
    await outgoing.answered()
    held = asyncio.ensure_future(outgoing.reinvite(sdp(4000, "sendonly")))
    bob.reply(await bob.expect("INVITE", ringing.call_id), 200, "OK", sdp(6000, "recvonly"))
    await held
    assert (await (await ground.dial(ben, "100")).refused()).code == 486
    await outgoing.hang_up()
    await ground.record_of("100", caller="100")
    await ground.talk(ben, alice, "100")


@rule
async def test_a_contact_center_has_no_call_waiting(ground: RuleGround):
    alice, bob, ben = [await ground.phone(name) for name in ("100-1", "110-1", "101-1")]
    ground.set("100", type="contact_center", primary_device="ip_phone")
    await ground.talk(bob, alice, "100")
    assert (await (await ground.dial(ben, "100")).refused()).code == 486


# -- ring devices ------------------------------------------------------------------------------------------------------


@rule
async def test_only_the_chosen_devices_ring_and_the_first_answer_ends_the_others(ground: RuleGround):
    bob = await ground.phone("110-1")
    phone, mobile, desktop = [await ground.phone(f"100-{number}") for number in (1, 2, 3)]
    ground.set("100", ring_devices=("ip_phone", "mobile"))
    outgoing = await ground.dial(bob, "100")
    first, second = await phone.incoming(), await mobile.incoming()
    second.ring()
    await outgoing.progress(180)
    answering = asyncio.ensure_future(first.answer(sdp(6000)))
    assert (await second.cancelled()).get("reason") == ELSEWHERE
    await answering
    await outgoing.answered()
    await outgoing.hang_up()
    await ground.silent(desktop)
    record = await ground.record_of("100")
    assert (record.rule, record.reason) == ("ring_devices", "answered")
    assert (record.answered_by, record.answered_device) == ("device-100-1", "ip_phone")


@rule
async def test_a_member_of_a_call_group_rings_exactly_one_device_the_one_used_last(ground: RuleGround):
    bob = await ground.phone("110-1")
    phone, mobile = await ground.phone("100-1"), await ground.phone("100-2")
    ground.set("100", call_group="500")
    first = await ground.dial(bob, "100")
    await (await phone.incoming()).refuse(603)
    await first.refused()
    outgoing, _incoming = await ground.talk(mobile, bob, "110")
    await outgoing.hang_up()
    await ground.record_of("100", caller="100")
    await ground.dial(bob, "100")
    await mobile.incoming()
    await ground.silent(phone)


@rule
async def test_a_contact_center_rings_its_primary_device(ground: RuleGround):
    bob = await ground.phone("110-1")
    phone, desktop = await ground.phone("100-1"), await ground.phone("100-3")
    ground.set("100", type="contact_center", primary_device="desktop")
    await ground.dial(bob, "100")
    await desktop.incoming()
    await ground.silent(phone)


@rule
async def test_with_no_device_chosen_the_ip_phone_rings_before_the_mobile(ground: RuleGround):
    bob, desktop, mobile = [await ground.phone(name) for name in ("110-1", "100-3", "100-2")]
    ground.set("100", ring_devices=())
    await ground.dial(bob, "100")
    await mobile.incoming()
    await ground.silent(desktop)


# -- no answer ---------------------------------------------------------------------------------------------------------


@rule
async def test_no_answer_forwards_to_the_number_after_its_seconds(ground: RuleGround):
    bob, alice, outside = await ground.phone("110-1"), await ground.phone("100-1"), await ground.child("+656...")
    ground.set("100", no_answer=NoAnswer("forward", OUTSIDE, after_seconds=1))
    outgoing = await ground.dial(bob, "100")
    ringing = await alice.incoming()
    ringing.ring()
    await ringing.cancelled()
    onward = await outside.incoming()
    assert onward.invite.get("diversion") == "<sip:+6560000100@pbx.test>;reason=no-answer;counter=1"
    assert "cause%3D408" in onward.invite.get("history-info")
    await onward.answer(sdp(6000))
    await outgoing.answered()
    await outgoing.hang_up()
    assert (await ground.record_of("100")).reason == "no_answer"


@rule
async def test_no_answer_hangs_up_with_480(ground: RuleGround):
    bob, alice = await ground.phone("110-1"), await ground.phone("100-1")
    ground.set("100", no_answer=NoAnswer("hang_up", after_seconds=1))
    outgoing = await ground.dial(bob, "100")
    ringing = await alice.incoming()
    ringing.ring()
    await ringing.cancelled()
    assert (await outgoing.refused()).code == 480
    assert (await ground.record_of("110")).reason == "no_answer"


@rule
async def test_no_answer_records_the_number_and_tells(ground: RuleGround):
    alice = await ground.phone("100-1")
    ground.set("100", no_answer=NoAnswer("record_number", after_seconds=1))
    call = await ground.from_outside("100")
    ringing = await alice.incoming()
    ringing.ring()
    await ringing.cancelled()
    assert (await call.refused()).code == 480
    assert ground.missed == [("100", "+6591234567")]


@rule
async def test_no_answer_is_taken_by_voicemail(ground: RuleGround):
    bob, alice, voicemail = await ground.phone("110-1"), await ground.phone("100-1"), await ground.child("*86...")
    ground.set("100", no_answer=NoAnswer("voicemail", after_seconds=1))
    outgoing = await ground.dial(bob, "100")
    ringing = await alice.incoming()
    ringing.ring()
    await outgoing.progress(180)
    await ringing.cancelled()
    deposit = await voicemail.incoming()
    assert deposit.invite.uri.startswith("sip:*86100@")
    assert shown(deposit.invite) == "110"
    await deposit.answer(sdp(6000))
    await outgoing.answered()
    await outgoing.hang_up()
    record, caller = await ground.record_of("100"), await ground.record_of("110")
    assert (record.reason, record.answered_at) == ("voicemail", None)
    assert caller.reason == "answered"
    assert caller.answered_at is not None


@rule
async def test_an_unreachable_extension_goes_to_its_no_answer_action_at_once(ground: RuleGround):
    bob, outside = await ground.phone("110-1"), await ground.child("+656...", "*86...")
    ground.set("100", no_answer=NoAnswer("forward", OUTSIDE, after_seconds=60))
    await ground.dial(bob, "100")
    assert "reason=unavailable" in (await outside.incoming()).invite.get("diversion")
    ground.set("100", no_answer=NoAnswer("voicemail", after_seconds=60))
    outgoing = await ground.dial(bob, "100")
    await (await outside.incoming()).answer(sdp(6000))
    await outgoing.answered()
    await outgoing.hang_up()
    assert (await ground.record_of("100", reason="voicemail")).rule == "unreachable"


@rule
async def test_a_contact_center_has_no_no_answer_action(ground: RuleGround):
    bob, voicemail = await ground.phone("110-1"), await ground.child("*86...")
    ground.set("100", type="contact_center", no_answer=NoAnswer("voicemail", after_seconds=1))
    assert (await (await ground.dial(bob, "100")).refused()).code == 480
    await ground.silent(voicemail)


@rule
async def test_the_voicemail_of_one_destination_waits_while_another_still_rings(ground: RuleGround):
    bob, farah, voicemail = await ground.phone("110-1"), await ground.phone("102-1"), await ground.child("*86...")
    ground.set("100", forwarding=Forwarding(True, None, ("101", "102")))
    ground.set("101", no_answer=NoAnswer("voicemail", after_seconds=5))  # not reachable
    outgoing = await ground.dial(bob, "100")
    ringing = await farah.incoming()
    ringing.ring()
    await outgoing.progress(180)
    await ground.silent(voicemail)
    await ringing.refuse(486)
    assert (await voicemail.incoming()).invite.uri.startswith("sip:*86101@")


@rule
async def test_nobody_may_dial_or_forward_to_what_only_the_phone_system_dials(ground: RuleGround):
    bob, child = await ground.phone("110-1"), await ground.child("*86...", "*87...", "*88")
    for number in ("*86100", "*87abc", "*88"):
        assert (await (await ground.dial(bob, number)).refused()).code == 403
    assert (await (await ground.from_outside("*86100")).refused()).code == 403
    alice = await ground.phone("100-1")
    outgoing = await ground.dial(bob, "100")
    await (await alice.incoming()).refuse(302, "Moved", (("Contact", "<sip:*86101@pbx.test>"),))
    assert (await outgoing.refused()).code == 403
    await ground.silent(child)


# -- the use case of the product's own guide --------------------------------------------------------------------------


@rule
async def test_extension_100_with_vips_and_everyone_else_to_101_102_and_103(ground: RuleGround):
    """Calls are received via IP phone and mobile on 100; now she only wants those from two numbers."""
    phone, mobile, desktop = [await ground.phone(f"100-{number}") for number in (1, 2, 3)]
    others = [await ground.phone(f"{key}-1") for key in ("101", "102", "103")]
    ground.set("100", ring_devices=("ip_phone", "mobile"),
               forwarding=Forwarding(True, None, ("101", "102", "103"), ("+6531234567", "+6569876543")))  # fmt: skip
    for vip in ("+6531234567", "+6569876543"):
        call = await ground.from_outside("100", vip)
        first, second = await phone.incoming(), await mobile.incoming()
        assert (shown(first.invite), shown(second.invite)) == (vip, vip)
        first.ring()
        second.ring()
        await asyncio.gather(call.cancel(), first.cancelled(), second.cancelled())
        await call.refused()
    await ground.silent(desktop, *others)
    call = await ground.from_outside("100", "+6512345678")
    ringing = [await other.incoming() for other in others]
    for incoming in ringing:
        incoming.ring()
    answering = asyncio.ensure_future(ringing[2].answer(sdp(6000)))
    await asyncio.gather(ringing[0].cancelled(), ringing[1].cancelled())
    await answering
    await call.answered()
    await ground.silent(phone, mobile, desktop)
