"""Devices plugged in, pulled, chosen and changed under a running call."""

import pytest

from tests.system.sound_fixture import RATE, PulseServer, level_db, speak, wait_until
from tests.system.sound_rig import SoundRig


@pytest.fixture
def pulse():
    with PulseServer() as server:
        yield server


@pytest.fixture
def rig(pulse):
    with SoundRig(pulse.env()) as started:
        yield started


@pytest.fixture(scope="module")
def voice(tmp_path_factory):
    return speak(tmp_path_factory.mktemp("speech") / "voice.wav")


def hears(pulse, voice, microphone, speaker):
    """Whether what is spoken into one device comes out of the other, in an echo call."""
    recording = pulse.record(speaker)
    speaking = pulse.play(voice, microphone)
    wait_until(lambda: level_db(recording.so_far()[-RATE:]) > -40, f"the voice from {microphone} at {speaker}", 6)
    speaking.kill()
    speaking.wait(5)
    recording.stop()


def test_the_list_has_names_ids_and_defaults_and_no_monitors(pulse, rig):
    pulse.add_speaker("desk_bell")
    event = rig.wait(lambda e: e["is"] == "SoundDevicesChanged" and len(e["devices"]) == 4, "the new device", 6)
    devices = {device["id"]: device for device in event["devices"]}
    assert devices["pulseaudio:desk_bell"] == {
        "id": "pulseaudio:desk_bell", "name": "Desk Bell", "kind": "output", "is_default": False,
    }  # fmt: skip
    assert devices["pulseaudio:headset_mic"]["kind"] == "input"
    assert devices["pulseaudio:headset_mic"]["is_default"]
    assert devices["pulseaudio:headset_out"]["is_default"]
    assert not any(device.endswith(".monitor") for device in devices)


def test_a_speaker_pulled_in_a_call_gives_way_to_the_default_and_returns_when_plugged_in(pulse, rig, voice):
    pulse.add_speaker("usb_headset")
    rig.do("choose", microphone=None, speaker="pulseaudio:usb_headset", ringer=None)
    rig.call(back="echo")
    hears(pulse, voice, "headset_mic", "usb_headset")
    pulse.remove("usb_headset")
    rig.wait_in_use(speaker="Headset Out")
    hears(pulse, voice, "headset_mic", "headset_out")
    pulse.add_speaker("usb_headset")
    rig.wait_in_use(speaker="Usb Headset", seconds=8)
    hears(pulse, voice, "headset_mic", "usb_headset")


def test_a_microphone_pulled_in_a_call_gives_way_to_the_default(pulse, rig, voice):
    pulse.add_microphone("usb_mic")
    rig.do("choose", microphone="pulseaudio:usb_mic", speaker=None, ringer=None)
    rig.call(back="echo")
    hears(pulse, voice, "usb_mic", "headset_out")
    pulse.remove("usb_mic")
    rig.wait_in_use(microphone="Headset Mic")
    hears(pulse, voice, "headset_mic", "headset_out")


def test_the_default_is_followed_in_a_call(pulse, rig, voice):
    rig.call(back="echo")
    pulse.add_speaker("living_room")
    pulse.set_default(speaker="living_room")
    rig.wait_in_use(speaker="Living Room", seconds=8)
    hears(pulse, voice, "headset_mic", "living_room")


def test_another_device_chosen_in_a_call_is_taken_at_once(pulse, rig, voice):
    pulse.add_speaker("living_room")
    rig.call(back="echo")
    rig.do("choose", microphone=None, speaker="pulseaudio:living_room", ringer=None)
    rig.wait_in_use(speaker="Living Room")
    hears(pulse, voice, "headset_mic", "living_room")


def test_the_last_microphone_pulled_is_told_and_the_call_goes_on(pulse, rig, voice):
    rig.call(back="echo")
    pulse.remove("headset_mic")
    trouble = rig.wait(lambda e: e["is"] == "SoundTrouble", "the trouble", 8)
    assert trouble["kind"] == "microphone_lost"
    rig.do("tone", tone="busy")  # the speaker goes on
    recording = pulse.record()
    wait_until(lambda: level_db(recording.so_far()[-RATE:]) > -45, "the speaker", 5)
    rig.do("tone", tone="none")
    pulse.add_microphone("headset_mic")
    pulse.set_default(microphone="headset_mic")
    assert rig.wait(lambda e: e["is"] == "SoundTrouble", "its end", 12)["kind"] == "found"
    recording.stop()
    hears(pulse, voice, "headset_mic", "headset_out")


def test_the_sound_server_killed_in_a_call_ends_neither_the_call_nor_the_process(pulse, rig):
    rig.call(back="echo")
    pulse.stop_daemon()
    kinds = {rig.wait(lambda e: e["is"] == "SoundTrouble", "the trouble", 8)["kind"] for _ in range(2)}
    assert kinds == {"microphone_lost", "speaker_lost"}
    assert rig.ask("statistics")["in_use"] == {"microphone": "", "speaker": "", "ringer": ""}


def test_without_any_sound_server_calls_still_run(tmp_path):
    import os

    env = {name: value for name, value in os.environ.items() if not name.startswith(("PULSE", "PIPEWIRE", "XDG_RUN"))}
    with SoundRig(env | {"PULSE_SERVER": f"unix:{tmp_path}/nobody", "HOME": str(tmp_path)}) as rig:
        rig.do("call", back="echo")
        kinds = {rig.wait(lambda e: e["is"] == "SoundTrouble", "the trouble")["kind"] for _ in range(2)}
        assert kinds == {"no_microphone", "no_speaker"}
        assert rig.ask("statistics")["in_use"]["microphone"] == ""
        assert not any("ALSA" in line or "jack" in line.lower() for line in rig.errors)


def test_the_null_sound_system_carries_a_call():
    import os

    with SoundRig(dict(os.environ) | {"SOFTPHONE_SOUND": "null"}) as rig:
        rig.call(back="echo")
        wait_until(lambda: rig.ask("statistics")["speaker_waiting_ms"] > 0, "sound on its way", 5)
        assert rig.ask("statistics")["microphone_overruns"] == 0
