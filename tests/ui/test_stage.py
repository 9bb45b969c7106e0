"""The call stage over a real telephone: what it shows and what its buttons ask."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.account import DirectoryEntry
from softphone.phone.registration import RegistrationState
from softphone.phone.session import LINE
from softphone.phone.sound import SoundDevice, SoundInUse
from softphone.ui.stage.call_stage import CallStage, dial_text
from softphone.ui.stage.stage_state import shown_call
from softphone.ui.widgets.popup import PopupMenu
from tests.fakes.phone_ports import dialled, incoming, make_phone, talking


class Bench:
    """A telephone, and its stage once a call is there."""

    def __init__(self, qtbot):
        self.qtbot = qtbot
        self.phone, self.user_agent, _, _, self.clock = make_phone()
        self.phone.handle(
            ev.DirectoryLoaded((DirectoryEntry("102", "Priya Nair"), DirectoryEntry("104", "Daniel Okafor")))
        )
        self.asked = []
        self.stage = None

    def show(self, place=None):
        self.stage = CallStage(
            self.phone, show_audio=lambda: self.asked.append("audio"), add_call=lambda: self.asked.append("add")
        )
        if place is not None:
            place.addWidget(self.stage)
        else:
            self.qtbot.addWidget(self.stage)
        self.stage.resize(380, 680)
        self.stage.show()
        return self.stage

    def click(self, button):
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def two_calls(self):
        talking(self.phone, "first", "104")
        self.phone.calls.hold("first")
        self.phone.handle(ev.HoldChanged("first", True, False))
        return talking(self.phone, "second", "102")

    @property
    def line(self):
        return self.stage.identity.state.text()


@pytest.fixture
def bench(qtbot, still):
    return Bench(qtbot)


def test_a_call_being_placed_says_calling_then_ringing_and_can_be_cancelled(bench):
    call = dialled(bench.phone, "102")
    stage = bench.show()
    assert bench.line == "Calling…"
    assert stage.state == "ring"
    bench.phone.handle(ev.CallProgressed(call.id, 180))
    assert bench.line == "Ringing…"
    assert stage.identity.note.text() == "Calling as +65 6123 4567"
    assert stage.buttons.end.text() == "Cancel"
    bench.click(stage.buttons.end)
    assert bench.user_agent.of(cmd.HangUp) == [cmd.HangUp(call.id)]


def test_buttons_that_need_an_answered_call_are_off_with_their_reason(bench):
    dialled(bench.phone, "102")
    stage = bench.show()
    assert not stage.controls.hold.isEnabled()
    assert not stage.controls.add_call.isEnabled()
    assert stage.controls.hold.toolTip() == "You can use this once they answer."
    assert stage.controls.mute.isEnabled()


def test_a_call_talked_on_shows_its_time_and_that_it_is_encrypted(bench):
    talking(bench.phone, "in-1", "102")
    bench.phone.handle(ev.MediaChanged("in-1", True, "G722", 16000, "AES_CM_128_HMAC_SHA1_80", "tls"))
    bench.phone.handle(ev.MediaMeasured("in-1", mos=4.3))
    bench.clock.pass_(252)
    stage = bench.show()
    assert bench.line == "4:12"
    assert stage.state == "active"
    assert stage.top_bar.pill.words == ("Encrypted", "Good")
    assert stage.top_bar.pill.accessibleName() == "Encrypted, quality good"


def test_media_without_encrypted_signalling_is_not_called_encrypted(bench):
    talking(bench.phone)
    bench.phone.handle(ev.MediaChanged("in-1", True, "G722", 16000, "AES_CM_128_HMAC_SHA1_80", "udp"))
    assert bench.show().top_bar.pill.words[0] == "Not encrypted"


def test_nothing_is_said_of_encryption_before_the_media_is_known(bench):
    dialled(bench.phone)
    assert bench.show().top_bar.pill.isHidden()


def test_mute_is_asked_and_its_label_tells_the_state_while_its_name_stays(bench):
    talking(bench.phone)
    mute = bench.show().controls.mute
    bench.click(mute)
    assert bench.user_agent.of(cmd.SetMuted) == [cmd.SetMuted("in-1", True)]
    assert (mute.text(), mute.isChecked(), mute.accessibleName()) == ("Muted", True, "Mute")
    bench.click(mute)
    assert bench.user_agent.of(cmd.SetMuted)[-1] == cmd.SetMuted("in-1", False)
    assert (mute.text(), mute.isChecked()) == ("Mute", False)


def test_hold_shows_how_long_and_resume_takes_it_up_again(bench):
    talking(bench.phone)
    stage = bench.show()
    bench.click(stage.controls.hold)
    assert bench.user_agent.of(cmd.Hold) == [cmd.Hold("in-1")]
    assert stage.state == "hold"
    assert not stage.slot.resume_button.isEnabled()  # the other side has not agreed yet
    bench.phone.handle(ev.HoldChanged("in-1", True, False))
    bench.clock.pass_(38)
    stage.refresh()
    assert bench.line == "On hold · 0:38"
    assert stage.controls.hold.text() == "On hold"
    bench.click(stage.slot.resume_button)
    assert bench.user_agent.of(cmd.Resume) == [cmd.Resume("in-1")]
    assert stage.slot.resume_button.isHidden()


def test_held_by_the_other_side_says_by_whom_and_offers_no_resume(bench):
    talking(bench.phone, "in-1", "102")
    bench.phone.handle(ev.HoldChanged("in-1", False, True))
    stage = bench.show()
    assert bench.line == "On hold by Priya"
    assert stage.slot.resume_button.isHidden()


def test_digit_keys_and_a_paste_are_sent_without_opening_the_keypad(bench):
    talking(bench.phone)
    stage = bench.show()
    bench.qtbot.keyClick(stage, "5")
    bench.qtbot.keyClick(stage.controls.mute, "#")
    QGuiApplication.clipboard().setText("12 34*")
    bench.qtbot.keyClick(stage, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert [command.digits for command in bench.user_agent.of(cmd.SendDigits)] == ["5", "#", "1234*"]


def test_the_keypad_sends_each_key_and_shows_what_was_sent(bench):
    talking(bench.phone)
    stage = bench.show()
    bench.click(stage.controls.keypad)
    assert stage.dial_page.isVisible()
    assert stage.identity.shape_name == "slim"
    for key in ("4", "2", "0", "#"):
        bench.click(stage.dial_page.keypad.key(key))
    assert stage.dial_page.sent.digits == "420#"
    assert [command.digits for command in bench.user_agent.of(cmd.SendDigits)] == ["4", "2", "0", "#"]
    bench.click(stage.buttons.hide_keypad)
    assert stage.controls.isVisible()


def test_two_calls_show_the_held_one_and_swap_changes_between_them(bench):
    bench.two_calls()
    stage = bench.show()
    assert stage.call.id == "second"
    assert stage.held_card.isVisible()
    assert stage.buttons.end.text() == "End call with Priya"
    assert stage.controls.swap.isVisible()
    assert stage.controls.add_call.isHidden()
    bench.click(stage.held_card.swap_button)
    assert bench.user_agent.of(cmd.Resume) == [cmd.Resume("first")]
    assert bench.user_agent.of(cmd.Hold)[-1] == cmd.Hold("second")
    assert stage.call.id == "first"


def test_when_one_of_two_calls_ends_the_other_is_resumed_and_shown(bench):
    bench.two_calls()
    stage = bench.show()
    bench.phone.handle(ev.CallDisconnected("second", 200))
    assert stage.call.id == "first"
    assert bench.user_agent.of(cmd.Resume) == [cmd.Resume("first")]
    assert stage.held_card.isHidden()
    assert bench.phone.calls.get("second") is None


def test_an_added_call_that_fails_leaves_its_reason_with_the_first(bench):
    talking(bench.phone, "first", "104")
    stage = bench.show()
    call = bench.phone.call("102")
    bench.phone.handle(ev.HoldChanged("first", True, False))
    bench.phone.handle(ev.CallDisconnected(call.id, 486))
    assert stage.call.id == "first"
    assert stage.slot.notice.text == "Priya is on another call."


def test_add_call_goes_to_the_box(bench):
    talking(bench.phone)
    bench.click(bench.show().controls.add_call)
    assert bench.asked == ["add"]


def test_a_call_ended_closes_by_itself(bench):
    talking(bench.phone)
    stage = bench.show()
    bench.phone.handle(ev.CallDisconnected("in-1", 200))
    assert bench.line == "Call ended"
    assert stage.state == "ended"
    with bench.qtbot.waitSignal(stage.finished, timeout=2000):
        stage.buttons.close_call.run(120)
    assert shown_call(bench.phone) is None


def test_the_close_ring_starts_at_six_seconds(bench):
    talking(bench.phone)
    stage = bench.show()
    bench.phone.handle(ev.CallDisconnected("in-1", 200))
    assert 5000 < stage.buttons.close_call.milliseconds_left <= 6000


def test_a_failure_stays_until_it_is_closed(bench):
    call = dialled(bench.phone, "+442079460018")
    stage = bench.show()
    bench.phone.handle(ev.CallDisconnected(call.id, 403))
    assert bench.line == "This call isn't allowed"
    assert stage.state == "fail"
    assert stage.buttons.close_call.milliseconds_left is None
    assert stage.buttons.call_again.text() == "Try again"
    with bench.qtbot.waitSignal(stage.finished):
        bench.click(stage.buttons.close_call)


def test_call_again_dials_the_same_number_and_forgets_the_old_call(bench):
    call = dialled(bench.phone, "+6591234567")
    stage = bench.show()
    bench.phone.handle(ev.CallDisconnected(call.id, 486))
    bench.click(stage.buttons.call_again)
    assert [command.target for command in bench.user_agent.of(cmd.MakeCall)] == ["+6591234567", "+6591234567"]
    assert stage.call.id != call.id
    assert bench.phone.calls.get(call.id) is None


def test_calling_again_is_off_while_offline_and_says_why(bench):
    call = dialled(bench.phone, "102")
    stage = bench.show()
    bench.phone.handle(ev.CallDisconnected(call.id, 486))
    bench.phone.handle(ev.RegistrationChanged(LINE, RegistrationState.FAILED))
    assert not stage.buttons.call_again.isEnabled()
    assert stage.buttons.call_again.toolTip() == "You're offline"


def test_ending_a_call_does_not_move_the_focus_to_close(bench):
    talking(bench.phone)
    stage = bench.show()
    stage.buttons.end.setFocus()
    bench.phone.handle(ev.CallDisconnected("in-1", 200))
    assert not stage.buttons.close_call.hasFocus()


def test_a_crash_of_the_user_agent_is_shown_as_a_lost_connection(bench):
    talking(bench.phone)
    stage = bench.show()
    bench.phone.handle(ev.UserAgentDied("signal 6", 0.5))
    assert bench.line == "Connection lost"
    assert stage.identity.sentence.plain_text() == "The connection didn't come back."
    assert stage.state == "fail"


def test_silence_while_the_registrar_is_out_of_reach_is_reconnecting(bench):
    talking(bench.phone)
    stage = bench.show()
    bench.phone.handle(ev.MediaMeasured("in-1", mos=4.1, quiet_seconds=6))
    assert bench.line == "0:00"  # a far end that sends nothing while silent is no lost connection
    bench.phone.handle(ev.RegistrationChanged(LINE, RegistrationState.FAILED))
    assert bench.line == "Reconnecting… 0:06"
    assert stage.slot.notice.title == "Connection lost"
    bench.phone.handle(ev.MediaMeasured("in-1", mos=4.1, quiet_seconds=0))
    assert bench.line == "0:00"
    assert stage.slot.notice is None


def test_without_a_microphone_the_call_goes_on_and_says_so(bench):
    talking(bench.phone)
    bench.phone.handle(ev.SoundTrouble("no_microphone"))
    stage = bench.show()
    assert stage.slot.notice.title == "No microphone found"
    stage.slot.notice.on_button()
    assert bench.asked == ["audio"]
    bench.phone.handle(ev.SoundTrouble("found"))
    assert stage.slot.notice is None


def test_the_audio_menu_chooses_a_microphone_at_once(bench):
    devices = (SoundDevice("m1", "Jabra Evolve2 65", "input", True), SoundDevice("m2", "Built-in", "input"))
    bench.phone.handle(ev.SoundDevicesChanged(devices, SoundInUse(speaker="Jabra Evolve2 65")))
    talking(bench.phone)
    stage = bench.show()
    assert stage.controls.audio.accessibleName() == "Audio device, Jabra Evolve2 65, menu"
    bench.click(stage.controls.audio)
    menu = stage.controls.audio.findChild(PopupMenu)
    choice = next(item for item in menu.items if item.item.text == "Built-in")
    choice.click()
    assert bench.phone.sound_choice.microphone == "m2"


def test_levels_and_quality_are_asked_for_only_while_the_stage_is_seen(bench):
    talking(bench.phone)
    stage = bench.show()
    assert bench.user_agent.of(cmd.ReportLevels)[-1] == cmd.ReportLevels(True)
    assert bench.phone.quality_watched
    stage.hide()
    assert bench.user_agent.of(cmd.ReportLevels)[-1] == cmd.ReportLevels(False)
    assert not bench.phone.quality_watched


def test_no_timer_runs_while_the_stage_is_hidden_or_the_call_is_over(bench):
    talking(bench.phone)
    stage = bench.show()
    assert stage._seconds.isActive()
    stage.hide()
    assert not stage._seconds.isActive()
    stage.show()
    bench.phone.handle(ev.CallDisconnected("in-1", 200))
    assert not stage._seconds.isActive()


def test_a_second_that_passes_changes_the_time_and_lays_nothing_out(bench, monkeypatch):
    talking(bench.phone)
    stage = bench.show()
    laid_out = []
    monkeypatch.setattr(stage, "_arrange", lambda: laid_out.append("stage"))
    monkeypatch.setattr(stage.identity, "_arrange", lambda: laid_out.append("identity"))
    for shown in ("0:01", "0:02"):
        bench.clock.pass_(1)
        stage._seconds.timeout.emit()
        assert bench.line == shown
    bench.phone.handle(ev.MediaMeasured("in-1", mos=4.3))
    laid_out.clear()  # the first measurement fills the pill
    bench.phone.handle(ev.MediaMeasured("in-1", mos=4.3))
    assert not laid_out
    bench.clock.pass_(600)
    stage._seconds.timeout.emit()
    assert bench.line == "10:02"
    assert laid_out == ["identity"]


def test_a_click_that_is_refused_leaves_its_button_as_it_was(bench):
    call = talking(bench.phone)
    stage = bench.show()
    bench.phone.handle(ev.CallDisconnected(call.id, 200))
    stage.controls.mute.setChecked(True)  # as the click does before anything is asked
    stage._mute(True)
    assert not stage.controls.mute.isChecked()


def test_the_other_calls_hold_time_runs_too(bench):
    bench.two_calls()
    stage = bench.show()
    before = stage.held_card._state.text()
    bench.clock.pass_(5)
    stage._seconds.timeout.emit()
    assert stage.held_card._state.text() != before
    assert stage.held_card._state.text() in stage.held_card.accessibleName()


def test_a_declined_call_never_gets_a_stage(bench):
    incoming(bench.phone)
    bench.phone.calls.decline("in-1")
    assert shown_call(bench.phone) is None


def test_a_name_that_cannot_be_dialled_is_called_back_by_its_address(bench):
    call = talking(bench.phone, number="reception")
    assert dial_text(bench.phone, call.remote) == "reception@phone.example.com"
    call = incoming(bench.phone, "in-2", "+6591234567")
    assert dial_text(bench.phone, call.remote) == "+65 9123 4567"


def test_tab_goes_through_the_grid_then_end_call_then_the_top_bar(bench):
    talking(bench.phone)
    stage = bench.show()
    controls = stage.controls
    order = [controls.mute, controls.keypad, controls.audio, controls.hold, controls.add_call, stage.buttons.end,
             stage.top_bar.back_button, stage.top_bar.mini_button]  # fmt: skip
    seen, widget = [], controls.mute
    while len(seen) < 60 and (not seen or widget is not controls.mute):
        if widget in order and widget.isVisibleTo(stage):
            seen.append(widget)
        widget = widget.nextInFocusChain()
    assert seen == order


def test_digits_reach_a_call_that_was_just_dialled_from_the_box(bench, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    box, place = QLineEdit(), QVBoxLayout(window)
    place.addWidget(box)
    window.show()
    box.setFocus()
    call = dialled(bench.phone, "102")
    bench.show(place)
    assert bench.stage.isAncestorOf(window.focusWidget())
    bench.phone.handle(ev.CallConfirmed(call.id))
    qtbot.keyClick(window.focusWidget(), "1")
    assert bench.user_agent.of(cmd.SendDigits) == [cmd.SendDigits(call.id, "1")]


def test_a_field_in_which_something_is_typed_keeps_the_focus(bench, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    box, place = QLineEdit("Pri"), QVBoxLayout(window)
    place.addWidget(box)
    window.show()
    box.setFocus()
    talking(bench.phone)
    bench.show(place)
    assert window.focusWidget() is box


def test_nothing_can_be_asked_of_a_call_that_is_being_ended(bench):
    talking(bench.phone)
    stage = bench.show()
    bench.click(stage.buttons.end)
    assert bench.line == "Ending…"
    controls = stage.controls
    asked = (controls.mute, controls.keypad, controls.hold, controls.add_call, stage.buttons.end)
    assert not any(button.isEnabled() for button in asked)
