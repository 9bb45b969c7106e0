"""Banners: what is going on, in a soft colour, with at most one button."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.labels import Label, TextBlock
from softphone.ui.widgets.painted_button import fill_round
from softphone.ui.widgets.presence import Presence, paint_mark

BannerKind = Literal["info", "warning", "problem", "success", "muted"]
_LOOKS: dict[BannerKind, tuple[str, str, str]] = {
    "info": ("accent-soft", "accent-text", "info"),
    "warning": ("warn-soft", "warn-text", "warning"),
    "problem": ("danger-soft", "danger-text", "warning-circle"),
    "success": ("success-soft", "success-text", "check-circle"),
    "muted": ("bg-muted", "text-secondary", "info"),
}


class _Mark(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.name, self.token = "info", "accent-text"
        self.presence: Presence | None = None  # instead of the icon
        self.paper = "bg-muted"
        self.setFixedSize(18, 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.presence is not None:
            paint_mark(QPainter(self), QRectF(2, 2, 14, 14), self.presence, theme().color(self.paper))
            return
        weight = "regular" if self.token == "text-secondary" or self.name.startswith("wifi") else "fill"
        paint_icon(QPainter(self), QRectF(self.rect()), self.name, self.token, weight)  # type: ignore[arg-type]


class Banner(QWidget):
    """Icon 18, a bold first line in the status colour, one sentence, and `action` when its button is clicked."""

    action = Signal()

    def __init__(
        self,
        kind: BannerKind = "info",
        title: str = "",
        text: str = "",
        *,
        icon: str | None = None,
        button: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind: BannerKind = kind
        self._mark = _Mark(self)
        self._title = Label("", "bodyStrong")
        self._text = TextBlock("", "caption", "text-secondary")
        self._button = Button("", "secondary", size="compact")
        self._button.clicked.connect(lambda _=False: self.action.emit())
        words = QVBoxLayout()
        words.setSpacing(2)
        words.setContentsMargins(0, 0, 0, 0)
        words.addWidget(self._title)
        words.addWidget(self._text)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 9, 12, 9)
        row.setSpacing(10)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.set_content(kind, title, text, icon=icon, button=button)
        theme().changed.connect(self.update)

    @property
    def button(self) -> Button:
        return self._button

    def set_content(
        self, kind: BannerKind, title: str, text: str = "", *, icon: str | None = None, button: str = "",
        presence: Presence | None = None,
    ) -> None:  # fmt: skip
        self._kind = kind
        paper, ink, mark = _LOOKS[kind]
        self._mark.name, self._mark.token = icon or mark, ink
        self._mark.presence, self._mark.paper = presence, paper
        self._mark.update()
        if layout := self.layout():
            # One line alone stands in the middle, beside its button.
            layout.setAlignment(self._mark, Qt.AlignmentFlag.AlignTop if title else Qt.AlignmentFlag.AlignVCenter)
        self._title.setText(title)
        self._title.set_color(ink)
        self._title.setVisible(bool(title))
        self._text.set_text(text)
        self._text.setVisible(bool(text))
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self.setAccessibleName(" ".join(part for part in (title, text) if part))
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill_round(painter, QRectF(self.rect()), 10, theme().color(_LOOKS[self._kind][0]))
