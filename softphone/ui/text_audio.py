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


def play_speaker() -> str:
    return tr("Play a sound through the speaker")


def play_ringtone() -> str:
    return tr("Play the ringtone")


def stop() -> str:
    return tr("Stop")


def speaker_help() -> str:
    return tr("You hear calls here")


def level_help() -> str:
    return tr("Speak: the bar should move")


def not_in_a_call() -> str:
    return tr("Not while you're on a call")


def keywords_devices() -> str:
    return tr("sound headset earphones loudspeaker input output device usb bluetooth bell")


def keywords_sound() -> str:
    return tr("echo noise quality background")
