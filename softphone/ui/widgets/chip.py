"""Chips: filters above lists, the status in the header, and tags and badges beside words."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.motion import frame_clock, mix
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import PaintedButton, fill_round, start_rect, text_width
from softphone.ui.widgets.presence import Presence, paint_mark
from softphone.ui.widgets.spinner import paint_spinner

StatusMark = Literal["available", "on_call", "dnd", "forwarding", "offline", "reconnecting"]
TagTone = Literal["muted", "accent", "success", "warn", "danger"]


class FilterChip(PaintedButton):
    """28 high, checkable; a count in danger-text while it is not chosen."""

    def __init__(self, text: str, count: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = count
        self.setText(text)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_count(count)

    def set_count(self, count: int) -> None:
        self._count = count
        self.setAccessibleName(f"{self.text()}, {count}" if count else self.text())
        self.updateGeometry()
        self.update()

    def focus_shape(self) -> tuple[QRect, float]:
        return self.rect(), self.height() / 2

    def _count_text(self) -> str:
        return "" if not self._count else "99+" if self._count > 99 else str(self._count)

    def sizeHint(self) -> QSize:
        width = text_width(theme().font("caption", weight=500), self.text()) + 2 * 10
        if self._count:
            width += 6 + text_width(theme().font("caption", weight=600, tabular=True), self._count_text())
        return QSize(width, theme().size("control.compact"))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked():
            inverse, paper = t.color("bg-inverse"), t.color("text-inverse")
            fill = self.state_color(inverse, mix(inverse, paper, 0.1), mix(inverse, paper, 0.18))
        else:
            fill = self.state_color(t.color("bg-muted"), t.color("bg-pressed"), t.color("bg-pressed"))
        fill_round(painter, QRectF(self.rect()), self.height() / 2, fill)
        painter.setFont(t.font("caption", weight=500))
        painter.setPen(t.color("text-inverse" if self.isChecked() else "text-secondary"))
        words = text_width(painter.font(), self.text())
        middle = Qt.AlignmentFlag.AlignCenter
        painter.drawText(start_rect(self, QRect(10, 0, words + 1, self.height())), middle, self.text())
        if self._count:
            painter.setFont(t.font("caption", weight=600, tabular=True))
            painter.setPen(t.color("text-inverse" if self.isChecked() else "danger-text"))
            rest = QRect(10 + words + 5, 0, self.width() - words - 24, self.height())
            painter.drawText(start_rect(self, rest), middle, self._count_text())


class StatusChip(PaintedButton):
    """30 high: presence mark, words, caret; at most 196 wide, the words elide."""

    MAX_WIDTH = 196

    def __init__(self, text: str = "", mark: StatusMark = "offline", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark: StatusMark = mark
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(self.MAX_WIDTH)
        frame_clock().tick.connect(self._tick)
        self.set_status(text, mark)

    def set_status(self, text: str, mark: StatusMark, accessible_name: str = "") -> None:
        self.setText(text)
        self._mark = mark
        self.setAccessibleName(accessible_name or text)
        self._run()
        self.updateGeometry()
        self.update()

    def _run(self) -> None:
        if self._mark == "reconnecting" and self.isVisible():
            frame_clock().join(self)
        else:
            frame_clock().leave(self)

    def _tick(self) -> None:
        if self._mark == "reconnecting" and self.isVisible():
            self.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._run()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        frame_clock().leave(self)

    def focus_shape(self) -> tuple[QRect, float]:
        return self.rect(), self.height() / 2

    def sizeHint(self) -> QSize:
        words = text_width(theme().font("caption", weight=500), self.text())
        return QSize(min(self.MAX_WIDTH, 10 + 14 + 6 + words + 6 + 12 + 10 + 1), theme().scaled(30))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(96, self.sizeHint().width()), theme().scaled(30))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = self.state_color(t.color("bg-surface"), t.color("bg-hover"), t.color("bg-pressed"))
        fill_round(painter, QRectF(self.rect()), self.height() / 2, fill, t.color("line-default"))
        mark = start_rect(self, QRect(10, (self.height() - 14) // 2, 14, 14))
        if self._mark == "reconnecting":
            paint_spinner(painter, QRectF(mark).adjusted(1, 1, -1, -1), t.color("warn-graphic"))
        else:
            presence: Presence = self._mark
            paint_mark(painter, QRectF(mark).adjusted(2, 2, -2, -2), presence, fill)
        painter.setFont(t.font("caption", weight=500))
        painter.setPen(t.color("text-primary" if self.isEnabled() else "text-disabled"))
        room = self.width() - 10 - 14 - 6 - 6 - 12 - 10
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        self.setToolTip(self.text() if text != self.text() else "")
        box = start_rect(self, QRect(30, 0, room + 1, self.height()))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, text)
        caret = start_rect(self, QRect(self.width() - 22, (self.height() - 12) // 2, 12, 12))
        paint_icon(painter, QRectF(caret), "caret-down", "text-secondary")


class Tag(QWidget):
    """20 high, radius 5, micro: a word beside something."""

    def __init__(
        self, text: str, tone: TagTone = "muted", icon: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._text, self._tone, self._icon = text, tone, icon
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)

    def set_text(self, text: str, tone: TagTone | None = None) -> None:
        self._text, self._tone = text, tone or self._tone
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        words = text_width(theme().font("micro"), self._text)
        return QSize(words + 12 + (16 if self._icon else 0), theme().scaled(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = t.color("bg-muted" if self._tone == "muted" else f"{self._tone}-soft")
        ink = t.color("text-secondary" if self._tone == "muted" else f"{self._tone}-text")
        fill_round(painter, QRectF(self.rect()), 5, fill)
        start = 6
        if self._icon:
            box = start_rect(self, QRect(6, (self.height() - 12) // 2, 12, 12))
            # A check mark's filled form is a box.
            paint_icon(painter, QRectF(box), self._icon, ink, "bold" if self._icon in ("check", "x") else "fill")
            start = 22
        painter.setFont(t.font("micro"))
        painter.setPen(ink)
        words = start_rect(self, QRect(start, 0, self.width() - start - 5, self.height()))
        painter.drawText(words, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, self._text)


def badge_text(count: int) -> str:
    return "99+" if count > 99 else str(count)


def paint_badge(painter: QPainter, end: float, top: float, count: int, height: int = 18) -> QRectF:
    """A count badge whose end edge is at `end`; answers its rectangle."""
    t = theme()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(t.font("micro", weight=600, tabular=True))
    width = max(float(height), painter.fontMetrics().horizontalAdvance(badge_text(count)) + 9.0)
    rect = QRectF(end - width, top, width, height)
    fill_round(painter, rect, height / 2, t.color("danger-fill"))
    painter.setPen(t.color("danger-on"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, badge_text(count))
    return rect
