"""What is said of callers, states and ends, from values alone."""

import pytest

from softphone.phone import events as ev
from softphone.phone.account import DirectoryEntry
from softphone.phone.call import Call, CallState
from softphone.phone.failure import Failure, FailureKind
from softphone.phone.party import Party
from softphone.ui import text_call as words
from tests.fakes.phone_ports import dialled, incoming, make_phone, talking


@pytest.fixture
def phone():
    phone = make_phone()[0]
    phone.handle(ev.DirectoryLoaded((DirectoryEntry("102", "Priya Nair"), DirectoryEntry("600", "Sales", "group"))))
    return phone


def any_caller(name="Priya Nair", number="102"):
    return words.Caller(name, f"Ext {number}", number, "Priya", key=number)


def over(kind: FailureKind | None, *, code=None, answered=False):
    call = Call("c", "line-1", True, Party("102"), started_at=1000.0, state=CallState.DISCONNECTED, ended_at=1045.0)
    call.answered_at = 1000.0 if answered else None
    call.failure = Failure(kind, code) if kind else None
    return call


def test_a_colleague_is_shown_by_name_with_the_extension_below(phone):
    who = words.caller(phone, Party("102", "phone.example.com", "whatever the wire says"))
    assert (who.name, who.line, who.short) == ("Priya Nair", "Ext 102", "Priya")


def test_an_unknown_number_is_its_own_name_with_the_country_below(phone):
    who = words.caller(phone, Party("+6567890123", "phone.example.com"))
    assert (who.name, who.line, who.icon) == ("+65 6789 0123", "Singapore", "user")


def test_a_number_with_a_name_from_the_wire_keeps_the_whole_name_in_sentences(phone):
    who = words.caller(phone, Party("+6565550188", "phone.example.com", "Harbour Dental Clinic"))
    assert (who.name, who.line, who.short) == ("Harbour Dental Clinic", "+65 6555 0188", "Harbour Dental Clinic")


def test_a_hidden_number_says_so_and_cannot_be_called_back(phone):
    who = words.caller(phone, Party("anonymous", "anonymous.invalid", "Anonymous"))
    assert (who.name, who.line, who.number, who.icon) == ("No caller ID", "Number hidden", "", "eye-slash")


def test_a_foreign_sip_address_is_shown_whole(phone):
    who = words.caller(phone, Party("sales", "partner.example.net"))
    assert (who.name, who.line, who.icon) == ("sales@partner.example.net", "SIP", "at")


@pytest.mark.parametrize(
    ("name", "short"),
    [("Priya Nair", "Priya"), ("Dr. Maximiliana Vogt", "Dr. Maximiliana"), ("", ""), ("Cher", "Cher")],
)
def test_the_short_name_keeps_a_title(name, short):
    assert words.first_name(name) == short


def test_numbers_are_spoken_digit_by_digit():
    assert words.spoken_number("+65 9123") == "plus 6 5 9 1 2 3"
    assert words.spoken_number("*43") == "star 4 3"
    assert words.spoken_number("Sales") == "Sales"


@pytest.mark.parametrize(
    ("mos", "quiet", "shown"),
    [
        (4.4, 0, (4, "Good")),
        (4.0, 0, (4, "Good")),
        (3.96, 0, (4, "Good")),
        (3.9, 0, (3, "Good")),
        (3.6, 0, (3, "Good")),
        (3.5, 0, (2, "Fair")),
        (3.1, 0, (2, "Fair")),
        (3.0, 0, (1, "Poor")),
        (1.0, 0, (1, "Poor")),
        (4.4, 2, (0, "Lost")),
    ],
)
def test_quality_is_told_in_bars_and_a_word(mos, quiet, shown):
    assert words.quality(mos, quiet) == shown


@pytest.mark.parametrize(
    ("state", "rang", "text"),
    [
        (CallState.CALLING, False, "Calling…"),
        (CallState.EARLY, False, "Calling…"),
        (CallState.EARLY, True, "Ringing…"),
        (CallState.CONNECTING, True, "Connecting…"),
    ],
)
def test_calling_becomes_ringing_when_the_far_end_rings(state, rang, text):
    call = Call("c", "line-1", True, Party("102"), 0.0, state=state, rang=rang)
    assert words.being_set_up(call) == text


