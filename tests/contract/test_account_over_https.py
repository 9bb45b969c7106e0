"""The real client against real servers over TLS: trust, clocks, dead servers, restarts, lost answers."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
import time
from contextlib import contextmanager

import httpx
import pytest
import trustme

from softphone.account import http as account_http
from softphone.account.client import AccountClient
from softphone.account.http import Http
from softphone.phone.failure import FailureKind, Refused
from tests.contract.account_fixture import DEADLINE, PASSWORD, Watcher, any_device, authority, real_world

ALICE = "alice@example.com"


@pytest.fixture
def world(tmp_path):
    with real_world(tmp_path) as world:
        world.add_account(ALICE, PASSWORD.reveal(), "100", "Alice Tan")
        yield world


@pytest.fixture
def ca_file(tmp_path):
    authority().cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    return tmp_path / "authority.pem"


def refusal(call, *arguments, **named):
    with pytest.raises(Refused) as refused:
        call(*arguments, **named)
    return refused.value.failure


def sign_in(client, port, host="127.0.0.1"):
    return client.sign_in(ALICE, PASSWORD, any_device(), service=f"https://{host}:{port}/api/v1")


@contextmanager
def client_of(ca_file, **more):
    client = AccountClient(ca_file=ca_file, **more)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def tls_server(certificate, serve):
    """Answers each connection with `serve(connection)`; a failed handshake is the client's affair."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    listening = socket.create_server(("127.0.0.1", 0))
    ending = threading.Event()

    def accept():
        while not ending.is_set():
            try:
                raw, _ = listening.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(raw, server_side=True) as connection:
                    serve(connection)
            except OSError:
                raw.close()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        ending.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(DEADLINE)


def in_days(days):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)


def certificate(*names, authority=authority, first=-1, last=30):
    return authority().issue_cert(*names, not_before=in_days(first), not_after=in_days(last))


@pytest.mark.parametrize(
    ("served", "expected"),
    [
        (lambda: certificate("127.0.0.1", authority=trustme.CA), FailureKind.NOT_TRUSTED),
        (lambda: certificate("elsewhere.test"), FailureKind.NOT_TRUSTED),
        (lambda: certificate("127.0.0.1", first=-30, last=-1), FailureKind.NOT_TRUSTED),
        (lambda: certificate("127.0.0.1", first=2, last=30), FailureKind.WRONG_CLOCK),
    ],
    ids=["another authority", "another name", "expired", "not yet valid"],
)
def test_a_certificate_that_does_not_hold_is_refused_before_anything_is_sent(ca_file, served, expected):
    received = []
    with (
        tls_server(served(), lambda connection: received.append(connection.recv(1000))) as port,
        client_of(ca_file) as client,
    ):
        failure = refusal(sign_in, client, port)
    assert failure.kind is expected
    assert failure.detail
    assert received == []


def test_the_organisations_authority_is_trusted_only_when_given(world):
    with client_of(None) as client:
        assert refusal(sign_in, client, world.port).kind is FailureKind.NOT_TRUSTED
    with client_of(world.ca_file) as client:
        assert sign_in(client, world.port).extension == "100"


def test_a_port_where_nobody_listens_is_the_servers_failure(ca_file):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with client_of(ca_file) as client:
        assert refusal(sign_in, client, port).kind is FailureKind.SERVER


def test_a_name_that_does_not_resolve_is_told(ca_file, monkeypatch):
    def unknown(*_arguments, **_named):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setattr("softphone.account.errors.has_route", lambda: True)
    with client_of(ca_file) as client:
        assert refusal(sign_in, client, 1, "nowhere.test").kind is FailureKind.SERVER_NOT_FOUND


