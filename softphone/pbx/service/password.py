"""Password hashes (argon2id) and the count of wrong passwords."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

FAILURES_TO_LOCK = 5
FAILURES_WITHIN = 300.0  # seconds
LOCKED_FOR = 60.0
PASSWORDS_AT_ONCE = 2  # each check takes 64 MiB
_E_MAILS_REMEMBERED = 10_000

_hasher = PasswordHasher()  # RFC 9106's second choice: 64 MiB, 3 passes
_at_once = threading.BoundedSemaphore(PASSWORDS_AT_ONCE)


@cache
def _nobody() -> str:
    return _hasher.hash("the password of nobody")


def hash_password(password: str) -> str:
    with _at_once:
        return _hasher.hash(password)


def password_fits(password: str, hashed: str | None) -> bool:
    """None is an unknown account: as slow as a wrong password, so that time does not tell which."""
    with _at_once:
        try:
            return _hasher.verify(hashed or _nobody(), password) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False


@dataclass
class _Tries:
    failures: list[float] = field(default_factory=list)
    locked_until: float = 0.0


class Attempts:
    """Five wrong passwords in five minutes lock an e-mail for one. In memory: a restart forgets a minute at most."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, email: str) -> float:
        """Count a try as wrong until `succeeded`, so that many at once cannot pass. Returns seconds to wait, or 0."""
        with self._lock:
            now = self._clock()
            tries = self._tries.setdefault(email, _Tries())
            self._tries.move_to_end(email)
            while len(self._tries) > _E_MAILS_REMEMBERED:
                self._tries.popitem(last=False)
            if tries.locked_until > now:
                return tries.locked_until - now
            tries.failures = [at for at in tries.failures if now - at < FAILURES_WITHIN]
            tries.failures.append(now)
            if len(tries.failures) >= FAILURES_TO_LOCK:
                tries.failures.clear()
                tries.locked_until = now + LOCKED_FOR
            return 0.0

    def succeeded(self, email: str) -> None:
        with self._lock:
            self._tries.pop(email, None)
