"""Settings on this computer: those of plain SIP accounts, and changes that an account service has not got yet."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from softphone.phone.failure import Failure, FailureKind
from softphone.phone.kept_settings import KeptChange, KeptSettings
from softphone.store.files import write_whole

log = logging.getLogger(__name__)

Submit = Callable[[Callable[[], None]], None]


class SettingsFile:
    """`SettingsStore` in one JSON file. Read once, at the start; written whole by jobs on the disk worker."""

    def __init__(self, path: Path, submit: Submit, failed: Callable[[str, Failure], None]) -> None:
        self._path = path
        self._submit = submit
        self._failed = failed
        self._lock = threading.Lock()
        self._kept = self._read()
        self._unwritten = False

    def kept(self, address: str) -> KeptSettings:
        return self._kept.get(address) or KeptSettings()

    def keep(self, address: str, kept: KeptSettings | None) -> None:
        """What it is already is not written again."""
        if kept == self._kept.get(address):
            return
        with self._lock:
            if kept is None:
                del self._kept[address]
            else:
                self._kept[address] = kept
            self._unwritten = True
        self._submit(self._write)

    def _write(self) -> None:
        """The newest state; the jobs of earlier ones that it overtook have nothing left to do."""
        with self._lock:
            if not self._unwritten:
                return
            self._unwritten = False
            accounts = {address: _encode(kept) for address, kept in self._kept.items()}
        data = json.dumps({"version": 1, "accounts": accounts}, indent=1)
        try:
            write_whole(self._path, data.encode())
        except OSError as problem:
            log.warning("settings could not be kept: %s", problem)
            self._unwritten = True  # with the next change
            self._failed("settings", Failure(FailureKind.DISK_FULL, problem.errno, str(problem)))

    def _read(self) -> dict[str, KeptSettings]:
        try:
            raw = json.loads(self._path.read_bytes())
            return {str(address): _decode(one) for address, one in raw["accounts"].items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
            # Kept aside, so that nothing the person had set is lost by the next write.
            log.warning("kept settings could not be read: %s", type(problem).__name__)
            try:
                os.replace(self._path, self._path.with_suffix(f".unreadable-{int(time.time())}"))
            except OSError as trouble:
                log.warning("the unreadable settings could not be set aside: %s", trouble)
            return {}


def _encode(kept: KeptSettings) -> dict[str, Any]:
    return {
        "document": kept.document,
        "changes": [
            {"pointer": c.pointer, "value": c.value, "base": c.base, "group": c.group} for c in kept.changes
        ],
        "hide_number": kept.hide_number,
        "last_call": kept.last_call,
    }


def _decode(raw: dict[str, Any]) -> KeptSettings:
    """Raises KeyError, TypeError or ValueError for anything else."""
    document, hide = raw["document"], raw.get("hide_number", False)
    if not isinstance(document, dict) or not isinstance(hide, bool):
        raise ValueError("not settings")
    changes = tuple(KeptChange(str(c["pointer"]), c["value"], c["base"], int(c["group"])) for c in raw["changes"])
    if not all(change.pointer.startswith("/") for change in changes):
        raise ValueError("not a pointer")
    return KeptSettings(document, changes, hide, int(raw.get("last_call", -1)))
