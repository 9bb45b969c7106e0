"""A process that ends when its parent does: the end of standard input tells everywhere, a signal on Linux."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import stat
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def standard_input_is_the_parents() -> bool:
    """Whether standard input is a pipe that a parent holds; a terminal, a file or nothing is no parent."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def signal_when_orphaned(orphaned: Callable[[], object]) -> None:
    """On Linux, calls `orphaned` on the main thread when the parent dies, even if others keep the pipe open.

    The kernel signals when the *thread* that started us ends; so it is asked whether the parent is really gone.
    """
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()

    def ask(_number: int, _frame: object) -> None:
        if os.getppid() != parent:
            orphaned()

    signal.signal(signal.SIGUSR2, ask)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGUSR2, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        orphaned()
