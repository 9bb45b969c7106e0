"""Sound files, played in the chosen device and measured for their picture."""

import math
import wave
from array import array

import pytest

from softphone.audio.file_player import UnreadableSound, bars_of, read_sound
from softphone.audio.format import RATE
from softphone.phone.events import FileMeasured, FilePlayed
from tests.unit.test_audio_sound import BELL, MICROPHONE, SPEAKER, Desk

PIECE = 3200  # bytes: 100 ms


def sine(seconds, loudness=8000, rate=RATE):
    return array("h", [int(loudness * math.sin(i * 440 * 2 * math.pi / rate)) for i in range(int(seconds * rate))])


def any_file(path, *stretches, rate=RATE):
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        for samples in stretches:
            file.writeframes(samples.tobytes())
    return str(path)


@pytest.fixture
def desk():
    made = Desk(MICROPHONE, SPEAKER, BELL)
    yield made
    made.sound.close()


def played(desk, wanted=lambda e: True):
    return desk.wait_event(lambda e: isinstance(e, FilePlayed) and wanted(e))


def the_stream(desk, device_id):
    """The open device, once it is."""

    def is_open(event):
        return not isinstance(event, FilePlayed) and any(s.device_id == device_id for s in desk.backend.open_now())

    desk.wait_event(is_open)
    return next(s for s in desk.backend.open_now() if s.device_id == device_id)


def test_a_file_of_another_rate_is_read_in_the_rate_of_the_house(tmp_path):
    samples = read_sound(any_file(tmp_path / "a.wav", sine(0.5, rate=44100), rate=44100))
    assert len(samples) == pytest.approx(RATE / 2, abs=RATE / 100)
    assert max(samples) == pytest.approx(8000, rel=0.05)


def test_what_is_no_sound_is_refused_in_words(tmp_path):
    (tmp_path / "a.mp3").write_bytes(b"no sound" * 100)
    with pytest.raises(UnreadableSound):
        read_sound(str(tmp_path / "a.mp3"))
    with pytest.raises(UnreadableSound):
        read_sound(str(tmp_path / "missing.mp3"))


def test_a_longer_file_than_anybody_listens_to_is_cut(tmp_path):
    assert len(read_sound(any_file(tmp_path / "a.wav", sine(2)), longest=1)) <= 1.3 * RATE


def test_the_bars_are_as_loud_as_their_stretches_beside_the_loudest():
    samples = sine(0.1, 2000) + sine(0.1, 8000) + array("h", bytes(3200))
    assert bars_of(samples, 3) == (pytest.approx(0.25, abs=0.01), 1.0, 0.0)
    assert bars_of(array("h"), 3) == (0.0, 0.0, 0.0)


def test_a_file_is_measured_without_being_heard(desk, tmp_path):
    path = any_file(tmp_path / "a.wav", sine(0.5, 8000), sine(0.5, 4000))
    desk.sound.measure_file(path, 2)
    measured = desk.wait_event(lambda e: isinstance(e, FileMeasured))
    assert measured == FileMeasured(path, pytest.approx(1.0), (1.0, pytest.approx(0.5, abs=0.01)))
    assert not desk.backend.open_now()


def test_a_file_that_is_no_sound_measures_as_unreadable(desk, tmp_path):
    desk.sound.measure_file(str(tmp_path / "missing.mp3"), 2)
    assert desk.wait_event(lambda e: isinstance(e, FileMeasured)).fault == "unreadable"


def test_a_file_is_heard_in_the_speaker_and_its_progress_is_told_until_it_is_over(desk, tmp_path):
    path = any_file(tmp_path / "a.wav", sine(0.3))
    desk.sound.play_file("one", path)
    assert played(desk) == FilePlayed("one", 0.0, pytest.approx(0.3), True)
    speaker = the_stream(desk, None)
    heard = array("h", speaker.callback(PIECE))
    assert max(heard) == pytest.approx(8000, rel=0.01)
    assert played(desk, lambda e: e.at > 0.05).at == pytest.approx(0.1)
    for _ in range(6):
        speaker.callback(PIECE)
    assert played(desk, lambda e: not e.playing) == FilePlayed("one", pytest.approx(0.3), pytest.approx(0.3), False)


def test_a_file_may_be_heard_in_the_ringing_device_and_from_the_middle(desk, tmp_path):
    desk.sound.set_devices(ringer="fake:bell")
    path = any_file(tmp_path / "a.wav", array("h", bytes(2 * RATE)), sine(1))
    desk.sound.play_file("one", path, 1.0, "ringer")
    assert played(desk).at == pytest.approx(1.0)
    bell = the_stream(desk, "fake:bell")
    assert max(array("h", bell.callback(PIECE))) == pytest.approx(8000, rel=0.01)
    assert [stream.device_id for stream in desk.backend.open_now()] == ["fake:bell"]


def test_another_file_takes_the_place_of_the_one_that_plays(desk, tmp_path):
    desk.sound.play_file("one", any_file(tmp_path / "a.wav", sine(9)))
    played(desk, lambda e: e.playing)
    desk.sound.play_file("two", any_file(tmp_path / "b.wav", sine(9)))
    assert played(desk, lambda e: not e.playing).play_id == "one"
    assert played(desk, lambda e: e.playing).play_id == "two"


def test_a_stopped_file_is_silent_and_tells_where_it_stopped(desk, tmp_path):
    desk.sound.play_file("one", any_file(tmp_path / "a.wav", sine(9)))
    played(desk)
    speaker = the_stream(desk, None)
    speaker.callback(PIECE)
    desk.sound.stop_file()
    assert played(desk, lambda e: not e.playing) == FilePlayed("one", pytest.approx(0.1), pytest.approx(9), False)
    assert speaker.callback(PIECE) == b""


def test_a_file_that_is_no_sound_is_told_and_nothing_is_opened(desk, tmp_path):
    (tmp_path / "a.mp3").write_bytes(b"no sound" * 100)
    desk.sound.play_file("one", str(tmp_path / "a.mp3"))
    assert played(desk) == FilePlayed("one", 0.0, 0.0, False, "unreadable")
    assert not desk.backend.open_now()


def test_there_is_no_third_device(desk, tmp_path):
    with pytest.raises(ValueError, match="no device"):
        desk.sound.play_file("one", "a.wav", 0.0, "microphone")
