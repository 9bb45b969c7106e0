"""The client of the account service. Blocking, for the worker thread; the event stream has a thread of its own."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from softphone.account import wire
from softphone.account.answers import JSON, encode, read_answer
from softphone.account.discovery import find_service
from softphone.account.errors import failure_of_answer, problem_kind, refuse
from softphone.account.events import POLL_EVERY, EventStream
from softphone.account.http import Answer, Http
from softphone.account.services import ServiceParts
from softphone.account.token_auth import OVER, TokenAuth
from softphone.extension.settings import Settings
from softphone.phone.account import DirectoryEntry, Provisioning, SignedIn, ThisDevice
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.secret import Secret

_log = logging.getLogger(__name__)

MERGE_PATCH = "application/merge-patch+json"


class AccountClient(ServiceParts):
    """`softphone.phone.ports.AccountService` for one session.

    `on_rotated` gets each new refresh token before it is relied on; `ca_file` is an authority trusted beside the
    system's; `preset` is the organisation's file that names its service; `poll_every` is in seconds, for a service
    without an event stream.
    """

    def __init__(
        self, on_rotated: Callable[[Secret], None] = lambda token: None, *, ca_file: Path | None = None,
        preset: Path | None = None, http: Http | None = None, poll_every: float = POLL_EVERY,
    ) -> None:
        self._http = http or Http(ca_file)
        self._preset = preset
        self._poll_every = poll_every
        self._auth = TokenAuth(self._renew, on_rotated)
        self._base = ""
        self._lock = threading.Lock()
        self._patching = threading.Lock()
        self._extension: tuple[dict[str, Any], str] | None = None  # as last seen, for If-None-Match
        self._stream: EventStream | None = None
        self._closed = False

    def sign_in(
        self, email: str, password: Secret, device: ThisDevice, *, service: str | None = None,
        replace_device: str | None = None,
    ) -> SignedIn:
        base = find_service(self._http, email, service, self._preset)
        asked: dict[str, Any] = {
            "email": email.strip(), "password": password.reveal(), "device": wire.device(device),
        }
        if replace_device is not None:
            asked["replace_device"] = replace_device
        answer = self._http.ask("POST", f"{base}/sessions", headers=JSON, content=encode(asked))
        if answer.status in (404, 405) and not problem_kind(answer.body):
            raise refuse(FailureKind.SERVICE_NOT_FOUND, f"{base}: HTTP {answer.status}")
        opened = read_answer(answer, wire.opened)
        with self._lock:
            self._base, self._extension = base, None
        self._auth.open(opened.tokens)
        return SignedIn(
            base, opened.email or email.strip(), opened.name, opened.organisation, opened.extension,
            opened.tokens.refresh,
        )

    def resume(self, session: SignedIn) -> None:
        with self._lock:
            self._base, self._extension = session.service.rstrip("/"), None
        self._auth.resume(session.refresh_token)

    def provisioning(self) -> Provisioning:
        return read_answer(self._ask("GET", "/provisioning"), wire.provisioning)

    def extension(self) -> tuple[dict[str, Any], str]:
        with self._lock:
            seen = self._extension
        answer = self._ask("GET", "/extension", {"If-None-Match": seen[1]} if seen else {})
        if answer.status == 304 and seen is not None:
            return seen
        return self._remember(answer)

    def patch_extension(self, patch: dict[str, Any], etag: str) -> tuple[dict[str, Any], str]:
        headers = {"If-Match": etag, "Content-Type": MERGE_PATCH}
        with self._patching:
            return self._remember(self._ask("PATCH", "/extension", headers, encode(patch)))

    def directory(self) -> Sequence[DirectoryEntry]:
        return read_answer(self._ask("GET", "/directory"), wire.directory)

    def sign_out(self) -> None:
        """The session is over on this side even when the service cannot be told."""
        self._close_stream()
        try:
            answer = self._ask("DELETE", "/sessions/current")
            read_answer(answer, lambda body: None, empty=True)
        except Refused as refused:
            if refused.failure.kind not in OVER:
                raise
        finally:
            self._auth.end(Failure(FailureKind.EXPIRED, detail="signed out"))

    def events(self) -> Iterator[tuple[str, str]]:
        """Tells of no version of the extension that this client has already."""
        stream = EventStream(self._http, f"{self._base}/events", self._auth, self._version, self._poll_every)
        with self._lock:
            if self._closed:
                return
            self._stream = stream
        for event, data in stream:
            if event != "extension" or not self._has(data):
                yield event, data

    def close(self) -> None:
        with self._lock:
            self._closed = True
        self._close_stream()
        self._http.close()

    def _version(self) -> str:
        """Of the extension as the service has it. Not remembered: whoever is told of it has yet to ask for it."""
        with self._lock:
            seen = self._extension
        answer = self._ask("GET", "/extension", {"If-None-Match": seen[1]} if seen else {})
        if answer.status == 304 and seen is not None:
            return seen[1]
        read_answer(answer, lambda body: None)
        return answer.headers.get("etag") or hashlib.sha256(answer.body).hexdigest()

    def _has(self, etag: str) -> bool:
        """The event of our own change may come before the answer to it: then that is waited for."""
        with self._patching, self._lock:
            return self._extension is not None and self._extension[1] == etag

    def _close_stream(self) -> None:
        with self._lock:
            stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    def _ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> Answer:
        """With the access token; when that has expired, renewed once."""
        token = self._auth.access()
        answer = self._send(token, method, path, headers, content)
        if answer.status == 401:
            token = self._auth.after(token)
            answer = self._send(token, method, path, headers, content)
        if answer.status >= 400:
            failure = failure_of_answer(answer.status, answer.headers, answer.body)
            raise Refused(failure)
        return answer

    def _send(
        self, token: Secret, method: str, path: str, headers: Mapping[str, str] | None, content: bytes | None
    ) -> Answer:
        authorised = dict(headers or {}) | {"Authorization": f"Bearer {token.reveal()}"}
        return self._http.ask(
            method, self._base + path, headers=authorised, content=content, repeatable=method == "GET"
        )

    def _renew(self, refresh: Secret, attempt: str) -> wire.Tokens:
        headers = JSON | {"Idempotency-Key": attempt}
        content = encode({"refresh_token": refresh.reveal()})
        answer = self._http.ask("POST", f"{self._base}/sessions/refresh", headers=headers, content=content)
        return read_answer(answer, wire.tokens)

    def _remember(self, answer: Answer) -> tuple[dict[str, Any], str]:
        def document_of(value: Any) -> dict[str, Any]:
            Settings.from_json(value)
            document: dict[str, Any] = value
            return document

        seen = read_answer(answer, document_of), answer.headers.get("etag", "")
        with self._lock:
            self._extension = seen if seen[1] else None
        return seen
