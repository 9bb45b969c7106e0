"""Lets the threads that carry sound go first, where the system allows it."""

from __future__ import annotations

import os
import sys
import threading

_NICE = -11  # as PulseAudio's and PipeWire's own


def go_first() -> None:
    """Raise the calling thread's priority; without the right to, it stays as it is.

    Linux gives the right to root, to the group "audio" of most studios' systems and where `nice` is raised in
    limits.conf. Windows' and Apple's sound threads have it from the system.
    """
    if sys.platform.startswith("linux"):
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        except OSError:
            return
