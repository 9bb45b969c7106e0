"""What a row of the settings window may ask and do: read a setting, change it, and what a change would mean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from softphone.extension.document import Json, merge_patch
from softphone.extension.explain import Unreachable, becomes_unreachable
from softphone.extension.settings import Settings
from softphone.phone.extension_settings import ExtensionSettings
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.phone.settings_change import SettingState, patch_of
from softphone.ui.settings.setting import Page, Setting

_TOPICS = (Topic.SETTINGS, Topic.DIRECTORY, Topic.REGISTRATION, Topic.SOUND, Topic.CALLS, Topic.SESSION,
           Topic.SERVICE)  # fmt: skip


class SettingsContext(QObject):
    """`updated`: something that is shown may have changed, told once per turn of the event loop. `changed`: the person
    has changed a setting. `asked_for`: (page, setting) to go to."""

    updated = Signal()
    changed = Signal(object, object)
    asked_for = Signal(str, str)

    def __init__(self, phone: Phone, services: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.phone = phone
        #: What else pages need of the application, by name (`sign_out`, `preferences`, ...); pages say which.
        self.services: dict[str, Any] = services or {}
        self.changing = False
        #: What pages remember of what the person is at, while the window lives.
        self.memory: dict[str, Any] = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.updated)
        self._minute = QTimer(self)
        self._minute.setSingleShot(True)
        self._minute.timeout.connect(self._minute_passed)
        self._offs: list[Callable[[], None]] = []

    # --- reading --------------------------------------------------------------------------------------------------

    @property
    def settings(self) -> ExtensionSettings:
        return self.phone.settings

    @property
    def document(self) -> Settings | None:
        return self.phone.settings.document

    @property
    def shown(self) -> Settings | None:
        """As the rows show them: also what was refused, or meets somebody else's change, and does not act."""
        told = self.settings.value("")
        return Settings.from_json(told) if self.document is not None and told else None

    @property
    def plain(self) -> bool:
        """A plain SIP account: its settings act in this application alone."""
        return self.phone.settings.kept_here

    def now(self) -> datetime:
        """In the person's time zone."""
        return datetime.fromtimestamp(self.phone.now(), timezone.utc).astimezone()

    def value(self, setting: Setting) -> Json:
        return setting.read(self) if setting.read is not None else self.settings.value(setting.pointer)

    def value_at(self, pointer: str) -> Json:
        """Of the settings document, as its row shows it."""
        return self.settings.value(pointer)

    def is_shown(self, setting: Setting) -> bool:
        if setting.pointer and not self.settings.available(setting.pointer):
            return False
        return setting.shown(self)

    def is_locked(self, setting: Setting) -> bool:
        return bool(setting.pointer) and self.settings.locked(setting.pointer)

    def is_for_this_type(self, setting: Setting) -> bool:
        return not setting.types or self.document is None or self.document.type in setting.types

    def state(self, setting: Setting) -> SettingState:
        return self.settings.state(setting.pointer) if setting.pointer else SettingState.SAVED

    def page_is_shown(self, page: Page) -> bool:
        if page.shown is not None:
            return page.shown(self)
        return not page.settings or any(self.is_shown(setting) for setting in page.settings)

    # --- changing -------------------------------------------------------------------------------------------------

    def patch(self, setting: Setting, value: Json) -> dict[str, Any]:
        return setting.patch(self, value) if setting.patch is not None else patch_of({setting.pointer: value})

    def makes_unreachable(self, setting: Setting, value: Json) -> Unreachable | None:
        """Why nobody would reach the person after this change; None when somebody still does."""
        before = self.document
        if before is None or setting.write is not None:
            return None
        after = Settings.from_json(merge_patch(before.to_json(), self.patch(setting, value)))
        return becomes_unreachable(before, after, self.now())

    def change(self, setting: Setting, value: Json) -> None:
        """Apply it at once. Raises `Refused` with the faults where it cannot be."""
        if setting.write is not None:
            setting.write(self, value)
        else:
            what = setting.done(self, value) if setting.done is not None else setting.label
            with self._own():
                self.settings.change(self.patch(setting, value), what=what)
        self.changed.emit(setting, value)
        self.refresh()

    def undo(self) -> None:
        """Take the last change back. Raises `Refused`."""
        with self._own():
            self.settings.undo()

    def refresh(self) -> None:
        """What is shown is read again, soon: many reasons in one turn are one reading."""
        self._soon.start(0)

    def go(self, page: str, setting: str = "") -> None:
        self.asked_for.emit(page, setting)

    # --- while the window is shown --------------------------------------------------------------------------------

    def listen(self, on: bool) -> None:
        """Only a window on the screen is kept up to date."""
        for off in self._offs:
            off()
        self._offs = [self.phone.on(topic, lambda _: self.refresh()) for topic in _TOPICS] if on else []
        self._minute.stop()
        if on:
            self._await_minute()
            self.refresh()

    def _await_minute(self) -> None:
        """Words like "58 min left" and "Until 15:24" follow the clock, once a minute."""
        self._minute.start(round((60 - self.phone.now() % 60) * 1000) + 50)

    def _minute_passed(self) -> None:
        self.updated.emit()
        self._await_minute()

    def _own(self) -> _Own:
        return _Own(self)


class _Own:
    """Changes made inside are the person's own here, and not marked as made elsewhere."""

    def __init__(self, context: SettingsContext) -> None:
        self._context = context

    def __enter__(self) -> None:
        self._context.changing = True

    def __exit__(self, *_: object) -> None:
        self._context.changing = False
