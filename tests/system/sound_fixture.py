"""Virtual sound cards for tests: those of the tour, and speech to send through them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from softphone.pbx.media.speech import Voice
from softphone.pbx.media.speech import speak as synthesise
from softphone.tour.virtual_sound import (
    RATE,
    PulseServer,
    Recording,
    Samples,
    best_match,
    level_db,
    match_by_parts,
    read_wav,
    wait_until,
    write_wav,
)

__all__ = [
    "RATE", "PulseServer", "Recording", "Samples", "best_match", "level_db", "match_by_parts", "read_wav", "speak",
    "wait_until", "write_wav",
]  # fmt: skip


def speak(file: Path, words: str = "") -> Path:
    """Write a mono 16 kHz WAV of a person speaking, with a second of silence after it."""
    words = words or "Good morning, this is Alice Tan. I would like to ask about the delivery on Thursday afternoon."
    synthesise(words, Voice(), file)
    write_wav(file, np.concatenate([read_wav(file), np.zeros(RATE, dtype=np.int16)]))
    return file
