"""Incoming windows over a real telephone: at once, confirmed, deaf at first, one per call."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.account import DirectoryEntry
from softphone.phone.party import Party
from softphone.phone.session import LINE
from softphone.ui.incoming.incoming_window import IncomingWindow
from softphone.ui.incoming.incoming_windows import BETWEEN, EDGE, IncomingWindows
from tests.fakes.phone_ports import dialled, incoming, make_phone, talking


class HandTime:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Bench:
    def __init__(self, qtbot, **options):
        self.qtbot = qtbot
        self.phone, self.user_agent, _, _, self.clock = make_phone()
        self.phone.handle(
            ev.DirectoryLoaded((DirectoryEntry("102", "Priya Nair"), DirectoryEntry("104", "Daniel Okafor")))
        )
        self.time = HandTime()
        self.escalated = []
        self.windows = IncomingWindows(
            self.phone,
            escalate=lambda call: self.escalated.append(call.id),
            near=options.pop("near", lambda: None),
            monotonic=self.time,
            **options,
        )

    def ring(self, call_id="in-1", number="102"):
        with self.qtbot.waitSignal(self.windows.painted, timeout=2000):
            incoming(self.phone, call_id, number)
        return self.windows.window_of(call_id)

    def listening(self, call_id="in-1", number="102"):
        """A window that has been there long enough to hear clicks."""
        window = self.ring(call_id, number)
        self.time.now += 0.31
        return window

    def click(self, button):
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def bench(qtbot, still):
    made = Bench(qtbot)
    yield made
    for window in [*made.windows._shown, *made.windows._spare]:
        window.hide()
        window.deleteLater()


def test_the_window_says_who_calls_and_whom(bench):
    card = bench.ring().card
    assert card.name.text() == "Priya Nair"
    assert card.number.text() == "Ext 102"
    assert card.word.text() == "Incoming call"
    assert card.line.text() == "to you · Ext 100"


def test_its_first_paint_is_told_with_the_time_since_the_ring(bench):
    with bench.qtbot.waitSignal(bench.windows.painted, timeout=2000) as told:
        incoming(bench.phone)
        bench.time.now += 0.012
    call_id, milliseconds = told.args
    assert call_id == "in-1"
    assert milliseconds == pytest.approx(12, abs=0.5)
    assert bench.escalated == []


@pytest.fixture
def never_mapped(monkeypatch):
    """A desktop that does not put the window on the screen."""
    monkeypatch.setattr(IncomingWindow, "show", lambda self: None)


def test_a_window_that_is_not_painted_in_300_ms_is_escalated(bench, never_mapped):
    incoming(bench.phone)
    bench.qtbot.waitUntil(lambda: bench.escalated == ["in-1"], timeout=2000)


def test_a_call_that_went_away_is_not_escalated(bench, never_mapped):
    call = incoming(bench.phone)
    bench.phone.handle(ev.CallDisconnected("in-1", 487))
    bench.windows._check(call)
    assert bench.escalated == []


def test_it_never_takes_the_focus_and_stays_on_top(bench):
    window = bench.ring()
    flags = window.windowFlags()
    assert flags & Qt.WindowType.WindowStaysOnTopHint
    assert flags & Qt.WindowType.FramelessWindowHint
    assert (flags & Qt.WindowType.WindowType_Mask) == Qt.WindowType.Tool  # no entry in the taskbar
    assert window.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)


def test_a_click_in_the_first_300_ms_does_not_answer(bench):
    window = bench.ring()
    bench.time.now += 0.29
    bench.click(window.card.answer_button)
    bench.qtbot.keyClick(window, Qt.Key.Key_Return)
    assert bench.user_agent.of(cmd.Answer) == []
    bench.time.now += 0.02
    bench.click(window.card.answer_button)
    assert bench.user_agent.of(cmd.Answer) == [cmd.Answer("in-1")]


def test_answering_takes_the_window_away_at_once(bench):
    window = bench.listening()
    bench.click(window.card.answer_button)
    assert not window.isVisible()
    assert bench.windows.window_of("in-1") is None


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier])
def test_enter_answers(bench, modifier):
    window = bench.listening()
    bench.qtbot.keyClick(window, Qt.Key.Key_Return, modifier)
    assert bench.user_agent.of(cmd.Answer) == [cmd.Answer("in-1")]


def test_enter_on_a_focused_decline_declines(bench):
    window = bench.listening()
    window.card.decline_button.setFocus()
    bench.qtbot.keyClick(window.card.decline_button, Qt.Key.Key_Return)
    assert bench.user_agent.of(cmd.Refuse) == [cmd.Refuse("in-1", 603)]
    assert bench.user_agent.of(cmd.Answer) == []


def test_decline_refuses_the_call(bench):
    window = bench.listening()
    bench.click(window.card.decline_button)
    assert bench.user_agent.of(cmd.Refuse) == [cmd.Refuse("in-1", 603)]
    assert not window.isVisible()


def test_escape_only_stops_the_sound(bench):
    window = bench.listening()
    assert bench.user_agent.tone == "ringtone"
    bench.qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert bench.user_agent.tone == "none"
    assert window.isVisible()
    assert not window.card.silence_button.isEnabled()
    bench.click(window.card.answer_button)
    assert bench.user_agent.of(cmd.Answer) == [cmd.Answer("in-1")]


def test_stop_ringing_does_the_same_by_a_click(bench):
    window = bench.listening()
    bench.click(window.card.silence_button)
    assert bench.user_agent.tone == "none"
    assert bench.user_agent.of(cmd.Refuse) == []


def test_a_caller_who_gives_up_takes_the_window_away(bench):
    window = bench.ring()
    bench.phone.handle(ev.CallDisconnected("in-1", 487))
    assert not window.isVisible()


def test_a_second_call_offers_hold_and_answer_end_and_answer_and_decline(bench):
    talking(bench.phone, "first", "104")
    bench.clock.pass_(252)
    window = bench.listening("second")
    card = window.card
    assert card.word.text() == "Second call"
    assert card.line.text() == "while you talk to Daniel Okafor, 4:12"
    assert [b.text() for b in (card.answer_button, card.end_answer_button)] == ["Hold & answer", "End & answer"]
    assert bench.user_agent.of(cmd.Hold) == []  # nothing happens to the first call by itself
    bench.click(card.answer_button)
    assert bench.user_agent.sent[-3:].count(cmd.Hold("first")) == 1
    assert bench.user_agent.of(cmd.Answer)[-1] == cmd.Answer("second")


def test_end_and_answer_ends_the_first_call(bench):
    talking(bench.phone, "first", "104")
    window = bench.listening("second")
    bench.click(window.card.end_answer_button)
    assert bench.user_agent.of(cmd.HangUp) == [cmd.HangUp("first")]
    bench.phone.handle(ev.CallDisconnected("first", 200, by_remote=False))
    assert bench.user_agent.of(cmd.Answer)[-1] == cmd.Answer("second")


def test_a_call_still_being_placed_can_only_make_way(bench):
    call = dialled(bench.phone, "104")
    window = bench.listening("second")
    card = window.card
    assert card.answer_button.text() == "End & answer"
    assert card.end_answer_button.isHidden()
    bench.click(card.answer_button)
    assert bench.user_agent.of(cmd.HangUp) == [cmd.HangUp(call.id)]


def test_the_time_beside_a_second_call_goes_on(bench):
    talking(bench.phone, "first", "104")
    window = bench.ring("second")
    bench.clock.pass_(61)
    window._second_passed()
    assert window.card.line.text() == "while you talk to Daniel Okafor, 1:01"


def test_when_the_first_call_ends_the_second_is_an_ordinary_one(bench):
    talking(bench.phone, "first", "104")
    window = bench.ring("second")
    bench.phone.handle(ev.CallDisconnected("first", 200))
    assert window.card.answer_button.text() == "Answer"
    assert window.card.end_answer_button.isHidden()
    assert window.card.word.text() == "Incoming call"


def test_two_ringing_calls_are_stacked_and_the_lower_moves_up_deaf(bench):
    first, second = bench.listening("one", "102"), bench.listening("two", "104")
    area = first.screen().availableGeometry()
    corner = first.mapToGlobal(first.box().topRight())
    assert (area.right() - corner.x(), corner.y() - area.top()) == (EDGE, EDGE)
    gap = second.mapToGlobal(second.box().topLeft()).y() - first.mapToGlobal(first.box().bottomLeft()).y()
    assert gap == BETWEEN + 1
    bench.phone.handle(ev.CallDisconnected("one", 487))
    assert second.mapToGlobal(second.box().topRight()) == corner
    bench.click(second.card.decline_button)  # the pointer was over the first call's
    assert bench.user_agent.of(cmd.Refuse) == []
    bench.time.now += 0.31
    bench.click(second.card.decline_button)
    assert bench.user_agent.of(cmd.Refuse) == [cmd.Refuse("two", 603)]


def test_the_window_built_ahead_is_used_and_used_again(bench):
    bench.windows.prepare()
    ready = bench.windows._spare[-1]
    assert not ready.isVisible()
    assert bench.ring() is ready
    bench.phone.handle(ev.CallDisconnected("in-1", 487))
    assert bench.ring("in-2", "104") is ready
    assert ready.card.name.text() == "Daniel Okafor"


def test_who_forwarded_or_transferred_is_shown(bench):
    bench.phone.handle(
        ev.InviteReceived("f", LINE, Party("+6591234567", "phone.example.com"), called="100", diverted_by=Party("104"))
    )
    card = bench.windows.window_of("f").card
    assert card.by.text() == "Forwarded by Daniel Okafor, 104"
    assert card.by.isVisible()


def test_its_accessible_name_is_the_announcement(bench):
    assert bench.ring().accessibleName() == "Incoming call from Priya Nair, Ext 102, to you"


def test_where_windows_cannot_be_placed_the_card_lies_on_the_main_window(qtbot, still):
    main = QWidget()
    qtbot.addWidget(main)
    main.resize(380, 680)
    main.show()
    bench = Bench(qtbot, near=lambda: main, may_place=False)
    window = bench.ring()
    assert window.parentWidget() is main
    assert not window.isWindow()
    box = window.box().translated(window.pos())
    assert box.left() == (380 - box.width()) // 2
    assert box.top() >= 0
    assert bench.escalated == ["in-1"]  # the main window may be hidden
    main.resize(960, 680)
    assert window.box().translated(window.pos()).left() == (960 - box.width()) // 2
    bench.time.now += 0.31
    bench.click(window.card.answer_button)
    assert bench.user_agent.of(cmd.Answer) == [cmd.Answer("in-1")]


def test_longer_words_put_the_answers_one_below_the_other(bench, still):
    still.set_text_scale(1.3)
    talking(bench.phone, "first", "104")
    card = bench.ring("second").card
    assert card.answer_button.geometry().bottom() < card.end_answer_button.geometry().top()
    assert card.answer_button.width() >= card.answer_button.minimumSizeHint().width()


def test_with_no_place_and_no_main_window_in_sight_it_is_escalated_at_once(qtbot, still):
    bench = Bench(qtbot, may_place=False)
    window = bench.ring()
    assert window.isWindow()
    assert bench.escalated == ["in-1"]
    window.hide()
