"""The no-answer messages as callers hear them: `KEY.wav`, made whenever the settings change, and uploads as `KEY.mp3`.

A file is there as a whole or not at all, and `KEY.made` says what it was made from, so that a start makes only what has
changed meanwhile.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import queue
import threading
import wave
from array import array
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from softphone.extension.settings import DEFAULT_GREETING, Message, Settings, Speech
from softphone.pbx.media import mp3
from softphone.pbx.media.sound_work import check_mp3, speak_to_file, speak_to_mp3
from softphone.pbx.media.speech import SpeechFailed, Voice
from softphone.pbx.private_file import write_private

_log = logging.getLogger(__name__)

LONGEST_SECONDS = 60.0
PADDING_SECONDS = 0.1  # an encoder adds some frames to a minute
_VERSION = 1  # of how messages are made: another makes all anew


class NoAnswerMessages:
    """`settings` answers from memory. Making is done on a thread of its own; `made` makes at once what is not there."""

    def __init__(self, folder: Path, settings: Callable[[str], Settings | None]) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._settings = settings
        self._making = threading.Lock()
        self._orders: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._make_what_is_ordered, name="messages", daemon=True)

    def start(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._orders.put(key)
        self._thread.start()

    def close(self) -> None:
        if self._thread.is_alive():
            self._orders.put(None)
            self._thread.join(5.0)

    def order(self, key: str) -> None:
        """The settings of the extension may have changed; from any thread."""
        self._orders.put(key)

    def made(self, key: str) -> Path | None:
        """The file that callers hear, as the settings are now; None where no speech can be made."""
        settings = self._settings(key)
        if settings is None:
            return None
        message, file = settings.no_answer.message, self._folder / f"{key}.wav"
        with self._making:
            wanted = self._fingerprint(key, message)
            noted = file.with_suffix(".made")
            if file.exists() and noted.exists() and noted.read_text() == wanted:
                return file
            if not self._make(key, message, file):
                return None
            write_private(noted, wanted.encode())
        return file

    def as_heard(self, key: str) -> bytes | None:
        """The message as an MP3 file: an upload as it came."""
        settings = self._settings(key)
        upload = self._upload(key)
        if settings is not None and settings.no_answer.message.kind == "audio":
            with contextlib.suppress(FileNotFoundError):
                return upload.read_bytes()
        file = self.made(key)
        return None if file is None else mp3_of(file)

    def keep_upload(self, key: str, content: bytes) -> None:
        """A checked MP3 file; heard as soon as the settings say so."""
        with self._making:
            write_private(self._upload(key), content)

    def _make_what_is_ordered(self) -> None:
        while (key := self._orders.get()) is not None:
            try:
                self.made(key)
            except Exception:  # a full disk: the former message stays, and the next change tries again
                _log.exception("the message of %s could not be made", key)

    def _make(self, key: str, message: Message, file: Path) -> bool:
        if message.kind == "audio":
            try:
                check_mp3(self._upload(key).read_bytes(), LONGEST_SECONDS + PADDING_SECONDS, file)
                return True
            except (FileNotFoundError, mp3.NoMp3, mp3.TooLong) as error:
                _log.warning("the upload of %s cannot be heard, words take its place: %s", key, type(error).__name__)
        speech = message.speech or Speech()
        for text, voice in ((speech.text, voice_of(speech)), (speech.text, Voice()), (DEFAULT_GREETING, Voice())):
            try:
                speak_to_file(text, voice, file)
                return True
            except SpeechFailed as error:
                _log.warning("the message of %s is not spoken as wanted: %s", key, error)
        file.unlink(missing_ok=True)  # the children have a greeting of their own
        return False

    def _fingerprint(self, key: str, message: Message) -> str:
        made_from: object = asdict(message.speech or Speech())
        if message.kind == "audio":
            with contextlib.suppress(FileNotFoundError):
                made_from = hashlib.sha256(self._upload(key).read_bytes()).hexdigest()
        return hashlib.sha256(json.dumps([_VERSION, message.kind, made_from], sort_keys=True).encode()).hexdigest()

    def _upload(self, key: str) -> Path:
        return self._folder / f"{key}.mp3"


def voice_of(speech: Speech) -> Voice:
    return Voice(speech.language, speech.gender, speech.pitch, speech.rate)


def spoken(speech: Speech) -> bytes:
    """An MP3 file of it. Raises SpeechFailed."""
    return speak_to_mp3(speech.text, voice_of(speech))


def mp3_of(file: Path) -> bytes:
    """An MP3 file of a WAV file of ours."""
    with wave.open(str(file), "rb") as source:
        samples = array("h")
        samples.frombytes(source.readframes(source.getnframes()))
        return mp3.encode(samples, source.getframerate())
