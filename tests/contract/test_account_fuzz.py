"""The account service against its own OpenAPI document: whatever is sent, it answers as the document says."""

from __future__ import annotations

import pytest
import requests
from hypothesis import HealthCheck, Phase, settings, strategies

from softphone.pbx.service.message_endpoints import MESSAGE_OPERATIONS
from softphone.pbx.service.openapi import openapi
from softphone.pbx.service.operations import OPERATIONS
from softphone.pbx.service.voicemail_endpoints import VOICEMAIL_OPERATIONS
from tests.contract.account_fixture import PASSWORD, real_world
from tests.contract.api_fixture import Api
from tests.contract.store_fixture import any_call

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis comes with `make test`")

from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with real_world(tmp_path_factory.mktemp("service")) as world:
        for email, key in (("alice@example.com", "100"), ("bob@example.com", "110")):
            world.add_account(email, PASSWORD.reveal(), key, f"Somebody {key}", caller_ids=["+6561234567"])
        world.store.call_ended(any_call("100"))
        world.store.call_ended(any_call("110", call_id="bobs"))
        assert world.store.background.flush()
        yield world


class Caller:
    """Signed in again whenever what was sent has signed it out."""

    def __init__(self, world) -> None:
        self.api = Api(world)
        assert self.api.sign_in().status_code == 201
        self.session = requests.Session()
        self.session.trust_env = False

    def headers(self, case) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.api.token}"}
        return headers | ({"If-Match": "*"} if case.operation.label == "PATCH /extension" else {})

    def has_seen(self, case, answer) -> None:
        """Some cases are sent without a token, or with another: those have signed nobody out."""
        ended = answer.status_code == 204 and case.path == "/sessions/current"
        if ended or (answer.status_code == 401 and self.api.ask("GET", "/outbound-rules").status_code == 401):
            assert self.api.sign_in().status_code == 201

    def close(self) -> None:
        self.session.close()
        self.api.http.close()


@pytest.fixture(scope="module")
def caller(world):
    caller = Caller(world)
    yield caller
    caller.close()


schemathesis.openapi.media_type("audio/mpeg", strategies.binary(max_size=2000))
DOCUMENT = openapi((*OPERATIONS, *VOICEMAIL_OPERATIONS, *MESSAGE_OPERATIONS))


def without_the_stream(document):
    """It never ends; test_account_api reads it."""
    return document | {"paths": {path: one for path, one in document["paths"].items() if path != "/events"}}


schema = schemathesis.openapi.from_dict(without_the_stream(DOCUMENT))


def test_the_document_is_the_one_that_is_served(caller):
    assert caller.api.http.get("/openapi.json").json() == DOCUMENT


@schema.parametrize()
@settings(
    max_examples=25, derandomize=True, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_the_document_says(case, world, caller):
    answer = case.call_and_validate(
        base_url=world.url, session=caller.session, headers=caller.headers(case), checks=CHECKS, timeout=20,
        verify=str(world.ca_file),
    )  # fmt: skip
    caller.has_seen(case, answer)
