"""JSON lines between a process and its parent: standard output belongs to them alone, whatever a C library prints."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, TextIO


def claim_standard_output() -> TextIO:
    """The real standard output as a stream of our own; from now on everything else printed goes to standard error."""
    sys.stdout.flush()
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return stream


class JsonLineWriter:
    """Writes one object a line; a reader that is gone is no error. From any thread."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def write(self, **fields: object) -> None:
        line = json.dumps(fields, ensure_ascii=True)
        with self._lock:
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (BrokenPipeError, ValueError):
                return


def json_lines(stream: TextIO, refused: Callable[[str], object]) -> Iterator[dict[str, Any]]:
    """Objects read line by line until the end of the stream; `refused` is told of lines that are none."""
    for line in stream:
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            refused(f"not JSON: {error}")
            continue
        if isinstance(value, dict):
            yield value
        else:
            refused("not a JSON object")
