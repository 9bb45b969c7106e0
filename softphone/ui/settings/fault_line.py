"""The sentence about what is wrong with a value, below its control."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from softphone.ui.settings.strips import Mark
from softphone.ui.widgets.labels import TextBlock


class Fault(QWidget):
    """With its mark; hidden while it is empty."""

    def __init__(self) -> None:
        super().__init__()
        self._words = TextBlock("", "caption", "danger-text")
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 0, 0)
        row.setSpacing(6)
        row.addWidget(Mark("warning-circle", "danger-text", size=14, weight="fill"), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        self.hide()

    @property
    def text(self) -> str:
        return self._words.plain_text()

    def set_text(self, sentence: str) -> None:
        self._words.set_text(sentence)
        self.setVisible(bool(sentence))
