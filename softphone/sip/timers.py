"""Things to do later on the sip thread."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable


class Timer:
    """One appointment; `cancel` may be called at any time, also when it is over."""

    __slots__ = ("action",)

    def __init__(self, action: Callable[[], None]) -> None:
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        self.action = None


class Timers:
    """A heap of appointments; only the thread that runs them touches it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        timer = Timer(action)
        heapq.heappush(self._heap, (self._clock() + seconds, next(self._order), timer))
        return timer

    def next_in(self, at_most: float) -> float:
        """Seconds until the next appointment, at most `at_most`."""
        while self._heap and self._heap[0][2].action is None:
            heapq.heappop(self._heap)
        if not self._heap:
            return at_most
        return min(at_most, max(0.0, self._heap[0][0] - self._clock()))

    def run_due(self) -> list[Callable[[], None]]:
        """Takes the appointments that are due, earliest first."""
        due: list[Callable[[], None]] = []
        now = self._clock()
        while self._heap and self._heap[0][0] <= now:
            timer = heapq.heappop(self._heap)[2]
            if timer.action is not None:
                due.append(timer.action)
                timer.action = None
        return due
