"""A long working day: hundreds of calls one after another leave nothing behind."""

import contextlib
import re
from pathlib import Path

import pytest

from tests.system.waiting import until

CALLS, WARM_UP = 300, 20
MAX_GROWTH = 1.05
#: PJSIP keeps a challenged INVITE for 32 s over UDP (RFC 3261 17.1.1.2, timer D), so calls that follow each other
#: faster than any person's pile up for as long; what they took must have gone a little later.
FORGOTTEN = 45


def memory(application) -> int:
    """Bytes that the program and its user agent have taken for themselves, swapped out or not.

    Not PSS, nor RSS less what is shared: these change by megabytes when another Python starts or ends.
    """
    return sum(
        1024 * int(kilobytes)
        for pid in (application.process.pid, application.child_pid())
        for kilobytes in re.findall(
            r"^(?:Anonymous|Swap): +(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M
        )
    )


@pytest.mark.timeout(400)
def test_three_hundred_calls_one_after_another(signed_in):
    application = signed_in()
    child = application.child_pid()
    warm = 0
    for number in range(CALLS):
        call_id = application.ask("call", number="*43")["id"]
        until(
            lambda call_id=call_id: application.call_state(call_id) == "confirmed", f"call {number} answered", 15, 0.01
        )
        application.ask("hangup")
        until(lambda call_id=call_id: application.call_state(call_id) in ("disconnected", "gone"), "ended", 15, 0.01)
        if number == WARM_UP:
            warm = memory(application)
    assert application.child_pid() == child, "the user agent never died"
    assert [c for c in application.status()["calls"] if c["state"] != "disconnected"] == []
    assert len(application.status()["calls"]) <= 1, "ended calls are put away"
    until(lambda: memory(application) < warm * MAX_GROWTH, "the memory of 300 calls is given back", FORGOTTEN, 1.0)


def test_four_calls_at_once_come_and_go(signed_in, phone_system):
    """Two are taken, the others are told busy; the program stays as it was."""
    from tests.fakes.sip_phone import SipPhone

    application = signed_in()
    with contextlib.ExitStack() as stack:
        phones = [stack.enter_context(SipPhone(f"caller-{n}")) for n in range(4)]
        for phone, email in zip(phones, ["bob@example.com"] * 2 + ["carol@example.com"] * 2, strict=True):
            phone_system.register(phone, email)
        calls = [phone.call("100") for phone in phones]
        until(lambda: len(application.status()["calls"]) >= 2, "two ring", 15)
        refused = [call for call in calls if _ended(call)]
        until(lambda: sum(_ended(call) for call in calls) == 2, f"two are busy, not {len(refused)}", 15)
        assert {call.wait_for_end()[0] for call in calls if _ended(call)} == {486}
        application.do("answer")
        application.do("answer")
        until(lambda: sum(call.state == "confirmed" for call in calls) == 2, "both are answered", 15)
        application.do("hangup")
        application.do("hangup")
        until(lambda: all(_ended(call) for call in calls), "all are over", 15)
    application.registered()


def _ended(call) -> bool:
    return call.state == "disconnected"
