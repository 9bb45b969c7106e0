"""Call forwarding in the settings window: what is typed, what is sent, and what it says will happen."""

from datetime import datetime

import pytest
from PySide6.QtCore import Qt

from softphone.phone import events as ev
from softphone.phone.account import DirectoryEntry
from softphone.phone.failure import Failure, FailureKind
from softphone.ui import text_forwarding as words
from softphone.ui.settings.page_view import PageView
from softphone.ui.settings.sentences import ExplainBox, FootLine
from softphone.ui.settings.switched_chips import SwitchedChips
from softphone.ui.settings.what_if_box import WhatIfBox
from softphone.ui.widgets.switch import Switch
from softphone.ui.widgets.toast import Toast
from tests.ui.settings_bench import SettingsBench

VIPS = ["+6531234567", "+6569876543"]


def forwarding(**values):
    return {"enabled": False, "number": None, "extensions": [], "vip": [], **values}


def make(qtbot, *, size=(920, 900), **values):
    changes = values.pop("changes", {})
    return SettingsBench(qtbot, page="forwarding", size=size, forwarding=forwarding(**values), **changes)


def type_in(bench, row, text):
    edit = bench.row(row).editor.chips.field.edit
    edit.setFocus()
    bench.qtbot.keyClicks(edit, text)
    bench.qtbot.keyClick(edit, Qt.Key.Key_Return)
    bench.settle()


def turn(bench, row):
    editor = bench.row(row).editor
    switch = editor.switch
    assert isinstance(switch, Switch)
    switch.click()
    bench.settle()


def sentence(bench):
    view = bench.window.view
    assert isinstance(view, PageView)
    return " ".join(box.text for box in view.findChildren(ExplainBox) if not box.isHidden())


def toast(bench):
    return [toast.text for toast in bench.window.findChildren(Toast)][-1:]


# --- where calls go ---------------------------------------------------------------------------------------------------


def test_the_page_says_what_the_seeds_example_does(qtbot):
    bench = make(qtbot, enabled=True, extensions=["101", "102", "103"], vip=VIPS)
    assert sentence(bench) == (
        "Calls from +65 3123 4567 and +65 6987 6543 ring here; everyone else goes to 101, 102 and 103."
    )
    chips = bench.row("forwarding_extensions").editor.chips.field.chips
    assert [chip.text() for chip in chips] == ["101 Arun", "102 Priya", "103 Lena"]


def test_off_it_says_what_rings(qtbot):
    assert sentence(make(qtbot)) == "Calls ring on this computer and your IP phone."


def test_without_a_vip_nothing_rings_here(qtbot):
    bench = make(qtbot, enabled=True, number="+6561234567")
    assert sentence(bench) == "All calls go to +65 6123 4567. Your devices stay quiet."


def test_do_not_disturb_says_that_nothing_forwards(qtbot):
    bench = make(qtbot, enabled=True, extensions=["101"], changes={"dnd": {"enabled": True, "until": None}})
    assert sentence(bench) == words.nothing_forwards_now()


def test_on_without_a_target_is_not_sent_and_says_so(qtbot):
    bench = make(qtbot)
    turn(bench, "forwarding")
    assert bench.row("forwarding").editor.switch.isChecked()
    assert sentence(bench) == "Add a number or an extension. Until then, calls ring here."
    assert bench.saves == []
    assert toast(bench) == []


def test_the_first_target_sends_it_together_with_the_switch(qtbot):
    bench = make(qtbot)
    turn(bench, "forwarding")
    turn(bench, "forwarding_extensions")
    type_in(bench, "forwarding_extensions", "101")
    assert bench.saves == [{"forwarding": {"extensions": ["101"], "enabled": True}}]
    assert sentence(bench) == "All calls go to 101. Your devices stay quiet."


def test_removing_the_last_target_turns_it_off_until_there_is_another(qtbot):
    bench = make(qtbot, enabled=True, extensions=["101"])
    turn(bench, "forwarding_extensions")
    assert bench.saves == [{"forwarding": {"extensions": [], "enabled": False}}]
    assert bench.row("forwarding").editor.switch.isChecked()
    assert sentence(bench) == words.add_a_target()
    bench.service_saves()
    turn(bench, "forwarding_extensions")
    assert bench.saves[-1] == {"forwarding": {"extensions": ["101"], "enabled": True}}


def test_undo_brings_the_last_target_back(qtbot):
    bench = make(qtbot, enabled=True, extensions=["101"])
    turn(bench, "forwarding_extensions")
    bench.service_saves()
    bench.window.undo()
    assert bench.saves[-1] == {"forwarding": {"extensions": ["101"], "enabled": True}}


