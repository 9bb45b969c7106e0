"""Calls to the numbers that only signalling dials: messages, recordings, passcodes, the warning, as they are heard."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from softphone.pbx.media.speech import tone, write_wav
from tests.fakes.sip_phone import SipPhone
from tests.system.media_rig import (
    Media,
    heard,
    loud_frames,
    samples_so_far,
    somebody_speaks,
    tones,
    wait_for_beep,
)
from tests.system.sound_fixture import RATE, best_match, level_db, read_wav
from tests.system.waiting import until

LONGEST = 4.0  # seconds; in the product 60
FULL = 8  # messages; in the product 200


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Media]:
    with SipPhone("110") as phone:
        data = tmp_path_factory.mktemp("voicemail")
        running = Media(data, phone, longest_message_seconds=LONGEST, most_messages=FULL)
        (running.data / "messages").mkdir()
        yield running
        running.processes.stop()


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    return somebody_speaks(tmp_path / "speech.wav")


@pytest.fixture
def message(media: Media, tmp_path: Path) -> Path:
    """The no-answer message of extension 100, told from any greeting of the phone system by its sound."""
    file = media.data / "messages" / "100.wav"
    somebody_speaks(file, seed=21)
    return file


def test_the_callers_hear_the_message_then_a_tone_and_what_they_say_is_kept(
    media: Media, tmp_path: Path, speech: Path, message: Path
):
    media.events.clear()
    call = media.call("*86100", "services")
    call.wait_for("confirmed")
    before = time.time()
    call.record(tmp_path / "greeting.wav")
    wait_for_beep(tmp_path / "greeting.wav")
    call.play(speech, loop=False)
    call.stop_recording()
    told = media.wait_for("voicemail", 20, extension="100")
    assert call.wait_for_end(timeout=15)[0] == 200, "the phone system ends it"
    assert (told["caller"], Path(told["file"]).parent) == ("110", media.data / "voicemail" / "100" / "new")
    assert before < told["at"] < time.time()
    assert LONGEST - 0.5 < told["seconds"] <= LONGEST
    assert len(read_wav(Path(told["file"]))) <= LONGEST * RATE
    assert media.wait_for("mailbox", extension="100")["new"] >= 1
    greeting = read_wav(tmp_path / "greeting.wav")
    assert best_match(read_wav(message), greeting)[0] > 0.9, "the message is heard"
    correlation, level, _ = best_match(read_wav(speech), read_wav(Path(told["file"])))
    assert correlation > 0.9
    assert abs(level) < 3.0


def test_an_extension_without_a_message_is_answered_all_the_same(media: Media, tmp_path: Path):
    call = media.call("*86777", "services")
    call.wait_for("confirmed")
    call.record(tmp_path / "greeting.wav")
    wait_for_beep(tmp_path / "greeting.wav")
    call.stop_recording()
    call.hangup()
    call.wait_for_end()
    assert len(loud_frames(read_wav(tmp_path / "greeting.wav"))) * 0.02 > 2.0


def test_a_damaged_message_costs_no_recording(media: Media, tmp_path: Path, speech: Path):
    (media.data / "messages" / "555.wav").write_bytes(b"RIFF nothing that could be played")
    call = media.call("*86555", "services")
    call.wait_for("confirmed")
    call.record(tmp_path / "greeting.wav")
    wait_for_beep(tmp_path / "greeting.wav")
    call.play(speech, loop=False)
    assert media.wait_for("voicemail", 20, extension="555")["seconds"] > 3
    call.wait_for_end(timeout=15)


def test_a_new_message_is_heard_by_the_next_caller(media: Media, tmp_path: Path, message: Path):
    for seed in (31, 32):
        somebody_speaks(message, seed)
        call = media.call("*86100", "services")
        call.wait_for("confirmed")
        call.record(tmp_path / f"{seed}.wav")
        wait_for_beep(tmp_path / f"{seed}.wav")
        call.stop_recording()
        call.hangup()
        call.wait_for_end()
        assert best_match(read_wav(message), read_wav(tmp_path / f"{seed}.wav"))[0] > 0.9


def test_a_message_can_be_played_without_taking_one(media: Media, tmp_path: Path, message: Path):
    before = len(media.events)
    call = media.call("*85100", "services", record=str(tmp_path / "heard.wav"))
    call.wait_for("confirmed")
    assert call.wait_for_end(timeout=15)[0] == 200
    call.wait_for_recording()
    middle = read_wav(message)[RATE : 2 * RATE]
    assert best_match(middle, read_wav(tmp_path / "heard.wav"))[0] > 0.9
    assert tones(read_wav(tmp_path / "heard.wav")) == []
    assert [event for event in media.events[before:] if event["event"] == "voicemail"] == []


def test_a_full_mailbox_says_so_and_takes_nothing(media: Media, tmp_path: Path):
    box = media.data / "voicemail" / "333" / "old"
    box.mkdir(parents=True)
    for number in range(FULL):
        write_wav(box / f"170000000000{number}_100.wav", tone(500, 1))
    call = media.call("*86333", "services", record=str(tmp_path / "full.wav"))
    call.wait_for("confirmed")
    assert call.wait_for_end(timeout=15)[0] == 200
    call.wait_for_recording()
    said = read_wav(tmp_path / "full.wav")
    assert len(loud_frames(said)) * 0.02 > 1.5
    assert tones(said) == [], "no tone to speak after"
    assert list((box.parent / "new").glob("*")) == []


@pytest.mark.parametrize("number", ["*86", "*86abc", "*86..", "*85", "*87", "*87a-b"])
def test_a_number_without_its_key_is_not_there(media: Media, number: str):
    assert media.call(number, "services").wait_for_end()[0] == 404


def test_what_was_recorded_when_the_process_died_is_not_lost(media: Media, tmp_path: Path, speech: Path):
    media.events.clear()
    call = media.call("*86888", "services")
    call.wait_for("confirmed")
    call.record(tmp_path / "greeting.wav")
    wait_for_beep(tmp_path / "greeting.wav")
    call.play(speech, loop=False)
    (recording,) = until(lambda: list((media.data / "voicemail" / "recording").glob("888_*.wav")), "a recording")
    until(lambda: recording.stat().st_size > 2.5 * RATE * 2, "two and a half seconds", 15)
    os.kill(media.processes.pids["services"], signal.SIGKILL)
    told = media.wait_for("voicemail", 10, extension="888")
    assert told["seconds"] > 2.3
    assert told["caller"] == "110"
    middle_second = read_wav(speech)[RATE : 2 * RATE]
    assert best_match(middle_second, read_wav(Path(told["file"])))[0] > 0.9
    call.hangup()
    call.wait_for_end(timeout=40)


# Passcodes


def test_a_passcode_is_asked_for_and_told_and_asked_again_when_it_is_wrong(media: Media, tmp_path: Path):
    media.events.clear()
    call = media.call("*87abc123", "services")
    call.wait_for("confirmed")
    call.wait_for_media()
    heard(call, tmp_path / "prompt.wav", 1.0)
    call.dtmf("4821#")
    media.wait_for("passcode", token="abc123", digits="4821")
    media.processes.tell("services", command="passcode", token="abc123", result="wrong")
    again = heard(call, tmp_path / "again.wav", 2.5)
    assert level_db(again) > -40
    call.dtmf("99", "info")
    call.dtmf("9#")
    media.wait_for("passcode", token="abc123", digits="999")
    media.processes.tell("services", command="passcode", token="abc123", result="right")
    call.dtmf("5#")
    call.record(tmp_path / "silence.wav")
    until(lambda: len(samples_so_far(tmp_path / "silence.wav")) > 2 * RATE, "two seconds")
    assert len(loud_frames(samples_so_far(tmp_path / "silence.wav"))) <= 5, "silence until signalling takes over"
    assert call.state == "confirmed"
    call.stop_recording()
    media.processes.tell("services", command="passcode", token="abc123", result="ringing")
    ringing = heard(call, tmp_path / "ringing.wav", 1.4)
    assert len(tones(ringing, 425)) > 50, "it rings at the other end, and goes on"
    call.hangup()
    call.wait_for_end()
    assert [event["digits"] for event in media.events if event["event"] == "passcode"] == ["4821", "999"]


def test_ten_digits_are_enough(media: Media):
    media.events.clear()
    call = media.call("*87ten", "services")
    call.wait_for("confirmed")
    call.wait_for_media()
    call.dtmf("01234567899")
    media.wait_for("passcode", token="ten", digits="0123456789")
    call.hangup()
    call.wait_for_end()


def test_ten_seconds_of_silence_end_the_question(media: Media):
    media.events.clear()
    call = media.call("*87silent", "services")
    call.wait_for("confirmed")
    call.wait_for_media()
    call.dtmf("12")
    asked = time.monotonic()
    media.wait_for("passcode", 15, token="silent", digits="12")
    assert 9.0 < time.monotonic() - asked < 13.0
    call.hangup()
    call.wait_for_end()


def test_a_passcode_is_in_no_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    with SipPhone("110") as phone:
        media = Media(tmp_path, phone)
        try:
            call = media.call("*87token", "services")
            call.wait_for("confirmed")
            call.wait_for_media()
            call.dtmf("73917391#")
            media.wait_for("passcode", token="token", digits="73917391")
            call.hangup()
            call.wait_for_end()
        finally:
            media.processes.stop()
    said = "".join(capfd.readouterr())
    assert "services" in said, "it does log"
    assert not re.search("7391", said)


# The warning


def test_the_warning_is_one_double_beep_and_then_silence(media: Media, tmp_path: Path):
    file = tmp_path / "warning.wav"
    call = media.call("*88", "services", record=str(file))
    call.wait_for("confirmed")
    until(lambda: len(samples_so_far(file)) > 3 * RATE, "three seconds")
    call.hangup()
    call.wait_for_end()
    frames = tones(samples_so_far(file), 1400)
    bursts = [frame for n, frame in enumerate(frames) if n == 0 or frame - frames[n - 1] > 2]
    assert len(bursts) == 2, frames
    assert 8 <= bursts[1] - bursts[0] <= 16, "a quarter of a second from one to the other"
    assert not [frame for frame in loud_frames(samples_so_far(file)) if frame > frames[-1] + 5], "then nothing"


def test_own_messages_are_played_though_some_are_deleted_meanwhile(media: Media, tmp_path: Path):
    box = media.data / "voicemail" / "110" / "new"
    box.mkdir(parents=True, exist_ok=True)
    files = [box / f"170000000000{n}_100.wav" for n in range(3)]
    for file, frequency in zip(files, (500, 700, 1300), strict=True):
        write_wav(file, tone(frequency, 1.5))
    call = media.call("*97", "services", record=str(tmp_path / "check.wav"))
    call.wait_for("confirmed")
    until(lambda: len(tones(samples_so_far(tmp_path / "check.wav"), 500)) > 40, "the first message", 15)
    files[1].unlink()
    until(lambda: len(tones(samples_so_far(tmp_path / "check.wav"), 1300)) > 40, "the last message", 15)
    assert call.wait_for_end(timeout=15)[0] == 200
    call.wait_for_recording()
    assert tones(np.asarray(read_wav(tmp_path / "check.wav")), 700) == []
