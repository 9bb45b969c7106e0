"""What the settings do to a call that an extension places, on the wire and in the history; a test for each rule."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

from softphone.extension.outgoing_rules import OutboundPattern, OutboundRule
from softphone.extension.settings import CallerId, Forwarding, Presentation, UsageLimit
from tests.fakes.sip_peer import IncomingCall, OutgoingCall, SipPeer, sdp
from tests.system.rules_fixture import OUTSIDE, RuleGround, rule, shown

NUMBERS = ("+6561230001", "+6561230002", "+6561230003")
LIMIT_REACHED = 'SIP;cause=480;text="Usage limit reached"'
RULE = OutboundRule("standard", "Standard", patterns=(
    OutboundPattern("+651900", "refuse", "premium numbers"), OutboundPattern("+81", "passcode", "Japan"),
))  # fmt: skip


def premium(ground: RuleGround, passcode: str = "4711") -> None:
    ground.subscribers.outbound_rules["standard"] = RULE
    ground.set("100", outbound_rule="standard", passcode=passcode)


# -- who is shown ------------------------------------------------------------------------------------------------------


@rule
async def test_a_fixed_caller_id_is_shown_outside_and_the_key_inside(ground: RuleGround):
    alice, bob, outside = await ground.phone("100-1"), await ground.phone("110-1"), await ground.child("+656...")
    ground.set("100", caller_id=CallerId("fixed", NUMBERS[1], NUMBERS))
    call = await ground.dial(alice, OUTSIDE)
    assert shown((await outside.incoming()).invite) == NUMBERS[1]
    await call.cancel()
    record = await ground.record_of("100")
    assert (record.rule, record.shown, record.callee, record.reason) == ("allowed", NUMBERS[1], OUTSIDE, "cancelled")
    await ground.dial(alice, "110")
    assert shown((await bob.incoming()).invite) == "100"


@rule
async def test_an_assigned_list_is_the_only_choice(ground: RuleGround):
    alice, outside = await ground.phone("100-1"), await ground.child("+656...")
    ground.set("100", caller_id=CallerId("assigned", NUMBERS[0], NUMBERS, assigned=(NUMBERS[2],)))
    await ground.dial(alice, OUTSIDE)
    assert shown((await outside.incoming()).invite) == NUMBERS[2]


@rule
async def test_a_random_caller_id_is_drawn_for_each_call_from_the_list(ground: RuleGround):
    alice, outside = await ground.phone("100-1"), await ground.child("+656...")
    ground.set("100", caller_id=CallerId("random", None, NUMBERS))
    seen = set()
    for _ in range(60):  # all three but in 1 of 10^10 runs
        call = await ground.dial(alice, OUTSIDE)
        incoming = await outside.incoming()
        seen.add(shown(incoming.invite))
        await incoming.refuse(486)
        await call.refused()
        if seen == set(NUMBERS):
            break
    assert seen == set(NUMBERS)


@rule
async def test_the_caller_id_of_one_call_is_the_preferred_identity_where_it_is_allowed(ground: RuleGround):
    alice, outside = await ground.phone("100-1"), await ground.child("+656...")
    ground.set("100", caller_id=CallerId("fixed", NUMBERS[0], NUMBERS))
    call = await ground.dial(alice, OUTSIDE, P_Preferred_Identity=f"<sip:{NUMBERS[2]}@pbx.test>")
    invite = (await outside.incoming()).invite
    assert shown(invite) == NUMBERS[2]
    assert invite.get("p-preferred-identity") == ""
    await call.cancel()
    await ground.dial(alice, OUTSIDE, P_Preferred_Identity='"Alice" <sip:100@pbx.test>')
    assert shown((await outside.incoming()).invite) == NUMBERS[0]


@rule
async def test_a_caller_id_that_is_not_allowed_is_refused_with_a_sentence(ground: RuleGround):
    alice, outside = await ground.phone("100-1"), await ground.child("+656...")
    call = await ground.dial(alice, OUTSIDE, P_Preferred_Identity="<tel:+6599999999>")
    reply = await call.refused()
    assert (reply.code, reply.get("refused-by")) == (403, "caller_id")
    assert reply.get("warning") == '399 pbx.test "This caller ID is not one of yours"'
    await ground.silent(outside)
    assert (await ground.record_of("100")).rule == "caller_id"


@rule
async def test_a_number_dialled_as_in_its_country_goes_outside_by_the_same_rules(ground: RuleGround):
    alice, outside = await ground.phone("100-1"), await ground.child("+656...")
    call = await ground.dial(alice, OUTSIDE.removeprefix("+65"))
    invite = (await outside.incoming()).invite
    assert f"sip:{OUTSIDE}@" in invite.get("to")
    assert shown(invite) == "+6560000100"
    await call.cancel()
    record = await ground.record_of("100")
    assert (record.called, record.rule) == (OUTSIDE, "allowed")


@rule
async def test_a_caller_who_wants_to_be_hidden_is_hidden_but_from_emergency_services(ground: RuleGround):
    alice, bob, outside = await ground.phone("100-1"), await ground.phone("110-1"), await ground.child("+656...", "112")
    ground.set("110", forwarding=Forwarding(True, None, ("101",), ("100", "anonymous")),
               caller_id=CallerId(forward=Presentation("caller_number", "caller_number")))  # fmt: skip
    ben = await ground.phone("101-1")
    for number, called, privacy in ((OUTSIDE, outside, "user;id;critical"), ("110", ben, "id")):
        await ground.dial(alice, number, Privacy=privacy)
        invite = (await called.incoming()).invite
        assert "anonymous" in invite.get("from")
        assert invite.get("privacy") == "id"
        assert invite.get("p-asserted-identity") == ""
        assert "Alice" not in invite.raw.decode()
    await ground.silent(bob)
    await ground.dial(alice, "112", Privacy="id")
    assert shown((await outside.incoming()).invite) == "+6560000100"


@rule
async def test_a_call_transferred_by_an_extension_shows_what_it_chose(ground: RuleGround):
    alice, bob, ben, outside = [
        await ground.phone("100-1"), await ground.phone("110-1"), await ground.phone("101-1"),
        await ground.child("+656..."),
    ]  # fmt: skip
    settings = ground.subscribers.documents["100"].caller_id
    for inside, out, keys in (
        ("extension_key", "assigned_caller_id", ("100", "+6560000100")),
        ("caller_number", "caller_number", ("110", "+6560000110")),
    ):
        choice = replace(settings.transfer, internal=inside, external=out)
        ground.set("100", caller_id=replace(settings, transfer=choice))
        outgoing, incoming = await ground.talk(bob, alice, "100")
        assert (await incoming.ask("REFER", headers=(("Refer-To", "<sip:101@pbx.test>"),))).code == 202
        ringing = await ben.incoming()
        assert shown(ringing.invite) == keys[0]
        await ringing.refuse(486)
        await last_notify(alice, incoming)
        assert (await incoming.ask("REFER", headers=(("Refer-To", f"<sip:{OUTSIDE}@pbx.test>"),))).code == 202
        ringing = await outside.incoming()
        assert shown(ringing.invite) == keys[1]
        await ringing.refuse(486)
        await last_notify(alice, incoming)
        await outgoing.hang_up()
        assert (await ground.record_of("101")).reason == "busy"


async def last_notify(peer: SipPeer, call: IncomingCall) -> str:
    while True:
        notify = await peer.expect("NOTIFY", call.call_id)
        if notify.get("subscription-state").startswith("terminated"):
            return notify.body


@rule
async def test_an_attended_transfer_shows_what_the_extension_chose(ground: RuleGround):
    alice, bob, ben = [await ground.phone(name) for name in ("100-1", "110-1", "101-1")]
    settings = ground.subscribers.documents["100"].caller_id
    for inside, key in (("extension_key", "100"), ("caller_number", "110")):
        ground.set("100", caller_id=replace(settings, transfer=replace(settings.transfer, internal=inside)))
        first, far = await ground.talk(alice, bob, "110")
        second, further = await ground.talk(alice, ben, "101")
        replaces = f"{second.call_id}%3Bto-tag%3D{second.remote_tag}%3Bfrom-tag%3D{second.local_tag}"
        await first.ask("REFER", headers=(("Refer-To", f"<sip:101@pbx.test?Replaces={replaces}>"),))
        bob.reply(await bob.expect("INVITE", far.call_id), 200, "OK", sdp(5002))
        offered = await ben.expect("INVITE", further.call_id)
        assert f"<sip:{key}@pbx.test>" in offered.get("p-asserted-identity")
        ben.reply(offered, 200, "OK", sdp(5102))
        await last_notify(alice, first)
        await far.hang_up()
        await ben.expect("BYE", further.call_id)


# -- usage limit -------------------------------------------------------------------------------------------------------


@rule
async def test_talk_time_outside_is_counted_and_nothing_else(ground: RuleGround):
    alice, bob, outside = await ground.phone("100-1"), await ground.phone("110-1"), await ground.child("+656...")
    inside, _ = await ground.talk(alice, bob, "110")
    await inside.hang_up()
    outgoing = await ground.dial(alice, OUTSIDE)
    incoming = await outside.incoming()
    incoming.ring()
    await outgoing.progress(180)
    assert ground.subscribers.usage == {}
    await incoming.answer(sdp(6000))
    await outgoing.answered()
    # Told while the call is up, so that nothing is lost with the power
    await ground.until(lambda: ground.subscribers.usage.get("100", 0) > 0.15, "talk time counted")
    await outgoing.hang_up()
    record = await ground.record_of("100", called=OUTSIDE)
    talked = record.ended_at - (record.answered_at or 0)
    assert abs(ground.subscribers.usage["100"] - talked) < 0.2
    assert set(ground.subscribers.usage) == {"100"}


@rule
async def test_a_call_forwarded_outside_is_the_talk_time_of_who_forwards(ground: RuleGround):
    outside = await ground.child("+656...")
    ground.set("100", forwarding=Forwarding(True, OUTSIDE))
    call = await ground.from_outside("100")
    await (await outside.incoming()).answer(sdp(6000))
    await call.answered()
    await ground.until(lambda: ground.subscribers.usage.get("100", 0) > 0, "talk time counted")
    await call.hang_up()


@rule
async def test_a_call_transferred_outside_is_the_talk_time_of_who_transfers(ground: RuleGround):
    alice, bob, outside = await ground.phone("100-1"), await ground.phone("110-1"), await ground.child("+656...")
    ground.set("100", usage_limit=UsageLimit("duration", 10, 10 - 0.5 / 60))
    outgoing, incoming = await ground.talk(bob, alice, "100")
    await incoming.ask("REFER", headers=(("Refer-To", f"<sip:{OUTSIDE}@pbx.test>"),))
    answering = asyncio.ensure_future((await outside.incoming()).answer(sdp(6000)))
    bob.reply(await bob.expect("INVITE", outgoing.call_id), 200, "OK", sdp(4002))
    await answering
    assert (await last_notify(alice, incoming)).startswith("SIP/2.0 200")
    assert (await bob.expect("BYE", outgoing.call_id)).get("reason") == LIMIT_REACHED
    assert set(ground.subscribers.usage) == {"100"}


@rule
async def test_a_spent_usage_limit_refuses_calls_outside_and_says_when_it_resets(ground: RuleGround):
    alice, bob, outside = await ground.phone("100-1"), await ground.phone("110-1"), await ground.child("+656...")
    ground.set("100", usage_limit=UsageLimit("duration", 100, 100, "2026-12-01"))
    reply = await (await ground.dial(alice, OUTSIDE)).refused()
    assert (reply.code, reply.get("refused-by")) == (403, "usage_limit;resets=2026-12-01")
    assert reply.get("warning") == '399 pbx.test "Your usage limit is reached; it resets on 2026-12-01"'
    await ground.silent(outside)
    assert (await ground.record_of("100")).rule == "usage_limit"
    await ground.talk(alice, bob, "110")


@rule
async def test_a_call_ends_when_the_limit_is_reached_after_a_warning_tone(ground: RuleGround):
    alice, outside, tones = await ground.phone("100-1"), await ground.child("+656..."), await ground.child("*88")
    ground.set("100", usage_limit=UsageLimit("duration", 10, 10 - 2.5 / 60))
    outgoing = await ground.dial(alice, OUTSIDE)
    incoming = await outside.incoming()
    await incoming.answer(sdp(6000))
    await outgoing.answered()
    await tone_for(alice, outgoing, outside, incoming, tones)
    for peer, call in ((alice, outgoing), (outside, incoming)):
        assert (await peer.expect("BYE", call.call_id)).get("reason") == LIMIT_REACHED
    assert abs(ground.subscribers.usage["100"] - 2.5) < 0.3
    assert (await ground.record_of("100")).reason == "answered"


async def tone_for(
    alice: SipPeer, outgoing: OutgoingCall, outside: SipPeer, incoming: IncomingCall, tones: SipPeer
) -> None:
    """Alice is connected to the child that beeps, and back."""
    tone = await tones.incoming()
    assert tone.invite.body == ""
    answering = asyncio.ensure_future(tone.answer(sdp(7000)))
    offered = await alice.expect("INVITE", outgoing.call_id)
    assert offered.body == sdp(7000)
    alice.reply(offered, 200, "OK", sdp(4002))
    assert (await answering).body == sdp(4002)
    await alice.expect("ACK", outgoing.call_id)
    asked = await alice.expect("INVITE", outgoing.call_id)
    assert asked.body == ""
    alice.reply(asked, 200, "OK", sdp(4004))
    back = await outside.expect("INVITE", incoming.call_id)
    assert back.body == sdp(4004)
    outside.reply(back, 200, "OK", sdp(6002))
    assert (await alice.expect("ACK", outgoing.call_id)).body == sdp(6002)
    await tones.expect("BYE", tone.call_id)


@rule
async def test_a_warning_tone_that_cannot_be_played_leaves_the_call_as_it_is(ground: RuleGround):
    alice, outside, tones = await ground.phone("100-1"), await ground.child("+656..."), await ground.child("*88")
    ground.set("100", usage_limit=UsageLimit("duration", 10, 10 - 1.5 / 60))
    outgoing = await ground.dial(alice, OUTSIDE)
    incoming = await outside.incoming()
    await incoming.answer(sdp(6000))
    await outgoing.answered()
    await (await tones.incoming()).refuse(486)
    outgoing.send("INFO", "Signal=1", content_type="application/dtmf-relay")
    await outside.expect("INFO", incoming.call_id)
    await alice.expect("BYE", outgoing.call_id)


@rule
async def test_a_warning_tone_that_could_not_be_played_is_tried_again(ground: RuleGround):
    alice, outside, tones = await ground.phone("100-1"), await ground.child("+656..."), await ground.child("*88")
    ground.set("100", usage_limit=UsageLimit("duration", 10, 10 - 2.5 / 60))
    outgoing = await ground.dial(alice, OUTSIDE)
    incoming = await outside.incoming()
    await incoming.answer(sdp(6000))
    await outgoing.answered()
    await (await tones.incoming()).refuse(486)
    await tone_for(alice, outgoing, outside, incoming, tones)
    await alice.expect("BYE", outgoing.call_id)
    await tones.fence()
    assert [request for request in tones.requests if request.method == "INVITE"] == []  # heard once, it is enough


@rule
async def test_a_telephone_that_makes_no_offer_comes_back_from_the_warning_tone_by_an_offer(ground: RuleGround):
    alice, outside, tones = await ground.phone("100-1"), await ground.child("+656..."), await ground.child("*88")
    ground.set("100", usage_limit=UsageLimit("duration", 10, 10 - 2.5 / 60))
    outgoing = await ground.dial(alice, OUTSIDE)
    incoming = await outside.incoming()
    await incoming.answer(sdp(6000))
    await outgoing.answered()
    answering = asyncio.ensure_future((await tones.incoming()).answer(sdp(7000)))
    alice.reply(await alice.expect("INVITE", outgoing.call_id), 200, "OK", sdp(4002))
    await answering
    alice.reply(await alice.expect("INVITE", outgoing.call_id), 488, "Not Acceptable Here")
    offered = await alice.expect("INVITE", outgoing.call_id)
    assert offered.body == sdp(6000)
    alice.reply(offered, 200, "OK", sdp(4006))
    back = await outside.expect("INVITE", incoming.call_id)
    assert back.body == sdp(4006)
    outside.reply(back, 200, "OK", sdp(6000))
    assert (await alice.expect("BYE", outgoing.call_id)).get("reason") == LIMIT_REACHED


@rule
async def test_two_calls_share_one_limit(ground: RuleGround):
    alice, mobile, outside = await ground.phone("100-1"), await ground.phone("100-2"), await ground.child("+656...")
    ground.set("100", usage_limit=UsageLimit("duration", 10, 10 - 1.6 / 60))
    calls = []
    for phone in (alice, mobile):
        outgoing = await ground.dial(phone, OUTSIDE)
        await (await outside.incoming()).answer(sdp(6000))
        await outgoing.answered()
        calls.append((phone, outgoing))
    for phone, outgoing in calls:
        assert (await phone.expect("BYE", outgoing.call_id)).get("reason") == LIMIT_REACHED
    assert 1.5 < ground.subscribers.usage["100"] < 2.3


# -- outbound rule -----------------------------------------------------------------------------------------------------


@rule
async def test_a_pattern_that_refuses_says_what_it_refuses(ground: RuleGround):
    alice, outside = await ground.phone("100-1"), await ground.child("+65...")
    premium(ground)
    reply = await (await ground.dial(alice, "+6519001234567")).refused()
    assert (reply.code, reply.get("refused-by")) == (403, 'outbound_rule;place="premium numbers"')
    assert reply.get("warning") == '399 pbx.test "Your outbound rule does not allow calls to premium numbers"'
    await ground.silent(outside)
    record = await ground.record_of("100")
    assert (record.rule, record.reason) == ("outbound_rule", "failed")


@rule
async def test_a_place_of_any_name_is_told_as_text(ground: RuleGround):
    alice = await ground.phone("100-1")
    patterns = (OutboundPattern("+43", "refuse", 'Österreich "quoted"\r\nX-Made-Up: yes'),)
    ground.subscribers.outbound_rules["odd"] = OutboundRule("odd", "Odd", patterns=patterns)
    ground.set("100", outbound_rule="odd")
    reply = await (await ground.dial(alice, "+4312345678")).refused()
    assert reply.code == 403
    assert "Österreich  quoted " in reply.get("warning")
    assert reply.get("x-made-up") == ""


@rule
async def test_forwarding_does_not_go_round_the_outbound_rule(ground: RuleGround):
    bob, outside = await ground.phone("110-1"), await ground.child("+...")
    premium(ground)
    for number in ("+6519001234567", "+81312345678"):
        ground.set("100", forwarding=Forwarding(True, number))
        assert (await (await ground.dial(bob, "100")).refused()).code == 403
    await ground.silent(outside)


@rule
async def test_a_transfer_does_not_go_round_the_outbound_rule(ground: RuleGround):
    alice, bob, outside = await ground.phone("100-1"), await ground.phone("110-1"), await ground.child("+...")
    premium(ground)
    _outgoing, incoming = await ground.talk(bob, alice, "100")
    await incoming.ask("REFER", headers=(("Refer-To", "<sip:+6519001234567@pbx.test>"),))
    assert (await last_notify(alice, incoming)).startswith("SIP/2.0 403")
    await ground.silent(outside)


@rule
async def test_emergency_numbers_are_never_blocked_or_asked_a_passcode(ground: RuleGround):
    alice, outside = await ground.phone("100-1"), await ground.child("112", "995", "+...")
    ground.subscribers.outbound_rules["none"] = OutboundRule("none", "None", patterns=(OutboundPattern("", "refuse"),))
    ground.set("100", outbound_rule="none", usage_limit=UsageLimit("duration", 1, 1), passcode="4711")
    for number in ("112", "995"):
        outgoing = await ground.dial(alice, number, P_Preferred_Identity="<sip:+6599999999@pbx.test>")
        incoming = await outside.incoming()
        assert incoming.invite.uri.startswith(f"sip:{number}@")
        assert shown(incoming.invite) == "+6560000100"
        await incoming.answer(sdp(6000))
        await outgoing.answered()
        await outgoing.hang_up()
        assert (await ground.record_of("100", called=number)).rule == "emergency"
    assert ground.subscribers.usage == {}


# -- passcode ----------------------------------------------------------------------------------------------------------


class Prompt:
    """The caller's call and the media child's end of it."""

    def __init__(self, outgoing: OutgoingCall, child: IncomingCall, token: str) -> None:
        self.outgoing, self.child, self.token = outgoing, child, token


async def asked(ground: RuleGround, alice: SipPeer, prompts: SipPeer, number: str = "+81312345678") -> Prompt:
    outgoing = await ground.dial(alice, number)
    child = await prompts.incoming()
    token = re.match(r"sip:\*87([0-9a-f]{16})@", child.invite.uri).group(1)  # type: ignore[union-attr]
    assert child.invite.body == sdp(4000)
    await child.answer(sdp(7000))
    assert (await outgoing.answered()).body == sdp(7000)
    return Prompt(outgoing, child, token)


async def enter(ground: RuleGround, prompt: Prompt, digits: str, result: str) -> None:
    ground.asked.clear()
    ground.core.media_event({"event": "passcode", "token": prompt.token, "digits": digits})
    expected = {"command": "passcode", "token": prompt.token, "result": result}
    await ground.until(lambda: ground.asked == [expected], result)


@rule
async def test_the_right_passcode_connects_the_call_at_the_second_try(ground: RuleGround):
    alice, outside = await ground.phone("100-1"), await ground.child("+81...")
    prompts = await ground.child("*87...")
    premium(ground)
    prompt = await asked(ground, alice, prompts)
    await ground.silent(outside)
    await enter(ground, prompt, "4712", "wrong")
    await ground.silent(outside)
    await enter(ground, prompt, "4711", "right")
    ringing = await outside.incoming()
    assert shown(ringing.invite) == "+6560000100"
    ringing.ring()
    answering = asyncio.ensure_future(ringing.answer(sdp(6000)))
    offered = await alice.expect("INVITE", prompt.outgoing.call_id)
    assert offered.body == sdp(6000)
    alice.reply(offered, 200, "OK", sdp(4002))
    assert (await answering).body == sdp(4002)
    await prompts.expect("BYE", prompt.child.call_id)
    await prompt.outgoing.hang_up()
    await outside.expect("BYE", ringing.call_id)
    record = await ground.record_of("100")
    assert (record.rule, record.reason, record.callee) == ("outbound_rule", "answered", "+81312345678")
    assert ground.subscribers.usage["100"] > 0


@rule
async def test_after_the_right_passcode_the_caller_hears_it_ringing(ground: RuleGround):
    alice, outside, prompts = await ground.phone("100-1"), await ground.child("+81..."), await ground.child("*87...")
    premium(ground)
    prompt = await asked(ground, alice, prompts)
    await enter(ground, prompt, "4711", "right")
    ringing = await outside.incoming()
    assert [command["result"] for command in ground.asked] == ["right"]
    ringing.ring()
    ringing.ring()
    expected = {"command": "passcode", "token": prompt.token, "result": "ringing"}
    await ground.until(lambda: ground.asked[1:] == [expected], "ringing is told once")
    await prompt.outgoing.hang_up()
    await ringing.cancelled()
    assert ground.asked[1:] == [expected]


@rule
async def test_three_wrong_passcodes_end_the_call(ground: RuleGround):
    alice, outside, prompts = await ground.phone("100-1"), await ground.child("+81..."), await ground.child("*87...")
    premium(ground)
    prompt = await asked(ground, alice, prompts)
    for digits, result in (("1", "wrong"), ("", "wrong"), ("47111", "ended")):
        await enter(ground, prompt, digits, result)
    bye = await alice.expect("BYE", prompt.outgoing.call_id)
    assert bye.get("reason") == 'SIP;cause=403;text="Wrong passcode"'
    await prompts.expect("BYE", prompt.child.call_id)
    await ground.silent(outside)
    assert (await ground.record_of("100")).reason == "failed"
    ground.core.media_event({"event": "passcode", "token": prompt.token, "digits": "4711"})
    await ground.silent(outside)


@rule
async def test_who_hangs_up_at_the_prompt_calls_nobody(ground: RuleGround):
    alice, outside, prompts = await ground.phone("100-1"), await ground.child("+81..."), await ground.child("*87...")
    premium(ground)
    prompt = await asked(ground, alice, prompts)
    await prompt.outgoing.hang_up()
    await prompts.expect("BYE", prompt.child.call_id)
    ground.core.media_event({"event": "passcode", "token": prompt.token, "digits": "4711"})
    await ground.silent(outside)
    assert (await ground.record_of("100")).reason == "cancelled"


@rule
async def test_a_device_that_is_revoked_at_the_prompt_leaves_nothing_behind(ground: RuleGround):
    alice, outside, prompts = await ground.phone("100-1"), await ground.child("+81..."), await ground.child("*87...")
    premium(ground)
    prompt = await asked(ground, alice, prompts)
    await enter(ground, prompt, "4711", "right")
    ringing = await outside.incoming()
    ringing.ring()
    await outside.fence()
    ground.core.revoke_device("device-100-1")
    await ringing.cancelled()
    await prompts.expect("BYE", prompt.child.call_id)
    await alice.expect("BYE", prompt.outgoing.call_id)


@rule
async def test_who_hangs_up_while_it_rings_after_the_passcode_stops_it(ground: RuleGround):
    alice, outside, prompts = await ground.phone("100-1"), await ground.child("+81..."), await ground.child("*87...")
    premium(ground)
    prompt = await asked(ground, alice, prompts)
    await enter(ground, prompt, "4711", "right")
    ringing = await outside.incoming()
    ringing.ring()
    await outside.fence()
    await prompt.outgoing.hang_up()
    await ringing.cancelled()
    await prompts.expect("BYE", prompt.child.call_id)


@rule
async def test_a_destination_that_is_busy_after_the_passcode_ends_the_call_with_the_reason(ground: RuleGround):
    alice, outside, prompts = await ground.phone("100-1"), await ground.child("+81..."), await ground.child("*87...")
    premium(ground)
    prompt = await asked(ground, alice, prompts)
    await enter(ground, prompt, "4711", "right")
    await (await outside.incoming()).refuse(486, "Busy Here")
    bye = await alice.expect("BYE", prompt.outgoing.call_id)
    assert bye.get("reason") == 'SIP;cause=486;text="Busy Here"'
    assert (await ground.record_of("100")).reason == "busy"
