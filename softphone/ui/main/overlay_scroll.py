"""A scrollbar that lies over its list: 5 px, shown while the pointer is there or the list moves, no track."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar, QStyle, QStyleOptionSlider

from softphone.ui.theme.motion import Fade
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import mirrored

_WIDTH, _BAR, _EDGE = 11, 5, 3
_LINGER_MS = 900


class OverlayScrollBar(QScrollBar):
    """Takes the place of the area's own bar, which keeps the numbers but is never shown."""

    def __init__(self, area: QAbstractScrollArea) -> None:
        super().__init__(Qt.Orientation.Vertical, area)
        self._area = area
        self._own = area.verticalScrollBar()
        self._part = Fade(self, 0.0)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._own.rangeChanged.connect(self._ranged)
        self._own.valueChanged.connect(self._moved)
        self.valueChanged.connect(self._own.setValue)
        self._linger = QTimer(self)
        self._linger.setSingleShot(True)
        self._linger.setInterval(_LINGER_MS)
        self._linger.timeout.connect(self._settle)
        area.installEventFilter(self)
        area.viewport().installEventFilter(self)
        theme().changed.connect(self.update)
        self._ranged(self._own.minimum(), self._own.maximum())

    def _ranged(self, least: int, most: int) -> None:
        self.setRange(least, most)
        self.setPageStep(self._own.pageStep())
        self.setSingleStep(self._own.singleStep())
        self.setVisible(most > least)
        self._place()

    def _moved(self, value: int) -> None:
        self.setValue(value)
        if self._area.isVisible():
            self._part.to(1.0)
            self._linger.start()

    def _settle(self) -> None:
        wanted = self._area.viewport().underMouse() or self.underMouse() or self.isSliderDown()
        self._part.to(1.0 if wanted else 0.0)

    def _place(self) -> None:
        x = 0 if mirrored(self._area) else self._area.width() - _WIDTH
        self.setGeometry(x, 0, _WIDTH, self._area.height())
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.Resize, QEvent.Type.LayoutDirectionChange):
            self._place()
        elif kind == QEvent.Type.Enter:
            self._part.to(1.0)
        elif kind == QEvent.Type.Leave:
            self._linger.start()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._part.value <= 0:
            return
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        controls, parts = QStyle.ComplexControl, QStyle.SubControl
        thumb = self.style().subControlRect(controls.CC_ScrollBar, option, parts.SC_ScrollBarSlider, self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(self._part.value)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("line-control" if self.isSliderDown() else "scrollbar"))
        bar = QRectF(_EDGE, thumb.top() + _EDGE, _BAR, thumb.height() - 2 * _EDGE)
        painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)
