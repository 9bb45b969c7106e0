"""What the network says, as failures: no network, no such name, no trust, a wrong clock."""

import errno
import socket
import ssl

import httpx
import pytest

from softphone.account import errors
from softphone.account.errors import failure_of_exception
from softphone.phone.failure import FailureKind


def raised_from(cause, outer=httpx.ConnectError):
    """As httpx raises it: its own error, from httpcore's, from the system's."""
    error = outer("outer")
    error.__cause__ = RuntimeError("between")
    error.__cause__.__cause__ = cause
    return error


def certificate_error(code, message="certificate verify failed"):
    error = ssl.SSLCertVerificationError(1, message)
    error.verify_code, error.verify_message = code, message
    return error


@pytest.fixture
def route(monkeypatch):
    """Whether there is a way out of this computer."""
    there = [True]
    monkeypatch.setattr(errors, "has_route", lambda: there[0])
    return there


@pytest.mark.parametrize(
    ("cause", "with_route", "expected"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), True, FailureKind.SERVER_NOT_FOUND),
        (socket.gaierror(socket.EAI_NONAME, "unknown"), False, FailureKind.NO_NETWORK),
        (socket.gaierror(socket.EAI_AGAIN, "try again"), True, FailureKind.NO_NETWORK),
        (OSError(errno.ENETUNREACH, "unreachable"), True, FailureKind.NO_NETWORK),
        (OSError(errno.EHOSTUNREACH, "no route"), True, FailureKind.NO_NETWORK),
        (OSError(10051, "unreachable network"), True, FailureKind.NO_NETWORK),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), True, FailureKind.SERVER),
        (ConnectionResetError(errno.ECONNRESET, "reset"), True, FailureKind.SERVER),
        (ssl.SSLError(1, "wrong version number"), True, FailureKind.SERVER),
    ],
)
def test_the_cause_decides_the_failure(route, cause, with_route, expected):
    route[0] = with_route
    assert failure_of_exception(raised_from(cause)).kind is expected


@pytest.mark.parametrize("with_route", [True, False])
def test_a_connection_that_times_out_without_any_route_is_no_network(route, with_route):
    route[0] = with_route
    expected = FailureKind.SERVER if with_route else FailureKind.NO_NETWORK
    assert failure_of_exception(httpx.ConnectTimeout("timed out")).kind is expected


@pytest.mark.parametrize("error", [httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x"), httpx.PoolTimeout("x")])
def test_a_server_that_does_not_answer_is_the_servers_failure(error):
    failure = failure_of_exception(error)
    assert failure.kind is FailureKind.SERVER
    assert type(error).__name__ in failure.detail


@pytest.mark.parametrize("error", [httpx.InvalidURL("no"), httpx.UnsupportedProtocol("no")])
def test_an_address_that_is_none_is_a_bad_address(error):
    assert failure_of_exception(error).kind is FailureKind.BAD_ADDRESS


NOT_YET_VALID, EXPIRED, SELF_SIGNED, OTHER_NAME = 9, 10, 18, 62
NOW, IN_1970, IN_2060 = 1_795_000_000.0, 86_400.0, 2_840_000_000.0


@pytest.mark.parametrize(
    ("code", "clock", "expected"),
    [
        (NOT_YET_VALID, NOW, FailureKind.WRONG_CLOCK), (NOT_YET_VALID, IN_1970, FailureKind.WRONG_CLOCK),
        (EXPIRED, NOW, FailureKind.NOT_TRUSTED), (EXPIRED, IN_2060, FailureKind.WRONG_CLOCK),
        (EXPIRED, IN_1970, FailureKind.WRONG_CLOCK), (SELF_SIGNED, NOW, FailureKind.NOT_TRUSTED),
        (SELF_SIGNED, IN_1970, FailureKind.NOT_TRUSTED), (OTHER_NAME, NOW, FailureKind.NOT_TRUSTED),
    ],
)  # fmt: skip
def test_a_certificate_is_blamed_unless_the_clock_is_odd(monkeypatch, code, clock, expected):
    monkeypatch.setattr(errors.time, "time", lambda: clock)
    failure = failure_of_exception(raised_from(certificate_error(code, "why")))
    assert (failure.kind, failure.detail) == (expected, "why")


def test_a_route_is_looked_for_in_both_families(monkeypatch):
    asked = []

    class NoRoute:
        def __init__(self, family, kind):
            asked.append(family)

        def __enter__(self):
            raise OSError(errno.ENETUNREACH, "unreachable")

        def __exit__(self, *_):
            return False

    monkeypatch.setattr(errors.socket, "socket", NoRoute)
    assert not errors.has_route()
    assert asked == [socket.AF_INET, socket.AF_INET6]


def test_errors_that_cause_each_other_end():
    one, other = httpx.ConnectError("one"), httpx.ConnectError("other")
    one.__cause__, other.__cause__ = other, one
    assert failure_of_exception(one).kind is FailureKind.SERVER
