"""Audio: what one speaks into and hears from, live with what is plugged in."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

from softphone.ui import text_audio as words
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.setting import CustomKind, Notice, Page, Rows, Setting, SwitchKind
from softphone.ui.settings.sound_editors import DeviceEditor, LevelEditor, test_call_editor
from softphone.ui.text_call import sound_trouble

_SYSTEM = {"win32": "Windows", "darwin": "macOS"}.get(sys.platform, "Linux")
#: What sound a device is tried with.
_TRY = {"speaker": "waiting.wav", "ringer": "ringtone.wav"}


def page() -> Page:
    devices, sound = words.keywords_devices(), words.keywords_sound()
    return Page(
        "audio", words.audio(), "headset", "phone", words.about_devices(),
        parts=(
            Notice(_trouble),
            Rows(
                (
                    _device("microphone", words.microphone(), "input", "microphone", keywords=devices),
                    Setting("level", words.microphone_level(), CustomKind(lambda c, _: LevelEditor(c)),
                            help_text=words.level_help(), shown=_in_call, read=lambda _: None),
                    _device("speaker", words.speaker(), "output", "headset", keywords=devices),
                    _device("ringer", words.ringtone(), "output", "bell-ringing", words.ringtone_help(), devices),
                ),
                words.devices(),
            ),
            Rows(
                (
                    _switch("echo_cancellation", words.echo(), "", sound),
                    _switch("noise_suppression", words.noise(), words.noise_help(), sound),
                ),
                words.sound(),
            ),
            Rows((
                Setting("test_call", words.test_call(), CustomKind(_test_call), help_text=words.test_call_help(),
                        icon="phone-call", shown=lambda c: c.services.get("test_call") is not None,
                        read=lambda _: None, keywords=sound),
            )),
        ),
    )  # fmt: skip


def _device(name: str, label: str, kind: str, icon: str, help_text: str = "", keywords: str = "") -> Setting:
    def make(context: SettingsContext, _setting: Setting) -> Editor:
        return DeviceEditor(context, kind, sound=_TRY.get(name, ""), device=name)

    return Setting(
        name, label, CustomKind(make), help_text=help_text, icon=icon, keywords=keywords,
        read=lambda context: getattr(context.phone.sound_choice, name),
        write=lambda context, value: _choose(context, **{name: value}),
    )  # fmt: skip


def _switch(name: str, label: str, help_text: str, keywords: str) -> Setting:
    return Setting(
        name, label, SwitchKind(), help_text=help_text, keywords=keywords,
        read=lambda context: getattr(context.phone.sound_choice, name),
        write=lambda context, value: _choose(context, **{name: bool(value)}),
    )  # fmt: skip


def _choose(context: SettingsContext, **values: Any) -> None:
    choice = replace(context.phone.sound_choice, **values)
    if choice != context.phone.sound_choice:
        context.phone.choose_sound(choice)


def _in_call(context: SettingsContext) -> bool:
    return any(call.media_active for call in context.phone.calls.alive)


def _test_call(context: SettingsContext, _setting: Setting) -> Editor:
    return test_call_editor(context, context.services["test_call"])


def _trouble(context: SettingsContext) -> tuple[str, str] | None:
    return sound_trouble(context.phone.sound_trouble, _SYSTEM)


