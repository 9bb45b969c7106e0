"""A few words with a caret behind them that open a menu."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.motion import with_alpha
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import PaintedButton, fill_round, start_rect

_CARET = 12


class CaretButton(PaintedButton):
    """24 high; elides when it must."""

    focus_radius = 6

    def __init__(self, color: str = "text-primary", weight: int = 500) -> None:
        super().__init__()
        self._color, self._weight = color, weight
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def _font(self) -> QFont:
        return theme().font("body", weight=self._weight, tabular=True)

    def sizeHint(self) -> QSize:
        words = QFontMetrics(self._font()).horizontalAdvance(self.text())
        return QSize(words + 2 + 5 + 6 + _CARET + 6, theme().scaled(24))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(60, self.sizeHint().width()), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.text():
            return
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hover = t.color("bg-pressed")
        fill_round(painter, QRectF(self.rect()), 6, self.state_color(with_alpha(hover, 0), hover, hover))
        painter.setFont(self._font())
        painter.setPen(t.color(self._color))
        room = self.width() - 5 - 6 - _CARET - 6
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        box = start_rect(self, QRect(5, 0, room + 1, self.height()))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, text)
        words = painter.fontMetrics().horizontalAdvance(text)
        caret = start_rect(self, QRect(5 + words + 6, (self.height() - _CARET) // 2, _CARET, _CARET))
        paint_icon(painter, QRectF(caret), "caret-down", "text-secondary")
