"""The user agent's process: `softphone user-agent`. Commands on stdin, events on stdout, its log on stderr."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import signal
import sys
import threading
import time

from softphone import __version__
from softphone.audio.priority import go_first

#: PJSIP's callbacks and the audio clock must get the interpreter soon; the default of 5 ms is a quarter of a frame.
SWITCH_INTERVAL = 0.0005
#: After the main process has gone the child has this long to end its calls.
ORPHAN_SECONDS = 3.0

log = logging.getLogger("ua")


def main() -> int:
    # Before there is any other thread, so that all are: RTP is read by this one, the pipe's and the network's hold the
    # interpreter that the sound waits for.
    go_first()
    sys.setswitchinterval(SWITCH_INTERVAL)
    # A collection on another thread may find a pjsua2 object, and PJSIP aborts; `UserAgent` collects on its own.
    gc.disable()
    from softphone.sip.pipe import Pipe
    from softphone.sip.pj_log import set_up_logging

    pipe = Pipe()
    set_up_logging()
    from softphone.sip.no_sound import make_sound_box
    from softphone.sip.user_agent import UserAgent

    user_agent = UserAgent(pipe.post, f"Softphone/{__version__}")

    def orphaned() -> None:
        user_agent.post(user_agent.stop)
        timer = threading.Timer(ORPHAN_SECONDS, os._exit, (3,))
        timer.daemon = True
        timer.start()

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the main process, which ends this one in order
    signal.signal(signal.SIGTERM, lambda number, frame: orphaned())
    die_with_parent()
    pipe.start(user_agent.command, orphaned)
    user_agent.start()
    user_agent.use_sound(make_sound_box(user_agent))
    user_agent.ready()
    user_agent.run()
    until = time.monotonic() + 0.2
    while not pipe.flushed() and time.monotonic() < until:
        time.sleep(0.005)
    user_agent.shut_down()
    os._exit(0)  # PJSIP's and the sound library's threads do not survive an orderly interpreter exit


def die_with_parent() -> None:
    """Linux tells when the parent dies even if it holds the pipe open; elsewhere the end of the pipe must do."""
    if sys.platform.startswith("linux"):
        parent = os.getppid()
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM, 0, 0, 0)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(3)
