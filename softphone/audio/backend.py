"""What the house asks of a sound system, and which one this computer has."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol

from softphone.phone.sound import SoundDevice


class SoundUnavailable(Exception):
    """A device, or the whole sound system, could not be opened; the text says which."""

    def __init__(self, detail: str, *, denied: bool = False) -> None:
        super().__init__(detail)
        self.denied = denied  # by the system's privacy settings


class Stream(Protocol):
    """An open device. Its callbacks come on a thread of the sound system."""

    @property
    def last_callback(self) -> float:
        """`time.monotonic()` of the last callback, or of the opening."""

    def close(self) -> None:
        """Stop and let go; no callback comes after."""


OnCaptured = Callable[[bytes | bytearray], None]  # samples heard
Fill = Callable[[int], bytes]  # bytes wanted -> at most so many to play; fewer leave silence


class SoundBackend(Protocol):
    """Called on one thread only."""

    @property
    def name(self) -> str:
        """Of the sound system; "" while none answers."""

    def devices(self) -> tuple[SoundDevice, ...]:
        """What is plugged in now; empty when the sound system cannot be reached."""

    def open_capture(self, device_id: str | None, period_ms: int, on_captured: OnCaptured) -> Stream:
        """Open a microphone (None: the system's default, followed). Raises `SoundUnavailable`."""

    def open_playback(self, device_id: str | None, period_ms: int, fill: Fill) -> Stream:
        """Open a speaker (None: the system's default, followed). Raises `SoundUnavailable`."""


def choose_backend() -> SoundBackend:
    """The system's sound, or with SOFTPHONE_SOUND=null the one that only keeps time."""
    if os.environ.get("SOFTPHONE_SOUND") == "null":
        from softphone.audio.null_backend import NullBackend

        return NullBackend()
    from softphone.audio.miniaudio_backend import MiniaudioBackend

    return MiniaudioBackend()
