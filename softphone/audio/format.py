"""The one format of sound inside: 16 kHz, mono, signed 16 bit; and arithmetic on it."""

from __future__ import annotations

import math
from array import array

RATE = 16_000
BYTES_PER_MS = RATE * 2 // 1000
BLOCK_MS = 10  # the canceller works on blocks of 10 ms
BLOCK_BYTES = BLOCK_MS * BYTES_PER_MS
SILENCE_DB = -120.0

_ZEROS = bytes(200 * BYTES_PER_MS)


def silence(size: int) -> bytes:
    """`size` bytes of silence, without building them anew for the usual sizes."""
    return _ZEROS[:size] if size <= len(_ZEROS) else bytes(size)


def samples_of(data: bytes | bytearray | memoryview) -> array[int]:
    samples = array("h")
    samples.frombytes(data)
    return samples


def peak_of(data: bytes | bytearray) -> int:
    """Largest magnitude of every other sample, 0 to 32768: for loudness that is all of them, at half the price."""
    samples = array("h", data)[::2]
    return max(max(samples), -min(samples)) if samples else 0


def decibels(peak: float) -> float:
    """dBFS of a magnitude of 0 to 32768."""
    return 20 * math.log10(peak / 32768) if peak > 0.03 else SILENCE_DB


def mixed(one: array[int], other: array[int]) -> array[int]:
    """Sum of two equally long stretches, clipped."""
    return array("h", [-32768 if s < -32768 else 32767 if s > 32767 else s for s in map(int.__add__, one, other)])


def crossfaded(out: array[int], into: array[int]) -> array[int]:
    """From one stretch into another of the same length, so that a cut does not click."""
    size = len(out)
    return array("h", [(a * (size - i) + b * i) // size for i, (a, b) in enumerate(zip(out, into, strict=True))])
