"""The user agent's process, as the main process sees it: started, fed, heard, watched, started again."""

from __future__ import annotations

import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from softphone.phone.commands import Command, Ping, ShutDown
from softphone.phone.events import Pong, UserAgentDied, UserAgentEvent, UserAgentReady
from softphone.user_agent.child_log import ChildLog
from softphone.user_agent.restart import RestartPolicy
from softphone.user_agent.wire import MAX_LINE, WireError, decode_event, encode

log = logging.getLogger(__name__)

#: A Ping goes out this often; after HUNG_AFTER of them without any answer the child is killed. Ticks are counted, not
#: seconds: a computer that slept must not find its child guilty.
PING_SECONDS = 1.0
HUNG_AFTER = 3
#: Until `UserAgentReady` the child may take longer: a cold disk, a busy start of the desktop.
START_TICKS = 15
STOP_SECONDS = 2.0


def child_command() -> list[str]:
    """How the child is started: this very program with the verb `user-agent`."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "user-agent"]
    package = Path(__file__).resolve().parents[1]
    if (package / "__main__.py").exists():
        return [sys.executable, "-m", "softphone", "user-agent"]
    return [sys.executable, "-m", "softphone.sip"]


class UserAgentProcess:
    """Keeps one child running. `post` is called on threads of this class and must only queue.

    `redact` removes secrets from a line that the child wrote to its stderr.
    """

    def __init__(
        self,
        post: Callable[[UserAgentEvent | UserAgentDied], None],
        *,
        redact: Callable[[str], str],
        command: Sequence[str] | None = None,
        environment: Mapping[str, str] | None = None,
        ping_seconds: float = PING_SECONDS,
    ) -> None:
        self._post = post
        self._redact = redact
        self._command = list(command) if command is not None else child_command()
        self._environment = {**_environment(), **(environment or {})}
        self._ping_seconds = ping_seconds
        self._policy = RestartPolicy()
        self._out: queue.SimpleQueue[tuple[subprocess.Popen[bytes], bytes] | None] = queue.SimpleQueue()
        self._child: subprocess.Popen[bytes] | None = None
        self._news = threading.Event()  # the child's pipe ended, or stop() was called
        self._stopping = False
        self._ready = False
        self._unanswered = 0
        self._supervisor = threading.Thread(target=self._supervise, name="user-agent-supervisor", daemon=True)
        self._writer = threading.Thread(target=self._write, name="user-agent-writer", daemon=True)

    # --- for the main thread --------------------------------------------------------------------------------------

    def start(self) -> None:
        self._writer.start()
        self._supervisor.start()

    def send(self, command: Command) -> None:
        """Never blocks; dropped while the child is down."""
        child = self._child
        if child is not None:
            self._out.put((child, encode(command)))

    @property
    def pid(self) -> int | None:
        child = self._child
        return child.pid if child is not None else None

    def stop(self) -> None:
        """End calls and the child; returns within some two seconds."""
        if self._stopping:
            return
        self.send(ShutDown())
        self._stopping = True
        child = self._child
        if child is not None:
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                log.warning("the user agent did not end by itself")
                child.kill()
        self._news.set()
        self._out.put(None)
        if self._supervisor.ident is not None:
            self._supervisor.join(STOP_SECONDS)
            self._writer.join(STOP_SECONDS)

    # --- supervisor thread: it forks every child, so that the child's parent-death signal is tied to its life -------

    def _supervise(self) -> None:
        while not self._stopping:
            started = time.monotonic()
            cause = self._run_once()
            if self._stopping:
                return
            delay = self._policy.died(time.monotonic() - started)
            log.error("the user agent is gone (%s); again in %.1f s", cause, delay)
            self._post(UserAgentDied(cause, delay))
            until = time.monotonic() + delay
            while not self._stopping and (left := until - time.monotonic()) > 0:
                self._news.wait(left)
                if not self._stopping:
                    self._news.clear()

    def _run_once(self) -> str:
        """Start a child and stay with it to its end; returns why it ended."""
        self._news.clear()
        self._ready, self._unanswered = False, 0
        try:
            child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment,
            )
        except OSError as error:
            return f"cannot start: {error.strerror}"
        assert child.stdout is not None
        assert child.stderr is not None
        self._child = child
        if self._stopping:  # stop() came while it was being started
            child.kill()
        reader = threading.Thread(target=self._read, args=(child.stdout,), name="user-agent-reader", daemon=True)
        child_log = ChildLog(child.stderr, self._redact)
        reader.start()
        child_log.start()
        hung = self._watch()
        self._child = None
        if hung:
            child.kill()
        try:
            code = child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            code = child.wait()
        reader.join(STOP_SECONDS)
        child_log.join(STOP_SECONDS)
        self._close(child)
        if hung:
            return "hung"
        return f"signal {-code}" if code < 0 else f"exit {code}"

    def _watch(self) -> bool:
        """Until the child's pipe ends (False) or it stops answering (True)."""
        number = 0
        while not self._news.wait(self._ping_seconds):
            if self._stopping:
                continue
            self._unanswered += 1
            if self._unanswered > (HUNG_AFTER if self._ready else START_TICKS):
                return True
            number += 1
            self.send(Ping(number))
        return False

    @staticmethod
    def _close(child: subprocess.Popen[bytes]) -> None:
        for pipe in (child.stdin, child.stdout, child.stderr):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                log.debug("pipe of the user agent was broken already")

    # --- reader and writer threads ----------------------------------------------------------------------------------

    def _read(self, pipe: IO[bytes]) -> None:
        try:
            while line := pipe.readline(MAX_LINE + 1):
                try:
                    event = decode_event(line)
                except WireError as error:
                    log.error("from the user agent: %s", error)
                    continue
                self._unanswered = 0
                if isinstance(event, Pong):
                    continue
                if isinstance(event, UserAgentReady):
                    self._ready = True
                self._post(event)
        except (OSError, ValueError) as error:
            log.debug("pipe from the user agent: %s", error)
        finally:
            self._news.set()

    def _write(self) -> None:
        while (item := self._out.get()) is not None:
            child, line = item
            if child is not self._child or child.stdin is None:
                continue  # meant for one that is gone
            try:
                child.stdin.write(line)
                child.stdin.flush()
            except (OSError, ValueError):
                log.debug("a command was lost: the user agent is going")


def _environment() -> dict[str, str]:
    """This process's, with the package found even where it is not installed."""
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *(p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p and p != root)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}
