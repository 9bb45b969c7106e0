"""The calls list of the main window: days, repeats, filters, and what a row can do."""

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.history import Outcome
from softphone.ui.main.call_row_delegate import action_rects
from softphone.ui.main.call_rows import CallRow, changed_span, rows_of
from softphone.ui.main.calls_model import CallsModel
from softphone.ui.widgets.toast import Toast
from tests.fakes.phone_ports import incoming, talking
from tests.ui.main_bench import DAY, MINUTE, MainBench, missed, past


@pytest.fixture
def bench(qtbot, still):
    return MainBench(qtbot)


def test_calls_are_grouped_by_day_and_the_same_caller_in_a_row_is_one_row(bench):
    bench.knows(
        past("1", "102", 10 * MINUTE), missed("2", "104", 20 * MINUTE), missed("3", "104", 30 * MINUTE),
        past("4", "104", 40 * MINUTE), past("5", "102", DAY), past("6", "102", 3 * DAY),
    )  # fmt: skip
    bench.show()
    assert bench.rows == [
        "Today", "Priya Nair", "Daniel Okafor", "Daniel Okafor", "Yesterday", "Priya Nair",
        "Thursday 19 November", "Priya Nair",
    ]  # fmt: skip
    counts = [bench.column.calls.model.call_row(bench.column.calls.model.index(n)) for n in (1, 2, 3)]
    assert [row.count for row in counts] == [1, 2, 1]


def test_a_new_call_changes_only_the_rows_of_its_day(bench, qtbot):
    bench.knows(*(past(str(n), "102" if n % 2 else "104", n * DAY) for n in range(1, 40)))
    bench.show()
    model, changes = bench.column.calls.model, []
    model.rowsInserted.connect(lambda _, first, last: changes.append(("in", first, last)))
    model.rowsRemoved.connect(lambda _, first, last: changes.append(("out", first, last)))
    model.modelReset.connect(lambda: changes.append("reset"))
    before = bench.rows
    incoming(bench.phone, "in-1", "101")
    assert changes == [("in", 0, 1)]
    assert bench.rows == ["Today", "Arun Krishnan", *before]
    bench.ends("in-1", 487)
    assert changes == [("in", 0, 1)], "missed: the row is painted anew, none is added"
    assert model.call_row(model.index(1)).newest.missed


def test_the_selection_and_the_place_stay_when_a_call_comes_in(bench):
    bench.knows(*(past(str(n), "102" if n % 2 else "104", n * DAY) for n in range(1, 40)))
    bench.show()
    chosen = bench.column.calls.model.index(41)
    row = bench.column.calls.model.call_row(chosen)
    bench.list.setCurrentIndex(chosen)
    incoming(bench.phone, "in-1", "101")
    assert bench.column.calls.model.call_row(bench.list.currentIndex()) == row


def test_missed_shows_only_missed_calls_and_has_seen_them_after_two_seconds(bench, qtbot):
    bench.knows(past("1", "102", MINUTE), missed("2", "104", 2 * MINUTE), missed("3", "101", DAY))
    bench.show()
    page = bench.column.calls
    assert page.missed.accessibleName() == "Missed, 2"
    assert bench.page.bar.item("calls").accessibleName() == "Calls, 2 new"
    bench.click(page.missed)
    assert bench.rows == ["Today", "Daniel Okafor", "Yesterday", "Arun Krishnan"]
    assert bench.phone.missed_unseen == 2
    qtbot.waitUntil(lambda: bench.phone.missed_unseen == 0, timeout=4000)
    assert page.missed.accessibleName() == "Missed"
    assert bench.page.bar.item("calls").accessibleName() == "Calls"
    bench.click(page.all)
    assert len(bench.rows) == 5


def test_leaving_the_missed_calls_before_two_seconds_leaves_them_unseen(bench):
    bench.knows(missed("2", "104", 2 * MINUTE))
    bench.show()
    bench.click(bench.column.calls.missed)
    bench.click(bench.column.calls.all)
    assert not bench.column.calls._seen.isActive()
    assert bench.phone.missed_unseen == 1


