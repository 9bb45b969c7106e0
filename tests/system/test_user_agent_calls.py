"""Calls of the real user agent: what goes over the wire, and what is told."""

from __future__ import annotations

import re
import socket
import time

import pytest

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.failure import Failure, FailureKind
from softphone.phone.party import Party
from tests.fakes.sip_phone import SipPhone
from tests.fakes.sip_server import sdp_offer
from tests.system.user_agent_rig import LINE, PASSWORD, Rig


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with Rig(tmp_path_factory.mktemp("rig")) as rig, SipPhone("bob") as bob, SipPhone("carol") as carol:
        rig.register()
        bob.register("phone.test", "110", PASSWORD, server=rig.server.address)
        carol.register("phone.test", "120", PASSWORD, server=rig.server.address)
        rig.bob, rig.carol = bob, carol
        yield rig


@pytest.fixture
def rig(shared):
    """Every call of one test is over before the next begins."""
    shared.start = shared.heard.mark
    yield shared
    for event in shared.heard.events:
        if isinstance(event, (ev.InviteReceived, ev.CallProgressed)):
            shared.send(cmd.HangUp(event.call_id))
    for event in list(shared.heard.events):
        if isinstance(event, (ev.InviteReceived, ev.CallProgressed)):
            shared.heard.wait(ev.CallDisconnected, call_id=event.call_id)


NUMBER = iter(range(1, 1000))


def talk(rig, phone="bob", target="110", **more):
    """(our call id, the other phone's call), confirmed with media."""
    call_id = f"out-{next(NUMBER)}"
    rig.send(cmd.MakeCall(call_id, LINE, target, **more))
    theirs = getattr(rig, phone).wait_for_call()
    theirs.answer()
    rig.heard.wait(ev.CallConfirmed, call_id=call_id)
    theirs.wait_for_media("active")
    return call_id, theirs


# --- out --------------------------------------------------------------------------------------------------------------


def test_our_number_is_asked_for_and_the_codec_told(rig):
    call_id, theirs = talk(rig, caller_id="+6561234567")
    assert theirs.header("P-Preferred-Identity") == "<sip:+6561234567@phone.test>"
    assert theirs.header("Privacy") is None
    media = rig.heard.wait(ev.MediaChanged, call_id=call_id, active=True)
    assert (media.codec, media.clock_rate, media.srtp, media.signalling) == ("G722", 16000, "", "udp")


def test_an_anonymous_call_asks_for_privacy(rig):
    _, theirs = talk(rig, caller_id="anonymous")
    assert theirs.header("Privacy") == "id"
    assert "sip:anonymous@anonymous.invalid" in theirs.header("From")
    assert theirs.header("P-Preferred-Identity") == "<sip:100@phone.test>", "for the provider alone"


@pytest.mark.parametrize(
    ("target", "uri"), [("#31*", "sip:%2331*@phone.test"), ("sip:x@phone.test", "sip:x@phone.test")]
)
def test_what_is_dialled_stands_in_the_request_as_an_address(rig, target, uri):
    since = len(rig.server.received)
    rig.send(cmd.MakeCall("dial-" + target, LINE, target))
    assert rig.server.wait_for("INVITE", since=since).uri == uri
    end = rig.heard.wait(ev.CallDisconnected, call_id="dial-" + target)
    assert (end.code, end.by_remote) == (404, True)


@pytest.mark.parametrize(("code", "reason"), [(486, "Busy Here"), (603, "Decline"), (480, "Away"), (503, "Full")])
def test_a_refusal_is_told_with_its_code(rig, code, reason):
    call_id = f"refused-{code}"
    rig.send(cmd.MakeCall(call_id, LINE, "110"))
    rig.bob.wait_for_call().answer(code, reason=reason)
    end = rig.heard.wait(ev.CallDisconnected, call_id=call_id)
    assert (end.code, end.reason, end.by_remote) == (code, reason, True)


