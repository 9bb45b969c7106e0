"""The pane beside the list: the person of the chosen call, their numbers, the calls with them."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from softphone.phone.history import HistoryEntry
from softphone.phone.party import Party
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui import text_actions, text_pages
from softphone.ui.main.card import Card
from softphone.ui.main.reading_direction import isolated, set_margins
from softphone.ui.text import duration
from softphone.ui.text_call import caller, spoken_number
from softphone.ui.text_main import address_number, day_and_clock, mirrored_icon, past_call, presence_words
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.avatar import Avatar
from softphone.ui.widgets.button import Button, IconButton
from softphone.ui.widgets.labels import ElidedLabel, Label
from softphone.ui.widgets.overlay_scroll_bar import OverlayScrollBar
from softphone.ui.widgets.painted_button import mirrored, start_rect

_MOST_CALLS = 12
_WIDE = 476
_LEADING = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
_TRAILING = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter


class _NumberRow(QWidget):
    """What kind of number, the number, copy and call."""

    def __init__(self, kind: str, number: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        set_margins(row, 16, 0, 8, 0)
        row.setSpacing(0)
        label = Label(kind, "body", "text-secondary")
        label.setFixedWidth(theme().scaled(96))
        row.addWidget(label)
        row.addWidget(ElidedLabel(isolated(number), "body", weight=500, tabular=True), 1)
        spoken = spoken_number(number)
        self.copy = IconButton("copy", text_pages.copy_what(spoken), box=36, icon_size=18, weight="regular")
        self.copy.setToolTip(text_actions.copy_number())
        self.call = IconButton("phone", text_actions.call_who(spoken), box=36, icon_size=18, weight="fill")
        self.call.set_color("success-text")
        row.addWidget(self.copy)
        row.addWidget(self.call)
        self.setFixedHeight(theme().scaled(44))


class _PastCallRow(QWidget):
    def __init__(self, entry: HistoryEntry, now: datetime) -> None:
        super().__init__()
        self._words, self._icon = past_call(entry)
        self._missed = entry.missed
        self._when = day_and_clock(datetime.fromtimestamp(entry.started_at), now)
        self._long = duration(entry.talk_seconds) if entry.talk_seconds >= 1 else ""
        self.setAccessibleName(", ".join(part for part in (self._words, self._when, self._long) if part))
        self.setFixedHeight(theme().scaled(38))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        ink = "danger-text" if self._missed else "text-secondary"
        mark = start_rect(self, QRect(16, (self.height() - 16) // 2, 16, 16))
        paint_icon(painter, QRectF(mark), mirrored_icon(self._icon) if mirrored(self) else self._icon, ink)
        painter.setFont(t.font("body"))
        painter.setPen(t.color("danger-text" if self._missed else "text-primary"))
        first = min(t.scaled(150), self.width() // 3)
        fit = painter.fontMetrics().elidedText
        elide = Qt.TextElideMode.ElideRight
        painter.drawText(start_rect(self, QRect(44, 0, first - 44 + 40, self.height())), _LEADING,
                         fit(self._words, elide, first - 4))  # fmt: skip
        painter.setFont(t.font("body", tabular=True))
        painter.setPen(t.color("text-secondary"))
        start = first + 2
        end = self.width() - 16
        width = painter.fontMetrics().horizontalAdvance(self._long) + 2
        when = fit(self._when, elide, end - width - start - 8)
        painter.drawText(start_rect(self, QRect(start, 0, end - start, self.height())), _LEADING, when)
        painter.drawText(start_rect(self, QRect(end - width, 0, width, self.height())), _TRAILING, self._long)


class PersonPage(QScrollArea):
    """`call_wanted` and `copy_wanted` carry the number."""

    call_wanted = Signal(str)
    copy_wanted = Signal(str)

    def __init__(self, phone: Phone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phone = phone
        self._party: Party | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.avatar = Avatar("", 88)
        self.name = ElidedLabel("", "title1", align=Qt.AlignmentFlag.AlignHCenter)
        self.line = ElidedLabel("", "body", "text-secondary", align=Qt.AlignmentFlag.AlignHCenter)
        self.call = Button(text_actions.call(), "call", "phone", size="hero")
        self.call.setMinimumWidth(150)
        self.call.clicked.connect(lambda _=False: self._call())
        self.numbers = Card()
        self.past = Card()
        self.setWidget(self._lay_out())
        self.scroll_bar = OverlayScrollBar(self)
        for topic in (Topic.HISTORY, Topic.DIRECTORY, Topic.REGISTRATION):
            phone.on(topic, lambda _: self._again())

    def _lay_out(self) -> QWidget:
        canvas = QWidget()
        canvas.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        holder = QWidget()
        holder.setMaximumWidth(_WIDE + 64)
        column = QVBoxLayout(holder)
        column.setContentsMargins(32, 40, 32, 24)
        column.setSpacing(0)
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(self.avatar, 0, centre)
        column.addSpacing(14)
        column.addWidget(self.name)
        column.addSpacing(2)
        column.addWidget(self.line)
        column.addSpacing(16)
        column.addWidget(self.call, 0, centre)
        column.addSpacing(24)
        column.addWidget(self.numbers)
        column.addSpacing(16)
        column.addWidget(self.past)
        column.addStretch(1)
        row = QHBoxLayout(canvas)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(holder, 1000)
        row.addStretch(1)
        return canvas

    def sizeHint(self) -> QSize:
        return QSize(_WIDE, 500)

    @property
    def party(self) -> Party | None:
        return self._party

    def _again(self) -> None:
        if self._party is not None and self.isVisible():
            self.show_party(self._party)

    def show_party(self, party: Party) -> None:
        self._party = party
        phone = self._phone
        who = caller(phone, party)
        entry = phone.directory.get(party.user)
        presence = entry.presence if entry is not None and phone.can_call else "unknown"
        self.avatar.set_person(who.name, who.key or None, who.icon)
        self.avatar.set_presence(presence if presence != "unknown" else None)  # type: ignore[arg-type]
        self.name.setText(isolated(who.name))
        organisation = phone.session.identity.organisation if phone.session.identity and entry is not None else ""
        words = presence_words(presence)
        other = who.line if entry is None else organisation
        self.line.setText(" · ".join(part for part in (words, other) if part and part != who.name))
        self.line.setVisible(bool(self.line.text()))
        reachable = not party.hidden
        self.call.setVisible(reachable)
        known = entry is not None
        self.call.setText(text_actions.call_who(isolated(who.number)) if known else text_actions.call())
        self.call.setAccessibleName(text_actions.call_who(who.spoken))
        self.call.setEnabled(phone.can_call)
        self.call.setToolTip("" if phone.can_call else text_actions.offline())
        self._show_numbers(party if reachable else None)
        self._show_past(party, who.short)

    def _call(self) -> None:
        if self._party is not None:
            self.call_wanted.emit(self._phone.address_of(self._party))

    def _show_numbers(self, party: Party | None) -> None:
        self.numbers.clear()
        self.numbers.setVisible(party is not None)
        if party is None:
            return
        number, dial = self._phone.number_of(party), self._phone.address_of(party)
        row = _NumberRow(address_number(number), number)
        row.call.setEnabled(self._phone.can_call)
        row.copy.clicked.connect(lambda _=False: self.copy_wanted.emit(dial))
        row.call.clicked.connect(lambda _=False: self.call_wanted.emit(dial))
        self.numbers.add_row(row)

    def _show_past(self, party: Party, short: str) -> None:
        self.past.clear()
        calls = [e for e in self._phone.history if (e.remote.user, e.remote.host) == (party.user, party.host)]
        self.past.setVisible(bool(calls))
        heading = Label(text_pages.calls_with(short), "bodyStrong")
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(16, 12, 16, 4)
        box.addWidget(heading)
        self.past.add_row(holder)
        now = datetime.fromtimestamp(self._phone.now())
        for entry in calls[:_MOST_CALLS]:
            self.past.add_row(_PastCallRow(entry, now), line=False)
        end = QWidget()
        end.setFixedHeight(6)
        end.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.past.add_row(end, line=False)
