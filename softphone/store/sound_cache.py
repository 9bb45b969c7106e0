"""Sounds that were fetched to be played: voice messages, the no-answer message, previews. For this user only."""

from __future__ import annotations

import contextlib
import hashlib
import time
from pathlib import Path

from softphone.store.files import write_whole

KEPT = 30 * 86400.0  # seconds


class SoundCache:
    """Blocking: worker thread only. Raises OSError. Names are hashed: they come from a service."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, *name: str) -> Path | None:
        return next(iter(self._folder.glob(f"{_hash(name)}.*")), None)

    def put(self, data: bytes, suffix: str, *name: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{_hash(name)}{suffix}"
        write_whole(path, data)
        return path

    def remove(self, *name: str) -> None:
        found = self.find(*name)
        if found is not None:
            found.unlink(missing_ok=True)

    def clear(self, older_than: float = 0.0) -> None:
        """Remove what was written longer than that many seconds ago; 0: everything."""
        before = time.time() - older_than
        for path in self._folder.glob("*.*") if self._folder.is_dir() else ():
            with contextlib.suppress(OSError):
                if not older_than or path.stat().st_mtime < before:
                    path.unlink()


def _hash(name: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(name).encode()).hexdigest()[:32]
