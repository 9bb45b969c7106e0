"""The sounds that media children play: made once on a thread of its own, kept as files in the data folder."""

from __future__ import annotations

import hashlib
import logging
import queue
import threading
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from softphone.pbx.media.speech import SAMPLE_RATE, SpeechFailed, Voice, speak, tone, write_wav

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Phrase:
    """Something to say."""

    text: str
    voice: Voice


@dataclass(frozen=True)
class Beep:
    """A tone, such as that after which a recording starts; `times` one after another, with as long pauses.
    `rest`: seconds of silence at its end, for one that is played again and again."""

    frequency: float = 1000.0
    seconds: float = 0.4
    times: int = 1
    rest: float = 0.0


Sound = Phrase | Beep | Path


class Sounds:
    """`fetch` hands over a file at once when it is kept, else as soon as it is made; `post` brings it to the caller's
    thread."""

    def __init__(self, folder: Path, post: Callable[[Callable[[], object]], object]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._post = post
        self._orders: queue.SimpleQueue[tuple[Phrase | Beep, Callable[[Path], object] | None]] = queue.SimpleQueue()
        threading.Thread(target=self._make_all, name="speech", daemon=True).start()

    def fetch(self, sound: Sound, use: Callable[[Path], object]) -> None:
        """Calls `use` with the sound's file."""
        file = sound if isinstance(sound, Path) else self._file(sound)
        if file.exists():
            use(file)
        elif isinstance(sound, Path):
            log.warning("no sound file %s", file.name)
        else:
            self._orders.put((sound, use))

    def prepare(self, *sounds: Phrase | Beep) -> None:
        """Makes them in the background, so that nobody waits for them later."""
        for sound in sounds:
            self._orders.put((sound, None))

    def _file(self, sound: Phrase | Beep) -> Path:
        return self._folder / (hashlib.sha256(repr(sound).encode()).hexdigest()[:24] + ".wav")

    def _make_all(self) -> None:
        while True:
            sound, use = self._orders.get()
            file = self._file(sound)
            try:
                if not file.exists():
                    self._make(sound, file)
            except OSError:
                log.exception("a sound cannot be kept")
                continue
            if use is not None:
                self._post(lambda use=use, file=file: use(file))  # type: ignore[misc]

    @staticmethod
    def _make(sound: Phrase | Beep, file: Path) -> None:
        if isinstance(sound, Beep):
            beep = tone(sound.frequency, sound.seconds)
            rest = array("h", bytes(2 * int(SAMPLE_RATE * sound.rest)))
            write_wav(file, (beep + array("h", bytes(2 * len(beep)))) * (sound.times - 1) + beep + rest)
            return
        try:
            speak(sound.text, sound.voice, file)
        except SpeechFailed as error:
            log.warning("tones instead of speech: %s", error)
            pause = array("h", bytes(2 * 4000))
            write_wav(file, tone(440, 0.3) + pause + tone(554, 0.3) + pause + tone(659, 0.5) + pause)
