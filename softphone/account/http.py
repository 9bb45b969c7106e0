"""HTTP with the account service: verified, bounded in time and size, and failing only with `Refused`."""

from __future__ import annotations

import contextlib
import logging
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

import httpx
import truststore

from softphone.account.errors import failure_of_exception, refuse, server_failure
from softphone.phone.failure import FailureKind, Refused

_log = logging.getLogger(__name__)

BODY_AT_MOST = 4 * 1024 * 1024
ANSWER_WITHIN = 20.0  # seconds for a whole answer
STREAM_SILENT_AT_MOST = 45.0  # seconds; the service sends something every 15
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_LIMITS = httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=30.0)
_REPEATABLE = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError, httpx.CloseError)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Http:
    """`ca_file` is the organisation's authority, trusted beside the system's. Thread-safe."""

    def __init__(self, ca_file: Path | None = None, transport: httpx.BaseTransport | None = None) -> None:
        self._ca_file = ca_file
        self._transport = transport
        self._lock = threading.Lock()
        self._clients: dict[bool, httpx.Client] = {}
        self._closed = False

    def ask(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None,
        repeatable: bool = False,
    ) -> Answer:
        """One request. A `repeatable` one is sent again when a kept connection turns out to be dead."""
        try:
            return self._ask(method, url, headers or {}, content)
        except _REPEATABLE as error:
            if not repeatable:
                raise Refused(failure_of_exception(error)) from error
            _log.info("asking again: %s", type(error).__name__)
        except _ERRORS as error:
            raise Refused(failure_of_exception(error)) from error
        try:
            return self._ask(method, url, headers or {}, content)
        except _ERRORS as error:
            raise Refused(failure_of_exception(error)) from error

    @contextlib.contextmanager
    def stream(self, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """An answer whose body has no end."""
        timeout = httpx.Timeout(10.0, connect=5.0, read=STREAM_SILENT_AT_MOST)
        try:
            client = self._client(url)
            with client.stream("GET", url, headers=_IDENTITY | dict(headers), timeout=timeout) as response:
                yield response
        except _ERRORS as error:
            raise Refused(failure_of_exception(error)) from error

    def close(self) -> None:
        with self._lock:
            self._closed = True
            clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            client.close()

    def _ask(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Answer:
        give_up = time.monotonic() + ANSWER_WITHIN
        with self._client(url).stream(method, url, headers=_IDENTITY | dict(headers), content=content) as response:
            # Asked for no compression and got some: a few bytes could become gigabytes.
            if response.headers.get("content-encoding", "identity").lower() != "identity":
                raise Refused(server_failure("an answer was compressed unasked", response.status_code))
            chunks, size = [], 0
            for chunk in response.iter_raw():
                size += len(chunk)
                if size > BODY_AT_MOST:
                    raise Refused(server_failure("an answer is too large", response.status_code))
                if time.monotonic() > give_up:
                    raise Refused(server_failure("an answer does not end", response.status_code))
                chunks.append(chunk)
            return Answer(response.status_code, response.headers, b"".join(chunks))

    def _client(self, url: str) -> httpx.Client:
        """Unencrypted, and without the proxies of the environment, only to this computer itself."""
        address = httpx.URL(url)
        direct = is_loopback(address.host)
        if address.scheme != "https" and not (address.scheme == "http" and direct):
            raise refuse(FailureKind.BAD_ADDRESS, f"only HTTPS: {url[:100]}")
        with self._lock:
            if self._closed:
                raise refuse(FailureKind.NOT_NOW, "closed")
            if direct not in self._clients:
                self._clients[direct] = self._open(use_proxies=not direct)
            return self._clients[direct]

    def _open(self, use_proxies: bool) -> httpx.Client:
        def client(trust_env: bool) -> httpx.Client:
            return httpx.Client(
                verify=context, timeout=_TIMEOUT, limits=_LIMITS, follow_redirects=False, trust_env=trust_env,
                transport=self._transport,
            )

        context = self._tls_context()
        try:
            return client(use_proxies)
        except (ImportError, ValueError) as error:
            _log.warning("the proxy of the environment cannot be used: %s", error)
            return client(False)

    def _tls_context(self) -> ssl.SSLContext:
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._ca_file is not None:
            try:
                context.load_verify_locations(cafile=str(self._ca_file))
            except OSError as error:  # ssl.SSLError is one
                raise refuse(FailureKind.NOT_TRUSTED, f"the organisation's certificate file: {error}") from error
        return context


def is_loopback(host: str) -> bool:
    host = host.lower().strip("[]")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


_IDENTITY = {"Accept-Encoding": "identity"}
#: Besides httpx's own: names that cannot be encoded, and a closed pool.
_ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError, RuntimeError)
