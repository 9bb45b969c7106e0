"""The telephone's own sounds."""

import numpy as np
import pytest

from softphone.audio.format import RATE
from softphone.audio.tones import LOOPS, TonePlayer, digit_sound, sound
from softphone.resources import resource


def spectrum_peaks(samples, count):
    size = len(samples)
    power = np.abs(np.fft.rfft(np.asarray(samples, dtype=float) * np.hanning(size)))
    peaks = []
    for _ in range(count):
        at = int(np.argmax(power))
        peaks.append(at * RATE / size)
        power[max(0, at - 6) : at + 7] = 0
    return sorted(peaks)


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_is_heard_never_clips_and_joins_its_beginning_without_a_click(name):
    samples = np.asarray(sound(name), dtype=int)
    assert 1000 < np.abs(samples).max() < 32767
    assert abs(samples[0]) < 200
    assert np.abs(samples[-160:]).max() < 200


def test_the_waiting_tone_is_much_quieter_than_the_ringtone():
    assert max(sound("waiting")) * 3 < max(sound("ringtone"))


@pytest.mark.parametrize(("digit", "low", "high"), [("1", 697, 1209), ("6", 770, 1477), ("#", 941, 1477), ("*", 941, 1209), ("a", 697, 1633)])  # fmt: skip  # noqa: E501
def test_a_key_sounds_as_q23_says(digit, low, high):
    assert spectrum_peaks(digit_sound(digit), 2) == pytest.approx([low, high], abs=9)


@pytest.mark.parametrize("digit", ["", "12", "E", "x", "/"])
def test_there_are_no_other_keys(digit):
    with pytest.raises(ValueError, match="no key"):
        digit_sound(digit)


def test_the_files_are_what_their_script_makes(tmp_path, monkeypatch):
    script = resource("sounds", "make_sounds.py")
    made = {"__file__": str(script), "__name__": "make_sounds"}
    exec(compile(script.read_text(), str(script), "exec"), made)
    made["HERE"] = tmp_path
    made["main"]()
    for file in resource("sounds").glob("*.wav"):
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), file.name
    assert len(list(tmp_path.iterdir())) == len(list(resource("sounds").glob("*.wav")))


def test_a_loop_goes_on_and_a_single_sound_ends():
    from array import array

    player = TonePlayer()
    assert player.take(4) is None
    player.play(array("h", [1, 2, 3]), loop=True)
    assert list(player.take(5)) == [1, 2, 3, 1, 2]
    assert list(player.take(7)) == [3, 1, 2, 3, 1, 2, 3]
    player.play(array("h", [7, 8, 9]), loop=False)
    assert list(player.take(2)) == [7, 8]
    assert list(player.take(2)) == [9, 0]
    assert not player.playing
    player.play(array("h", [1]), loop=True)
    player.stop()
    assert player.take(1) is None
