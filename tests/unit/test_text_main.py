"""Words of the main window, from values."""

from datetime import date, datetime

import pytest

from softphone.phone.account import Identity
from softphone.phone.failure import Failure, FailureKind
from softphone.phone.history import HistoryEntry, Outcome
from softphone.phone.party import Party
from softphone.phone.registration import RegistrationState
from softphone.ui import text_main as words
from softphone.ui.text_call import Caller

TODAY = date(2026, 11, 22)  # a Sunday
PRIYA = Caller("Priya Nair", "Ext 102", "102", "Priya", "102")


def entry(**values) -> HistoryEntry:
    at = datetime(2026, 11, 22, 13, 5).timestamp()
    return HistoryEntry(**{"id": "1", "outgoing": False, "remote": Party("102"), "started_at": at, **values})


@pytest.mark.parametrize("kind", list(FailureKind))
def test_every_kind_of_failure_has_a_sentence_in_plain_words(kind):
    sentence = words.failure_sentence(Failure(kind))
    assert sentence.endswith((".", ")"))
    assert not {"error", "invalid", "failed", "please", "oops"} & set(sentence.lower().strip(".").split())


def test_a_number_that_is_not_there_is_an_extension_or_a_number():
    odd = Failure(FailureKind.INTERNAL, 500)
    assert "500" not in words.failure_sentence(odd)  # ours: there is nothing for support in a status
    assert (
        words.failure_sentence(Failure(FailureKind.NOT_IN_SERVICE, 404), number="119") == "There is no extension 119."
    )
    assert words.failure_sentence(Failure(FailureKind.NOT_IN_SERVICE), number="+6561234567") == (
        "This number isn't in service. Check it."
    )


def test_a_server_that_fails_gives_its_code_for_support():
    sentence = words.failure_sentence(Failure(FailureKind.SERVER, 503))
    assert sentence == "The phone service isn't working right now. Try again in a few minutes. (503)"


def test_too_many_tries_names_the_minutes():
    failure = Failure(FailureKind.TOO_MANY_ATTEMPTS, retry_after=61)
    assert words.failure_sentence(failure) == "Too many tries. Wait 2 minutes, then try again."


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (FailureKind.OFFLINE, "You're offline. Your call can't start."),
        (FailureKind.FORBIDDEN, "You're offline. Your call can't start."),
        (FailureKind.NO_NETWORK, "You're offline. Your call can't start."),
        (FailureKind.BAD_NUMBER, "This isn't a phone number. Check it."),
        (FailureKind.TOO_MANY_CALLS, "You have two calls. End one, then try again."),
        (FailureKind.NOT_NOW, "Another call is being set up. Try again in a moment."),
    ],
)
def test_a_refused_call_says_why_in_the_caller_s_terms(kind, sentence):
    assert words.dial_refused(Failure(kind)) == sentence


@pytest.mark.parametrize(
    ("day", "heading"),
    [
        (date(2026, 11, 22), "Today"),
        (date(2026, 11, 21), "Yesterday"),
        (date(2026, 11, 19), "Thursday 19 November"),
        (date(2026, 11, 16), "Monday 16 November"),
        (date(2026, 11, 15), "15 November"),
        (date(2025, 12, 31), "31 December 2025"),
        (date(2026, 11, 23), "23 November"),  # the clock was set back
    ],
)
def test_days_are_named_by_how_far_away_they_are(day, heading):
    assert words.day_heading(day, TODAY) == heading


@pytest.mark.parametrize(
    ("values", "icon", "line"),
    [
        ({"outcome": Outcome.ANSWERED, "talk_seconds": 252}, "arrow-down-left", "Ext 102 · 4 min 12 s"),
        ({"outcome": Outcome.MISSED}, "phone-x", "Missed · Ext 102"),
        ({"outcome": Outcome.NO_ANSWER, "outgoing": True}, "arrow-up-right", "Ext 102 · No answer"),
        ({"outcome": Outcome.BUSY, "outgoing": True}, "arrow-up-right", "Ext 102 · Busy"),
        ({"outcome": Outcome.CANCELLED, "outgoing": True}, "arrow-up-right", "Ext 102 · Cancelled"),
        ({"outcome": Outcome.ELSEWHERE}, "arrow-down-left", "Ext 102 · Answered on another device"),
        ({"outcome": Outcome.ONGOING}, "arrow-down-left", "Ext 102"),
        (
            {"outcome": Outcome.ANSWERED, "talk_seconds": 63, "diverted_by": "101"},
            "arrow-bend-up-right",
            "Forwarded by 101 · 1 min 3 s",
        ),
    ],
)
def test_a_row_tells_direction_outcome_and_length(values, icon, line):
    shown = words.row_text(entry(**values), PRIYA)
    assert (shown.name, shown.icon, shown.line) == ("Priya Nair", icon, line)


def test_a_row_is_spoken_as_one_sentence_with_the_number_digit_by_digit():
    who = Caller("Daniel Okafor", "Ext 104", "104", "Daniel", "104")
    spoken = words.row_spoken(entry(outcome=Outcome.MISSED), who, 2, datetime(2026, 11, 22, 14), "on_call")
    assert spoken == "Missed call, Daniel Okafor, Ext 104, 2 calls, today 13:05, now on a call"
    number = Caller("+65 6789 0123", "Singapore", "+65 6789 0123", "+65 6789 0123", "")
    spoken = words.row_spoken(entry(outgoing=True, outcome=Outcome.BUSY), number, 1, datetime(2026, 11, 22, 14), "")
    assert spoken == "Call made, plus 6 5 6 7 8 9 0 1 2 3, Singapore, Busy, today 13:05"


_S = RegistrationState


@pytest.mark.parametrize(
    ("state", "on_call", "trying", "been", "shown"),
    [
        (_S.REGISTERED, False, False, True, ("Available", "available")),
        (_S.REGISTERED, True, False, True, ("On a call", "on_call")),
        (_S.REGISTERING, False, False, False, ("Connecting", "reconnecting")),
        (_S.REGISTERING, False, False, True, ("Reconnecting", "reconnecting")),
        (_S.FAILED, False, True, True, ("Reconnecting", "reconnecting")),
        (_S.FAILED, False, False, True, ("Offline", "offline")),
        (_S.UNREGISTERED, False, False, False, ("Offline", "offline")),
    ],
)
def test_the_status_chip_names_the_state(state, on_call, trying, been, shown):
    assert words.status_words(state, on_call=on_call, trying=trying, been_registered=been) == shown


def test_the_offline_banner_counts_down_and_gives_a_reason_that_is_not_the_network():
    lost = words.offline_banner(Failure(FailureKind.NO_NETWORK), 7.2)
    assert (lost.title, lost.text) == ("You're offline", "Calls can't reach this computer. Next try in 8 s.")
    assert words.offline_banner(None, None).text == "Calls can't reach this computer."
    refused = words.offline_banner(Failure(FailureKind.FORBIDDEN, 403), None)
    assert refused.text == "The phone service refused the name or password. Sign in again."
    untrusted = words.offline_banner(Failure(FailureKind.NOT_TRUSTED), 20)
    assert untrusted.text.endswith("Ask your administrator. Next try in 20 s.")


def test_the_address_line_says_extension_or_the_sip_address():
    assert words.address_line(Identity("account", "Alice Tan", "100")) == "Extension 100"
    assert words.address_line(Identity("sip", "alice", "alice@sip.example.com")) == "alice@sip.example.com"


def test_text_with_braces_is_shown_as_it_is():
    assert words.no_match("{x}") == 'No match for "{x}"'
    assert words.call_as_typed("{0}") == "Call {0}, as typed"
