"""Many calls, and hostile packets: nothing leaks, nothing dies for long, and calls are still possible."""

from __future__ import annotations

import contextlib
import itertools
import random
import socket
import time

import psutil
import pytest

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.failure import FailureKind
from tests.fakes.sip_phone import SipPhone
from tests.fakes.sip_server import reply_to, sdp_offer
from tests.system.user_agent_rig import LINE, PASSWORD, Rig

MEDIA_BURST = 12  # as many calls are begun at once; see `softphone/sip/user_agent.py`


@pytest.fixture
def rig(tmp_path):
    with Rig(tmp_path) as rig:
        rig.register()
        yield rig


def call_once(rig, bob, call_id):
    rig.send(cmd.MakeCall(call_id, LINE, "110"))
    theirs = bob.wait_for_call()
    theirs.answer()
    rig.heard.wait(ev.CallConfirmed, call_id=call_id)
    rig.send(cmd.HangUp(call_id))
    rig.heard.wait(ev.CallDisconnected, call_id=call_id)


@pytest.mark.timeout(180)
def test_fifty_calls_leave_nothing_behind(rig):
    """A leaked leg would hold one of the four slots; leaked sockets and memory are counted."""
    with SipPhone("bob") as bob:
        bob.register("phone.test", "110", PASSWORD, server=rig.server.udp_address)
        child = psutil.Process(rig.process.pid)
        memory = files = 0
        for number in range(50):
            call_once(rig, bob, f"call-{number}")
            if number == 20:
                memory, files = child.memory_info().rss, child.num_fds()
        assert child.pid == rig.process.pid
        assert child.memory_info().rss < memory * 1.05
        assert child.num_fds() <= files + 8  # media sockets of the last calls are closed half a second late
    assert rig.heard.of(ev.UserAgentDied) == []


def test_a_call_hung_up_before_its_turn_is_never_placed(rig):
    """After a burst the next call waits for a moment; it must not be placed when nobody wants it any more."""
    for number in range(14):
        rig.send(cmd.MakeCall(f"burst-{number}", LINE, f"nobody{number}"))
        rig.send(cmd.HangUp(f"burst-{number}"))
    for number in range(14):
        rig.heard.wait(ev.CallDisconnected, call_id=f"burst-{number}")
    rig.send(cmd.MakeCall("last", LINE, "last"))
    rig.heard.wait(ev.CallDisconnected, call_id="last", code=404)
    placed = {m.uri for m in rig.server.received if m.start.startswith("INVITE")}
    assert "sip:nobody0@phone.test" in placed
    assert not {f"sip:nobody{number}@phone.test" for number in range(MEDIA_BURST, 14)} & placed


def mutations(message: bytes, choose: random.Random):
    """Endlessly: bytes flipped, cut, doubled; numbers made huge; lines dropped, repeated, exchanged."""
    while True:
        data = bytearray(message)
        for _ in range(choose.randint(1, 4)):
            kind = choose.randrange(6)
            at = choose.randrange(max(1, len(data)))
            if kind == 0:
                data[at : at + 1] = bytes([choose.randrange(256)])
            elif kind == 1:
                del data[at : at + choose.randint(1, 40)]
            elif kind == 2:
                data[at:at] = data[at : at + choose.randint(1, 200)]
            elif kind == 3:
                data[at:at] = choose.choice([b"9" * 40, b"%00", b"<" * 30, b'"', b";" * 20, b"\x00", b"\xff" * 9])
            else:
                lines = bytes(data).split(b"\r\n")
                one, other = choose.randrange(len(lines)), choose.randrange(len(lines))
                if kind == 4:
                    lines[one], lines[other] = lines[other], lines[one]
                else:
                    lines[one] = lines[one] + b"\r\n" + lines[other]
                data = bytearray(b"\r\n".join(lines))
            if not data:
                data = bytearray(b"\r\n")
        yield bytes(data[:3000])


@pytest.mark.timeout(200)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_thousand_mutated_invites_leave_the_phone_able_to_call(rig, seed):
    choose = random.Random(seed)
    mark = rig.heard.mark
    handled = 0
    for number in range(1000):
        offer = sdp_offer(extra="a=sendrecv\r\na=ptime:20\r\n")
        invite = rig.server.invite(sdp=offer, call_id=f"fuzz-{seed}-{number}")
        rig.server.send(next(mutations(invite.encode(), choose)))
        if number % 25 == 0:  # as fast as it is taken in, and what rings is decided
            _await_alive(rig)
            handled = _refuse_all(rig, mark, handled)
    _await_alive(rig)
    _refuse_all(rig, mark, handled)
    _can_call(rig)


