"""The round buttons of the call stage: circle, label below, and the microphone's arc on Mute."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from softphone.ui.theme.icons import Weight, paint_icon
from softphone.ui.theme.motion import mix, next_level
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import PaintedButton, fill_round, mirrored

Tone = Literal["normal", "recording"]
_ARC_SPAN = 150  # degrees at full level


class RoundCallButton(PaintedButton):
    """Checkable when it toggles. Its accessible name stays; its label may tell the state (Muted, On hold)."""

    def __init__(self, icon: str, label: str, *, checkable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._weight: Weight | None = None
        self._tone: Tone = "normal"
        self._menu_mark = False
        self._arc = False
        self._sound = 0.0
        self._face: tuple[tuple[object, ...], QPixmap] | None = None  # what it shows, and the picture of that
        self.setText(label)
        self.setAccessibleName(label)
        self.setCheckable(checkable)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, icon: str, weight: Weight | None = None) -> None:
        self._icon, self._weight = icon, weight
        self.update()

    def set_tone(self, tone: Tone) -> None:
        """`recording` is danger-soft, the rest is neutral."""
        self._tone = tone
        self.update()

    def set_menu_mark(self, on: bool) -> None:
        """The small caret that says: this opens a menu."""
        self._menu_mark = on
        self.update()

    def set_level_shown(self, on: bool) -> None:
        """Whether the microphone's arc is painted and followed."""
        if on == self._arc:
            return
        self._arc = on
        self._sound = 0.0
        self._face = None
        self.update()

    def set_level(self, level: float) -> None:
        """The microphone, 0 to 1, ten times a second."""
        if not self._arc:
            return
        before = self._span()
        self._sound = next_level(self._sound, min(1.0, max(0.0, level)))
        if self._span() != before:
            circle = self._circle()
            self.update(circle.adjusted(-1, circle.height() // 2, 1, 1))  # the arc stays in the lower half

    def _span(self) -> int:
        """Degrees of the arc, in steps that are seen; 0 when it is too quiet for one."""
        return 2 * round(_ARC_SPAN * self._sound / 2) if self._sound > 0.02 else 0

    def _theme_changed(self) -> None:
        self._face = None
        super()._theme_changed()

    def _circle(self) -> QRect:
        side = theme().size("control.callRound")
        return QRect((self.width() - side) // 2, 0, side, side)

    def focus_shape(self) -> tuple[QRect, float]:
        circle = self._circle()
        return circle, circle.width() / 2

    def sizeHint(self) -> QSize:
        return QSize(78, theme().size("control.callRound") + theme().scaled(24))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        circle = QRectF(self._circle())
        on, off = self.isChecked(), not self.isEnabled()
        if self._arc:
            painter.drawPixmap(0, 0, self._kept_face(circle))
        else:
            self._paint_face(painter, circle)
        if self._arc and not on and not off and self._span():
            self._paint_arc(painter, circle)
        if self._menu_mark:
            self._paint_menu_mark(painter, circle, off)
        label = QRect(0, self.height() - t.line("caption") - 1, self.width(), t.line("caption"))
        if not event.rect().intersects(label):
            return
        painter.setFont(t.font("caption", weight=500))
        painter.setPen(
            t.color("text-disabled" if off else "danger-text" if self._tone == "recording" else "text-secondary")
        )
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)

    def _kept_face(self, circle: QRectF) -> QPixmap:
        """The circle as a picture, as the arc moves over it for a whole call; made anew for anything else."""
        ratio = self.devicePixelRatioF()
        shows = (
            self._icon, self._weight, self._tone, self.isChecked(), self.isEnabled(), self._level.value,
            ratio, self.width(),
        )  # fmt: skip
        if self._face is None or self._face[0] != shows:
            pixmap = QPixmap(QSize(self.width(), round(circle.height()) + 1) * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_face(painter, circle)
            painter.end()
            self._face = shows, pixmap
        return self._face[1]

    def _paint_face(self, painter: QPainter, circle: QRectF) -> None:
        t = theme()
        on, off = self.isChecked(), not self.isEnabled()
        weight = self._weight
        if off:
            fill, edge, ink = t.color("bg-window"), t.color("line-default"), "text-disabled"
            fill.setAlpha(0)
        elif self._tone == "recording":
            soft, tint = t.color("danger-soft"), t.color("danger-fill")
            fill, edge, ink = self.state_color(soft, mix(soft, tint, 0.08), mix(soft, tint, 0.16)), None, "danger-text"
            weight = weight or "fill"
        elif on:
            inverse, paper = t.color("bg-inverse"), t.color("text-inverse")
            fill = self.state_color(inverse, mix(inverse, paper, 0.12), mix(inverse, paper, 0.2))
            edge, ink, weight = None, "text-inverse", weight or "fill"
        else:
            fill = self.state_color(t.color("bg-surface"), t.color("bg-hover"), t.color("bg-pressed"))
            edge, ink = t.color("line-default"), "text-primary"
        fill_round(painter, circle, circle.width() / 2, fill, edge)
        box = QRectF(0, 0, 24, 24)
        box.moveCenter(circle.center())
        paint_icon(painter, box, self._icon, ink, weight or "regular")

    def _paint_arc(self, painter: QPainter, circle: QRectF) -> None:
        span = self._span()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(theme().color("success-graphic"), 3)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        inner = circle.adjusted(1.5, 1.5, -1.5, -1.5)
        painter.drawArc(inner, round((270 - span / 2) * 16), round(span * 16))

    def _paint_menu_mark(self, painter: QPainter, circle: QRectF, off: bool) -> None:
        side = 20.0
        x = circle.left() - 1 if mirrored(self) else circle.right() - side + 1
        disc = QRectF(x, circle.bottom() - side + 1, side, side)
        t = theme()
        fill_round(painter, disc, side / 2, t.color("bg-surface"), t.color("line-default"))
        box = QRectF(0, 0, 12, 12)
        box.moveCenter(disc.center())
        paint_icon(painter, box, "caret-down", "text-disabled" if off else "text-secondary")
