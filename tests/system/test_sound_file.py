"""A message that is listened to: an MP3 as the phone system makes it, heard in the device that was chosen."""

from array import array

import pytest

from softphone.pbx.media.mp3 import encode
from tests.system.sound_fixture import RATE, PulseServer, level_db, match_by_parts, read_wav, speak, wait_until
from tests.system.sound_rig import SoundRig


@pytest.fixture
def pulse():
    with PulseServer() as server:
        server.add_speaker("desk_bell")
        yield server


@pytest.fixture
def rig(pulse):
    with SoundRig(pulse.env()) as started:
        yield started


@pytest.fixture(scope="module")
def voice(tmp_path_factory):
    return speak(tmp_path_factory.mktemp("speech") / "voice.wav")


@pytest.fixture
def message(voice, tmp_path):
    path = tmp_path / "message.mp3"
    path.write_bytes(encode(array("h", read_wav(voice).tobytes()), RATE))
    return path


def wait_for_end(rig):
    rig.wait(lambda e: e["is"] == "FilePlayed" and not e["playing"], "the end of the file", 20)


def heard(pulse, speaker, play):
    """What came out of a speaker meanwhile."""
    recording = pulse.record(speaker)
    play()
    return recording.stop()


@pytest.mark.parametrize(("device", "speaker", "silent"), [
    ("speaker", "headset_out", "desk_bell"), ("ringer", "desk_bell", "headset_out"),
])  # fmt: skip
def test_an_mp3_is_heard_whole_in_the_chosen_device_and_nowhere_else(
    pulse, rig, voice, message, device, speaker, silent
):
    rig.do("choose", microphone=None, speaker="pulseaudio:headset_out", ringer="pulseaudio:desk_bell")
    elsewhere = pulse.record(silent)

    def play():
        rig.do("file", play_id="one", path=str(message), device=device)
        wait_for_end(rig)

    sound = heard(pulse, speaker, play)
    match, level, _ = match_by_parts(read_wav(voice)[:-RATE], sound)
    assert match > 0.8, f"{match:.2f} of the message was heard"
    assert abs(level) < 2
    assert level_db(elsewhere.stop()) < -60


def test_a_stopped_message_is_silent_at_once(pulse, rig, message):
    recording = pulse.record("headset_out")
    rig.do("choose", microphone=None, speaker="pulseaudio:headset_out", ringer=None)
    rig.do("file", play_id="one", path=str(message))
    wait_until(lambda: level_db(recording.so_far()[-RATE:]) > -40, "the message", 6)
    rig.do("stop_file")
    wait_for_end(rig)
    wait_until(lambda: level_db(recording.so_far()[-RATE // 2 :]) < -60, "silence", 3)
    recording.stop()
