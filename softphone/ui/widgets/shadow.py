"""Shadows of the design, as a cached nine-part pixmap; and the frame of frameless windows."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPixmap,
    QPixmapCache,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from softphone.ui.theme.compositing import composited
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import fill_round

WINDOW_MARGIN = 24


def paint_shadow(painter: QPainter, rect: QRect, radius: float, elevation: str, reach: int | None = None) -> None:
    """The shadow of a rounded box; paint the box itself over it. `reach`: the room it has, not to be cut off."""
    offset, blur, colour = theme().elevation(elevation)
    if reach is not None:
        offset = min(offset, reach // 4)
        blur = min(blur, reach - offset)
    device = painter.device()
    ratio = device.devicePixelRatio() if device is not None else 1.0
    tile = _tile(round(radius), blur, colour, ratio)
    side = tile.width() / ratio
    edge = (side - 1) / 2
    target = rect.translated(0, offset).adjusted(-blur, -blur, blur, blur)
    edge_x, edge_y = min(edge, target.width() / 2), min(edge, target.height() / 2)
    xs = (
        target.left(),
        target.left() + edge_x,
        target.left() + target.width() - edge_x,
        target.left() + target.width(),
    )
    ys = (target.top(), target.top() + edge_y, target.top() + target.height() - edge_y, target.top() + target.height())
    cuts_x = (0.0, edge_x, side - edge_x, side)
    cuts_y = (0.0, edge_y, side - edge_y, side)
    for row in range(3):
        for column in range(3):
            to = QRectF(xs[column], ys[row], xs[column + 1] - xs[column], ys[row + 1] - ys[row])
            of = QRectF(
                cuts_x[column] * ratio,
                cuts_y[row] * ratio,
                (cuts_x[column + 1] - cuts_x[column]) * ratio,
                (cuts_y[row + 1] - cuts_y[row]) * ratio,
            )
            if to.width() > 0 and to.height() > 0:
                painter.drawPixmap(to, tile, of)


def _tile(radius: int, blur: int, colour: QColor, ratio: float) -> QPixmap:
    key = f"softphone:shadow:{radius}:{blur}:{colour.rgba():08x}:{ratio:.3f}"
    pixmap = QPixmap()
    if QPixmapCache.find(key, pixmap):
        return pixmap
    core = 2 * (radius + blur) + 1
    side = core + 2 * blur
    image = QImage(round(side * ratio), round(side * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.scale(ratio, ratio)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    # A stack of shrinking boxes approaches the blur's fall-off: each adds the share of its step.
    steps = max(2, blur)
    reached = 0.0
    for step in range(steps):
        part = (step + 0.5) / steps
        alpha = colour.alphaF() * part * part * (3 - 2 * part)
        add = 0.0 if reached >= 1 else max(0.0, (alpha - reached) / (1 - reached))
        reached = alpha
        layer = QColor(colour)
        layer.setAlphaF(add)
        out = blur - 2 * blur * part
        box = QRectF(blur - out, blur - out, core + 2 * out, core + 2 * out)
        path = QPainterPath()
        bend = max(1.0, radius + out) if out > 0 else max(1.0, radius - out * -0.2)
        path.addRoundedRect(box, bend, bend)
        painter.fillPath(path, layer)
    painter.end()
    pixmap = QPixmap.fromImage(image)
    QPixmapCache.insert(key, pixmap)
    return pixmap


class ShadowFrame(QWidget):
    """A frameless translucent window (or child) whose rounded box floats in a 24 px margin with its shadow.

    Lay the content out inside `contentsMargins()`, which already leave room for the shadow; override
    `paint_box` to paint more than the plain fill (clipped to the rounded box).
    """

    def __init__(self, parent: QWidget | None = None, *, radius: int = 16, elevation: str = "e3") -> None:
        super().__init__(parent)
        self._radius = radius
        self._elevation = elevation
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setContentsMargins(QMargins(WINDOW_MARGIN, WINDOW_MARGIN, WINDOW_MARGIN, WINDOW_MARGIN))
        theme().changed.connect(self.update)

    def box(self) -> QRect:
        """The visible box inside the shadow's margin."""
        return self.rect().marginsRemoved(self.contentsMargins())

    def move_box(self, top_left: QPoint) -> None:
        """Put the visible box, not the margin, at a place."""
        margins = self.contentsMargins()
        self.move(top_left - QPoint(margins.left(), margins.top()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.isWindow() and not composited():
            # No shadow is better than a black margin.
            path = QPainterPath()
            path.addRoundedRect(QRectF(self.box()), self._radius, self._radius)
            self.setMask(QRegion(path.toFillPolygon().toPolygon()))

    def paint_box(self, painter: QPainter, box: QRect) -> None:
        painter.fillRect(box, theme().color("bg-raised"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.box()
        masked = self.isWindow() and not composited()
        if masked:
            # The mask cuts the corners; half-clear pixels under it would be black.
            painter.fillRect(self.rect(), theme().color("line-default"))
        else:
            paint_shadow(painter, box, self._radius, self._elevation, WINDOW_MARGIN)
        painter.save()
        path = QPainterPath()
        path.addRoundedRect(QRectF(box), self._radius, self._radius)
        painter.setClipPath(path)
        self.paint_box(painter, box)
        painter.restore()
        if masked or theme().dark or theme().high_contrast:
            edge = theme().color("line-default" if masked else "line-subtle")
            fill_round(painter, QRectF(box), self._radius, None, edge)
