"""Words that widgets bring along."""

from __future__ import annotations

from softphone.ui.text import tr


def show_password() -> str:
    return tr("Show password")


def keypad() -> str:
    return tr("Keypad")


def key_spoken(key: str, letters: str) -> str:
    """A key of the keypad for a screen reader: "2, A B C"."""
    named = {"*": tr("star"), "#": tr("hash"), "0": tr("0, hold for plus"), "1": tr("1, voicemail")}
    return named.get(key) or f"{key}, {' '.join(letters)}"


def sound_at(name: str, seconds: float, at: float) -> str:
    """ "Message, 12 seconds, at 3"."""
    if at < 1:
        return tr("{name}, %n seconds", round(seconds), name=name)
    return tr("{name}, %n seconds, at {at}", round(seconds), name=name, at=int(at))
