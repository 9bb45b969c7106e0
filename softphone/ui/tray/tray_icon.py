"""The tray's icon, painted for each state at each size a tray may ask for."""

from __future__ import annotations

import os
import sys
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from softphone.ui.theme.icons import icon
from softphone.ui.theme.motion import with_alpha
from softphone.ui.theme.theme import theme
from softphone.ui.theme.tokens import Scheme, tokens

SIZES = (16, 20, 22, 24, 32, 44, 64)
_OFFLINE_ALPHA = 0.45


class TrayState(Enum):
    AVAILABLE = "available"
    ON_CALL = "on_call"
    MISSED = "missed"
    DO_NOT_DISTURB = "dnd"
    FORWARDING = "forwarding"
    OFFLINE = "offline"
    RINGING_1 = "ringing_1"
    RINGING_2 = "ringing_2"


_MARKED = (TrayState.ON_CALL, TrayState.MISSED, TrayState.DO_NOT_DISTURB, TrayState.FORWARDING)


def dark_panel() -> bool:
    """Whether the tray lies on a dark panel: GNOME's always is; elsewhere it follows the system's scheme."""
    if "GNOME" in os.environ.get("XDG_CURRENT_DESKTOP", "").upper():
        return True
    return theme().dark


def tray_icon(state: TrayState, on_dark: bool) -> QIcon:
    made = QIcon()
    for size in SIZES:
        made.addPixmap(tray_pixmap(state, size, on_dark))
    # A template: macOS tints it for its menu bar. Marks need their colour, so only the plain states are.
    made.setIsMask(sys.platform == "darwin" and state not in _MARKED)
    return made


def tray_pixmap(state: TrayState, size: int, on_dark: bool) -> QPixmap:
    scheme: Scheme = "dark" if on_dark else "light"

    def colour(token: str) -> QColor:
        return QColor(*tokens().rgba(scheme, token))

    ink = colour("text-primary") if on_dark else colour("bg-inverse")
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    if state is TrayState.OFFLINE:
        _handset(painter, size, with_alpha(ink, _OFFLINE_ALPHA), 1.08)
        _slash(painter, size, with_alpha(ink, _OFFLINE_ALPHA))
    elif state in (TrayState.RINGING_1, TrayState.RINGING_2):
        _handset(painter, size, ink, 0.96, QPointF(-0.06 * size, 0.06 * size))
        _waves(painter, size, ink, 2 if state is TrayState.RINGING_2 else 1)
    else:
        _handset(painter, size, ink, 1.08)
        if state is TrayState.ON_CALL:
            side = size * 0.44
            _mark(painter, QRectF(size - side, size - side, side, side), colour("success-graphic"), side * 0.28)
        elif state is TrayState.MISSED:
            side = size * 0.44
            _mark(painter, QRectF(size - side, 0, side, side), colour("danger-graphic"), side / 2)
        elif state is TrayState.DO_NOT_DISTURB:
            box = _low_end(size)
            _mark(painter, box, colour("danger-graphic"), box.width() / 2)
            bar = QRectF(0, 0, box.width() * 0.56, max(1.2, box.width() * 0.17))
            bar.moveCenter(box.center())
            painter.setBrush(Qt.GlobalColor.white)
            painter.drawRoundedRect(bar, bar.height() / 2, bar.height() / 2)
        elif state is TrayState.FORWARDING:
            box = _low_end(size)
            _mark(painter, box, colour("accent-fill"), box.width() / 2)
            _arrow(painter, box)
    painter.end()
    return pixmap


def _handset(painter: QPainter, size: int, ink: QColor, part: float, shift: QPointF | None = None) -> None:
    side = round(size * part)
    corner = QPointF((size - side) / 2, (size - side) / 2) + (shift or QPointF())
    painter.drawPixmap(corner, icon("phone", side, ink, "fill", 1.0))


def _slash(painter: QPainter, size: int, ink: QColor) -> None:
    """From the upper to the lower end, cut free of the handset."""
    start, end = QPointF(size * 0.14, size * 0.12), QPointF(size * 0.86, size * 0.9)
    width = max(1.4, size * 0.085)
    for mode, wide in (
        (QPainter.CompositionMode.CompositionMode_Clear, width * 2.6),
        (QPainter.CompositionMode.CompositionMode_SourceOver, width),
    ):
        painter.setCompositionMode(mode)
        painter.setPen(QPen(ink, wide, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(start, end)


def _mark(painter: QPainter, box: QRectF, colour: QColor, radius: float) -> None:
    """A coloured mark with a gap cut out of the handset round it, so that it is told apart without its colour."""
    gap = max(1.0, box.width() * 0.14)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    painter.setBrush(Qt.GlobalColor.black)
    painter.drawRoundedRect(box.adjusted(-gap, -gap, gap, gap), radius + gap, radius + gap)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    painter.setBrush(colour)
    painter.drawRoundedRect(box, radius, radius)


def _low_end(size: int) -> QRectF:
    side = size * 0.5
    return QRectF(size - side, size - side, side, side)


def _arrow(painter: QPainter, box: QRectF) -> None:
    reach, head = box.width() * 0.25, box.width() * 0.2
    pen = QPen(Qt.GlobalColor.white, max(1.0, box.width() * 0.13))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    tip = box.center() + QPointF(reach, 0)
    painter.drawLine(box.center() - QPointF(reach, 0), tip)
    painter.drawPolyline([tip + QPointF(-head, -head), tip, tip + QPointF(-head, head)])


def _waves(painter: QPainter, size: int, ink: QColor, count: int) -> None:
    pen = QPen(ink, max(1.4, size * 0.085))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    centre = QPointF(size * 0.5, size * 0.5)
    for number in range(count):
        reach = size * (0.23 + 0.19 * number)
        box = QRectF(centre.x() - reach, centre.y() - reach, 2 * reach, 2 * reach)
        painter.drawArc(box, 8 * 16, 74 * 16)
