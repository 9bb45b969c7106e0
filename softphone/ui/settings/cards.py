"""The card of a page: rows split by lines, whose soft strips end in its round corners."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import fill_round

RADIUS = 12


class Card(QWidget):
    """Add rows with `add_row`; a line is painted above each visible one but the first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)  # taller where words wrap
        theme().changed.connect(self.update)

    def add_row(self, row: QWidget, at: int | None = None) -> None:
        """At the end, or before the row that is there now."""
        place = len(self.rows) if at is None else at
        self.rows.insert(place, row)
        self._column.insertWidget(place, row)

    def shown_rows(self) -> list[QWidget]:
        return [row for row in self.rows if not row.isHidden()]

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill_round(painter, QRectF(self.rect()), RADIUS, t.color("bg-surface"), t.color("line-subtle"))
        for row in self.shown_rows()[1:]:
            painter.fillRect(1, row.y(), self.width() - 2, 1, t.color("line-subtle"))


def fill_in_card(painter: QPainter, widget: QWidget, color: QColor) -> None:
    """Fill a widget's whole rectangle, round where it lies in a corner of its card."""
    card = widget.parentWidget()
    while card is not None and not isinstance(card, Card):
        card = card.parentWidget()
    box = QRectF(widget.rect()).adjusted(1, 0, -1, 0)
    if card is None:
        painter.fillRect(box, color)
        return
    top = widget.mapTo(card, widget.rect().topLeft()).y() <= 1
    bottom = widget.mapTo(card, widget.rect().bottomLeft()).y() >= card.height() - 2
    box.adjust(0, 1 if top else 0, 0, -1 if bottom else 0)
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    path.addRoundedRect(box, RADIUS - 1, RADIUS - 1)
    if not top:
        path.addRect(QRectF(box.left(), box.top(), box.width(), box.height() / 2))
    if not bottom:
        path.addRect(QRectF(box.left(), box.center().y(), box.width(), box.height() / 2))
    painter.fillPath(path, color)
