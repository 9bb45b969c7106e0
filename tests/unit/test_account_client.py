"""The account client against a service that lies, stalls, bombs or breaks: only `Refused`, with the right kind."""

import json
import socket
import time
from email.utils import formatdate

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from softphone.account import http as account_http
from softphone.account.client import AccountClient
from softphone.extension.settings import Settings
from softphone.phone.account import ActivatedDevice, DirectoryEntry, ThisDevice
from softphone.phone.failure import FailureKind, Refused
from softphone.phone.secret import Secret
from tests.fakes.scripted_http import BASE, TOKENS, Service, client_of, http_of, json_answer, problem

A_DOCUMENT = Settings(key="100", label="Alice").to_json()
PROVISIONING = {"domain": "phone.test", "username": "100", "auth_username": "100-a", "password": "secret"}
A_DEVICE = ThisDevice("id", "Computer", "Linux", "0.1")
A_PASSWORD = Secret("correct horse")

METHODS = {
    "provisioning": lambda client: client.provisioning(),
    "extension": lambda client: client.extension(),
    "directory": lambda client: client.directory(),
    "voicemails": lambda client: client.voicemails(),
    "calls": lambda client: client.calls(),
    "outbound-rules": lambda client: client.outbound_rules(),
}


LISTS = ("directory", "voicemails", "calls", "outbound-rules")
A_CALL = {
    "id": "7", "call_id": "c7", "direction": "incoming", "number": "110", "reason": "busy",
    "started_at": "2026-11-22T12:00:00+00:00",
}  # fmt: skip
A_VOICEMAIL = {
    "id": "v1", "caller": "110", "caller_name": "Bob", "at": "2026-11-22T12:00:00Z", "seconds": 2.5, "read": False,
}  # fmt: skip


def refusal(call, *arguments, **named):
    with pytest.raises(Refused) as refused:
        call(*arguments, **named)
    return refused.value.failure


def sign_in(service, **more):
    return client_of(service).sign_in("alice@example.com", A_PASSWORD, A_DEVICE, service=BASE, **more)


def test_signing_in_sends_the_password_only_to_sessions():
    service = Service(provisioning=json_answer(PROVISIONING))
    client = client_of(service)
    client.sign_in("alice@example.com", A_PASSWORD, A_DEVICE, service=BASE)
    client.provisioning()
    assert [request.url.path for request in service.requests if b"correct horse" in request.content] == [
        "/api/v1/sessions"
    ]
    assert json.loads(service.requests[0].content)["device"] == {
        "id": "id", "type": "desktop", "name": "Computer", "platform": "Linux", "app_version": "0.1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("invalid-credentials", 401, FailureKind.INVALID_CREDENTIALS), ("no-extension", 403, FailureKind.NO_EXTENSION),
        ("no-desktop-licence", 403, FailureKind.NO_LICENCE), ("device-limit", 409, FailureKind.DEVICE_LIMIT),
        ("too-many-attempts", 429, FailureKind.TOO_MANY_ATTEMPTS), ("invalid", 422, FailureKind.INVALID),
        ("something-new", 422, FailureKind.INVALID), ("something-new", 418, FailureKind.SERVER),
        ("invalid-credentials", 500, FailureKind.SERVER),
    ],
)  # fmt: skip
def test_each_problem_of_a_sign_in_is_its_failure(kind, status, expected):
    failure = refusal(sign_in, Service(sessions=problem(kind, status)))
    assert (failure.kind, failure.code) == (expected, status)
    assert "A sentence." in failure.detail


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("locked", 403, FailureKind.LOCKED), ("conflict", 412, FailureKind.CONFLICT),
        ("invalid", 422, FailureKind.INVALID), ("too-large", 413, FailureKind.INVALID),
        ("not-found", 404, FailureKind.NOT_FOUND),
    ],
)  # fmt: skip
def test_each_problem_of_a_patch_is_its_failure(kind, status, expected):
    errors = [{"pointer": "/label", "code": "too-long", "detail": "Too long."}]
    client = client_of(Service(extension=problem(kind, status, errors=errors)))
    failure = refusal(client.patch_extension, {"label": "x"}, '"1"')
    assert failure.kind is expected
    assert "/label: too-long" in failure.detail


