"""What every painted button shares: hover and press that fade, Return as a click, the shape of its focus ring."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFont, QFontMetricsF, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from softphone.ui.theme.motion import Fade, mix
from softphone.ui.theme.theme import theme


class PaintedButton(QAbstractButton):
    """Base of the kit's buttons; `_level` runs from 0 (rest) over 1 (hover) to 2 (pressed)."""

    focus_radius = 8

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._level = Fade(self)
        self._hovered = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.pressed.connect(self._settle)
        self.released.connect(self._settle)
        theme().changed.connect(self._theme_changed)

    def focus_shape(self) -> tuple[QRect, float]:
        """What the keyboard focus ring goes round: a rectangle in own coordinates and its corner radius."""
        return self.rect(), float(self.focus_radius)

    def state_color(self, rest: QColor, hover: QColor, pressed: QColor) -> QColor:
        """The colour between rest, hover and press right now."""
        level = self._level.value
        return mix(rest, hover, level) if level <= 1 else mix(hover, pressed, level - 1)

    def _theme_changed(self) -> None:
        self.updateGeometry()
        self.update()

    def _settle(self) -> None:
        if not self.isEnabled():
            self._level.to(0, 0)
        elif self.isDown():
            self._level.to(2)
        else:
            self._level.to(1 if self._hovered else 0)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        self._settle()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self._settle()
        super().leaveEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.EnabledChange:
            self._settle()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)


def fill_round(painter: QPainter, rect: QRectF, radius: float, fill: QColor | None, edge: QColor | None = None) -> None:
    """A filled rounded rectangle; its 1 px edge lies inside, on whole pixels."""
    if edge is not None:
        rect = rect.adjusted(0.5, 0.5, -0.5, -0.5)
        radius = max(0.0, radius - 0.5)
    painter.setPen(QPen(edge, 1) if edge is not None else Qt.PenStyle.NoPen)
    if fill is None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
    else:
        painter.setBrush(fill)
    painter.drawRoundedRect(rect, radius, radius)


def text_width(font: QFont, text: str) -> int:
    """The room a text needs, in whole pixels; a rounded width would cut it at some device ratios."""
    return math.ceil(QFontMetricsF(font).horizontalAdvance(text)) + 1


def mirrored(widget: QWidget) -> bool:
    return widget.layoutDirection() == Qt.LayoutDirection.RightToLeft


def start_rect(widget: QWidget, rect: QRect) -> QRect:
    """A rectangle given for left-to-right, mirrored inside the widget when it runs right to left."""
    if not mirrored(widget):
        return rect
    return QRect(widget.width() - rect.x() - rect.width(), rect.y(), rect.width(), rect.height())
