"""Media children with a real phone in the place of signalling, and what is heard from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from softphone.pbx.media.supervisor import MediaOptions, MediaProcesses
from tests.fakes.sip_phone import SipPhone
from tests.system.sound_fixture import RATE, read_wav, write_wav
from tests.system.waiting import until


class Media:
    """Both children, and the phone that they take for the phone system's signalling."""

    def __init__(self, folder: Path, phone: SipPhone, **more: float) -> None:
        self.data = folder
        self.phone = phone
        self.events: list[dict] = []
        self.route_changes = 0
        options = MediaOptions("127.0.0.1", phone.address, "softphone.test", folder, **more)
        self.processes = MediaProcesses(options, self._routes, self.events.append, {})
        self.processes.start()
        try:
            self.processes.wait_until_ready(10)
        except TimeoutError:
            self.processes.stop()
            raise

    def _routes(self, _routes: object) -> None:
        self.route_changes += 1

    def call(self, number: str, kind: str = "people", **more: object):
        return self.phone.call(f"sip:{number}@127.0.0.1:{self.processes.ports[kind]}", **more)

    def wait_for(self, name: str, seconds: float = 10.0, **fields: object) -> dict:
        def look() -> dict | None:
            return next((e for e in self.events if e["event"] == name and fields.items() <= e.items()), None)

        return until(look, f"event {name} {fields} in {self.events}", seconds)


def somebody_speaks(file: Path, seed: int = 7) -> Path:
    """Three seconds that a telephone line carries: noise of 300 to 3,000 Hz whose loudness changes like speech."""
    count = 3 * RATE
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    frequencies = np.fft.rfftfreq(count, 1 / RATE)
    spectrum[(frequencies < 300) | (frequencies > 3000)] = 0
    loudness = 0.6 + 0.4 * np.sin(2 * np.pi * 1.7 * np.arange(count) / RATE)
    sound = np.fft.irfft(spectrum, count) * loudness
    write_wav(file, (sound / np.abs(sound).max() * 16_000).astype(np.int16))
    return file


def heard(call, file: Path, loud_seconds: float, seconds: float = 15.0) -> np.ndarray:
    """Records until so many seconds of sound have been heard."""
    call.record(file)
    until(lambda: len(loud_frames(samples_so_far(file))) >= 50 * loud_seconds, f"{loud_seconds} s heard", seconds, 0.1)
    call.stop_recording()
    return read_wav(file)


def loud_frames(samples: np.ndarray) -> list[int]:
    """Numbers of the 20 ms frames with sound."""
    frames = samples[: len(samples) // 320 * 320].reshape(-1, 320).astype(float)
    return [n for n, level in enumerate(np.sqrt((frames**2).mean(axis=1))) if level > 200]


def wait_for_beep(file: Path) -> None:
    """Until a tone of 1,000 Hz has been heard, and is over."""
    until(lambda: len(tones(samples_so_far(file))) >= 15, "a beep", 15)


def samples_so_far(file: Path) -> np.ndarray:
    """Of a recording whose header says nothing yet."""
    data = file.read_bytes()[44:] if file.exists() else b""
    return np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2")


def tones(samples: np.ndarray, frequency: int = 1000) -> list[int]:
    """Numbers of the 20 ms frames with that tone alone."""
    frames = samples[: len(samples) // 320 * 320].reshape(-1, 320).astype(float)
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(320)))
    energy = (spectrum**2).sum(axis=1) + 1
    middle = frequency // 50  # bins of 50 Hz
    tonal = (spectrum[:, middle - 2 : middle + 3] ** 2).sum(axis=1) / energy
    return [n for n in range(len(frames)) if tonal[n] > 0.95 and energy[n] > 1e9]
