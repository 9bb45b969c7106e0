"""A line edit over the shared dial text: groups numbers as they are typed, cleans what is pasted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from softphone.phone.number import clean_paste
from softphone.ui.main.dial_text import DialText, grouped

_LONGEST = 300


class NumberEdit(QLineEdit):
    """`region` tells the country for numbers in national format."""

    def __init__(self, dial: DialText, region: Callable[[], str | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dial = dial
        self._region = region
        self.setFrame(False)
        self.setMaxLength(_LONGEST)
        self.setInputMethodHints(Qt.InputMethodHint.ImhNoPredictiveText)
        self.setText(dial.text)
        self.textChanged.connect(self._was_changed)
        dial.changed.connect(self._follow)

    def type_text(self, text: str) -> None:
        """At the cursor, as if typed."""
        self.insert(text)

    def paste_text(self, text: str) -> None:
        self.insert(clean_paste(text))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste_text(QGuiApplication.clipboard().text())
        else:
            super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        self.paste_text(source.text())

    def _was_changed(self, text: str) -> None:
        at_end = self.cursorPosition() == len(text)
        after, cursor = grouped(text, self.cursorPosition(), self._region())
        if after != text:
            self.blockSignals(True)
            self.setText(after)
            self.setCursorPosition(len(after) if at_end else cursor)
            self.blockSignals(False)
        self._dial.set(after)

    def _follow(self, text: str) -> None:
        if text != self.text():
            self.blockSignals(True)
            self.setText(text)
            self.blockSignals(False)
