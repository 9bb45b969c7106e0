"""The one box and the keypad: typing, pasting, finding, calling, and why not."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.account import DirectoryEntry, Provisioning
from softphone.phone.failure import FailureKind
from softphone.phone.secret import Secret
from softphone.ui.main.dial_text import grouped
from softphone.ui.main.suggestions import Group, Suggester, fold
from tests.fakes.phone_ports import any_document, incoming, make_phone, talking
from tests.ui.main_bench import DAY, MINUTE, PEOPLE, MainBench, past


@pytest.fixture
def bench(qtbot, still):
    made = MainBench(qtbot)
    made.knows(past("1", "+6567890123", MINUTE), past("2", "+6565550188", DAY, name="Capri Kitchens"))
    made.show()
    return made


def found(bench):
    return [(s.group, s.name) for s in bench.column.results.found]


def called(bench):
    return [command.target for command in bench.user_agent.of(cmd.MakeCall)]


def test_typing_anywhere_goes_to_the_box(bench):
    bench.list.setFocus()
    bench.type("p")
    assert bench.box.hasFocus()
    bench.type("ri")
    assert bench.box.text() == "pri"
    assert bench.column.results.isVisible()


def test_results_come_in_groups_and_the_best_is_chosen(bench):
    bench.type("pri")
    assert found(bench) == [
        (Group.DIRECTORY, "Priya Nair"), (Group.DIRECTORY, "Priscilla Wong"), (Group.RECENT, "Capri Kitchens"),
    ]  # fmt: skip
    assert bench.column.results.current.name == "Priya Nair"
    assert bench.column.box.call_button.accessibleName() == "Call Priya Nair, Ext 102"
    bench.press(Qt.Key.Key_Return)
    assert called(bench) == ["102"]
    assert bench.column.dial.text == "", "the text goes once the call is on its way"


def test_the_arrow_keys_choose_among_the_results_and_the_focus_stays_in_the_box(bench):
    bench.type("pri")
    bench.press(Qt.Key.Key_Down)
    assert bench.column.results.current.name == "Priscilla Wong"
    bench.press(Qt.Key.Key_Down)
    bench.press(Qt.Key.Key_Down)
    assert bench.column.results.current.name == "Capri Kitchens"
    bench.press(Qt.Key.Key_Up)
    assert bench.box.hasFocus()
    bench.press(Qt.Key.Key_Return)
    assert called(bench) == ["115"]


def test_a_click_on_a_result_calls_it(bench):
    bench.type("capri")
    rect = next(rect for rect, what in bench.column.results._rows if not isinstance(what, str))
    bench.click(bench.column.results, rect.center())
    assert called(bench) == ["+6565550188"]


def test_a_number_is_first_offered_as_typed(bench):
    bench.type("+65 6789 0123")
    assert found(bench) == [(Group.TYPED, "+65 6789 0123"), (Group.RECENT, "+65 6789 0123")]
    bench.press(Qt.Key.Key_Return)
    assert called(bench) == ["+6567890123"]


def test_keypad_digits_find_names(bench):
    bench.type("7749")
    assert found(bench) == [(Group.TYPED, "7749"), (Group.DIRECTORY, "Priya Nair")]
    assert bench.column.results.found[1].spans == ((0, 4),)


def test_a_long_name_is_not_taken_for_a_number_spelt_in_letters(bench):
    bench.type("krishnan")
    assert found(bench) == [(Group.DIRECTORY, "Arun Krishnan")]
    bench.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    bench.type("zebrazebra")
    assert found(bench) == []
    assert not bench.column.box.call_button.isEnabled()
    bench.press(Qt.Key.Key_Return)
    assert called(bench) == []


def test_nothing_found_says_so(bench):
    bench.type("zebra")
    assert bench.column.results._empty.isVisible()
    assert bench.column.results._empty.title == 'No match for "zebra"'


def test_escape_clears_the_box_and_shows_the_calls_again(bench):
    bench.type("pri")
    bench.press(Qt.Key.Key_Escape)
    assert bench.box.text() == ""
    assert not bench.column.results.isVisible()


def test_ctrl_k_comes_back_to_the_box_and_selects_its_text(bench):
    bench.type("pri")
    bench.list.setFocus()
    bench.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert bench.box.hasFocus()
    assert bench.box.selectedText() == "pri"


@pytest.mark.parametrize(
    ("pasted", "shown"),
    [
        (" tel:+65-6789-0123 ", "+65-6789-0123"),
        ("sip:bob@sip.example.net", "bob@sip.example.net"),
        ("<+65 6789 0123>\n", "+65 6789 0123"),
    ],
)
def test_what_is_pasted_anywhere_lands_clean_in_the_box(bench, pasted, shown):
    QGuiApplication.clipboard().setText(pasted)
    bench.list.setFocus()
    bench.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert bench.box.text().replace("-", " ") == shown.replace("-", " ")
    bench.press(Qt.Key.Key_Return)
    assert called(bench)


def test_numbers_are_grouped_while_they_are_typed_and_the_cursor_stays(bench):
    bench.type("+6567890123")
    assert bench.box.text() == "+65 6789 0123"
    bench.box.setCursorPosition(8)  # behind the 9
    bench.press(Qt.Key.Key_Backspace)
    assert bench.box.text() == "+65 6780 123"
    assert bench.box.text()[: bench.box.cursorPosition()].replace(" ", "") == "+65678"


@pytest.mark.parametrize(
    ("text", "cursor", "after", "moved"),
    [
        ("+656789", 7, "+65 6789", 8),
        ("+656789", 3, "+65 6789", 3),
        ("102", 3, "102", 3),
        ("Priya", 2, "Priya", 2),
        ("", 0, "", 0),
    ],
)
def test_grouping_moves_the_cursor_behind_the_same_digits(text, cursor, after, moved):
    assert grouped(text, cursor, "SG") == (after, moved)


def test_no_number_at_all_is_refused_below_the_box(bench):
    bench.column.dial.set("1@")
    bench.press(Qt.Key.Key_Return)
    assert bench.column.area.error.isVisible()
    assert bench.column.area.error.plain_text() == "This isn't a phone number. Check it."
    bench.type("0")
    assert not bench.column.area.error.isVisible()


def test_offline_the_call_is_refused_with_its_sentence_and_the_text_stays(bench):
    bench.loses_registration(FailureKind.FORBIDDEN)
    bench.type("102")
    assert not bench.column.box.call_button.isEnabled()
    assert bench.column.box.call_button.toolTip() == "You're offline"
    bench.press(Qt.Key.Key_Return)
    assert bench.column.area.error.plain_text() == "You're offline. Your call can't start."
    assert bench.box.text() == "102"
    bench.registers()
    assert not bench.column.area.error.isVisible()
    bench.press(Qt.Key.Key_Return)
    assert called(bench) == ["102"]


def test_a_third_call_is_refused_with_its_sentence(bench):
    talking(bench.phone, "a", "101")
    incoming(bench.phone, "b", "102")
    bench.phone.calls.answer("b")
    bench.phone.handle(ev.CallConfirmed("b"))
    bench.page.focus_box()
    bench.type("104")
    bench.press(Qt.Key.Key_Return)
    assert bench.column.area.error.plain_text() == "You have two calls. End one, then try again."


def test_ctrl_enter_calls_the_text_as_typed_and_not_the_chosen_result(bench):
    bench.type("7749")
    bench.press(Qt.Key.Key_Down)
    bench.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert called(bench) == ["7749"]


def test_a_link_is_put_in_the_box_for_the_person_to_call(bench):
    bench.window.dial("tel:+6567890123")
    assert bench.column.dial.text.replace(" ", "") == "+6567890123"
    assert called(bench) == []


# --- calling as -------------------------------------------------------------------------------------------------------


def test_the_number_people_see_is_chosen_for_outside_calls(bench):
    button = bench.column.area.calling_as.button
    assert button.accessibleName() == "Calling as +65 6123 4567, menu"
    bench.click(button)
    first, second, _ = bench.column.area.calling_as.menu.items
    assert first.item.checked
    bench.click(second)
    assert button.text() == "+65 9111 2222, next call"
    bench.type("+6567890123")
    bench.press(Qt.Key.Key_Return)
    assert bench.user_agent.of(cmd.MakeCall)[-1].caller_id == "+6591112222"
    assert button.text() == "+65 6123 4567"


def test_a_refused_call_keeps_the_number_chosen_for_it(bench):
    bench.column.choice.choose("+6591112222")
    bench.loses_registration()
    bench.type("+6567890123")
    bench.press(Qt.Key.Key_Return)
    assert bench.column.choice.chosen == "+6591112222"


def test_the_caller_id_menu_leads_to_its_settings(bench):
    pages = []
    bench.window.settings_wanted.connect(pages.append)
    bench.click(bench.column.area.calling_as.button)
    bench.click(bench.column.area.calling_as.menu.items[-1])
    assert pages == ["caller_id"]


def test_the_account_s_own_choice_is_left_to_the_account(bench):
    bench.type("+6567890123")
    bench.press(Qt.Key.Key_Return)
    assert bench.user_agent.of(cmd.MakeCall)[-1].caller_id is None


def test_an_account_with_one_number_has_no_such_line(bench):
    one = any_document(caller_id={"mode": "fixed", "number": "+6561234567", "numbers": ["+6561234567"]})
    bench.phone.handle(ev.ExtensionLoaded(one, '"2"'))
    assert not bench.column.area.calling_as.isVisible()


def test_a_random_number_is_named_as_such(bench):
    document = any_document(caller_id={"mode": "random", "number": None, "numbers": ["+6561234567", "+6591112222"]})
    bench.phone.handle(ev.ExtensionLoaded(document, '"2"'))
    assert bench.column.area.calling_as.button.text() == "A random number"
    bench.column.choice.choose("+6561234567")
    assert bench.column.choice.chosen == "+6561234567"
    bench.column.choice.choose(None)
    assert bench.column.choice.chosen is None


# --- keypad -----------------------------------------------------------------------------------------------------------


def test_the_keypad_shares_the_text_sounds_its_digits_and_calls(bench):
    bench.type("+6567")
    bench.press(Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    keypad = bench.column.keypad
    assert bench.page.page == "keypad"
    assert keypad.isVisible()
    assert not bench.column.results.isVisible()
    for key in "890123":
        bench.click(keypad.keypad.key(key))
    assert keypad.edit.text() == "+65 6789 0123"
    assert [command.digit for command in bench.user_agent.of(cmd.PlayDigit)] == list("890123")
    bench.click(keypad.backspace)
    assert keypad.edit.text().endswith("012")
    bench.click(keypad.keypad.key("3"))
    assert [match.name for match in keypad.found] == ["+65 6789 0123"]
    bench.click(keypad.call_button)
    assert called(bench) == ["+6567890123"]


def test_the_keypad_offers_whom_the_digits_may_mean(bench):
    bench.page.show_page("keypad")
    bench.type("77")
    keypad = bench.column.keypad
    assert keypad.matches.text() == "Priya Nair · 2 matches"
    bench.click(keypad.matches)
    bench.click(keypad.menu.items[1])
    assert called(bench) == ["115"]


def test_the_keypad_has_nothing_to_call_before_a_number_is_there(bench):
    bench.page.show_page("keypad")
    keypad = bench.column.keypad
    assert not keypad.call_button.isEnabled()
    assert not keypad.backspace.isVisible()
    bench.type("1")
    assert keypad.call_button.isEnabled()
    bench.press(Qt.Key.Key_Escape)
    assert bench.column.dial.text == ""
    assert not keypad.call_button.isEnabled()


def test_the_keypad_tells_why_a_call_was_refused(bench):
    bench.page.show_page("keypad")
    bench.loses_registration()
    bench.type("102")
    bench.press(Qt.Key.Key_Return)
    assert bench.column.keypad.error.plain_text() == "You're offline. Your call can't start."


# --- finding, without a window ----------------------------------------------------------------------------------------


def suggester(*history, people=PEOPLE):
    phone, *_ = make_phone()
    phone.handle(ev.DirectoryLoaded(people))
    phone.handle(ev.HistoryLoaded(history))
    return Suggester(phone)


def names(text, *history, people=PEOPLE):
    return [s.name for s in suggester(*history, people=people).find(text)]


def test_accents_and_case_do_not_matter_and_positions_stay():
    assert len(fold("Jörg Ångström ß")) == len("Jörg Ångström ß")
    assert names("jorg", people=(DirectoryEntry("120", "Jörg Ångström"),)) == ["Jörg Ångström"]
    assert names("ÅNG", people=(DirectoryEntry("120", "Jörg Ångström"),)) == ["Jörg Ångström"]


def test_any_word_of_a_name_and_several_in_any_order_match():
    assert names("nair") == ["Priya Nair"]
    assert names("nair pri") == ["Priya Nair"]
    assert names("pri wong") == ["Priscilla Wong"]
    assert names("pri okafor") == []


def test_at_most_eight_are_offered_and_nobody_twice():
    many = tuple(DirectoryEntry(str(200 + n), f"Anna {n}") for n in range(20))
    history = (past("1", "203", MINUTE), past("2", "203", 2 * MINUTE))
    assert len(names("anna", *history, people=many)) == 8
    assert names("Anna 3", *history, people=many) == ["Anna 3"]


def test_an_extension_is_found_by_its_number():
    assert [(s.group, s.name) for s in suggester().find("10")] == [
        (Group.TYPED, "10"), (Group.DIRECTORY, "Arun Krishnan"), (Group.DIRECTORY, "Priya Nair"),
        (Group.DIRECTORY, "Daniel Okafor"),
    ]  # fmt: skip


def test_oneself_is_not_offered():
    own = (*PEOPLE, DirectoryEntry("100", "Alice Tan"))
    assert names("alice", people=own) == []


def test_a_sip_account_can_call_a_name_at_its_own_domain():
    phone, *_ = make_phone(signed_in=False)
    phone.session.state = phone.session.state.SIGNED_IN
    phone.session.provisioning = Provisioning("sip.example.net", "me", "me", Secret("x"))
    (only,) = Suggester(phone).find("bob")
    assert (only.group, only.dial) == (Group.SIP, "bob@sip.example.net")
    assert Suggester(phone).find("bob smith") == []
