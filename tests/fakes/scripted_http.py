"""An account client whose network is a function, for answers that no real service would give."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from softphone.account.client import AccountClient
from softphone.account.http import Http
from softphone.phone.account import SignedIn
from softphone.phone.secret import Secret

BASE = "https://phone.test/api/v1"
A_SESSION = SignedIn(BASE, "alice@example.com", "Alice", "Example", "100", Secret("refresh-0"))
TOKENS = {
    "access_token": "access-1", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "refresh-1",
    "account": {"email": "alice@example.com", "name": "Alice", "organisation": "Example"}, "extension": "100",
}  # fmt: skip

Handler = Callable[[httpx.Request], httpx.Response]


def http_of(handler: Handler) -> Http:
    return Http(transport=httpx.MockTransport(lambda request: unread(handler(request))))


def client_of(handler: Handler, **more: Any) -> AccountClient:
    """Signed in already: its first request fetches an access token."""
    client = AccountClient(http=http_of(handler), **more)
    client.resume(A_SESSION)
    return client


def json_answer(value: Any, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, content=json.dumps(value).encode(), headers=headers)


def problem(kind: str, status: int, **more: Any) -> httpx.Response:
    headers = more.pop("headers", {})
    body = {"type": f"urn:softphone:{kind}", "title": "Title", "status": status, "detail": "A sentence."} | more
    return httpx.Response(
        status, content=json.dumps(body).encode(), headers={"Content-Type": "application/problem+json"} | headers
    )


def unread(answer: httpx.Response) -> httpx.Response:
    """As it comes from a network: the body is still to be read."""
    if not answer.is_stream_consumed:
        return answer
    return httpx.Response(answer.status_code, headers=answer.headers, content=iter([answer.content]))


class Service:
    """Grants tokens, answers `answers[path]` (a response, an exception, or several in turn), records requests."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = {"/sessions": json_answer(TOKENS, 201), "/sessions/refresh": self._rotate}
        self.answers.update({f"/{path}": answer for path, answer in answers.items()})
        self.requests: list[httpx.Request] = []
        self.rotations = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.get(request.url.path.removeprefix("/api/v1"), problem("not-found", 404))
        if isinstance(answer, list):
            answer = answer.pop(0)
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        return unread(answer)

    def asked(self, path: str) -> list[httpx.Request]:
        return [request for request in self.requests if request.url.path == "/api/v1" + path]

    def _rotate(self, request: httpx.Request) -> httpx.Response:
        self.rotations += 1
        tokens = {"access_token": f"access-{self.rotations}", "refresh_token": f"refresh-{self.rotations}"}
        return json_answer(TOKENS | tokens)