def test_early_media_is_told_when_it_flows(rig):
    rig.send(cmd.MakeCall("early-1", LINE, "110"))
    theirs = rig.bob.wait_for_call()
    theirs.answer(183)
    rig.heard.wait(ev.CallProgressed, call_id="early-1", code=183, early_media=True)
    rig.heard.wait(ev.MediaChanged, call_id="early-1", active=True)


def test_a_call_is_cancelled_before_its_answer(rig):
    rig.send(cmd.MakeCall("cancel-1", LINE, "110"))
    theirs = rig.bob.wait_for_call()
    rig.send(cmd.HangUp("cancel-1"))
    end = rig.heard.wait(ev.CallDisconnected, call_id="cancel-1")
    assert (end.code, end.by_remote, end.failure) == (487, False, None)
    assert theirs.wait_for_end()[0] == 487


def test_the_end_is_told_even_when_the_other_side_is_gone(rig):
    call_id, _ = talk(rig)
    rig.server.silent = True
    try:
        began = time.monotonic()
        rig.send(cmd.HangUp(call_id))
        assert not rig.heard.wait(ev.CallDisconnected, call_id=call_id, timeout=4).by_remote
        assert time.monotonic() - began < 3.0
    finally:
        rig.server.silent = False


def test_a_number_that_forwards_is_followed(rig):
    rig.send(cmd.MakeCall("forward-1", LINE, "110"))
    rig.bob.wait_for_call().answer(302, headers=[("Contact", "<sip:120@phone.test>")])
    carols = rig.carol.wait_for_call()
    carols.answer()
    rig.heard.wait(ev.CallConfirmed, call_id="forward-1")
    carols.hangup()
    assert rig.heard.wait(ev.CallDisconnected, call_id="forward-1").by_remote


def test_a_forward_to_what_is_no_sip_address_ends_the_call(rig):
    rig.send(cmd.MakeCall("forward-2", LINE, "110"))
    rig.bob.wait_for_call().answer(302, headers=[("Contact", "<tel:+6561234567>")])
    assert rig.heard.wait(ev.CallDisconnected, call_id="forward-2").code == 302
    assert rig.heard.of(ev.UserAgentDied) == []


def test_ports_of_the_sound_are_drawn_by_each_process_anew(rig, tmp_path):
    """Where every process begins at PJSIP's 4000, one that has just ended leaves its late packets to the next."""

    def port(of):
        since = len(of.server.received)
        of.send(cmd.MakeCall(f"port-{id(of)}-{since}", LINE, "nobody"))
        offer = of.server.wait_for("INVITE", since=since).body
        return int(re.search(rb"m=audio (\d+) ", offer)[1])

    with Rig(tmp_path) as other:
        other.register()
        ports = [port(rig), port(other)]
    assert all(port >= 16384 and port % 2 == 0 for port in ports)
    assert ports[0] != ports[1]


# --- in ---------------------------------------------------------------------------------------------------------------


def test_an_invite_is_told_with_everyone_it_names(rig):
    invite = rig.server.invite(
        headers=[
            ("P-Asserted-Identity", '"Fav \\"Ann\\" Other" <sip:+6599999999@phone.test>'),
            ("Diversion", "<sip:120@phone.test>;reason=unconditional"),
            ("Referred-By", "<sip:105@phone.test>"),
        ]
    )
    told = rig.called(invite)
    assert told.remote == Party("+6599999999", "phone.test", 'Fav "Ann" Other')
    assert told.diverted_by == Party("120", "phone.test", "")
    assert told.transferred_by == Party("105", "phone.test", "")
    assert told.called == "100"


def test_a_call_answered_elsewhere_is_told_so(rig):
    invite = rig.server.invite()
    told = rig.called(invite)
    rig.send(cmd.Ring(told.call_id))
    rig.server.wait_for_answer(180, "INVITE", since=0)
    rig.server.send(rig.server.follow_up(invite, "CANCEL", reason='SIP;cause=200;text="Call completed elsewhere"'))
    end = rig.heard.wait(ev.CallDisconnected, call_id=told.call_id)
    assert end.completed_elsewhere
    assert end.by_remote