def test_an_empty_list_says_how_to_start(bench):
    bench.show()
    page = bench.column.calls
    assert page.empty.isVisible()
    assert page.empty.title == "No calls yet"
    assert not page.empty.button.isVisible(), "no number to test with is known"
    bench.click(page.missed)
    assert page.empty.title == "No missed calls"
    bench.click(page.all)
    bench.phone.handle(ev.HistoryLoaded((past("1", "102", MINUTE),)))
    assert page.list.isVisible()


def test_the_test_call_of_an_empty_list_calls_the_echo(bench):
    bench.show(test_number="*43")
    bench.click(bench.column.calls.empty.button)
    assert bench.user_agent.of(cmd.MakeCall)[-1].target == "*43"


def test_a_double_click_and_enter_call(bench, qtbot):
    bench.knows(past("1", "102", MINUTE), past("2", "+6567890123", 2 * MINUTE))
    bench.show()
    bench.click(bench.list.viewport(), bench.middle_of("Priya Nair"))
    assert not bench.user_agent.of(cmd.MakeCall), "one click only chooses"
    qtbot.mouseDClick(bench.list.viewport(), Qt.MouseButton.LeftButton, pos=bench.middle_of("Priya Nair"))
    assert bench.user_agent.of(cmd.MakeCall)[-1].target == "102"
    bench.ends(bench.phone.calls.active.id)
    bench.page.leave_call()
    bench.list.setFocus()
    bench.list.setCurrentIndex(bench.index_of("+65 6789 0123"))
    bench.press(Qt.Key.Key_Return, widget=bench.list)
    assert bench.user_agent.of(cmd.MakeCall)[-1].target == "+6567890123"


def test_the_call_button_of_the_row_under_the_pointer_calls(bench):
    bench.knows(past("1", "102", MINUTE))
    bench.show()
    row = bench.list.visualRect(bench.index_of("Priya Nair"))
    bench.click(bench.list.viewport(), action_rects(row, False)["call"].center())
    assert bench.user_agent.of(cmd.MakeCall)[-1].target == "102"


def test_offline_the_row_does_not_call_and_says_why(bench):
    bench.knows(past("1", "102", MINUTE))
    bench.loses_registration()
    bench.show()
    row = bench.list.visualRect(bench.index_of("Priya Nair"))
    call = action_rects(row, False)["call"].center()
    bench.click(bench.list.viewport(), call)
    assert not bench.user_agent.of(cmd.MakeCall)
    assert bench.list._tip_at(call) == "You're offline"


def test_the_row_menu_copies_the_number_and_deletes_all_its_calls(bench, qtbot):
    bench.knows(
        past("1", "102", MINUTE), missed("2", "+6567890123", 2 * MINUTE), missed("3", "+6567890123", 3 * MINUTE)
    )
    bench.show()
    row = bench.list.visualRect(bench.index_of("+65 6789 0123"))
    more = action_rects(row, False)["more"].center()
    bench.click(bench.list.viewport(), more)
    call, copy, delete = bench.list.menu.items
    assert [item.text() for item in (call, copy, delete)] == ["Call", "Copy number", "Delete"]
    bench.click(copy)
    assert QGuiApplication.clipboard().text() == "+6567890123"
    assert bench.window.findChild(Toast).text == "Number copied"
    qtbot.waitUntil(lambda: bench.list.menu is None)
    bench.click(bench.list.viewport(), more)
    bench.click(bench.list.menu.items[2])
    assert bench.rows == ["Today", "Priya Nair"]
    assert set(bench.history.entries) == set()


def test_a_hidden_caller_can_not_be_called_back(bench, qtbot):
    bench.knows(past("1", "anonymous", MINUTE))
    bench.show()
    bench.list.setFocus()
    bench.list.setCurrentIndex(bench.index_of("No caller ID"))
    bench.press(Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier, bench.list)
    assert [item.isEnabled() for item in bench.list.menu.items] == [False, False, True]
    bench.list.menu.close()