@pytest.mark.timeout(150)
@pytest.mark.parametrize("seed", [1, 2])
def test_mutated_answers_to_our_calls_cost_at_most_a_restart(rig, seed):
    """PJSIP aborts on some of them: the process is the wall, and the telephone goes on behind it."""
    choose = random.Random(seed)

    def answer(request):
        contact = choose.choice(["<sip:110@127.0.0.1:9>", "<tel:+6561234567>", "<sip:>", "*"])
        reply = reply_to(request, 200, "OK", [("Contact", contact), ("Content-Type", "application/sdp")])
        reply.body = sdp_offer()
        return next(mutations(reply.encode(), choose)) if choose.random() < 0.8 else reply.encode()

    rig.server.raw_answers["INVITE"] = answer
    for number in range(20):
        _await_alive(rig)
        mark = rig.heard.mark
        rig.send(cmd.MakeCall(f"mutant-{number}", LINE, f"mutant-{number}"))
        with contextlib.suppress(AssertionError):  # refused by PJSIP for want of a slot: told at once
            rig.server.wait_for("INVITE", uri=f"sip:mutant-{number}@phone.test", timeout=0.5)
        rig.send(cmd.HangUp(f"mutant-{number}"))
        rig.heard.wait((ev.CallDisconnected, ev.UserAgentDied), since=mark)
    rig.server.raw_answers.clear()
    _await_alive(rig)
    _can_call(rig, patience=40)  # calls that were never acknowledged hold their slots for 32 s


@pytest.mark.timeout(120)
def test_noise_and_mutated_requests_of_all_kinds_are_survived(rig):
    choose = random.Random(3)
    base = rig.server.invite()
    for number in range(500):
        method = choose.choice(["OPTIONS", "BYE", "CANCEL", "ACK", "NOTIFY", "REFER", "MESSAGE", "UPDATE", "INFO", "X"])
        message = rig.server.invite(call_id=f"noise-{number}", sdp=choose.choice([b"", sdp_offer()]))
        message.start = message.start.replace("INVITE", method)
        message.set("CSeq", f"{number} {method}")
        rig.server.send(next(mutations(message.encode(), choose)))
        rig.server.send(choose.randbytes(choose.randint(1, 1400)))
        if number % 25 == 0:
            _await_alive(rig)
    assert base.uri
    _can_call(rig)


@pytest.mark.timeout(120)
def test_a_burst_of_calls_from_strangers_does_not_kill_the_phone(rig):
    """Each holds two sockets; refused at once, some thirty in half a second would be the end of PJSIP."""
    port = int(rig.server.contact.rpartition(":")[2].split(";")[0])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.2", 0))
        for number in range(200):
            invite = rig.server.invite(call_id=f"burst-{number}")
            invite.set("Via", f"SIP/2.0/UDP 127.0.0.2:{stranger.getsockname()[1]};branch=z9hG4bKburst{number};rport")
            stranger.sendto(invite.encode(), ("127.0.0.1", port))
    _await_alive(rig)
    assert rig.heard.of(ev.UserAgentDied) == []
    assert rig.heard.of(ev.InviteReceived) == []
    _can_call(rig)


@pytest.mark.timeout(120)
def test_connections_to_the_inner_listener_and_relay_are_harmless(tmp_path):
    with Rig(tmp_path, "tcp") as rig:
        rig.register()
        listening = [c.laddr for c in psutil.Process(rig.process.pid).net_connections("tcp") if c.status == "LISTEN"]
        assert listening
        assert {address.ip for address in listening} == {"127.0.0.1"}  # nothing is open to the network
        for _ in range(20):
            for address in listening:
                with socket.create_connection(address) as sock:
                    sock.sendall(b"INVITE sip:x SIP/2.0\r\nl: 0\r\n\r\n")
        _can_call(rig)
        assert rig.heard.of(ev.InviteReceived) == []


def _await_alive(rig):
    """Up and registered, whether or not the packets so far have cost it a restart."""
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        ready, died = len(rig.heard.of(ev.UserAgentReady)), len(rig.heard.of(ev.UserAgentDied))
        if ready <= died:
            rig.heard.wait_for_count(ev.UserAgentReady, died + 1, timeout=35)
            continue
        if died > getattr(rig, "deaths_seen", 0):
            rig.deaths_seen = died
            rig.send(rig.line())
        mark = rig.heard.mark
        rig.send(cmd.MakeCall("probe", "no-line", "x"))
        told = rig.heard.wait((ev.CallDisconnected, ev.UserAgentDied), since=mark, timeout=10)
        if isinstance(told, ev.CallDisconnected):
            return
    raise AssertionError("it does not come back")


def _refuse_all(rig, mark, handled):
    told = rig.heard.of(ev.InviteReceived, mark)
    for event in told[handled:]:
        rig.send(cmd.Refuse(event.call_id, 486))
    return len(told)


def _can_call(rig, patience=5.0):
    """As soon as the slots of the refused calls are free, half a second after they came."""
    with SipPhone("bob") as bob:
        bob.register("phone.test", "110", PASSWORD, server=rig.server.udp_address)
        rig.register()
        for event in rig.heard.of(ev.InviteReceived):
            rig.send(cmd.HangUp(event.call_id))
        deadline = time.monotonic() + patience
        for number in itertools.count():
            call_id, mark = f"after-{number}", rig.heard.mark
            rig.send(cmd.MakeCall(call_id, LINE, "110"))
            told = rig.heard.wait((ev.CallProgressed, ev.CallDisconnected), since=mark, call_id=call_id)
            if isinstance(told, ev.CallProgressed):
                break
            assert told.failure is not None
            assert told.failure.kind is FailureKind.TOO_MANY_CALLS
            assert time.monotonic() < deadline
        bob.wait_for_call().answer()
        rig.heard.wait(ev.CallConfirmed, call_id=call_id)
        rig.send(cmd.HangUp(call_id))
        rig.heard.wait(ev.CallDisconnected, call_id=call_id)
