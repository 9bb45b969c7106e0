"""The check box and the radio mark."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from softphone.ui.theme.motion import Fade, mix
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import PaintedButton, fill_round, start_rect, text_width

_BOX, _GAP = 18, 8


class CheckBox(PaintedButton):
    """Box 18 and its words; the whole row is the target."""

    focus_radius = 5

    def __init__(self, text: str, *, checked: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(True)
        self.setChecked(checked)
        self._mark = Fade(self, 1.0 if checked else 0.0)
        self.toggled.connect(lambda on: self._mark.to(1.0 if on else 0.0))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        words = text_width(theme().font("body"), self.text())
        return QSize(_BOX + _GAP + words + 4, max(theme().size("hitMin"), theme().line("body")))

    def _box(self) -> QRect:
        return start_rect(self, QRect(0, (self.height() - _BOX) // 2, _BOX, _BOX))

    def focus_shape(self) -> tuple[QRect, float]:
        return self._box(), 5.0

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box, part = QRectF(self._box()), self._mark.value
        if not self.isEnabled():
            fill_round(painter, box, 5, t.color("bg-muted"), t.color("line-default"))
        else:
            on = self.state_color(t.color("accent-fill"), t.color("accent-hover"), t.color("accent-pressed"))
            rest = self.state_color(t.color("bg-surface"), t.color("bg-hover"), t.color("bg-pressed"))
            fill_round(painter, box, 5, mix(rest, on, part), mix(t.color("line-control"), on, part))
        if part > 0:
            ink = t.color("accent-on" if self.isEnabled() else "text-disabled")
            ink.setAlphaF(part)
            pen = QPen(ink, 1.8)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            x, y = box.x(), box.y()
            painter.drawPolyline([QPointF(x + 4.8, y + 9.4), QPointF(x + 7.8, y + 12.3), QPointF(x + 13.4, y + 6.2)])
        painter.setFont(t.font("body"))
        painter.setPen(t.color("text-primary" if self.isEnabled() else "text-disabled"))
        words = start_rect(self, QRect(_BOX + _GAP, 0, self.width() - _BOX - _GAP, self.height()))
        painter.drawText(words, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, self.text())


def paint_radio(painter: QPainter, rect: QRectF, part: float, enabled: bool = True) -> None:
    """A radio mark, `part` chosen (0 to 1)."""
    t = theme()
    if not enabled:
        fill_round(painter, rect, rect.width() / 2, t.color("bg-muted"), t.color("line-default"))
        return
    on = t.color("accent-fill")
    fill_round(
        painter, rect, rect.width() / 2, mix(t.color("bg-surface"), on, part), mix(t.color("line-control"), on, part)
    )
    if part > 0:
        hole = QRectF(0, 0, 8 * part, 8 * part)
        hole.moveCenter(rect.center())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("accent-on"))
        painter.drawEllipse(hole)