def test_a_call_that_a_rule_does_not_allow_says_why(rig):
    rig.send(cmd.MakeCall("forbidden", LINE, "110"))
    warning = ("Warning", '399 phone.test "Not to premium numbers"')
    rule = ("Refused-By", 'outbound_rule;place="premium numbers"')
    rig.bob.wait_for_call().answer(403, headers=[warning, rule])
    end = rig.heard.wait(ev.CallDisconnected, call_id="forbidden")
    assert (end.code, end.by_remote) == (403, True)
    assert end.failure == Failure(FailureKind.OUTBOUND_RULE, 403, "premium numbers", sentence="Not to premium numbers")


def test_an_undecided_call_gets_480_after_a_second(rig):
    invite, began = rig.server.invite(), time.monotonic()
    told = rig.called(invite)
    rig.server.wait_for_answer(480, "INVITE", to=invite, timeout=4)
    assert 0.9 < time.monotonic() - began < 2.5
    rig.heard.wait(ev.CallDisconnected, call_id=told.call_id)


def test_a_redirection_carries_its_contacts(rig):
    since = len(rig.server.received)
    told = rig.called(rig.server.invite())
    contacts = ("+6591111111", "120", "sip:101@other.test", "sip:evil@x\r\nX-Injected: 1")
    rig.send(cmd.Refuse(told.call_id, 302, contacts))
    answer = rig.server.wait_for_answer(302, "INVITE", since=since)
    targets = ("+6591111111@phone.test", "120@phone.test", "101@other.test")
    assert answer.all("Contact") == [f"<sip:{target}>;q=1.0" for target in targets]
    assert answer.get("X-Injected") == ""
    assert rig.heard.wait(ev.CallDisconnected, call_id=told.call_id).code == 302


def test_a_refusal_is_never_sent_within_half_a_second(rig):
    invite, began = rig.server.invite(), time.monotonic()
    told = rig.called(invite)
    rig.send(cmd.Refuse(told.call_id, 486))
    rig.server.wait_for_answer(486, "INVITE", to=invite)
    assert time.monotonic() - began >= 0.5


