"""The header: who is signed in, and how calls stand, with the menu behind it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from softphone.phone.failure import Refused
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.phone.registration import RegistrationState
from softphone.phone.session import SessionState
from softphone.ui import text_actions, text_pages
from softphone.ui.main.reading_direction import set_margins
from softphone.ui.text_main import address_line, registration_line, status_words
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.avatar import Avatar
from softphone.ui.widgets.chip import StatusChip, Tag
from softphone.ui.widgets.labels import ElidedLabel, Label, TextBlock
from softphone.ui.widgets.popup import MenuItem, PopupMenu


class _StatusSummary(QWidget):
    """The top of the status menu: the state, and what it means."""

    def __init__(self, title: str, text: str, warns: bool) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 6)
        column.setSpacing(2)
        column.addWidget(Label(title, "bodyStrong", "warn-text" if warns else "text-primary"))
        block = TextBlock(text, "caption", "text-secondary")
        block.setFixedWidth(theme().scaled(236))
        block.setFixedHeight(block.heightForWidth(theme().scaled(236)))
        column.addWidget(block)


class Header(QWidget):
    """64 high. The label gives way before the chip."""

    quit_wanted = Signal()

    def __init__(self, phone: Phone, *, demo: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phone = phone
        self._been_registered = False
        self._menu: PopupMenu | None = None
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
        self.refresh()

    @property
    def menu(self) -> PopupMenu | None:
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
        return status_words(
            registration.state,
            on_call=on_call and registration.state is RegistrationState.REGISTERED,
            trying=registration.next_try is not None,
            been_registered=self._been_registered,
        )

    def open_menu(self) -> None:
        phone, registration = self._phone, self._phone.registration
        registered = registration.state is RegistrationState.REGISTERED
        in_call = bool(phone.calls.alive)
        menu = PopupMenu(self.chip, text_pages.status(), min_width=260)
        line = registration_line(
            registration.state, registration.failure, registration.server, registration.transport
        )  # fmt: skip
        menu.add_widget(_StatusSummary(self._status()[0], line, warns=not registered))
        if not registered:
            menu.add_item(MenuItem(text_pages.try_now(), phone.register_now, "arrow-clockwise", accent=True))
        menu.add_separator()
        ends = text_pages.ends_your_call() if in_call else ""
        menu.add_item(MenuItem(text_pages.sign_out(), self._sign_out, "sign-out", detail=ends))
        menu.add_item(MenuItem(text_actions.quit_(), self.quit_wanted.emit, "power", trailing=text_pages.quit_keys()))
        menu.destroyed.connect(self._menu_closed)
        self._menu = menu
        menu.open_below(self.chip, align_end=True)

    def _menu_closed(self) -> None:
        self._menu = None

    def _sign_out(self) -> None:
        try:
            self._phone.sign_out()
        except Refused:
            self.refresh()  # signed out already
