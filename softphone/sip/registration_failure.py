"""Why a line is not registered: what an answer to REGISTER means, and which of several servers' failures says most."""

from __future__ import annotations

from collections.abc import Sequence

from softphone.phone.failure import Failure, FailureKind
from softphone.sip import translate

#: What the person can do something about, or what a server said itself, before what was merely not there.
_TELLING = (
    FailureKind.FORBIDDEN,
    FailureKind.NOT_TRUSTED,
    FailureKind.WRONG_CLOCK,
    FailureKind.SERVER,
    FailureKind.TIMED_OUT,
    FailureKind.CONNECTION_LOST,
    FailureKind.OFFLINE,
    FailureKind.SERVER_NOT_FOUND,
    FailureKind.NO_NETWORK,
)


def registration_failure(code: int, reason: str, headers: translate.Headers | None) -> Failure:
    """What a final answer to REGISTER means. Without a message it is PJSIP's own: time-out or transport."""
    wait = translate.retry_after(headers) if headers is not None else None
    if headers is None and code in (408, 503):
        kind = FailureKind.TIMED_OUT if code == 408 else FailureKind.OFFLINE
    elif code in (401, 403, 404, 407):
        kind = FailureKind.FORBIDDEN
    elif code == 408:
        kind = FailureKind.TIMED_OUT
    else:
        kind = FailureKind.SERVER
    return Failure(kind, code or None, reason, retry_after=wait)


def most_telling(failures: Sequence[Failure]) -> Failure:
    """Of one round of servers; the first of equals. `failures` is not empty."""
    return min(failures, key=lambda f: _TELLING.index(f.kind) if f.kind in _TELLING else len(_TELLING))
