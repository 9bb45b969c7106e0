"""Call waiting: one switch."""

from __future__ import annotations

from softphone.ui import text_call_waiting as words
from softphone.ui import text_settings
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.setting import Explain, Footnote, Page, Rows, Setting, SwitchKind


def page() -> Page:
    return Page(
        "call_waiting", words.call_waiting(), "phone-plus", "calls", words.about(),
        parts=(
            Rows((
                Setting(
                    "call_waiting", words.tell_me(), SwitchKind(), "/call_waiting", words.tell_me_help(),
                    keywords=words.keywords(), types=("normal",), done=lambda _, on: words.done(bool(on)),
                    read=lambda context: bool(context.value_at("/call_waiting")) and _fits(context),
                ),
            )),
            Explain("phone-plus", _sentence),
            Footnote(_running),
        ),
        value=_value,
    )  # fmt: skip


def _fits(context: SettingsContext) -> bool:
    return context.document is not None and context.document.type == "normal"


def _value(context: SettingsContext) -> str:
    document = context.document
    return text_settings.on_or_off(document.call_waiting) if document is not None and _fits(context) else ""


def _sentence(context: SettingsContext) -> str:
    document = context.document
    return words.sentence(document.call_waiting) if document is not None and _fits(context) else ""


def _running(context: SettingsContext) -> str:
    return text_settings.works_while_running() if context.plain else ""
