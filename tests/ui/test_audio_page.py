"""The Audio page over a real telephone: devices, choices, trouble."""

import pytest
from PySide6.QtCore import QPoint, Qt

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.sound import SoundChoice, SoundDevice
from softphone.ui.audio_page.audio_page import AudioPage
from tests.fakes.phone_ports import make_phone, talking

BUILT_IN = SoundDevice("mic-1", "Built-in microphone", "input", True)
HEADSET_MIC = SoundDevice("mic-2", "Jabra Evolve2 65", "input")
SPEAKERS = SoundDevice("out-1", "Built-in speakers", "output", True)
HEADSET = SoundDevice("out-2", "Jabra Evolve2 65", "output")
ALL = (BUILT_IN, HEADSET_MIC, SPEAKERS, HEADSET)


class Bench:
    def __init__(self, qtbot):
        self.qtbot = qtbot
        self.phone, self.user_agent, *_ = make_phone()
        self.phone.handle(ev.SoundDevicesChanged(ALL))
        self.calls = []
        self.page = AudioPage(self.phone, test_call=lambda: self.calls.append("test"))
        qtbot.addWidget(self.page)
        self.page.resize(700, 640)
        self.page.show()

    def click(self, widget):
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)

    def choose(self, select, text):
        self.click(select)
        self.click(next(item for item in select.menu.items if item.text() == text))

    @property
    def sent(self):
        return self.user_agent.of(cmd.SelectSound)[-1]


@pytest.fixture
def bench(qtbot, still):
    return Bench(qtbot)


def test_the_system_s_default_comes_first_with_its_name(bench):
    bench.click(bench.page.microphone)
    texts = [item.text() for item in bench.page.microphone.menu.items]
    assert texts == ["System default (Built-in microphone)", "Built-in microphone", "Jabra Evolve2 65"]
    bench.page.microphone.menu.close()
    assert bench.page.speaker.text() == "System default (Built-in speakers)"


def test_microphone_speaker_and_ringtone_are_chosen_apart(bench):
    bench.choose(bench.page.microphone, "Jabra Evolve2 65")
    bench.choose(bench.page.speaker, "Jabra Evolve2 65")
    bench.choose(bench.page.ringer, "Built-in speakers")
    assert bench.phone.sound_choice == SoundChoice("mic-2", "out-2", "out-1")
    assert (bench.sent.microphone, bench.sent.speaker, bench.sent.ringer) == ("mic-2", "out-2", "out-1")
    bench.choose(bench.page.speaker, "System default (Built-in speakers)")
    assert bench.phone.sound_choice.speaker is None


def test_what_is_plugged_in_appears_and_a_chosen_device_that_left_stays_named_as_gone(bench):
    bench.choose(bench.page.microphone, "Jabra Evolve2 65")
    bench.phone.handle(ev.SoundDevicesChanged((BUILT_IN, SPEAKERS)))
    assert bench.page.microphone.text() == "Not plugged in"
    bench.phone.handle(ev.SoundDevicesChanged(ALL))
    assert bench.page.microphone.text() == "Jabra Evolve2 65"


def test_a_change_from_elsewhere_is_shown_and_not_sent_back(bench):
    before = len(bench.user_agent.of(cmd.SelectSound))
    bench.phone.choose_sound(SoundChoice(speaker="out-2", echo_cancellation=False))
    assert bench.page.speaker.text() == "Jabra Evolve2 65"
    assert not bench.page.echo.isChecked()
    assert len(bench.user_agent.of(cmd.SelectSound)) == before + 1


def test_the_whole_row_is_its_switch(bench):
    assert bench.page.echo.isChecked()
    bench.qtbot.mouseClick(bench.page.echo.parentWidget(), Qt.MouseButton.LeftButton, pos=QPoint(30, 20))
    assert bench.phone.sound_choice.echo_cancellation is False
    bench.click(bench.page.noise)
    assert bench.sent.noise_suppression is False


def test_no_microphone_is_said_until_there_is_one(bench):
    assert not bench.page.trouble.isVisible()
    bench.phone.handle(ev.SoundTrouble("no_microphone"))
    assert bench.page.trouble.accessibleName() == "No microphone found Plug one in, or choose one in Audio."
    assert bench.page.trouble.isVisible()
    bench.phone.handle(ev.SoundTrouble("found"))
    assert not bench.page.trouble.isVisible()


def test_levels_are_asked_for_only_while_the_page_is_in_view(bench):
    assert bench.user_agent.of(cmd.ReportLevels)[-1].on
    bench.page.hide()
    assert not bench.user_agent.of(cmd.ReportLevels)[-1].on


def test_the_meter_is_there_while_the_microphone_is_open(bench):
    assert not bench.page.meter.isVisible()
    talking(bench.phone, "a", "102")
    assert bench.page.meter.isVisible()
    bench.phone.handle(ev.LevelsMeasured(0.6, 0.1))
    bench.qtbot.waitUntil(lambda: bench.page.meter.lit > 5)


def test_the_test_call_is_off_during_a_call(bench):
    bench.click(bench.page.test_button)
    assert bench.calls == ["test"]
    talking(bench.phone, "a", "102")
    assert not bench.page.test_button.isEnabled()


def test_without_an_echo_to_call_there_is_no_test_call(qtbot, still):
    phone, *_ = make_phone()
    page = AudioPage(phone)
    qtbot.addWidget(page)
    page.show()
    assert not page.test_button.isVisible()
    page.resize(360, 600)
    assert page.microphone.width() > 200, "below its words there is room for names"
