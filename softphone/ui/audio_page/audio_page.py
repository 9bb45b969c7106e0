"""Which devices are heard and spoken into, live with what is plugged in."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.phone.sound import SoundChoice
from softphone.ui import text_actions, text_audio
from softphone.ui.main.card import Card, SettingRow
from softphone.ui.text_call import sound_trouble
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.banner import Banner
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.labels import Label, TextBlock
from softphone.ui.widgets.level_meter import LevelMeter
from softphone.ui.widgets.overlay_scroll_bar import OverlayScrollBar
from softphone.ui.widgets.select import Select
from softphone.ui.widgets.switch import Switch

_WIDEST = 760
_SYSTEM = {"win32": "Windows", "darwin": "macOS"}.get(sys.platform, "Linux")


class DeviceSelect(Select):
    """The devices of a kind: first the system's default with its name, last a chosen one that is not plugged in."""

    def __init__(self, name: str, kind: str, choose: Callable[[str | None], object]) -> None:
        super().__init__(name)
        self._kind = kind
        self._choose = choose
        self._ids: list[str | None] = [None]
        self.changed.connect(self._changed)

    def show_devices(self, phone: Phone, chosen: str | None) -> None:
        devices = [device for device in phone.sound_devices if device.kind == self._kind]
        default = next((device.name for device in devices if device.is_default), "")
        ids: list[str | None] = [None, *(device.id for device in devices)]
        texts = [text_audio.default_device(default), *(device.name for device in devices)]
        if chosen not in ids:
            ids.append(chosen)
            texts.append(text_audio.missing_device())
        self._ids = ids
        self.set_options(texts, ids.index(chosen))
        self.setToolTip(self.text())

    def _changed(self, index: int) -> None:
        self._choose(self._ids[index])


class AudioPage(QScrollArea):
    """Every choice acts at once. `test_call` is given where the phone system has an echo to call."""

    def __init__(
        self, phone: Phone, *, test_call: Callable[[], object] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._phone = phone
        self._watching = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.trouble = Banner("warning")
        self.meter = LevelMeter(text_audio.microphone_level(), 28)
        self.microphone = DeviceSelect(text_audio.microphone(), "input", lambda d: self._choose(microphone=d))
        self.speaker = DeviceSelect(text_audio.speaker(), "output", lambda d: self._choose(speaker=d))
        self.ringer = DeviceSelect(text_audio.ringtone(), "output", lambda d: self._choose(ringer=d))
        self.echo = Switch(text_audio.echo())
        self.noise = Switch(text_audio.noise())
        self.echo.clicked.connect(lambda on=False: self._choose(echo_cancellation=on))
        self.noise.clicked.connect(lambda on=False: self._choose(noise_suppression=on))
        self.test_button = Button(text_audio.start_test_call(), "call", "phone")
        if test_call is not None:
            self.test_button.clicked.connect(lambda _=False: test_call())
        self._has_test = test_call is not None
        self.setWidget(self._lay_out())
        self.scroll_bar = OverlayScrollBar(self)
        self._offs = [
            phone.on(Topic.SOUND, lambda _: self.refresh()),
            phone.on(Topic.LEVELS, lambda _: self.meter.set_level(phone.levels.microphone)),
            phone.on(Topic.CALLS, lambda _: self.refresh()),
            phone.on(Topic.REGISTRATION, lambda _: self.refresh()),
        ]
        self.refresh()

    def _lay_out(self) -> QWidget:
        canvas = QWidget()
        canvas.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        self._column = QVBoxLayout()
        column = self._column
        column.setSpacing(0)
        column.addWidget(Label(text_audio.audio(), "title1"))
        self._about = TextBlock("", "body", "text-secondary")
        column.addWidget(self._about)
        column.addSpacing(14)
        column.addWidget(self.trouble)
        self._gap = QWidget()
        self._gap.setFixedHeight(14)
        column.addWidget(self._gap)
        column.addWidget(Label(text_audio.devices(), "bodyStrong"))
        column.addSpacing(8)
        devices = Card()
        devices.add_row(SettingRow(text_audio.microphone(), self.microphone, icon="microphone", extra=self.meter))
        devices.add_row(SettingRow(text_audio.speaker(), self.speaker, icon="headset"))
        ring = text_audio.ringtone_help()
        devices.add_row(SettingRow(text_audio.ringtone(), self.ringer, icon="bell", help_text=ring))
        column.addWidget(devices)
        column.addSpacing(18)
        column.addWidget(Label(text_audio.sound(), "bodyStrong"))
        column.addSpacing(8)
        sound = Card()
        sound.add_row(SettingRow(text_audio.echo(), self.echo))
        sound.add_row(
            SettingRow(text_audio.noise(), self.noise, help_text=text_audio.noise_help())
        )
        column.addWidget(sound)
        if self._has_test:
            column.addSpacing(14)
            test = Card()
            test.add_row(SettingRow(text_audio.test_call(), self.test_button, call_icon="phone-call",
                                    help_text=text_audio.test_call_help()))  # fmt: skip
            column.addWidget(test)
        column.addStretch(1)
        holder = QWidget()
        holder.setMaximumWidth(_WIDEST)
        holder.setLayout(column)
        across = QHBoxLayout(canvas)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(holder, 1000)
        across.addStretch(1)
        return canvas

    def refresh(self) -> None:
        """Show the devices and choices as they are now."""
        phone, choice = self._phone, self._phone.sound_choice
        self.microphone.show_devices(phone, choice.microphone)
        self.speaker.show_devices(phone, choice.speaker)
        self.ringer.show_devices(phone, choice.ringer)
        for switch, on in ((self.echo, choice.echo_cancellation), (self.noise, choice.noise_suppression)):
            if switch.isChecked() != on:
                switch.setChecked(on)
        trouble = sound_trouble(phone.sound_trouble, _SYSTEM)
        if trouble is not None:
            self.trouble.set_content("warning", *trouble, icon="microphone-slash")
        self.trouble.setVisible(trouble is not None)
        self._gap.setVisible(trouble is not None)
        moves = any(call.media_active for call in phone.calls.alive)
        self.meter.setVisible(moves)
        about = (
            text_audio.about_speaking() if moves else text_audio.about_devices()
        )
        if about != self._about.plain_text():
            self._about.set_text(about)
        busy = bool(phone.calls.alive)
        self.test_button.setEnabled(phone.can_call and not busy)
        self.test_button.setToolTip("" if phone.can_call else text_actions.offline())

    def _choose(self, **values: object) -> None:
        choice: SoundChoice = replace(self._phone.sound_choice, **values)  # type: ignore[arg-type]
        if choice != self._phone.sound_choice:
            self._phone.choose_sound(choice)

    def focus_first(self) -> None:
        self.microphone.setFocus(Qt.FocusReason.OtherFocusReason)

    def _watch(self, on: bool) -> None:
        if on != self._watching:
            self._watching = on
            self._phone.watch_levels(on)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._watch(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._watch(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = 16 if self.width() < 460 else 32
        self._column.setContentsMargins(side, 12 if side == 16 else 24, side, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self.viewport()).fillRect(self.viewport().rect(), theme().color("bg-window"))
