"""What goes to the service as JSON, and how its answers are read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from softphone.account import wire
from softphone.account.errors import failure_of_answer, refuse, server_failure
from softphone.account.http import Answer
from softphone.extension.document import InvalidDocument
from softphone.phone.failure import FailureKind, Refused

_T = TypeVar("_T")

JSON = {"Content-Type": "application/json", "Accept": "application/json"}


def encode(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise refuse(FailureKind.INVALID, f"cannot be written: {type(error).__name__}") from error


def read_answer(answer: Answer, make: Callable[[Any], _T], *, empty: bool = False) -> _T:
    """A success, made into what was asked for; anything else is Refused."""
    if not 200 <= answer.status < 300:
        raise Refused(failure_of_answer(answer.status, answer.headers, answer.body))
    try:
        return make(None if empty else wire.parse(answer.body))
    except InvalidDocument as error:
        raise Refused(server_failure(f"an answer that makes no sense: {error}", answer.status)) from error
