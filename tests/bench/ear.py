"""Hears a source of the virtual sound cards and knows when each sample was heard."""

from __future__ import annotations

import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.system.sound_fixture import RATE, PulseServer, write_wav
from tests.system.waiting import until

_CHUNK = 160  # samples


class Ear:
    """Context manager. Its clock lags by what the sound server takes to hand over (10 to 20 ms), the same for all."""

    def __init__(self, sound: PulseServer, source: str) -> None:
        self._process = subprocess.Popen(
            ["parec", f"--device={source}", f"--rate={RATE}", "--channels=1", "--format=s16le", "--raw",
             "--latency-msec=10"],
            env=sound.env(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, bufsize=0,
        )  # fmt: skip
        self._stamps: list[tuple[float, int]] = []  # (monotonic seconds, samples heard until then)
        self._parts: list[bytes] = []
        self._thread = threading.Thread(target=self._hear, daemon=True)

    def __enter__(self) -> Ear:
        self._thread.start()
        until(lambda: self._stamps, "sound")
        return self

    def __exit__(self, *_: Any) -> None:
        self._process.terminate()
        self._process.wait(5)
        self._thread.join(5)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _hear(self) -> None:
        assert self._process.stdout is not None
        count = 0
        while data := self._process.stdout.read(_CHUNK * 2):
            count += len(data)
            self._parts.append(data)
            self._stamps.append((time.monotonic(), count // 2))

    @property
    def samples(self) -> NDArray[np.int16]:
        data = b"".join(self._parts)
        return np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2")

    @property
    def began(self) -> float:
        """Monotonic seconds of the first sample: the earliest that any part's arrival allows."""
        return min(at - count / RATE for at, count in list(self._stamps))

    def loud_since(self, moment: float, level: float = 500.0) -> float | None:
        """Monotonic seconds of the first sound after `moment`."""
        samples = self.samples
        start = max(0, int((moment - self.began) * RATE))
        loud = np.flatnonzero(np.abs(samples[start:].astype(np.int32)) > level)
        return self.began + (start + int(loud[0])) / RATE if len(loud) else None


def tone_file(file: Path, envelope: NDArray[np.float64], frequency: float = 800.0) -> Path:
    """A WAV file of a tone, as loud as the envelope says."""
    at = np.arange(len(envelope)) / RATE
    write_wav(file, (9000 * envelope * np.sin(2 * np.pi * frequency * at)).astype(np.int16))
    return file
