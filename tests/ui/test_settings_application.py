"""The pages about the program itself: every choice acts at once and is kept; keys are changed by pressing others."""

from datetime import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence

from softphone.phone import events as ev
from softphone.phone.history import HistoryEntry, Outcome
from softphone.phone.party import Party
from softphone.phone.session import LINE
from softphone.this_computer import system_details
from softphone.ui.choices import Choices, KeptForThisRun
from softphone.ui.notices import Notices
from softphone.ui.shortcuts import ACTIONS, may_be_chosen, parts, portable, shortcuts
from softphone.ui.text import clock, set_twelve_hours
from softphone.ui.widgets.banner import Banner
from tests.fakes.phone_ports import incoming, make_phone
from tests.ui.main_bench import MainBench
from tests.ui.settings_bench import SettingsBench

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def as_at_the_start(look):
    yield
    shortcuts().reset()
    set_twelve_hours(False)
    look.set_reduced_motion(False)


@pytest.fixture
def bench(qtbot, still):
    return SettingsBench(qtbot, services={"details": lambda: "Qt 6", "log_folder": "/nowhere"})


def opened(bench, page):
    bench.window.open(page)
    bench.settle()
    return bench


# --- appearance -------------------------------------------------------------------------------------------------------


def test_a_theme_is_chosen_by_its_tile_and_with_the_arrows(bench, look):
    opened(bench, "appearance")
    tiles = bench.row("theme").editor.tiles
    bench.click(tiles["dark"])
    assert look.mode == "dark"
    assert bench.choices.get("theme") == "dark"
    bench.settle()
    bench.keys(tiles["dark"], Qt.Key.Key_Left)
    assert look.mode == "light"


def test_the_text_grows_when_the_slider_is_let_go(bench, look):
    opened(bench, "appearance")
    slider = bench.row("text_size").editor.slider
    bench.keys(slider, Qt.Key.Key_End)
    assert look.text_scale == 1.3
    assert bench.choices.get("text_size") == 130
    bench.keys(slider, Qt.Key.Key_Home)
    assert look.text_scale == 0.9


def test_the_clock_and_motion_follow(bench, look):
    opened(bench, "appearance")
    bench.row("twelve_hours").editor.chosen.emit(True)
    assert clock(datetime(2026, 11, 22, 14, 5)) == "2:05 pm"
    assert clock(datetime(2026, 11, 22, 0, 5)) == "12:05 am"
    bench.row("motion").editor.chosen.emit("full")
    assert not look.reduced_motion
    bench.row("motion").editor.chosen.emit("reduced")
    assert look.reduced_motion


def test_closing_the_window_quits_where_that_was_chosen(qtbot, still):
    choices = Choices()
    bench = MainBench(qtbot)
    bench.show(has_tray=lambda: True, keep_running=lambda: choices.is_on("keep_running"))
    choices.set("keep_running", False)
    bench.window.close()
    assert bench.asked == ["quit"]


def test_choices_of_the_last_run_act_at_the_start(look):
    kept = KeptForThisRun()
    for name, value in (("text_size", 115), ("theme", "dark"), ("shortcuts", {"mute": "Ctrl+Alt+M", "gone": "F9"})):
        kept.keep(name, value)
    Choices(kept).apply()
    assert (look.text_scale, look.mode) == (1.15, "dark")
    assert shortcuts().keys("mute") == "Ctrl+Alt+M"


# --- notifications ----------------------------------------------------------------------------------------------------


class Told:
    def __init__(self, **choices):
        self.phone, *_ = make_phone()
        self.choices = Choices()
        for name, value in choices.items():
            self.choices.set(name, value)
        self.heard = []
        self.notices = Notices(
            self.phone, self.choices, tell=lambda *words: self.heard.append(words),
            show_missed=lambda entry: self.heard.append(entry.id), show_call=lambda: self.heard.append("window"),
            remind_ms=0,
        )  # fmt: skip


def test_new_voicemail_is_told_once_and_less_of_it_is_not(qtbot):
    told = Told()
    told.phone.handle(ev.MessageWaiting(LINE, new=1))
    told.phone.handle(ev.MessageWaiting(LINE, new=1))
    told.phone.handle(ev.MessageWaiting(LINE, new=0))
    assert told.heard == [("New voicemail", "You have 1 new message.")]
    told.choices.set("tell_voicemail", False)
    told.phone.handle(ev.MessageWaiting(LINE, new=2))
    assert len(told.heard) == 1


@pytest.mark.parametrize("raises", [True, False])
def test_answering_brings_the_window_to_the_front_where_that_was_chosen(qtbot, raises):
    told = Told(raise_on_answer=raises)
    call = incoming(told.phone)
    told.phone.calls.answer(call.id)
    told.phone.handle(ev.CallAnswered(call.id))
    told.phone.handle(ev.CallConfirmed(call.id))
    told.phone.calls.set_muted(call.id, True)
    assert told.heard == (["window"] if raises else [])


@pytest.mark.parametrize(("wanted", "seen"), [(True, False), (True, True), (False, False)])
def test_a_missed_call_is_told_again_unless_it_was_looked_at(qtbot, wanted, seen):
    told = Told(remind_missed=wanted)
    entry = HistoryEntry("h1", False, Party("102"), told.phone.now(), Outcome.MISSED, seen=seen)
    told.phone.handle(ev.HistoryLoaded((entry,)))
    told.notices._call_missed(entry)
    assert told.notices._remind.isActive()
    qtbot.waitUntil(lambda: not told.notices._remind.isActive())
    assert told.heard == (["h1"] if wanted and not seen else [])


