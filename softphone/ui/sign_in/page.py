"""The frame of every sign-in page: a column with the design's margins that scrolls when it must."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.overlay_scroll_bar import OverlayScrollBar
from softphone.ui.widgets.painted_button import fill_round

SIDE = 28
_MAX_COLUMN = 420


class _Canvas(QWidget):
    """As high as its text needs at its width; the layout's own minimum is reckoned at the least width."""

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 0)


class Page(QWidget):
    """Add to `column`; what is added to `foot` stays below the scrolling part."""

    def __init__(self, top: int = 32) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        canvas = _Canvas()
        across = QHBoxLayout(canvas)
        across.setContentsMargins(SIDE, top, SIDE, 8)
        holder = QWidget()
        holder.setMaximumWidth(_MAX_COLUMN)
        holder.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        across.addStretch(1)
        across.addWidget(holder, 1000)
        across.addStretch(1)
        self.column = QVBoxLayout(holder)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        scroll.setWidget(canvas)
        # setWidget switches the fill on; the wash must show through.
        canvas.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        OverlayScrollBar(scroll)
        outer.addWidget(scroll, 1)
        self.foot = outer
        self._scroll = scroll

    def show_widget(self, widget: QWidget) -> None:
        """Scroll until a widget is in view."""
        self._scroll.ensureWidgetVisible(widget, 0, 24)


class Tile(QWidget):
    """An icon on a rounded square."""

    def __init__(self, icon: str, size: int, radius: int, fill: str, ink: str, icon_size: int) -> None:
        super().__init__()
        self._icon, self._radius, self._fill, self._ink, self._icon_size = icon, radius, fill, ink, icon_size
        self.setFixedSize(size, size)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_tile(painter, self.rect(), self._icon, self._radius, self._fill, self._ink, self._icon_size)


def paint_tile(painter: QPainter, rect: QRect, icon: str, radius: int, fill: str, ink: str, icon_size: int) -> None:
    fill_round(painter, QRectF(rect), radius, theme().color(fill))
    box = QRectF(0, 0, icon_size, icon_size)
    box.moveCenter(QRectF(rect).center())
    paint_icon(painter, box, icon, ink, "regular")


class Card(QWidget):
    """A raised box with an edge; add to `column`."""

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(15, 12, 15, 8)
        self.column.setSpacing(2)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill_round(painter, QRectF(self.rect()), 12, theme().color("bg-surface"), theme().color("line-subtle"))
