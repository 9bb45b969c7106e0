"""The composition root: makes the parts, joins them, starts and ends the program.

The order matters for the first second: the user agent's process is spawned before Qt is loaded, the window shows before
the keychain has answered, and whatever arrives early waits in the inbox.
"""

from __future__ import annotations

import builtins
import logging
import os
import platform
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from softphone import __version__
from softphone.early_post import EarlyPost
from softphone.logs.redact import redact
from softphone.store.lock import ProfileLock
from softphone.store.paths import Paths, paths_of

if TYPE_CHECKING:
    from softphone.tour.ears import VirtualEars

log = logging.getLogger(__name__)

HAND_OVER_SECONDS = 15.0
#: The main thread must get the interpreter soon when a background job imports or parses; the default is 5 ms.
SWITCH_INTERVAL = 0.001


def start(*, profile: str, demo: bool, tour: str | None, link: str) -> int:
    """Run the program; returns its exit code. A second start hands its arguments to the first."""
    try:
        paths = paths_of(profile)
    except ValueError as problem:
        print(f"softphone: {problem}", file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"softphone: its folders cannot be made: {problem}", file=sys.stderr)
        return 1
    lock = ProfileLock(paths.lock_file)
    until = time.monotonic() + HAND_OVER_SECONDS
    while not lock.take():
        # The other one may still be starting, or just ending.
        if _hand_over(paths, link):
            return 0
        if time.monotonic() > until:
            print("Softphone is running already, but does not answer.", file=sys.stderr)
            return 1
        threading.Event().wait(0.1)

    from softphone.logs.logging_setup import set_up

    set_up(paths.log_file, level=logging.DEBUG if os.environ.get("SOFTPHONE_LOG") == "debug" else logging.INFO)
    log.info("softphone %s, Python %s, %s", __version__, platform.python_version(), platform.platform())

    ears = _tour_ears(tour) if tour is not None else None
    if tour is not None and ears is None:
        return 1

    from softphone.user_agent.process import UserAgentProcess

    sys.setswitchinterval(SWITCH_INTERVAL)
    early = EarlyPost()
    user_agent = UserAgentProcess(early, redact=redact)
    user_agent.start()
    try:
        _load_qt()
        from softphone.desktop import Desktop

        return Desktop(
            paths, user_agent, early, demo=demo, tour=Path(tour) if tour else None, ears=ears, link=link
        ).run()
    finally:
        user_agent.stop()
        if ears is not None:
            ears.close()
        lock.release()


def _load_qt() -> None:
    """PySide6 replaces `import` by one that reads the source of every module imported afterwards.

    It looks for `from __feature__ import`, which nothing here uses: a fifth of the time of each import.
    """
    plain = builtins.__import__
    import PySide6.QtCore

    builtins.__import__ = plain
    log.debug("Qt %s", PySide6.QtCore.qVersion())


def _tour_ears(folder: str) -> VirtualEars | None:
    """Virtual sound devices for the tour, and a platform that needs no screen; None when they are not to be had."""
    from softphone.tour.ears import VirtualEars

    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        return VirtualEars(Path(folder))
    except OSError as problem:
        print(f"softphone: the tour cannot start: {problem}", file=sys.stderr)
        return None


def _hand_over(paths: Paths, link: str) -> bool:
    """Whether a Softphone of this profile runs already and has taken our arguments."""
    from softphone.control.client import NotRunning, ask
    from softphone.control.protocol import Question

    if os.name != "nt" and not os.path.exists(paths.control_socket):
        return False
    try:
        return ask(paths.control_socket, Question("open", {"link": link}), timeout=5.0).code == 0
    except (NotRunning, TimeoutError):
        return False
