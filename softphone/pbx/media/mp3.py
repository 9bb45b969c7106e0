"""MP3 (ISO/IEC 11172-3 and 13818-3, Layer III): recordings into it for e-mail and browsers, messages out of it."""

from __future__ import annotations

import array
import sys

SAMPLE_RATE = 16_000
BITS_A_SECOND = 48_000  # speech: more is not heard
_BITRATES = {  # kbit/s by index; MPEG-1, and MPEG-2 and 2.5
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}  # by version bits
_FRAMES_THAT_CONVINCE = 3
_JUNK_AT_MOST = 4096  # bytes before the first frame, and after a damaged one


class NoMp3(Exception):
    """The bytes are not an MP3 file."""


class TooLong(Exception):
    """The sound is longer than allowed; `seconds` says how long it is."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.1f} s")
        self.seconds = seconds


def encode(samples: array.array[int], rate: int) -> bytes:
    """Mono samples of 16 bits as an MP3 file."""
    import lameenc  # here: who only decodes, or only makes calls, does not need it

    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_channels(1)
    encoder.set_in_sample_rate(rate)
    encoder.set_bit_rate(BITS_A_SECOND // 1000)
    encoder.set_quality(5)
    data = array.array("h", samples)
    if sys.byteorder == "big":
        data.byteswap()
    return bytes(encoder.encode(data.tobytes())) + bytes(encoder.flush())


def decode(content: bytes, longest_seconds: float) -> array.array[int]:
    """The file as mono samples at 16 kHz. Raises NoMp3 or TooLong, before anything long is decoded."""
    import miniaudio

    seconds = duration(content)
    if seconds > longest_seconds:
        raise TooLong(seconds)
    samples = array.array("h")
    try:
        for chunk in miniaudio.stream_memory(
            content, output_format=miniaudio.SampleFormat.SIGNED16, nchannels=1, sample_rate=SAMPLE_RATE
        ):
            samples.extend(chunk)
            if len(samples) > (longest_seconds + 1) * SAMPLE_RATE:  # the headers did not tell the truth
                raise TooLong(len(samples) / SAMPLE_RATE)
    except miniaudio.MiniaudioError as error:
        raise NoMp3(str(error)) from None
    if not samples:
        raise NoMp3("it has no sound")
    return samples


def duration(content: bytes) -> float:
    """Seconds, counted frame by frame; raises NoMp3 where there are no frames one after another."""
    at, found, seconds, junk = _after_id3v2(content), 0, 0.0, 0
    while at + 4 <= len(content):
        frame = _frame(content, at)
        if frame is None:
            if content[at : at + 3] in (b"TAG", b"APE"):  # ID3v1 and APE tags come last
                break
            at, junk = at + 1, junk + 1
            if junk > _JUNK_AT_MOST:
                break
            continue
        length, lasts = frame
        at, found, seconds, junk = at + length, found + 1, seconds + lasts, 0
    if found < _FRAMES_THAT_CONVINCE or not _follow_each_other(content):
        raise NoMp3("it has no MP3 frames")
    return seconds


def _follow_each_other(content: bytes) -> bool:
    """A few frames without a gap near the beginning: two bytes that look like a header are anywhere."""
    start = _after_id3v2(content)
    for first in range(start, min(start + _JUNK_AT_MOST, len(content) - 4)):
        at = first
        for _ in range(_FRAMES_THAT_CONVINCE):
            frame = _frame(content, at)
            if frame is None:
                break
            at += frame[0]
        else:
            return True
    return False


def _after_id3v2(content: bytes) -> int:
    at = 0
    while content[at : at + 3] == b"ID3" and len(content) >= at + 10:
        size = 0
        for byte in content[at + 6 : at + 10]:
            size = size << 7 | byte & 0x7F
        at += 10 + size + (10 if content[at + 5] & 0x10 else 0)
    return at


def _frame(content: bytes, at: int) -> tuple[int, float] | None:
    """(bytes, seconds) of the Layer III frame there, or None."""
    if at + 4 > len(content) or content[at] != 0xFF or content[at + 1] & 0xE6 != 0xE2:
        return None
    version = content[at + 1] >> 3 & 3
    bitrate, rate = content[at + 2] >> 4, content[at + 2] >> 2 & 3
    if version == 1 or bitrate in (0, 15) or rate == 3:
        return None
    hertz, samples = _RATES[version][rate], 1152 if version == 3 else 576
    bits = _BITRATES[1 if version == 3 else 2][bitrate] * 1000
    return samples // 8 * bits // hertz + (content[at + 2] >> 1 & 1), samples / hertz
