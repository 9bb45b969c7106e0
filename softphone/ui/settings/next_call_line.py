"""The line above every page: what happens to the next call, with the settings as they are now."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from softphone.extension.explain import next_call
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.sentences import Sentence
from softphone.ui.settings.strips import Mark
from softphone.ui.text_next_call import next_call_sentence
from softphone.ui.theme.theme import theme


class NextCallLine(QWidget):
    """It is `decide` explained, the function that routes the call."""

    def __init__(self, context: SettingsContext) -> None:
        super().__init__()
        self._context = context
        self.words = Sentence("", "caption", "text-secondary")
        row = QHBoxLayout(self)
        row.setContentsMargins(32, 10, 32, 10)
        row.setSpacing(10)
        row.addWidget(Mark("phone-incoming", "text-secondary", size=16), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        theme().changed.connect(self.update)

    @property
    def text(self) -> str:
        return self.words.plain_text()

    def refresh(self) -> None:
        document = self._context.document
        self.setVisible(document is not None)
        if document is not None:
            now = self._context.now()
            self.words.show_text(next_call_sentence(next_call(document, now), now, plain=self._context.plain))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), t.color("bg-surface"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, t.color("line-subtle"))
