"""Everything that can go wrong with the account service, as `Failure`: problem documents, network, certificate."""

from __future__ import annotations

import errno
import json
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from softphone.account.wire import activated_devices, plain, setting_authors
from softphone.extension.document import Fault
from softphone.phone.failure import Failure, FailureKind, Refused

_PROBLEMS = {
    "invalid-credentials": FailureKind.INVALID_CREDENTIALS,
    "token-expired": FailureKind.EXPIRED,
    "no-extension": FailureKind.NO_EXTENSION,
    "no-desktop-licence": FailureKind.NO_LICENCE,
    "locked": FailureKind.LOCKED,
    "debug-mode-off": FailureKind.LOCKED,
    "not-found": FailureKind.NOT_FOUND,
    "device-limit": FailureKind.DEVICE_LIMIT,
    "conflict": FailureKind.CONFLICT,
    "too-large": FailureKind.INVALID,
    "invalid": FailureKind.INVALID,
    "too-many-attempts": FailureKind.TOO_MANY_ATTEMPTS,
}
#: For a service, or something in front of it, that says no more than the status.
_STATUSES = {
    401: FailureKind.EXPIRED, 404: FailureKind.NOT_FOUND, 412: FailureKind.CONFLICT, 413: FailureKind.INVALID,
    422: FailureKind.INVALID, 429: FailureKind.TOO_MANY_ATTEMPTS,
}  # fmt: skip
_WINDOWS_UNREACHABLE = {10050, 10051, 10065}  # WSAENETDOWN, WSAENETUNREACH, WSAEHOSTUNREACH
_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL} | _WINDOWS_UNREACHABLE
_LONGEST_WAIT = 3600.0
_LONGEST_DETAIL = 300

# OpenSSL's X509_V_ERR_*
_NOT_YET_VALID, _HAS_EXPIRED = 9, 10
#: No computer that runs this program has a right clock outside these (2026-11-01, and twenty years later).
_CLOCK_NOT_BEFORE, _CLOCK_NOT_AFTER = 1793491200.0, 1793491200.0 + 20 * 365.25 * 86400


def server_failure(detail: str, code: int | None = None) -> Failure:
    """The service answered something that it should not."""
    return Failure(FailureKind.SERVER, code, detail[:_LONGEST_DETAIL])


def problem_kind(body: bytes) -> str:
    """The URN suffix of a problem document, "" when it is none."""
    kind = _problem(body).get("type")
    prefix = "urn:softphone:"
    return kind[len(prefix):] if isinstance(kind, str) and kind.startswith(prefix) else ""


def failure_of_answer(status: int, headers: Mapping[str, str], body: bytes) -> Failure:
    """An answer that is no success. A 5xx is the server's fault whatever it says."""
    problem = _problem(body)
    kind = _STATUSES.get(status, FailureKind.SERVER)
    if status < 500:
        kind = _PROBLEMS.get(problem_kind(body), kind)
    if kind is FailureKind.EXPIRED and problem.get("reason") == "replaced":
        kind = FailureKind.REPLACED
    return Failure(
        kind, status, _detail(problem) or f"HTTP {status}",
        retry_after=_retry_after(headers.get("retry-after", "")),
        devices=activated_devices(problem.get("devices")) if kind is FailureKind.DEVICE_LIMIT else (),
        sentence=_sentence(problem.get("detail")), faults=_faults(problem),
        authors=setting_authors(problem.get("changes")) if kind is FailureKind.CONFLICT else (),
    )


def failure_of_exception(error: Exception) -> Failure:
    """A request that brought no answer: the deepest cause tells what it was."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate_failure(cause)
        if isinstance(cause, ssl.SSLError):
            return server_failure(f"TLS: {getattr(cause, 'reason', None) or cause}")
        if isinstance(cause, socket.gaierror):
            return _name_failure(cause)
        if isinstance(cause, OSError) and cause.errno in _UNREACHABLE:
            return Failure(FailureKind.NO_NETWORK, detail=str(cause)[:_LONGEST_DETAIL])
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return Failure(FailureKind.BAD_ADDRESS, detail=str(error)[:_LONGEST_DETAIL])
    if isinstance(error, httpx.ConnectTimeout) and not has_route():
        return Failure(FailureKind.NO_NETWORK, detail="no route to any network")
    return server_failure(f"{type(error).__name__}: {error}")


def refuse(kind: FailureKind, detail: str) -> Refused:
    return Refused(Failure(kind, detail=detail[:_LONGEST_DETAIL]))


def has_route() -> bool:
    """Whether this computer knows a way out. Sends nothing: connecting a UDP socket only looks up the route."""
    for family, documentation_address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((documentation_address, 9))
                return True
        except OSError:
            continue
    return False


def _certificate_failure(error: ssl.SSLCertVerificationError) -> Failure:
    """A trusted authority backdates what it issues, so "not yet valid" is this computer's clock."""
    code = getattr(error, "verify_code", 0)
    detail = getattr(error, "verify_message", "") or str(error)
    odd = not _CLOCK_NOT_BEFORE <= time.time() <= _CLOCK_NOT_AFTER
    wrong_clock = code == _NOT_YET_VALID or (code == _HAS_EXPIRED and odd)
    return Failure(FailureKind.WRONG_CLOCK if wrong_clock else FailureKind.NOT_TRUSTED, detail=detail[:_LONGEST_DETAIL])


def _name_failure(error: socket.gaierror) -> Failure:
    """A name server that does not answer is a network that does not work; so is "no such name" without a route."""
    if error.errno == socket.EAI_AGAIN or not has_route():
        return Failure(FailureKind.NO_NETWORK, detail=str(error))
    return Failure(FailureKind.SERVER_NOT_FOUND, detail=str(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _problem(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _detail(problem: Mapping[str, Any]) -> str:
    """The problem's sentence, with each pointer that it names."""
    parts = [problem.get("detail") or problem.get("title")]
    errors = problem.get("errors")
    for error in errors[:5] if isinstance(errors, list) else []:
        if isinstance(error, dict):
            parts.append(f"{error.get('pointer')}: {error.get('code')}")
    text = "; ".join(part for part in parts if isinstance(part, str))
    return "".join(char if char.isprintable() else " " for char in text)[:_LONGEST_DETAIL]


def _faults(problem: Mapping[str, Any]) -> tuple[Fault, ...]:
    """The members that the service finds wrong; what cannot be read is left out."""
    errors = problem.get("errors")
    return tuple(
        Fault(str(error["pointer"])[:200], str(error.get("code", ""))[:60], _sentence(error.get("detail")))
        for error in (errors[:50] if isinstance(errors, list) else ())
        if isinstance(error, dict) and isinstance(error.get("pointer"), str)
    )


def _sentence(text: Any) -> str:
    """For a window: one line, of bounded length."""
    return plain(text) if isinstance(text, str) else ""


def _retry_after(header: str) -> float | None:
    """Seconds, or an HTTP date (RFC 9110 10.2.3)."""
    header = header.strip()
    if header.isascii() and header.isdigit() and len(header) < 10:
        return min(float(header), _LONGEST_WAIT)
    try:
        return min(max(parsedate_to_datetime(header).timestamp() - time.time(), 0.0), _LONGEST_WAIT)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
