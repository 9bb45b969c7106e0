"""Preferences of this computer: a small JSON file, no secrets."""

from __future__ import annotations

import json
import logging
import os
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from softphone.phone.sound import SoundChoice
from softphone.store.files import write_whole

log = logging.getLogger(__name__)


#: Preferences that are one of some.
CHOICES: dict[str, tuple[object, ...]] = {
    "theme": ("system", "light", "dark"),
    "text_size": (90, 100, 115, 130),
    "motion": ("system", "reduced", "full"),
    "incoming_place": ("main", "primary"),
}


@dataclass(frozen=True)
class Preferences:
    """Everything kept; a value of the wrong type in the file falls back to its default here."""

    installation_id: str = ""  # UUID; also the SIP instance (RFC 5626) and the account's device id
    theme: str = "system"
    text_size: int = 100  # per cent
    motion: str = "system"
    twelve_hours: bool = False
    keep_running: bool = True  # when the window is closed
    small_bar: bool = True
    incoming_place: str = "main"  # the screen of the main window, or the system's first
    raise_on_answer: bool = False
    tell_missed: bool = True
    tell_voicemail: bool = True
    names_in_notices: bool = True
    remind_missed: bool = False
    shortcuts: dict[str, str] = field(default_factory=dict)  # action -> keys, where they are not the usual ones
    last_email: str = ""
    window_place: str = ""  # hex of Qt's geometry
    told_about_tray: bool = False
    bar_places: dict[str, list[int]] = field(default_factory=dict)  # of the mini bar, by screen
    microphone: str | None = None
    speaker: str | None = None
    ringer: str | None = None
    echo_cancellation: bool = True
    noise_suppression: bool = True
    extra: dict[str, Any] = field(default_factory=dict)  # what a newer version wrote

    @property
    def sound(self) -> SoundChoice:
        return SoundChoice(
            self.microphone, self.speaker, self.ringer, self.echo_cancellation, self.noise_suppression
        )  # fmt: skip


class PreferencesFile:
    """Reads at start, writes whole after each change (through `submit`, off the main thread)."""

    def __init__(self, path: Path, submit: Callable[[Callable[[], None]], None]) -> None:
        self._path = path
        self._submit = submit
        self.on_failure: Callable[[OSError], None] | None = None
        self.current = self._read()
        if not self.current.installation_id:
            self.change(installation_id=str(uuid.uuid4()))

    def change(self, **values: Any) -> None:
        after = replace(self.current, **values)
        if after == self.current:
            return
        self.current = after
        data = json.dumps({**after.extra, **{k: v for k, v in asdict(after).items() if k != "extra"}}, indent=1)
        self._submit(lambda: self._write(data.encode()))

    def _write(self, data: bytes) -> None:
        try:
            write_whole(self._path, data)
        except OSError as problem:
            log.warning("preferences could not be written: %s", problem)
            if self.on_failure is not None:
                self.on_failure(problem)

    def _read(self) -> Preferences:
        try:
            raw = json.loads(self._path.read_bytes())
            if not isinstance(raw, dict):
                raise ValueError("not an object")
        except FileNotFoundError:
            return Preferences()
        except (OSError, ValueError) as problem:
            # Kept aside, so that nothing the person had set is lost by the next write.
            log.warning("preferences could not be read: %s", problem)
            self._set_aside()
            return Preferences()
        return _from_json(raw)

    def _set_aside(self) -> None:
        try:
            os.replace(self._path, self._path.with_suffix(f".unreadable-{int(time.time())}"))
        except OSError as problem:
            log.warning("the unreadable preferences could not be set aside: %s", problem)


class Remembered:
    """The preferences as the windows keep theirs: by plain attributes."""

    def __init__(self, file: PreferencesFile) -> None:
        self._file = file

    @property
    def window_place(self) -> bytes:
        try:
            return bytes.fromhex(self._file.current.window_place)
        except ValueError:
            return b""

    @window_place.setter
    def window_place(self, place: bytes) -> None:
        self._file.change(window_place=place.hex())

    @property
    def last_email(self) -> str:
        return self._file.current.last_email

    @last_email.setter
    def last_email(self, email: str) -> None:
        self._file.change(last_email=email)

    @property
    def bar_places(self) -> dict[str, list[int]]:
        return self._file.current.bar_places

    @bar_places.setter
    def bar_places(self, places: dict[str, list[int]]) -> None:
        self._file.change(bar_places=places)

    @property
    def told_about_tray(self) -> bool:
        return self._file.current.told_about_tray

    @told_about_tray.setter
    def told_about_tray(self, told: bool) -> None:
        self._file.change(told_about_tray=told)

    def get(self, name: str) -> Any:
        """Any other, by its name."""
        return getattr(self._file.current, name)

    def keep(self, name: str, value: Any) -> None:
        self._file.change(**{name: value})


def _from_json(raw: dict[str, Any]) -> Preferences:
    default = Preferences()
    known, extra = {}, {}
    names = {f.name for f in fields(Preferences)} - {"extra"}
    for name, value in raw.items():
        if name not in names:
            extra[name] = value
        elif _fits(name, getattr(default, name), value):
            known[name] = value
        else:
            log.warning("preference %s has a value of the wrong type", name)
    return Preferences(**known, extra=extra)


def _fits(name: str, default: object, value: object) -> bool:
    if name in CHOICES:
        return type(value) is type(default) and value in CHOICES[name]
    if name == "shortcuts":
        return isinstance(value, dict) and all(isinstance(keys, str) for keys in value.values())
    if name == "bar_places":
        return isinstance(value, dict) and all(
            isinstance(place, list) and len(place) == 2 and all(type(at) is int for at in place)
            for place in value.values()
        )
    if default is None:
        return value is None or isinstance(value, str)
    return type(value) is type(default)
