"""The audio and network pages: devices live with what is plugged in, and how the phone system is reached."""

import pytest
from PySide6.QtCore import QPoint, Qt

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.sound import SoundChoice, SoundDevice
from softphone.ui.widgets.banner import Banner
from tests.fakes.phone_ports import any_provisioning, talking
from tests.ui.settings_bench import SettingsBench

BUILT_IN = SoundDevice("mic-1", "Built-in microphone", "input", True)
HEADSET_MIC = SoundDevice("mic-2", "Jabra Evolve2 65", "input")
SPEAKERS = SoundDevice("out-1", "Built-in speakers", "output", True)
HEADSET = SoundDevice("out-2", "Jabra Evolve2 65", "output")
ALL = (BUILT_IN, HEADSET_MIC, SPEAKERS, HEADSET)


@pytest.fixture
def tested():
    return []


@pytest.fixture
def bench(qtbot, still, tested):
    made = SettingsBench(qtbot, page="audio", services={"test_call": lambda: tested.append("test")})
    made.phone.handle(ev.SoundDevicesChanged(ALL))
    made.settle()
    return made


def select(bench, name):
    return bench.row(name).editor.select


def choose(bench, name, text):
    bench.click(select(bench, name))
    bench.click(next(item for item in select(bench, name).menu.items if item.text() == text))
    bench.settle()


def is_shown(bench, name):
    row = bench.window.view.rows.get(name)
    return row is not None and row.isVisible()


def sent(bench):
    return bench.user_agent.of(cmd.SelectSound)[-1]


# --- audio ------------------------------------------------------------------------------------------------------------


def test_the_system_s_default_comes_first_with_its_name(bench):
    bench.click(select(bench, "microphone"))
    texts = [item.text() for item in select(bench, "microphone").menu.items]
    assert texts == ["System default (Built-in microphone)", "Built-in microphone", "Jabra Evolve2 65"]


def test_microphone_speaker_and_ringtone_are_chosen_apart(bench):
    choose(bench, "microphone", "Jabra Evolve2 65")
    choose(bench, "speaker", "Jabra Evolve2 65")
    choose(bench, "ringer", "Built-in speakers")
    assert bench.phone.sound_choice == SoundChoice("mic-2", "out-2", "out-1")
    assert (sent(bench).microphone, sent(bench).speaker, sent(bench).ringer) == ("mic-2", "out-2", "out-1")
    choose(bench, "speaker", "System default (Built-in speakers)")
    assert bench.phone.sound_choice.speaker is None


def test_a_chosen_device_that_left_stays_named_as_gone(bench):
    choose(bench, "microphone", "Jabra Evolve2 65")
    bench.phone.handle(ev.SoundDevicesChanged((BUILT_IN, SPEAKERS)))
    bench.settle()
    assert select(bench, "microphone").text() == "Not plugged in"
    bench.phone.handle(ev.SoundDevicesChanged(ALL))
    bench.settle()
    assert select(bench, "microphone").text() == "Jabra Evolve2 65"


def test_a_change_from_elsewhere_is_shown_and_not_sent_back(bench):
    before = len(bench.user_agent.of(cmd.SelectSound))
    bench.phone.choose_sound(SoundChoice(speaker="out-2", echo_cancellation=False))
    bench.settle()
    assert select(bench, "speaker").text() == "Jabra Evolve2 65"
    assert not bench.row("echo_cancellation").editor.switch.isChecked()
    assert len(bench.user_agent.of(cmd.SelectSound)) == before + 1


def test_the_whole_row_is_its_switch(bench):
    bench.click(bench.row("echo_cancellation"), QPoint(30, 20))
    assert bench.phone.sound_choice.echo_cancellation is False
    bench.click(bench.row("noise_suppression").editor.switch)
    assert sent(bench).noise_suppression is False


@pytest.mark.parametrize(("name", "file"), [("speaker", "waiting.wav"), ("ringer", "ringtone.wav")])
def test_a_sound_is_played_through_the_device_that_is_tried_and_stopped_again(bench, name, file):
    play = bench.row(name).editor.play
    bench.click(play)
    played = bench.user_agent.of(cmd.PlayFile)[-1]
    assert played.device == name
    assert played.path.endswith(file)
    bench.settle()
    assert play.accessibleName() == "Stop"
    bench.click(play)
    assert bench.user_agent.of(cmd.StopFile)


