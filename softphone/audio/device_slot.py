"""One place for a device: opens the chosen one or the default, and again when it fell silent."""

from __future__ import annotations

import logging
from collections.abc import Callable

from softphone.audio.backend import SoundUnavailable, Stream
from softphone.phone.sound import SoundDevice

log = logging.getLogger(__name__)

_FIRST_CALLBACK = 1.5  # seconds until a device just opened must have called
_SILENT = 0.3  # no callback for so long: it was pulled
_RETRY_FIRST, _RETRY_MOST = 0.5, 8.0

Open = Callable[[str | None], Stream]
Tell = Callable[[str, str], None]  # kind ("lost", "missing", "blocked", "found"), device name


class DeviceSlot:
    """On the sound thread. `tick` does what is due; `wanted` and `chosen` say what that is."""

    def __init__(self, kind: str, open_stream: Open, tell: Tell) -> None:
        self.kind = kind  # "input" | "output"
        self._open_stream, self._tell = open_stream, tell
        self.wanted = False
        self._chosen: str | None = None
        self._stream: Stream | None = None
        self._opened: str | None = None  # id of what is open; None: the default
        self._opened_at = 0.0
        self._name = ""
        self._trouble = False
        self._retry_at = 0.0
        self._retry_in = _RETRY_FIRST
        self._try_chosen = False
        self.reopened = 0

    @property
    def is_open(self) -> bool:
        return self._stream is not None

    def name(self, devices: tuple[SoundDevice, ...]) -> str:
        """Of the device in use, "" when none is."""
        if self._stream is None:
            return ""
        return self._name_of(self._opened, devices)

    def choose(self, device_id: str | None) -> None:
        """Another device; what is open is changed at the next tick."""
        if device_id != self._chosen:
            self._chosen = device_id
            self._retry_at, self._retry_in = 0.0, _RETRY_FIRST
            self._close()

    def tick(self, now: float, devices: tuple[SoundDevice, ...]) -> None:
        if not self.wanted:
            self._close()
            self._trouble_over()
            self._retry_at, self._retry_in = 0.0, _RETRY_FIRST
            return
        if self._stream is not None and self._fell_silent(now):
            log.warning("%s %s fell silent", self.kind, self._name)
            self._close()
            self.reopened += 1
            self._retry_at = 0.0
        elif self._stream is not None and (self._nothing_left(devices) or self._on_fall_back(devices)):
            self._close()
            self._retry_at = 0.0
        if self._stream is None and now >= self._retry_at:
            self._open(now, devices)

    def devices_changed(self) -> None:
        """Something was plugged in or pulled: try at once."""
        self._retry_at, self._retry_in = 0.0, _RETRY_FIRST
        self._try_chosen = True

    def _fell_silent(self, now: float) -> bool:
        assert self._stream is not None
        last = self._stream.last_callback
        allowed = _SILENT if last > self._opened_at else _FIRST_CALLBACK
        return now - max(last, self._opened_at) > allowed

    def _on_fall_back(self, devices: tuple[SoundDevice, ...]) -> bool:
        due, self._try_chosen = self._try_chosen, False
        return due and self._opened != self._chosen and self._is_there(self._chosen, devices)

    def _nothing_left(self, devices: tuple[SoundDevice, ...]) -> bool:
        """PulseAudio moves a stream from the last microphone to a speaker's monitor: the far side would hear itself."""
        return not any(device.kind == self.kind for device in devices)

    def _is_there(self, device_id: str | None, devices: tuple[SoundDevice, ...]) -> bool:
        return any(device.id == device_id and device.kind == self.kind for device in devices)

    def _open(self, now: float, devices: tuple[SoundDevice, ...]) -> None:
        denied = False
        there = [self._chosen] if self._chosen is not None and self._is_there(self._chosen, devices) else []
        for device_id in (*there, None):
            try:
                self._stream = self._open_stream(device_id)
            except SoundUnavailable as error:
                denied = denied or error.denied
                log.info("%s %s: %s", self.kind, device_id or "default", error)
                continue
            self._opened, self._opened_at = device_id, now
            self._name = self._name_of(device_id, devices)
            self._retry_in = _RETRY_FIRST
            self._trouble_over()
            return
        self._retry_at = now + self._retry_in
        self._retry_in = min(self._retry_in * 2, _RETRY_MOST)
        if not self._trouble:
            self._trouble = True
            self._tell("blocked" if denied else "lost" if self._name else "missing", self._name)

    def _trouble_over(self) -> None:
        """The device is back, or nobody needs it any more: either way nothing is left to say about it."""
        if self._trouble:
            self._trouble = False
            self._tell("found", self._name)

    def _name_of(self, device_id: str | None, devices: tuple[SoundDevice, ...]) -> str:
        for device in devices:
            if device.kind == self.kind and (device.is_default if device_id is None else device.id == device_id):
                return device.name
        return "default"

    def _close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    def close(self) -> None:
        self._close()
