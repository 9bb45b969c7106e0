"""Transfers and hold between three real telephones on the local phone system."""

from collections.abc import Iterator

import pytest

from tests.fakes.sip_phone import PhoneCall, SipPhone
from tests.system.pbx_fixture import LocalPhoneSystem
from tests.system.waiting import until


@pytest.fixture(scope="module")
def system() -> Iterator[LocalPhoneSystem]:
    with LocalPhoneSystem() as running:
        yield running


@pytest.fixture(scope="module")
def phones(system: LocalPhoneSystem) -> Iterator[list[SipPhone]]:
    with SipPhone("alice") as alice, SipPhone("bob") as bob, SipPhone("carol") as carol:
        for phone in (alice, bob, carol):
            system.register(phone, f"{phone.name}@example.com")
        yield [alice, bob, carol]


def connect(caller: SipPhone, callee: SipPhone, number: str) -> tuple[PhoneCall, PhoneCall]:
    """A call from one phone to another, answered: both its ends."""
    outgoing = caller.call(number)
    incoming = callee.wait_for_call()
    incoming.answer()
    for side in (outgoing, incoming):
        side.wait_for("confirmed")
        side.wait_for_media()
    return outgoing, incoming


def hears(call: PhoneCall) -> None:
    """Waits until new sound arrives."""
    before = call.statistics()["received"]
    until(lambda: call.statistics()["received"] > before + 10, "sound")


def test_a_blind_transfer_connects_the_other_two(phones):
    alice, bob, carol = phones
    to_bob, bobs = connect(alice, bob, "110")
    to_bob.transfer("120")
    carols = carol.wait_for_call()
    carols.answer()
    alice.wait_for_event("transfer_status", call=to_bob.number, code=200, final=True)
    to_bob.wait_for_end()
    carols.wait_for("confirmed")
    hears(carols)
    hears(bobs)
    bobs.hangup()
    carols.wait_for_end()


def test_a_blind_transfer_to_someone_busy_fails_and_the_call_goes_on(phones):
    alice, bob, _ = phones
    to_bob, bobs = connect(alice, bob, "110")
    since = len(alice.events)
    to_bob.transfer("103")
    alice.wait_for_event("transfer_status", call=to_bob.number, since=since, code=486, final=True)
    assert to_bob.state == "confirmed"
    hears(bobs)
    bobs.hangup()
    to_bob.wait_for_end()


def test_an_attended_transfer_connects_the_other_two(phones):
    alice, bob, carol = phones
    to_bob, bobs = connect(alice, bob, "110")
    to_bob.hold()
    to_carol, carols = connect(alice, carol, "120")
    to_bob.transfer_to(to_carol)
    to_bob.wait_for_end()
    to_carol.wait_for_end()
    hears(bobs)
    hears(carols)
    carols.hangup()
    bobs.wait_for_end()


def test_the_other_side_sees_hold_and_hears_again_after_resume(phones):
    alice, bob, _ = phones
    to_bob, bobs = connect(alice, bob, "110")
    since = len(bob.events)
    to_bob.hold()
    bobs.wait_for_media("remote_hold", since=since)
    since = len(bob.events)
    to_bob.resume()
    bobs.wait_for_media("active", since=since)
    hears(bobs)
    hears(to_bob)
    bobs.hangup()
    to_bob.wait_for_end()
