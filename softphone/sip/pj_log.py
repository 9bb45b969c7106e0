"""The child's log: Python's records and PJSIP's lines, redacted, to stderr, which the main process reads."""

from __future__ import annotations

import logging
import os
import stat

import pjsua2 as pj

from softphone.logs.redact import redact
from softphone.sip.pj_lines import letter_of

_LETTERS = {logging.DEBUG: "D", logging.INFO: "I", logging.WARNING: "W", logging.ERROR: "E", logging.CRITICAL: "E"}


def debug_wanted() -> bool:
    return os.environ.get("SOFTPHONE_LOG", "").lower() == "debug"


def _write(letter: str, text: str) -> None:
    """One write a record. When the reader does not keep up, lines are lost rather than calls delayed."""
    lines = "".join(f"{letter} {redact(line)}\n" for line in text.splitlines() if line.strip())
    try:
        os.write(2, lines.encode("utf-8", "backslashreplace"))
    except OSError:
        return  # the main process is gone or busy; there is nowhere to say so


class StderrHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        _write(_LETTERS.get(record.levelno, "I"), f"{record.name}: {record.getMessage()}")


class PjLog(pj.LogWriter):
    """Called on any of PJSIP's threads. Level 5 would print SRTP keys and is never asked for."""

    def write(self, entry: pj.LogEntry) -> None:
        _write(letter_of(entry.level, entry.msg), entry.msg)


def set_up_logging() -> None:
    if stat.S_ISFIFO(os.fstat(2).st_mode) and hasattr(os, "set_blocking"):
        os.set_blocking(2, False)
    root = logging.getLogger()
    root.addHandler(StderrHandler())
    root.setLevel(logging.DEBUG if debug_wanted() else logging.INFO)
    logging.getLogger("asyncio").setLevel(logging.WARNING)
