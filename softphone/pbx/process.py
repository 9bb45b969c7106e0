"""The local phone system as a child process, for its parents: the demo and the tests."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

log = logging.getLogger(__name__)

START_SECONDS = 40.0
STOP_SECONDS = 12.0
STEADY_SECONDS = 30.0
BACK_OFF_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
LONGEST_LOG = 5_000_000  # bytes

Event = dict[str, Any]


class LocalPhoneSystem:
    """Starts `softphone pbx`, starts it again when it dies, and stops it. Its log is a file in `data`, else our stderr.

    `on_event` gets its events, `on_restart` its first line after each restart; both on a thread of this class.
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        arguments: Sequence[str] = (),
        inherit_log: bool = False,
        restart: bool = True,
        on_event: Callable[[Event], object] | None = None,
        on_restart: Callable[[Event], object] | None = None,
    ) -> None:
        self.first_line: Event = {}
        self._data = data
        self._arguments = list(arguments)
        self._log_file = data / "phone-system.log" if data is not None and not inherit_log else None
        self._restart = restart
        self._on_event = on_event
        self._on_restart = on_restart
        self._process: subprocess.Popen[str] | None = None
        self._stopping = threading.Event()
        self._first = threading.Event()
        self._thread: threading.Thread | None = None
        self._writing = threading.Lock()

    @property
    def pid(self) -> int:
        """Of the process that runs now, or 0."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else 0

    def start(self, within: float = START_SECONDS) -> Event:
        """The first line: addresses, accounts, numbers. Raises RuntimeError with the log's end, or TimeoutError."""
        self._thread = threading.Thread(target=self._keep_running, name="local phone system", daemon=True)
        self._thread.start()
        if not self._first.wait(within):
            self.stop()
            raise TimeoutError(f"the local phone system does not start within {within:.0f} s{self._log_end()}")
        if not self.first_line:
            raise RuntimeError(f"the local phone system does not start{self._log_end()}")
        return self.first_line

    def call_in(self, to: str, *, caller: str = "", name: str = "", after: float = 0.0) -> None:
        """Lets somebody outside call an extension."""
        self._tell({"command": "call_in", "to": to, "from": caller, "name": name, "after": after})

    def kill(self) -> None:
        """Ends it as a power cut would; it is started again, unless `restart` is off."""
        process = self._process
        if process is not None:
            process.kill()

    def stop(self) -> None:
        """Ends it, and waits."""
        self._stopping.set()
        process = self._process
        if process is not None and process.stdin is not None:
            with self._writing, contextlib.suppress(OSError, ValueError):
                process.stdin.close()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
            process = self._process
            if self._thread.is_alive() and process is not None:
                log.warning("the local phone system does not stop, and is killed")
                process.kill()
                self._thread.join(STOP_SECONDS)

    def _tell(self, command: Event) -> None:
        process = self._process
        if process is None or process.stdin is None:
            raise RuntimeError("the local phone system is not there")
        try:
            with self._writing:
                process.stdin.write(json.dumps(command) + "\n")
                process.stdin.flush()
        except (OSError, ValueError) as error:
            raise RuntimeError("the local phone system is not there") from error

    def _keep_running(self) -> None:
        # One thread for the whole life: on Linux the child is signalled when the thread that started it ends.
        failures = 0
        while not self._stopping.wait(BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)]):
            started = time.monotonic()
            try:
                self._run_once()
            except OSError:
                log.exception("the local phone system cannot be started")
            if self._stopping.is_set() or not self.first_line or not self._restart:
                break
            failures = 0 if time.monotonic() - started > STEADY_SECONDS else failures + 1
            log.warning("the local phone system has died, and is started again (%d)", failures)
        self._first.set()

    def _run_once(self) -> None:
        arguments = [*self._arguments]
        if self._data is not None:
            self._data.mkdir(parents=True, exist_ok=True, mode=0o700)
            arguments = ["--data", str(self._data), *arguments]
        root = str(Path(__file__).resolve().parents[2])
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))}
        with contextlib.ExitStack() as closing:
            error_output: IO[bytes] | None = None
            if self._log_file is not None:
                error_output = closing.enter_context(self._open_log(self._log_file))
            process = closing.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "softphone", "pbx", *arguments],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=error_output,
                    env=environment,
                    text=True,
                    encoding="utf-8",
                )
            )
            self._process = process
            if self._stopping.is_set():
                process.terminate()
            assert process.stdout is not None
            for line in process.stdout:
                self._read(json.loads(line))

    def _read(self, message: Event) -> None:
        if "service" not in message:
            if self._on_event is not None:
                self._on_event(message)
            return
        again = bool(self.first_line)
        self.first_line = message
        self._first.set()
        if again and self._on_restart is not None:
            self._on_restart(message)

    @staticmethod
    def _open_log(file: Path) -> IO[bytes]:
        long = file.exists() and file.stat().st_size > LONGEST_LOG
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if long else os.O_APPEND), 0o600)
        return os.fdopen(descriptor, "wb")

    def _log_end(self) -> str:
        if self._log_file is None or not self._log_file.exists():
            return ""
        return ":\n" + self._log_file.read_text(encoding="utf-8", errors="replace")[-4000:]