def test_every_notice_has_its_switch_and_keeps_it(bench):
    opened(bench, "notifications")
    for name in ("raise_on_answer", "tell_missed", "names_in_notices", "remind_missed"):
        before = bench.choices.is_on(name)
        bench.click(bench.row(name).editor.switch)
        assert bench.choices.is_on(name) is not before
    bench.row("incoming_place").editor.chosen.emit("primary")
    assert bench.choices.get("incoming_place") == "primary"


# --- shortcuts --------------------------------------------------------------------------------------------------------


def press(bench, name, key, modifier=CTRL):
    """New keys for an action."""
    editor = bench.row(f"keys_{name}").editor
    bench.click(editor.button)
    bench.qtbot.keyClick(editor.field, key, modifier)
    bench.settle()
    return editor


def conflict(bench):
    return next((one for one in bench.window.view.findChildren(Banner) if one.isVisible()), None)


def test_new_keys_act_in_the_main_window_at_once(bench, qtbot):
    opened(bench, "shortcuts")
    press(bench, "keypad", Qt.Key.Key_9)
    assert shortcuts().keys("keypad") == "Ctrl+9"
    assert bench.choices.get("shortcuts") == {"keypad": "Ctrl+9"}
    main = MainBench(qtbot)
    main.show()
    main.press(Qt.Key.Key_3, CTRL)
    assert main.page.page == "calls"
    main.press(Qt.Key.Key_9, CTRL)
    assert main.page.page == "keypad"
    shortcuts().choose("keypad", "Ctrl+8")
    main.press(Qt.Key.Key_1, CTRL)
    main.press(Qt.Key.Key_8, CTRL)
    assert main.page.page == "keypad"


def test_keys_that_are_taken_are_asked_about_and_can_be_moved(bench):
    opened(bench, "shortcuts")
    press(bench, "hold", Qt.Key.Key_K)
    assert shortcuts().keys("hold") == "Ctrl+H"
    banner = conflict(bench)
    assert banner.accessibleName() == (
        "Ctrl K is already used for Find or dial. Press other keys, or use it here instead."
    )
    bench.click(banner.button)
    assert (shortcuts().keys("hold"), shortcuts().keys("find")) == ("Ctrl+K", "")
    bench.settle()
    assert conflict(bench) is None
    assert bench.row("keys_find").editor.button.accessibleDescription() == "No keys"


def test_esc_keeps_the_keys_and_tab_cannot_be_chosen(bench):
    opened(bench, "shortcuts")
    editor = press(bench, "mute", Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    assert not editor.editing
    editor = press(bench, "mute", Qt.Key.Key_M, Qt.KeyboardModifier.NoModifier)
    assert editor.editing
    assert "Hold Ctrl or Alt" in bench.row("keys_mute").fault.text
    bench.click(editor.button)
    assert not editor.editing
    assert shortcuts().keys("mute") == "Ctrl+M"


def test_keys_can_be_taken_away_and_the_usual_ones_come_back(bench):
    opened(bench, "shortcuts")
    press(bench, "swap", Qt.Key.Key_Backspace, Qt.KeyboardModifier.NoModifier)
    assert shortcuts().keys("swap") == ""
    reset = next(one for one in bench.window.view.findChildren(type(bench.row("keys_swap").editor.button).__base__)
                 if one.isVisible() and getattr(one, "text", str)() == "Back to the usual keys")  # fmt: skip
    bench.click(reset)
    assert shortcuts().keys("swap") == "Ctrl+L"
    assert bench.choices.get("shortcuts") == {}


@pytest.mark.parametrize(
    ("keys", "may"),
    [("Ctrl+J", True), ("Alt+J", True), ("F9", True), ("J", False), ("Shift+J", False), ("Ctrl+Tab", False),
     ("Ctrl+Esc", False), ("Ctrl+F", False), ("Ctrl+Z", False), ("Ctrl+Q", False)],
)  # fmt: skip
def test_which_keys_may_be_chosen(qapp, keys, may):
    assert may_be_chosen(QKeySequence(keys)) is may


def test_no_two_actions_start_with_the_same_keys(qapp):
    assert len({action.keys for action in ACTIONS}) == len(ACTIONS)
    assert all(portable(QKeySequence(action.keys)) == action.keys for action in ACTIONS)


def test_keys_are_named_as_caps(qapp):
    assert parts("Ctrl+Shift+D") == ["Ctrl", "Shift", "D"]
    assert parts("Ctrl+Return") == ["Ctrl", "Enter"]
    assert parts("Ctrl++") == ["Ctrl", "+"]


# --- about ------------------------------------------------------------------------------------------------------------


def test_system_details_are_copied_and_a_folder_that_cannot_be_opened_is_named(bench, monkeypatch):
    opened(bench, "about")
    bench.click(bench.row("details").editor.button)
    assert QGuiApplication.clipboard().text() == "Qt 6"
    asked = []
    monkeypatch.setattr("PySide6.QtGui.QDesktopServices.openUrl", lambda url: asked.append(url.toLocalFile()) or False)
    bench.click(bench.row("log_folder").editor.button)
    assert asked == ["/nowhere"]


def test_system_details_name_nobody(qapp):
    phone, *_ = make_phone()
    talked_to = incoming(phone)
    details = system_details("1.0", phone)
    assert details.startswith("Softphone: 1.0\nSystem: ")
    assert "Registration: registered" in details
    for private in ("alice", "Alice", "example.com", "100-d1", "sip secret", talked_to.remote.user):
        assert private not in details
