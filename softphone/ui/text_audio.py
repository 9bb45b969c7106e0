"""The audio page's words."""

from __future__ import annotations

from softphone.ui.text import tr


def audio() -> str:
    return tr("Audio")


def devices() -> str:
    return tr("Devices")


def sound() -> str:
    return tr("Sound")


def microphone() -> str:
    return tr("Microphone")


def microphone_level() -> str:
    return tr("Microphone level")


def speaker() -> str:
    return tr("Speaker")


def ringtone() -> str:
    return tr("Ringtone")


def ringtone_help() -> str:
    return tr("Ring on the speakers, so you hear it without the headset")


def echo() -> str:
    return tr("Remove echo")


def noise() -> str:
    return tr("Remove background noise")


def noise_help() -> str:
    return tr("Keyboards, fans and traffic")


def test_call() -> str:
    return tr("Test call")


def test_call_help() -> str:
    return tr("Speak and hear yourself back")


def start_test_call() -> str:
    return tr("Start test call")


def about_speaking() -> str:
    return tr("Say something: the bar should move.")


def about_devices() -> str:
    return tr("What you speak into, and what you hear from.")


def default_device(name: str) -> str:
    return tr("System default ({name})", name=name) if name else tr("System default")


def missing_device() -> str:
    return tr("Not plugged in")
