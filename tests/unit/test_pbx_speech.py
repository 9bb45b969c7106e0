"""Speech and tones for robots and greetings."""

import stat
import wave
from array import array
from pathlib import Path

import numpy as np
import pytest

from softphone.pbx.media.languages import LANGUAGES
from softphone.pbx.media.sounds import Beep, Phrase, Sounds
from softphone.pbx.media.speech import (
    SAMPLE_RATE,
    SpeechFailed,
    Voice,
    resample,
    speak,
    synthesise,
    tone,
    write_wav,
)

FEMALE, MALE = Voice(gender="female"), Voice(gender="male")


def samples_of(file: Path) -> np.ndarray:
    with wave.open(str(file)) as source:
        assert (source.getframerate(), source.getnchannels(), source.getsampwidth()) == (16_000, 1, 2)
        return np.frombuffer(source.readframes(source.getnframes()), dtype="<i2").astype(float)


def spoken(folder: Path, text: str, voice: Voice) -> np.ndarray:
    file = folder / "spoken.wav"
    speak(text, voice, file)
    return samples_of(file)


def pitch(samples: np.ndarray) -> float:
    """The commonest period of the voice, in Hz."""
    frames = [samples[n : n + 1024] for n in range(0, len(samples) - 1024, 512)]
    loud = sorted(frames, key=lambda frame: -float(np.sum(frame**2)))[:20]
    found = []
    for frame in loud:
        correlation = np.correlate(frame, frame, "full")[1023:]
        found.append(SAMPLE_RATE / (40 + int(np.argmax(correlation[40:270]))))
    return float(np.median(found))


def test_text_is_spoken_as_16_khz_sound(tmp_path: Path):
    sound = spoken(tmp_path, "Good morning, this is Ben.", MALE)
    assert 1.0 < len(sound) / SAMPLE_RATE < 4.0
    assert np.sqrt(np.mean(sound**2)) > 1000


def test_a_longer_text_takes_longer(tmp_path: Path):
    assert len(spoken(tmp_path, "one two three four five six", MALE)) > 2 * len(spoken(tmp_path, "one", MALE))


def test_a_woman_speaks_higher_than_a_man(tmp_path: Path):
    text = "Hello, how are you today?"
    assert pitch(spoken(tmp_path, text, FEMALE)) > 1.3 * pitch(spoken(tmp_path, text, MALE))


def test_pitch_and_rate_are_heard(tmp_path: Path):
    text = "Hello, how are you today?"
    low, high = (spoken(tmp_path, text, Voice(pitch=value)) for value in (1, 9))
    slow, fast = (spoken(tmp_path, text, Voice(rate=value)) for value in (1, 9))
    assert pitch(high) > 1.2 * pitch(low)
    assert len(slow) > 1.4 * len(fast)


@pytest.mark.parametrize("text", ["", "  \n"])
def test_nothing_to_say_is_refused(tmp_path: Path, text: str):
    with pytest.raises(SpeechFailed):
        speak(text, MALE, tmp_path / "none.wav")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", [language.code for language in LANGUAGES])
def test_each_language_that_is_offered_is_spoken(language: str):
    rate, samples = synthesise("1 2 3", Voice(language=language))
    assert len(samples) / rate > 0.5


def test_languages_speak_differently():
    spoken_by = {code: len(synthesise("25 und 13", Voice(language=code))[1]) for code in ("en", "de", "zh", "ja", "ta")}
    assert len(set(spoken_by.values())) >= 4, spoken_by


def test_an_unknown_language_is_refused(tmp_path: Path):
    with pytest.raises(SpeechFailed, match="xx-none"):
        speak("hello", Voice(language="xx-none"), tmp_path / "none.wav")


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
def test_resampling_keeps_a_tone(rate: int):
    seconds = np.arange(rate) / rate
    source = array("h", (12_000 * np.sin(2 * np.pi * 1000 * seconds)).astype(np.int16).tobytes())
    result = np.array(resample(source, rate, SAMPLE_RATE), float)
    assert abs(len(result) - SAMPLE_RATE) <= 1
    wanted = 12_000 * np.sin(2 * np.pi * 1000 * np.arange(len(result)) / SAMPLE_RATE)
    assert np.abs(result - wanted)[100:-100].max() < 200


def test_resampling_lets_nothing_fold_back():
    seconds = np.arange(44_100) / 44_100
    source = array("h", (12_000 * np.sin(2 * np.pi * 12_000 * seconds)).astype(np.int16).tobytes())
    result = np.array(resample(source, 44_100, SAMPLE_RATE), float)[100:-100]
    assert np.sqrt(np.mean(result**2)) < 0.02 * 12_000


def test_a_tone_begins_and_ends_softly():
    sound = np.array(tone(1000, 0.2), float)
    assert len(sound) == 3200
    assert abs(sound[0]) < 10
    assert abs(sound[-1]) < 500
    assert int(np.argmax(np.abs(np.fft.rfft(sound)))) * SAMPLE_RATE / len(sound) == pytest.approx(1000)


def test_a_file_is_there_as_a_whole_or_not_at_all(tmp_path: Path):
    target = tmp_path / "folder-in-the-way.wav"
    target.mkdir()
    (target / "something").write_text("x")
    with pytest.raises(OSError, match="folder-in-the-way"):
        write_wav(target, tone(440, 0.1))
    assert [file.name for file in tmp_path.iterdir()] == ["folder-in-the-way.wav"]


class TestSounds:
    """Kept sounds come at once, others when they are made."""

    @staticmethod
    def sounds(folder: Path):
        import queue

        jobs = queue.Queue()
        return Sounds(folder / "sounds", jobs.put), jobs

    def test_a_sound_is_made_off_the_callers_thread_and_then_kept(self, tmp_path: Path):
        sounds, jobs = self.sounds(tmp_path)
        used = []
        sounds.fetch(Phrase("hello", MALE), used.append)
        assert used == []
        jobs.get(timeout=10)()
        assert samples_of(used[0]).any()
        sounds.fetch(Phrase("hello", MALE), used.append)
        assert used[1] == used[0]

    def test_sounds_that_differ_have_files_that_differ(self, tmp_path: Path):
        sounds, jobs = self.sounds(tmp_path)
        used = []
        for sound in (Phrase("hello", MALE), Phrase("hello", FEMALE), Phrase("bye", MALE), Beep(), Beep(500)):
            sounds.fetch(sound, used.append)
        for _ in range(5):
            jobs.get(timeout=10)()
        assert len(set(used)) == 5

    def test_a_voice_that_is_not_there_gives_tones_so_that_a_call_is_never_silent(self, tmp_path: Path):
        sounds, jobs = self.sounds(tmp_path)
        used = []
        sounds.fetch(Phrase("hello", Voice(language="xx-none")), used.append)
        jobs.get(timeout=10)()
        assert np.sqrt(np.mean(samples_of(used[0]) ** 2)) > 1000


def test_sound_files_are_ordinary_files_of_their_owner(tmp_path: Path):
    write_wav(tmp_path / "a.wav", tone(440, 0.1))
    assert stat.S_IMODE((tmp_path / "a.wav").stat().st_mode) == 0o600
