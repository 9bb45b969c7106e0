"""The local socket's language: one JSON object a line, a question and its answer.

Question `{"verb": ..., "arguments": {...}}`, answer `{"code": 0, "result": ...}` or `{"code": 1, "error": "sentence"}`.
The codes are the command line's exit codes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

DONE, REFUSED, WRONG_USAGE, NOT_RUNNING = 0, 1, 2, 3

#: A line longer than this is not ours.
MAX_LINE = 64 * 1024


@dataclass(frozen=True)
class Question:
    """`arguments` may carry a password on its way from standard input: never logged."""

    verb: str
    arguments: dict[str, Any] = field(default_factory=dict, repr=False)

    def encode(self) -> bytes:
        return json.dumps({"verb": self.verb, "arguments": self.arguments}).encode() + b"\n"

    @classmethod
    def decode(cls, line: bytes) -> Question:
        """Raises ValueError for anything else."""
        raw = json.loads(line)
        if not isinstance(raw, dict) or not isinstance(raw.get("verb"), str):
            raise ValueError("not a question")
        arguments = raw.get("arguments", {})
        if not isinstance(arguments, dict):
            raise ValueError("arguments are not an object")
        return cls(raw["verb"], arguments)


@dataclass(frozen=True)
class Reply:
    code: int = DONE
    result: Any = None
    error: str = ""

    def encode(self) -> bytes:
        return json.dumps({"code": self.code, "result": self.result, "error": self.error}).encode() + b"\n"

    @classmethod
    def decode(cls, line: bytes) -> Reply:
        raw = json.loads(line)
        return cls(int(raw["code"]), raw.get("result"), str(raw.get("error") or ""))