@pytest.mark.parametrize(
    ("status", "expected"),
    [(400, FailureKind.SERVER), (403, FailureKind.SERVER), (404, FailureKind.NOT_FOUND), (502, FailureKind.SERVER),
     (429, FailureKind.TOO_MANY_ATTEMPTS), (503, FailureKind.SERVER), (301, FailureKind.SERVER)],
)  # fmt: skip
def test_an_answer_of_something_in_front_of_the_service_is_judged_by_its_status(status, expected):
    client = client_of(Service(directory=httpx.Response(status, content=b"<html>Gateway</html>")))
    assert refusal(client.directory).kind is expected


def test_an_address_that_is_no_account_service_is_said_to_be_none():
    failure = refusal(sign_in, Service(sessions=httpx.Response(404, content=b"<html>")))
    assert failure.kind is FailureKind.SERVICE_NOT_FOUND


def test_the_devices_of_a_device_limit_are_told_and_nonsense_among_them_is_not():
    devices = [
        {"id": "d1", "type": "desktop", "name": "Laptop\r\n", "last_seen": "2026-11-22T09:30:00+08:00"}, 5, None, {},
        {"id": 7, "type": "desktop", "name": "x"}, {"id": "d2", "type": "mobile", "name": "Phone", "this_device": True},
    ]  # fmt: skip
    failure = refusal(sign_in, Service(sessions=problem("device-limit", 409, devices=devices)))
    assert failure.devices == (
        ActivatedDevice("d1", "desktop", "Laptop", "2026-11-22T09:30:00+08:00"),
        ActivatedDevice("d2", "mobile", "Phone", None, True),
    )


@pytest.mark.parametrize("devices", [None, 5, "text", {"a": 1}])
def test_a_device_limit_without_a_list_is_still_a_device_limit(devices):
    assert refusal(sign_in, Service(sessions=problem("device-limit", 409, devices=devices))).devices == ()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30), ("0", 0), ("999999", 3600), ("-5", None), ("soon", None), ("", None), ("9" * 500, None), ("²", None)],
)
def test_retry_after_is_seconds_within_reason(header, seconds):
    failure = refusal(
        sign_in, Service(sessions=problem("too-many-attempts", 429, headers={"Retry-After": header.encode("latin-1")}))
    )
    assert failure.retry_after == seconds


def test_retry_after_may_be_a_date():
    service = Service(sessions=problem("too-many-attempts", 429, headers={"Retry-After": formatdate(time.time() + 40)}))
    assert 30 < refusal(sign_in, service).retry_after <= 40


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b"{}", b"5", b'"text"', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b"NaN",
     b"9" * 5000, b'{"key": "100", "label": "\\ud800"}', b"<html></html>"],
    ids=lambda body: repr(body[:12]),
)  # fmt: skip
def test_an_answer_that_makes_no_sense_is_the_servers_failure(method, body):
    client = client_of(Service(**{method: httpx.Response(200, content=body)}))
    if method in LISTS and body == b"[]":
        assert METHODS[method](client) == ()
    else:
        assert refusal(METHODS[method], client).kind is FailureKind.SERVER


@pytest.mark.parametrize("missing", ["access_token", "refresh_token", "expires_in", "account", "extension"])
def test_a_sign_in_answer_without_a_member_is_the_servers_failure(missing):
    tokens = {name: value for name, value in TOKENS.items() if name != missing}
    assert refusal(sign_in, Service(sessions=json_answer(tokens, 201))).kind is FailureKind.SERVER


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("domain", "phone.test\r\nVia: evil"), ("domain", "phone.test>"), ("domain", ""), ("username", "100@evil"),
        ("username", "1 0"), ("auth_username", 'a"b'), ("password", "a\nb"), ("registrar", "host/../"),
        ("outbound_proxy", "sip:x\r\n"), ("transports", []), ("transports", ["pigeon"]), ("transports", "udp"),
        ("stun_servers", ["a b"]), ("stun_servers", ["x"] * 11), ("srtp", "maybe"), ("registration_seconds", 0),
        ("registration_seconds", 1e9), ("registration_seconds", "120"), ("voicemail_number", "*97\n"),
        ("password", None), ("domain", "a" * 300),
    ],
)  # fmt: skip
def test_provisioning_that_could_not_go_into_a_sip_message_is_refused(member, value):
    client = client_of(Service(provisioning=json_answer(PROVISIONING | {member: value})))
    assert refusal(client.provisioning).kind is FailureKind.SERVER


