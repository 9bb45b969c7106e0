"""Boxes and lines of a page: the sentence that explains, and the small line below a card."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from softphone.ui import text_settings
from softphone.ui.settings.strips import Mark
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.labels import TextBlock
from softphone.ui.widgets.painted_button import fill_round


class Sentence(TextBlock):
    """A sentence whose values, marked by `text_settings.strong`, are heavier."""

    def set_text(self, text: str) -> None:
        super().set_text(text_settings.plain(text))
        self._plain = text
        line = theme().line(self._type) + (1 if self._type == "body" else 0)
        side = "right" if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else "left"
        words = text_settings.rich(text).replace("\n", "<br>")
        self.setText(f'<p align="{side}" style="margin:0; line-height:{line}px">{words}</p>')

    def plain_text(self) -> str:
        return text_settings.plain(self._plain)

    def show_text(self, text: str) -> None:
        """Set only when it is another one: a page is refreshed often."""
        if text != self._plain:
            self.set_text(text)


class ExplainBox(QWidget):
    """accent-soft, radius 12: what will happen, in one sentence."""

    def __init__(self, icon: str, kind: str = "info") -> None:
        super().__init__()
        self._ground = "accent-soft" if kind == "info" else "warn-soft"
        self.words = Sentence("", "body", "text-primary")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 16, 12)
        row.setSpacing(12)
        ink = "accent-text" if kind == "info" else "warn-text"
        row.addWidget(Mark(icon, ink, size=20), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        theme().changed.connect(self.update)

    @property
    def text(self) -> str:
        return self.words.plain_text()

    def show_text(self, text: str) -> None:
        self.words.show_text(text)
        self.setVisible(bool(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill_round(painter, QRectF(self.rect()), 12, theme().color(self._ground))


class FootLine(QWidget):
    """A small line with, perhaps, an icon before it and a link after it."""

    followed = Signal()

    def __init__(self, icon: str = "", link: str = "") -> None:
        super().__init__()
        self.words = Sentence("", "caption", "text-tertiary")
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(8)
        if icon:
            row.addWidget(Mark(icon, "text-tertiary", size=16, weight="regular"), 0, Qt.AlignmentFlag.AlignTop)
        self.link = Button(link, "link", size="compact")
        if link:
            self.link.set_font("caption", 500)
            self.link.set_flush()
            self.link.clicked.connect(lambda _=False: self.followed.emit())
            self.words.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            self.words.setWordWrap(False)
            row.addWidget(self.words)
            row.addWidget(self.link, 0, Qt.AlignmentFlag.AlignTop)
            row.addStretch(1)
            self.link.setFixedHeight(theme().line("caption"))
        else:
            row.addWidget(self.words, 1)

    @property
    def text(self) -> str:
        return self.words.plain_text()

    def show_text(self, text: str) -> None:
        self.words.show_text(text)
        self.setVisible(bool(text))
