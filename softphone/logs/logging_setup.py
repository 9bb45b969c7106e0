"""Where log lines go: one rotating file for this user, written by a thread of its own, secrets removed."""

from __future__ import annotations

import atexit
import logging
import os
import queue
import sys
import threading
from io import TextIOWrapper
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from types import TracebackType

from softphone.logs.redact import redact

MAX_BYTES, FILES = 5_000_000, 5

log = logging.getLogger(__name__)


class RedactingFormatter(logging.Formatter):
    """Formats, then removes secrets from every line: also from tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        clean = text.encode("utf-8", "backslashreplace").decode()  # lone surrogates from the wire
        return "\n".join(redact(line) for line in clean.split("\n"))


class _File(RotatingFileHandler):
    """For this user only; a full disk loses lines, never the program."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")

    def handleError(self, record: logging.LogRecord) -> None:
        """Nothing sensible can be written about a log that cannot be written; the next line tries again."""


def set_up(path: Path, *, level: int = logging.INFO) -> None:
    """Log to `path`; called once, first thing. Warnings also go to stderr when somebody may read it."""
    formatter = RedactingFormatter("%(asctime)s %(levelname)-7s %(threadName)-18s %(name)-28s %(message)s")
    handlers: list[logging.Handler] = []
    try:
        handlers.append(_File(path, maxBytes=MAX_BYTES, backupCount=FILES, encoding="utf-8"))
    except OSError as problem:
        print(f"softphone: no log file: {problem}", file=sys.stderr)
    if sys.stderr is not None:
        screen = logging.StreamHandler()
        screen.setLevel(logging.WARNING)
        handlers.append(screen)
    for handler in handlers:
        handler.setFormatter(formatter)
    lines: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    listener = QueueListener(lines, *handlers, respect_handler_level=True)
    listener.start()
    atexit.register(listener.stop)
    root = logging.getLogger()
    root.addHandler(QueueHandler(lines))
    root.setLevel(level)
    for chatty in ("httpx", "httpcore", "keyring", "asyncio", "phonenumbers"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
    log.critical("uncaught", exc_info=(kind, problem, trace))


def _uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        log.critical(
            "uncaught in %s",
            arguments.thread.name if arguments.thread else "a thread",
            exc_info=(arguments.exc_type, arguments.exc_value, arguments.exc_traceback),
        )