def test_provisioning_that_says_little_has_sensible_rest():
    provisioning = client_of(Service(provisioning=json_answer(PROVISIONING))).provisioning()
    assert provisioning.transports == ("udp", "tcp", "tls")
    assert (provisioning.srtp, provisioning.registration_seconds, provisioning.registrar) == ("off", 120, None)
    assert "secret" not in repr(provisioning)


def test_names_are_made_fit_for_a_window():
    entries = [{"key": "101", "label": "Robin\r\n\x00 Reed " + "x" * 500, "presence": "on the moon"}]
    told = client_of(Service(directory=json_answer(entries))).directory()
    assert told == (DirectoryEntry("101", told[0].label, "extension", "unknown"),)
    assert told[0].label.startswith("Robin    Reed x")
    assert len(told[0].label) <= 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
WHOLE = {"provisioning": PROVISIONING, "extension": A_DOCUMENT, "directory": {"key": "101", "label": "Robin"},
         "voicemails": A_VOICEMAIL, "calls": A_CALL, "outbound-rules": {"id": "calm", "name": "Calm"}}  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(METHODS)), st.sampled_from([200, 201, 204, 304, 400, 401, 403, 409, 500]), JSON)
def test_whatever_the_service_answers_nothing_but_refused_is_raised(method, status, body):
    client = client_of(Service(**{method: json_answer(body, status)}))
    try:
        METHODS[method](client)
    except Refused:
        client.close()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), method=st.sampled_from(sorted(METHODS)), value=JSON)
def test_one_member_of_another_type_is_a_value_or_refused(data, method, value):
    body = WHOLE[method] | {data.draw(st.sampled_from(sorted(WHOLE[method]))): value}
    client = client_of(Service(**{method: json_answer([body] if method in LISTS else body)}))
    try:
        METHODS[method](client)
    except Refused as refused:
        kind = refused.failure.kind
    else:
        return
    assert kind is FailureKind.SERVER


def test_an_endless_answer_is_cut_off():
    sent = []

    def endless():
        for number in range(10_000):
            sent.append(number)
            yield b" " * 65536

    client = client_of(Service(directory=httpx.Response(200, content=endless())))
    assert refusal(client.directory).kind is FailureKind.SERVER
    assert len(sent) * 65536 <= account_http.BODY_AT_MOST + 65536


def test_an_answer_that_trickles_is_cut_off(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(account_http.time, "monotonic", lambda: now[0])

    def trickle():
        for _ in range(1000):
            now[0] += 5
            yield b" "

    client = client_of(Service(directory=httpx.Response(200, content=trickle())))
    assert refusal(client.directory).kind is FailureKind.SERVER
    assert now[0] <= account_http.ANSWER_WITHIN + 10


def test_a_compressed_answer_is_refused_before_it_is_unpacked():
    def bomb():
        raise AssertionError("the body was read")
        yield b""

    answer = httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=bomb())
    service = Service(directory=answer)
    assert refusal(client_of(service).directory).kind is FailureKind.SERVER
    assert service.asked("/directory")[0].headers["accept-encoding"] == "identity"


def test_a_redirect_is_not_followed_with_the_token():
    moved = httpx.Response(307, headers={"Location": "https://evil.test/api/v1/directory"})
    service = Service(directory=moved)
    assert refusal(client_of(service).directory).kind is FailureKind.SERVER
    assert {request.url.host for request in service.requests} == {"phone.test"}


@pytest.mark.parametrize("address", ["http://phone.test/api/v1", "ftp://phone.test/api/v1", "http://192.0.2.1/api/v1"])
def test_nothing_is_sent_unencrypted_to_another_computer(address):
    service = Service()
    client = client_of(service)
    failure = refusal(client.sign_in, "alice@example.com", A_PASSWORD, A_DEVICE, service=address)
    assert failure.kind is FailureKind.BAD_ADDRESS
    assert refusal(http_of(service).ask, "GET", address).kind is FailureKind.BAD_ADDRESS
    assert service.requests == []


