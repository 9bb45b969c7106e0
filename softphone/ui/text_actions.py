"""What several windows offer or say with the same words."""

from __future__ import annotations

from softphone.ui.text import tr


def call() -> str:
    return tr("Call")


def call_who(name: str) -> str:
    return tr("Call {name}", name=name)


def answer() -> str:
    return tr("Answer")


def hold_and_answer() -> str:
    return tr("Hold & answer")


def end_and_answer() -> str:
    return tr("End & answer")


def decline() -> str:
    return tr("Decline")


def stop_ringing() -> str:
    return tr("Stop ringing")


def mute() -> str:
    return tr("Mute")


def hold() -> str:
    return tr("Hold")


def end_call() -> str:
    return tr("End call")


def end_call_with(name: str) -> str:
    return tr("End call with {name}", name=name)


def copy_number() -> str:
    return tr("Copy number")


def cancel() -> str:
    return tr("Cancel")


def quit_() -> str:
    return tr("Quit")


def sign_in() -> str:
    return tr("Sign in")


def incoming_call() -> str:
    return tr("Incoming call")


def offline() -> str:
    return tr("You're offline")
