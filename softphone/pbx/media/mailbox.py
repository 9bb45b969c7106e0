"""Voice messages as files: `EXTENSION/new/*.wav` and, once heard, `EXTENSION/old/*.wav`."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class MailboxCount:
    """What message waiting shows (RFC 3842)."""

    new: int
    old: int


class Mailboxes:
    """All mailboxes of a data folder. What is in a folder is a whole message: recordings grow elsewhere."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._growing = folder / "recording"
        self._growing.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left_over in self._growing.glob("*.wav"):  # of a process that was killed; its header is not written
            left_over.unlink()

    def recording(self, extension: str, caller: str) -> Path:
        """A file to record into."""
        safe_caller = re.sub(r"[^0-9A-Za-z+]", "", caller)[:40] or "unknown"
        return self._growing / f"{_safe_key(extension)}_{time.time_ns() // 1_000_000}_{safe_caller}.wav"

    def keep(self, recording: Path) -> MailboxCount:
        """A finished recording becomes a new message."""
        extension, _, name = recording.name.partition("_")
        target = self._box(extension, "new") / name
        recording.rename(target)
        return self.count(extension)

    def heard(self, message: Path) -> None:
        """A new message becomes an old one."""
        if message.parent.name == "new" and message.exists():
            message.rename(self._box(message.parent.parent.name, "old") / message.name)

    def new_messages(self, extension: str) -> list[Path]:
        """Oldest first."""
        return sorted(self._box(extension, "new").glob("*.wav"))

    def count(self, extension: str) -> MailboxCount:
        return MailboxCount(
            len(list(self._box(extension, "new").glob("*.wav"))), len(list(self._box(extension, "old").glob("*.wav")))
        )

    def extensions(self) -> list[str]:
        """Extensions that have a mailbox."""
        return sorted(box.name for box in self._folder.iterdir() if box.name.isdigit())

    def _box(self, extension: str, kind: str) -> Path:
        box = self._folder / _safe_key(extension) / kind
        box.mkdir(parents=True, exist_ok=True, mode=0o700)
        return box


def _safe_key(extension: str) -> str:
    if not re.fullmatch(r"[0-9]{1,20}", extension):
        raise ValueError("an extension is digits")
    return extension
