"""The account service on the wire: every answer of the contract, and nothing that a client sends makes it fail."""

from __future__ import annotations

import json
import logging
import re
import ssl
import threading
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from softphone.extension.settings import Settings
from softphone.extension.validation import faults
from softphone.pbx.service import models, password
from softphone.pbx.service.server import HttpsServer
from tests.contract.account_fixture import DEADLINE, PASSWORD, real_world
from tests.contract.api_fixture import MERGE_PATCH, Api, assert_problem


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory):
    with real_world(tmp_path_factory.mktemp("service")) as world:
        for email, key, label in (("alice", "100", "Alice Tan"), ("bob", "110", "Bob Lim")):
            world.add_account(f"{email}@example.com", PASSWORD.reveal(), key, label, caller_ids=["+6561234567"])
        yield world


@pytest.fixture
def world(shared_world):
    shared_world.revoked.clear()
    return shared_world


@pytest.fixture
def api(world):
    api = Api(world)
    yield api
    api.http.close()


@pytest.fixture
def signed_in(api):
    assert api.sign_in().status_code == 201
    return api


def test_tokens_are_granted_as_the_contract_says(api):
    answer = api.sign_in()
    assert answer.status_code == 201
    models.TokensModel.model_validate(answer.json(), strict=True)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/provisioning", models.ProvisioningModel), ("/extension", Settings),
        ("/directory", list[models.DirectoryEntryModel]), ("/calls", list[models.CallModel]),
        ("/caller-id-requests", list[models.CallerIdRequestModel]),
        ("/outbound-rules", list[models.OutboundRuleModel]), ("/extension/changes", list[models.SettingChangeModel]),
    ],
)  # fmt: skip
def test_answers_are_what_the_models_describe(signed_in, path, model):
    answer = signed_in.ask("GET", path)
    assert answer.status_code == 200
    TypeAdapter(model).validate_json(answer.content)


def test_the_openapi_document_describes_what_is_served(signed_in):
    document = signed_in.ask("GET", "/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    referred = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert referred
    assert referred <= set(schemas)
    assert {
        f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods
    } == {
        "POST /sessions", "POST /sessions/refresh", "DELETE /sessions/current", "GET /provisioning", "GET /extension",
        "PATCH /extension", "GET /extension/changes", "DELETE /extension/devices/{id}", "PATCH /extension/devices/{id}",
        "GET /directory", "GET /calls", "POST /caller-id-requests", "GET /caller-id-requests", "GET /outbound-rules",
        "GET /events", "GET /voicemails", "GET /voicemails/{voicemail_id}/audio", "PATCH /voicemails/{voicemail_id}",
        "DELETE /voicemails/{voicemail_id}", "GET /extension/no-answer/message", "PUT /extension/no-answer/message",
        "POST /extension/no-answer/message/preview", "GET /extension/no-answer/languages",
    }  # fmt: skip
    assert set(document["paths"]["/sessions"]["post"]["responses"]) == {
        "201", "401", "403", "409", "413", "415", "422", "429",
    }
    assert schemas["NoAnswer"]["properties"]["after_seconds"]["maximum"] == 60


def test_the_well_known_names_the_base_url(api, world):
    answer = api.http.get(f"https://127.0.0.1:{world.port}/.well-known/softphone")
    assert answer.json() == {"account_api": world.url}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/voicemails/1/audio"), ("DELETE", "/voicemails/1"), ("POST", "/logs"), ("GET", "/logs/1"),
        ("GET", "/"), ("GET", "/../../etc/passwd"), ("GET", "/extension/"),
    ],
)  # fmt: skip
def test_what_is_not_there_yet_is_not_found(signed_in, method, path):
    assert_problem(signed_in.ask(method, path), 404, "not-found")


@pytest.mark.parametrize("path", ["/provisioning", "/extension", "/directory", "/events"])
@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer made-up", "Basic YTpi", "Bearer a b", "é"])
def test_without_a_good_token_nothing_is_told(api, path, authorization):
    headers = {} if authorization is None else {"Authorization": authorization.encode()}
    answer = api.http.get(path, headers=headers)
    assert_problem(answer, 401, "token-expired")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_method_that_is_not_there_is_told_with_those_that_are(signed_in):
    answer = signed_in.ask("GET", "/sessions")
    assert_problem(answer, 405)
    assert answer.headers["allow"] == "POST"


