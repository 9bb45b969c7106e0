"""Phosphor icons, tinted with a colour of the theme and cached by name, size, colour and device ratio."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from softphone.resources import resource
from softphone.ui.theme.theme import theme

Weight = Literal["regular", "bold", "fill"]
_ALWAYS_FILL = {"info", "warning", "warning-circle", "check-circle"}


def icon_weight(name: str, size: int, weight: Weight | None = None) -> Weight:
    """The rule of the design: `regular` from 18 px, `bold` below, signs always `fill`, unless asked otherwise."""
    if weight is not None:
        return weight
    if name in _ALWAYS_FILL:
        return "fill"
    return "regular" if size >= 18 else "bold"


@lru_cache(maxsize=256)
def _svg(name: str, weight: Weight) -> str:
    return resource("icons", "phosphor", weight, f"{name}.svg").read_text(encoding="utf-8")


def icon(
    name: str,
    size: int,
    color_token: str | QColor,
    weight: Weight | None = None,
    ratio: float | None = None,
) -> QPixmap:
    """One icon as a pixmap of `size` logical pixels; `ratio` is the device ratio (default: the sharpest screen's)."""
    colour = color_token if isinstance(color_token, QColor) else theme().color(color_token)
    if ratio is None:
        ratio = QGuiApplication.instance().devicePixelRatio() if QGuiApplication.instance() else 1.0  # type: ignore[union-attr]
    chosen = icon_weight(name, size, weight)
    key = f"softphone:{name}:{chosen}:{size}:{colour.rgba():08x}:{ratio:.3f}"
    pixmap = QPixmap()
    if not QPixmapCache.find(key, pixmap):
        pixmap = _render(name, chosen, size, colour, ratio)
        QPixmapCache.insert(key, pixmap)
    return pixmap


def _render(name: str, weight: Weight, size: int, colour: QColor, ratio: float) -> QPixmap:
    # Qt's renderer does not know currentColor.
    tinted = _svg(name, weight).replace("currentColor", colour.name())
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setOpacity(colour.alphaF())
    QSvgRenderer(QByteArray(tinted.encode())).render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def paint_icon(
    painter: QPainter, rect: QRectF, name: str, color_token: str | QColor, weight: Weight | None = None
) -> None:
    """Paint an icon centred in `rect`, as large as its shorter side, at the device ratio of what is painted on."""
    size = round(min(rect.width(), rect.height()))
    device = painter.device()
    ratio = device.devicePixelRatio() if device is not None else 1.0
    pixmap = icon(name, size, color_token, weight, ratio)
    painter.drawPixmap(rect.center() - QRectF(0, 0, size, size).center(), pixmap)