def test_a_second_number_is_one_too_many(qtbot):
    bench = make(qtbot)
    turn(bench, "forwarding_number")
    type_in(bench, "forwarding_number", "6123 4567")
    assert bench.saves == [{"forwarding": {"number": "+6561234567"}}]
    type_in(bench, "forwarding_number", "+6561234568")
    assert bench.row("forwarding_number").fault.text == "Maximum 1 Phone Number."
    assert len(bench.saves) == 1


@pytest.mark.parametrize(("row", "typed", "fault"), [
    ("forwarding_number", "hello", "This isn't a phone number. Start with + and the country."),
    ("forwarding_extensions", "199", "There is no extension 199. Remove it or check the number."),
    ("forwarding_extensions", "100", "You can't forward to yourself."),
    ("vip", "abc", "This isn't a phone number. Start with + and the country."),
    ("vip", "199", "There is no extension 199. Remove it or check the number."),
])  # fmt: skip
def test_what_is_wrong_is_said_beside_it_and_not_sent(qtbot, row, typed, fault):
    bench = make(qtbot)
    turn(bench, row)
    type_in(bench, row, typed)
    assert bench.row(row).fault.text == fault
    assert bench.saves == []


def test_a_bad_value_that_is_removed_lets_the_others_be_saved(qtbot):
    bench = make(qtbot)
    turn(bench, "forwarding_extensions")
    type_in(bench, "forwarding_extensions", "199")
    type_in(bench, "forwarding_extensions", "101")
    assert bench.saves == []
    field = bench.row("forwarding_extensions").editor.chips.field
    assert [chip.bad for chip in field.chips] == [True, False]
    field.chips[0].removed.emit()
    bench.settle()
    assert bench.saves == [{"forwarding": {"extensions": ["101"]}}]
    assert bench.row("forwarding_extensions").fault.text == ""


def test_an_extension_may_be_typed_by_name(qtbot):
    bench = make(qtbot)
    turn(bench, "forwarding_extensions")
    type_in(bench, "forwarding_extensions", "priya")
    assert bench.saves == [{"forwarding": {"extensions": ["102"]}}]


def test_many_pasted_values_become_many(qtbot):
    bench = make(qtbot)
    turn(bench, "vip")
    type_in(bench, "vip", "+6531234567; 101, +6569876543")
    assert bench.account.asked
    assert bench.row("vip").editor.chips.values == ["+6531234567", "101", "+6569876543"]
    assert bench.row("vip").fault.text == ""


def test_while_do_not_disturb_is_on_forwarding_is_paused(qtbot):
    bench = make(qtbot, enabled=True, extensions=["101"])
    assert bench.window.sidebar.items["forwarding"].value == "On"
    bench.somebody_changes(dnd={"enabled": True, "until": None})
    assert bench.window.sidebar.items["forwarding"].value == "Paused"


def test_what_rings_for_vips_can_be_changed_where_devices_are_chosen(qtbot):
    bench = make(qtbot, enabled=True, extensions=["101"], vip=VIPS)
    (line,) = [line for line in bench.window.view.findChildren(FootLine) if line.text]
    assert line.text == "VIP calls ring on this computer and your IP phone."
    bench.click(line.link)
    assert bench.window.current == "devices_ringing"


# --- groups -----------------------------------------------------------------------------------------------------------


def test_a_member_of_a_call_group_forwards_to_one(qtbot):
    bench = make(qtbot, extensions=["101"], changes={"call_group": "600"})
    turn(bench, "forwarding_number")
    type_in(bench, "forwarding_number", "+6561234567")
    assert bench.row("forwarding_number").fault.text == words.only_one_in_call_group()
    type_in(bench, "forwarding_extensions", "102")
    assert bench.row("forwarding_extensions").fault.text == words.only_one_in_call_group()
    assert bench.saves == []


def test_a_call_group_is_the_only_one(qtbot):
    bench = make(qtbot, extensions=["101"])
    type_in(bench, "forwarding_extensions", "600")
    assert bench.row("forwarding_extensions").fault.text == "A call group must be the only extension."
    assert bench.saves == []


def test_extensions_made_before_the_limits_are_free(qtbot):
    bench = make(qtbot, extensions=["101"], changes={"restricted": False, "call_group": "600"})
    type_in(bench, "forwarding_extensions", "600")
    assert bench.saves == [{"forwarding": {"extensions": ["101", "600"]}}]


# --- the switches beside the fields -----------------------------------------------------------------------------------


def test_fields_show_only_while_their_switch_is_on(qtbot):
    bench = make(qtbot, extensions=["101"])
    number, extensions = bench.row("forwarding_number").editor, bench.row("forwarding_extensions").editor
    assert isinstance(number, SwitchedChips)
    assert (number.chips.isHidden(), extensions.chips.isHidden()) == (True, False)
    turn(bench, "forwarding_number")
    assert number.chips.isVisible()
    assert bench.window.focusWidget() is number.chips.field.edit
    assert bench.saves == []
    turn(bench, "forwarding_number")
    assert number.chips.isHidden()


