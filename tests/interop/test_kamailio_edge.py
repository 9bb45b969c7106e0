"""Kamailio as the edge: who may register and call, that nobody gets around it, and what outlives what."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import stat

from softphone.pbx.sip_core.timings import Timings
from tests.fakes.sip_peer import SipPeer, sdp
from tests.interop.kamailio_ground import EdgeGround, on_kamailio
from tests.system.rules_fixture import shown

HASTY = Timings(min_expires=1)
GUESS = "0123456789abcdef0123456789abcdef"


async def at(ground: EdgeGround, address: str, name: str = "") -> SipPeer:
    """A peer that speaks to one of the phone system's inner addresses."""
    peer = await SipPeer.open(address, "100", auth_username=name, password="secret", realm=ground.config.realm)
    await ground._stack.enter_async_context(peer)
    return peer


# -- who may ---------------------------------------------------------------------------------------------------------


@on_kamailio()
async def test_a_wrong_password_and_an_unknown_name_are_refused(ground: EdgeGround):
    wrong, unknown = await ground.peer("100-1"), await ground.peer("nobody", user="100")
    wrong.password = "guess"
    assert (await wrong.register()).code == 403
    assert (await unknown.register()).code == 403
    assert (await wrong.outside("INVITE", "sip:110@pbx.test", body=sdp(4000))).code == 403
    assert (await unknown.outside("INVITE", "sip:110@pbx.test", body=sdp(4000))).code == 403
    assert ground.core.reachable_devices("100") == []


@on_kamailio()
async def test_who_shows_no_credentials_is_challenged_and_reaches_nobody(ground: EdgeGround):
    bob, stranger = await ground.phone("110-1"), await ground.peer("100-1")
    for method in ("INVITE", "SUBSCRIBE", "REFER", "MESSAGE"):
        reply = await stranger.outside(method, "sip:110@pbx.test", authenticate=False)
        assert reply.code == 407, method
        assert 'realm="pbx.test"' in reply.get("proxy-authenticate")
    await ground.silent(bob)


@on_kamailio()
async def test_a_device_registers_its_own_extension_only(ground: EdgeGround):
    thief = await ground.peer("100-1", user="110")
    assert (await thief.register()).code == 403
    assert ground.core.reachable_devices("110") == []


@on_kamailio()
async def test_credentials_overheard_are_not_good_twice(ground: EdgeGround):
    alice, eve = await ground.phone("100-1"), await ground.peer("100-2", user="100")
    challenge = await alice.outside("SUBSCRIBE", "sip:100@pbx.test", authenticate=False)
    header = alice.credentials(challenge, "INVITE", "sip:110@pbx.test")
    first = alice.conversation("sip:110@pbx.test")
    assert (await first.ask("INVITE", sdp(4000), (header,))).code == 480  # nobody is there
    again = await eve.conversation("sip:110@pbx.test").ask("INVITE", sdp(4002), (header,))
    assert again.code == 407


@on_kamailio()
async def test_what_is_answered_says_neither_name_nor_version(ground: EdgeGround):
    peer = await ground.peer("100-1")
    for reply in (await peer.outside("OPTIONS", "sip:pbx.test"), await peer.register()):
        assert reply.code == 200
        assert "amailio" not in reply.raw.decode()


@on_kamailio()
async def test_its_files_are_private(ground: EdgeGround):
    assert stat.S_IMODE(ground.folder.stat().st_mode) == 0o700
    for name in ("kamailio.cfg", "tls.cfg", "edge.json"):
        assert stat.S_IMODE((ground.folder / name).stat().st_mode) == 0o600, name


# -- nobody gets around it -------------------------------------------------------------------------------------------


@on_kamailio()
async def test_header_fields_of_the_edge_are_of_no_use_from_outside(ground: EdgeGround):
    bob, alice = await ground.phone("110-1"), await ground.phone("100-1")
    for token in (GUESS, ground.edge["token"]):
        for device in ("101-1", "-"):
            forged = (("P-Softphone-Device", device), ("p-softphone-edge", token), ("P-Softphone-Next", alice.address))
            reply = await alice.outside("INVITE", "sip:110@pbx.test", forged, sdp(4000), authenticate=False)
            assert reply.code == 407
    call = await alice.call("110", sdp(4000), (("P-Softphone-Device", "101-1"), ("P-Softphone-Edge", GUESS)))
    incoming = await bob.incoming()
    assert shown(incoming.invite) == "100"
    assert not [name for name, _ in incoming.invite.headers if name.startswith("p-softphone")]
    await incoming.answer(sdp(4002))
    await call.answered()