def test_nothing_is_tried_during_a_call(bench, tested):
    bench.click(bench.row("test_call").editor.button)
    assert tested == ["test"]
    talking(bench.phone, "a", "102")
    bench.settle()
    assert not bench.row("speaker").editor.play.isEnabled()
    assert not bench.row("test_call").editor.button.isEnabled()


def test_no_microphone_is_said_until_there_is_one(bench):
    def notice():
        return [banner.accessibleName() for banner in bench.window.view.findChildren(Banner) if banner.isVisible()]

    assert notice() == []
    bench.phone.handle(ev.SoundTrouble("no_microphone"))
    bench.settle()
    assert notice() == ["No microphone found Plug one in, or choose one in Audio."]
    bench.phone.handle(ev.SoundTrouble("found"))
    bench.settle()
    assert notice() == []


def test_the_level_is_asked_for_only_while_it_moves_in_view(bench):
    assert not is_shown(bench, "level")
    talking(bench.phone, "a", "102")
    bench.settle()
    assert is_shown(bench, "level")
    assert bench.user_agent.of(cmd.ReportLevels)[-1].on
    bench.phone.handle(ev.LevelsMeasured(0.6, 0.1))
    bench.qtbot.waitUntil(lambda: bench.row("level").editor.meter.lit > 5)
    bench.window.hide()
    assert not bench.user_agent.of(cmd.ReportLevels)[-1].on


def test_without_an_echo_to_call_there_is_no_test_call(qtbot, still):
    bench = SettingsBench(qtbot, page="audio")
    assert not is_shown(bench, "test_call")


# --- network ----------------------------------------------------------------------------------------------------------


def network(bench):
    bench.window.open("network")
    bench.settle()
    return bench


def test_encryption_is_saved_and_the_line_is_registered_anew(bench):
    network(bench)
    bench.click(bench.row("tls").editor.switch)
    assert bench.saves[-1] == {"network": {"tls": True}}
    bench.service_saves()
    bench.phone.handle(ev.ProvisioningLoaded(any_provisioning(transports=("tls",))))
    assert bench.user_agent.of(cmd.Register)[-1].transport == "tls"


def test_a_local_server_is_switched_on_typed_and_forgotten(bench):
    network(bench)
    editor = bench.row("local_sip_server").editor
    assert not editor.text.isVisible()
    bench.click(editor.switch)
    assert bench.window.focusWidget() is editor.edit
    assert not bench.saves, "on without an address is nothing yet"
    bench.qtbot.keyClicks(editor.edit, "10.20.0.30")
    bench.keys(editor.edit, Qt.Key.Key_Return)
    assert bench.saves[-1] == {"network": {"local_sip_server_ip": "10.20.0.30"}}
    bench.service_saves()
    assert bench.user_agent.of(cmd.Register)[-1].local_sip_server_ip == "10.20.0.30"
    bench.settle()
    bench.click(editor.switch)
    assert bench.saves[-1] == {"network": {"local_sip_server_ip": None}}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("10.20.0.300", "Each part must be 0 to 255."), ("the office", "Type an IP address, like 10.20.0.30."),
     ("10.20.0", "Type an IP address, like 10.20.0.30.")],
)  # fmt: skip
def test_what_is_no_address_is_said_beside_the_field_and_not_sent(bench, typed, sentence):
    network(bench)
    row = bench.row("local_sip_server")
    bench.click(row.editor.switch)
    bench.qtbot.keyClicks(row.editor.edit, typed)
    bench.keys(row.editor.edit, Qt.Key.Key_Return)
    assert row.fault.text == sentence
    assert not bench.saves
    bench.keys(row.editor.edit, Qt.Key.Key_Escape)
    assert row.fault.text == ""


def test_an_ipv6_address_is_one_too(bench):
    network(bench)
    row = bench.row("local_sip_server")
    bench.click(row.editor.switch)
    bench.qtbot.keyClicks(row.editor.edit, "fd00::10")
    bench.keys(row.editor.edit, Qt.Key.Key_Return)
    assert bench.saves[-1] == {"network": {"local_sip_server_ip": "fd00::10"}}
