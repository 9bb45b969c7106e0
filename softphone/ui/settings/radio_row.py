"""One row of several of which one is chosen."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from softphone.ui.settings.setting import Option
from softphone.ui.theme.motion import Fade, mix
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.check_box import paint_radio
from softphone.ui.widgets.painted_button import PaintedButton, fill_round, start_rect, text_width

_MARK, _SIDE, _TEXT = 18, 16, 50


class RadioRow(PaintedButton):
    """56 high; the chosen one has bg-selected. `stepped`: an arrow key asks for the next or the one before."""

    focus_radius = 8
    stepped = Signal(int)

    def __init__(self, parent: QWidget, *, first: bool) -> None:
        super().__init__(parent)
        self.option = Option(None, "")
        self.first, self.last = first, False
        self.setCheckable(True)
        self._mark = Fade(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_option(self, option: Option, chosen: bool) -> None:
        self.option = option
        self.setText(option.text)
        self.setChecked(chosen)
        self._mark.to(1.0 if chosen else 0.0)
        self.update()

    def nextCheckState(self) -> None:
        """Stays as it is until the value says otherwise."""

    def focus_shape(self) -> tuple[QRect, float]:
        return self.rect().adjusted(4, 4, -4, -4), 8.0

    def sizeHint(self) -> QSize:
        return QSize(300, theme().size("row.setting"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        if not self.first:
            painter.fillRect(1, 0, self.width() - 2, 1, t.color("line-subtle"))
        mark = start_rect(self, QRect(_SIDE, (self.height() - _MARK) // 2, _MARK, _MARK))
        paint_radio(painter, QRectF(mark), self._mark.value, self.isEnabled())
        if self.isChecked() and not self.isEnabled():
            dot = QRectF(0, 0, 8, 8)
            dot.moveCenter(QRectF(mark).center())
            fill_round(painter, dot, 4, t.color("text-disabled"))
        room = self.width() - _TEXT - _SIDE - self._paint_tag(painter)
        self._paint_words(painter, room)

    def _paint_ground(self, painter: QPainter) -> None:
        t = theme()
        rest = t.color("bg-surface")
        ground = mix(rest, t.color("bg-selected"), self._mark.value)
        if not self.isChecked():
            ground = self.state_color(ground, t.color("bg-hover"), t.color("bg-pressed"))
        top, bottom = 11.0 if self.first else 0.0, 11.0 if self.last else 0.0
        box = QRectF(self.rect()).adjusted(1, 1 if self.first else 0, -1, -1 if self.last else 0)
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        path.addRoundedRect(box, max(top, bottom), max(top, bottom))
        if not top:
            path.addRect(QRectF(box.left(), box.top(), box.width(), box.height() / 2))
        if not bottom:
            path.addRect(QRectF(box.left(), box.center().y(), box.width(), box.height() / 2))
        painter.fillPath(path, ground)

    def _paint_tag(self, painter: QPainter) -> int:
        option, t = self.option, theme()
        if not option.tag:
            return 0
        font = t.font("micro")
        width, height = text_width(font, option.tag) + 14, t.scaled(20)
        left = self.width() - _SIDE - width
        box = start_rect(self, QRect(left, (self.height() - height) // 2, width, height))
        muted = option.tone == "muted"
        fill_round(painter, QRectF(box), 5, t.color("bg-muted" if muted else f"{option.tone}-soft"))
        painter.setFont(font)
        painter.setPen(t.color("text-secondary" if muted else f"{option.tone}-text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, option.tag)
        return width + 12

    def _paint_words(self, painter: QPainter, room: int) -> None:
        t, option = theme(), self.option
        body, caption = t.line("body"), t.line("caption")
        height = body + (caption + 1 if option.help_text else 0)
        top = (self.height() - height) // 2
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        elide = Qt.TextElideMode.ElideRight
        painter.setFont(t.font("body", weight=500))
        painter.setPen(t.color("text-primary" if self.isEnabled() else "text-disabled"))
        text = painter.fontMetrics().elidedText(option.text, elide, room)
        painter.drawText(start_rect(self, QRect(_TEXT, top, room, body)), leading, text)
        if option.help_text:
            painter.setFont(t.font("caption", tabular=True))
            painter.setPen(t.color("text-tertiary"))
            text = painter.fontMetrics().elidedText(option.help_text, elide, room)
            painter.drawText(start_rect(self, QRect(_TEXT, top + body + 1, room, caption)), leading, text)
