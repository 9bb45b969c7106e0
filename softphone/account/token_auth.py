"""The tokens of one session: who holds them, and how they are renewed by one thread for all."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable

from softphone.account.wire import Tokens
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.secret import Secret

_log = logging.getLogger(__name__)

#: After these the refresh token is worth nothing: the person has to sign in again.
OVER = frozenset({FailureKind.EXPIRED, FailureKind.REPLACED, FailureKind.INVALID_CREDENTIALS})
_RENEW_BEFORE = 30.0  # seconds before its end

#: Asks the service: (refresh token, name of the attempt) -> new tokens, or raises Refused.
Renew = Callable[[Secret, str], Tokens]


class TokenAuth:
    """Thread-safe. `on_rotated` gets each new refresh token before it is relied on, on the thread that renewed."""

    def __init__(
        self, renew: Renew, on_rotated: Callable[[Secret], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._renew = renew
        self._on_rotated = on_rotated
        self._clock = clock
        self._lock = threading.Lock()
        self._access: Secret | None = None
        self._good_until = 0.0
        self._refresh: Secret | None = None
        self._attempt: str | None = None
        self._over: Failure | None = None

    def open(self, tokens: Tokens) -> None:
        """A new sign-in."""
        with self._lock:
            self._over = None
            self._take(tokens)

    def resume(self, refresh: Secret) -> None:
        with self._lock:
            self._over, self._access, self._attempt, self._refresh = None, None, None, refresh

    def end(self, failure: Failure) -> None:
        """The session is over: every later use is refused with this failure, without asking."""
        with self._lock:
            self._end(failure)

    def access(self) -> Secret:
        """A token that is good now, as far as known; raises Refused."""
        with self._lock:
            if self._access is None or self._clock() >= self._good_until:
                self._rotate()
            assert self._access is not None
            return self._access

    def after(self, refused: Secret) -> Secret:
        """The service has refused this token: the one to use instead. Of many threads, one renews."""
        with self._lock:
            if self._access is None or self._access == refused:
                self._rotate()
            assert self._access is not None
            return self._access

    def _rotate(self) -> None:
        if self._refresh is None:
            raise Refused(self._over or Failure(FailureKind.EXPIRED, detail="not signed in"))
        # The name of the attempt stays until there is an answer: the service then knows that a repeated refresh is one
        # whose answer was lost, and no theft.
        self._attempt = self._attempt or uuid.uuid4().hex
        try:
            tokens = self._renew(self._refresh, self._attempt)
        except Refused as refused:
            if refused.failure.kind in OVER:
                self._end(refused.failure)
            raise
        try:
            self._on_rotated(tokens.refresh)
        except Exception:  # whoever keeps it has a fault; this session goes on
            _log.exception("the new refresh token could not be kept")
        self._take(tokens)

    def _take(self, tokens: Tokens) -> None:
        self._access, self._refresh, self._attempt = tokens.access, tokens.refresh, None
        self._good_until = self._clock() + max(tokens.expires_in - _RENEW_BEFORE, tokens.expires_in / 2)

    def _end(self, failure: Failure) -> None:
        self._access = self._refresh = self._attempt = None
        self._over = failure
