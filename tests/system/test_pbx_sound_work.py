"""Speech and MP3 in a process of their own: its death is a refusal."""

from __future__ import annotations

import sys
import wave
from pathlib import Path

import pytest

from softphone.pbx.media import mp3, sound_work
from softphone.pbx.media.speech import NothingToSay, SpeechFailed, Voice, tone

FILE = mp3.encode(tone(700, 3.0), 16_000)


def test_speech_comes_as_mp3_and_as_a_file(tmp_path: Path):
    content = sound_work.speak_to_mp3("Good morning, 早上好", Voice())
    assert mp3.duration(content) > 1.0
    sound_work.speak_to_file("Good morning", Voice(), tmp_path / "a.wav")
    with wave.open(str(tmp_path / "a.wav")) as made:
        assert made.getframerate() == 16_000
        assert made.getnframes() > 8_000


def test_an_upload_is_measured_and_written(tmp_path: Path):
    assert sound_work.check_mp3(FILE, 60, tmp_path / "b.wav") == pytest.approx(3.0, abs=0.15)
    with wave.open(str(tmp_path / "b.wav")) as made:
        assert made.getnframes() / 16_000 == pytest.approx(3.0, abs=0.15)


def test_refusals_come_back_as_what_they_are(tmp_path: Path):
    with pytest.raises(mp3.TooLong, match="3"):
        sound_work.check_mp3(FILE, 2)
    with pytest.raises(mp3.NoMp3):
        sound_work.check_mp3(b"\n{}\n no sound", 60)
    with pytest.raises(NothingToSay):
        sound_work.speak_to_mp3("  ", Voice())
    with pytest.raises(SpeechFailed, match="xx-none"):
        sound_work.speak_to_file("hello", Voice("xx-none"), tmp_path / "c.wav")
    assert not (tmp_path / "c.wav").exists()


@pytest.mark.parametrize(
    "program", ["import os; os.abort()", "import os; os.kill(os.getpid(), 11)", "pass", "raise SystemExit(3)"]
)
def test_a_library_that_crashes_takes_nobody_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str):
    crashes = tmp_path / "python"
    crashes.write_text(f"#!{sys.executable}\n{program}\n")
    crashes.chmod(0o700)
    monkeypatch.setattr(sound_work.sys, "executable", str(crashes))
    with pytest.raises(SpeechFailed, match="ended with"):
        sound_work.speak_to_mp3("hello", Voice())
    with pytest.raises(mp3.NoMp3, match="ended with"):
        sound_work.check_mp3(FILE, 60)


def test_a_library_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    hangs = tmp_path / "python"
    hangs.write_text(f"#!{sys.executable}\nimport threading; threading.Event().wait(60)\n")
    hangs.chmod(0o700)
    monkeypatch.setattr(sound_work.sys, "executable", str(hangs))
    monkeypatch.setattr(sound_work, "SECONDS", 0.3)
    with pytest.raises(SpeechFailed, match="takes more than"):
        sound_work.speak_to_mp3("hello", Voice())
