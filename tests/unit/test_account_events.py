"""The event stream: parsing, reconnecting, falling back to polling, ending."""

from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softphone.account import events as account_events
from softphone.account.events import EventStream, parse_events
from softphone.account.token_auth import TokenAuth
from softphone.account.wire import Tokens
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.secret import Secret
from tests.fakes.scripted_http import BASE, http_of, problem

STREAM = (
    b"retry: 1000\n\n: keep-alive\n\nevent: extension\ndata: \"100-3\"\n\nevent:directory\r\ndata:7\r\n\r\n"
    b"event: unknown\ndata: x\n\nevent: calls\n\ndata: nameless\n\nevent: signed-out\ndata: two\ndata:  lines\n\n"
    b"event: extension\ndata: never finished"
)  # fmt: skip
EVENTS = [("extension", '"100-3"'), ("directory", "7"), ("signed-out", "two\n lines")]


def test_events_are_read_and_what_is_unknown_is_passed_over():
    assert list(parse_events([STREAM])) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_events_may_come_in_any_pieces(cuts):
    edges = [0, *sorted(cuts), len(STREAM)]
    assert list(parse_events(STREAM[a:b] for a, b in pairwise(edges))) == EVENTS


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_any_bytes_are_events_or_nothing(chunks):
    assert {name for name, _ in parse_events(chunks)} <= account_events.EVENTS


@pytest.mark.parametrize("piece", [b"x" * 1000, b"data: " + b"x" * 1000 + b"\n"])
def test_an_event_without_end_is_cut_off(piece):
    taken = []

    def endless():
        for number in range(10_000):
            taken.append(number)
            yield piece

    with pytest.raises(Refused):
        list(parse_events(endless()))
    assert len(taken) < 100


def test_keep_alives_for_a_year_are_no_event():
    assert list(parse_events(b": keep-alive\n" for _ in range(200_000))) == []


def event_stream(*bodies: bytes) -> list[httpx.Response]:
    return [
        httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=iter([body])) for body in bodies
    ]


class Wire:
    """Answers in turn; when they are used up, the stream is closed."""

    def __init__(self, answers, renew=None, poll=None):
        self.answers = list(answers)
        self.tokens = []
        self.auth = TokenAuth(renew or self.renew, lambda token: None)
        self.auth.resume(Secret("refresh"))
        self.polls = iter(poll or ())
        self.stream = EventStream(
            http_of(self.answer), f"{BASE}/events", self.auth, self.poll, poll_every=0.001, first_retry=0.001
        )

    def answer(self, request):
        self.tokens.append(request.headers["authorization"].removeprefix("Bearer "))
        if not self.answers:
            self.stream.close()
            return httpx.Response(503)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def renew(self, refresh, attempt):
        return Tokens(Secret(f"access-{len(self.tokens)}"), Secret("refresh"), 3600)

    def poll(self):
        answer = next(self.polls, None)
        if answer is None:
            self.stream.close()
            return "the last"
        if isinstance(answer, Failure):
            raise Refused(answer)
        return answer


def test_a_stream_that_breaks_is_opened_again():
    broken = [*event_stream(b"event: calls\ndata: 1\n\n"), httpx.ReadError("reset"), httpx.Response(502)]
    wire = Wire([*broken, *event_stream(b"event: calls\ndata: 2\n\n")])
    assert list(wire.stream) == [("calls", "1"), ("calls", "2")]


def test_an_expired_token_is_renewed_once_for_a_stream():
    wire = Wire([problem("token-expired", 401), *event_stream(b"event: calls\ndata: 1\n\n")])
    assert list(wire.stream) == [("calls", "1")]
    assert wire.tokens[:2] == ["access-0", "access-1"]


def test_the_end_of_the_session_ends_the_stream_and_the_tokens():
    wire = Wire(event_stream(b"event: signed-out\ndata: replaced\n\nevent: calls\ndata: 1\n\n"))
    assert list(wire.stream) == [("signed-out", "replaced")]
    with pytest.raises(Refused) as refused:
        wire.auth.access()
    assert refused.value.failure.kind is FailureKind.REPLACED


def test_a_session_that_cannot_be_renewed_is_signed_out():
    def over(refresh, attempt):
        raise Refused(Failure(FailureKind.EXPIRED, 401))

    assert list(Wire([], renew=over).stream) == [("signed-out", "expired")]


def test_a_service_that_refuses_every_token_does_not_end_in_a_busy_loop(monkeypatch):
    waits = []

    class Closed:
        def is_set(self):
            return len(waits) >= 5

        def wait(self, seconds):
            waits.append(seconds)

    wire = Wire([httpx.Response(500)] * 10)
    wire.stream._closed = Closed()
    monkeypatch.setattr(account_events.random, "uniform", lambda low, high: 1.0)
    assert list(wire.stream) == []
    assert waits == [0.001, 0.002, 0.004, 0.008, 0.016]


@pytest.mark.parametrize("status", [404, 405, 501, 200])
def test_a_service_without_a_stream_is_polled(status):
    answer = httpx.Response(status, content=iter([b"{}"]))
    offline = Failure(FailureKind.NO_NETWORK)
    wire = Wire([answer], poll=["1", "1", offline, "2"])
    assert list(wire.stream) == [("extension", "1"), ("extension", "2"), ("extension", "the last")]


def test_a_service_that_seemed_to_have_no_stream_is_asked_again_for_it_now_and_then():
    wire = Wire([httpx.Response(404), *event_stream(b"event: calls\ndata: 1\n\n")], poll=["1"] * 1000)
    assert list(wire.stream) == [("extension", "1"), ("calls", "1")]


def test_polling_ends_with_the_session():
    wire = Wire([httpx.Response(404)], poll=["1", Failure(FailureKind.REPLACED)])
    assert list(wire.stream) == [("extension", "1"), ("signed-out", "replaced")]


def test_a_compressed_stream_is_not_unpacked():
    bomb = httpx.Response(
        200, headers={"Content-Type": "text/event-stream", "Content-Encoding": "gzip"}, content=iter([b"\x1f\x8b"])
    )
    assert list(Wire([bomb]).stream) == []


def test_a_stream_closed_before_it_began_is_empty():
    wire = Wire(event_stream(b"event: calls\ndata: 1\n\n"))
    wire.stream.close()
    assert list(wire.stream) == []
    assert wire.tokens == []
