"""Makes the sounds of the telephone: run `python resources/sounds/make_sounds.py` after changing one.

Own work, of sines alone; 16 kHz, mono, 16 bit. Loops begin and end in silence.
"""

from __future__ import annotations

import math
import wave
from array import array
from pathlib import Path

RATE = 16_000
HERE = Path(__file__).resolve().parent
Sound = list[float]

DIGITS = {  # ITU-T Q.23
    "1": (697, 1209), "2": (697, 1336), "3": (697, 1477), "A": (697, 1633),
    "4": (770, 1209), "5": (770, 1336), "6": (770, 1477), "B": (770, 1633),
    "7": (852, 1209), "8": (852, 1336), "9": (852, 1477), "C": (852, 1633),
    "star": (941, 1209), "0": (941, 1336), "pound": (941, 1477), "D": (941, 1633),
}  # fmt: skip


def silence(seconds: float) -> Sound:
    return [0.0] * int(seconds * RATE)


def tone(seconds: float, *frequencies: float, level: float, fade: float = 0.008) -> Sound:
    """Sines of equal loudness, with soft ends."""
    size, soft = int(seconds * RATE), int(fade * RATE)
    each = level / len(frequencies)
    out = []
    for i in range(size):
        edge = min(1.0, (i + 1) / soft, (size - i) / soft)
        out.append(0.5 * (1 - math.cos(math.pi * edge)) * each * sum(
            math.sin(2 * math.pi * f * i / RATE) for f in frequencies))  # fmt: skip
    return out


def chime(frequency: float, seconds: float, level: float) -> Sound:
    """A struck bar: its partials die away, the high ones sooner."""
    partials = ((1.0, 1.0, 3.2), (2.0, 0.28, 5.0), (3.93, 0.16, 9.0), (6.2, 0.05, 16.0))
    out = []
    for i in range(int(seconds * RATE)):
        t = i / RATE
        attack = min(1.0, t / 0.004)
        release = min(1.0, (seconds - t) / 0.03)
        body = sum(a * math.exp(-d * t) * math.sin(2 * math.pi * frequency * k * t) for k, a, d in partials)
        out.append(level * attack * release * body)
    return out


def together(size: float, *parts: tuple[float, Sound]) -> Sound:
    """Parts laid over one another, each from its second on."""
    out = silence(size)
    for start, part in parts:
        first = int(start * RATE)
        for i, value in enumerate(part[: len(out) - first]):
            out[first + i] += value
    return out


def ringtone() -> Sound:
    """Two rising phrases of a marimba in D (D5 A5 F#5 D6, then E5 B5 G5 E6) and a pause: 3.2 s."""
    first, second = (587.33, 880.0, 739.99, 1174.66), (659.26, 987.77, 783.99, 1318.51)
    notes = [(0.0 + 0.14 * i, f) for i, f in enumerate(first)] + [(0.84 + 0.14 * i, f) for i, f in enumerate(second)]
    return together(3.2, *[(start, chime(f, 1.1, 0.32)) for start, f in notes])


def write(name: str, sound: Sound) -> None:
    samples = array("h", [max(-32767, min(32767, round(value * 32767))) for value in sound])
    with wave.open(str(HERE / f"{name}.wav"), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())


def main() -> None:
    write("ringtone", ringtone())
    write("ringback", tone(1.0, 425, level=0.14, fade=0.02) + silence(3.0))
    write("busy", tone(0.48, 425, level=0.14) + silence(0.48))
    write("waiting", tone(0.16, 523.25, level=0.09, fade=0.03) + silence(0.06)
          + tone(0.2, 659.26, level=0.09, fade=0.04) + silence(4.58))  # fmt: skip
    for name, pair in DIGITS.items():
        write(f"digit-{name}", tone(0.12, *pair, level=0.2))


if __name__ == "__main__":
    main()
