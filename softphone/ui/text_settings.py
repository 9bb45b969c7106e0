"""The settings window's own words: its frame, the search, how a change stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from softphone.ui.text import clock, tr

_ON, _OFF = "\x02", "\x03"


def strong(text: str) -> str:
    """Marks a value in a sentence; `rich` shows it heavier, `plain` as it is."""
    return f"{_ON}{text}{_OFF}"


def plain(sentence: str) -> str:
    return sentence.replace(_ON, "").replace(_OFF, "")


def rich(sentence: str) -> str:
    return escape(sentence).replace(_ON, '<span style="font-weight:600">').replace(_OFF, "</span>")


def strong_list(values: Sequence[str]) -> list[str]:
    return [strong(value) for value in values]


# --- frame ------------------------------------------------------------------------------------------------------------


def settings() -> str:
    return tr("Settings")


def search_settings() -> str:
    return tr("Search settings")


def clear_search() -> str:
    return tr("Clear the search")


def back() -> str:
    return tr("Back")


def pages() -> str:
    return tr("Pages")


def group(name: str) -> str:
    return {"calls": tr("Calls"), "phone": tr("Phone"), "app": tr("App")}.get(name, "")


def account_row(extension: str) -> str:
    return tr("My extension, {key}", key=extension) if extension else tr("My account")


def page_and_value(title: str, value: str) -> str:
    """For screen readers."""
    return tr("{page}, {value}", page=title, value=value) if value else title


def on_or_off(on: bool) -> str:
    return tr("On") if on else tr("Off")


def results_for(text: str) -> str:
    return tr('Results for "{words}"', words=text)


def results_count(count: int) -> str:
    return tr("%n setting", count) if count == 1 else tr("%n settings", count)


def no_result(text: str) -> str:
    return tr('No setting for "{words}". Try another word.', words=text)


def result_name(label: str, help_text: str, page: str) -> str:
    """For screen readers."""
    return ", ".join(part for part in (label, help_text, page) if part)


def not_loaded() -> str:
    return tr("Your settings haven't arrived yet. They come as soon as the phone service answers.")


# --- how a change stands ----------------------------------------------------------------------------------------------


def saving() -> str:
    return tr("Saving")


def saved() -> str:
    return tr("Saved")


def not_saved() -> str:
    return tr("Not saved")


def will_save() -> str:
    return tr("Will save when online")


def updated() -> str:
    return tr("Updated")


def not_saved_because(reason: str) -> str:
    """`reason`: a sentence of the service's, or "" when it did not answer."""
    return tr("Not saved. {reason}", reason=reason) if reason else tr("Not saved. The server didn't answer.")


def retry() -> str:
    return tr("Retry")


def undo() -> str:
    return tr("Undo")


def undone() -> str:
    return tr("Undone")


def set_by_administrator() -> str:
    return tr("Set by your administrator")


def only_normal(type_name: str = "") -> str:
    if type_name == "contact_center":
        return tr("Only for Normal extensions. Yours is a Contact Center extension.")
    return tr("Only for Normal extensions.")


def changed_elsewhere() -> str:
    return tr("Changed elsewhere")


def changed_while_editing(setting: str, person: str = "", at: datetime | None = None) -> str:
    """`person` and `at` where the service tells who it was."""
    if not person or at is None:
        return tr("{setting} was changed somewhere else while you were editing.", setting=setting)
    return tr(
        "{person} changed {setting} at {time}, while you were editing.",
        person=person, setting=setting, time=clock(at),
    )  # fmt: skip


def yours() -> str:
    return tr("Yours")


def theirs() -> str:
    return tr("Theirs")


def keep_mine() -> str:
    return tr("Keep mine")


def use_theirs() -> str:
    return tr("Use theirs")


def nothing() -> str:
    return tr("Nothing")


def delete_removes_it() -> str:
    return tr("Delete removes it.")


# --- before a change that nobody gets through -------------------------------------------------------------------------


def unreachable_title() -> str:
    return tr("Nobody will reach you")


def unreachable(reason: str) -> str:
    """`reason`: a value of `extension.explain.Unreachable`."""
    sentences = {
        "do_not_disturb": tr("Every call is refused until you turn Do not disturb off again."),
        "forwards_to_itself": tr("Every call would come back to you, and be refused."),
        "no_device": tr("None of your devices would ring, and calls go nowhere else."),
    }
    return sentences[reason]


def do_it_anyway() -> str:
    return tr("Do it anyway")


def leave_it() -> str:
    return tr("Leave it")


def works_while_running() -> str:
    """With a plain SIP account no server knows the settings."""
    return tr("This works only while this app is running.")