def test_arrow_keys_skip_the_days(bench):
    bench.knows(past("1", "102", MINUTE), past("2", "104", DAY))
    bench.show()
    bench.press(Qt.Key.Key_Down)
    assert bench.list.hasFocus()
    assert bench.list.currentIndex().data() == "Priya Nair"
    bench.press(Qt.Key.Key_Down, widget=bench.list)
    assert bench.list.currentIndex().data() == "Daniel Okafor"
    bench.press(Qt.Key.Key_Up, widget=bench.list)
    assert bench.list.currentIndex().data() == "Priya Nair"
    bench.press(Qt.Key.Key_Up, widget=bench.list)
    assert bench.list.currentIndex().data() == "Priya Nair"


def test_the_day_stays_in_view_while_scrolling(bench):
    bench.knows(*(past(str(n), "102" if n % 2 else "104", n * MINUTE) for n in range(1, 40)))
    bench.show()
    assert bench.list._sticky.isHidden()
    bench.list.verticalScrollBar().setValue(200)
    assert bench.list._sticky.isVisible()
    assert bench.list._sticky.text == "Today"


def test_a_row_reads_as_one_sentence(bench):
    bench.knows(missed("1", "104", MINUTE), missed("2", "104", 2 * MINUTE))
    bench.show()
    spoken = bench.index_of("Daniel Okafor").data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Missed call, Daniel Okafor, Ext 104, 2 calls, today 11:59, now on a call"


def test_presence_is_hidden_while_offline(bench):
    bench.knows(past("1", "104", MINUTE))
    bench.show()
    model, row = bench.column.calls.model, bench.column.calls.model.call_row(bench.index_of("Daniel Okafor"))
    assert model.presence(row) == "on_call"
    bench.loses_registration()
    assert model.presence(row) == "unknown"


def test_beside_the_stage_the_call_stands_at_the_top_until_it_ends(bench):
    bench.knows(past("1", "104", MINUTE))
    bench.show(960)
    talking(bench.phone, "in-1", "102")
    assert bench.rows == ["Priya Nair", "Today", "Daniel Okafor"]
    row = bench.column.calls.model.call_row(bench.column.calls.model.index(0))
    assert row.live
    bench.ends("in-1")
    assert bench.rows == ["Today", "Priya Nair", "Daniel Okafor"]


def test_thousands_of_calls_stay_smooth(bench, qtbot):
    bench.knows(*(past(str(n), "102" if n % 2 else "104", n * 60 * MINUTE) for n in range(1, 5001)))
    window = bench.show()
    begin = time.perf_counter()
    incoming(bench.phone, "in-1", "101")
    changed = time.perf_counter() - begin
    begin = time.perf_counter()
    window.grab()
    painted = time.perf_counter() - begin
    assert changed < 0.15, "a call that comes in does not wait for the history"
    assert painted < 0.25


def test_rows_of_whole_days_can_be_made_apart():
    entries = [past(str(n), "102" if n % 3 else "104", n * 6 * 60 * MINUTE) for n in range(60)]
    whole = rows_of(entries)
    day = [e for e in entries if e.started_at >= entries[8].started_at]
    assert rows_of(entries[: len(day)])[:3] == whole[:3]
    assert rows_of([]) == []


def test_the_changed_span_is_what_differs():
    one, two, three = (CallRow((past(str(n), "102", n * MINUTE),)) for n in range(3))
    assert changed_span([one, three], [one, two, three]) == (1, 0, 1)
    assert changed_span([one, two, three], [one, three]) == (1, 1, 0)
    assert changed_span([one, two], [one, two]) == (2, 0, 0)
    assert changed_span([one, one], [one]) in ((1, 1, 0), (0, 1, 0))


def test_the_model_alone_follows_what_the_telephone_removes(bench):
    model = CallsModel(bench.phone)
    bench.knows(past("1", "102", MINUTE), past("2", "104", DAY))
    assert model.rowCount() == 4
    bench.phone.remove_from_history("2")
    assert model.rowCount() == 2
    assert model.index(1).data() == "Priya Nair"


def test_somebody_at_our_own_domain_is_shown_without_it(bench):
    bench.knows(past("1", "bob", MINUTE, outcome=Outcome.NO_ANSWER, outgoing=True))
    bench.show()
    assert bench.rows == ["Today", "bob"]
    assert bench.list.indexAt(QPoint(4, 2)).row() == 0