@pytest.mark.parametrize("address", ["http://127.0.0.1:8080/api/v1", "http://localhost/api/v1", "http://[::1]:1/api/v1"])
def test_this_computer_may_be_spoken_to_unencrypted(address):
    service = Service()
    assert client_of(service).sign_in("alice@example.com", A_PASSWORD, A_DEVICE, service=address).service == address


def test_an_expired_token_is_renewed_once_and_the_request_repeated():
    service = Service(directory=[problem("token-expired", 401), json_answer([])])
    assert client_of(service).directory() == ()
    assert [request.headers["authorization"] for request in service.asked("/directory")] == [
        "Bearer access-1", "Bearer access-2",
    ]  # fmt: skip
    assert service.rotations == 2


def test_a_service_that_takes_no_token_at_all_is_asked_twice_and_no_more():
    service = Service(directory=problem("token-expired", 401))
    assert refusal(client_of(service).directory).kind is FailureKind.EXPIRED
    assert len(service.asked("/directory")) == 2


def test_a_session_that_is_over_is_not_asked_again():
    service = Service(**{"sessions/refresh": problem("token-expired", 401, reason="replaced")})
    client = client_of(service)
    assert refusal(client.directory).kind is FailureKind.REPLACED
    assert refusal(client.provisioning).kind is FailureKind.REPLACED
    assert len(service.requests) == 1


def test_a_network_that_fails_while_renewing_does_not_end_the_session():
    lost = httpx.ReadTimeout("no answer")
    service = Service(directory=json_answer([]))
    rotate = service.answers["/sessions/refresh"]
    service.answers["/sessions/refresh"] = [lost, lost, rotate]
    client = client_of(service)
    assert refusal(client.directory).kind is FailureKind.SERVER
    assert refusal(client.directory).kind is FailureKind.SERVER
    assert client.directory() == ()
    attempts = {request.headers["idempotency-key"] for request in service.asked("/sessions/refresh")}
    assert len(attempts) == 1


def test_each_renewal_is_an_attempt_of_its_own():
    service = Service(directory=[problem("token-expired", 401), json_answer([])])
    client_of(service).directory()
    first, second = (request.headers["idempotency-key"] for request in service.asked("/sessions/refresh"))
    assert first != second


def test_the_new_refresh_token_is_told_before_it_is_used():
    told = []
    service = Service(directory=json_answer([]))
    rotate = service.answers["/sessions/refresh"]

    def refresh(request):
        assert json.loads(request.content)["refresh_token"] == (told[-1].reveal() if told else "refresh-0")
        return rotate(request)

    service.answers["/sessions/refresh"] = refresh
    service.answers["/directory"] = [problem("token-expired", 401), json_answer([])]
    client_of(service, on_rotated=told.append).directory()
    assert told == [Secret("refresh-1"), Secret("refresh-2")]


@pytest.mark.parametrize("error", [httpx.RemoteProtocolError("closed"), httpx.ReadError("reset"), httpx.WriteError("")])
def test_a_get_on_a_dead_connection_is_repeated(error):
    assert client_of(Service(directory=[error, json_answer([])])).directory() == ()


def test_a_get_is_repeated_once_only():
    service = Service(directory=httpx.ReadError("reset"))
    assert refusal(client_of(service).directory).kind is FailureKind.SERVER
    assert len(service.asked("/directory")) == 2


def test_a_change_is_never_sent_twice():
    service = Service(extension=httpx.ReadError("reset"))
    assert refusal(client_of(service).patch_extension, {"label": "x"}, '"1"').kind is FailureKind.SERVER
    assert len(service.asked("/extension")) == 1


def test_an_extension_that_has_not_changed_is_taken_from_memory():
    service = Service(extension=[json_answer(A_DOCUMENT, ETag='"1"'), httpx.Response(304, headers={"ETag": '"1"'})])
    client = client_of(service)
    assert client.extension() == client.extension() == (A_DOCUMENT, '"1"')
    assert service.asked("/extension")[1].headers["if-none-match"] == '"1"'


