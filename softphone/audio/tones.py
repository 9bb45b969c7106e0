"""The telephone's own sounds, and playing one into a stream."""

from __future__ import annotations

import wave
from array import array
from functools import cache

from softphone.audio.format import RATE, samples_of
from softphone.resources import resource

LOOPS = ("ringtone", "ringback", "busy", "waiting")
_DIGIT_NAMES = {"*": "star", "#": "pound"}


@cache
def sound(name: str) -> array[int]:
    """Samples of a bundled sound."""
    with wave.open(str(resource("sounds", f"{name}.wav"))) as source:
        if (source.getframerate(), source.getnchannels(), source.getsampwidth()) != (RATE, 1, 2):
            raise ValueError(f"{name}.wav is not 16 kHz mono 16 bit")
        return samples_of(source.readframes(source.getnframes()))


def digit_sound(digit: str) -> array[int]:
    """Samples of a key's tone; `digit` is one of 0-9 * # A-D."""
    name = _DIGIT_NAMES.get(digit, digit.upper())
    if len(digit) != 1 or digit.upper() not in "0123456789*#ABCD":
        raise ValueError(f"no key {digit!r}")
    return sound(f"digit-{name}")


class TonePlayer:
    """Hands out a sound piece by piece: `play` and `stop` on any thread, `take` on the stream's."""

    def __init__(self) -> None:
        self._playing: _Position | None = None

    @property
    def playing(self) -> bool:
        return self._playing is not None

    def play(self, samples: array[int], *, loop: bool) -> None:
        self._playing = _Position(samples, loop)

    def stop(self) -> None:
        self._playing = None

    def take(self, count: int) -> array[int] | None:
        """The next `count` samples, None when nothing plays."""
        position = self._playing
        if position is None:
            return None
        piece = position.take(count)
        if position.done and self._playing is position:
            self._playing = None
        return piece


class _Position:
    def __init__(self, samples: array[int], loop: bool) -> None:
        self._samples, self._loop, self.at = samples, loop, 0
        self.done = not samples

    def take(self, count: int) -> array[int]:
        piece = self._samples[self.at : self.at + count]
        self.at += len(piece)
        while len(piece) < count:
            if not self._loop or not self._samples:
                self.done = True
                piece.extend(array("h", bytes(2 * (count - len(piece)))))
                break
            self.at = min(count - len(piece), len(self._samples))
            piece.extend(self._samples[: self.at])
        return piece
