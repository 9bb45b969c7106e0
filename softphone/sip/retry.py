"""How long a line waits before it tries to register again."""

from __future__ import annotations

import random

FIRST, LONGEST = 2.0, 20.0
#: A refused password does not get better by the second, and servers lock out those who insist.
REFUSED_FIRST, REFUSED_LONGEST = 30.0, 300.0


class RetrySchedule:
    """2 s, 4 s, ... up to 20 s, and up to a quarter more by chance, so that a thousand phones do not knock at once."""

    def __init__(self, choose: random.Random | None = None) -> None:
        self._choose = choose or random.Random()
        self._failures = 0

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self, *, refused: bool, at_least: float | None = None) -> float:
        """Seconds until the next try; `at_least` is the server's Retry-After."""
        first, longest = (REFUSED_FIRST, REFUSED_LONGEST) if refused else (FIRST, LONGEST)
        delay = min(longest, first * 2.0 ** min(self._failures, 10))
        self._failures += 1
        return max(delay * (1 + self._choose.random() / 4), min(at_least or 0.0, 600.0))
