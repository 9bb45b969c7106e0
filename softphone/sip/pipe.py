"""The child's end of the pipe: commands come in on one thread, events go out on another; SIP waits for neither."""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Callable

from softphone.phone.commands import Command
from softphone.phone.events import UserAgentEvent
from softphone.user_agent.wire import MAX_LINE, WireError, decode_command, encode

log = logging.getLogger("ua")


class Pipe:
    """Takes over stdin and stdout: nothing else may write into the line protocol."""

    def __init__(self) -> None:
        self._in = os.fdopen(os.dup(0), "rb")
        self._out = os.dup(1)
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 0)
        os.dup2(nowhere, 1)  # PJSIP prints there until it has its log writer; its last words go to stderr
        os.close(nowhere)
        self._events: queue.SimpleQueue[UserAgentEvent] = queue.SimpleQueue()

    def start(self, on_command: Callable[[Command], None], on_end: Callable[[], None]) -> None:
        threading.Thread(target=self._read, args=(on_command, on_end), name="pipe-in", daemon=True).start()
        threading.Thread(target=self._write, args=(on_end,), name="pipe-out", daemon=True).start()

    def post(self, event: UserAgentEvent) -> None:
        """From any thread; never blocks."""
        self._events.put(event)

    def flushed(self) -> bool:
        return self._events.empty()

    def _read(self, on_command: Callable[[Command], None], on_end: Callable[[], None]) -> None:
        try:
            while line := self._in.readline(MAX_LINE + 1):
                try:
                    on_command(decode_command(line))
                except WireError as error:
                    log.error("a command was not understood: %s", error)
        except OSError as error:
            log.info("commands: %s", error)
        on_end()

    def _write(self, on_end: Callable[[], None]) -> None:
        while True:
            event = self._events.get()
            try:
                line = encode(event)
            except WireError as error:
                log.error("an event was not sent: %s", error)
                continue
            try:
                view = memoryview(line)
                while view:
                    view = view[os.write(self._out, view) :]
            except OSError:
                on_end()
                return
