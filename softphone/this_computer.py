"""What the program asks of the system it runs on: its country, its name, its signals."""

from __future__ import annotations

import locale
import os
import platform
import signal
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from softphone.phone.phone import Phone


def this_region() -> str | None:
    """ISO 3166 country of the system's locale; None when it names none."""
    name = next((value for key in ("LC_ALL", "LC_TELEPHONE", "LANG") if (value := os.environ.get(key))), None)
    name = name or (locale.getlocale()[0] or "")
    country = name.partition(".")[0].partition("@")[0].rpartition("_")[2]
    return country.upper() if len(country) == 2 and country.isalpha() and "_" in name else None


def computer_name() -> str:
    return socket.gethostname().partition(".")[0] or "computer"


def system_details(version: str, phone: Phone) -> str:
    """For support, a line each: what runs on what, and how it stands. No names, numbers, addresses or secrets."""
    import PySide6
    from PySide6.QtCore import qVersion
    from PySide6.QtGui import QGuiApplication

    registration, sound = phone.registration, phone.sound_in_use
    failure = registration.failure
    account = "none" if phone.session.identity is None else phone.session.identity.kind
    screens = ", ".join(
        f"{screen.size().width()} x {screen.size().height()} at {screen.devicePixelRatio():g}"
        for screen in QGuiApplication.screens()
    )
    lines = {
        "Softphone": version,
        "System": platform.platform(),
        "Python": platform.python_version(),
        "Qt": f"{qVersion()} (PySide6 {PySide6.__version__}, {QGuiApplication.platformName()})",
        "Screens": screens,
        "Account": account,
        "Registration": f"{registration.state.value} {registration.transport}".strip(),
        "Last failure": f"{failure.kind.value} {failure.code or ''}".strip() if failure is not None else "none",
        "Microphone": sound.microphone or "closed",
        "Speaker": sound.speaker or "closed",
    }
    return "\n".join(f"{name}: {value}" for name, value in lines.items())


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
