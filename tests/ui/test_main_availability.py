"""How the person can be reached: the status chip and its menu, the banners, and the way back."""

from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import Qt

from softphone.phone import events as ev
from softphone.phone.failure import Failure, FailureKind
from softphone.ui.availability import Availability
from softphone.ui.main.menu_section import SectionHead
from softphone.ui.widgets.toast import Toast
from tests.fakes.phone_ports import any_document, talking
from tests.ui.main_bench import MainBench

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def document(*, dnd=None, forwarding=None, **changes):
    """Of an account that has do not disturb and forwarding."""
    quiet = {"enabled": False, "until": None, **(dnd or {})}
    forward = {"enabled": False, "number": None, "extensions": [], "vip": [], **(forwarding or {})}
    return any_document(dnd=quiet, forwarding=forward, ring_devices=["ip_phone", "desktop"], **changes)


@pytest.fixture
def bench(qtbot, still):
    made = MainBench(qtbot)
    made.knows()
    made.tells = lambda **changes: made.phone.handle(ev.ExtensionLoaded(document(**changes), '"7"'))
    made.tells()
    made.show()
    return made


def lines(bench):
    """The lines of the status menu that can be seen, by their words."""
    menu = bench.column.header.menu
    if menu is None or not menu.isVisible():
        bench.click(bench.column.header.chip)
    return {item.item.text: item for item in bench.column.header.menu.items if item.isVisible()}


def choose(bench, *texts):
    for text in texts:
        bench.click(lines(bench)[text])


def dnd(bench):
    return bench.phone.settings.document.dnd


# --- the menu ---------------------------------------------------------------------------------------------------------


def test_do_not_disturb_opens_in_place_and_is_on_for_an_hour(bench):
    assert "For 1 hour" not in lines(bench)
    choose(bench, "Do not disturb")
    assert lines(bench)["For 1 hour"].item.trailing == "until 13:00"
    choose(bench, "For 1 hour")
    assert dnd(bench).enabled
    until = datetime.fromisoformat(dnd(bench).until)
    assert until == bench.column.availability.now + timedelta(hours=1)
    assert bench.column.header.chip.text() == "Do not disturb"
    assert bench.account.saves[-1][0] == {"dnd": {"enabled": True, "until": dnd(bench).until}}


def test_until_tomorrow_is_next_morning_at_eight(bench):
    choose(bench, "Do not disturb", "Until tomorrow")
    until = datetime.fromisoformat(dnd(bench).until)
    assert (until.day, until.hour, until.minute) == (23, 8, 0)
    assert bench.column.banner.shown.text == "No calls ring until tomorrow, 08:00."


def test_available_ends_do_not_disturb_and_forwarding_at_once(bench):
    bench.tells(dnd={"enabled": True}, forwarding={"enabled": True, "extensions": ["101"]})
    choose(bench, "Available")
    assert not dnd(bench).enabled
    assert not bench.phone.settings.document.forwarding.enabled
    assert bench.column.header.chip.text() == "Available"


def test_another_time_and_targets_are_chosen_in_the_settings(bench):
    pages = []
    bench.window.settings_wanted.connect(pages.append)
    choose(bench, "Do not disturb", "Until another time…")
    choose(bench, "Forward calls")
    choose(bench, "Rings on")
    assert pages == ["do_not_disturb", "forwarding", "devices_ringing"]


def test_forwarding_is_switched_on_and_off_with_its_targets(bench):
    bench.tells(forwarding={"extensions": ["101", "102", "103"]})
    assert lines(bench)["Forward calls"].item.detail == "To 101, 102 and 103"
    choose(bench, "Forward calls", "Forward to 101, 102 and 103")
    assert bench.phone.settings.document.forwarding.enabled
    assert bench.column.header.chip.text() == "Forwarding to 101 +2"
    choose(bench, "Ring here")
    assert not bench.phone.settings.document.forwarding.enabled


def test_what_the_account_lacks_is_not_offered_and_what_is_locked_says_so(bench):
    bench.tells(locked=["/dnd"], dnd={"enabled": True})
    quiet = lines(bench)["Do not disturb"]
    assert not quiet.isEnabled()
    assert quiet.item.detail == "Set by your administrator"
    assert bench.column.banner.shown.button == ""
    bench.column.header.menu.close()
    bench.qtbot.waitUntil(lambda: bench.column.header.menu is None)
    bench.phone.handle(ev.ExtensionLoaded(any_document(), '"8"'))
    assert list(lines(bench)) == ["Sign out", "Quit"]


