"""The demo: a local phone system of our own beside the program, kept running, with an account to sign in to."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from softphone.phone.secret import Secret

log = logging.getLogger(__name__)

#: The echo service.
TEST_NUMBER = "*43"

Ready = Callable[[str, str, Secret, str], None]


def demo_available() -> bool:
    """Whether the local phone system's libraries are installed."""
    from importlib.util import find_spec

    return all(find_spec(name) is not None for name in ("sippy", "starlette", "uvicorn", "sqlalchemy"))


class Demo:
    """`ready(service, email, password, ca_file)` and `failed(detail)` are called on the main thread."""

    def __init__(self, data: Path, on_main: Callable[[Callable[[], None]], None], ready: Ready,
                 failed: Callable[[str], None]) -> None:  # fmt: skip
        self._on_main, self._ready, self._failed = on_main, ready, failed
        from softphone.pbx.process import LocalPhoneSystem

        self._system = LocalPhoneSystem(data)
        threading.Thread(target=self._start, name="demo-start", daemon=True).start()

    def _start(self) -> None:
        try:
            addresses = self._system.start()
            account = addresses["accounts"][0]
            password = Secret(account["password"])
            self._on_main(lambda: self._ready(addresses["service"], account["email"], password, addresses["ca_file"]))
        except (OSError, RuntimeError, KeyError, ValueError, TimeoutError) as problem:
            detail = f"{type(problem).__name__}: {problem}"
            self._on_main(lambda: self._failed(detail))

    def stop(self) -> None:
        self._system.stop()
