"""The settings window: rows drawn from declarations, how a change stands, search, undo, keys."""

import subprocess
import sys
from datetime import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

from softphone.extension.document import Fault
from softphone.phone import events as ev
from softphone.phone.failure import Failure, FailureKind, SettingAuthor
from softphone.ui.settings.pages import all_pages
from softphone.ui.settings.search import find, marked
from softphone.ui.settings.setting import Footnote
from softphone.ui.settings.settings_window import MOST_PAGES
from softphone.ui.text import clock
from softphone.ui.widgets.toast import Toast
from tests.ui.settings_bench import SettingsBench


def later(bench, seconds):
    return datetime.fromtimestamp(bench.clock.time + seconds).astimezone().isoformat(timespec="seconds")


@pytest.fixture
def bench(qtbot, still):
    return SettingsBench(qtbot, page="call_waiting")


def test_a_click_anywhere_on_a_switch_s_row_saves_it_at_once(bench):
    row = bench.row("call_waiting")
    bench.click(row)
    assert bench.saves == [{"call_waiting": False}]
    assert not row.editor.switch.isChecked()


def test_a_save_that_takes_long_shows_saving_then_saved_then_nothing(bench, qtbot):
    row = bench.row("call_waiting")
    bench.click(row)
    bench.settle()
    assert row.mark.mark == "", "a quick save is not shown as saving"
    qtbot.waitUntil(lambda: row.mark.mark == "saving", timeout=2000)
    bench.service_saves()
    assert row.mark.mark == "saved"
    assert bench.window.view.mark.mark == "saved"
    qtbot.waitUntil(lambda: row.mark.mark == "", timeout=4000)


def test_a_refused_change_keeps_its_value_and_says_why_with_retry_and_undo(bench):
    row = bench.row("call_waiting")
    bench.click(row)
    bench.service_refuses(Failure(FailureKind.SERVER, 500))
    assert row.below.refused.text == "Not saved. The server didn't answer."
    assert not row.editor.switch.isChecked(), "the row stays on the new value"
    bench.click(row.below.refused.retry_button)
    assert bench.saves == [{"call_waiting": False}] * 2
    bench.service_refuses(Failure(FailureKind.SERVER, 500))
    bench.click(row.below.refused.undo_button)
    bench.settle()
    assert row.editor.switch.isChecked()
    assert row.below.refused.isHidden()


def test_the_service_s_own_sentence_is_the_reason(bench):
    row = bench.row("call_waiting")
    bench.click(row)
    fault = Fault("/call_waiting", "busy", "Your plan has no call waiting.")
    bench.service_refuses(Failure(FailureKind.INVALID, 422, faults=(fault,)))
    assert row.below.refused.text == "Not saved. Your plan has no call waiting."


def test_without_the_service_a_change_waits_and_says_so(bench):
    row = bench.row("call_waiting")
    bench.click(row)
    bench.service_refuses(Failure(FailureKind.NO_NETWORK))
    assert row.mark.text == "Will save when online"
    assert not row.editor.switch.isChecked()


def test_a_change_made_elsewhere_is_shown_and_marked(bench):
    row = bench.row("call_waiting")
    bench.somebody_changes(call_waiting=False)
    assert not row.editor.switch.isChecked()
    assert row.mark.text == "Updated"


def test_another_version_without_the_same_setting_is_no_conflict(bench):
    row = bench.row("call_waiting")
    bench.click(row)
    bench.service_refuses(Failure(FailureKind.CONFLICT, 412))
    assert bench.saves == [{"call_waiting": False}]
    bench.somebody_changes(label="Mei")
    assert bench.saves == [{"call_waiting": False}] * 2, "nobody changed the same setting: it is sent again"


def test_a_locked_switch_says_who_set_it(qtbot, still):
    bench = SettingsBench(qtbot, page="call_waiting", locked=["/call_waiting"])
    row = bench.row("call_waiting")
    assert row.mark.text == "Set by your administrator"
    assert not row.editor.switch.isEnabled()
    bench.click(row)
    assert bench.saves == []


def test_a_setting_for_normal_extensions_says_so_to_others(qtbot, still):
    bench = SettingsBench(qtbot, page="call_waiting", type="contact_center", primary_device="desktop")
    row = bench.row("call_waiting")
    assert not row.editor.switch.isEnabled()
    assert row._help.plain_text() == "Only for Normal extensions. Yours is a Contact Center extension."


