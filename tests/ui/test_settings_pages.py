"""My extension, devices and ringing, do not disturb, usage limit, outbound rule: what each shows and saves."""

from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import Qt

from softphone.extension.moment import parse_moment
from softphone.phone import events as ev
from softphone.phone.failure import Failure, FailureKind
from softphone.phone.phone_services import OutboundRuleEntry
from softphone.ui.widgets.toast import Toast
from tests.ui.settings_bench import DESKTOP, IP_PHONE, SettingsBench

MOBILE = {**IP_PHONE, "id": "d3", "type": "mobile", "name": "Mei's phone", "mac": None}


@pytest.fixture
def make(qtbot, still):
    return lambda page, **changes: SettingsBench(qtbot, page=page, **changes)


def now(bench):
    return datetime.fromtimestamp(bench.clock.time).astimezone()


def explained(bench):
    """The sentences of the boxes on the page."""
    from softphone.ui.settings.sentences import ExplainBox

    return [box.text for box in bench.window.view.findChildren(ExplainBox) if box.isVisible()]


def small_lines(bench):
    from softphone.ui.settings.sentences import FootLine

    return [line.text for line in bench.window.view.findChildren(FootLine) if line.isVisible()]


# --- my extension -----------------------------------------------------------------------------------------------------


def test_the_label_is_saved_on_enter_and_escape_restores_it(make):
    bench = make("my_extension")
    edit = bench.row("label").editor.edit
    edit.setFocus()
    edit.selectAll()
    bench.qtbot.keyClicks(edit, "Mei T.")
    bench.keys(edit, Qt.Key.Key_Escape)
    assert edit.text() == "Mei Tan"
    edit.selectAll()
    bench.qtbot.keyClicks(edit, "Mei T.")
    bench.keys(edit, Qt.Key.Key_Return)
    assert bench.saves == [{"label": "Mei T."}]


def test_an_empty_label_is_never_sent(make):
    bench = make("my_extension")
    row = bench.row("label")
    row.editor.edit.clear()
    row.editor.decide()
    assert row.fault.text == "Type a name that people know."
    assert bench.saves == []


def test_a_label_changed_elsewhere_while_it_is_typed_is_asked_about(make):
    bench = make("my_extension")
    row = bench.row("label")
    row.editor.edit.setText("Mei T.")
    bench.somebody_changes(label="Mei Tan-Lim")
    assert row.below.conflict.values == ("Mei T.", "Mei Tan-Lim")
    assert row.below.conflict.text == "Label was changed somewhere else while you were editing."
    row.editor.decide()
    assert bench.saves == [], "nothing is overwritten before the person has chosen"
    bench.click(row.below.conflict.first_button)
    assert bench.saves == [{"label": "Mei T."}]


def test_theirs_is_taken_when_the_person_says_so(make):
    bench = make("my_extension")
    row = bench.row("label")
    row.editor.edit.setText("Mei T.")
    bench.somebody_changes(label="Mei Tan-Lim")
    bench.click(row.below.conflict.second_button)
    assert row.editor.edit.text() == "Mei Tan-Lim"
    assert row.below.conflict.isHidden()
    assert bench.saves == []


def test_the_passcode_is_hidden_until_the_eye_is_clicked_and_hides_with_the_page(make):
    bench = make("my_extension")
    editor = bench.row("passcode").editor
    assert "482100" not in editor.label.text()
    bench.click(editor.eye)
    assert editor.label.text() == "482100"
    bench.window.open("call_waiting")
    bench.window.open("my_extension")
    assert "482100" not in editor.label.text()


@pytest.mark.parametrize("typed", ["12a4", "123", "12345678901"])
def test_a_passcode_is_four_to_ten_digits(make, typed):
    bench = make("my_extension")
    row = bench.row("passcode")
    bench.click(row.editor.change_button)
    bench.qtbot.keyClicks(row.editor.edit, typed)
    bench.keys(row.editor.edit, Qt.Key.Key_Return)
    assert row.fault.text == "Digits only, 4 to 10."
    assert bench.saves == []


def test_a_new_passcode_is_saved(make):
    bench = make("my_extension")
    row = bench.row("passcode")
    bench.click(row.editor.change_button)
    bench.qtbot.keyClicks(row.editor.edit, "7719")
    bench.keys(row.editor.edit, Qt.Key.Key_Return)
    assert bench.saves == [{"passcode": "7719"}]


