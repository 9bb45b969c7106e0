"""The tray: its state, its menu, its clicks, its painted icons."""

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.account import DirectoryEntry
from softphone.phone.registration import RegistrationState
from softphone.phone.session import LINE
from softphone.ui.tray.tray import Tray, TrayActions
from softphone.ui.tray.tray_icon import SIZES, TrayState, tray_icon, tray_pixmap
from tests.fakes.phone_ports import any_document, dialled, incoming, make_phone, talking

_LEFT_CLICK = QSystemTrayIcon.ActivationReason.Trigger


class Bench:
    def __init__(self, **options):
        self.phone, self.user_agent, _, _, self.clock = make_phone(**options)
        self.phone.handle(
            ev.DirectoryLoaded((DirectoryEntry("102", "Priya Nair"), DirectoryEntry("104", "Daniel Okafor")))
        )
        self.asked = []
        self.can_show_ringing = True

        def ask(name):
            return lambda: self.asked.append(name)

        self.tray = Tray(
            self.phone,
            TrayActions(
                show_or_hide=ask("show_or_hide"),
                open_window=ask("open"),
                new_call=ask("new_call"),
                show_missed=ask("missed"),
                show_call=ask("call"),
                show_ringing=self._show_ringing,
                show_voicemail=ask("voicemail"),
                settings=lambda page: self.asked.append(f"settings {page}".strip()),
                quit=ask("quit"),
            ),
        )

    def _show_ringing(self):
        self.asked.append("ringing")
        return self.can_show_ringing

    def allow_quiet(self):
        """The account has do not disturb and forwarding."""
        quiet = {"dnd": {"enabled": False, "until": None},
                 "forwarding": {"enabled": False, "number": None, "extensions": [], "vip": []}}  # fmt: skip
        self.phone.handle(ev.ExtensionLoaded(any_document(**quiet), '"2"'))

    @property
    def lines(self):
        return [action.text() for action in self.tray.menu.actions() if not action.isSeparator()]

    def choose(self, text):
        next(action for action in self.tray.menu.actions() if action.text() == text).trigger()


@pytest.fixture
def bench(qtbot):
    return Bench()


def test_available_with_account_new_call_open_and_quit(bench):
    assert bench.tray.state is TrayState.AVAILABLE
    assert bench.lines == ["Alice Tan · Extension 100", "New call…", "Settings…", "Open Softphone", "Quit"]
    assert not bench.tray.menu.actions()[0].isEnabled()
    assert bench.tray.icon.toolTip() == "Alice Tan, extension 100: Available"
    for text in ("New call…", "Settings…", "Open Softphone", "Quit"):
        bench.choose(text)
    assert bench.asked == ["new_call", "settings", "open", "quit"]


def test_signed_out_there_is_nothing_to_call_with(qtbot):
    bench = Bench(signed_in=False)
    assert bench.tray.state is TrayState.OFFLINE
    assert bench.lines == ["Not signed in", "Open Softphone", "Quit"]


def test_missed_calls_mark_the_icon_and_stand_in_the_menu_until_seen(bench):
    for number in range(2):
        incoming(bench.phone, f"in-{number}")
        bench.phone.handle(ev.CallDisconnected(f"in-{number}", 487))
    assert bench.tray.state is TrayState.MISSED
    bench.choose("2 missed calls")
    assert bench.asked == ["missed"]
    bench.phone.missed_seen()
    assert bench.tray.state is TrayState.AVAILABLE
    assert "2 missed calls" not in bench.lines


def test_do_not_disturb_is_switched_and_marked_from_the_tray(bench):
    bench.allow_quiet()
    submenu = next(action.menu() for action in bench.tray.menu.actions() if action.text() == "Do not disturb")
    lines = {action.text(): action for action in submenu.actions()}
    assert list(lines) == ["For 1 hour", "Until tomorrow", "Until I turn it off"]
    lines["Until I turn it off"].trigger()
    assert bench.phone.settings.document.dnd.enabled
    assert bench.tray.state is TrayState.DO_NOT_DISTURB
    assert bench.tray.icon.toolTip() == "Alice Tan, extension 100: Do not disturb"
    bench.choose("Available")
    assert not bench.phone.settings.document.dnd.enabled
    assert bench.tray.state is TrayState.AVAILABLE


def test_forwarding_is_switched_from_the_tray_once_it_has_somewhere_to_go(bench):
    bench.allow_quiet()
    assert not any(line.startswith("Forward") for line in bench.lines)
    bench.phone.settings.change({"forwarding": {"extensions": ["102", "104"]}})
    bench.choose("Forward calls to 102 +1")
    assert bench.phone.settings.document.forwarding.enabled
    assert bench.tray.state is TrayState.FORWARDING
    bench.choose("Forward calls to 102 +1")
    assert bench.tray.state is TrayState.AVAILABLE


def test_new_voicemail_stands_in_the_menu(bench):
    bench.phone.handle(ev.MessageWaiting(LINE, new=2, old=0))
    bench.choose("2 new voicemails")
    assert bench.asked == ["voicemail"]


