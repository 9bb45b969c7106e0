"""What the program asks of the system it runs on: its country, its name, its signals."""

from __future__ import annotations

import locale
import os
import signal
import socket
from collections.abc import Callable


def this_region() -> str | None:
    """ISO 3166 country of the system's locale; None when it names none."""
    name = next((value for key in ("LC_ALL", "LC_TELEPHONE", "LANG") if (value := os.environ.get(key))), None)
    name = name or (locale.getlocale()[0] or "")
    country = name.partition(".")[0].partition("@")[0].rpartition("_")[2]
    return country.upper() if len(country) == 2 and country.isalpha() and "_" in name else None


def computer_name() -> str:
    return socket.gethostname().partition(".")[0] or "computer"


def forward_signals(quit_: Callable[[], None]) -> Callable[[], None]:
    """SIGINT and SIGTERM end the program as Quit does; returns what keeps the watch alive and ends it."""
    from PySide6.QtCore import QSocketNotifier

    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read)

    def arrived() -> None:
        if reader.recv(64):
            quit_()

    notifier.activated.connect(arrived)

    def close() -> None:
        notifier.setEnabled(False)
        signal.set_wakeup_fd(-1)
        reader.close()
        writer.close()

    return close
