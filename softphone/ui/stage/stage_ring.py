"""The stage's ring: while someone talks it is put together from pictures, many times a second for a whole call."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap

from softphone.ui.theme.theme import theme
from softphone.ui.widgets.avatar import paint_avatar
from softphone.ui.widgets.state_ring import StateRing


class StageRing(StateRing):
    """Stroking large circles takes most of the time; only the strength of the halo changes."""

    _pictures: tuple[QPixmap, QPixmap] | None = None  # avatar with ring, halo; no pixmap before there is an application

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._state != "talking" or self._fade.value < 1.0:
            self._pictures = None
            super().paintEvent(event)
            return
        if self._pictures is None or self._pictures[0].devicePixelRatio() != self.devicePixelRatioF():
            self._pictures = self._paint_pictures()
        still, halo = self._pictures
        painter = QPainter(self)
        painter.drawPixmap(0, 0, still)
        painter.setOpacity(self._halo_strength())
        painter.drawPixmap(0, 0, halo)

    def set_person(self, name: str, key: str | None = None, icon: str | None = None) -> None:
        if (name, key, icon) != (self._name, self._key, self._icon):
            self._pictures = None
            super().set_person(name, key, icon)

    def set_avatar_size(self, size: int) -> None:
        self._pictures = None
        super().set_avatar_size(size)

    def forget_pictures(self) -> None:
        """After a change of theme."""
        self._pictures = None
        self.update()

    def _paint_pictures(self) -> tuple[QPixmap, QPixmap]:
        """The same strokes as `StateRing` paints."""
        out, width = (8.0, 4.0) if self._large() else (5.0, 3.0)
        box = QRectF(0, 0, self._avatar, self._avatar)
        box.moveCenter(QRectF(self.rect()).center())
        ring = box.adjusted(-out, -out, out, out)
        colour = theme().color("success-graphic")
        still, halo = self._blank(), self._blank()
        painter = QPainter(still)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_avatar(painter, box, self._name, key=self._key, icon=self._icon)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(ring)
        painter.end()
        gap = width / 2 + (3.0 if self._large() else 2.0)
        painter = QPainter(halo)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 3.0 if self._large() else 2.0))
        painter.drawEllipse(ring.adjusted(-gap, -gap, gap, gap))
        painter.end()
        return still, halo

    def _blank(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        return pixmap
