"""The tour's microphone and ear: virtual devices, a spoken sentence, and what comes back of it, measured."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np

from softphone.tour.virtual_sound import (
    RATE,
    PulseServer,
    Recording,
    Samples,
    level_db,
    match_by_parts,
    read_wav,
    write_wav,
)

SENTENCE = "Good morning, this is Alice. The delivery comes on Thursday afternoon, at a quarter past three."
#: Recorded on after the sentence has been spoken, for what is still under way.
AFTERWARDS = 1.5


class VirtualEars:
    """Starts a private sound server for this process and its children; `close` ends it."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("pulseaudio") is None or shutil.which("pactl") is None:
            raise FileNotFoundError("pulseaudio and pulseaudio-utils: the tour speaks through virtual sound devices")
        self._server = PulseServer()
        self._server.__enter__()
        os.environ.update({name: value for name, value in self._server.env().items() if name.startswith("PULSE")})
        os.environ.pop("SOFTPHONE_SOUND", None)
        folder.mkdir(parents=True, exist_ok=True)
        self._sentence = self._spoken(folder / "said.wav")
        self._heard_file = folder / "heard.wav"
        self._recording: Recording | None = None
        self._until = 0.0

    def close(self) -> None:
        self._server.close()

    def speak(self) -> None:
        self._recording = self._server.record()
        self._server.play(self._file)
        self._until = len(self._sentence) / RATE + AFTERWARDS

    def echo_heard(self) -> bool:
        return self._recording is not None and self._recording.seconds > self._until

    def echo(self) -> tuple[float, float]:
        """By parts: sound cards' clocks differ, and each trim of the queues between them shifts what follows."""
        assert self._recording is not None
        heard, self._recording = self._recording.stop(), None
        write_wav(self._heard_file, heard)
        correlation, change, _spread = match_by_parts(self._sentence, heard)
        return correlation, change

    def listen(self) -> None:
        self._recording = self._server.record()

    def heard_for(self, seconds: float) -> bool:
        return self._recording is not None and self._recording.seconds > seconds

    def level(self) -> float:
        assert self._recording is not None
        heard, self._recording = self._recording.stop(), None
        return level_db(heard[RATE // 2 :])  # what was still under way when it began is not counted

    def _spoken(self, file: Path) -> Samples:
        from softphone.pbx.media.speech import Voice, speak

        speak(SENTENCE, Voice(), file)
        self._file = file
        return np.trim_zeros(read_wav(file))
