"""Many calls: the tables are empty afterwards, and nothing of a call stays in memory."""

import asyncio
import gc
from collections import Counter

import psutil
import pytest

from softphone.pbx.sip_core.timings import Timings
from tests.fakes.signalling_fixture import Ground, scenario
from tests.fakes.sip_peer import SipPeer, sdp

OF_A_CALL = ("Call", "Leg", "Dialog", "Fork", "SipRequest", "SipResponse", "SipTransaction", "LoopTimer")


def alive() -> Counter[str]:
    gc.collect()
    return Counter(type(thing).__name__ for thing in gc.get_objects() if type(thing).__name__ in OF_A_CALL)


async def short_call(number: int, alice: SipPeer, bob: SipPeer) -> None:
    """Answered, cancelled and refused in turn."""
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    incoming.ring()
    await outgoing.progress(180)
    match number % 4:
        case 0:
            await asyncio.gather(outgoing.cancel(), incoming.cancelled())
            await outgoing.refused()
        case 1:
            await incoming.refuse(486)
            await outgoing.refused()
        case _:
            await incoming.answer(sdp(5000))
            await outgoing.answered()
            await (outgoing.hang_up() if number % 4 == 2 else incoming.hang_up())
            await (bob.expect("BYE") if number % 4 == 2 else alice.expect("BYE"))
    for peer in (alice, bob):
        peer.responses.clear()
        peer._seen.clear()


@pytest.mark.timeout(180)
def test_five_hundred_short_calls_leave_nothing_behind():
    @scenario(Timings(answers_kept=0.3))
    async def play(ground: Ground) -> None:
        alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
        empty = {"transactions": 0, "answers kept": 0, "legs": 0, "calls": 0}

        async def quiet() -> tuple[Counter[str], int]:
            await ground.until(
                lambda: {name: ground.core.open_tables()[name] for name in empty} == empty, "tables empty"
            )
            return alive(), psutil.Process().memory_info().rss

        for number in range(100):
            await short_call(number, alice, bob)
        before, memory = await quiet()
        for number in range(500):
            await short_call(number, alice, bob)
        after, memory_after = await quiet()
        for _ in range(600):
            await ground.record()
        assert ground.records.empty()
        assert {name: after[name] - before[name] for name in OF_A_CALL if after[name] - before[name] > 5} == {}
        assert memory_after - memory < 3_000_000, f"{memory} -> {memory_after}"

    play()


@scenario()
async def test_twenty_calls_at_once(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    outgoing = [await alice.call("110", sdp(4000 + number)) for number in range(20)]
    incoming = {}
    for _ in outgoing:
        call = await bob.incoming()
        incoming[call.invite.body] = call
    assert len(incoming) == 20
    await asyncio.gather(*(call.answer(sdp(5000)) for call in incoming.values()))
    for call in outgoing:
        await call.answered()
    assert ground.core.open_tables()["calls"] == 20
    await asyncio.gather(*(call.hang_up() for call in outgoing))
    await ground.until(lambda: ground.core.open_tables()["legs"] == 0, "no leg left")