def test_a_call_from_anywhere_but_the_server_is_refused_untold(rig):
    """Over the relay's transports by port, by UDP by address: here the address of another network interface."""
    mark = rig.heard.mark
    port = int(re.search(r"@[^:]+:(\d+)", rig.server.contact)[1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.2", 0))
        stranger.settimeout(5)
        invite = rig.server.invite()
        invite.set("Via", f"SIP/2.0/UDP 127.0.0.2:{stranger.getsockname()[1]};branch=z9hG4bKstranger;rport")
        stranger.sendto(invite.encode(), ("127.0.0.1", port))
        answers = []
        while not answers or answers[-1].startswith(b"SIP/2.0 1"):
            answers.append(stranger.recv(4096))
    assert answers[-1].startswith(b"SIP/2.0 403")
    assert rig.heard.of(ev.InviteReceived, mark) == []
    assert rig.heard.of(ev.CallDisconnected, mark) == []


def test_an_offer_whose_media_address_is_a_name_is_refused(rig):
    since, mark = len(rig.server.received), rig.heard.mark
    rig.server.send(rig.server.invite(sdp=sdp_offer("slow.example.com")))
    rig.server.wait_for_answer(488, "INVITE", since=since)
    assert rig.heard.of(ev.InviteReceived, mark) == []


def test_a_foreign_subscription_is_forbidden(rig):
    since = len(rig.server.received)
    subscribe = rig.server.invite(sdp=b"", headers=[("Event", "presence"), ("Expires", "600")])
    subscribe.start = subscribe.start.replace("INVITE", "SUBSCRIBE")
    subscribe.set("CSeq", "1 SUBSCRIBE")
    rig.server.send(subscribe)
    rig.server.wait_for_answer(403, "SUBSCRIBE", since=since)


def test_a_second_call_changes_nothing_for_the_first(rig):
    call_id, theirs = talk(rig)
    mark = rig.heard.mark
    told = rig.called(rig.server.invite())
    rig.send(cmd.Ring(told.call_id))
    rig.send(cmd.Refuse(told.call_id, 486))
    rig.heard.wait(ev.CallDisconnected, call_id=told.call_id)
    about_first = [e for e in rig.heard.events[mark:] if getattr(e, "call_id", "") == call_id]
    assert about_first == []
    assert theirs.state == "confirmed"


def test_a_fifth_call_in_is_busy_and_the_others_stay(rig):
    since = len(rig.server.received)
    told = [rig.called(rig.server.invite()) for _ in range(4)]
    for event in told:
        rig.send(cmd.Ring(event.call_id))
    mark = rig.heard.mark
    rig.server.send(rig.server.invite())
    rig.server.wait_for_answer(486, "INVITE", since=since)
    assert rig.heard.of(ev.InviteReceived, mark) == []
    assert rig.heard.of(ev.CallDisconnected, mark) == []


# --- in a call --------------------------------------------------------------------------------------------------------


def test_hold_stops_the_sound_of_the_other_side_too(rig):
    call_id, theirs = talk(rig)
    rig.send(cmd.Hold(call_id))
    theirs.wait_for_media("remote_hold")
    rig.heard.wait(ev.HoldChanged, call_id=call_id, local=True)
    since = len(rig.bob.events)
    rig.send(cmd.Resume(call_id))
    theirs.wait_for_media("active", since=since)


def test_hold_and_resume_asked_in_one_breath_end_resumed(rig):
    call_id, theirs = talk(rig)
    for _ in range(5):
        rig.send(cmd.Hold(call_id))
        rig.send(cmd.Resume(call_id))
    rig.send(cmd.Hold(call_id))
    rig.heard.wait(ev.HoldChanged, call_id=call_id, local=True)
    theirs.wait_for_media("remote_hold")
    mark = rig.heard.mark
    rig.send(cmd.Resume(call_id))
    rig.heard.wait(ev.HoldChanged, since=mark, call_id=call_id, local=False)


def test_both_may_hold_and_each_resume_is_told(rig):
    call_id, theirs = talk(rig)
    theirs.hold()
    rig.heard.wait(ev.HoldChanged, call_id=call_id, local=False, remote=True)
    rig.send(cmd.Hold(call_id))
    rig.heard.wait(ev.HoldChanged, call_id=call_id, local=True, remote=True)
    mark = rig.heard.mark
    rig.send(cmd.Resume(call_id))
    rig.heard.wait(ev.HoldChanged, since=mark, call_id=call_id, local=False, remote=True)


def test_a_hold_that_is_refused_is_told_and_can_be_undone(rig):
    call_id, _ = talk(rig)
    rig.server.answers["INVITE"] = (488, "Not Here", [])
    try:
        rig.send(cmd.Hold(call_id))
        refused = rig.heard.wait(ev.HoldRefused, call_id=call_id)
        assert refused.failure.code == 488
        mark = rig.heard.mark
        rig.send(cmd.Resume(call_id))
        rig.heard.wait(ev.HoldChanged, since=mark, call_id=call_id, local=False)
    finally:
        rig.server.answers.clear()


def test_two_calls_are_held_and_changed_between(rig):
    first, _bobs = talk(rig)
    rig.send(cmd.Hold(first))
    second, carols = talk(rig, "carol", "120")
    rig.heard.wait(ev.HoldChanged, call_id=first, local=True)
    rig.send(cmd.Hold(second))
    rig.send(cmd.Resume(first))
    carols.wait_for_media("remote_hold")
    rig.heard.wait(ev.HoldChanged, call_id=first, local=False)


def test_a_long_string_of_digits_arrives_whole(rig):
    call_id, theirs = talk(rig)
    digits = "0123456789*#ABCD" * 2
    rig.send(cmd.SendDigits(call_id, digits))
    theirs.wait_for_digits(digits, timeout=30)
    assert {event["method"] for event in theirs.events if event["event"] == "digit"} == {"rfc4733"}


def test_digits_go_by_info_where_telephone_event_was_not_agreed(rig):
    told = rig.called(rig.server.invite(sdp=sdp_offer().replace(b" 101", b"").replace(
        b"a=rtpmap:101 telephone-event/8000\r\n", b"")))  # fmt: skip
    since = len(rig.server.received)
    rig.send(cmd.Answer(told.call_id))
    answer = rig.server.wait_for_answer(200, "INVITE", since=since)
    invite = next(m for m in [answer] if m)
    ack = rig.server.invite(sdp=b"")
    ack.headers = [(k, v) for k, v in ack.headers if k not in ("From", "To", "Call-ID", "CSeq")]
    ack.start = ack.start.replace("INVITE", "ACK")
    for name in ("From", "To", "Call-ID"):
        ack.set(name, invite.get(name))
    ack.set("CSeq", "1 ACK")
    rig.server.send(ack)
    rig.heard.wait(ev.CallConfirmed, call_id=told.call_id)
    rig.send(cmd.SendDigits(told.call_id, "5"))
    info = rig.server.wait_for("INFO", since=since)
    assert re.search(rb"Signal=\s*5", info.body)


def test_digits_of_the_other_side_are_told_by_both_ways(rig):
    call_id, theirs = talk(rig)
    theirs.dtmf("42")
    rig.heard.wait(ev.DigitReceived, call_id=call_id, digit="4")
    rig.heard.wait(ev.DigitReceived, call_id=call_id, digit="2")
    theirs.dtmf("#", "info")
    rig.heard.wait(ev.DigitReceived, call_id=call_id, digit="#")


def test_muted_the_call_goes_on_and_packets_flow(rig):
    call_id, theirs = talk(rig)
    rig.send(cmd.SetMuted(call_id, True))
    before = theirs.statistics()["received"]
    deadline = time.monotonic() + 5
    while theirs.statistics()["received"] < before + 20:
        assert time.monotonic() < deadline, "nothing arrives from a muted call"


def test_a_blind_transfer_leaves_the_other_two_talking(rig):
    call_id, _theirs = talk(rig)
    rig.send(cmd.Transfer(call_id, "120"))
    carols = rig.carol.wait_for_call()
    carols.answer()
    rig.heard.wait(ev.TransferProgressed, call_id=call_id, code=200, final=True)
    rig.heard.wait(ev.CallDisconnected, call_id=call_id)
    carols.wait_for("confirmed")
    carols.hangup()


def test_a_transfer_to_nobody_fails_and_the_call_stays(rig):
    call_id, theirs = talk(rig)
    rig.send(cmd.Transfer(call_id, "999"))
    progress = rig.heard.wait(ev.TransferProgressed, call_id=call_id, final=True)
    assert progress.code == 404
    assert theirs.state == "confirmed"


def test_an_attended_transfer_joins_the_two_others(rig):
    first, _bobs = talk(rig)
    rig.send(cmd.Hold(first))
    rig.heard.wait(ev.HoldChanged, call_id=first, local=True)
    second, _carols = talk(rig, "carol", "120")
    rig.send(cmd.TransferTo(first, second))
    rig.heard.wait(ev.TransferProgressed, call_id=first, final=True, code=200)
    rig.heard.wait(ev.CallDisconnected, call_id=first)
    rig.heard.wait(ev.CallDisconnected, call_id=second)


def test_the_other_side_cannot_make_this_phone_call_somebody(rig):
    _, theirs = talk(rig)
    since = len(rig.server.received)
    theirs.transfer("sip:120@phone.test")
    rig.server.wait_for_answer(603, "REFER", since=since)
    assert not any(m.start.startswith("INVITE") and m.get("User-Agent").startswith("Softphone")
                   for m in rig.server.received[since:])  # fmt: skip


def test_statistics_tell_of_real_packets(rig):
    call_id, _theirs = talk(rig)
    deadline = time.monotonic() + 5
    while True:
        mark = rig.heard.mark
        rig.send(cmd.ReportStatistics())
        measured = rig.heard.wait(ev.MediaMeasured, since=mark, call_id=call_id)
        if measured.received_packets > 25:
            break
        assert time.monotonic() < deadline, measured
    assert measured.sent_packets > 10
    assert measured.loss_in < 0.1
    assert 3.5 < measured.mos <= 4.5
    assert measured.quiet_seconds < 1.0
