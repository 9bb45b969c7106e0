"""From a request to plain values: bounded body, JSON that means one thing, headers of the contract."""

from __future__ import annotations

import json
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from softphone.extension.document import Fault, pointer
from softphone.pbx.service.problems import Problem

BODY_AT_MOST = 64 * 1024
_DEPTH_AT_MOST = 20

Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: Request, at_most: int = BODY_AT_MOST) -> bytes:
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and len(declared) < 20 and int(declared) > at_most:
        raise Problem("too-large", f"At most {at_most} bytes are taken.")
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > at_most:
            raise Problem("too-large", f"At most {at_most} bytes are taken.")
        chunks.append(chunk)
    return b"".join(chunks)


def parse_json(body: bytes) -> Any:
    """Strict JSON; what Python would take beyond it (NaN, endless digits, endless depth) is refused."""
    try:
        value = json.loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Problem("invalid", "This is not JSON.", errors=[Fault("", "json", "This is not JSON.")]) from None
    if _too_deep(value):
        raise Problem("invalid", "This is nested too deeply.", errors=[Fault("", "json", "This is nested too deeply.")])
    return value


def parse_model(model: type[Model], body: bytes) -> Model:
    value = parse_json(body)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = [
            Fault(pointer(*fault["loc"]), fault["type"], fault["msg"])
            for fault in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise Problem("invalid", faults[0].detail, errors=faults[:20]) from None


def query_integer(text: str | None, name: str, default: int, least: int, most: int) -> int:
    """A whole number of the query; outside its limits it is refused."""
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 15 or not least <= int(text) <= most:
        detail = f"This must be a whole number from {least} to {most}."
        raise Problem("invalid", detail, errors=[Fault(pointer(name), "range", detail)])
    return int(text)


def bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem("token-expired", "Sign in first.")
    return token.strip()


def entity_tags(header: str | None) -> set[str]:
    """The strong entity tags of an If-Match or If-None-Match header (RFC 9110 13.1), and "*"."""
    return {tag for part in (header or "").split(",") if (tag := part.strip()) and not tag.startswith("W/")}


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEPTH_AT_MOST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True
