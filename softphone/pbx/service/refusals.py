"""Why the store does not do what it is asked; the endpoints turn each into its problem document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from softphone.extension.document import Fault


class Refusal(Exception):
    """Something a client may ask and not get."""


class NoExtension(Refusal):
    """The account has no extension."""


class NoLicence(Refusal):
    """The account has no licence for the desktop application."""


class DeviceLimit(Refusal):
    """All devices are activated; `devices` lists them as the contract writes them."""

    def __init__(self, devices: Sequence[dict[str, Any]]) -> None:
        super().__init__("device limit")
        self.devices = list(devices)


class TokenExpired(Refusal):
    """The token is not, or no longer, good; `reason` says why the session ended, when it did."""

    def __init__(self, reason: str | None = None) -> None:
        super().__init__(reason or "expired")
        self.reason = reason


class Conflict(Refusal):
    """The document has changed since the version that the change was made for; `changes` says who changed what."""

    def __init__(self, changes: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__("conflict")
        self.changes = list(changes)


class NotFound(Refusal):
    """There is no such thing, or not for this caller, who learns not which."""


class Locked(Refusal):
    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("locked")
        self.faults = tuple(faults)


class Invalid(Refusal):
    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("invalid")
        self.faults = tuple(faults)