def test_what_the_administrator_manages_is_told_in_words_with_a_lock(make):
    bench = make("my_extension", call_group="600")
    words = {name: bench.row(name).editor.text for name in ("key", "assignee", "type", "call_group", "debug_mode")}
    assert words == {
        "key": "100", "assignee": "Mei Tan", "type": "Normal · Member", "call_group": "600 Sales", "debug_mode": "On",
    }  # fmt: skip
    assert bench.row("key").editor.accessibleName() == "Extension key, 100"
    assert bench.row("hot_desking").editor.accessibleDescription().endswith("Set by your administrator")


def test_a_locked_label_is_words_instead_of_a_field(make):
    bench = make("my_extension", locked=["/label"])
    row = bench.row("label")
    assert row.editor.isHidden()
    assert row.locked_value.text == "Mei Tan"


def test_signing_out_closes_the_settings(make):
    from softphone.ui.settings.panels.account_card import AccountCard

    bench = make("my_extension")
    bench.click(bench.window.view.findChild(AccountCard).sign_out_button)
    bench.window.refresh()
    assert ("sign_out",) in bench.account.asked
    assert not bench.window.isVisible()


# --- devices and ringing ----------------------------------------------------------------------------------------------


def test_the_ring_devices_are_switches_and_the_sentence_follows(make):
    bench = make("devices_ringing")
    editor = bench.row("ring_devices").editor
    assert explained(bench) == ["Incoming calls ring on this computer and your IP phone at the same time."]
    bench.click(editor.rows["desktop"])
    assert bench.saves == [{"ring_devices": ["ip_phone"]}]
    bench.settle()
    assert explained(bench) == ["Incoming calls ring on your IP phone."]
    assert bench.window.findChild(Toast).text == "Calls ring on your IP phone"


def test_the_last_ring_device_stays_on(make):
    bench = make("devices_ringing", ring_devices=["desktop"])
    row = bench.row("ring_devices")
    bench.click(row.editor.rows["desktop"].switch)
    assert row.fault.text == "At least one device must ring. To stop all calls, use Do not disturb."
    assert row.editor.rows["desktop"].switch.isChecked()
    assert bench.saves == []


def test_a_device_that_is_not_activated_cannot_ring_yet(make):
    bench = make("devices_ringing")
    mobile = bench.row("ring_devices").editor.rows["mobile"]
    assert not mobile.switch.isEnabled()
    assert mobile.switch.toolTip() == "Activate it first"


def test_a_member_of_a_call_group_rings_one_device_and_another_replaces_it(make):
    bench = make("devices_ringing", call_group="600", ring_devices=["ip_phone"])
    assert small_lines(bench) == [
        "Your extension is in a call group, so one device rings. Choosing another replaces it."
    ]
    bench.click(bench.row("ring_devices").editor.rows["desktop"])
    assert bench.saves == [{"ring_devices": ["desktop"]}]


def test_a_contact_center_extension_has_one_primary_device(make):
    bench = make("devices_ringing", type="contact_center", primary_device="ip_phone", ring_devices=["ip_phone"])
    editor = bench.row("ring_devices").editor
    assert [kind for kind, row in editor.rows.items() if row.switch.isChecked()] == ["ip_phone"]
    bench.click(editor.rows["desktop"])
    assert bench.saves == [{"primary_device": "desktop", "ring_devices": ["desktop"]}]


def test_on_a_gateway_the_switches_are_off_limits_and_it_says_why(make):
    bench = make("devices_ringing", gateway="sip:100@gateway.example.com")
    editor = bench.row("ring_devices").editor
    assert not editor.rows["desktop"].switch.isEnabled()
    assert editor.rows["desktop"].switch.toolTip() == (
        "This extension is on a gateway, so all calls go to its SIP account."
    )


def test_another_device_is_deactivated_after_a_word_about_it(make):
    bench = make("devices_ringing", devices=[DESKTOP, IP_PHONE, MOBILE])
    rows = bench.row("devices").editor.rows
    assert rows["desktop"].more.isHidden(), "this computer is left by signing out"
    bench.click(rows["mobile"].more)
    bench.click(rows["mobile"].menu.items[0])
    assert rows["mobile"].question.text == "Mei's phone will be signed out. You can activate it again later."
    assert ("deactivate_device", "d3") not in bench.account.asked
    bench.click(rows["mobile"].question.first_button)
    assert ("deactivate_device", "d3") in bench.account.asked
    assert rows["mobile"].question.first_button.busy
    bench.phone.handle(ev.RequestDone("device", "d3"))
    assert rows["mobile"].question.isHidden()


