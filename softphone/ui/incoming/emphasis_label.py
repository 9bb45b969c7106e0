"""One line of text of which a part stands out; elided at the end."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from softphone.ui.text_call import EMPHASIS
from softphone.ui.theme.theme import theme


class EmphasisLabel(QWidget):
    """Caption at the end of its line; what is between the marks of `EMPHASIS` is stronger."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._marked = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self._changed)

    def _changed(self) -> None:
        self.updateGeometry()
        self.update()

    def set_text(self, marked: str) -> None:
        if marked != self._marked:
            self._marked = marked
            self.setAccessibleName(self.text())
            self._changed()

    def text(self) -> str:
        return self._marked.replace(EMPHASIS[0], "").replace(EMPHASIS[1], "")

    def sizeHint(self) -> QSize:
        font = theme().font("caption", weight=600, tabular=True)
        return QSize(QFontMetrics(font).horizontalAdvance(self.text()) + 2, theme().line("caption"))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        font = t.font("caption", tabular=True)
        start, end = self._marked.find(EMPHASIS[0]), self._marked.find(EMPHASIS[1]) - 1
        plain = self.text()
        text = QFontMetrics(font).elidedText(plain, Qt.TextElideMode.ElideRight, self.width() - 6)
        layout = QTextLayout(text, font)
        option = QTextOption(Qt.AlignmentFlag.AlignTrailing)
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setTextDirection(self.layoutDirection())
        layout.setTextOption(option)
        if 0 <= start < len(text):
            strong = QTextLayout.FormatRange()
            strong.start, strong.length = start, min(end, len(text)) - start
            look = QTextCharFormat()
            look.setForeground(t.color("text-primary"))
            look.setFontWeight(600)
            strong.format = look
            layout.setFormats([strong])
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(self.width())
        layout.endLayout()
        painter.setPen(t.color("text-secondary"))
        layout.draw(painter, QPointF(0, (self.height() - line.height()) / 2))
