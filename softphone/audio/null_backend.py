"""Sound that nobody hears: a silent microphone and a speaker into the void, in real time, for servers and tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from softphone.audio.backend import Fill, OnCaptured, SoundUnavailable
from softphone.audio.format import BYTES_PER_MS, silence
from softphone.phone.sound import SoundDevice

_DEVICES = (
    SoundDevice("null:microphone", "No microphone (silence)", "input", True),
    SoundDevice("null:speaker", "No speaker (silence)", "output", True),
)


class NullBackend:
    """Keeps the rhythm of a device, without one."""

    name = "null"

    def devices(self) -> tuple[SoundDevice, ...]:
        return _DEVICES

    def open_capture(self, device_id: str | None, period_ms: int, on_captured: OnCaptured) -> _NullStream:
        self._check(device_id, "input")
        data = silence(period_ms * BYTES_PER_MS)
        return _NullStream("null microphone", period_ms, lambda: on_captured(data))

    def open_playback(self, device_id: str | None, period_ms: int, fill: Fill) -> _NullStream:
        self._check(device_id, "output")
        size = period_ms * BYTES_PER_MS
        return _NullStream("null speaker", period_ms, lambda: fill(size))

    def _check(self, device_id: str | None, kind: str) -> None:
        if device_id is not None and (device_id, kind) not in ((device.id, device.kind) for device in _DEVICES):
            raise SoundUnavailable(device_id)


class _NullStream:
    """A thread that calls at each period, catching up after a delay as a device's buffer does."""

    def __init__(self, name: str, period_ms: int, period: Callable[[], object]) -> None:
        self.last_callback = time.monotonic()
        self._period_s, self._period = period_ms / 1000, period
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        due = time.monotonic()
        while True:
            due += self._period_s
            if self._closed.wait(max(0.0, due - time.monotonic())):
                return
            if time.monotonic() - due > 1:  # the computer slept
                due = time.monotonic()
            self._period()
            self.last_callback = time.monotonic()

    def close(self) -> None:
        self._closed.set()
        self._thread.join(1)
