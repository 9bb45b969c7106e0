"""What the person has chosen for this program on this computer: its look, its windows, what it tells, its keys."""

from __future__ import annotations

from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal

from softphone.ui.shortcuts import shortcuts
from softphone.ui.text import set_twelve_hours
from softphone.ui.theme.theme import theme

TEXT_SIZES = (90, 100, 115, 130)  # per cent
_MOTION = {"system": None, "reduced": True, "full": False}


class Kept(Protocol):
    """Where choices are kept between runs, by name."""

    def get(self, name: str) -> Any: ...

    def keep(self, name: str, value: Any) -> None: ...


class KeptForThisRun:
    """Forgotten at the end."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {
            "theme": "system", "text_size": 100, "motion": "system", "twelve_hours": False, "keep_running": True,
            "small_bar": True, "incoming_place": "main", "raise_on_answer": False, "tell_missed": True,
            "tell_voicemail": True, "names_in_notices": True, "remind_missed": False, "shortcuts": {},
        }  # fmt: skip

    def get(self, name: str) -> Any:
        return self._values[name]

    def keep(self, name: str, value: Any) -> None:
        self._values[name] = value


class Choices(QObject):
    """`changed` tells which. What acts everywhere, as theme, text size and keys, acts from `apply` on."""

    changed = Signal(str)

    def __init__(self, kept: Kept | None = None) -> None:
        super().__init__()
        self._kept: Kept = kept or KeptForThisRun()

    def get(self, name: str) -> Any:
        return self._kept.get(name)

    def is_on(self, name: str) -> bool:
        return bool(self._kept.get(name))

    def set(self, name: str, value: Any) -> None:
        if self._kept.get(name) == value:
            return
        self._kept.keep(name, value)
        self._act(name, value)
        self.changed.emit(name)

    def apply(self) -> None:
        """At the start."""
        for name in ("theme", "text_size", "motion", "twelve_hours", "shortcuts"):
            self._act(name, self._kept.get(name))

    @staticmethod
    def _act(name: str, value: Any) -> None:
        if name == "theme" and value != theme().mode:
            theme().set_mode(value)
        elif name == "text_size":
            theme().set_text_scale(value / 100)
        elif name == "motion" and _MOTION[value] != theme().chosen_motion:
            theme().set_reduced_motion(_MOTION[value])
        elif name == "twelve_hours":
            set_twelve_hours(value)
        elif name == "shortcuts":
            shortcuts().restore(value)
