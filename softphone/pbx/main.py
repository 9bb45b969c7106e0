"""The process `softphone pbx`: one line of JSON when everything serves, events after it, commands on standard input."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import queue
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, Any

from softphone.pbx.media.json_lines import JsonLineWriter, claim_standard_output, json_lines
from softphone.pbx.options import Options, parse
from softphone.pbx.parent import signal_when_orphaned, standard_input_is_the_parents

log = logging.getLogger(__name__)

DONE, REFUSED = 0, 1
LOCK_SECONDS = 5.0  # an earlier run of the same data may still be ending
EVENTS_KEPT = 1000  # for a parent that does not read

Event = dict[str, Any]


def run(argv: list[str]) -> int:
    """Runs the phone system until its parent is gone, or a SIGTERM or SIGINT comes. Returns the exit code."""
    if argv[:1] == ["admin"]:
        from softphone.pbx.admin import run as administer

        return administer(argv[1:])
    options = parse(argv)
    output = JsonLineWriter(claim_standard_output())
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s.%(msecs)03d pbx %(levelname)s %(name)s: %(message)s",
        datefmt="%H:%M:%S",
        stream=sys.stderr,
    )
    temporary = options.data is None
    data = options.data or Path(tempfile.mkdtemp(prefix="softphone-pbx-"))
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with (data / "lock").open("w") as lock:
            if not _locked(lock):
                print(f"softphone pbx: another one runs with the data in {data}", file=sys.stderr)
                return REFUSED
            return _serve(options, data, output)
    finally:
        if temporary:
            shutil.rmtree(data, ignore_errors=True)


def _serve(options: Options, data: Path, output: JsonLineWriter) -> int:
    wake: queue.SimpleQueue[str] = queue.SimpleQueue()  # its `put` may be called by a signal handler
    starting = True

    def end(reason: str) -> None:
        wake.put(reason)
        if starting:  # on the main thread, where a signal is handled
            raise SystemExit(DONE)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: end(signal.Signals(number).name))
    has_parent = standard_input_is_the_parents()
    if has_parent:
        signal_when_orphaned(lambda: end("the parent is gone"))

    from softphone.pbx.phone_system import PhoneSystem  # after the signals: its imports take a while

    events = _EventWriter(output)
    try:
        system = PhoneSystem(options, data, events.put)
    except (OSError, ValueError, RuntimeError) as error:
        return _refuse(error)
    try:
        first_line = system.start()
    except BaseException as error:
        starting = False
        system.stop()
        if isinstance(error, Exception):
            return _refuse(error)
        raise
    starting = False
    events.begin({**first_line, "pid": os.getpid()})
    if has_parent:
        threading.Thread(target=_read_commands, args=(system, wake), name="commands", daemon=True).start()
    log.info("serves; ends by: %s", wake.get())
    system.stop()
    events.flush()
    return DONE


def _refuse(error: Exception) -> int:
    log.error("the phone system does not start", exc_info=error)
    print(f"softphone pbx: {error}", file=sys.stderr)
    return REFUSED


def _read_commands(system: Any, wake: queue.SimpleQueue[str]) -> None:
    for command in json_lines(sys.stdin, lambda text: log.warning("a command was refused: %s", text)):
        if command.get("command") == "stop":
            wake.put("told to stop")
            return
        try:
            system.handle(command)
        except Exception:
            log.exception("command %r failed", command.get("command"))
    wake.put("the parent is gone")


class _EventWriter:
    """Writes, after the first line, on a thread of its own: a parent that does not read may not stop signalling."""

    def __init__(self, output: JsonLineWriter) -> None:
        self._output = output
        self._events: queue.Queue[Event | None] = queue.Queue(EVENTS_KEPT)
        self._thread = threading.Thread(target=self._write, name="events", daemon=True)

    def begin(self, first_line: Event) -> None:
        self._output.write(**first_line)
        self._thread.start()

    def put(self, event: Event) -> None:
        try:
            self._events.put_nowait(event)
        except queue.Full:
            log.warning("nobody reads the events: %s is lost", event.get("event"))

    def flush(self) -> None:
        with contextlib.suppress(queue.Full):
            self._events.put(None, timeout=1.0)
            self._thread.join(1.0)

    def _write(self) -> None:
        while (event := self._events.get()) is not None:
            self._output.write(**event)


def _locked(lock: IO[str]) -> bool:
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        else:
            return True
