"""Speech made from text by espeak-ng, as WAV files of 16 kHz, 16 bits, one channel."""

from __future__ import annotations

import array
import contextlib
import ctypes
import math
import operator
import os
import sys
import tempfile
import threading
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from softphone.pbx.media.languages import voice_names

SAMPLE_RATE = 16_000

_RETRIEVAL = 1  # espeak_AUDIO_OUTPUT: samples go to the callback
_DO_NOT_EXIT = 0x8000  # else espeak-ng ends the process when its data is missing
_RATE, _PITCH = 1, 3  # espeak_PARAMETER
_UTF8 = 1
_LONGEST_DATA_PATH = 140  # espeak-ng keeps it in a buffer of fixed size


class SpeechFailed(Exception):
    """espeak-ng is not here, or did not speak."""


class NothingToSay(SpeechFailed):
    """The text has nothing that can be spoken."""


@dataclass(frozen=True)
class Voice:
    """Who speaks; pitch and rate go from 0 to 9, 5 is ordinary."""

    language: str = "en"
    gender: str = "female"
    pitch: int = 5
    rate: int = 5


def speak(text: str, voice: Voice, file: Path) -> None:
    """Writes the text, spoken, to a file; the file is there as a whole or not at all."""
    rate, samples = synthesise(text, voice)
    write_wav(file, samples if rate == SAMPLE_RATE else resample(samples, rate, SAMPLE_RATE))


def synthesise(text: str, voice: Voice) -> tuple[int, array.array[int]]:
    """The text, spoken: samples a second (espeak-ng's own choice), and the samples."""
    if not text.strip():
        raise NothingToSay("no text")
    rate, samples = _synthesise(text, voice)
    if not samples:
        raise NothingToSay("espeak-ng made no sound")
    return rate, samples


def write_wav(file: Path, samples: array.array[int]) -> None:
    """Writes 16 kHz samples; the file is there as a whole or not at all."""
    data = array.array("h", samples)
    if sys.byteorder == "big":
        data.byteswap()
    descriptor, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as stream, wave.open(stream, "wb") as output:
            output.setnchannels(1)
            output.setsampwidth(2)
            output.setframerate(SAMPLE_RATE)
            output.writeframes(data.tobytes())
        os.replace(name, file)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def tone(frequency: float, seconds: float, level: float = 0.3) -> array.array[int]:
    """A sine with soft ends."""
    count = int(seconds * SAMPLE_RATE)
    ramp = SAMPLE_RATE // 100
    step = 2 * math.pi * frequency / SAMPLE_RATE
    return array.array(
        "h", (int(32767 * level * min(1.0, n / ramp, (count - n) / ramp) * math.sin(n * step)) for n in range(count))
    )


def resample(samples: array.array[int], rate: int, new_rate: int) -> array.array[int]:
    """A windowed-sinc filter; about 30 ms for a second of sound."""
    divisor = math.gcd(rate, new_rate)
    up, down = new_rate // divisor, rate // divisor
    half = 12
    taps = _taps(up, min(1.0, up / down) * 0.92, half)
    padded = array.array("h", bytes(2 * half)) + samples + array.array("h", bytes(2 * half))
    result = array.array("h")
    for n in range(len(samples) * up // down):
        start, phase = divmod(n * down, up)
        value = sum(map(operator.mul, padded[start : start + 2 * half], taps[phase]))
        result.append(max(-32768, min(32767, round(value))))
    return result


@lru_cache(maxsize=4)
def _taps(phases: int, cutoff: float, half: int) -> tuple[tuple[float, ...], ...]:
    table = []
    for phase in range(phases):
        row = []
        for tap in range(2 * half):
            # Output at `phase / phases` after sample `half` of the padded window's start.
            x = tap - half - phase / phases
            sinc = cutoff if x == 0 else math.sin(math.pi * cutoff * x) / (math.pi * x)
            row.append(sinc * (0.5 + 0.5 * math.cos(math.pi * x / (half + 1))))
        gain = sum(row)
        table.append(tuple(value / gain for value in row))
    return tuple(table)


_lock = threading.Lock()  # espeak-ng has one state for the whole process
_collected: list[bytes] = []


def _collect(samples: Any, count: int, _events: Any) -> int:
    if samples and count > 0:
        _collected.append(ctypes.string_at(samples, count * 2))
    return 0


_CollectType = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
_collect_native = _CollectType(_collect)


@lru_cache(maxsize=1)
def _espeak() -> tuple[Any, int]:
    """The library and its sample rate; loaded once, kept for the life of the process."""
    try:
        import espeakng_loader

        library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = Path(espeakng_loader.get_data_path())
    except (ImportError, OSError) as error:
        raise SpeechFailed(f"espeak-ng cannot be loaded: {error}") from error
    with _short_path(data) as short:
        rate = library.espeak_Initialize(_RETRIEVAL, 200, os.fsencode(short), _DO_NOT_EXIT)
    if rate <= 0:
        raise SpeechFailed(f"espeak-ng does not start with its data in {data}")
    library.espeak_SetSynthCallback(_collect_native)
    return library, rate


@contextlib.contextmanager
def _short_path(data: Path) -> Iterator[str]:
    if len(os.fsencode(data)) <= _LONGEST_DATA_PATH:
        yield str(data)
        return
    link = Path(tempfile.mkdtemp(prefix="espeak-")) / "espeak-ng-data"  # stays: voices are read from it later
    link.symlink_to(data, target_is_directory=True)
    yield str(link)


def _synthesise(text: str, voice: Voice) -> tuple[int, array.array[int]]:
    with _lock:
        library, rate = _espeak()
        variant = "+f3" if voice.gender == "female" else "+m3"
        if all(library.espeak_SetVoiceByName((name + variant).encode()) for name in voice_names(voice.language)):
            raise SpeechFailed(f"espeak-ng has no voice for {voice.language}")
        library.espeak_SetParameter(_PITCH, max(0, min(100, voice.pitch * 10)), 0)
        library.espeak_SetParameter(_RATE, max(80, min(400, 100 + voice.rate * 13)), 0)
        encoded = text.encode("utf-8")
        _collected.clear()
        status = library.espeak_Synth(encoded, ctypes.c_size_t(len(encoded) + 1), 0, 0, 0, _UTF8, None, None)
        library.espeak_Synchronize()
        samples = array.array("h", b"".join(_collected))
        _collected.clear()
    if status != 0:
        raise SpeechFailed(f"espeak-ng refused with {status}")
    return rate, samples