def test_a_switch_turned_on_again_brings_back_what_was_there(qtbot):
    bench = make(qtbot, vip=VIPS)
    turn(bench, "vip")
    bench.service_saves()
    turn(bench, "vip")
    assert bench.saves == [{"forwarding": {"vip": []}}, {"forwarding": {"vip": VIPS}}]


def test_a_refused_change_is_said_and_can_be_given_up(qtbot):
    bench = make(qtbot, extensions=["101"])
    turn(bench, "forwarding")
    bench.service_refuses(Failure(FailureKind.INVALID, 422, sentence="Not at this hour."))
    assert bench.row("forwarding").editor.switch.isChecked()
    assert sentence(bench) == "Calls ring on this computer and your IP phone."
    bench.phone.settings.discard("/forwarding/enabled")
    bench.settle()
    assert not bench.row("forwarding").editor.switch.isChecked()


def test_what_somebody_else_changes_shows_at_once(qtbot):
    bench = make(qtbot)
    bench.somebody_changes(forwarding=forwarding(enabled=True, extensions=["103"]))
    assert bench.row("forwarding").editor.switch.isChecked()
    assert bench.row("forwarding_extensions").editor.switch.isChecked()
    assert sentence(bench) == "All calls go to 103. Your devices stay quiet."


def test_the_names_of_the_controls_are_those_of_their_settings(qtbot):
    bench = make(qtbot, extensions=["101"])
    editor = bench.row("forwarding_extensions").editor
    assert editor.switch.accessibleName() == "To extensions"
    assert editor.chips.field.edit.accessibleName() == "To extensions"
    assert editor.chips.field.chips[0].accessibleName() == "101 Arun"


def test_with_a_plain_sip_account_the_page_says_where_it_acts(qtbot):
    bench = SettingsBench(qtbot, page="forwarding", plain=True)
    assert "only while this app is running" in bench.window.view.about.plain_text()
    turn(bench, "forwarding_number")
    type_in(bench, "forwarding_number", "+6561234567")
    turn(bench, "forwarding")
    assert bench.phone.settings.document.forwarding.enabled
    assert sentence(bench) == "All calls go to +65 6123 4567. Your devices stay quiet."


# --- What if ----------------------------------------------------------------------------------------------------------


def box(bench):
    found = bench.window.view.findChildren(WhatIfBox)
    assert len(found) == 1
    return found[0]


def decided(bench):
    return [line.text for line in box(bench).lines if not line.isHidden()][
        [line.kind for line in box(bench).told].index("decided")
    ]


def test_what_if_follows_the_caller_that_is_typed(qtbot):
    bench = make(qtbot, enabled=True, extensions=["101"], vip=VIPS)
    assert decided(bench) == "Call forwarding is on: the call goes to 101 Arun"
    qtbot.keyClicks(box(bench).caller.edit, "3123 4567")
    assert decided(bench) == "A VIP caller: rings this computer and your IP phone for 20 s"


def test_what_if_follows_a_change_of_the_settings_at_once(qtbot):
    bench = make(qtbot, extensions=["101"])
    turn(bench, "forwarding")
    assert decided(bench) == "Call forwarding is on: the call goes to 101 Arun"


def test_what_if_follows_the_time_that_is_asked_about(qtbot):
    bench = make(qtbot)
    end = bench.phone.now() + 3600
    moment = datetime.fromtimestamp(end).astimezone()
    bench.somebody_changes(dnd={"enabled": True, "until": moment.isoformat()})
    assert "Do not disturb is on until" in decided(bench)
    box(bench).day.select.set_index(1)
    assert decided(bench) == "Rings this computer and your IP phone for 20 s"


def test_what_if_knows_how_many_calls_one_has(qtbot):
    bench = make(qtbot)
    box(bench).calls_up.select.set_index(2)
    assert decided(bench) == "You have 2 of 2 calls: the caller hears busy"


@pytest.mark.parametrize(("field", "typed", "fault"), [
    ("caller", "hello", "This isn't a phone number. Start with + and the country."),
    ("time", "25:00", "Type a time like 14:30."),
])  # fmt: skip
def test_what_if_says_what_it_cannot_read_and_shows_no_path(qtbot, field, typed, fault):
    bench = make(qtbot)
    asked = getattr(box(bench), field)
    qtbot.keyClicks(asked.edit, typed)
    assert asked.error == fault
    assert box(bench).told == []


def test_a_directory_that_arrives_later_names_the_chips(qtbot):
    bench = make(qtbot, extensions=["107"])
    assert bench.row("forwarding_extensions").editor.chips.field.chips[0].bad
    bench.phone.handle(ev.DirectoryLoaded((DirectoryEntry("107", "Omar Haddad"),)))
    bench.settle()
    chip = bench.row("forwarding_extensions").editor.chips.field.chips[0]
    assert (chip.text(), chip.bad) == ("107 Omar", False)
