"""Real phones (pjsua2, a process each) on the signalling: what they make of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from softphone.pbx.sip_core.timings import Timings
from tests.fakes.signalling_fixture import REALM, Ground, certificates
from tests.fakes.sip_phone import PhoneCall, SipPhone
from tests.system.waiting import until

Make = Callable[[str], SipPhone]


@pytest.fixture
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    ground = Ground(getattr(request, "param", Timings()))
    ground.start()
    yield ground
    ground.core.stop()


@pytest.fixture
def phone(ground: Ground) -> Iterator[Callable[..., SipPhone]]:
    with ExitStack() as phones:

        def make(name: str, transport: str = "udp", trace: bool = False, **more: object) -> SipPhone:
            ca_file = str(certificates()[0]) if transport == "tls" else None
            made = phones.enter_context(SipPhone(name, transport=transport, ca_file=ca_file, trace=trace))
            server = getattr(ground.addresses, transport)
            made.register(REALM, name.split("-")[0], "secret", server=server, auth_username=name, **more)
            return made

        yield make


def talk(caller: SipPhone, callee: SipPhone, number: str) -> tuple[PhoneCall, PhoneCall]:
    outgoing = caller.call(number)
    incoming = callee.wait_for_call()
    incoming.answer()
    for call in (outgoing, incoming):
        call.wait_for("confirmed")
        call.wait_for_media()
    return outgoing, incoming


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_two_phones_call_hold_resume_and_send_digits(phone, ground, transport):
    alice, bob = phone("100-1", transport), phone("110-1", transport)
    outgoing, incoming = talk(alice, bob, "110")
    assert incoming.header("P-Asserted-Identity") == '"Alice Tan" <sip:100@pbx.test>'
    outgoing.hold()
    incoming.wait_for_media("remote_hold")
    outgoing.resume()
    outgoing.dtmf("159#")
    incoming.wait_for_digits("159#")
    incoming.dtmf("*07", method="info")
    outgoing.wait_for_digits("*07")
    incoming.hangup()
    outgoing.wait_for_end()
    assert ground.records.get(timeout=5).reason == "answered"


def test_a_blind_transfer_between_phones(phone, ground):
    alice, bob, carol = phone("100-1"), phone("110-1"), phone("120-1")
    outgoing, incoming = talk(alice, bob, "110")
    since = len(bob.events)
    outgoing.transfer("120")
    third = carol.wait_for_call()
    third.answer()
    third.wait_for("confirmed")
    alice.wait_for_event("transfer_status", code=200, final=True)
    outgoing.wait_for_end()
    incoming.wait_for_media("active", since=since)
    third.wait_for_media()
    third.dtmf("42")
    incoming.wait_for_digits("42")
    third.hangup()
    incoming.wait_for_end()


def test_an_attended_transfer_between_phones(phone, ground):
    alice, bob, carol = phone("100-1"), phone("110-1"), phone("120-1")
    first, far = talk(alice, bob, "110")
    first.hold()
    second, further = talk(alice, carol, "120")
    since = len(bob.events)
    second.hold()
    first.transfer_to(second)
    alice.wait_for_event("transfer_status", code=200, final=True)
    first.wait_for_end()
    second.wait_for_end()
    far.wait_for_media("active", since=since)
    further.dtmf("31")
    far.wait_for_digits("31")
    far.hangup()
    further.wait_for_end()
    assert ground.core.open_tables()["legs"] == 0


def test_a_failed_transfer_is_told_and_the_call_goes_on(phone, ground):
    alice, bob = phone("100-1"), phone("110-1")
    outgoing, incoming = talk(alice, bob, "110")
    outgoing.transfer("999")
    alice.wait_for_event("transfer_status", code=404, final=True)
    outgoing.dtmf("5")
    incoming.wait_for_digits("5")


def test_message_waiting_reaches_a_phone(phone, ground):
    alice = phone("100-1", message_waiting=True)
    alice.wait_for_event("message_waiting", timeout=10)
    since = len(alice.events)
    ground.core.notify_mailbox("100", 3, 1)
    assert "3/1" in str(alice.wait_for_event("message_waiting", since=since, timeout=10))


@pytest.mark.parametrize("ground", [Timings(ping=0.2, transaction=0.8)], indirect=True)
def test_a_phone_in_a_call_answers_the_question_whether_it_is_there(phone, ground):
    alice, bob = phone("100-1", trace=True), phone("110-1")
    outgoing, incoming = talk(alice, bob, "110")
    outgoing.hold()
    # The first one that nobody answered would have ended the call by then.
    until(lambda: alice.log.count("OPTIONS sip:") >= 8, "eight questions")
    outgoing.resume()
    assert (outgoing.state, incoming.state) == ("confirmed", "confirmed")
    bob.kill()
    outgoing.wait_for_end()
