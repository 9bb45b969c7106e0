"""What the child writes to its stderr, brought into this process's log: redacted, one record a line."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from typing import IO

log = logging.getLogger("sip")

#: Longer lines are cut: a message dumped by a fault, never something a person reads.
MAX_LINE = 4000

#: As PJSIP prints by itself, before and after it has the child's log: "20:36:54.906  os_core_unix.c !pjlib ...".
_PJSIP = re.compile(r"\d\d:\d\d:\d\d\.\d{3}\s")
_LEVELS = {"D": logging.DEBUG, "I": logging.INFO, "W": logging.WARNING, "E": logging.ERROR}


class ChildLog(threading.Thread):
    """Reads until the child's end.

    Lines begin "D " "I " "W " or "E "; PJSIP's own are informational; others are a crash's last words: errors.
    """

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
                    otherwise = logging.INFO if _PJSIP.match(text) else logging.ERROR
                    log.log(level or otherwise, "%s", text[2:] if level else text)
        except (OSError, ValueError) as error:
            log.debug("log of the user agent: %s", error)
