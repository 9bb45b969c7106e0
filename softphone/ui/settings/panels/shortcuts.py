"""Shortcuts: every key that acts in the program, each of them changeable."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from softphone.extension.document import Json
from softphone.ui import text_shortcuts as words
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.key_conflict import ConflictBanner, KeyConflict
from softphone.ui.settings.key_editor import KeyEditor
from softphone.ui.settings.panels.choice import choices
from softphone.ui.settings.setting import Block, CustomKind, Page, Rows, Setting
from softphone.ui.shortcuts import ACTIONS, shortcuts
from softphone.ui.widgets.button import Button

_CONFLICT = "key_conflict"


def page() -> Page:
    return Page(
        "shortcuts", words.shortcuts(), "keyboard", "app", words.about(),
        parts=(
            Block(lambda context: ConflictBanner(_conflict(context))),
            Rows(tuple(_keys(action.name) for action in ACTIONS), words.in_the_app()),
            Block(_UsualKeys),
        ),
    )  # fmt: skip


def _conflict(context: SettingsContext) -> KeyConflict:
    """One for the page, in its window's services."""
    found = context.services.setdefault(_CONFLICT, KeyConflict())
    assert isinstance(found, KeyConflict)
    return found


def _keys(name: str) -> Setting:
    def make(context: SettingsContext, _setting: Setting) -> Editor:
        return KeyEditor(name, _conflict(context))

    def write(context: SettingsContext, value: Json) -> None:
        shortcuts().choose(name, str(value or ""))
        choices(context).set("shortcuts", shortcuts().chosen)

    return Setting(
        f"keys_{name}", words.action(name), CustomKind(make), read=lambda _: shortcuts().keys(name), write=write,
        keywords=words.keywords(),
    )  # fmt: skip


class _UsualKeys(QWidget):
    """The way back, once something was changed."""

    def __init__(self, context: SettingsContext) -> None:
        super().__init__()
        self._context = context
        self.button = Button(words.usual_keys(), "quiet", "arrow-counter-clockwise", size="compact")
        self.button.clicked.connect(lambda _=False: self._reset())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeading)
        row.addStretch(1)
        self.refresh()

    def refresh(self) -> None:
        self.setVisible(bool(shortcuts().chosen))

    def _reset(self) -> None:
        shortcuts().reset()
        choices(self._context).set("shortcuts", {})
        _conflict(self._context).forget()
        self._context.refresh()
