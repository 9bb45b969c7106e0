"""Keys that another action has already: the question of whether they are taken from it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from softphone.ui import text_shortcuts as words
from softphone.ui.shortcuts import words as key_words
from softphone.ui.widgets.announce import announce
from softphone.ui.widgets.banner import Banner


class KeyConflict(QObject):
    """At most one question at a time, of the page's keys."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.sentence = ""
        self._use: Callable[[], object] | None = None

    def ask(self, keys: str, other: str, use: Callable[[], object]) -> None:
        """`other` is the action that has them; `use` takes them from it."""
        self.sentence, self._use = words.taken(key_words(keys), other), use
        self.changed.emit()

    def forget(self) -> None:
        if self.sentence:
            self.sentence, self._use = "", None
            self.changed.emit()

    def use_here(self) -> None:
        use = self._use
        self.forget()
        if use is not None:
            use()


class ConflictBanner(Banner):
    """Shows the question while there is one."""

    def __init__(self, conflict: KeyConflict, parent: QWidget | None = None) -> None:
        super().__init__("warning", parent=parent)
        self._conflict = conflict
        self.action.connect(conflict.use_here)
        conflict.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        sentence = self._conflict.sentence
        if sentence and sentence != self.accessibleName():
            self.set_content("warning", "", sentence, button=words.use_it_here())
            announce(self, sentence, at_once=True)
            QTimer.singleShot(0, self, self._show_up)
        self.setVisible(bool(sentence))
        slot = self.parentWidget()
        if slot is not None and not slot.isWindow():
            slot.setVisible(bool(sentence))

    def _show_up(self) -> None:
        """Wherever the page was scrolled to."""
        area = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is not None:
            area.ensureWidgetVisible(self, 0, 40)
