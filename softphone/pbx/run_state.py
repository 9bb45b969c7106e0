"""What the next run of the same data folder finds again: passwords made here, and the ports of the last run."""

from __future__ import annotations

import json
import logging
import secrets
from pathlib import Path
from typing import Any

from softphone.pbx.private_file import write_private

log = logging.getLogger(__name__)


class RunState:
    """A small file, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "run.json"
        self._state: dict[str, Any] = {}
        try:
            state = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        except ValueError:
            log.warning("%s is damaged: new passwords and ports", self._file.name)
            return
        self._state = state if isinstance(state, dict) else {}

    def __repr__(self) -> str:
        return "RunState()"

    def password(self, email: str) -> str:
        """The password kept for an account, made at the first question."""
        passwords: dict[str, str] = self._state.setdefault("passwords", {})
        if email not in passwords:
            passwords[email] = "-".join(secrets.token_hex(2) for _ in range(4))
            self._write()
        return passwords[email]

    def port(self, name: str) -> int:
        """A port of the last run, or 0."""
        port = self._state.get("ports", {}).get(name, 0)
        return port if isinstance(port, int) and 0 <= port < 65536 else 0

    def keep_ports(self, ports: dict[str, int]) -> None:
        if self._state.get("ports") != ports:
            self._state["ports"] = ports
            self._write()

    def _write(self) -> None:
        write_private(self._file, json.dumps(self._state, indent=1).encode("utf-8"))
