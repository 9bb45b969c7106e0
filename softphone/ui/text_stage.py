"""The words of the call stage: its buttons, its menu, and what screen readers hear while a call goes on."""

from __future__ import annotations

from softphone.ui.text import tr

# --- buttons ----------------------------------------------------------------------------------------------------------


def muted() -> str:
    return tr("Muted")


def keypad() -> str:
    return tr("Keypad")


def audio() -> str:
    return tr("Audio")


def on_hold() -> str:
    return tr("On hold")


def swap() -> str:
    return tr("Swap")


def swap_to(name: str) -> str:
    return tr("Swap to {name}", name=name)


def add_call() -> str:
    return tr("Add call")


def resume_call() -> str:
    return tr("Resume call")


def hide_keypad() -> str:
    return tr("Hide keypad")


def close() -> str:
    return tr("Close")


def call_again() -> str:
    return tr("Call again")


def try_again() -> str:
    return tr("Try again")


def cancel_call(name: str) -> str:
    return tr("Cancel the call to {name}", name=name)


def back_to_list() -> str:
    return tr("Back to the list")


def mini_bar() -> str:
    return tr("Mini bar")


def why_not(set_up: bool) -> str:
    """Why a button is off."""
    return tr("Not possible right now.") if set_up else tr("You can use this once they answer.")


# --- what stands beside the state -------------------------------------------------------------------------------------


def calling_as(number: str) -> str:
    return tr("Calling as {number}", number=number)


def sent_digits(digits: str) -> str:
    """For screen readers: one digit at a time."""
    return tr("Sent: {digits}", digits=" ".join(digits)) if digits else ""


def lock_and_quality(lock: str, word: str) -> str:
    """The pill, read aloud; either may be ""."""
    return tr("{lock}, quality {word}", lock=lock, word=word.lower()) if lock and word else lock or word


def not_encrypted() -> str:
    return tr("This call isn't encrypted.")


def connection_lost() -> tuple[str, str]:
    """Bold words and sentence while the call may still come back."""
    return tr("Connection lost"), tr("Stay on the line. We'll keep trying for 30 s.")


# --- the menu of devices ----------------------------------------------------------------------------------------------


def audio_device(name: str) -> str:
    return tr("Audio device: {name}", name=name) if name else tr("Audio device")


def audio_device_menu(name: str) -> str:
    """For screen readers."""
    return tr("Audio device, {name}, menu", name=name) if name else tr("Audio device, menu")


def audio_settings() -> str:
    return tr("Audio settings…")


# --- screen readers ---------------------------------------------------------------------------------------------------


def announce_muted(on: bool) -> str:
    return tr("Muted") if on else tr("Unmuted")


def announce_ringing() -> str:
    return tr("Ringing")


def announce_talking(resumed: bool) -> str:
    return tr("Resumed") if resumed else tr("Connected")


def announce_offline() -> str:
    return tr("You're offline. Calls can't reach this computer.")


def announce_online() -> str:
    return tr("Back online")