def test_the_menu_works_by_keyboard(bench):
    bench.click(bench.column.header.chip)
    menu = bench.column.header.menu
    bench.press(Qt.Key.Key_Down, widget=menu)
    head = menu.focusWidget()
    assert isinstance(head, SectionHead)
    assert head.accessibleName() == "Do not disturb, Calls neither ring nor forward, closed"
    bench.press(Qt.Key.Key_Right, widget=menu)
    assert head.open
    bench.press(Qt.Key.Key_Down, widget=menu)
    assert menu.focusWidget().item.text == "For 1 hour"
    bench.press(Qt.Key.Key_Return, widget=menu.focusWidget())
    assert dnd(bench).enabled


def test_a_key_switches_do_not_disturb(bench):
    bench.press(Qt.Key.Key_D, CTRL_SHIFT)
    assert dnd(bench).enabled
    assert dnd(bench).until is None
    bench.press(Qt.Key.Key_D, CTRL_SHIFT)
    assert not dnd(bench).enabled


# --- the way back -----------------------------------------------------------------------------------------------------


def test_a_change_from_the_menu_can_be_undone(bench):
    choose(bench, "Do not disturb", "Until I turn it off")
    toast = bench.window.findChild(Toast)
    assert toast.text == "No calls ring."
    bench.click(toast.action)
    assert not dnd(bench).enabled
    assert bench.column.header.chip.text() == "Available"


def test_a_change_that_the_service_refuses_goes_back_to_what_is_saved(bench):
    choose(bench, "Do not disturb", "Until I turn it off")
    bench.phone.handle(ev.SettingsRefused(Failure(FailureKind.LOCKED)))
    assert bench.column.header.chip.text() == "Available"


# --- the chip and the banners -----------------------------------------------------------------------------------------


def test_a_call_and_a_lost_line_come_before_do_not_disturb(bench):
    bench.tells(dnd={"enabled": True})
    chip = bench.column.header.chip
    assert chip.accessibleName() == "Status: Do not disturb, menu"
    talking(bench.phone)
    assert chip.text() == "On a call"
    bench.loses_registration()
    assert chip.text() == "Reconnecting"
    assert bench.column.banner.shown.title == "You're offline"


def test_the_banner_turns_do_not_disturb_off(bench):
    until = (bench.column.availability.now + timedelta(minutes=90)).isoformat()
    bench.tells(dnd={"enabled": True, "until": until})
    assert bench.column.banner.shown.text == "No calls ring until 13:30."
    bench.click(bench.column.banner.banner.button)
    assert not dnd(bench).enabled
    assert bench.column.banner.shown is None


def test_the_banner_names_who_gets_the_calls(bench):
    bench.tells(forwarding={"enabled": True, "extensions": ["101", "102"], "vip": ["+6531234567"]})
    shown = bench.column.banner.shown
    assert shown.text == "Calls are forwarded to Arun Krishnan and Priya Nair. Your VIPs ring here."
    bench.click(bench.column.banner.banner.button)
    assert not bench.phone.settings.document.forwarding.enabled


def test_do_not_disturb_that_has_run_out_is_over_without_anybody_s_doing(qtbot, bench):
    bench.tells(dnd={"enabled": True, "until": (bench.column.availability.now + timedelta(seconds=60)).isoformat()})
    availability = bench.column.availability
    assert availability.reach == "dnd"
    bench.clock.pass_(61)
    availability._end.setInterval(0)
    qtbot.waitUntil(lambda: bench.column.header.chip.text() == "Available")
    assert bench.column.banner.shown is None


def test_forwarding_without_anywhere_to_go_is_not_on(bench):
    bench.tells(forwarding={"enabled": True})
    assert Availability(bench.phone).reach == "available"


def test_the_banner_warns_when_little_use_is_left_and_do_not_disturb_comes_before_it(bench):
    limit = {"kind": "duration", "limit": 600, "used": 540, "resets_on": "2026-12-01"}
    bench.tells(usage_limit=limit)
    assert bench.column.banner.shown.title == "1 h left this month"
    bench.tells(usage_limit={**limit, "used": 600})
    assert bench.column.banner.shown.title == "You've used your 10 h for this month"
    bench.tells(usage_limit=limit, dnd={"enabled": True})
    assert bench.column.banner.shown.text == "No calls ring."
    bench.tells(usage_limit={**limit, "used": 100})
    assert bench.column.banner.shown is None