@pytest.mark.parametrize(
    "said",
    [b"", b"HTTP/1.1 200", b"SIP/2.0 200 OK\r\n\r\n", b"\x00" * 1000, b"HTTP/1.1 999999 OK\r\n\r\n",
     b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000],
    ids=lambda said: repr(said[:20]),
)  # fmt: skip
def test_a_server_that_speaks_something_else_is_the_servers_failure(ca_file, said):
    def serve(connection):
        connection.recv(10_000)
        connection.sendall(said)

    with tls_server(certificate("127.0.0.1"), serve) as port, client_of(ca_file) as client:
        assert refusal(sign_in, client, port).kind is FailureKind.SERVER


def test_a_server_that_never_answers_is_given_up(ca_file, monkeypatch):
    monkeypatch.setattr(account_http, "_TIMEOUT", httpx.Timeout(0.2, connect=DEADLINE))
    done = threading.Event()
    with (
        tls_server(certificate("127.0.0.1"), lambda connection: done.wait(DEADLINE)) as port,
        client_of(ca_file) as client,
    ):
        failure = refusal(sign_in, client, port)
        done.set()
    assert (failure.kind, failure.detail.partition(":")[0]) == (FailureKind.SERVER, "ReadTimeout")


def test_plain_text_on_a_tls_port_is_the_servers_failure(ca_file):
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with client_of(ca_file) as client:
            failure = refusal(sign_in, client, listening.getsockname()[1])
        thread.join(DEADLINE)
    assert failure.kind is FailureKind.SERVER
    assert "TLS" in failure.detail


class LosesAnswers(httpx.HTTPTransport):
    """The service is asked, but its answer gets lost, `times` times."""

    def __init__(self, world, times):
        trust = ssl.create_default_context(cafile=str(world.ca_file))
        super().__init__(verify=trust)
        self.times = times

    def handle_request(self, request):
        answer = super().handle_request(request)
        if request.url.path.endswith("/refresh") and self.times:
            self.times -= 1
            answer.close()
            raise httpx.ReadTimeout("the answer was lost")
        return answer


def test_a_refresh_whose_answer_is_lost_does_not_sign_anyone_out(world):
    session = sign_in(world.client(), world.port)
    rotated = []
    client = world.client(rotated.append, http=Http(transport=LosesAnswers(world, times=2)))
    client.resume(session)
    assert refusal(client.provisioning).kind is FailureKind.SERVER
    assert refusal(client.provisioning).kind is FailureKind.SERVER
    assert client.provisioning().username == "100"
    assert len(rotated) == 1


def test_a_session_outlives_a_restart_of_the_service(world):
    client = world.client()
    sign_in(client, world.port)
    _, etag = client.patch_extension({"label": "Alice T."}, client.extension()[1])
    before = client.provisioning()
    world.stop()
    assert refusal(client.directory).kind is FailureKind.SERVER
    world.start()
    assert client.provisioning() == before
    assert client.extension()[1] == etag
    assert client.extension()[0]["label"] == "Alice T."


def test_the_stream_is_opened_again_after_a_restart_and_tells_what_was_missed(world):
    here, there = world.client(), world.client()
    here.sign_in(ALICE, PASSWORD, any_device(1), service=world.url)
    there.sign_in(ALICE, PASSWORD, any_device(2), service=world.url)
    _, etag = here.extension()
    watcher = Watcher(here)
    watcher.next("directory")
    world.stop()
    world.start()
    _, missed = there.patch_extension({"call_waiting": False}, etag)
    assert watcher.next("extension") == missed


def test_a_change_reaches_the_other_device_within_a_second(world):
    here, there = world.client(), world.client()
    here.sign_in(ALICE, PASSWORD, any_device(1), service=world.url)
    there.sign_in(ALICE, PASSWORD, any_device(2), service=world.url)
    watcher = Watcher(here)
    watcher.next("directory")
    _, etag = there.extension()
    started = time.monotonic()
    _, changed = there.patch_extension({"call_waiting": False}, etag)
    while watcher.next("extension") != changed:
        continue
    assert time.monotonic() - started < 1.0


