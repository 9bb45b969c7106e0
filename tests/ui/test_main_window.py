"""The main window: sign-in or main page, two widths, the call's stage, closing, keys."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.failure import Failure, FailureKind
from softphone.phone.registration import RegistrationState
from softphone.phone.secret import Secret
from softphone.phone.session import LINE, SessionState
from softphone.ui.main.call_keys import CallKeys
from softphone.ui.widgets.toast import Toast
from tests.fakes.phone_ports import ANY_PASSWORD, any_session, dialled, incoming, talking
from tests.ui.main_bench import MINUTE, MainBench, RememberedPlace, missed, past

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def bench(qtbot, still):
    return MainBench(qtbot)


def toast(bench):
    shown = [t for t in bench.window.findChildren(Toast) if not t.isHidden()]
    return shown[-1].text if shown else ""


# --- sign-in and main page --------------------------------------------------------------------------------------------


def test_nobody_signed_in_gets_the_sign_in_page_and_then_the_main_page(qtbot, still):
    bench = MainBench(qtbot, signed_in=False)
    remembered = []
    bench.show(last_email="alice@example.com", remember_email=remembered.append)
    assert not bench.window.signed_in
    view = bench.window.sign_in.view
    assert view.isVisible()
    assert view.account.email.text() == "alice@example.com"
    bench.window.sign_in.sign_in("alice@example.com", Secret("x"), None, True)
    assert bench.account.asked[-1][0] == "sign_in"
    assert remembered == ["alice@example.com"]
    bench.phone.handle(ev.SessionOpened(any_session()))
    assert bench.window.signed_in
    assert bench.page.isVisible()
    assert bench.box.hasFocus()
    assert bench.column.header.label.text() == "Alice Tan"
    assert bench.column.header.address.text() == "Extension 100"


def test_a_refused_sign_in_is_told_each_time_it_happens(qtbot, still):
    bench = MainBench(qtbot, signed_in=False)
    bench.show()
    told = []
    bench.window.sign_in.view.show_failure = told.append
    for _ in range(2):
        bench.window.sign_in.sign_in("alice@example.com", Secret("x"), None, False)
        bench.phone.handle(ev.SignInRefused(Failure(FailureKind.INVALID_CREDENTIALS, 401)))
    bench.window.sign_in.sign_in("alice", Secret("x"), None, False)
    kinds = [failure.kind for failure in told]
    assert kinds == [FailureKind.INVALID_CREDENTIALS, FailureKind.INVALID_CREDENTIALS, FailureKind.BAD_ADDRESS]


def test_a_service_heard_of_again_does_not_tell_the_refusal_again(qtbot, still):
    bench = MainBench(qtbot, signed_in=False)
    bench.show()
    bench.window.sign_in.sign_in("alice@example.com", Secret("x"), None, False)
    bench.phone.handle(ev.SignInRefused(Failure(FailureKind.INVALID_CREDENTIALS, 401)))
    told = []
    bench.window.sign_in.view.show_failure = told.append
    bench.phone.handle(ev.ServiceReached(None))
    assert told == []


def test_while_a_saved_account_is_looked_for_neither_page_is_made(qtbot, still):
    bench = MainBench(qtbot, signed_in=False)
    bench.phone.session.state = SessionState.STARTING
    bench.show()
    assert bench.window.page is None
    assert bench.window.sign_in is None
    bench.phone.handle(ev.NothingSaved())
    assert bench.window.sign_in.view.isVisible()


def test_signing_out_from_the_status_menu_shows_the_sign_in_page_and_forgets_what_was_typed(bench):
    bench.show()
    bench.type("pri")
    bench.click(bench.column.header.chip)
    entries = {item.text(): item for item in bench.column.header.menu.items}
    assert list(entries) == ["Sign out", "Quit"]
    bench.click(entries["Sign out"])
    assert bench.account.asked[-1] == ("sign_out",)
    assert not bench.window.signed_in
    assert bench.window.sign_in.view.isVisible()
    assert bench.column.dial.text == ""


def test_the_extension_that_was_signed_in_is_named_when_it_may_not_be_used_any_more(bench):
    bench.show()
    bench.phone.handle(ev.SignedOut(Failure(FailureKind.NO_LICENCE, 403)))
    view = bench.window.sign_in.view
    assert view.notice.title.plain_text() == "Extension 100 has no desktop licence"
    assert view.account.email.text() == any_session().email


def test_a_link_that_comes_before_the_sign_in_waits_for_it(qtbot, still):
    bench = MainBench(qtbot, signed_in=False)
    bench.show()
    bench.window.dial("tel:102")
    bench.phone.session.sign_in("alice@example.com", ANY_PASSWORD)
    bench.phone.handle(ev.SessionOpened(any_session()))
    assert bench.column.dial.text == "102"


# --- how calls stand --------------------------------------------------------------------------------------------------


def test_the_chip_follows_registration_and_calls(bench):
    bench.show()
    chip = bench.column.header.chip
    assert chip.accessibleName() == "Status: Available, menu"
    talking(bench.phone, "a", "102")
    assert chip.text() == "On a call"
    bench.ends("a")
    bench.loses_registration()
    assert chip.text() == "Reconnecting"
    bench.loses_registration(FailureKind.FORBIDDEN, retry_in=None)
    assert chip.text() == "Offline"
    bench.registers()
    assert chip.text() == "Available"


def test_the_status_menu_gives_the_reason_and_tries_now(bench):
    bench.show()
    bench.loses_registration(FailureKind.NOT_TRUSTED)
    bench.click(bench.column.header.chip)
    menu = bench.column.header.menu
    entries = {item.text(): item for item in menu.items}
    bench.click(entries["Try now"])
    assert bench.user_agent.of(cmd.RefreshRegistration)


def test_the_offline_banner_counts_down_and_tries_now(bench, qtbot):
    bench.show()
    banner = bench.column.banner
    assert not banner.isVisible()
    bench.loses_registration(retry_in=8.0)
    assert banner.shown.text == "Calls can't reach this computer. Next try in 8 s."
    bench.clock.pass_(3)
    qtbot.waitUntil(lambda: banner.shown.text.endswith("in 5 s."), timeout=3000)
    bench.click(banner.banner.button)
    assert bench.user_agent.of(cmd.RefreshRegistration)
    bench.phone.handle(ev.RegistrationChanged(LINE, RegistrationState.REGISTERING))
    assert banner.isVisible(), "it does not flicker while a try is under way"
    bench.registers()
    assert not banner.isVisible()
    assert not banner._second.isActive()


def test_without_a_keychain_the_banner_says_for_this_run_only_until_it_is_read(bench):
    bench.phone.handle(ev.KeychainFailed(Failure(FailureKind.NO_KEYCHAIN)))
    bench.show()
    banner = bench.column.banner
    assert banner.shown.title == "Signed in for this run only"
    bench.click(banner.banner.button)
    assert not banner.isVisible()


def test_the_demo_says_so(bench):
    bench.show(demo=True)
    assert bench.column.banner.shown.title == "Demo"
    assert bench.column.header._demo.isVisible()


def test_a_failure_that_belongs_to_no_call_is_a_note(bench):
    bench.show()
    bench.phone.handle(ev.StoreFailed("history", Failure(FailureKind.DISK_FULL)))
    assert toast(bench) == "The disk is full, so your calls and choices aren't being saved."


# --- the call's stage -------------------------------------------------------------------------------------------------


def test_compact_a_call_takes_the_page_and_leaving_it_shows_the_bar(bench):
    bench.show()
    assert bench.page.stage is None, "built by the first call"
    talking(bench.phone, "a", "102")
    assert bench.page.stage.isVisible()
    assert not bench.column.isVisible()
    bench.clock.pass_(252)
    bench.page.stage.back.emit()
    assert bench.column.isVisible()
    assert not bench.page.stage.isVisible()
    bar = bench.column.bar
    assert bar.isVisible()
    assert bar.text == ("102", "4:12 · Back to the call")
    bench.click(bar.mute)
    assert bench.phone.calls.get("a").muted
    bench.click(bar, bar.rect().center())
    assert bench.page.stage.isVisible()
    assert not bar.isVisible()


def test_the_bar_ends_the_call(bench):
    bench.show()
    talking(bench.phone, "a", "102")
    bench.page.leave_call()
    bench.click(bench.column.bar.end)
    assert bench.user_agent.of(cmd.HangUp)
    bench.ends("a")
    assert not bench.column.bar.isVisible()
    assert bench.column.isVisible()
    assert bench.phone.calls.get("a") is None, "nobody looks at its card"


def test_the_bar_says_when_the_call_is_on_hold(bench):
    bench.show()
    talking(bench.phone, "a", "102")
    bench.page.leave_call()
    bench.phone.calls.hold("a")
    assert bench.column.bar.text[1] == "On hold 0:00 · Back to the call"


def test_a_left_call_that_fails_brings_its_reason_back(bench):
    bench.show()
    dialled(bench.phone, "102")
    bench.page.leave_call()
    assert bench.column.bar.text[1] == "Calling… · Back to the call"
    bench.ends(bench.phone.calls.active.id, 486)
    assert bench.page.stage.isVisible()


def test_a_new_call_comes_to_the_front_of_a_left_one(bench):
    bench.show()
    talking(bench.phone, "a", "102")
    bench.page.leave_call()
    incoming(bench.phone, "b", "104")
    assert bench.column.isVisible(), "ringing is the incoming window's matter"
    bench.phone.calls.answer("b")
    assert bench.page.stage.isVisible()


def test_after_the_last_call_the_list_is_back_with_the_focus_in_the_box(bench):
    bench.show()
    talking(bench.phone, "a", "102")
    bench.ends("a")
    assert bench.page.stage.isVisible(), "its ended card"
    bench.phone.calls.forget_ended("a")
    assert bench.column.isVisible()
    assert bench.box.hasFocus()


def test_add_call_goes_to_the_box(bench):
    bench.show()
    talking(bench.phone, "a", "102")
    bench.page.stage._add_call()
    assert bench.box.isVisible()
    assert bench.box.hasFocus()
    bench.type("104")
    bench.press(Qt.Key.Key_Return)
    assert bench.user_agent.of(cmd.MakeCall)[-1].target == "104"
    assert bench.page.stage.isVisible()


# --- two panes --------------------------------------------------------------------------------------------------------


def test_from_760_wide_there_are_two_panes(bench):
    bench.knows(past("1", "102", MINUTE))
    bench.show(760)
    assert bench.page.wide
    assert bench.page.rail.isVisible()
    assert not bench.page.bar.isVisible()
    assert 300 <= bench.column.width() <= 420
    assert bench.page._nothing.isVisible()
    bench.window.resize(700, 680)
    assert not bench.page.wide
    assert bench.page.bar.isVisible()
    assert not bench.page.pane.isVisible()
    bench.qtbot.waitUntil(lambda: bench.column.width() == 700)


def test_beside_the_list_stands_the_person_of_the_chosen_call(bench):
    bench.knows(past("1", "102", MINUTE), missed("2", "102", 5 * MINUTE), past("3", "+6567890123", 9 * MINUTE))
    bench.show(960)
    bench.click(bench.list.viewport(), bench.middle_of("Priya Nair"))
    person = bench.page.person
    assert person.isVisible()
    assert person.name.text() == "Priya Nair"
    assert person.call.text() == "Call 102"
    bench.click(person.call)
    assert bench.user_agent.of(cmd.MakeCall)[-1].target == "102"
    assert bench.page.stage.isVisible(), "the call takes the person's place"
    assert bench.column.isVisible()
    call = bench.phone.calls.active
    bench.ends(call.id)
    bench.phone.calls.forget_ended(call.id)
    assert person.isVisible()


def test_a_click_below_the_last_row_marks_no_row(bench):
    bench.knows(past("1", "102", MINUTE))
    bench.show(960)
    below = bench.list.viewport().rect().bottomLeft() + QPoint(40, -10)
    bench.click(bench.list.viewport(), below)
    assert bench.list.hasFocus()
    assert not bench.list.selectionModel().hasSelection()


def test_an_unknown_number_can_be_copied_and_called_from_its_page(bench):
    bench.knows(past("3", "+6567890123", 9 * MINUTE))
    bench.show(960)
    bench.click(bench.list.viewport(), bench.middle_of("+65 6789 0123"))
    row = bench.page.person.numbers._rows[0][0]
    bench.click(row.copy)
    assert toast(bench) == "Number copied"
    bench.click(row.call)
    assert bench.user_agent.of(cmd.MakeCall)[-1].target == "+6567890123"


def test_choosing_a_row_during_a_call_leaves_the_call_in_its_pane(bench):
    bench.knows(past("1", "102", MINUTE), past("2", "104", 2 * MINUTE))
    bench.show(960)
    talking(bench.phone, "a", "102")
    bench.click(bench.list.viewport(), bench.middle_of("Daniel Okafor"))
    assert bench.page.stage.isVisible()


def test_the_stage_moves_between_pane_and_page_with_the_width(bench):
    bench.show(960)
    talking(bench.phone, "a", "102")
    assert bench.page.stage.isVisible()
    assert bench.column.isVisible()
    bench.window.resize(400, 680)
    assert bench.page.stage.isVisible()
    assert not bench.column.isVisible()
    bench.window.resize(960, 680)
    assert bench.page.stage.isVisible()
    assert bench.column.isVisible()
    assert bench.page.pane.isAncestorOf(bench.page.stage)


def test_the_audio_menu_of_a_call_leads_to_the_settings_of_sound(bench):
    bench.show(960)
    talking(bench.phone, "a", "102")
    pages = []
    bench.window.settings_wanted.connect(pages.append)
    bench.page.show_audio()
    assert pages == ["audio"]
    assert bench.page.stage.isVisible()


# --- closing, quitting, place -----------------------------------------------------------------------------------------


def test_closing_hides_to_the_tray(bench):
    bench.show(has_tray=lambda: True)
    bench.window.close()
    assert not bench.window.isVisible()
    assert bench.asked == ["close"]
    bench.window.bring_up()
    assert bench.window.isVisible()


def test_the_first_time_closing_says_where_the_window_goes(bench, qtbot):
    told = []
    bench.show(has_tray=lambda: True, told_about_tray=False, on_told_about_tray=lambda: told.append(True))
    bench.window._hide_soon.setInterval(50)
    bench.window.close()
    assert bench.window.isVisible()
    assert toast(bench) == "Softphone keeps running, so calls still reach you. Find it in the tray."
    qtbot.waitUntil(lambda: not bench.window.isVisible())
    assert told == [True]
    bench.window.bring_up()
    bench.window.close()
    assert not bench.window.isVisible()


def test_without_a_tray_closing_minimises(bench):
    bench.show(has_tray=lambda: False)
    bench.window.close()
    assert bench.window.isMinimized()
    assert bench.asked == []


def test_quitting_in_a_call_asks_without_ending_it(bench):
    bench.show()
    talking(bench.phone, "a", "102")
    bench.press(Qt.Key.Key_Q, CTRL, bench.window)
    sheet = bench.window._quit_sheet
    assert sheet.isVisible()
    bench.click(sheet.stay)
    assert not sheet.isVisible()
    assert bench.asked == []
    bench.window.ask_to_quit()
    bench.click(sheet.leave_button)
    assert bench.asked == ["quit"]


def test_quitting_without_a_call_does_not_ask(bench):
    bench.show()
    bench.press(Qt.Key.Key_Q, CTRL)
    assert bench.asked == ["quit"]


def test_size_and_list_width_are_kept(qtbot, still):
    place = RememberedPlace()
    first = MainBench(qtbot)
    first.show(780, 600, place=place)
    first.page.set_list_width(380)
    first.window.leave()
    second = MainBench(qtbot)
    window = second.window = _again(second, place)
    assert (window.width(), window.height()) == (780, 600)
    window.show()
    assert second.page.list_width == 380


def _again(bench, place):
    """Without asking for a size of its own."""
    from softphone.ui.main.main_window import MainWindow
    from softphone.ui.stage.call_stage import CallStage

    window = MainWindow(bench.phone, stage_factory=lambda **asks: CallStage(bench.phone, **asks), place=place)
    bench.qtbot.addWidget(window, before_close_func=lambda w: w.leave())
    return window


@pytest.mark.parametrize("place", [b"", b"\x00", b"nonsense", b"\xff" * 80])
def test_a_place_that_makes_no_sense_gives_the_default_size(qtbot, still, place):
    bench = MainBench(qtbot)
    window = _again(bench, RememberedPlace(place))
    assert (window.width(), window.height()) == (380, 680)


# --- keys -------------------------------------------------------------------------------------------------------------


def test_keys_answer_hold_mute_swap_and_end(bench):
    bench.show()
    phone, calls = bench.phone, bench.phone.calls
    incoming(phone, "a", "102")
    bench.press(Qt.Key.Key_Return, CTRL)
    phone.handle(ev.CallConfirmed("a"))
    phone.handle(ev.MediaChanged("a", True, "G722", 16000))
    window = bench.window
    bench.press(Qt.Key.Key_M, CTRL, window)
    assert calls.get("a").muted
    bench.press(Qt.Key.Key_H, CTRL, window)
    assert calls.get("a").held_local
    phone.handle(ev.HoldChanged("a", True, False))
    bench.press(Qt.Key.Key_H, CTRL, window)
    phone.handle(ev.HoldChanged("a", False, False))
    assert not calls.get("a").held_local
    incoming(phone, "b", "104")
    bench.press(Qt.Key.Key_Return, CTRL, window)
    phone.handle(ev.HoldChanged("a", True, False))
    phone.handle(ev.CallConfirmed("b"))
    assert calls.active.id == "b"
    bench.press(Qt.Key.Key_L, CTRL, window)
    phone.handle(ev.HoldChanged("b", True, False))
    phone.handle(ev.HoldChanged("a", False, False))
    assert calls.active.id == "a"
    bench.press(Qt.Key.Key_E, CTRL, window)
    assert bench.user_agent.of(cmd.HangUp)[-1].call_id == "a"


def test_ctrl_e_declines_what_rings_and_leaves_the_call_alone(bench):
    bench.show()
    talking(bench.phone, "a", "102")
    incoming(bench.phone, "b", "104")
    bench.press(Qt.Key.Key_E, CTRL, bench.window)
    assert bench.user_agent.of(cmd.Refuse)[-1].call_id == "b"
    assert not bench.user_agent.of(cmd.HangUp)


@pytest.mark.parametrize("key", [Qt.Key.Key_K, Qt.Key.Key_E, Qt.Key.Key_H, Qt.Key.Key_M, Qt.Key.Key_D, Qt.Key.Key_L])
def test_a_text_field_does_not_swallow_the_keys(bench, key):
    window = bench.show()
    fired = []
    bench.window.keys.mute = bench.window.keys.hold = bench.window.keys.swap = lambda: fired.append(1)
    bench.column.dial.set("102")
    bench.box.setFocus()
    bench.box.setCursorPosition(1)
    bench.press(key, CTRL, bench.box)
    assert bench.box.text() == "102"
    assert window.isVisible()


def test_the_same_keys_work_in_any_other_window(bench, qtbot):
    bench.show()
    other = QLineEdit()
    qtbot.addWidget(other)
    CallKeys(bench.phone).bind_to(other)
    incoming(bench.phone, "a", "102")
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    bench.press(Qt.Key.Key_Return, CTRL, other)
    assert bench.user_agent.of(cmd.Answer)


def test_ctrl_d_opens_the_keypad_of_the_call(bench):
    bench.show()
    talking(bench.phone, "a", "102")
    bench.page.leave_call()
    bench.press(Qt.Key.Key_D, CTRL, bench.window)
    assert bench.page.stage.isVisible()
    assert bench.page.stage.dial_page.isVisible()


def test_pages_by_key_and_by_the_bar(bench):
    bench.show()
    bench.press(Qt.Key.Key_3, CTRL)
    assert bench.column.keypad.isVisible()
    bench.press(Qt.Key.Key_1, CTRL)
    assert bench.column.calls.isVisible()
    pages = []
    bench.window.settings_wanted.connect(pages.append)
    bench.click(bench.page.bar.item("settings"))
    bench.press(Qt.Key.Key_Comma, CTRL)
    assert pages == ["", ""]
    assert bench.page.bar.item("calls").isChecked()
    bench.click(bench.page.bar.item("calls"))
    assert bench.column.calls.isVisible()
    bench.press(Qt.Key.Key_W, CTRL)
    assert bench.window.isMinimized()


def test_f6_goes_between_the_list_and_what_is_beside_it(bench):
    bench.knows(past("1", "102", MINUTE))
    bench.show(960)
    bench.click(bench.list.viewport(), bench.middle_of("Priya Nair"))
    bench.column.box.focus(select=False)
    bench.press(Qt.Key.Key_F6)
    assert bench.page.pane.isAncestorOf(bench.window.focusWidget())
    bench.press(Qt.Key.Key_F6)
    assert bench.box.hasFocus()


def test_arrows_move_inside_the_bar_and_tab_stops_there_once(bench):
    bench.show()
    calls, keypad = bench.page.bar.item("calls"), bench.page.bar.item("keypad")
    calls.setFocus()
    bench.press(Qt.Key.Key_Right, widget=calls)
    assert keypad.hasFocus()
    bench.press(Qt.Key.Key_Return, widget=keypad)
    assert bench.page.page == "keypad"


def test_missed_calls_are_shown_from_outside(bench):
    bench.knows(past("1", "102", MINUTE), missed("2", "104", 2 * MINUTE))
    bench.show()
    bench.page.show_page("keypad")
    bench.window.show_missed()
    assert bench.rows == ["Today", "Daniel Okafor"]
