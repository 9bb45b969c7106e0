"""The mini bar: when it appears, what it shows, what its buttons ask."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.account import DirectoryEntry
from softphone.ui.mini_bar.mini_bar import BEHIND_MS, MiniBar, PlacesOfThisRun
from tests.fakes.phone_ports import dialled, incoming, make_phone, talking


class Bench:
    def __init__(self, qtbot):
        self.qtbot = qtbot
        self.phone, self.user_agent, _, _, self.clock = make_phone()
        self.phone.handle(ev.DirectoryLoaded((DirectoryEntry("102", "Priya Nair"),)))
        self.main = QWidget()
        qtbot.addWidget(self.main)
        self.opened, self.bars, self.wanted = 0, [], True
        self.bar = self.make()

    def make(self, places=None):
        bar = MiniBar(
            self.phone, self.main, open_stage=self._open, places=places, behind_ms=20, wanted=lambda: self.wanted
        )
        self.qtbot.addWidget(bar)
        self.bars.append(bar)
        return bar

    def _open(self):
        self.opened += 1

    def talk(self):
        talking(self.phone, "in-1", "102")
        self.clock.pass_(252)
        self.qtbot.waitUntil(self.bar.isVisible, timeout=2000)

    def click(self, widget):
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


@pytest.fixture
def bench(qtbot, still):
    made = Bench(qtbot)
    yield made
    for bar in made.bars:
        bar.dispose()


def test_it_appears_when_the_main_window_has_not_been_in_front_for_two_seconds(bench):
    assert BEHIND_MS == 2000
    bench.talk()
    assert bench.bar.name.text() == "Priya Nair"


def test_it_stays_away_while_a_call_only_rings_here_and_goes_when_the_call_ends(bench):
    incoming(bench.phone, "ringing", "102")
    assert not bench.bar._behind.isActive()
    bench.phone.handle(ev.CallDisconnected("ringing", 487))
    bench.talk()
    bench.phone.handle(ev.CallDisconnected("in-1", 200))
    assert not bench.bar.isVisible()


def test_it_goes_when_the_main_window_comes_to_the_front(bench):
    bench.talk()
    bench.main.show()
    bench.main.activateWindow()
    bench.qtbot.waitUntil(lambda: not bench.bar.isVisible(), timeout=2000)
    bench.main.hide()
    bench.qtbot.waitUntil(bench.bar.isVisible, timeout=2000)


def test_it_shows_the_time_the_quality_and_that_one_is_muted(bench):
    bench.phone.handle(ev.MediaMeasured("in-1", mos=4.0))
    bench.talk()
    bench.phone.handle(ev.MediaMeasured("in-1", mos=4.2))
    assert bench.bar.line.text() == "4:12"
    assert bench.bar.bars.bars == 4
    bench.click(bench.bar.mute)
    assert bench.user_agent.of(cmd.SetMuted) == [cmd.SetMuted("in-1", True)]
    assert bench.bar.line.text() == "4:12 · Muted"
    assert bench.bar.mute.isChecked()


def test_hold_and_resume(bench):
    bench.talk()
    bench.click(bench.bar.hold)
    assert bench.user_agent.of(cmd.Hold) == [cmd.Hold("in-1")]
    bench.phone.handle(ev.HoldChanged("in-1", True, False))
    bench.clock.pass_(38)
    bench.bar.refresh()
    assert bench.bar.line.text() == "On hold · 0:38"
    assert bench.bar.bars.isHidden()
    bench.click(bench.bar.hold)
    assert bench.user_agent.of(cmd.Resume) == [cmd.Resume("in-1")]


def test_end_hangs_up(bench):
    bench.talk()
    assert bench.bar.end.accessibleName() == "End call with Priya Nair, Ext 102"
    bench.click(bench.bar.end)
    assert bench.user_agent.of(cmd.HangUp) == [cmd.HangUp("in-1")]


def test_hold_is_off_until_the_call_is_answered(bench):
    dialled(bench.phone, "102")
    bench.qtbot.waitUntil(bench.bar.isVisible, timeout=2000)
    assert bench.bar.line.text() == "Calling…"
    assert not bench.bar.hold.isEnabled()


def test_a_double_click_opens_the_stage_and_no_click_takes_the_focus(bench):
    bench.talk()
    bench.qtbot.mouseDClick(bench.bar, Qt.MouseButton.LeftButton, pos=bench.bar.box().center())
    assert bench.opened == 1
    assert bench.bar.windowFlags() & Qt.WindowType.WindowDoesNotAcceptFocus


def test_its_place_is_remembered_and_kept_on_the_screen(bench):
    places = PlacesOfThisRun()
    bar = bench.make(places)
    talking(bench.phone)
    bar.show_now()
    start = bar.box().center()
    bench.qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=start)
    bar.mouseMoveEvent(_moved(bar, start, QPoint(-120, -80)))
    bench.qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=start)
    corner = bar.mapToGlobal(bar.box().topLeft())
    assert places.load(bar.screen().name()) == (corner.x(), corner.y())
    places.save(bar.screen().name(), (99_999, 99_999))
    area = bar.screen().availableGeometry()
    place = bar._remembered()
    assert place.x() + bar.box().width() == area.right() + 1
    assert place.y() + bar.box().height() == area.bottom() + 1


def _moved(bar, start, by):
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent

    left = Qt.MouseButton.LeftButton
    there = QPointF(bar.mapToGlobal(start) + by)
    return QMouseEvent(QEvent.Type.MouseMove, QPointF(start + by), there, left, left, Qt.KeyboardModifier.NoModifier)


def test_disposed_of_it_follows_nothing_any_more(bench):
    bench.bar.dispose()
    talking(bench.phone)
    bench.main.show()
    bench.main.hide()
    assert not bench.bar._behind.isActive()


def test_by_the_stages_button_the_main_window_gives_way_at_once(bench):
    bench.main.show()
    bench.qtbot.waitUntil(bench.main.isActiveWindow, timeout=2000)
    talking(bench.phone, "in-1", "102")
    assert not bench.bar.isVisible()
    bench.bar.show_now()
    assert bench.main.isMinimized()
    assert bench.bar.isVisible()
    bench.phone.handle(ev.MediaMeasured("in-1", mos=4.2))
    assert bench.bar.isVisible()


def test_it_asks_for_the_quality_unless_the_stage_does(bench):
    bench.talk()
    asked = len(bench.user_agent.of(cmd.ReportStatistics))
    bench.bar._second_passed()
    assert len(bench.user_agent.of(cmd.ReportStatistics)) == asked + 1
    bench.phone.quality_watched = True
    bench.bar._second_passed()
    assert len(bench.user_agent.of(cmd.ReportStatistics)) == asked + 1


def test_who_does_not_want_it_gets_it_by_the_stages_button_only(bench):
    bench.wanted = False
    talking(bench.phone, "in-1", "102")
    assert not bench.bar._behind.isActive()
    assert not bench.bar.isVisible()
    bench.bar.show_now()
    assert bench.bar.isVisible()
