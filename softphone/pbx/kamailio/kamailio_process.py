"""Kamailio as our child: started, watched, started again when it dies, ended with us."""

from __future__ import annotations

import collections
import contextlib
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

_log = logging.getLogger(__name__)

START_SECONDS = 15.0
STOP_SECONDS = 6.0
_POLL_SECONDS = 0.03
_BACK_OFF_SECONDS = (0.0, 0.2, 1.0, 2.0, 5.0)
_STEADY_SECONDS = 30.0
_LONGEST_LINE = 300  # characters: what it quotes of a message need not be in our log
_KEPT_LINES = 8
_ENTRY = re.compile(r"[0-9]+\([0-9]+\) ([A-Z]+): [^\[]*\[([^\]]*)\]: (.*)", re.DOTALL)  # level, place, text
_QUOTED = re.compile(r"[<\[{].*", re.DOTALL)
_BAD = ("ALERT", "CRITICAL", "ERROR", "BUG")


class KamailioProcess:
    """`answers` tells whether it serves; `restarted` is called after each start but the first, on our thread."""

    def __init__(
        self, command: Sequence[str], environment: dict[str, str], answers: Callable[[], bool],
        restarted: Callable[[], object],
    ) -> None:
        self._command, self._environment = list(command), environment
        self._answers, self._restarted = answers, restarted
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._decided = threading.Event()
        self._serves = False
        self._said: collections.Counter[str] = collections.Counter()
        self._last_lines: collections.deque[str] = collections.deque(maxlen=_KEPT_LINES)
        # One thread for its whole life: Linux signals the child when the thread that started it ends.
        self._thread = threading.Thread(target=self._keep_running, name="kamailio", daemon=True)

    @property
    def pid(self) -> int:
        process = self._process
        return process.pid if process is not None and process.poll() is None else 0

    def start(self) -> None:
        """Returns when it serves; raises RuntimeError with what it said last."""
        self._thread.start()
        self._decided.wait(START_SECONDS + 1.0)
        if not self._serves:
            self.stop()
            raise RuntimeError("Kamailio does not start: " + (" | ".join(self._last_lines) or "it says nothing"))

    def stop(self) -> None:
        self._stopping.set()
        process = self._process
        if process is not None:
            self._end(process)
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _keep_running(self) -> None:
        failures = 0
        while not self._stopping.wait(_BACK_OFF_SECONDS[min(failures, len(_BACK_OFF_SECONDS) - 1)]):
            started = time.monotonic()
            try:
                self._run_once()
            except OSError as fault:
                self._last_lines.append(str(fault))
            if not self._serves or self._stopping.is_set():
                break  # never came up
            failures = 0 if time.monotonic() - started > _STEADY_SECONDS else failures + 1
            _log.warning("Kamailio has died, and is started again (%d)", failures)
        self._decided.set()

    def _run_once(self) -> None:
        launcher = str(Path(__file__).with_name("launcher.py"))
        process = subprocess.Popen(
            [sys.executable, "-I", launcher, str(os.getpid()), *self._command],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=self._environment,
            start_new_session=True,
        )  # fmt: skip
        self._process = process
        assert process.stderr is not None
        reader = threading.Thread(target=self._read, args=(process.stderr,), name="kamailio log", daemon=True)
        reader.start()
        if self._wait_until_it_answers(process):
            again, self._serves = self._serves, True
            self._decided.set()
            if again:
                self._restarted()
            process.wait()
        self._end(process)
        reader.join(1.0)
        process.stderr.close()

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None and not self._stopping.wait(_POLL_SECONDS):
            if self._answers():
                return True
        return False

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """It and its workers, also those that a killed one left."""
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS / 2)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _read(self, stream: IO[bytes]) -> None:
        with contextlib.suppress(ValueError, OSError):
            for line in stream:
                self._log_line(line.decode("utf-8", "replace").strip())

    def _log_line(self, text: str) -> None:
        """What Kamailio quotes of a message, which may run over many lines, stays out of our log."""
        entry = _ENTRY.match(text)
        if entry is None:
            if text and not self._serves:
                self._last_lines.append(text[:_LONGEST_LINE])  # e.g. what is wrong with its configuration
            return
        level, place, what = entry.groups()
        what = _QUOTED.sub("...", what)[:_LONGEST_LINE]
        self._last_lines.append(what)
        self._said[place] += 1
        times = self._said[place]
        if times & (times - 1) == 0:  # the 1st, 2nd, 4th, 8th: a flood is a handful of lines
            again = f" (time {times})" if times > 1 else ""
            ending = self._stopping.is_set()  # then its workers complain of each other
            _log.log(logging.WARNING if level in _BAD and not ending else logging.INFO, "%s%s", what, again)
