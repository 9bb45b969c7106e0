"""Notifications: where calls ring on the screen, and what one is told of."""

from __future__ import annotations

from softphone.ui import text_application as words
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.panels.choice import choice
from softphone.ui.settings.setting import Option, Page, Rows, SelectKind, SwitchKind


def page() -> Page:
    keywords = words.keywords_notices()
    return Page(
        "notifications", words.notifications(), "bell", "app", words.about_notifications(),
        parts=(
            Rows(
                (
                    choice("incoming_place", words.where(), SelectKind(lambda _: [
                        Option("main", words.beside_main_window()), Option("primary", words.first_screen()),
                    ]), help_text=words.where_help(), keywords=keywords),
                    choice("raise_on_answer", words.raise_on_answer(), SwitchKind(), keywords=keywords),
                ),
                words.incoming_calls(),
            ),
            Rows(
                (
                    choice("tell_missed", words.missed_calls(), SwitchKind(), keywords=keywords),
                    choice("tell_voicemail", words.voicemail(), SwitchKind(), keywords=keywords, shown=_has_voicemail),
                ),
                words.tell_me_about(),
            ),
            Rows(
                (
                    choice("names_in_notices", words.names_in_notices(), SwitchKind(),
                           help_text=words.names_in_notices_help(), keywords=keywords),
                    choice("remind_missed", words.remind_missed(), SwitchKind(), keywords=keywords),
                ),
                words.more(),
            ),
        ),
    )  # fmt: skip


def _has_voicemail(context: SettingsContext) -> bool:
    return context.phone.voicemails.available or bool(context.phone.mailbox_new)