def test_a_toast_offers_undo_and_ctrl_z_does_it(bench):
    bench.click(bench.row("call_waiting"))
    bench.service_saves()
    assert bench.window.findChild(Toast).text == "Call waiting is off"
    bench.qtbot.keyClick(bench.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert bench.saves[-1] == {"call_waiting": True}


def test_the_line_on_top_tells_of_the_next_call(bench):
    assert bench.window.next_call.text == (
        "The next call rings this computer and your IP phone for 20 s, then goes to voicemail."
    )
    bench.somebody_changes(dnd={"enabled": True, "until": None})
    assert bench.window.next_call.text == "The next call is refused: Do not disturb is on."


def test_the_search_finds_by_label_help_and_other_words_and_opens_the_row(bench):
    bench.window.focus_search()
    bench.qtbot.keyClicks(bench.window.search.edit, "knock")
    results = bench.window.results
    assert [result.found.setting.name for result in results.results] == ["call_waiting"]
    bench.keys(bench.window.search.edit, Qt.Key.Key_Return)
    assert bench.window.view.page.name == "call_waiting"
    assert bench.window.search.edit.text() == ""


def test_a_search_without_a_find_says_so(bench):
    bench.qtbot.keyClicks(bench.window.search.edit, "zebra")
    assert bench.window.results.count_text == 'No setting for "zebra". Try another word.'


def test_a_narrow_window_shows_the_list_first_then_the_page_with_back(qtbot, still):
    bench = SettingsBench(qtbot, size=(660, 500))
    window = bench.window
    assert window.sidebar.isVisible()
    assert window.view is None or not window.view.isVisible()
    bench.click(window.sidebar.items["call_waiting"])
    assert window.view.isVisible()
    assert not window.sidebar.isVisible()
    bench.click(window.view.back_button)
    assert window.sidebar.isVisible()
    assert not window.view.isVisible()


def conflict_over_the_label(bench):
    """Both have changed it; the service knows who the other one is."""
    bench.window.open("my_extension")
    row = bench.row("label")
    row.editor.edit.setText("Mei T.")
    row.editor.decide()
    author = SettingAuthor("/label", "Dana Lim", bench.clock.time)
    bench.phone.handle(ev.SettingsRefused(Failure(FailureKind.CONFLICT, 412, authors=(author,))))
    bench.somebody_changes(label="Mei Tan-Lim")
    return row


def test_a_conflict_says_who_changed_what_and_nothing_is_overwritten(bench):
    row = conflict_over_the_label(bench)
    time = clock(datetime.fromtimestamp(bench.clock.time).astimezone())
    assert row.below.conflict.text == f"Dana Lim changed Label at {time}, while you were editing."
    assert row.below.conflict.values == ("Mei T.", "Mei Tan-Lim")
    assert len(bench.saves) == 1


def test_keep_mine_saves_it_over_theirs(bench):
    row = conflict_over_the_label(bench)
    bench.click(row.below.conflict.first_button)
    assert bench.saves == [{"label": "Mei T."}] * 2
    bench.service_saves()
    assert row.below.conflict.isHidden()


def test_use_theirs_shows_theirs(bench):
    row = conflict_over_the_label(bench)
    bench.click(row.below.conflict.second_button)
    bench.settle()
    assert row.editor.edit.text() == "Mei Tan-Lim"
    assert len(bench.saves) == 1


def test_every_link_and_every_name_leads_somewhere():
    pages = {page.name: {setting.name for setting in page.settings} for page in all_pages()}
    assert len(pages) == len(all_pages()), "page names are unique"
    links = [part.to for page in all_pages() for part in page.parts if isinstance(part, Footnote) and part.link]
    for page, setting in links:
        assert page in pages, f"there is no page {page}"
        assert not setting or setting in pages[page], f"{page} has no setting {setting}"
    names = [setting.name for page in all_pages() for setting in page.settings]
    assert len(names) == len(set(names)), "setting names are unique"


def test_every_shown_control_has_a_name_for_screen_readers(qtbot, still):
    bench = SettingsBench(qtbot)
    for page in bench.window.shown_pages():
        bench.window.open(page.name)
        for row in bench.window.view.rows.values():
            for control in row.editor.controls():
                if control.isVisible():
                    told = QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name)
                    assert told, f"{page.name}: {row.setting.name} has a control without a name"


def test_every_page_can_be_walked_through_with_tab(qtbot, still):
    bench = SettingsBench(qtbot, page="devices_ringing")
    wanted = {row.switch for row in bench.row("ring_devices").editor.rows.values() if row.switch.isEnabled()}
    met, widget = set(), bench.window.nextInFocusChain()
    while widget is not bench.window:
        if widget in wanted and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            met.add(widget)
        widget = widget.nextInFocusChain()
    assert met == wanted


@pytest.mark.parametrize("scale", [1.0, 1.3])
def test_no_page_is_wider_than_its_window_in_the_smallest_size(qtbot, still, scale):
    still.set_text_scale(scale)
    bench = SettingsBench(qtbot, size=(640, 480))
    for page in bench.window.shown_pages():
        bench.window.open(page.name)
        bench.window.repaint()
        view = bench.window.view
        assert view.widget().minimumSizeHint().width() <= view.viewport().width(), page.name


