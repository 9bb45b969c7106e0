"""MP3 files: told from what only looks like one, measured, and decoded within limits."""

from __future__ import annotations

import random
from array import array

import numpy as np
import pytest

from softphone.pbx.media import mp3
from softphone.pbx.media.speech import tone

FILE = mp3.encode(tone(700, 3.0), 16_000)


def tag(size: int) -> bytes:
    """An ID3v2 tag; its size is written with seven bits a byte."""
    return b"ID3\x03\x00\x00" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + b"\xff\xfb" * (size // 2)


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100, 48_000])
def test_what_is_encoded_is_heard_again(rate: int):
    seconds = np.arange(rate * 2) / rate
    samples = array("h", (10_000 * np.sin(2 * np.pi * 700 * seconds)).astype(np.int16))
    content = mp3.encode(samples, rate)
    assert mp3.duration(content) == pytest.approx(2.0, abs=0.15)
    heard = np.array(mp3.decode(content, 60), dtype=float)
    assert len(heard) / mp3.SAMPLE_RATE == pytest.approx(2.0, abs=0.15)
    strongest = np.argmax(np.abs(np.fft.rfft(heard))) * mp3.SAMPLE_RATE / len(heard)
    assert strongest == pytest.approx(700, abs=2)
    assert np.abs(heard).max() == pytest.approx(10_000, rel=0.2)


def test_tags_before_and_after_the_sound_are_passed_over():
    tagged = tag(3000) + tag(500) + FILE + b"TAG" + bytes(125)
    assert mp3.duration(tagged) == pytest.approx(mp3.duration(FILE))
    assert len(mp3.decode(tagged, 60)) == pytest.approx(3 * 16_000, abs=3_000)


def test_too_long_is_told_before_it_is_decoded():
    with pytest.raises(mp3.TooLong) as told:
        mp3.decode(FILE * 100, 60)
    assert told.value.seconds > 290


@pytest.mark.parametrize(
    "content",
    [b"", b"ID3", tag(100), b"\xff\xfb", b"\xff" * 10_000, bytes(100_000),
     b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(50_000), random.Random(3).randbytes(200_000),
     FILE[: len(FILE) // 50], b"\x89PNG\r\n" + random.Random(4).randbytes(5_000)],
)  # fmt: skip
def test_what_is_no_mp3_is_refused(content: bytes):
    with pytest.raises(mp3.NoMp3):
        mp3.decode(content, 60)


def test_damaged_files_are_decoded_or_refused_and_nothing_else():
    chance = random.Random(11)
    outcomes = set()
    for _ in range(150):
        damaged = bytearray(FILE)
        for _ in range(chance.randrange(1, 60)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        start = chance.randrange(len(damaged) // 2)
        try:
            outcomes.add(len(mp3.decode(bytes(damaged[start:]), 60)) > 0)
        except mp3.NoMp3:
            outcomes.add(None)
    assert True in outcomes
