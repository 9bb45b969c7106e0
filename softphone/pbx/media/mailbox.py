"""Voice messages as files: `EXTENSION/new/*.wav` and, once heard, `EXTENSION/old/*.wav`.

The folder that a message is in says whether it was heard, for the telephone (`*97`) and for the account service alike:
both move files, and neither can be behind the other.
"""

from __future__ import annotations

import logging
import re
import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from softphone.pbx.media.speech import SAMPLE_RATE, write_wav

log = logging.getLogger(__name__)

SHORTEST_MESSAGE_SECONDS = 1.0  # a caller who hangs up at the beep leaves no message
_HEADER_BYTES = 44
_NEW, _OLD = "new", "old"
_NAME = re.compile(r"(?P<milliseconds>[0-9]{10,16})_(?P<caller>[0-9A-Za-z+]{1,40})\.wav")
_RECORDING = re.compile(r"[0-9]{1,20}_" + _NAME.pattern)
_NOBODY = "unknown"


@dataclass(frozen=True)
class MailboxCount:
    """What message waiting shows (RFC 3842)."""

    new: int
    old: int


@dataclass(frozen=True)
class StoredMessage:
    """`at` is Unix time in seconds; `caller` is "" when it was hidden."""

    file: Path
    caller: str
    at: float
    seconds: float
    read: bool

    @property
    def name(self) -> str:
        return self.file.name


class Mailboxes:
    """All mailboxes of a data folder. What is in a folder is a whole message: recordings grow elsewhere."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._growing = folder / "recording"
        self._growing.mkdir(parents=True, exist_ok=True, mode=0o700)

    def save_what_was_recorded(self) -> list[StoredMessage]:
        """Keeps what a process that was killed had recorded: the sound is there, its header is not. By the recorder
        only, before it records."""
        saved = []
        for left_over in sorted(self._growing.glob("*.wav")):
            if not _RECORDING.fullmatch(left_over.name):
                continue
            samples = array("h")
            samples.frombytes(_whole_samples(left_over.read_bytes()[_HEADER_BYTES:]))
            if len(samples) >= SHORTEST_MESSAGE_SECONDS * SAMPLE_RATE:
                write_wav(left_over, samples)
            message = self.keep(left_over)
            if message is not None:
                log.warning("a message whose recording was cut off is kept: %.1f s", message.seconds)
                saved.append(message)
        return saved

    def recording(self, extension: str, caller: str) -> Path:
        """A file to record into."""
        safe_caller = re.sub(r"[^0-9A-Za-z+]", "", caller)[:40] or _NOBODY
        return self._growing / f"{_safe_key(extension)}_{time.time_ns() // 1_000_000}_{safe_caller}.wav"

    def keep(self, recording: Path) -> StoredMessage | None:
        """A finished recording becomes a new message; None when it is too short for one, and gone."""
        if _seconds(recording) < SHORTEST_MESSAGE_SECONDS:
            recording.unlink()
            return None
        extension, _, name = recording.name.partition("_")
        return _stored(recording.rename(self._box(extension, _NEW) / name))

    def messages(self, extension: str) -> list[StoredMessage]:
        """All of an extension, oldest first."""
        found = (_stored(file) for kind in (_NEW, _OLD) for file in self._box(extension, kind).glob("*.wav"))
        return sorted(_present(found), key=lambda message: (message.at, message.name))

    def mark(self, extension: str, name: str, *, read: bool) -> bool:
        """Heard, or new again; False when there is no such message."""
        before, after = (_NEW, _OLD) if read else (_OLD, _NEW)
        target = self._box(extension, after) / _safe_name(name)
        try:
            (self._box(extension, before) / name).rename(target)
        except FileNotFoundError:
            return target.exists()
        return True

    def find(self, extension: str, name: str) -> Path | None:
        return next((file for kind in (_NEW, _OLD) if (file := self._box(extension, kind) / _safe_name(name)).exists()),
                    None)  # fmt: skip

    def remove(self, extension: str, name: str) -> bool:
        """False when there is no such message any more. A message may be moved between its folders meanwhile."""
        gone = False
        while (file := self.find(extension, name)) is not None:
            file.unlink(missing_ok=True)
            gone = True
        return gone

    def new_messages(self, extension: str) -> list[Path]:
        """Oldest first."""
        return sorted(self._box(extension, _NEW).glob("*.wav"))

    def count(self, extension: str) -> MailboxCount:
        return MailboxCount(*(len(list(self._box(extension, kind).glob("*.wav"))) for kind in (_NEW, _OLD)))

    def extensions(self) -> list[str]:
        """Extensions that have a mailbox."""
        return sorted(box.name for box in self._folder.iterdir() if box.name.isdigit())

    def _box(self, extension: str, kind: str) -> Path:
        box = self._folder / _safe_key(extension) / kind
        box.mkdir(parents=True, exist_ok=True, mode=0o700)
        return box


def _stored(file: Path) -> StoredMessage | None:
    """None when it has gone in the meantime, or is none of ours."""
    named = _NAME.fullmatch(file.name)
    if named is None:
        return None
    try:
        seconds = _seconds(file)
    except FileNotFoundError:
        return None
    caller = "" if named["caller"] == _NOBODY else named["caller"]
    return StoredMessage(file, caller, int(named["milliseconds"]) / 1000, round(seconds, 1), file.parent.name == _OLD)


def _present(messages: Iterator[StoredMessage | None]) -> Iterator[StoredMessage]:
    return (message for message in messages if message is not None)


def _seconds(file: Path) -> float:
    return max(0, file.stat().st_size - _HEADER_BYTES) / (2 * SAMPLE_RATE)


def _whole_samples(data: bytes) -> bytes:
    return data[: len(data) // 2 * 2]


def _safe_key(extension: str) -> str:
    if not re.fullmatch(r"[0-9]{1,20}", extension):
        raise ValueError("an extension is digits")
    return extension


def _safe_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("no name of a message")
    return name