def test_a_device_that_cannot_be_deactivated_says_why(make):
    bench = make("devices_ringing")
    row = bench.row("devices").editor.rows["ip_phone"]
    bench.click(row.more)
    bench.click(row.menu.items[0])
    bench.click(row.question.first_button)
    bench.phone.handle(ev.RequestRefused("device", Failure(FailureKind.NO_NETWORK), "d2"))
    assert "internet" in row.question.text
    assert not row.question.first_button.busy


# --- do not disturb ---------------------------------------------------------------------------------------------------


def choose(bench, name):
    names = ["off", "hour", "tomorrow", "own", "forever"]
    bench.click(bench.row("dnd").editor.rows[names.index(name)])


def test_do_not_disturb_for_an_hour(make):
    bench = make("do_not_disturb")
    choose(bench, "hour")
    patch = bench.saves[0]["dnd"]
    assert patch["enabled"]
    assert parse_moment(patch["until"]) - now(bench) == timedelta(hours=1)
    bench.service_saves()
    row = bench.row("dnd").editor.rows[1]
    assert row.isChecked()
    assert row.option.tag == "1 h left"
    bench.clock.pass_(120)
    bench.settle()
    assert row.option.tag == "58 min left"
    assert bench.window.sidebar.items["do_not_disturb"].value == "58 min"


def test_do_not_disturb_until_tomorrow_ends_at_eight(make):
    bench = make("do_not_disturb")
    choose(bench, "tomorrow")
    until = parse_moment(bench.saves[0]["dnd"]["until"])
    assert (until.hour, until.minute) == (8, 0)
    assert until.date() == now(bench).date() + timedelta(days=1)


def test_do_not_disturb_without_an_end_is_asked_about_first(make):
    bench = make("do_not_disturb")
    row = bench.row("dnd")
    choose(bench, "forever")
    assert bench.saves == []
    assert row.below.unreachable.text == "Every call is refused until you turn Do not disturb off again."
    assert row.editor.rows[0].isChecked(), "nothing has changed yet"
    bench.click(row.below.unreachable.first_button)
    assert bench.saves == [{"dnd": {"enabled": True}}], "until is none already"


def test_the_question_can_be_left_and_nothing_changes(make):
    bench = make("do_not_disturb")
    choose(bench, "forever")
    bench.click(bench.row("dnd").below.unreachable.second_button)
    assert bench.row("dnd").below.unreachable.isHidden()
    assert bench.saves == []


def test_a_time_of_one_s_own_is_chosen_by_day_and_time(make):
    bench = make("do_not_disturb")
    choose(bench, "own")
    bench.service_saves()
    row = bench.row("dnd_until")
    assert row.isVisible()
    row.editor.day.set_index(2)
    until = parse_moment(bench.saves[-1]["dnd"]["until"])
    assert until.date() == now(bench).date() + timedelta(days=2)
    bench.service_saves()
    assert bench.row("dnd").editor.rows[3].isChecked()


def test_a_time_of_one_s_own_within_the_hour_stays_one_s_own(make):
    bench = make("do_not_disturb")
    choose(bench, "own")
    bench.service_saves()
    row = bench.row("dnd_until")
    row.editor.time.set_index(0)
    assert parse_moment(bench.saves[-1]["dnd"]["until"]) - now(bench) <= timedelta(minutes=30)
    bench.service_saves()
    assert bench.row("dnd").editor.rows[3].isChecked()
    assert row.isVisible()


def test_turning_it_off_takes_its_end_with_it(make):
    bench = make("do_not_disturb", dnd={"enabled": True, "until": None})
    choose(bench, "off")
    assert bench.saves == [{"dnd": {"enabled": False}}]


def test_arrows_move_in_the_choices_and_space_makes_one(make):
    bench = make("do_not_disturb")
    rows = bench.row("dnd").editor.rows
    rows[0].setFocus()
    bench.keys(rows[0], Qt.Key.Key_Down)
    assert rows[1].hasFocus() or bench.window.focusWidget() is rows[1]
    assert bench.saves == []
    bench.keys(rows[1], Qt.Key.Key_Space)
    assert len(bench.saves) == 1


