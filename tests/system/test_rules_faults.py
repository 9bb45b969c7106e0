"""Settings that cannot be read, and calls that cross each other: nothing hangs, and nothing is left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from softphone.extension.settings import Forwarding, NoAnswer, Settings
from tests.fakes.sip_peer import sdp
from tests.system.rules_fixture import OUTSIDE, RuleGround, rule


def lose_the_database(ground: RuleGround) -> Callable[[], None]:
    """Until the function that is returned is called."""
    read: Any = ground.subscribers.settings

    def settings(key: str) -> Settings | None:
        raise OSError(f"no database for {key}")

    def back() -> None:
        ground.subscribers.settings = read  # type: ignore[method-assign]

    ground.subscribers.settings = settings  # type: ignore[method-assign]
    ground.faults_expected = True
    return back


@rule
async def test_a_call_whose_rules_cannot_be_read_is_refused_and_the_next_one_rings(ground: RuleGround):
    bob, alice = await ground.phone("110-1"), await ground.phone("100-1")
    ground.set("100", call_waiting=False)
    back = lose_the_database(ground)
    assert (await (await ground.dial(bob, "100")).refused()).code == 500
    back()
    await ground.talk(bob, alice, "100")


@rule
async def test_a_call_that_cannot_go_on_after_no_answer_ends(ground: RuleGround):
    bob, alice = await ground.phone("110-1"), await ground.phone("100-1")
    ground.set("100", no_answer=NoAnswer("forward", OUTSIDE, after_seconds=1))
    outgoing = await ground.dial(bob, "100")
    ringing = await alice.incoming()
    ringing.ring()
    await outgoing.progress(180)
    back = lose_the_database(ground)
    await ringing.cancelled()
    assert (await outgoing.refused()).code == 500
    back()


@rule
async def test_an_answer_that_crosses_the_end_of_the_ringing_is_hung_up_and_the_call_goes_on(ground: RuleGround):
    bob, alice, voicemail = await ground.phone("110-1"), await ground.phone("100-1"), await ground.child("*86...")
    ground.set("100", no_answer=NoAnswer("voicemail", after_seconds=1))
    outgoing = await ground.dial(bob, "100")
    ringing = await alice.incoming()
    ringing.ring()
    await alice.expect("CANCEL", ringing.call_id)
    await ringing.answer(sdp(5000))
    await alice.expect("BYE", ringing.call_id)
    await (await voicemail.incoming()).answer(sdp(6000))
    assert (await outgoing.answered()).body == sdp(6000)


@rule
async def test_two_destinations_that_answer_at_once_leave_one_call(ground: RuleGround):
    bob, ben, farah = [await ground.phone(name) for name in ("110-1", "101-1", "102-1")]
    ground.set("100", forwarding=Forwarding(True, None, ("101", "102")))
    outgoing = await ground.dial(bob, "100")
    first, second = await ben.incoming(), await farah.incoming()
    first.ring()
    second.ring()
    await outgoing.progress(180)
    await asyncio.gather(first.answer(sdp(5000)), second.answer(sdp(5002)))
    answer = (await outgoing.answered()).body
    loser = second if answer == sdp(5000) else first
    await loser.peer.expect("BYE", loser.call_id)


@rule
async def test_a_device_that_goes_while_it_rings_is_as_good_as_not_there(ground: RuleGround):
    bob, alice = await ground.phone("110-1"), await ground.phone("100-1", "tcp")
    voicemail = await ground.child("*86...")
    ground.set("100", no_answer=NoAnswer("voicemail", after_seconds=60))
    outgoing = await ground.dial(bob, "100")
    await alice.incoming()
    await alice.close()
    await (await voicemail.incoming()).answer(sdp(6000))
    await outgoing.answered()