def test_too_many_attempts_say_when_to_try_again(api):
    for _ in range(5):
        assert_problem(api.sign_in("carol@example.com"), 401, "invalid-credentials")
    answer = api.sign_in("Carol@example.com")
    assert_problem(answer, 429, "too-many-attempts")
    assert 1 <= int(answer.headers["retry-after"]) <= 60


def test_an_unknown_e_mail_costs_a_password_check_too(monkeypatch):
    verified = []

    class Hasher:
        def verify(self, hashed, given):
            verified.append((hashed, given))
            return True

    nobody = password._nobody()
    monkeypatch.setattr(password, "_hasher", Hasher())
    assert not password.password_fits("a password", None)
    assert verified == [(nobody, "a password")]


def test_a_flood_of_sign_ins_holds_up_nobody_else(signed_in, monkeypatch):
    checking, release = threading.Semaphore(0), threading.Event()

    def slow_check(_password, _hashed):
        checking.release()
        release.wait(6 * DEADLINE)  # longer than any request may take
        return False

    monkeypatch.setattr("softphone.pbx.service.endpoints.password_fits", slow_check)
    strangers = [Api(signed_in.world) for _ in range(50)]
    threads = [
        threading.Thread(target=stranger.sign_in, args=(f"stranger{number}@example.com",))
        for number, stranger in enumerate(strangers)
    ]
    try:
        for thread in threads:
            thread.start()
        while checking.acquire(timeout=1.0):  # until no more come through
            continue
        assert signed_in.ask("GET", "/extension").status_code == 200
    finally:
        release.set()
        for thread, stranger in zip(threads, strangers, strict=True):
            thread.join(DEADLINE)
            stranger.http.close()


def test_the_device_limit_lists_the_devices(api):
    for number in range(3):
        assert api.sign_in("bob@example.com", f"bob-{number}").status_code == 201
    problem = assert_problem(api.sign_in("bob@example.com", "bob-3"), 409, "device-limit")
    assert len(problem["devices"]) == 3
    for device in problem["devices"]:
        assert {"id", "type", "name", "last_seen"} <= set(device)


def test_nobody_can_replace_the_device_of_another(api):
    api.sign_in()
    alices = api.ask("GET", "/extension").json()["devices"][0]["id"]
    for number in range(3):
        api.sign_in("bob@example.com", f"bob-{number}")
    assert_problem(api.sign_in("bob@example.com", "bob-9", replace_device=alices), 409, "device-limit")


def test_a_device_name_of_another_account_is_no_key_to_it(api):
    api.sign_in("alice@example.com", "the same name")
    alices = api.token
    api.sign_in("bob@example.com", "bob-0")
    assert api.ask("GET", "/extension").json()["key"] == "110"
    api.token = alices
    assert api.ask("GET", "/extension").json()["key"] == "100"


def test_signing_out_tells_signalling_to_drop_the_device(signed_in, world):
    device = next(one for one in signed_in.ask("GET", "/extension").json()["devices"] if one["this_device"])
    assert signed_in.ask("DELETE", "/sessions/current").status_code == 204
    assert world.revoked == [device["id"]]
    problem = assert_problem(signed_in.ask("GET", "/extension"), 401, "token-expired")
    assert problem["reason"] == "signed-out"


def test_with_tls_in_the_settings_the_tls_address_is_provisioned(signed_in):
    plain = signed_in.ask("GET", "/provisioning").json()
    assert (plain["registrar"], plain["transports"]) == ("127.0.0.1:5060", ["udp", "tcp"])
    signed_in.patch({"network": {"tls": True}})
    tls = signed_in.ask("GET", "/provisioning").json()
    assert (tls["registrar"], tls["transports"]) == ("127.0.0.1:5061", ["tls"])
    assert tls["revision"] != plain["revision"]
    signed_in.patch({"network": {"tls": False}})


def test_an_extension_that_is_known_already_is_not_sent_again(signed_in):
    etag = signed_in.ask("GET", "/extension").headers["etag"]
    answer = signed_in.ask("GET", "/extension", headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)


