"""The results below the box: a card over the page, chosen with the arrow keys while the focus stays in the box."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QWidget

from softphone.phone.number import is_short_code
from softphone.phone.phone import Phone
from softphone.ui import text_actions, text_pages
from softphone.ui.main.call_row_delegate import mirrored_rect
from softphone.ui.main.empty_state import EmptyState
from softphone.ui.main.reading_direction import isolated
from softphone.ui.main.suggestions import Group, Suggestion
from softphone.ui.text_call import caller
from softphone.ui.text_main import (
    call_as_sip,
    call_as_typed,
    day_and_clock,
    mirrored_icon,
    no_match,
    past_call,
    presence_words,
    results_spoken,
)
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.announce import announce
from softphone.ui.widgets.avatar import paint_avatar
from softphone.ui.widgets.painted_button import fill_round, mirrored
from softphone.ui.widgets.shadow import paint_shadow

_ROW, _HEADING, _PAD, _SIDE = 50, 30, 6, 12
_AVATAR = 32
_ANNOUNCE_MS = 500
_LEADING = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter


class SearchResults(QWidget):
    """Covers the page below the box. `chosen` carries a `Suggestion`, by Enter or a click."""

    chosen = Signal(object)
    current_changed = Signal()

    def __init__(self, phone: Phone, parent: QWidget) -> None:
        super().__init__(parent)
        self._phone = phone
        self._found: list[Suggestion] = []
        self._rows: list[tuple[QRect, Suggestion | str]] = []
        self._current = 0
        self._text = ""
        self.setMouseTracking(True)
        self.setAccessibleName(text_pages.results())
        self._empty = EmptyState("magnifying-glass", "", paper="bg-window", parent=self)
        self._empty.hide()
        self._say = QTimer(self)
        self._say.setSingleShot(True)
        self._say.setInterval(_ANNOUNCE_MS)
        self._say.timeout.connect(self._announce)
        theme().changed.connect(self._lay_out)
        self.hide()

    @property
    def current(self) -> Suggestion | None:
        return self._found[self._current] if self._found else None

    @property
    def found(self) -> list[Suggestion]:
        return list(self._found)

    def show_results(self, text: str, found: list[Suggestion]) -> None:
        if text != self._text or [s.dial for s in found] != [s.dial for s in self._found]:
            self._current = 0
        self._text, self._found = text, found
        self._current = min(self._current, max(0, len(found) - 1))
        self._empty.setVisible(not found)
        if not found:
            self._empty.set_content(
                "magnifying-glass", no_match(text.strip()), text_pages.check_spelling()
            )
        self._lay_out()
        self._say.start()
        self.current_changed.emit()

    def move(self, step: int) -> None:  # type: ignore[override]
        if self._found:
            self._current = max(0, min(len(self._found) - 1, self._current + step))
            self.update()
            self._say.start()
            self.current_changed.emit()

    def _announce(self) -> None:
        if self.isVisible():
            current = self.current
            first = caller(self._phone, current.party).spoken if current is not None else ""
            announce(self, results_spoken(len(self._found), first))

    # --- layout ---------------------------------------------------------------------------------------------------

    def _title(self, group: Group) -> str:
        return {Group.DIRECTORY: text_pages.directory(), Group.RECENT: text_pages.recent_calls()}.get(group, "")

    def _lay_out(self) -> None:
        t = theme()
        self._rows = []
        row, heading = t.scaled(_ROW), t.scaled(_HEADING)
        x, width, y = 10 + _PAD, self.width() - 2 * (10 + _PAD), _PAD
        group: Group | None = None
        for suggestion in self._found:
            if suggestion.group is not group:
                if suggestion.group is Group.SIP and group is not None:
                    y += 9
                group = suggestion.group
                title = self._title(group)
                if title:
                    self._rows.append((QRect(x, y, width, heading), title))
                    y += heading
            self._rows.append((QRect(x, y, width, row), suggestion))
            y += row
        self._card = QRect(10, 0, self.width() - 20, y + _PAD if self._rows else 0)
        self._empty.setGeometry(self.rect())
        self.update()

    def resizeEvent(self, event: object) -> None:
        self._lay_out()

    def _at(self, event: QMouseEvent) -> Suggestion | None:
        point = event.position().toPoint()
        for rect, what in self._rows:
            if isinstance(what, Suggestion) and rect.contains(point):
                return what
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        under = self._at(event)
        if under is not None and under is not self.current:
            self._current = self._found.index(under)
            self.update()
            self.current_changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # the focus stays in the box

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        under = self._at(event)
        if event.button() == Qt.MouseButton.LeftButton and under is not None:
            self.chosen.emit(under)

    # --- paint ----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), t.color("bg-window"))
        if not self._rows:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(self.layoutDirection())
        paint_shadow(painter, self._card, 12, "e2")
        fill_round(painter, QRectF(self._card), 12, t.color("bg-raised"), t.color("line-subtle") if t.dark else None)
        current = self.current
        for rect, what in self._rows:
            if isinstance(what, str):
                painter.setFont(t.font("micro", weight=600))
                painter.setPen(t.color("text-tertiary"))
                painter.drawText(rect.adjusted(_SIDE, 4, -_SIDE, 0), _LEADING, what)
            else:
                if what.group is Group.SIP and len(self._found) > 1:
                    painter.fillRect(QRect(rect.left(), rect.top() - 5, rect.width(), 1), t.color("line-subtle"))
                self._paint_row(painter, rect, what, what is current)

    def _paint_row(self, painter: QPainter, rect: QRect, what: Suggestion, current: bool) -> None:
        t, rtl = theme(), mirrored(self)
        paper = t.color("bg-selected" if current else "bg-raised")
        if current:
            fill_round(painter, QRectF(rect), 8, paper)
        lead = QRect(rect.left() + _SIDE - 4, rect.top() + (rect.height() - _AVATAR) // 2, _AVATAR, _AVATAR)
        self._paint_lead(painter, mirrored_rect(lead, rect, rtl), what, paper, rtl)
        start, end = lead.right() + 11, rect.right() + 1 - _SIDE
        if current:
            end -= self._paint_call_hint(painter, rect, rtl) + 10
        name, line = self._words(what)
        line = " · ".join(isolated(part) for part in line.split(" · "))
        high, low = t.line("bodyLarge"), t.line("caption")
        top = rect.top() + (rect.height() - high - (low if line else 0)) // 2
        spans = what.spans if what.group in (Group.DIRECTORY, Group.RECENT) else ()
        self._paint_name(painter, mirrored_rect(QRect(start, top, end - start, high), rect, rtl), name, spans)
        painter.setFont(t.font("caption", tabular=True))
        painter.setPen(t.color("text-secondary"))
        text = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, end - start)
        painter.drawText(mirrored_rect(QRect(start, top + high, end - start, low), rect, rtl), _LEADING, text)

    def _paint_lead(self, painter: QPainter, box: QRect, what: Suggestion, paper: QColor, rtl: bool) -> None:
        if what.group is Group.DIRECTORY:
            presence = what.presence if self._phone.can_call else "unknown"
            icon = "users-three" if what.is_group else None
            paint_avatar(painter, QRectF(box), what.name, key=what.party.user, icon=icon,
                         presence=presence, row_color=paper, rtl=rtl)  # type: ignore[arg-type]  # fmt: skip
            return
        icon = {Group.TYPED: "at" if "@" in what.dial else "phone", Group.SIP: "at"}.get(what.group, "")
        if what.entry is not None:
            icon = past_call(what.entry)[1]
        mark = QRectF(0, 0, 18, 18)
        mark.moveCenter(QRectF(box).center())
        ink = "danger-text" if what.entry is not None and what.entry.missed else "text-secondary"
        paint_icon(painter, mark, mirrored_icon(icon) if rtl else icon, ink)

    def _words(self, what: Suggestion) -> tuple[str, str]:
        if what.group is Group.TYPED:
            return call_as_typed(isolated(what.name)), ""
        if what.group is Group.SIP:
            return call_as_sip(what.name), what.dial
        if what.group is Group.DIRECTORY:
            number = text_pages.extension(what.dial) if is_short_code(what.dial) else what.dial
            presence = presence_words(what.presence) if self._phone.can_call else ""
            return what.name, f"{number} · {presence}" if presence else number
        assert what.entry is not None
        now = datetime.fromtimestamp(self._phone.now())
        when = day_and_clock(datetime.fromtimestamp(what.entry.started_at), now)
        line = caller(self._phone, what.party).line
        return what.name, f"{line} · {when}" if line else when

    def _paint_name(self, painter: QPainter, box: QRect, name: str, spans: tuple[tuple[int, int], ...]) -> None:
        """The matched part in accent; kept in one layout so that joined scripts stay joined."""
        t = theme()
        font = t.font("bodyLarge", tabular=not any(c.isalpha() for c in name))
        shift = isolated(name).find(name)
        name, spans = isolated(name), tuple((start + shift, length) for start, length in spans)
        text = QFontMetrics(font).elidedText(name, Qt.TextElideMode.ElideRight, box.width())
        formats = []
        for start, length in spans:
            if start + length <= len(text):
                style = QTextCharFormat()
                style.setForeground(t.color("accent-text"))
                style.setFont(t.font("bodyLarge", weight=600))
                run = QTextLayout.FormatRange()
                run.start, run.length, run.format = start, length, style
                formats.append(run)
        layout = QTextLayout(text, font)
        layout.setFormats(formats)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(box.width() + 40)
        layout.endLayout()
        painter.setPen(t.color("text-primary"))
        x = box.right() + 1 - line.naturalTextWidth() if mirrored(self) else box.left()
        y = box.top() + (box.height() - line.height()) / 2
        layout.draw(painter, QRectF(x, y, 0, 0).topLeft())

    def _paint_call_hint(self, painter: QPainter, rect: QRect, rtl: bool) -> int:
        """ "Call" and the sign of the Enter key."""
        t = theme()
        painter.setFont(t.font("caption", weight=500))
        painter.setPen(t.color("accent-text" if self._phone.can_call else "text-tertiary"))
        text = text_actions.call() if self._phone.can_call else text_actions.offline()
        width = painter.fontMetrics().horizontalAdvance(text)
        sign = 16
        end = rect.right() + 1 - _SIDE
        box = QRect(end - sign - 8 - width, rect.top(), width + 1, rect.height())
        painter.drawText(mirrored_rect(box, rect, rtl), _LEADING, text)
        mark = mirrored_rect(QRect(end - sign, rect.center().y() - 5, sign, 12), rect, rtl)
        near, far = (mark.left() + 3, mark.right() - 2) if not rtl else (mark.right() - 2, mark.left() + 3)
        tip = 4 if not rtl else -4
        middle = mark.top() + 7
        painter.drawLine(far, mark.top() + 1, far, middle)
        painter.drawLine(far, middle, near, middle)
        painter.drawLine(near, middle, near + tip, middle - 4)
        painter.drawLine(near, middle, near + tip, middle + 4)
        return width + 8 + sign

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._lay_out()
        return super().event(event)
