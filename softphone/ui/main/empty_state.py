"""What stands where there is nothing to list: an icon, a title, a sentence, at most one button."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.labels import TextBlock

_DISC = 72


class _Disc(QWidget):
    def __init__(self, icon: str) -> None:
        super().__init__()
        self.icon = icon
        self.setFixedSize(_DISC, _DISC)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("bg-muted"))
        painter.drawEllipse(self.rect())
        icon = QRectF(0, 0, 30, 30)
        icon.moveCenter(QRectF(self.rect()).center())
        paint_icon(painter, icon, self.icon, "text-secondary")


class EmptyState(QWidget):
    """`middle` centres it in its place; otherwise it hangs 52 px below the top."""

    action = Signal()

    def __init__(
        self, icon: str, title: str, text: str = "", button: str = "", *, middle: bool = False,
        paper: str = "bg-surface", parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._paper = paper
        centre = Qt.AlignmentFlag.AlignHCenter
        self._disc = _Disc(icon)
        self._title = TextBlock(title, "title3", "text-primary", align=centre)
        self._text = TextBlock(text, "body", "text-secondary", align=centre)
        self.button = Button(button, "soft")
        self.button.clicked.connect(lambda _=False: self.action.emit())
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 52, 32, 24)
        column.setSpacing(0)
        if middle:
            column.addStretch(1)
        column.addWidget(self._disc, 0, centre)
        column.addSpacing(16)
        column.addWidget(self._title)
        column.addSpacing(6)
        column.addWidget(self._text)
        column.addSpacing(16)
        column.addWidget(self.button, 0, centre)
        column.addStretch(1)
        self.set_content(icon, title, text, button)
        theme().changed.connect(self.update)

    @property
    def title(self) -> str:
        return self._title.plain_text()

    def set_content(self, icon: str, title: str, text: str = "", button: str = "") -> None:
        self._disc.icon = icon
        self._disc.update()
        self._title.set_text(title)
        self._text.set_text(text)
        self._text.setVisible(bool(text))
        self.button.setText(button)
        self.button.setVisible(bool(button))

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().color(self._paper))