# --- limits -----------------------------------------------------------------------------------------------------------


def usage(bench):
    editor = bench.row("usage_limit").editor
    return [label.text() for label in (editor.first, editor.second, editor.third) if not label.isHidden()]


def banner(bench):
    from softphone.ui.widgets.banner import Banner

    return [one.accessibleName() for one in bench.window.view.findChildren(Banner) if one.isVisible()]


def test_what_is_left_of_the_month_s_minutes(make):
    bench = make("usage_limit")
    assert usage(bench) == ["3 h 42 min left", "6 h 18 min used of 10 h", "Starts again on 1 December"]
    assert banner(bench) == []


def test_nearly_used_up_is_said_and_used_up_too(make):
    limit = {"kind": "duration", "limit": 600, "used": 558, "resets_on": "2026-12-01"}
    bench = make("usage_limit", usage_limit=limit)
    assert banner(bench) == [
        "42 min left this month After that, you can still receive calls but not make them."
    ]
    bench.somebody_changes(usage_limit={"used": 600})
    assert banner(bench) == [
        "You've used your 10 h for this month It starts again on 1 December. You can still receive calls."
    ]


def test_a_limit_in_money_and_no_limit_at_all(make):
    money = {"kind": "amount", "limit": 50, "used": 12.5, "resets_on": None, "currency": "SGD"}
    bench = make("usage_limit", usage_limit=money)
    assert usage(bench) == ["SGD 37.50 left", "SGD 12.50 used of SGD 50.00"]
    bench.somebody_changes(usage_limit={"kind": "unlimited", "limit": None, "used": 378})
    assert usage(bench) == ["Unlimited", "6 h 18 min this month"]


RULES = (
    OutboundRuleEntry("standard", "Standard", "Singapore and inside."),
    OutboundRuleEntry("world", "International"),
)


def test_the_outbound_rule_is_named_and_explained(make):
    bench = make("outbound_rule")
    bench.phone.handle(ev.OutboundRulesLoaded(RULES))
    bench.settle()
    assert bench.row("outbound_rule").locked_value.text == "Standard"
    assert explained(bench) == ["Singapore and inside."]


def test_an_outbound_rule_that_is_not_locked_is_chosen(make):
    bench = make("outbound_rule", locked=[])
    bench.phone.handle(ev.OutboundRulesLoaded(RULES))
    bench.settle()
    bench.row("outbound_rule").editor.select.set_index(1)
    assert bench.saves == [{"outbound_rule": "world"}]


# --- a plain SIP account ----------------------------------------------------------------------------------------------


def test_with_a_plain_sip_account_what_only_a_service_knows_is_absent(make):
    bench = make("do_not_disturb", plain=True)
    names = [page.name for page in bench.window.shown_pages()]
    assert not {"devices_ringing", "outbound_rule", "usage_limit"} & set(names)
    assert {"my_extension", "do_not_disturb", "call_waiting"} <= set(names)
    assert small_lines(bench) == ["This works only while this app is running."]


def test_with_a_plain_sip_account_a_change_acts_at_once_and_is_saved_here(make):
    bench = make("call_waiting", plain=True)
    bench.click(bench.row("call_waiting"))
    bench.settle()
    assert bench.row("call_waiting").mark.mark == "saved"
    assert not bench.phone.settings.document.call_waiting
    assert bench.saves == []


def test_locked_choices_say_who_set_them(make):
    bench = make("do_not_disturb", locked=["/dnd"])
    row = bench.row("dnd")
    assert row.lock_line.isVisible()
    assert row.lock_line.text == "Set by your administrator"
    assert not any(choice.isEnabled() for choice in row.editor.rows)
    bench.window.open("devices_ringing")
    assert bench.row("devices").lock_line.isHidden(), "nothing there is the person's to change"


def test_nothing_of_an_account_stays_in_the_window_for_the_next_one(make):
    bench = make("my_extension")
    bench.click(bench.row("passcode").editor.eye)
    bench.phone.sign_out()
    bench.window.refresh()
    assert not bench.window.isVisible()
    assert bench.window.views == {}
    assert bench.window.context.memory == {}