def test_a_search_finds_words_by_their_beginning_and_only_then_anywhere(bench):
    pages = bench.window.shown_pages()
    names = [setting.name for page in pages for setting in page.settings]
    found = [one.setting.label for one in find(pages, names, "ring")]
    assert found[0].startswith("Ring")
    assert not any("bring" in label.lower() for label in found)
    assert "call_waiting" in [one.setting.name for one in find(pages, names, "ECOND")], "nothing begins so"
    assert find(pages, names, "second tone knock")[0].setting.name == "call_waiting", "words from anywhere"


@pytest.mark.parametrize(("typed", "name"), [
    ("until I turn it off", "dnd"), ("one of my numbers", "caller_id"), ("24-hour", "twelve_hours"),
    ("caller's number", "transfer_external"),
])  # fmt: skip
def test_a_search_finds_a_setting_by_the_words_of_its_choices(bench, typed, name):
    bench.window.search.edit.setText(typed)
    assert name in [result.found.setting.name for result in bench.window.results.results]


def test_what_was_searched_for_is_marked_where_words_begin():
    assert marked("Bring the ring", ["ring"]) == [("Bring the ", False), ("ring", True)]
    assert marked("During", ["ring"]) == [("Du", False), ("ring", True)]


def test_few_pages_are_kept_alive(bench):
    for page in bench.window.shown_pages():
        bench.window.open(page.name)
    assert len(bench.window.views) == MOST_PAGES
    bench.window.open("call_waiting")
    assert bench.row("call_waiting").isVisible()


def test_ctrl_f_and_arrows_and_enter_lead_to_a_setting_without_a_mouse(bench):
    bench.window.activateWindow()
    bench.qtbot.keyClick(bench.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    edit = bench.window.search.edit
    bench.qtbot.keyClicks(edit, "ring dev")
    bench.keys(edit, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return)
    assert bench.window.view.page.name == "devices_ringing"
    row = bench.row("ring_devices")
    bench.qtbot.waitUntil(lambda: row._flash.state() is row._flash.State.Running, timeout=2000)


def test_what_stands_off_the_clock_follows_it_without_anyone_asking(bench):
    bench.somebody_changes(dnd={"enabled": True, "until": later(bench, 120)})
    assert bench.window.sidebar.items["do_not_disturb"].value == "2 min"
    bench.clock.pass_(60)
    bench.window.context._minute.timeout.emit()
    assert bench.window.sidebar.items["do_not_disturb"].value == "1 min"


def test_a_hidden_window_listens_to_nothing(bench):
    bench.window.hide()
    bench.window.context.listen(False)
    heard = []
    bench.window.context.updated.connect(lambda: heard.append("updated"))
    bench.phone.handle(ev.ExtensionLoaded({**bench.document, "label": "Mei"}, '"9"'))
    assert heard == []
    assert not bench.window.context._minute.isActive()


def test_no_page_opens_a_window_of_its_own(qtbot, still):
    bench = SettingsBench(qtbot)
    before = set(QApplication.topLevelWidgets())
    for page in bench.window.shown_pages():
        bench.window.open(page.name)
        bench.phone.handle(ev.ExtensionLoaded({**bench.document, "label": page.title}, f'"{page.name}"'))
        bench.settle()
        QApplication.processEvents()
        opened = {one for one in QApplication.topLevelWidgets() if one.isVisible()} - before
        assert not opened, f"{page.name} opens {opened}"


@pytest.mark.parametrize("changed", [{"dnd": {"enabled": True, "until": None}}, {"ring_devices": ["desktop"]}])
def test_a_row_without_words_of_its_own_marks_its_state_on_the_page_alone(qtbot, still, changed):
    bench = SettingsBench(qtbot, page="do_not_disturb" if "dnd" in changed else "devices_ringing")
    before = {one for one in QApplication.topLevelWidgets() if one.isVisible()}
    bench.somebody_changes(**changed)
    assert {one for one in QApplication.topLevelWidgets() if one.isVisible()} == before


def test_the_settings_are_not_loaded_before_they_are_wanted():
    code = "import sys, softphone.ui.windows; sys.exit(any(n.startswith('softphone.ui.settings') for n in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def shown_toasts(bench):
    return [toast.text for toast in bench.window.findChildren(Toast) if toast.isVisible()]


def test_a_toast_goes_when_its_change_was_not_saved(bench):
    bench.click(bench.row("call_waiting"))
    assert shown_toasts(bench) == ["Call waiting is off"]
    bench.service_refuses(Failure(FailureKind.SERVER, 500))
    assert shown_toasts(bench) == []


def test_an_undo_on_the_screen_never_takes_back_another_change(bench):
    bench.click(bench.row("call_waiting"))
    bench.window.open("my_extension")
    row = bench.row("label")
    row.editor.edit.setText("Mei T.")
    row.editor.decide()
    assert shown_toasts(bench) == []
