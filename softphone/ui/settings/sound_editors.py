"""Controls of the audio page: a device with a sound to try it, the microphone's level, the test call."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from softphone.extension.document import Json
from softphone.phone.failure import Refused
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.resources import resource
from softphone.ui import text_actions, text_audio
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editor import Editor, Single
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import Button, IconButton
from softphone.ui.widgets.level_meter import LevelMeter
from softphone.ui.widgets.select import Select

_WIDTH = 220


def devices_of(phone: Phone, kind: str, chosen: str | None) -> list[tuple[str | None, str]]:
    """The system's default with its name, those plugged in, and last a chosen one that is not."""
    devices = [device for device in phone.sound_devices if device.kind == kind]
    default = next((device.name for device in devices if device.is_default), "")
    found: list[tuple[str | None, str]] = [(None, text_audio.default_device(default))]
    found += [(device.id, device.name) for device in devices]
    if chosen is not None and all(device.id != chosen for device in devices):
        found.append((chosen, text_audio.missing_device()))
    return found


class DeviceEditor(Editor):
    """`sound`: a file of ours to try the device with; `device`: what it is played through, speaker | ringer."""

    width_beside = _WIDTH

    def __init__(self, context: SettingsContext, kind: str, *, sound: str = "", device: str = "speaker") -> None:
        super().__init__()
        self._context, self._kind, self._device = context, kind, device
        self._path = str(resource(f"sounds/{sound}")) if sound else ""
        self._ids: list[str | None] = []
        self._showing = False
        self.select = Select("")
        self.select.changed.connect(self._changed)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self.select, 1)
        self.play: IconButton | None = None
        if sound:
            self.width_beside = _WIDTH + 44
            self.play = IconButton("play", self._play_name(), box=32, icon_size=16, color="text-primary", weight="fill")
            self.play.set_kind("secondary")
            self.play.clicked.connect(lambda _=False: self._try())
            box.addWidget(self.play)
            context.phone.on(Topic.PLAYER, lambda _: self._show_playing())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def controls(self) -> list[QWidget]:
        return [self.select] + ([self.play] if self.play is not None else [])

    def set_name(self, name: str, description: str) -> None:
        self.select.setAccessibleName(f"{name}, {self.select.text()}")
        self.select.setAccessibleDescription(description)

    def set_usable(self, usable: bool, reason: str) -> None:
        """A device can always be chosen; whether it can be tried follows the calls."""

    def show_value(self, value: Json) -> None:
        chosen = value if isinstance(value, str) else None
        found = devices_of(self._context.phone, self._kind, chosen)
        self._ids = [one for one, _ in found]
        self._showing = True
        self.select.set_options([text for _, text in found], self._ids.index(chosen))
        self._showing = False
        self.select.setToolTip(self.select.text())
        self._show_playing()

    def _changed(self, index: int) -> None:
        if not self._showing:
            self.chosen.emit(self._ids[index])

    @property
    def _playing(self) -> bool:
        player = self._context.phone.player
        return player.playing and player.path == self._path

    def _play_name(self) -> str:
        return text_audio.play_speaker() if self._device == "speaker" else text_audio.play_ringtone()

    def _show_playing(self) -> None:
        if self.play is None:
            return
        playing, busy = self._playing, bool(self._context.phone.calls.alive)
        self.play.set_icon("stop-circle" if playing else "play", "fill")
        self.play.setEnabled(not busy)
        self.play.set_name(text_audio.stop() if playing else self._play_name())
        if busy:
            self.play.setToolTip(text_audio.not_in_a_call())

    def _try(self) -> None:
        player = self._context.phone.player
        if self._playing:
            player.stop()
            return
        try:
            player.play(self._path, device=self._device)
        except Refused:
            self._show_playing()  # a call came just now

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._playing:
            self._context.phone.player.stop()


class LevelEditor(Single):
    """How loud the microphone is, while it is on the screen and a call has opened it."""

    def __init__(self, context: SettingsContext) -> None:
        self.meter = LevelMeter(text_audio.microphone_level(), 28)
        super().__init__(self.meter)
        self._phone = context.phone
        self._off: Callable[[], None] | None = None

    def show_value(self, value: Json) -> None:
        """The level is shown as it comes."""

    def controls(self) -> list[QWidget]:
        return []

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._off is None:
            self._off = self._phone.on(
                Topic.LEVELS, lambda _: self.meter.set_level(self._phone.levels.microphone)
            )  # fmt: skip
            self._phone.watch_levels(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._off is not None:
            self._off()
            self._off = None
            self._phone.watch_levels(False)


class ButtonEditor(Single):
    """A button that does something at once; there is no value to keep."""

    def __init__(
        self, button: Button, do: Callable[[], object], usable: Callable[[], str] | None = None
    ) -> None:  # fmt: skip
        self.button = button
        super().__init__(button)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._usable = usable
        button.clicked.connect(lambda _=False: do())
        theme().changed.connect(self.updateGeometry)

    def show_value(self, value: Json) -> None:
        why_not = self._usable() if self._usable is not None else ""
        self.button.setEnabled(not why_not)
        self.button.setToolTip(why_not)

    def set_name(self, name: str, description: str) -> None:
        self.button.setAccessibleName(self.button.text())
        self.button.setAccessibleDescription(description)

    def set_usable(self, usable: bool, reason: str) -> None:
        """`show_value` has said so already."""


def test_call_editor(context: SettingsContext, call: Callable[[], object]) -> ButtonEditor:
    """`call` places it."""
    phone = context.phone

    def why_not() -> str:
        if phone.calls.alive:
            return text_audio.not_in_a_call()
        return "" if phone.can_call else text_actions.offline()

    button = Button(text_audio.start_test_call(), "call", "phone")
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    button.setCursor(Qt.CursorShape.ArrowCursor)
    return ButtonEditor(button, call, why_not)
