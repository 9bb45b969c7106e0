"""Gives memory back to the system when calls are over, and PJSIP has forgotten them."""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable

from softphone.sip.timers import Timers

#: RFC 3261 17.1.1.2, timer D: over UDP an INVITE that was challenged, and with it all of its dialog (42 kB), is kept
#: for 32 s. So a row of short calls takes some megabytes, which the C library then keeps in pieces.
FORGOTTEN_AFTER = 33.0


class HeapTrim:
    """Sip thread. Trimming takes a millisecond or two, in which no sound must wait: only without calls."""

    def __init__(
        self,
        timers: Timers,
        idle: Callable[[], bool],
        trim: Callable[[], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._timers = timers
        self._idle = idle
        self._trim = trim or libc_trim()
        self._clock = clock
        self._last_end = 0.0
        self._due = False

    def call_ended(self) -> None:
        self._last_end = self._clock()
        if self._trim is not None and not self._due:
            self._due = True
            self._timers.after(FORGOTTEN_AFTER, self._look)

    def _look(self) -> None:
        self._due = False
        left = self._last_end + FORGOTTEN_AFTER - self._clock()
        if left <= 0 and self._idle() and self._trim is not None:
            self._trim()
        elif left > 0:
            self._due = True
            self._timers.after(left, self._look)


def libc_trim() -> Callable[[], None] | None:
    """None where the C library has no such call: musl, macOS, Windows."""
    if not sys.platform.startswith("linux"):
        return None
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if malloc_trim is None:
        return None
    malloc_trim.argtypes, malloc_trim.restype = (ctypes.c_size_t,), ctypes.c_int

    def trim() -> None:
        malloc_trim(0)

    return trim
