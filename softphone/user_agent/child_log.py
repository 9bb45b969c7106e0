"""What the child writes to its stderr, brought into this process's log: redacted, one record a line."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import IO

log = logging.getLogger("sip")

#: Longer lines are cut: a message dumped by a fault, never something a person reads.
MAX_LINE = 4000

_LEVELS = {"D": logging.DEBUG, "I": logging.INFO, "W": logging.WARNING, "E": logging.ERROR}


class ChildLog(threading.Thread):
    """Reads until the child's end. Lines begin "D " "I " "W " or "E "; others are a crash's last words: errors."""

    def __init__(self, pipe: IO[bytes], redact: Callable[[str], str]) -> None:
        super().__init__(name="user-agent-log", daemon=True)
        self._pipe = pipe
        self._redact = redact

    def run(self) -> None:
        try:
            while line := self._pipe.readline(MAX_LINE):
                text = self._redact(line.decode("utf-8", "replace").rstrip())
                if text:
                    level = _LEVELS.get(text[0]) if text[1:2] == " " else None
                    log.log(level or logging.ERROR, "%s", text[2:] if level else text)
        except (OSError, ValueError) as error:
            log.debug("log of the user agent: %s", error)
