"""The demo: a local phone system of our own beside the program, kept running, with an account to sign in to."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from softphone.phone.secret import Secret

log = logging.getLogger(__name__)

#: The echo service.
TEST_NUMBER = "*43"


@dataclass(frozen=True)
class DemoAccount:
    """Who signs in to the demo's phone system, and where."""

    service: str
    email: str
    password: Secret
    ca_file: str


def demo_available() -> bool:
    """Whether the local phone system's libraries are installed."""
    from importlib.util import find_spec

    return all(find_spec(name) is not None for name in ("sippy", "starlette", "uvicorn", "sqlalchemy"))


class Demo:
    """`ready(account)` or `failed(detail)` is called on the main thread, by way of `on_main`."""

    def __init__(
        self,
        data: Path,
        on_main: Callable[[Callable[[], None]], None],
        ready: Callable[[DemoAccount], None],
        failed: Callable[[str], None],
    ) -> None:
        from softphone.pbx.process import LocalPhoneSystem

        self.account: DemoAccount | None = None
        self._on_main, self._ready, self._failed = on_main, ready, failed
        self._system = LocalPhoneSystem(data)
        threading.Thread(target=self._start, name="demo-start", daemon=True).start()

    def stop(self) -> None:
        self._system.stop()

    def _start(self) -> None:
        try:
            addresses = self._system.start()
            who = addresses["accounts"][0]
            account = DemoAccount(addresses["service"], who["email"], Secret(who["password"]), addresses["ca_file"])
        except Exception as problem:  # whatever kept it from starting is told, never swallowed with this thread
            log.exception("the local phone system did not start")
            self._system.stop()
            detail = f"{type(problem).__name__}: {problem}"
            self._on_main(lambda: self._failed(detail))
            return
        self.account = account
        self._on_main(lambda: self._ready(account))