@pytest.mark.parametrize("if_match", [None, "", '"0-0"', "W/*", "100"])
def test_a_patch_must_name_the_version_it_was_made_for(signed_in, if_match):
    headers = {"Content-Type": "application/merge-patch+json"} | ({} if if_match is None else {"If-Match": if_match})
    assert_problem(signed_in.ask("PATCH", "/extension", json={}, headers=headers), 412, "conflict")


def test_a_weak_etag_does_not_match(signed_in):
    etag = signed_in.ask("GET", "/extension").headers["etag"]
    assert_problem(signed_in.patch({}, **{"If-Match": f"W/{etag}"}), 412, "conflict")
    assert signed_in.patch({}, **{"If-Match": f'"other", {etag}'}).status_code == 200


def test_every_fault_of_a_patch_is_named_by_its_pointer(signed_in):
    problem = assert_problem(
        signed_in.patch({"no_answer": {"after_seconds": 61, "emails": ["nobody"]}, "call_waiting": 1, "x/y~z": 0}), 422,
        "invalid",
    )
    assert {error["pointer"]: error["code"] for error in problem["errors"]} == {
        "/no_answer/after_seconds": "range", "/no_answer/emails/0": "format", "/call_waiting": "type",
        "/x~1y~0z": "unknown",
    }  # fmt: skip


def test_a_locked_setting_is_named_by_its_pointer(signed_in):
    problem = assert_problem(signed_in.patch({"role": "owner", "caller_id": {"numbers": []}}), 403, "locked")
    assert {error["pointer"] for error in problem["errors"]} >= {"/role"}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"nonsense", b"\xff\xfe", b"[", b"[" * 20_000, b'{"a":' * 5000, b"[]", b"1", b'"text"', b"null",
        b'{"dnd": NaN}', b'{"dnd": Infinity}', b'{"a": ' + b"9" * 5000 + b"}",
        b'{"label": "\\ud800"}', b'{"\\ud800": 1}', b'{"label": "a\\u0000b"}',
        b'{"usage_limit": {"limit": 1e999}}', b'{"label": "two\\r\\nlines"}',
    ],
)  # fmt: skip
def test_a_body_that_makes_no_sense_is_invalid(signed_in, body):
    assert_problem(signed_in.patch(body), 422, "invalid")
    answer = signed_in.http.post("/sessions", content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 422, "invalid")


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_only_json_is_taken(api, content_type):
    answer = api.http.post("/sessions", content=b"{}", headers={"Content-Type": content_type})
    assert_problem(answer, 415)


def test_a_body_declared_too_large_is_refused(signed_in):
    assert_problem(signed_in.patch(b" " * 70_000), 413, "too-large")


def test_a_body_that_does_not_end_is_refused(signed_in):
    def endless():
        for _ in range(200):
            yield b" " * 1024

    answer = signed_in.ask("PATCH", "/extension", content=endless(), headers=MERGE_PATCH)
    assert_problem(answer, 413, "too-large")


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match", "Idempotency-Key", "Accept", "Range"])
def test_headers_may_be_long_and_strange(signed_in, header):
    for value in (b"\xe9\xff", b"," * 4000, b'"' * 4000, b"W/" * 2000):
        assert signed_in.ask("GET", "/extension", headers={header: value}).status_code == 200


