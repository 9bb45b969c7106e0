"""The thin scroll bar that lies over its list and shows only while needed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from softphone.ui.theme.motion import Fade, mix, with_alpha
from softphone.ui.theme.theme import theme

_WIDTH, _FROM_EDGE, _LEAST = 5, 3, 32
_SHOWN_MS = 900


class OverlayScrollBar(QWidget):
    """`OverlayScrollBar(area)` takes the place of the area's vertical bar; on hover or scroll only, no track."""

    def __init__(self, area: QAbstractScrollArea) -> None:
        super().__init__(area)
        self._area = area
        self._bar = area.verticalScrollBar()
        self._fade = Fade(self)
        self._grab: tuple[float, int] | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_SHOWN_MS)
        self._rest.timeout.connect(self._settle)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.installEventFilter(self)
        self._bar.valueChanged.connect(self._scrolled)
        self._bar.rangeChanged.connect(self._ranged)
        theme().changed.connect(self.update)
        self._place()

    @property
    def shown(self) -> bool:
        """Whether the thumb is, or is becoming, visible."""
        return self.isVisible() and self._fade.target > 0

    def _needed(self) -> bool:
        return self._bar.maximum() > self._bar.minimum()

    def _place(self) -> None:
        area = self._area
        width = _WIDTH + 2 * _FROM_EDGE
        rtl = area.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.setGeometry(0 if rtl else area.width() - width, 0, width, area.height())
        self.setVisible(self._needed())
        self.raise_()

    def _ranged(self) -> None:
        self._place()
        self.update()

    def _scrolled(self) -> None:
        self._fade.to(1.0)
        self._rest.start()
        self.update()

    def _settle(self) -> None:
        if self._grab is None and not self._area.underMouse():
            self._fade.to(0.0)

    def thumb(self) -> QRectF:
        span = self._bar.maximum() - self._bar.minimum()
        whole = span + self._bar.pageStep()
        room = self.height() - 2 * _FROM_EDGE
        length = max(float(_LEAST), room * self._bar.pageStep() / max(1, whole))
        part = (self._bar.value() - self._bar.minimum()) / max(1, span)
        return QRectF(_FROM_EDGE, _FROM_EDGE + (room - length) * part, _WIDTH, length)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.Resize, QEvent.Type.LayoutDirectionChange, QEvent.Type.Show):
            self._place()
        elif kind == QEvent.Type.Enter:
            self._fade.to(1.0)
        elif kind == QEvent.Type.Leave and not self._rest.isActive():
            self._settle()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        thumb = self.thumb()
        if not thumb.adjusted(-_FROM_EDGE, 0, _FROM_EDGE, 0).contains(event.position()):
            step = self._bar.pageStep() if event.position().y() > thumb.bottom() else -self._bar.pageStep()
            self._bar.setValue(self._bar.value() + step)
            return
        self._grab = (event.position().y(), self._bar.value())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grab is None:
            return
        start, value = self._grab
        room = self.height() - 2 * _FROM_EDGE - self.thumb().height()
        span = self._bar.maximum() - self._bar.minimum()
        self._bar.setValue(value + round((event.position().y() - start) * span / max(1.0, room)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grab = None
        self._rest.start()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._fade.value <= 0:
            return
        colour = theme().color("scrollbar")
        if self._grab is not None:
            colour = mix(colour, theme().color("line-control"), 0.7)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(with_alpha(colour, self._fade.value))
        painter.drawRoundedRect(self.thumb(), _WIDTH / 2, _WIDTH / 2)