@pytest.mark.parametrize(
    ("kind", "title", "sentence", "failed"),
    [
        (FailureKind.BUSY, "Busy", "Priya is on another call.", False),
        (FailureKind.NO_ANSWER, "No answer", "Priya didn't pick up after 45 s.", False),
        (FailureKind.DECLINED, "Call declined", "Priya declined the call.", False),
        (FailureKind.UNREACHABLE, "Not reachable", "Priya can't be reached right now.", True),
        (FailureKind.NOT_IN_SERVICE, "No such extension", "There is no extension 102.", True),
        (FailureKind.CONNECTION_LOST, "Connection lost", "The connection didn't come back.", True),
    ],
)
def test_each_reason_for_an_end_has_its_sentence(kind, title, sentence, failed):
    end = words.ending(over(kind), any_caller(), now=1045.0)
    assert (end.title, end.sentence, end.failed) == (title, sentence, failed)


def test_a_number_out_of_service_is_not_called_an_extension():
    end = words.ending(over(FailureKind.NOT_IN_SERVICE), any_caller(number="+6567890123"), now=1045.0)
    assert end.sentence == "This number isn't in service. Check it."


def test_a_server_failure_carries_its_code_for_support():
    end = words.ending(over(FailureKind.SERVER, code=503), any_caller(), now=1045.0)
    assert end.sentence == "The call couldn't start. Try again. (503)"


def test_every_kind_of_failure_has_a_sentence():
    for kind in FailureKind:
        sentence = words.failure_sentence(Failure(kind, 499), any_caller(), 3)
        assert sentence.endswith((".", ")"))
        assert "{" not in sentence


def test_only_an_account_has_an_administrator_to_ask():
    who = any_caller()
    assert "administrator" in words.ending(over(FailureKind.NOT_ALLOWED), who, now=1045.0).sentence
    assert "administrator" not in words.ending(over(FailureKind.NOT_ALLOWED), who, now=1045.0, managed=False).sentence


def test_a_call_that_was_talked_on_ends_with_its_length_and_quality():
    call = over(None, answered=True)
    assert words.ending(call, any_caller(), now=1045.0) == words.Ending("Call ended", "45 s")
    call.measured = ev.MediaMeasured("c", mos=4.2)
    assert words.ending(call, any_caller(), now=1045.0).sentence == "45 s · Good quality"


def test_the_line_that_was_called_is_named(phone):
    assert words.called_line(phone, incoming(phone)) == ("you", "Ext 100")
    call = incoming(phone, "other")
    call.called = "+6561234567"
    assert words.called_line(phone, call) == ("you", "+65 6123 4567")
    call.called = "600"
    assert words.called_line(phone, call) == ("Sales", "Ext 600")
    call.called = "+6562220000"
    assert words.called_line(phone, call) == ("+65 6222 0000", "")


def test_a_second_call_says_what_it_interrupts(phone):
    call = talking(phone, number="102")
    plain = words.while_busy(phone, [call]).replace("\x01", "").replace("\x02", "")
    assert plain == "while you talk to Priya Nair, 0:00"
    call.held_local = True
    assert "on hold" in words.while_busy(phone, [call])


def test_a_call_being_placed_is_not_said_to_be_talked_on(phone):
    call = dialled(phone, "102")
    assert words.while_busy(phone, [call]) == "while you call \x01Priya Nair\x02"


def test_who_forwarded_is_named_with_the_number(phone):
    assert words.forwarded_by(phone, Party("102")) == "Forwarded by Priya Nair, 102"
    assert words.transferred_by(phone, Party("+6567890123")) == "Transferred by +65 6789 0123"


def test_missed_calls_are_counted_in_words():
    assert words.missed_title(1) == "Missed call"
    assert words.missed_title(3) == "3 missed calls"


def test_the_tray_says_who_and_how_reachable(phone):
    assert words.tray_tip(phone, "Available") == "Alice Tan, extension 100: Available"
    signed_out = make_phone(signed_in=False)[0]
    assert words.tray_tip(signed_out, "Offline") == "Softphone: Not signed in"


def test_every_trouble_with_sound_is_said_or_none_of_ours():
    for kind in ("no_microphone", "no_speaker", "microphone_lost", "speaker_lost", "microphone_blocked"):
        title, sentence = words.sound_trouble(kind, "Linux")
        assert title
        assert sentence.endswith(".")
    assert words.sound_trouble("", "Linux") is None
