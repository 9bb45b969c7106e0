"""Refusals as RFC 9457 problem documents."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from softphone.extension.document import Fault
from softphone.pbx.service import refusals

#: URN suffix -> (status, title): the whole list of the contract.
PROBLEMS: dict[str, tuple[int, str]] = {
    "invalid-credentials": (401, "The e-mail or the password is wrong"),
    "token-expired": (401, "The token is not valid any more"),
    "no-extension": (403, "The account has no extension"),
    "no-desktop-licence": (403, "The account has no licence for the desktop application"),
    "locked": (403, "Not yours to change"),
    "debug-mode-off": (403, "Debug mode is off"),
    "not-found": (404, "Not found"),
    "device-limit": (409, "All devices are activated"),
    "conflict": (412, "Changed in the meantime"),
    "too-large": (413, "Too large"),
    "invalid": (422, "Not valid"),
    "too-many-attempts": (429, "Too many attempts"),
}


class Problem(Exception):
    """Raised by an endpoint; `more` are the members that a kind of problem has of its own."""

    def __init__(
        self, kind: str, detail: str, *, errors: Iterable[Fault] = (), headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.more = more

    def response(self) -> Response:
        status, title = PROBLEMS[self.kind]
        if status == 401:
            self.headers["WWW-Authenticate"] = "Bearer"
        document: dict[str, Any] = {
            "type": f"urn:softphone:{self.kind}", "title": title, "status": status, "detail": self.detail,
        }
        if self.errors:
            document["errors"] = [
                {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail} for fault in self.errors
            ]
        return problem_response(status, document | self.more, self.headers)


def too_many_attempts(wait: float) -> Problem:
    return Problem(
        "too-many-attempts", "Too many wrong passwords. Wait a minute and try again.",
        headers={"Retry-After": str(max(1, math.ceil(wait)))},
    )


def of_refusal(refusal: refusals.Refusal) -> Problem:
    match refusal:
        case refusals.NoExtension():
            return Problem("no-extension", "This account has no extension. Ask your administrator for one.")
        case refusals.NoLicence():
            return Problem("no-desktop-licence", "This account has no licence for the desktop application.")
        case refusals.DeviceLimit(devices=devices):
            detail = "Three devices are activated already. Choose one to replace."
            return Problem("device-limit", detail, devices=devices)
        case refusals.TokenExpired(reason=None):
            return Problem("token-expired", "Sign in again.")
        case refusals.TokenExpired(reason=reason):
            return Problem("token-expired", "The session has ended.", reason=reason)
        case refusals.Conflict(changes=changes):
            return Problem("conflict", "The settings were changed elsewhere in the meantime.", changes=changes)
        case refusals.NotFound():
            return Problem("not-found", "There is no such thing here.")
        case refusals.Locked(faults=faults):
            return Problem("locked", faults[0].detail, errors=faults)
        case refusals.Invalid(faults=faults):
            return Problem("invalid", faults[0].detail, errors=faults)
    raise AssertionError(refusal)


def of_http(error: HTTPException) -> Response:
    """What the framework refuses by itself: no such path, no such method."""
    if error.status_code == 404:
        return Problem("not-found", "There is no such thing here.").response()
    title = HTTPStatus(error.status_code).phrase
    return problem_response(
        error.status_code, {"type": "about:blank", "title": title, "status": error.status_code}, error.headers
    )


def problem_response(status: int, document: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    # ASCII: a pointer may repeat half a surrogate pair that a client sent
    content = json.dumps(document, ensure_ascii=True).encode()
    return Response(content, status, headers, media_type="application/problem+json")
