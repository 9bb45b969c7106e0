"""Starts the media children of the phone system, and starts them again when they die."""

from __future__ import annotations

import contextlib
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from softphone.pbx.ports import MediaRoute

log = logging.getLogger(__name__)

KINDS = ("services", "people")
READY_SECONDS = 20.0
STOP_SECONDS = 4.0
STEADY_SECONDS = 10.0  # a child that lived so long is not in a crash loop
BACK_OFF_SECONDS = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True)
class MediaOptions:
    """The same for all children. `sip_server` is the signalling's UDP `host:port`."""

    listen: str
    sip_server: str
    domain: str
    data: Path
    trace: bool = False
    longest_message_seconds: float = 60.0
    most_messages: int = 200


class MediaProcesses:
    """All children. `routes_changed` and `event` are called on the children's reader threads."""

    def __init__(
        self,
        options: MediaOptions,
        routes_changed: Callable[[Sequence[MediaRoute]], object],
        event: Callable[[dict[str, Any]], object],
        ports: Mapping[str, int],
    ) -> None:
        self._routes_changed = routes_changed
        self._changing = threading.Lock()
        self._children = {
            kind: MediaProcess(kind, options, self._child_ready, event, ports.get(kind, 0)) for kind in KINDS
        }

    def start(self) -> None:
        """Starts every child; `wait_until_ready` tells when they answer."""
        for child in self._children.values():
            child.start()

    def wait_until_ready(self, seconds: float = READY_SECONDS) -> None:
        """Raises TimeoutError naming the children that are not there."""
        deadline = time.monotonic() + seconds
        missing = [kind for kind, child in self._children.items() if not child.ready.wait(deadline - time.monotonic())]
        if missing:
            raise TimeoutError(f"no media: {', '.join(missing)}")

    @property
    def ports(self) -> dict[str, int]:
        """Where they listened last, to be kept for the next run."""
        return {kind: child.port for kind, child in self._children.items()}

    @property
    def pids(self) -> dict[str, int]:
        """Process ids of the children that live."""
        return {kind: child.pid for kind, child in self._children.items() if child.pid}

    def tell(self, kind: str, **command: object) -> bool:
        """Sends a command to a child; False when it is not there just now."""
        return self._children[kind].tell(command)

    def stop(self) -> None:
        """Ends every child, at the same time."""
        for child in self._children.values():
            child.ask_to_stop()
        for child in self._children.values():
            child.join()

    def _child_ready(self) -> None:
        with self._changing:
            self._routes_changed([route for child in self._children.values() for route in child.routes])


class MediaProcess:
    """One child, and the thread that starts it, reads it and starts it again."""

    def __init__(
        self,
        kind: str,
        options: MediaOptions,
        became_ready: Callable[[], object],
        event: Callable[[dict[str, Any]], object],
        port: int,
    ) -> None:
        self.kind = kind
        self.port = port
        self.routes: list[MediaRoute] = []
        self.ready = threading.Event()
        self._options = options
        self._became_ready = became_ready
        self._event = event
        self._process: subprocess.Popen[str] | None = None
        self._writing = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_running, name=f"media {kind}", daemon=True)

    @property
    def pid(self) -> int:
        process = self._process
        return process.pid if process is not None and process.poll() is None else 0

    def start(self) -> None:
        self._thread.start()

    def tell(self, command: Mapping[str, object]) -> bool:
        process = self._process
        if process is None or process.stdin is None:
            return False
        with self._writing, contextlib.suppress(OSError, ValueError):
            process.stdin.write(json.dumps(command) + "\n")
            process.stdin.flush()
            return True
        return False

    def ask_to_stop(self) -> None:
        self._stopping.set()
        self.tell({"command": "stop"})

    def join(self) -> None:
        self._thread.join(STOP_SECONDS)
        process = self._process
        if process is not None and process.poll() is None:
            log.warning("media %s does not stop, and is killed", self.kind)
            process.kill()
            self._thread.join(STOP_SECONDS)

    def _keep_running(self) -> None:
        failures = 0
        while not self._stopping.wait(BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)]):
            started = time.monotonic()
            was_ready = False
            try:
                was_ready = self._run_once()
            except OSError:
                log.exception("media %s cannot be started", self.kind)
            if self._stopping.is_set():
                return
            self.ready.clear()
            failures = 0 if was_ready and time.monotonic() - started > STEADY_SECONDS else failures + 1
            if not was_ready:
                self.port = 0  # perhaps someone has taken its port
            log.error("media %s has died, and is started again (%d)", self.kind, failures)

    def _run_once(self) -> bool:
        """Runs a child to its end; True when it had become ready."""
        options = self._options
        process = subprocess.Popen(
            [sys.executable, "-m", "softphone.pbx.media"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._process = process
        self.tell(
            {
                "kind": self.kind,
                "listen": options.listen,
                "port": self.port,
                "sip_server": options.sip_server,
                "domain": options.domain,
                "data": str(options.data),
                "trace": options.trace,
                "longest_message_seconds": options.longest_message_seconds,
                "most_messages": options.most_messages,
            }
        )
        if self._stopping.is_set():
            self.tell({"command": "stop"})
        too_late = threading.Timer(READY_SECONDS, process.kill)
        too_late.daemon = True
        too_late.start()
        was_ready = False
        with process:
            assert process.stdout is not None
            for line in process.stdout:
                message = json.loads(line)
                if message.get("event") == "ready":
                    too_late.cancel()
                    was_ready = True
                    self._set_ready(message["address"], message["patterns"])
                else:
                    self._event(message)
        too_late.cancel()
        return was_ready

    def _set_ready(self, address: str, patterns: Sequence[str]) -> None:
        self.port = int(address.rsplit(":", 1)[1])
        self.routes = [MediaRoute(pattern, f"sip:{address}") for pattern in patterns]
        self._became_ready()
        self.ready.set()
        self._event({"event": "media", "kind": self.kind, "pid": self.pid, "address": address})
        log.info("media %s listens at %s", self.kind, address)
