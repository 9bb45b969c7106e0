"""The tokens of a session: renewed in time, once for all threads, and never after the session is over."""

import threading

import pytest

from softphone.account.token_auth import TokenAuth
from softphone.account.wire import Tokens
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.secret import Secret

DEADLINE = 10.0


class Renewals:
    """Renews by numbered tokens, or refuses with the next of `refusals`."""

    def __init__(self, expires_in=3600.0):
        self.expires_in = expires_in
        self.now = 0.0
        self.spent = []
        self.attempts = []
        self.refusals = []
        self.told = []
        self.auth = TokenAuth(self.renew, self.told.append, lambda: self.now)

    def renew(self, refresh, attempt):
        self.spent.append(refresh.reveal())
        self.attempts.append(attempt)
        if self.refusals:
            raise Refused(self.refusals.pop(0))
        number = len(self.spent)
        return Tokens(Secret(f"access-{number}"), Secret(f"refresh-{number}"), self.expires_in)


@pytest.fixture
def renewals():
    renewals = Renewals()
    renewals.auth.resume(Secret("refresh-0"))
    return renewals


def refusal(call, *arguments):
    with pytest.raises(Refused) as refused:
        call(*arguments)
    return refused.value.failure.kind


def test_a_resumed_session_asks_for_an_access_token_when_it_first_needs_one(renewals):
    assert renewals.spent == []
    assert renewals.auth.access() == renewals.auth.access() == Secret("access-1")
    assert renewals.spent == ["refresh-0"]


def test_a_token_is_renewed_shortly_before_its_end(renewals):
    renewals.auth.access()
    renewals.now = 3569
    assert renewals.auth.access() == Secret("access-1")
    renewals.now = 3571
    assert renewals.auth.access() == Secret("access-2")
    assert renewals.spent == ["refresh-0", "refresh-1"]


@pytest.mark.parametrize("expires_in", [20.0, 1.0])
def test_a_very_short_token_is_used_for_half_its_life(expires_in):
    renewals = Renewals(expires_in)
    renewals.auth.resume(Secret("refresh-0"))
    renewals.auth.access()
    renewals.now = expires_in / 2 - 0.1
    assert renewals.auth.access() == Secret("access-1")
    renewals.now = expires_in / 2
    assert renewals.auth.access() == Secret("access-2")


def test_a_token_refused_to_many_threads_is_renewed_once(renewals):
    refused, together, found = renewals.auth.access(), threading.Barrier(8), []

    def after():
        together.wait(DEADLINE)
        found.append(renewals.auth.after(refused))

    threads = [threading.Thread(target=after) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert found == [Secret("access-2")] * 8
    assert len(renewals.spent) == 2


@pytest.mark.parametrize("kind", [FailureKind.EXPIRED, FailureKind.REPLACED, FailureKind.INVALID_CREDENTIALS])
def test_a_session_that_is_over_is_never_asked_for_again(renewals, kind):
    renewals.refusals = [Failure(kind, 401)]
    assert refusal(renewals.auth.access) is kind
    assert refusal(renewals.auth.access) is kind
    assert refusal(renewals.auth.after, Secret("any")) is kind
    assert len(renewals.spent) == 1


@pytest.mark.parametrize("kind", [FailureKind.NO_NETWORK, FailureKind.SERVER, FailureKind.NO_LICENCE])
def test_what_may_pass_is_asked_again_with_the_same_token_as_the_same_attempt(renewals, kind):
    renewals.refusals = [Failure(kind)] * 2
    assert refusal(renewals.auth.access) is kind
    assert refusal(renewals.auth.access) is kind
    assert renewals.auth.access() == Secret("access-3")
    assert renewals.spent == ["refresh-0"] * 3
    assert len(set(renewals.attempts)) == 1


def test_a_new_sign_in_follows_one_that_is_over(renewals):
    renewals.auth.end(Failure(FailureKind.REPLACED))
    renewals.auth.open(Tokens(Secret("access"), Secret("refresh"), 60))
    assert renewals.auth.access() == Secret("access")


def test_without_a_session_everything_is_refused():
    assert refusal(Renewals().auth.access) is FailureKind.EXPIRED


def test_each_new_refresh_token_is_told_in_order(renewals):
    renewals.auth.access()
    renewals.auth.after(Secret("access-1"))
    assert renewals.told == [Secret("refresh-1"), Secret("refresh-2")]


def test_tokens_do_not_print():
    assert "hidden" not in repr(Tokens(Secret("hidden-a"), Secret("hidden-b"), 60))
