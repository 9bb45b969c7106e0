"""The page "My extension", in words."""

from __future__ import annotations

from softphone.ui.text import tr


def my_extension() -> str:
    return tr("My extension")


def about() -> str:
    return tr("Some of these are managed by your administrator.")


def about_plain() -> str:
    return tr("The settings of this SIP account are kept on this computer, and work only while this app is running.")


def sign_out() -> str:
    return tr("Sign out")


def key() -> tuple[str, str]:
    return tr("Extension key"), tr("The number others dial inside")


def label() -> tuple[str, str]:
    return tr("Label"), tr("Shown to people you call inside")


def label_missing() -> str:
    return tr("Type a name that people know.")


def label_long() -> str:
    return tr("Shorten it to {n} characters.", n=100)


def passcode() -> tuple[str, str]:
    return tr("Passcode"), tr("Asked for by some outbound rules")


def passcode_rule() -> str:
    return tr("Digits only, 4 to 10.")


def passcode_field() -> str:
    return tr("New passcode")


def no_passcode() -> str:
    return tr("None")


def show_passcode() -> str:
    return tr("Show passcode")


def change() -> str:
    return tr("Change")


def hidden_passcode() -> str:
    """For screen readers, instead of the dots."""
    return tr("Passcode, hidden")


def managed() -> str:
    return tr("Managed by your administrator")


def assignee() -> str:
    return tr("Assignee")


def nobody() -> str:
    return tr("Nobody")


def type_and_role() -> str:
    return tr("Type and role")


def type_and_role_words(kind: str, role: str) -> str:
    kinds = {"normal": tr("Normal"), "contact_center": tr("Contact Center")}
    roles = {"owner": tr("Owner"), "admin": tr("Admin"), "member": tr("Member")}
    return tr("{kind} · {role}", kind=kinds.get(kind, kind), role=roles.get(role, role))


def call_group() -> tuple[str, str]:
    return tr("Call group"), tr("Calls to the group ring here too")


def hot_desking() -> tuple[str, str]:
    return tr("Hot desking"), tr("Sign in to a shared IP phone with this extension")


def help_with_problems() -> str:
    return tr("Help with problems")


def debug_mode() -> str:
    return tr("Debug mode")


def debug_mode_help(on: bool) -> str:
    if on:
        return tr("Your administrator turned this on, so you can send app logs.")
    return tr("Your administrator can turn this on, so that you can send app logs.")


def keywords() -> dict[str, str]:
    """What else people look for, by the setting's name."""
    return {
        "key": tr("number extension internal"),
        "label": tr("name display"),
        "passcode": tr("pin code password outbound"),
        "assignee": tr("person owner email"),
        "type": tr("role contact center normal member admin owner"),
        "hot_desking": tr("shared desk phone"),
        "debug_mode": tr("log trouble support"),
        "call_group": tr("team hunt group"),
    }