def test_closing_ends_a_silent_stream_within_a_second(world):
    client = world.client()
    sign_in(client, world.port)
    watcher = Watcher(client)
    watcher.next("directory")
    started = time.monotonic()
    client.close()
    assert watcher.has_ended()
    assert time.monotonic() - started < 1.0


def test_stopping_the_service_does_not_wait_for_its_streams(world):
    client = world.client()
    sign_in(client, world.port)
    watcher = Watcher(client)
    watcher.next("directory")
    started = time.monotonic()
    world.stop()
    assert time.monotonic() - started < 3.0
    client.close()
    world.start()


def test_a_registration_that_is_renewed_is_no_news_and_one_that_comes_or_goes_is(world):
    client = world.client()
    sign_in(client, world.port)
    watcher = Watcher(client)
    watcher.next("directory")
    world.reachable.add("100")
    world.store.registrations_changed("100")
    came = watcher.next("directory")
    for _ in range(20):
        world.store.registrations_changed("100")
    world.reachable.clear()
    world.store.registrations_changed("100")
    assert int(watcher.next("directory")) == int(came) + 1


def test_signalling_that_is_stuck_neither_hides_the_directory_nor_stops_a_sign_out(tmp_path, caplog):
    def stuck(_argument):
        raise TimeoutError("signalling is stuck")

    with real_world(tmp_path, device_revoked=stuck, reachable_devices=stuck) as world:
        world.add_account(ALICE, PASSWORD.reveal(), "100", "Alice Tan")
        client = world.client()
        sign_in(client, world.port)
        assert [entry.presence for entry in client.directory()] == ["unknown"]
        client.sign_out()
        assert sign_in(world.client(), world.port).extension == "100"
    assert "signalling is stuck" in caplog.text


def test_an_answer_is_sent_at_once(world):
    """Not held back until the client has acknowledged its head, which takes 40 ms each time."""
    client = world.client()
    sign_in(client, world.port)
    took = []
    for _ in range(20):
        started = time.monotonic()
        client.provisioning()
        took.append(time.monotonic() - started)
    assert min(took) < 0.03


def without_event_stream(world):
    """The service of a provider who has left out `/events`."""
    routes = world.app.router.routes
    routes[:] = [route for route in routes if route.path != "/api/v1/events"]


def test_a_change_arrives_from_a_service_without_an_event_stream(world, ca_file):
    without_event_stream(world)
    there = world.client()
    there.sign_in(ALICE, PASSWORD, any_device(2), service=world.url)
    with client_of(ca_file, poll_every=0.02) as here:
        sign_in(here, world.port)
        _, seen = here.extension()
        watcher = Watcher(here)
        _, changed = there.patch_extension({"label": "Alice T."}, seen)
        assert watcher.next("extension") == changed
        assert here.extension() == (there.extension()[0] | {"devices": here.extension()[0]["devices"]}, changed)
        _, own = here.patch_extension({"label": "Alice"}, changed)
        _, theirs = there.patch_extension({"label": "A. Tan"}, own)
        assert watcher.next("extension") == theirs, "of one's own change nothing is told"
        there.sign_in(ALICE, PASSWORD, any_device(1), service=world.url)
        assert watcher.next("signed-out")
        assert watcher.has_ended()


def test_a_session_that_ends_at_a_service_without_an_event_stream_ends_here(world, ca_file):
    without_event_stream(world)
    with client_of(ca_file, poll_every=0.02) as here:
        sign_in(here, world.port)
        here.extension()
        watcher = Watcher(here)
        for number in (2, 3):
            world.client().sign_in(ALICE, PASSWORD, any_device(number), service=world.url)
        document, _ = here.extension()
        mine = next(device["id"] for device in document["devices"] if device["this_device"])
        world.client().sign_in(ALICE, PASSWORD, any_device(4), service=world.url, replace_device=mine)
        assert watcher.next("signed-out") == "replaced"
        assert watcher.has_ended()
