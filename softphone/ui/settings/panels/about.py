"""About: which version this is, and what support asks for."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from softphone.ui import text_application as words
from softphone.ui.main.note import show_note
from softphone.ui.settings.cards import Card
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.setting import Block, CustomKind, Page, Rows, Setting, ValueKind
from softphone.ui.settings.sound_editors import ButtonEditor
from softphone.ui.text import PRODUCT
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.labels import Label
from softphone.ui.widgets.logo import Logo


def page() -> Page:
    keywords = words.keywords_about()
    return Page(
        "about", words.about(), "info", "app", "",
        parts=(
            Block(_product),
            Rows(
                (
                    Setting("details", words.copy_details(), CustomKind(_copy), help_text=words.copy_details_help(),
                            keywords=keywords, read=lambda _: None),
                    Setting("log_folder", words.log_folder(), CustomKind(_open), help_text=words.log_folder_help(),
                            keywords=keywords, read=lambda _: None, shown=lambda c: "log_folder" in c.services),
                ),
                words.help_(),
            ),
            Rows((
                Setting("licence", words.licence(), ValueKind(), keywords=keywords,
                        read=lambda _: words.licence_words()),
                Setting("parts", words.parts(), ValueKind(), keywords=keywords, read=lambda _: words.parts_words()),
            )),
        ),
    )  # fmt: skip


def _product(context: SettingsContext) -> QWidget:
    card, row = Card(), QWidget()
    names = QVBoxLayout()
    names.setSpacing(2)
    names.addWidget(Label(PRODUCT, "title2"))
    version = QGuiApplication.instance()
    number = version.applicationVersion() if version is not None else ""
    names.addWidget(Label(words.version(number), "body", "text-secondary"))
    line = QHBoxLayout(row)
    line.setContentsMargins(20, 18, 20, 18)
    line.setSpacing(18)
    line.addWidget(Logo(56), 0, Qt.AlignmentFlag.AlignVCenter)
    line.addLayout(names, 1)
    card.add_row(row)
    return card


def _copy(context: SettingsContext, _setting: Setting) -> Editor:
    button = Button(words.copy(), "secondary", "copy")

    def copy() -> None:
        QGuiApplication.clipboard().setText(context.services["details"]())
        show_note(button.window(), words.copied(), icon="check-circle")

    return ButtonEditor(button, copy)


def _open(context: SettingsContext, _setting: Setting) -> Editor:
    button = Button(words.open_(), "secondary", "folder-open")

    def open_folder() -> None:
        folder = str(context.services["log_folder"])
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(folder)):
            show_note(button.window(), words.not_opened(folder), icon="warning")

    return ButtonEditor(button, open_folder)
