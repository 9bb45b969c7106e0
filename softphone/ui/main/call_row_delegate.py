"""How a row of the calls list is painted, and where its two actions are."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from softphone.ui.main.call_rows import CallRow, DayRow
from softphone.ui.main.calls_model import CallsModel
from softphone.ui.main.reading_direction import isolated
from softphone.ui.text import clock
from softphone.ui.text_main import mirrored_icon, on_this_call, row_text
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.avatar import paint_avatar
from softphone.ui.widgets.painted_button import fill_round

SIDE, AVATAR, GAP = 16, 36, 12
MORE, CALL, ACTION_GAP = 28, 34, 8
_LEADING = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
_TRAILING = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter


def mirrored_rect(rect: QRect, bounds: QRect, rtl: bool) -> QRect:
    """`rect` as laid out from the start edge of `bounds`."""
    if not rtl:
        return rect
    return QRect(bounds.left() + bounds.right() + 1 - rect.x() - rect.width(), rect.y(), rect.width(), rect.height())


def action_rects(row: QRect, rtl: bool) -> dict[str, QRect]:
    """The row's two buttons: "call" at the end, "more" before it."""
    middle = row.center().y() + 1
    call = QRect(row.right() + 1 - SIDE - CALL, middle - CALL // 2, CALL, CALL)
    more = QRect(call.left() - ACTION_GAP - MORE, middle - MORE // 2, MORE, MORE)
    return {"call": mirrored_rect(call, row, rtl), "more": mirrored_rect(more, row, rtl)}


def paint_heading(painter: QPainter, rect: QRect, text: str) -> None:
    """Below 12 px of room, above 4."""
    t = theme()
    painter.setFont(t.font("micro", weight=600))
    painter.setPen(t.color("text-tertiary"))
    line = rect.adjusted(SIDE, 12, -SIDE, -4)
    painter.drawText(line, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, text)


def heading_height() -> int:
    return theme().line("micro") + 16


class CallRowDelegate(QStyledItemDelegate):
    """The list tells it what the pointer is over, whether calls can be placed, and how long a call lasts."""

    def __init__(self, model: CallsModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self.pointer: QPoint | None = None
        self.pressed: tuple[int, str] | None = None
        self.can_call = True
        self.focus_shown = False
        self.selection_shown = False
        self.actions_row = -1  # the row whose actions are shown without the pointer: its menu is open
        self.live_time: dict[str, str] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        row = self._model.row(index)
        return QSize(100, heading_height() if isinstance(row, DayRow) else theme().size("row.list"))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = self._model.row(index)
        rect: QRect = option.rect
        painter.save()
        painter.setLayoutDirection(option.direction)
        if isinstance(row, DayRow):
            paint_heading(painter, rect, self._model.heading(row))
        elif row is not None:
            self._paint_call(painter, rect, row, index.row(), option)
        painter.restore()

    def _paint_call(self, painter: QPainter, rect: QRect, row: CallRow, number: int,
                    option: QStyleOptionViewItem) -> None:  # fmt: skip
        t = theme()
        rtl = option.direction == Qt.LayoutDirection.RightToLeft
        state: QStyle.StateFlag = option.state
        hovered = self.pointer is not None and rect.contains(self.pointer)
        selected = bool(state & QStyle.StateFlag.State_Selected) and self.selection_shown
        paper = self._paper(row, hovered, selected)
        painter.fillRect(rect, paper)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        who = self._model.who(row)
        circle = mirrored_rect(
            QRect(rect.left() + SIDE, rect.top() + (rect.height() - AVATAR) // 2, AVATAR, AVATAR), rect, rtl
        )
        presence = "on_call" if row.live else self._model.presence(row)
        paint_avatar(
            painter, QRectF(circle), who.name, key=who.key or None, icon=who.icon,
            presence=presence, row_color=paper, rtl=rtl,  # type: ignore[arg-type]
        )  # fmt: skip
        actions = (hovered or number == self.actions_row) and not row.live
        end = rect.right() + 1 - SIDE
        if actions:
            self._paint_actions(painter, rect, rtl, number)
            end -= CALL + ACTION_GAP + MORE + ACTION_GAP
        elif not row.live:
            end -= self._paint_time(painter, rect, rtl, row)
        start = rect.left() + SIDE + AVATAR + GAP
        self._paint_words(painter, rect, rtl, row, start, end)
        if self.focus_shown and state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(t.color("focus"), 3 if t.high_contrast else 2))
            painter.drawRoundedRect(QRectF(rect).adjusted(5, 3, -5, -3), 8, 8)

    @staticmethod
    def _paper(row: CallRow, hovered: bool, selected: bool) -> QColor:
        if row.live:
            return theme().color("success-soft")
        return theme().color("bg-selected" if selected else "bg-hover" if hovered else "bg-surface")

    def _paint_time(self, painter: QPainter, rect: QRect, rtl: bool, row: CallRow) -> int:
        t = theme()
        painter.setFont(t.font("caption", tabular=True))
        painter.setPen(t.color("text-tertiary"))
        text = clock(datetime.fromtimestamp(row.newest.started_at))
        width = painter.fontMetrics().horizontalAdvance(text) + 1
        box = QRect(rect.right() + 1 - SIDE - width, rect.top(), width, rect.height())
        painter.drawText(mirrored_rect(box, rect, rtl), _TRAILING, text)
        return width + GAP

    def _paint_words(self, painter: QPainter, rect: QRect, rtl: bool, row: CallRow, start: int, end: int) -> None:
        t = theme()
        words = row_text(row.newest, self._model.who(row))
        high, low = t.line("bodyLarge"), t.line("caption")
        top = rect.top() + (rect.height() - high - low) // 2
        tabular = not any(c.isalpha() for c in words.name)
        font = t.font("bodyLarge", tabular=tabular)
        count = f" ({row.count})" if row.count > 1 else ""
        metrics = QFontMetrics(font)
        extra = metrics.horizontalAdvance(count)
        name = metrics.elidedText(words.name, Qt.TextElideMode.ElideRight, max(0, end - start - extra))
        painter.setFont(font)
        painter.setPen(t.color("danger-text" if words.missed else "text-primary"))
        box = mirrored_rect(QRect(start, top, end - start, high), rect, rtl)
        painter.drawText(box, _LEADING, isolated(name) + count)
        self._paint_line(painter, rect, rtl, row, QRect(start, top + high, end - start, low))

    def _paint_line(self, painter: QPainter, rect: QRect, rtl: bool, row: CallRow, box: QRect) -> None:
        t = theme()
        words = row_text(row.newest, self._model.who(row))
        icon, line, ink, icon_ink = words.icon, words.line, "text-secondary", "text-secondary"
        if row.live:
            icon, line = "phone-call", on_this_call(self.live_time.get(row.newest.id, ""))
            ink = icon_ink = "success-text"
        elif words.missed:
            icon_ink = "danger-text"
        if rtl:
            icon = mirrored_icon(icon)
        side = t.scaled(14)
        mark = QRect(box.left(), box.top() + (box.height() - side) // 2, side, side)
        weight = "fill" if row.live else "bold"
        paint_icon(painter, QRectF(mirrored_rect(mark, rect, rtl)), icon, icon_ink, weight)  # type: ignore[arg-type]
        font = t.font("caption", tabular=True)
        painter.setFont(font)
        painter.setPen(t.color(ink))
        text_box = box.adjusted(side + 5, 0, 0, 0)
        line = " · ".join(isolated(part) for part in line.split(" · "))
        text = QFontMetrics(font).elidedText(line, Qt.TextElideMode.ElideRight, text_box.width())
        painter.drawText(mirrored_rect(text_box, rect, rtl), _LEADING, text)

    def _paint_actions(self, painter: QPainter, rect: QRect, rtl: bool, number: int) -> None:
        t = theme()
        rects = action_rects(rect, rtl)
        more, call = rects["more"], rects["call"]
        over_more = self.pointer is not None and more.contains(self.pointer)
        over_call = self.pointer is not None and call.contains(self.pointer)
        if over_more or number == self.actions_row:
            down = self.pressed == (number, "more") or number == self.actions_row
            fill_round(painter, QRectF(more), 6, t.color("bg-pressed" if down or over_more else "bg-hover"))
        icon = QRectF(0, 0, 16, 16)
        icon.moveCenter(QRectF(more).center())
        paint_icon(painter, icon, "dots-three", "text-secondary", "bold")
        icon = QRectF(0, 0, 18, 18)
        icon.moveCenter(QRectF(call).center())
        if not self.can_call:
            fill_round(painter, QRectF(call), 9, t.color("bg-muted"))
            paint_icon(painter, icon, "phone", "text-disabled", "fill")
            return
        down = self.pressed == (number, "call")
        fill = "call-pressed" if down else "call-hover" if over_call else "call-fill"
        fill_round(painter, QRectF(call), 9, t.color(fill))
        paint_icon(painter, icon, "phone", "call-on", "fill")
