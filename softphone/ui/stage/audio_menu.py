"""The menu of microphones and speakers, for a change during a call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from softphone.phone.phone import Phone
from softphone.phone.sound import SoundChoice, SoundDevice
from softphone.ui import text_audio, text_stage
from softphone.ui.stage.controls import device_icon
from softphone.ui.widgets.popup import MenuItem, PopupMenu


def audio_menu(phone: Phone, parent: QWidget, show_audio: Callable[[], object]) -> PopupMenu:
    """Choosing acts at once; "Audio settings…" opens the page with the rest."""
    menu = PopupMenu(parent, text_stage.audio_device(""), min_width=300)
    choice = phone.sound_choice
    menu.add_heading(text_audio.microphone())
    _add(menu, phone, "input", choice.microphone, lambda device: replace(phone.sound_choice, microphone=device))
    menu.add_separator()
    menu.add_heading(text_audio.speaker())
    _add(menu, phone, "output", choice.speaker, lambda device: replace(phone.sound_choice, speaker=device))
    menu.add_separator()
    menu.add_item(MenuItem(text_stage.audio_settings(), show_audio))
    return menu


def _add(
    menu: PopupMenu, phone: Phone, kind: str, chosen: str | None, choose: Callable[[str | None], SoundChoice]
) -> None:
    devices = [device for device in phone.sound_devices if device.kind == kind]
    default = next((device for device in devices if device.is_default), None)
    menu.add_item(
        MenuItem(
            text_audio.default_device(""),
            lambda: phone.choose_sound(choose(None)),
            icon=_icon(default, kind),
            detail=default.name if default else "",
            checked=chosen is None,
        )
    )
    for device in devices:
        menu.add_item(
            MenuItem(
                device.name,
                lambda device=device: phone.choose_sound(choose(device.id)),  # type: ignore[misc]
                icon=_icon(device, kind),
                checked=device.id == chosen,
            )
        )


def _icon(device: SoundDevice | None, kind: str) -> str:
    icon = device_icon(device.name if device else "")
    return "microphone" if kind == "input" and icon == "speaker-high" else icon
