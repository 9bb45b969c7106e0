"""A desk with the real application on it: a screen, sound devices, a keychain, a registrar."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.bench.registrar import StampedServer
from tests.system.application import ROOT, Application
from tests.system.screen import Screen
from tests.system.secret_service import SecretService
from tests.system.sound_fixture import PulseServer
from tests.system.waiting import until

PASSWORD = "of the benchmarks"


class TimedApplication(Application):
    """Started without anything that looks at it while it starts: that would cost it time."""

    spawned = 0.0  # monotonic seconds

    def start(self, *arguments: str) -> None:
        with self._output.open("ab") as output:
            self.spawned = time.monotonic()
            self.process = subprocess.Popen(
                [sys.executable, "-m", "softphone", *arguments],
                cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip
        until(lambda: any(Path(self.environment["XDG_RUNTIME_DIR"]).rglob("default.sock")), "it listens", 30)

    def timing(self, name: str, seconds: float = 20.0) -> float:
        """Monotonic seconds of a first of this run, see `status --json`."""
        return float(until(lambda: self.status()["timings"].get(name), name, seconds))

    def sign_in_sip(self, server: StampedServer, user: str = "100") -> None:
        self.do("sign-in", "--sip", f"{user}@{server.domain}", "--password-stdin", "--server", server.address,
                stdin=PASSWORD + "\n")  # fmt: skip
        self.registered()

    def calls(self) -> list[dict[str, Any]]:
        return [call for call in self.status()["calls"] if call["state"] != "disconnected"]

    def no_calls(self) -> None:
        until(lambda: not self.calls(), "every call is over", 10, 0.01)


class Desk:
    """Context manager. `screen` False: Qt's offscreen platform."""

    def __init__(self, *, screen: bool = True, keychain: bool = False, sound: bool = True) -> None:
        self._with = (screen, keychain, sound)
        self._stack = ExitStack()
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Desk:
        screen, keychain, sound = self._with
        with ExitStack() as stack:
            if keychain:
                home = Path(tempfile.mkdtemp(prefix="sp-"))
                stack.callback(shutil.rmtree, home, ignore_errors=True)
                bus = stack.enter_context(SecretService(home)).environment["DBUS_SESSION_BUS_ADDRESS"]
                self.environment["DBUS_SESSION_BUS_ADDRESS"] = bus
            if screen:
                self.screen = stack.enter_context(Screen())
                self.environment.update(self.screen.environment)
            if sound:
                self.sound = stack.enter_context(PulseServer())
                self.environment.update({k: v for k, v in self.sound.env({}).items() if k.startswith("PULSE")})
                self.environment["SOFTPHONE_SOUND"] = ""
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def application(self, environment: dict[str, str] | None = None, *, installation: str = "") -> TimedApplication:
        """Started, with its window painted."""
        application = TimedApplication({**self.environment, **(environment or {})}, installation=installation)
        self._stack.enter_context(application)
        application.timing("window_painted")
        return application

    def registrar(self) -> StampedServer:
        return self._stack.enter_context(StampedServer(password=PASSWORD))  # type: ignore[return-value]

    def registered(self) -> tuple[TimedApplication, StampedServer]:
        """An application that is signed in to a registrar, at rest."""
        server, application = self.registrar(), self.application()
        application.sign_in_sip(server)
        time.sleep(3)  # what start-up left to do later
        return application, server
