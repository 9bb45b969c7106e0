"""Values of sound: devices, choices, levels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SoundDevice:
    """A sound device of this computer; the id stays the same across restarts and re-plugging."""

    id: str
    name: str
    kind: str  # "input" | "output"
    is_default: bool = False


@dataclass(frozen=True)
class SoundChoice:
    """Chosen device ids; None is the system's default, and follows it."""

    microphone: str | None = None
    speaker: str | None = None
    ringer: str | None = None
    echo_cancellation: bool = True
    noise_suppression: bool = True


@dataclass(frozen=True)
class SoundInUse:
    """What is open right now: device names, "" where none could be opened."""

    microphone: str = ""
    speaker: str = ""
    ringer: str = ""
