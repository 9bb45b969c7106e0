"""The header: who is signed in, and how calls stand, with the menu behind it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from softphone.phone.failure import Failure, Refused
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.phone.registration import RegistrationState
from softphone.phone.session import SessionState
from softphone.ui import text_pages, text_status
from softphone.ui.availability import Availability
from softphone.ui.main.menu_section import SectionMenu
from softphone.ui.main.note import show_note
from softphone.ui.main.reading_direction import set_margins
from softphone.ui.main.status_menu import StatusActions, status_menu
from softphone.ui.text_main import address_line, failure_sentence, status_words
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.avatar import Avatar
from softphone.ui.widgets.chip import StatusChip, Tag
from softphone.ui.widgets.labels import ElidedLabel
from softphone.ui.widgets.toast import show_toast


class Header(QWidget):
    """64 high. The label gives way before the chip."""

    quit_wanted = Signal()
    settings_wanted = Signal(str)  # page

    def __init__(
        self, phone: Phone, availability: Availability, *, demo: bool, parent: QWidget | None = None
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._phone = phone
        self._availability = availability
        self._been_registered = False
        self._menu: SectionMenu | None = None
        self.avatar = Avatar("", 36)
        self.label = ElidedLabel("", "headerLabel")
        self.address = ElidedLabel("", "caption", "text-secondary")
        self.address.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._demo = Tag(text_pages.demo(), "accent")
        self._demo.setVisible(demo)
        self._is_demo = demo
        self.chip = StatusChip()
        self.chip.clicked.connect(lambda _=False: self.open_menu())
        second = QHBoxLayout()
        second.setSpacing(6)
        second.addWidget(self.address)
        second.addWidget(self._demo)
        second.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self.label)
        words.addLayout(second)
        words.addStretch(1)
        row = QHBoxLayout(self)
        set_margins(row, 16, 12, 12, 6)
        row.setSpacing(10)
        row.addWidget(self.avatar)
        row.addLayout(words, 1)
        row.addWidget(self.chip)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for topic in (Topic.SESSION, Topic.SETTINGS, Topic.REGISTRATION, Topic.CALLS):
            phone.on(topic, lambda _: self.refresh())
        availability.changed.connect(self.refresh)
        availability.done.connect(self._offer_undo)
        availability.refused.connect(self._say_why)
        self.refresh()

    @property
    def menu(self) -> SectionMenu | None:
        """The status menu while it is open."""
        return self._menu

    def sizeHint(self) -> QSize:
        words = theme().line("headerLabel") + theme().line("caption")
        return QSize(300, max(36, words) + 18)

    def refresh(self) -> None:
        phone = self._phone
        identity = phone.session.identity
        if identity is not None:
            self.avatar.set_person(identity.label, identity.address)
            self.label.setText(identity.label)
            self.address.setText(address_line(identity))
            self.address.setVisible(identity.label != identity.address)
        if phone.session.state is not SessionState.SIGNED_IN:
            self._been_registered = False
        elif phone.registration.state is RegistrationState.REGISTERED:
            self._been_registered = True
        words, mark = self._status()
        self.chip.set_status(words, mark, text_pages.status_menu(words))  # type: ignore[arg-type]

    def _status(self) -> tuple[str, str]:
        registration = self._phone.registration
        on_call = any(not call.ringing_here for call in self._phone.calls.alive)
        words, mark = status_words(
            registration.state,
            on_call=on_call and registration.state is RegistrationState.REGISTERED,
            trying=registration.next_try is not None,
            been_registered=self._been_registered,
        )
        reach = self._availability.reach
        if mark != "available" or reach == "available":
            return words, mark
        if reach == "dnd":
            return text_status.do_not_disturb(), "dnd"
        return text_status.forwarding_to(self._availability.targets), "forwarding"

    def open_menu(self) -> None:
        actions = StatusActions(self.settings_wanted.emit, self._sign_out, self.quit_wanted.emit)
        menu = status_menu(self.chip, self._phone, self._availability, actions, self._status()[0])
        menu.destroyed.connect(self._menu_closed)
        self._menu = menu
        menu.open_below(self.chip, align_end=True)

    def _offer_undo(self, what: str) -> None:
        show_toast(
            self.window(), what, icon="check-circle", action=text_status.undo(),
            on_action=self._availability.undo, undo=True,
        )  # fmt: skip

    def _say_why(self, failure: object) -> None:
        if isinstance(failure, Failure):
            show_note(self.window(), failure.sentence or failure_sentence(failure), icon="warning")

    def _menu_closed(self) -> None:
        self._menu = None

    def _sign_out(self) -> None:
        try:
            self._phone.sign_out()
        except Refused:
            self.refresh()  # signed out already
