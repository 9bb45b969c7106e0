"""The shortcuts page's words."""

from __future__ import annotations

from softphone.ui.text import tr


def shortcuts() -> str:
    return tr("Shortcuts")


def about() -> str:
    return tr("Click a shortcut to change it.")


def in_the_app() -> str:
    return tr("In the app")


def action(name: str) -> str:
    return {
        "find": tr("Find or dial"),
        "answer": tr("Answer"),
        "end": tr("Decline or end call"),
        "mute": tr("Mute"),
        "hold": tr("Hold"),
        "swap": tr("Swap calls"),
        "call_keypad": tr("In-call keypad"),
        "do_not_disturb": tr("Do not disturb"),
        "calls": tr("Calls"),
        "keypad": tr("Keypad"),
        "settings": tr("Settings"),
    }[name]


def change(name: str) -> str:
    return tr("Change the keys of {action}", action=action(name))


def cancel() -> str:
    return tr("Keep the keys as they are")


def press_new_keys() -> str:
    return tr("Press the new keys")


def no_keys() -> str:
    return tr("No keys")


def spoken(keys: str) -> str:
    return keys or no_keys()


def not_possible() -> str:
    return tr("Hold Ctrl or Alt with another key. Esc, Enter and Tab stay as they are.")


def taken(keys: str, name: str) -> str:
    """`name`: of the action that has them."""
    return tr("{keys} is already used for {action}. Press other keys, or use it here instead.", keys=keys,
              action=action(name))  # fmt: skip


def use_it_here() -> str:
    return tr("Use it here")


def usual_keys() -> str:
    return tr("Back to the usual keys")


def keywords() -> str:
    return tr("keyboard keys hotkey shortcut")