@on_kamailio()
async def test_the_inner_addresses_answer_nobody_else(ground: EdgeGround):
    bob = await ground.phone("110-1")
    intruder = await at(ground, ground.edge["inner"])
    for token in (GUESS, ground.edge["token"]):
        headers = (("P-Softphone-Edge", token), ("P-Softphone-Device", "100-1"))
        assert (await intruder.outside("INVITE", "sip:110@pbx.test", headers, sdp(4000))).code == 403
    beside = await at(ground, ground.edge["node"])
    headers = (("P-Softphone-Edge", ground.edge["token"]), ("P-Softphone-Device", "100-1"))
    beside.conversation("sip:110@pbx.test").send("INVITE", sdp(4000), headers)
    await ground.silent(bob)
    assert beside.responses == []
    assert ground.core.open_tables()["calls"] == 0


@on_kamailio()
async def test_it_relays_for_nobody_to_somewhere_else(ground: EdgeGround):
    """A request that pretends to be within a dialog is for the phone system, or goes nowhere."""
    alice, victim = await ground.phone("100-1"), await ground.peer("", user="victim")
    talk = alice.conversation(f"sip:victim@{victim.address}")
    talk.remote = f"<sip:victim@{victim.address}>;tag=made-up"
    route = (("Route", f"<sip:{ground.addresses.udp};lr>"), ("Route", f"<sip:{victim.address};lr>"))
    assert (await talk.ask("MESSAGE", headers=route)).code == 404
    assert (await talk.ask("MESSAGE")).code == 404
    assert victim.requests == []


@on_kamailio()
async def test_a_media_child_is_believed_by_its_address_only(ground: EdgeGround):
    bob = await ground.phone("110-1")
    call = await ground.from_outside("110", "+6591234567", "Mum")
    incoming = await bob.incoming()
    assert shown(incoming.invite) == "+6591234567"
    await incoming.answer(sdp(4100))
    await call.answered()
    other = await ground.peer("", user="+6598765432")
    assert (await other.outside("INVITE", "sip:110@pbx.test", body=sdp(4102), authenticate=False)).code == 407


# -- calls -----------------------------------------------------------------------------------------------------------


@on_kamailio()
async def test_what_a_phone_gets_comes_from_the_address_that_it_was_told(ground: EdgeGround):
    alice = await ground.phone("100-1")
    for transport in ("udp", "tcp", "tls"):
        bob = await ground.phone("110-1", transport)
        _, incoming = await ground.talk(alice, bob, "110")
        assert incoming.invite.get("via").startswith(
            f"SIP/2.0/{transport.upper()} {getattr(ground.addresses, transport)};"
        )
        await incoming.hang_up()
        await bob.close()


@on_kamailio()
async def test_hold_and_hanging_up_pass_both_ways_over_every_transport(ground: EdgeGround):
    bob = await ground.phone("110-1")
    for transport in ("udp", "tcp", "tls"):
        alice = await ground.phone("100-1", transport)
        call, incoming = await ground.talk(alice, bob, "110")
        answered = asyncio.ensure_future(call.reinvite(sdp(4200, "sendonly")))
        held = await bob.expect("INVITE")
        assert "a=sendonly" in held.body
        bob.reply(held, 200, "OK", sdp(4202, "recvonly"))
        assert "a=recvonly" in (await answered).body
        await bob.expect("ACK")
        assert (await incoming.hang_up()).code == 200
        await alice.expect("BYE")
        await ground.record_of("110", call_id=call.call_id, reason="answered")
        await alice.close()


@on_kamailio()
async def test_a_device_that_comes_back_over_a_new_connection_keeps_its_call(ground: EdgeGround):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1", "tcp")
    call, _ = await ground.talk(alice, bob, "110")
    await bob.close()
    await ground.until(lambda: not ground.core.reachable_devices("110"), "unreachable")
    back = await ground.phone("110-1", "tcp")
    assert (await call.hang_up()).code == 200
    await back.expect("BYE")


@on_kamailio()
async def test_a_caller_whose_connection_closes_stops_the_ringing(ground: EdgeGround):
    alice, bob = await ground.phone("100-1", "tcp"), await ground.phone("110-1")
    call = await ground.dial(alice, "110")
    (await bob.incoming()).ring()
    await call.progress(180)
    await alice.close()
    await bob.expect("CANCEL")


@on_kamailio()
async def test_messages_waiting_are_told_at_once_and_on_every_change(ground: EdgeGround):
    alice = await ground.phone("100-1", "tls")
    event = (("Event", "message-summary"), ("Expires", "600"))
    assert (await alice.outside("SUBSCRIBE", "sip:100@pbx.test", event)).code == 200
    await alice.expect("NOTIFY")
    ground.core.notify_mailbox("100", 7, 1)
    assert "Voice-Message: 7/1" in (await alice.expect("NOTIFY")).body


