"""Waiting for something to become true, with a deadline and a reason."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(look: Callable[[], T], what: str, seconds: float = 10.0, every: float = 0.05) -> T:
    """The first true result of `look`; AssertionError with `what` and the last result when the time is over."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        result = look()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}; last: {result!r}")
        pause.wait(every)
