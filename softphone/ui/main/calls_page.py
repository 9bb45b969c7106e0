"""The calls: All, Missed and Voicemail, the list, and what stands there when it is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui import text_pages, text_voicemail
from softphone.ui.main.calls_list import CallsList
from softphone.ui.main.calls_model import CallsModel
from softphone.ui.main.empty_state import EmptyState
from softphone.ui.text import timer
from softphone.ui.text_main import failure_sentence
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.chip import FilterChip

if TYPE_CHECKING:  # loaded when somebody looks at voicemail
    from softphone.ui.main.voicemail_list import VoicemailList

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
    settings_wanted = Signal(str)
    call_wanted = Signal(str)  # what to dial
    count_changed = Signal()

    def __init__(self, phone: Phone, *, test_call: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phone = phone
        self._has_test = test_call
        self.model = CallsModel(phone, self)
        self.list = CallsList(self.model)
        self.all = FilterChip(text_pages.all_calls())
        self.missed = FilterChip(text_pages.missed_calls())
        self.voicemail = FilterChip(text_voicemail.voicemail())
        self._messages: VoicemailList | None = None
        self.empty = EmptyState("phone", "")
        self.empty.action.connect(self._act)
        self._filters = QButtonGroup(self)
        chips = QHBoxLayout()
        chips.setContentsMargins(16, 4, 16, 6)
        chips.setSpacing(6)
        for chip in (self.all, self.missed, self.voicemail):
            self._filters.addButton(chip)
            chips.addWidget(chip)
        chips.addStretch(1)
        self.all.setChecked(True)
        self.missed.toggled.connect(self._filter)
        self.voicemail.toggled.connect(lambda _: self.refresh())
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
        for topic in (Topic.HISTORY, Topic.REGISTRATION, Topic.SESSION, Topic.MAILBOX, Topic.VOICEMAILS):
            phone.on(topic, lambda _: self.refresh())
        phone.on(Topic.CALLS, lambda _: self._tick())
        self.refresh()

    def show_missed(self) -> None:
        self.missed.setChecked(True)

    def show_voicemail(self) -> None:
        if not self.voicemail.isHidden():
            self.voicemail.setChecked(True)

    @property
    def messages(self) -> VoicemailList:
        """Made when first looked at."""
        if self._messages is None:
            from softphone.ui.main.voicemail_list import VoicemailList

            self._messages = VoicemailList(self._phone)
            self._messages.call_wanted.connect(self.call_wanted)
            self._messages.count_changed.connect(self.refresh)
            self._body.addWidget(self._messages)
        return self._messages

    @property
    def new_voicemails(self) -> int:
        """As listed; what the phone system told, until the list is here."""
        voicemails = self._phone.voicemails
        if not (voicemails.available and voicemails.loaded):
            return self._phone.mailbox_new
        if self._messages is not None:
            return sum(1 for one in self._messages.entries if not one.read)
        return voicemails.new

    def set_beside_detail(self, beside: bool) -> None:
        """In the wide window calls that go on stand at the top, and the chosen row stays marked."""
        self.model.set_live_shown(beside)
        self.list.set_selection_shown(beside)
        self._tick()

    def refresh(self) -> None:
        self.missed.set_count(self._phone.missed_unseen)
        self.voicemail.set_count(self.new_voicemails)
        self.voicemail.setVisible(self._phone.voicemails.available)
        if self.voicemail.isHidden() and self.voicemail.isChecked():
            self.all.setChecked(True)
        self.list.set_can_call(self._phone.can_call)
        if self.voicemail.isChecked():
            self._show_voicemail()
        elif self.model.rowCount() == 0:
            self._show_no_calls()
        else:
            self._body.setCurrentWidget(self.list)
        self._watch_missed()
        self.count_changed.emit()

    def _show_no_calls(self) -> None:
        if self.model.missed_only:
            self.empty.set_content("phone", text_pages.no_missed_calls(), text_pages.caught_up())
        else:
            button = text_pages.make_test_call() if self._has_test and self._phone.can_call else ""
            self.empty.set_content("phone", text_pages.no_calls(), text_pages.type_to_start(), button)
        self._body.setCurrentWidget(self.empty)

    def _show_voicemail(self) -> None:
        voicemails = self._phone.voicemails
        messages = self.messages
        if not messages.entries and voicemails.failure is not None:
            reason = failure_sentence(voicemails.failure)
            self.empty.set_content("voicemail", text_voicemail.not_loaded(), reason, text_voicemail.try_again())
        elif not messages.entries and voicemails.loaded:
            button = text_voicemail.set_up_no_answer() if self._phone.settings.available("/no_answer/action") else ""
            self.empty.set_content("voicemail", text_voicemail.no_voicemail(), text_voicemail.how_it_comes(), button)
        else:
            self._body.setCurrentWidget(messages)  # it loads when it is shown
            return
        self._body.setCurrentWidget(self.empty)

    def _act(self) -> None:
        if not self.voicemail.isChecked():
            self.test_call.emit()
        elif self._phone.voicemails.failure is not None:
            self._phone.voicemails.load()
        else:
            self.settings_wanted.emit("no_answer")

    def focus_list(self) -> None:
        if self.voicemail.isChecked():
            self.messages.focus_first()
        else:
            self.list.setFocus(Qt.FocusReason.TabFocusReason)

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
