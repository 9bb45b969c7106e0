"""Caller ID in the settings window: the number shown, the number asked for, and whom the next one sees."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from softphone.phone import events as ev
from softphone.phone.failure import Failure, FailureKind
from softphone.phone.phone_services import CallerIdRequest
from softphone.ui.settings.caller_id_request import RequestEditor
from softphone.ui.widgets.toast import Toast
from tests.ui.settings_bench import SettingsBench

NUMBERS = ["+6561234567", "+6591112222"]


def caller_id(**values):
    return {
        "mode": "fixed", "number": NUMBERS[0], "numbers": NUMBERS, "assigned": [],
        "transfer": {"internal": "extension_key", "external": "assigned_caller_id"},
        "forward": {"internal": "extension_key", "external": "assigned_caller_id"}, **values,
    }  # fmt: skip


def make(qtbot, **values):
    return SettingsBench(qtbot, page="caller_id", size=(920, 820), caller_id=caller_id(**values))


def editor(bench):
    return bench.row("caller_id").editor


def modes(bench):
    return [choice.mode for choice in editor(bench).choices]


def test_the_number_shown_is_chosen_from_ones_own(qtbot):
    bench = make(qtbot)
    row = editor(bench).row("fixed")
    assert row.isChecked()
    assert row.select.text() == "+65 6123 4567"
    row.select.set_index(1)
    assert bench.saves == [{"caller_id": {"number": NUMBERS[1]}}]


def test_a_random_number_has_none_of_its_own(qtbot):
    bench = make(qtbot)
    bench.click(editor(bench).row("random"))
    assert bench.saves == [{"caller_id": {"mode": "random", "number": None}}]
    bench.settle()
    assert editor(bench).row("random").isChecked()
    assert not editor(bench).row("fixed").select.isEnabled()


def test_from_random_back_the_first_number_is_taken(qtbot):
    bench = make(qtbot, mode="random", number=None)
    assert editor(bench).row("fixed").select.text() == "Choose a number"
    bench.click(editor(bench).row("fixed"))
    assert bench.saves == [{"caller_id": {"mode": "fixed", "number": NUMBERS[0]}}]


def test_without_an_assigned_list_there_is_no_row_for_it(qtbot):
    assert modes(make(qtbot)) == ["fixed", "random"]


def test_an_assigned_list_is_the_only_choice(qtbot):
    bench = make(qtbot, mode="assigned", number=NUMBERS[1], assigned=[NUMBERS[1], "+6567890000"])
    assert modes(bench) == ["fixed", "assigned", "random"]
    assert not editor(bench).row("fixed").isEnabled()
    assert editor(bench).row("fixed").option.help_text == "Your administrator has chosen the numbers you can show."
    assert editor(bench).row("assigned").option.help_text == "2 numbers assigned to you"
    editor(bench).row("assigned").select.set_index(1)
    assert bench.saves == [{"caller_id": {"number": "+6567890000"}}]


def test_an_administrator_who_assigns_numbers_is_seen_at_once(qtbot):
    bench = make(qtbot)
    bench.somebody_changes(caller_id=caller_id(mode="assigned", assigned=[NUMBERS[0]]))
    assert editor(bench).row("assigned").isChecked()
    assert editor(bench).row("assigned").option.help_text == "1 number assigned to you"


def test_arrows_move_between_the_choices_and_space_chooses(qtbot):
    bench = make(qtbot)
    first = editor(bench).row("fixed")
    first.setFocus()
    bench.keys(first, Qt.Key.Key_Down)
    assert bench.window.focusWidget() is editor(bench).row("random")
    assert bench.saves == []
    bench.keys(editor(bench).row("random"), Qt.Key.Key_Space)
    assert bench.saves == [{"caller_id": {"mode": "random", "number": None}}]


def test_a_change_gives_a_toast_with_the_number(qtbot):
    bench = make(qtbot)
    editor(bench).row("fixed").select.set_index(1)
    assert [toast.text for toast in bench.window.findChildren(Toast)] == ["People now see +65 9111 2222"]


# --- whom the other side sees -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("row", "patch"), [
    ("transfer_internal", {"transfer": {"internal": "caller_number"}}),
    ("transfer_external", {"transfer": {"external": "caller_number"}}),
    ("forward_internal", {"forward": {"internal": "caller_number"}}),
    ("forward_external", {"forward": {"external": "caller_number"}}),
])  # fmt: skip
def test_each_of_the_four_is_a_choice_of_its_own(qtbot, row, patch):
    bench = make(qtbot)
    bench.row(row).editor.segmented.set_index(1)
    assert bench.saves == [{"caller_id": patch}]


def test_the_choices_name_the_extension_and_are_as_wide_in_every_row(qtbot):
    bench = make(qtbot)
    rows = [bench.row(name).editor.segmented for name in ("transfer_internal", "transfer_external")]
    assert [segment.text() for segment in rows[0].findChildren(QAbstractButton)] == [
        "My extension, 100", "Caller's number"
    ]  # fmt: skip
    assert rows[0].width() == rows[1].width()


# --- a new number -----------------------------------------------------------------------------------------------------


def ask(bench, text):
    request = bench.row("request_number").editor
    assert isinstance(request, RequestEditor)
    request.edit.setFocus()
    bench.qtbot.keyClicks(request.edit, text)
    bench.qtbot.keyClick(request.edit, Qt.Key.Key_Return)
    return request


def asked(bench):
    return [one[1] for one in bench.account.asked if one[0] == "request_caller_id"]


def test_a_number_is_asked_for_and_the_answer_awaited(qtbot):
    bench = make(qtbot)
    request = ask(bench, "6789 0000")
    assert asked(bench) == ["+6567890000"]
    assert request.send.busy
    bench.phone.handle(ev.RequestDone("caller_id_request", "+6567890000"))
    bench.settle()
    assert not request.send.busy
    assert request.edit.text() == ""
    assert [toast.text for toast in bench.window.findChildren(Toast)] == [
        "We got your request for +65 6789 0000. You'll see the answer here."
    ]
    (line,) = bench.row("requests").editor.lines
    assert line.accessibleName().startswith("+65 6789 0000, asked ")
    assert line.accessibleName().endswith(", Being checked")


def test_the_answer_is_the_number_among_ones_own(qtbot):
    bench = make(qtbot)
    ask(bench, "+6567890000")
    bench.phone.handle(ev.RequestDone("caller_id_request", "+6567890000"))
    bench.somebody_changes(caller_id=caller_id(numbers=[*NUMBERS, "+6567890000"]))
    assert bench.row("requests").editor.lines[0].accessibleName().endswith(", Ready")


def test_after_a_restart_the_requests_and_their_answers_are_there(qtbot):
    bench = make(qtbot)
    bench.phone.handle(ev.CallerIdRequestsLoaded((
        CallerIdRequest("+6567890002", bench.phone.now()),
        CallerIdRequest("+6567890001", bench.phone.now() - 60, "refused", "It is not yours."),
        CallerIdRequest(NUMBERS[1], bench.phone.now() - 90, "ready"),
    )))  # fmt: skip
    bench.settle()
    names = [line.accessibleName() for line in bench.row("requests").editor.lines]
    assert [name.rpartition(", ")[2] for name in names] == ["Being checked", "Refused: It is not yours.", "Ready"]


def test_a_request_just_made_is_one_line_once_the_service_tells_it(qtbot):
    bench = make(qtbot)
    ask(bench, "+6567890000")
    bench.phone.handle(ev.RequestDone("caller_id_request", "+6567890000"))
    bench.phone.handle(ev.CallerIdRequestsLoaded((CallerIdRequest("+6567890000", bench.phone.now() - 20),)))
    bench.settle()
    assert len(bench.row("requests").editor.lines) == 1


def test_a_request_that_was_refused_says_why_and_keeps_what_was_typed(qtbot):
    bench = make(qtbot)
    request = ask(bench, "+6567890000")
    bench.phone.handle(ev.RequestRefused("caller_id_request", Failure(FailureKind.NO_NETWORK), "+6567890000"))
    assert bench.row("request_number").fault.text.startswith("The request wasn't sent.")
    assert request.edit.text() == "+6567890000"
    assert request.send.isEnabled()


@pytest.mark.parametrize(("typed", "fault"), [
    ("12", "This isn't a phone number. Start with + and the country."),
    ("+6561234567", "This is one of your numbers already."),
])  # fmt: skip
def test_what_cannot_be_asked_for_is_not(qtbot, typed, fault):
    bench = make(qtbot)
    ask(bench, typed)
    assert bench.row("request_number").fault.text == fault
    assert asked(bench) == []


def test_a_service_without_requests_shows_no_row_for_them(qtbot):
    bench = make(qtbot)
    ask(bench, "+6567890000")
    bench.phone.handle(ev.RequestRefused("caller_id_request", Failure(FailureKind.NOT_FOUND, 404)))
    bench.settle()
    assert bench.row("request_number").isHidden()


# --- a plain SIP account ----------------------------------------------------------------------------------------------


def test_with_a_plain_sip_account_ones_own_number_is_typed_and_may_be_hidden(qtbot):
    bench = SettingsBench(qtbot, page="caller_id", plain=True)
    assert "caller_id" not in bench.window.view.rows
    own = bench.row("own_number").editor
    own.edit.setFocus()
    qtbot.keyClicks(own.edit, "+6561234567")
    qtbot.keyClick(own.edit, Qt.Key.Key_Return)
    bench.settle()
    assert bench.phone.settings.document.caller_id.number == "+6561234567"
    bench.row("show_number").editor.switch.click()
    assert bench.phone.settings.hide_number