def test_offline_and_reconnecting_are_told_apart_in_words(bench):
    bench.phone.handle(ev.RegistrationChanged(LINE, RegistrationState.FAILED))
    assert bench.tray.state is TrayState.OFFLINE
    assert bench.tray.icon.toolTip().endswith(": Offline")
    bench.phone.handle(ev.RegistrationChanged(LINE, RegistrationState.REGISTERING))
    assert bench.tray.icon.toolTip().endswith(": Reconnecting")


def test_on_a_call_the_menu_mutes_holds_and_ends(bench):
    talking(bench.phone, "in-1", "102")
    bench.clock.pass_(252)
    assert bench.tray.state is TrayState.ON_CALL
    bench.tray.menu.aboutToShow.emit()
    assert bench.lines[0] == "On a call with Priya Nair · 4:12"
    bench.choose("Mute")
    assert bench.user_agent.of(cmd.SetMuted) == [cmd.SetMuted("in-1", True)]
    assert next(a for a in bench.tray.menu.actions() if a.text() == "Mute").isChecked()
    bench.choose("Hold")
    assert bench.user_agent.of(cmd.Hold) == [cmd.Hold("in-1")]
    bench.choose("Show the call")
    assert bench.asked == ["call"]
    bench.choose("End call")
    assert bench.user_agent.of(cmd.HangUp) == [cmd.HangUp("in-1")]


def test_a_call_being_placed_cannot_be_held_from_the_menu(bench):
    dialled(bench.phone, "102")
    assert bench.lines[0] == "Calling Priya Nair"
    assert not next(a for a in bench.tray.menu.actions() if a.text() == "Hold").isEnabled()


def test_a_ringing_call_can_be_answered_declined_or_silenced(bench):
    incoming(bench.phone, "in-1", "102")
    assert bench.lines[:4] == ["Incoming call from Priya Nair", "Answer", "Decline", "Stop ringing"]
    bench.choose("Stop ringing")
    assert bench.user_agent.tone == "none"
    assert "Stop ringing" not in bench.lines
    bench.choose("Answer")
    assert bench.user_agent.of(cmd.Answer) == [cmd.Answer("in-1")]


def test_a_second_call_says_what_answering_does_to_the_first(bench):
    talking(bench.phone, "first", "104")
    incoming(bench.phone, "second", "102")
    assert "Hold && answer" in bench.lines


def test_a_menu_item_of_a_call_that_is_gone_does_nothing(bench):
    talking(bench.phone)
    late = bench.tray._asks(lambda: bench.phone.calls.hang_up("in-1"))
    bench.phone.handle(ev.CallDisconnected("in-1", 200))
    late()
    assert bench.user_agent.of(cmd.HangUp) == []


def test_ringing_alternates_two_frames_and_stops_with_the_call(bench, qtbot):
    bench.tray._frames.setInterval(10)
    incoming(bench.phone)
    bench.tray._frames.setInterval(10)
    seen = set()
    qtbot.waitUntil(lambda: seen.add(bench.tray.state) or len(seen) == 2, timeout=2000)
    assert seen == {TrayState.RINGING_1, TrayState.RINGING_2}
    bench.phone.handle(ev.CallDisconnected("in-1", 487))
    assert not bench.tray._frames.isActive()


def test_a_left_click_shows_or_hides_the_window_and_while_ringing_the_incoming_one(bench):
    bench.tray.icon.activated.emit(_LEFT_CLICK)
    assert bench.asked == ["show_or_hide"]
    incoming(bench.phone)
    bench.tray.icon.activated.emit(_LEFT_CLICK)
    assert bench.asked == ["show_or_hide", "ringing"]
    bench.can_show_ringing = False
    bench.tray.icon.activated.emit(_LEFT_CLICK)
    assert bench.asked[-2:] == ["ringing", "show_or_hide"]


def test_a_right_click_is_the_menus(bench):
    bench.tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Context)
    assert bench.asked == []


def test_the_menu_is_not_rebuilt_for_the_time_alone(bench):
    talking(bench.phone)
    before = bench.tray.menu.actions()[1:]
    bench.phone.handle(ev.MediaMeasured("in-1", mos=4.1))
    assert bench.tray.menu.actions()[1:] == before


def test_without_a_tray_on_the_desktop_it_says_so(bench, monkeypatch):
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: False)
    assert not bench.tray.available
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    assert bench.tray.available


@pytest.mark.parametrize("on_dark", [True, False])
def test_each_state_has_an_icon_of_its_own_at_every_size(qtbot, on_dark):
    for size in SIZES:
        images = [tray_pixmap(state, size, on_dark).toImage() for state in TrayState]
        assert all(image.width() == size for image in images)
        for number, image in enumerate(images):
            assert all(image != other for other in images[number + 1 :]), (size, number)


def test_the_icon_offers_every_size(qtbot):
    sizes = {size.width() for size in tray_icon(TrayState.AVAILABLE, True).availableSizes()}
    assert sizes == set(SIZES)


def test_a_menu_filled_again_and_again_keeps_no_submenus(qtbot):
    bench = Bench()
    bench.allow_quiet()
    counts = set()
    for _ in range(3):
        call = incoming(bench.phone)
        bench.phone.handle(ev.CallDisconnected(call.id, 487))
        bench.phone.calls.forget_ended(call.id)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        counts.add(len(bench.tray.menu.findChildren(QMenu)))
    assert counts == {1}
