"""Memory goes back to the system once PJSIP has forgotten the calls, and never during one."""

import sys

import pytest

from softphone.sip.heap_trim import FORGOTTEN_AFTER, HeapTrim, libc_trim
from softphone.sip.timers import Timers


class Case:
    def __init__(self) -> None:
        self.now = 1000.0
        self.idle = True
        self.trimmed: list[float] = []
        self.timers = Timers(lambda: self.now)
        self.heap = HeapTrim(
            self.timers, lambda: self.idle, lambda: self.trimmed.append(self.now), clock=lambda: self.now
        )

    def until(self, when: float) -> None:
        while self.now < when:
            self.now = min(when, self.now + max(0.001, self.timers.next_in(when - self.now)))
            for action in self.timers.run_due():
                action()


@pytest.fixture
def case() -> Case:
    return Case()


def test_memory_is_given_back_when_the_call_is_forgotten(case: Case) -> None:
    case.heap.call_ended()
    case.until(1000 + FORGOTTEN_AFTER - 0.1)
    assert case.trimmed == []
    case.until(1000 + FORGOTTEN_AFTER + 0.1)
    assert len(case.trimmed) == 1


def test_a_row_of_calls_is_given_back_once_after_the_last(case: Case) -> None:
    for _ in range(100):
        case.heap.call_ended()
        case.until(case.now + 1)
    last = case.now - 1
    assert case.trimmed == []
    case.until(last + 5 * FORGOTTEN_AFTER)
    assert case.trimmed == [pytest.approx(last + FORGOTTEN_AFTER, abs=0.1)]


def test_nothing_is_trimmed_during_a_call_but_after_it(case: Case) -> None:
    case.heap.call_ended()
    case.idle = False
    case.until(case.now + 10 * FORGOTTEN_AFTER)
    assert case.trimmed == []
    case.idle = True
    case.heap.call_ended()
    case.until(case.now + 2 * FORGOTTEN_AFTER)
    assert len(case.trimmed) == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux has it")
def test_the_c_library_can_be_told() -> None:
    trim = libc_trim()
    if trim is not None:
        trim()
