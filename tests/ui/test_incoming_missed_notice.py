"""The notice of a missed call."""

import pytest
from PySide6.QtCore import Qt

from softphone.phone import events as ev
from softphone.phone.account import DirectoryEntry
from softphone.phone.registration import RegistrationState
from softphone.phone.session import LINE
from softphone.ui.incoming.missed_notice import HOLD_MS, MissedNotice
from tests.fakes.phone_ports import incoming, make_phone


class Bench:
    def __init__(self, qtbot):
        self.qtbot = qtbot
        self.phone = make_phone()[0]
        self.phone.handle(ev.DirectoryLoaded((DirectoryEntry("104", "Daniel Okafor"),)))
        self.called_back, self.shown = [], 0
        self.below = 0
        self.wanted = self.names = True
        self.notice = MissedNotice(
            self.phone,
            call_back=lambda entry: self.called_back.append(entry.id),
            show_missed=self._show,
            near=lambda: None,
            below=lambda: self.below,
            wanted=lambda: self.wanted,
            with_names=lambda: self.names,
        )
        qtbot.addWidget(self.notice)

    def _show(self):
        self.shown += 1

    def miss(self, call_id="in-1", number="104"):
        incoming(self.phone, call_id, number)
        self.phone.handle(ev.CallDisconnected(call_id, 487))

    def click(self, widget):
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


@pytest.fixture
def bench(qtbot, still):
    return Bench(qtbot)


def test_a_missed_call_is_shown_with_a_way_to_call_back(bench):
    bench.miss()
    assert bench.notice.isVisible()
    assert bench.notice.title.text() == "Missed call"
    assert bench.notice.line.text() == "Daniel Okafor · Ext 104"
    bench.click(bench.notice.button)
    assert bench.called_back == ["in-1"]
    assert not bench.notice.isVisible()


def test_several_are_counted_and_shown_in_the_list(bench):
    for number in range(3):
        bench.miss(f"in-{number}")
    assert bench.notice.title.text() == "3 missed calls"
    assert bench.notice.button.text() == "Show"
    bench.click(bench.notice.button)
    assert (bench.called_back, bench.shown) == ([], 1)


def test_it_goes_after_eight_seconds_and_then_counts_anew(bench):
    assert HOLD_MS == 8000
    bench.miss("in-1")
    assert bench.notice._hold.isActive()
    bench.notice._time_up()
    assert not bench.notice.isVisible()
    bench.miss("in-2")
    assert bench.notice.title.text() == "Missed call"


def test_a_declined_call_is_not_missed(bench):
    incoming(bench.phone)
    bench.phone.calls.decline("in-1")
    bench.phone.handle(ev.CallDisconnected("in-1", 603, by_remote=False))
    assert not bench.notice.isVisible()


def test_calling_back_is_off_while_offline(bench):
    bench.phone.handle(ev.RegistrationChanged(LINE, RegistrationState.FAILED))
    bench.miss()
    assert not bench.notice.button.isEnabled()
    assert bench.notice.button.toolTip() == "You're offline"


def test_a_hidden_number_is_shown_in_the_list_as_it_cannot_be_called_back(bench):
    bench.miss(number="anonymous")
    assert bench.notice.button.text() == "Show"
    bench.click(bench.notice.button)
    assert (bench.called_back, bench.shown) == ([], 1)


def test_it_stands_below_a_call_that_rings_and_takes_no_focus(bench):
    bench.below = 200
    bench.miss()
    notice = bench.notice
    top = notice.mapToGlobal(notice.box().topLeft()).y() - notice.screen().availableGeometry().top()
    assert top == 216
    assert notice.windowFlags() & Qt.WindowType.WindowDoesNotAcceptFocus


def test_without_names_it_says_only_that_somebody_called(bench):
    bench.names = False
    bench.miss()
    assert bench.notice.line.text() == "Open Softphone to see who"
    assert "Daniel" not in bench.notice.accessibleName()
    assert bench.notice.button.text() == "Show"
    bench.click(bench.notice.button)
    assert (bench.called_back, bench.shown) == ([], 1)


def test_who_wants_no_notice_gets_none(bench):
    bench.wanted = False
    bench.miss()
    assert not bench.notice.isVisible()
