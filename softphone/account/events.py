"""The stream of changes (server-sent events), kept open for as long as the session lasts."""

from __future__ import annotations

import contextlib
import logging
import random
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator

import httpx

from softphone.account.errors import failure_of_answer, server_failure
from softphone.account.http import Http
from softphone.account.token_auth import OVER, TokenAuth
from softphone.phone.failure import Failure, FailureKind, Refused

_log = logging.getLogger(__name__)

EVENTS = frozenset({"extension", "directory", "voicemail", "calls", "signed-out"})
_EVENT_AT_MOST = 64 * 1024
_PROBLEM_AT_MOST = 64 * 1024
_FIRST_RETRY, _LAST_RETRY = 0.5, 30.0  # seconds
_LASTED = 10.0  # seconds
POLL_EVERY = 60.0  # seconds, for a service without a stream
_POLLS_BEFORE_STREAM = 10  # something in front of a service that restarts may have said that there is none
_NO_STREAM_THERE = {404, 405, 406, 501}


class EventStream:
    """Iterate on a thread of its own; `close` from any other ends it at once.

    `poll` is asked instead by a service that has no stream: it tells the extension's ETag.
    """

    def __init__(
        self, http: Http, url: str, auth: TokenAuth, poll: Callable[[], str], poll_every: float = POLL_EVERY,
        first_retry: float = _FIRST_RETRY,
    ) -> None:
        self._http = http
        self._url = url
        self._auth = auth
        self._poll = poll
        self._poll_every = poll_every
        self._first_retry = first_retry
        self._polled_last: str | None = None
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    def close(self) -> None:
        with self._lock:
            self._closed.set()
            if self._socket is not None:
                # The plain socket's: SSLSocket.shutdown would take the TLS layer from under the reading thread.
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yields (event, data); the last is ("signed-out", reason) when the session has ended."""
        retry = self._first_retry
        while not self._closed.is_set():
            opened_at = time.monotonic()
            try:
                for event, data in self._once():
                    yield event, data
                    if event == "signed-out":
                        self._auth.end(Failure(_over_because(data), detail=data))
                        return
            except _NoStream:
                for event, data in self._polled():
                    yield event, data
                    if event == "signed-out":
                        return
                continue
            except Refused as refused:
                if refused.failure.kind in OVER:
                    yield "signed-out", refused.failure.kind.value
                    return
                _log.info("event stream: %s %s", refused.failure.kind.value, refused.failure.detail)
            # A stream that lasted, and ended with a restart of the service, is opened again soon; one that does not
            # last is not hammered at.
            if time.monotonic() - opened_at > _LASTED:
                retry = self._first_retry
            self._closed.wait(retry * random.uniform(0.7, 1.3))
            retry = min(retry * 2, _LAST_RETRY)

    def _once(self) -> Iterator[tuple[str, str]]:
        """One connection; a token that the service does not take any more is renewed once."""
        token = self._auth.access()
        for last in (False, True):
            headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {token.reveal()}"}
            with self._http.stream(self._url, headers) as response:
                if response.status_code == 200:
                    yield from self._events_of(response)
                    return
                failure = failure_of_answer(response.status_code, response.headers, _start_of(response))
            if response.status_code in _NO_STREAM_THERE:
                raise _NoStream
            if failure.code != 401 or last:
                raise Refused(failure)
            token = self._auth.after(token)

    def _events_of(self, response: httpx.Response) -> Iterator[tuple[str, str]]:
        if not response.headers.get("content-type", "").lower().startswith("text/event-stream"):
            raise _NoStream
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise Refused(server_failure("the event stream is compressed unasked"))
        with self._lock:
            if self._closed.is_set():
                return
            stream = response.extensions.get("network_stream")
            self._socket = stream.get_extra_info("socket") if stream is not None else None
        try:
            yield from parse_events(response.iter_raw())
        finally:
            with self._lock:
                self._socket = None

    def _polled(self) -> Iterator[tuple[str, str]]:
        for _ in range(_POLLS_BEFORE_STREAM):
            if self._closed.is_set():
                return
            try:
                etag = self._poll()
                if etag != self._polled_last:
                    self._polled_last = etag
                    yield "extension", etag
            except Refused as refused:
                if refused.failure.kind in OVER:
                    yield "signed-out", refused.failure.kind.value
                    return
                _log.info("polling: %s %s", refused.failure.kind.value, refused.failure.detail)
            self._closed.wait(self._poll_every)


class _NoStream(Exception):
    """The service has no event stream."""


def parse_events(chunks: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """The known events of a stream. Raises Refused for one of unreasonable size."""
    buffer = b""
    name, data, size = "", list[str](), 0
    for chunk in chunks:
        *lines, buffer = (buffer + chunk).replace(b"\r\n", b"\n").split(b"\n")
        for raw in lines:
            field, _, value = raw.decode(errors="replace").partition(":")
            value = value.removeprefix(" ")
            if not raw:
                if name in EVENTS and data:
                    yield name, "\n".join(data)
                name, data, size = "", [], 0
            elif field == "event":
                name = value
            elif field == "data":
                data.append(value)
                size += len(raw)
            if size > _EVENT_AT_MOST:
                raise Refused(server_failure("an event is too large"))
        if len(buffer) > _EVENT_AT_MOST:
            raise Refused(server_failure("an event is too large"))


def _over_because(reason: str) -> FailureKind:
    return FailureKind.REPLACED if reason == "replaced" else FailureKind.EXPIRED


def _start_of(response: httpx.Response) -> bytes:
    body = b""
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > _PROBLEM_AT_MOST:
            break
    return body
