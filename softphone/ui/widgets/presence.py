"""Presence marks: told by shape as well as colour."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from softphone.ui.theme.theme import theme

Presence = Literal["available", "on_call", "dnd", "forwarding", "offline", "unknown"]


def paint_mark(painter: QPainter, rect: QRectF, presence: Presence, paper: QColor) -> None:
    """The mark alone, filling `rect`; `paper` is what shows through its cut-outs. Unknown paints nothing."""
    if presence == "unknown":
        return
    t = theme()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    side = rect.width()
    if presence == "available":
        painter.setBrush(t.color("success-graphic"))
        painter.drawEllipse(rect)
    elif presence == "on_call":
        painter.setBrush(t.color("danger-graphic"))
        inset = side * 0.05
        painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), side * 0.24, side * 0.24)
    elif presence == "dnd":
        painter.setBrush(t.color("danger-graphic"))
        painter.drawEllipse(rect)
        bar = QRectF(0, 0, side * 0.5, side * 0.18)
        bar.moveCenter(rect.center())
        painter.setBrush(paper)
        painter.drawRoundedRect(bar, bar.height() / 2, bar.height() / 2)
    elif presence == "forwarding":
        painter.setBrush(t.color("accent-text"))
        painter.drawEllipse(rect)
        pen = QPen(paper, side * 0.13)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        centre, reach = rect.center(), side * 0.22
        tip = QPointF(centre.x() + reach, centre.y())
        painter.drawLine(QPointF(centre.x() - reach, centre.y()), tip)
        painter.drawPolyline(
            [
                QPointF(tip.x() - side * 0.18, tip.y() - side * 0.18),
                tip,
                QPointF(tip.x() - side * 0.18, tip.y() + side * 0.18),
            ]
        )
    else:
        width = side * 0.2
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(t.color("line-control"), width))
        painter.drawEllipse(rect.adjusted(width / 2, width / 2, -width / 2, -width / 2))
    painter.restore()


def paint_presence(painter: QPainter, avatar: QRectF, presence: Presence, row: QColor, *, rtl: bool = False) -> None:
    """On an avatar: 14 px (18 from 56 px) with its 2 px gap, at the bottom end. Unknown paints nothing."""
    if presence == "unknown":
        return
    side = 18 if avatar.width() >= 56 else 14 if avatar.width() >= 32 else 10
    out = 2 if avatar.width() < 56 else 0
    x = avatar.left() - out if rtl else avatar.right() + out - side
    disc = QRectF(x, avatar.bottom() + out - side, side, side)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(row)
    painter.drawEllipse(disc)
    paint_mark(painter, disc.adjusted(2, 2, -2, -2), presence, row)