def test_the_stream_begins_with_how_things_are_and_keeps_alive(signed_in):
    etag = signed_in.ask("GET", "/extension").headers["etag"]
    headers = {"Authorization": f"Bearer {signed_in.token}"}
    with signed_in.http.stream("GET", "/events", headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        seen = [next(lines) for _ in range(8)]
        assert seen[:5] == ["retry: 1000", "", "event: extension", f"data: {etag}", ""]
        assert seen[5] == "event: directory"
        assert next(line for line in lines if line.startswith(":")) == ": keep-alive"


def test_a_session_has_two_streams_at_most(signed_in, world):
    headers = {"Authorization": f"Bearer {signed_in.token}"}
    with (
        signed_in.http.stream("GET", "/events", headers=headers) as first,
        signed_in.http.stream("GET", "/events", headers=headers) as second,
        signed_in.http.stream("GET", "/events", headers=headers) as third,
    ):
        assert "event: extension" in list(first.iter_lines())  # ends
        for stream in (second, third):
            lines = stream.iter_lines()
            assert next(line for line in lines if line.startswith(":")) == ": keep-alive"


def test_no_secret_is_logged(api, caplog):
    caplog.set_level(logging.DEBUG)
    tokens = api.sign_in().json()
    secret = api.ask("GET", "/provisioning").json()["password"]
    renewed = api.http.post("/sessions/refresh", json={"refresh_token": tokens["refresh_token"]}).json()
    api.http.post("/sessions", json={"email": 1, "password": PASSWORD.reveal()})
    assert caplog.text
    for token in (PASSWORD.reveal(), secret, tokens["access_token"], tokens["refresh_token"], renewed["access_token"]):
        assert token not in caplog.text


def test_a_port_that_is_taken_is_an_os_error(world):
    taken = HttpsServer(
        world.app, certificate_chain=world.folder / "chain.pem", private_key=world.folder / "key.pem", port=world.port
    )
    with pytest.raises(OSError, match="in use"):
        taken.start()


def test_a_certificate_that_cannot_be_read_is_an_error(world, tmp_path):
    (tmp_path / "chain.pem").write_text("nonsense")
    with pytest.raises((OSError, ssl.SSLError)):
        HttpsServer(
            world.app, certificate_chain=tmp_path / "chain.pem", private_key=world.folder / "key.pem"
        ).start()


# Anything at all

TEXT = st.text(max_size=20) | st.sampled_from(["", "\ud800", "\x00", "a" * 3000, "+6561234567", "100", "\r\nVia: x"])
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([10**400, -1, 0, 2**63])
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)
HUGE_LIST = st.integers(0, 3000).map(lambda count: ["+6561234567"] * count)
SIGN_IN = {
    "email": "alice@example.com", "password": "x",
    "device": {"id": "i", "type": "desktop", "name": "n", "platform": "p", "app_version": "v"}, "replace_device": "d",
}  # fmt: skip
DOCUMENT = Settings(key="100", label="Alice Tan").to_json()
FUZZ = settings(
    max_examples=80, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


def places(document: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path] if path else []
    for name, value in document.items() if isinstance(document, dict) else ():
        found += places(value, (*path, name))
    return found


def with_one_changed(document: Any, path: tuple[str, ...], value: Any) -> Any:
    if not path:
        return value
    return document | {path[0]: with_one_changed(document[path[0]], path[1:], value)}


def patch_of(path: tuple[str, ...], value: Any) -> Any:
    return value if not path else {path[0]: patch_of(path[1:], value)}


def assert_no_fault_of_the_service(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert_problem(answer, answer.status_code)


@FUZZ
@given(path=st.sampled_from(["/sessions", "/sessions/refresh"]), body=ANYTHING)
def test_anything_posted_is_answered(api, path, body):
    content = json.dumps(body).encode()
    assert_no_fault_of_the_service(api.http.post(path, content=content, headers={"Content-Type": "application/json"}))


@FUZZ
@given(path=st.sampled_from(places(SIGN_IN)), value=ANYTHING | HUGE_LIST, email=st.integers(0, 10**9))
def test_a_sign_in_with_one_member_changed_is_answered(api, path, value, email):
    body = with_one_changed(SIGN_IN | {"email": f"nobody{email}@example.com"}, path, value)
    content = json.dumps(body).encode()
    answer = api.http.post("/sessions", content=content, headers={"Content-Type": "application/json"})
    assert_no_fault_of_the_service(answer)
    assert answer.status_code in (401, 413, 422, 429)


@FUZZ
@given(patch=ANYTHING | st.builds(patch_of, st.sampled_from(places(DOCUMENT)), ANYTHING | HUGE_LIST))
def test_any_patch_leaves_a_valid_document(api, patch):
    if not api.token:
        assert api.sign_in().status_code == 201
    assert_no_fault_of_the_service(api.patch(patch))
    after = api.ask("GET", "/extension")
    assert after.status_code == 200, after.text
    assert faults(after.json()) == ()
