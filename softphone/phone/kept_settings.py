"""What this computer keeps of an account's settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class KeptChange:
    """One member's change that the service has not got yet; see `settings_change.Change`."""

    pointer: str
    value: Any
    base: Any
    group: int = 0


@dataclass(frozen=True)
class KeptSettings:
    """`document`: a plain SIP account's settings themselves; of another account, as last seen, without its passcode."""

    document: dict[str, Any] = field(default_factory=dict, repr=False)
    changes: tuple[KeptChange, ...] = field(default=(), repr=False)
    hide_number: bool = False
    last_call: int = -1  # the row of the phone system's call history looked at last; -1: it never was


class KeptInMemory:
    """A `SettingsStore` that forgets everything when the program ends."""

    def __init__(self) -> None:
        self._kept: dict[str, KeptSettings] = {}

    def kept(self, address: str) -> KeptSettings:
        return self._kept.get(address) or KeptSettings()

    def keep(self, address: str, kept: KeptSettings | None) -> None:
        if kept is None:
            self._kept.pop(address, None)
        else:
            self._kept[address] = kept
