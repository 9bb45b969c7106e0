"""The calls: All and Missed, the list, and what stands there when it is empty."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui import text_pages
from softphone.ui.main.calls_list import CallsList
from softphone.ui.main.calls_model import CallsModel
from softphone.ui.main.empty_state import EmptyState
from softphone.ui.text import timer
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.chip import FilterChip

_SEEN_MS = 2000


class _Line(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().color("line-subtle"))


class CallsPage(QWidget):
    """Missed calls count as seen after two seconds in view under Missed. `test_call` asks for the test call."""

    test_call = Signal()

    def __init__(self, phone: Phone, *, test_call: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phone = phone
        self._has_test = test_call
        self.model = CallsModel(phone, self)
        self.list = CallsList(self.model)
        self.all = FilterChip(text_pages.all_calls())
        self.missed = FilterChip(text_pages.missed_calls())
        self.empty = EmptyState("phone", "")
        self.empty.action.connect(self.test_call)
        self._filters = QButtonGroup(self)
        chips = QHBoxLayout()
        chips.setContentsMargins(16, 4, 16, 6)
        chips.setSpacing(6)
        for chip in (self.all, self.missed):
            self._filters.addButton(chip)
            chips.addWidget(chip)
        chips.addStretch(1)
        self.all.setChecked(True)
        self.missed.toggled.connect(self._filter)
        self._body = QStackedLayout()
        self._body.addWidget(self.list)
        self._body.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(chips)
        column.addWidget(_Line())
        column.addLayout(self._body, 1)
        self._seen = QTimer(self)
        self._seen.setSingleShot(True)
        self._seen.setInterval(_SEEN_MS)
        self._seen.timeout.connect(phone.missed_seen)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._tick)
        for changed in (self.model.rowsInserted, self.model.rowsRemoved, self.model.modelReset):
            changed.connect(lambda *_: self.refresh())
        for topic in (Topic.HISTORY, Topic.REGISTRATION, Topic.SESSION):
            phone.on(topic, lambda _: self.refresh())
        phone.on(Topic.CALLS, lambda _: self._tick())
        self.refresh()

    def show_missed(self) -> None:
        self.missed.setChecked(True)

    def set_beside_detail(self, beside: bool) -> None:
        """In the wide window calls that go on stand at the top, and the chosen row stays marked."""
        self.model.set_live_shown(beside)
        self.list.set_selection_shown(beside)
        self._tick()

    def refresh(self) -> None:
        self.missed.set_count(self._phone.missed_unseen)
        self.list.set_can_call(self._phone.can_call)
        empty = self.model.rowCount() == 0
        if empty:
            if self.model.missed_only:
                self.empty.set_content("phone", text_pages.no_missed_calls(), text_pages.caught_up())
            else:
                button = text_pages.make_test_call() if self._has_test and self._phone.can_call else ""
                self.empty.set_content("phone", text_pages.no_calls(), text_pages.type_to_start(), button)
        self._body.setCurrentWidget(self.empty if empty else self.list)
        self._watch_missed()

    def _filter(self, missed: bool) -> None:
        self.model.set_missed_only(missed)
        self.list.scrollToTop()
        self.refresh()

    def _watch_missed(self) -> None:
        looking = self.model.missed_only and self.isVisible() and self._phone.missed_unseen > 0
        if not looking:
            self._seen.stop()
        elif not self._seen.isActive():
            self._seen.start()

    def _tick(self) -> None:
        """Calls that go on show how long they have."""
        now = self._phone.now()
        times = {c.id: timer(c.talk_seconds(now)) for c in self._phone.calls.alive if c.answered_at is not None}
        self.list.set_live_times(times)
        if self.model.live_shown and times and self.isVisible():
            if not self._second.isActive():
                self._second.start()
        else:
            self._second.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._watch_missed()
        self._tick()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._seen.stop()
        self._second.stop()
