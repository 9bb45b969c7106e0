"""Appearance: theme, text size, the clock, motion, and what the window does."""

from __future__ import annotations

from softphone.ui import text_application as words
from softphone.ui.choices import TEXT_SIZES
from softphone.ui.settings.panels.choice import choice
from softphone.ui.settings.setting import CustomKind, Option, Page, Rows, SegmentedKind, SelectKind, SwitchKind
from softphone.ui.settings.text_size_editor import TextSizeEditor
from softphone.ui.settings.theme_tiles import ThemeTiles


def page() -> Page:
    look, window = words.keywords_look(), words.keywords_window()
    return Page(
        "appearance", words.appearance(), "palette", "app", words.about_appearance(),
        parts=(
            Rows((choice("theme", words.theme(), CustomKind(lambda *_: _tiles(), wide=True), keywords=look),)),
            Rows((
                choice("text_size", words.text_size(), CustomKind(lambda *_: TextSizeEditor(TEXT_SIZES)),
                       keywords=look),
                choice("twelve_hours", words.time(), SegmentedKind(lambda _: [
                    Option(False, words.twenty_four_hours()), Option(True, words.twelve_hours()),
                ]), keywords=look),
                choice("motion", words.reduce_motion(), SelectKind(lambda _: [
                    Option("system", words.same_as_system()), Option("reduced", words.on()),
                    Option("full", words.off()),
                ]), help_text=words.reduce_motion_help(), keywords=look),
            )),
            Rows(
                (
                    choice("keep_running", words.keep_running(), SwitchKind(), help_text=words.keep_running_help(),
                           keywords=window),
                    choice("small_bar", words.small_bar(), SwitchKind(), help_text=words.small_bar_help(),
                           keywords=window),
                ),
                words.window(),
            ),
        ),
    )  # fmt: skip


def _tiles() -> ThemeTiles:
    return ThemeTiles((
        ("light", words.light(), ("light",)),
        ("dark", words.dark(), ("dark",)),
        ("system", words.same_as_system(), ("light", "dark")),
    ))  # fmt: skip