@pytest.mark.parametrize("patch", [{"label": "\ud800"}, {"a": float("nan")}, {"a": object()}])
def test_a_patch_that_cannot_be_written_is_invalid_and_not_sent(patch):
    service = Service()
    assert refusal(client_of(service).patch_extension, patch, '"1"').kind is FailureKind.INVALID
    assert service.asked("/extension") == []


def test_signing_out_ends_the_session_here_even_when_the_service_is_away():
    service = Service(**{"sessions/current": httpx.ConnectError("refused")})
    client = client_of(service)
    assert refusal(client.sign_out).kind is FailureKind.SERVER
    assert refusal(client.directory).kind is FailureKind.EXPIRED


def test_a_certificate_file_of_the_organisation_that_cannot_be_read_is_told(tmp_path):
    client = AccountClient(ca_file=tmp_path / "missing.pem")
    failure = refusal(client.sign_in, "alice@example.com", A_PASSWORD, A_DEVICE, service="https://localhost:1/api/v1")
    assert failure.kind is FailureKind.NOT_TRUSTED
    (tmp_path / "nonsense.pem").write_text("nonsense")
    client = AccountClient(ca_file=tmp_path / "nonsense.pem")
    failure = refusal(client.sign_in, "alice@example.com", A_PASSWORD, A_DEVICE, service="https://localhost:1/api/v1")
    assert failure.kind is FailureKind.NOT_TRUSTED


def test_a_proxy_that_cannot_be_used_is_gone_without(monkeypatch):
    def unknown(*_arguments, **_named):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setenv("ALL_PROXY", "socks5://proxy.test:1080")
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setattr("softphone.account.errors.has_route", lambda: True)
    http = account_http.Http()
    assert refusal(http.ask, "GET", "https://phone.test/").kind is FailureKind.SERVER_NOT_FOUND
    http.close()


ODD_ROWS = {
    "directory": [{"key": "10x", "label": "Odd"}, {"key": "101", "label": "Robin"}, None],
    "voicemails": [A_VOICEMAIL | {"at": "yesterday"}, A_VOICEMAIL, A_VOICEMAIL | {"seconds": -1}, 5],
    "calls": [A_CALL | {"id": "x"}, A_CALL | {"started_at": "noon"}, A_CALL, {}],
    "outbound-rules": [{"id": None}, {"id": "calm", "name": "Calm"}, {"name": "no id"}],
}


@pytest.mark.parametrize("what", LISTS)
def test_a_row_that_cannot_be_read_does_not_hide_the_others(what, caplog):
    rows = ODD_ROWS[what]
    with caplog.at_level("WARNING"):
        (found,) = METHODS[what](client_of(Service(**{what: json_answer(rows)})))
    assert (getattr(found, "key", "") or getattr(found, "id", "") or found.call_id) in ("101", "v1", "c7", "calm")
    assert len([one for one in caplog.records if "left out" in one.getMessage()]) == len(rows) - 1


def test_a_call_id_may_be_long():
    long = "f" * 500 + "@sbc.example.com"
    (call,) = client_of(Service(calls=json_answer([A_CALL | {"call_id": long}]))).calls()
    assert call.call_id == long


@pytest.mark.parametrize("what", LISTS)
def test_what_is_no_list_is_refused(what):
    client = client_of(Service(**{what: json_answer({"rows": []})}))
    assert refusal(METHODS[what], client).kind is FailureKind.SERVER


NOON = 1_795_348_800.0


@pytest.mark.parametrize("ahead", [0, -7200, 90])
def test_times_of_calls_are_told_by_this_computers_clock(ahead):
    date = formatdate(time.time() - ahead, usegmt=True)
    client = client_of(Service(calls=json_answer([A_CALL], Date=date)))
    (call,) = client.calls()
    assert call.started_at == pytest.approx(NOON + ahead, abs=3)


@pytest.mark.parametrize("kind", ["text/html", "application/octet-stream", ""])
def test_a_sound_that_is_none_is_refused(kind):
    answer = httpx.Response(200, content=b"<html>", headers={"Content-Type": kind})
    service = Service(**{"extension/no-answer/message": answer})
    assert refusal(client_of(service).message).kind is FailureKind.SERVER
