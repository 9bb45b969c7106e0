"""Raw requests to the account service, as a stranger's client would send them."""

from __future__ import annotations

import json
import ssl
from typing import Any

import httpx

from softphone.pbx.service import models
from tests.contract.account_fixture import PASSWORD, RealWorld, authority

PROBLEM_TYPES = {
    "invalid-credentials", "token-expired", "no-extension", "no-desktop-licence", "locked", "not-found", "device-limit",
    "conflict", "too-large", "invalid", "too-many-attempts",
}  # fmt: skip
MERGE_PATCH = {"Content-Type": "application/merge-patch+json", "If-Match": "*"}


class Api:
    def __init__(self, world: RealWorld) -> None:
        self.world = world
        trust = ssl.create_default_context()
        authority().configure_trust(trust)
        self.http = httpx.Client(base_url=world.url, verify=trust, trust_env=False, timeout=20)
        self.token = ""

    def sign_in(self, email="alice@example.com", device="installation-1", **more) -> httpx.Response:
        body = {
            "email": email, "password": PASSWORD.reveal(),
            "device": {"id": device, "type": "desktop", "name": "Computer", "platform": "Linux", "app_version": "0.1"},
        }  # fmt: skip
        self.world.advance(1)
        answer = self.http.post("/sessions", json=body | more)
        self.token = answer.json().get("access_token", self.token)
        return answer

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        return self.http.request(method, path, headers=headers, **more)

    def patch(self, patch: Any, **headers: str) -> httpx.Response:
        content = patch if isinstance(patch, bytes) else json.dumps(patch).encode()
        return self.ask("PATCH", "/extension", content=content, headers=MERGE_PATCH | headers)


def assert_problem(answer: httpx.Response, status: int, kind: str | None = None) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    models.ProblemModel.model_validate(problem)
    assert problem["status"] == status
    if kind is not None:
        assert problem["type"] == f"urn:softphone:{kind}"
    if problem["type"] != "about:blank":
        assert problem["type"].removeprefix("urn:softphone:") in PROBLEM_TYPES
        assert problem["detail"]
    return problem