# -- who is there ----------------------------------------------------------------------------------------------------


@on_kamailio()
async def test_a_connection_that_closes_and_a_goodbye_are_told_at_once(ground: EdgeGround):
    for transport in ("tcp", "tls"):
        ground.changes.clear()
        bob = await ground.phone("110-1", transport)
        await ground.until(lambda: ground.changes == ["110"], "told of the arrival")
        assert ground.core.reachable_devices("110") == ["device-110-1"]
        await bob.close()
        await ground.until(lambda: ground.changes == ["110", "110"], "told of the loss")
        assert ground.core.reachable_devices("110") == []
    ground.changes.clear()
    alice = await ground.phone("100-1")
    assert (await alice.register(expires=0)).code == 200
    await ground.until(lambda: ground.changes == ["100", "100"], "told of the goodbye")
    assert ground.subscribers.saved == {}


@on_kamailio(HASTY)
async def test_a_registration_that_is_not_renewed_ends(ground: EdgeGround):
    alice = await ground.peer("100-1")
    assert (await alice.register(expires=1)).code == 200
    await ground.until(lambda: len(ground.changes) == 1, "told of the arrival")
    await ground.until(lambda: not ground.core.reachable_devices("100"), "unreachable", 5)
    await ground.until(lambda: ground.changes == ["100", "100"], "told of the end", 15)
    assert ground.subscribers.saved == {}


@on_kamailio()
async def test_a_device_that_comes_from_another_port_is_rung_there_only(ground: EdgeGround):
    old, alice = await ground.phone("110-1"), await ground.phone("100-1")
    new = await ground.phone("110-1")
    _, incoming = await ground.talk(alice, new, "110")
    await ground.silent(old)
    assert [binding.source[1] for binding in ground.subscribers.saved.values()
            if binding.extension == "110"] == [int(new.address.rsplit(":", 1)[1])]  # fmt: skip
    await incoming.hang_up()


@on_kamailio()
async def test_a_revoked_device_is_not_reached_any_more_and_its_call_ends(ground: EdgeGround):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    await ground.talk(alice, bob, "110")
    del ground.subscribers.devices["110-1"]
    await asyncio.to_thread(ground.core.revoke_device, "device-110-1")
    await bob.expect("BYE")
    await alice.expect("BYE")
    assert ground.core.reachable_devices("110") == []
    assert (await bob.register()).code == 403


# -- what outlives what ----------------------------------------------------------------------------------------------


@on_kamailio()
async def test_registrations_over_udp_are_kept_for_the_next_start(ground: EdgeGround):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    await ground.until(lambda: len(ground.subscribers.saved) == 2, "saved")
    await asyncio.to_thread(ground.start_again)
    assert ground.core.reachable_devices("110") == ["device-110-1"]
    _, incoming = await ground.talk(alice, bob, "110")
    await incoming.hang_up()


@on_kamailio()
async def test_kamailio_is_started_again_when_it_is_killed_and_knows_the_devices(ground: EdgeGround):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    await ground.until(lambda: len(ground.subscribers.saved) == 2, "saved")
    first = ground.core.kamailio_pid
    os.kill(first, signal.SIGKILL)
    await ground.until(lambda: ground.core.kamailio_pid not in (0, first), "started again", 10)
    await ground.until(lambda: len(ground.core.reachable_devices("110")) == 1, "devices known again", 10)
    _, incoming = await ground.talk(alice, bob, "110")
    await incoming.hang_up()


@on_kamailio()
async def test_calls_are_ended_before_it_stops(ground: EdgeGround):
    alice, bob = await ground.phone("100-1", "tcp"), await ground.phone("110-1")
    await ground.talk(alice, bob, "110")
    await asyncio.to_thread(ground.core.stop)
    await alice.expect("BYE")
    await bob.expect("BYE")


@on_kamailio()
async def test_junk_is_a_handful_of_lines_in_the_log_without_what_it_says(ground: EdgeGround):
    lines = _Lines()
    logger = logging.getLogger("softphone.pbx.kamailio.kamailio_process")
    logger.addHandler(lines)
    try:
        alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
        secret = 'Authorization: Digest username="100-1", response="0123secret3210"'
        for number in range(100):
            alice.write(f"INVITE sip:{number} SIP/2.0\r\n{secret}\r\nVia: {number}\r\n\r\n".encode())
            alice.write(os.urandom(200))
            if number % 10 == 9:
                await alice.fence()
        call, _ = await ground.talk(alice, bob, "110")
        assert (await call.hang_up()).code == 200
    finally:
        logger.removeHandler(lines)
    assert 0 < len(lines.texts) < 120
    assert not [text for text in lines.texts if "secret" in text]


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())
