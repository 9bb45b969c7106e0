"""What both sign-in forms share: their states, the wait for the network, and where a failure is shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum
from itertools import pairwise

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from softphone.phone.failure import Failure, FailureKind
from softphone.phone.secret import Secret
from softphone.ui import text_actions
from softphone.ui import text_sign_in as text
from softphone.ui.sign_in.intents import SignInIntents
from softphone.ui.sign_in.page import Page
from softphone.ui.widgets.announce import announce
from softphone.ui.widgets.banner import Banner
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.check_box import CheckBox
from softphone.ui.widgets.field import Field
from softphone.ui.widgets.labels import Label, TextBlock

_RETRY_SECONDS = (3, 5, 10, 20, 30)  # the last one goes on


class FormState(Enum):
    IDLE = "idle"
    SIGNING_IN = "signing in"
    WAITING = "waiting for the network"
    LOCKED = "too many tries"


class FormPage(Page):
    """An address, a password and one primary button. Subclasses add their own parts and say what submitting does."""

    sip = False

    def __init__(self, intents: SignInIntents, *, clock: Callable[[], float] = time.monotonic, top: int = 32) -> None:
        super().__init__(top)
        self._intents = intents
        self._clock = clock
        self._state = FormState.IDLE
        self._locked_until = 0.0
        self._tries = 0
        self.banner = Banner("problem")
        self.banner.hide()
        self.banner_gap = QWidget()
        self.banner_gap.setFixedHeight(14)
        self.banner_gap.hide()
        self.password = Field(text.password(), text.enter_password(), password=True, height="signIn")
        self.keep = CheckBox(text.keep_me(), checked=True)
        self.keep_note = TextBlock(text.no_keychain(), "caption", "text-tertiary")
        self.keep_note.hide()
        self.submit = Button("", "primary", size="signIn")
        self.submit.clicked.connect(lambda _=False: self.try_sign_in())
        self.cancel = Button(text_actions.cancel(), "quiet")
        self.cancel.hide()
        self.cancel.clicked.connect(lambda _=False: self.cancel_try())
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.timeout.connect(self.network_is_back)
        self._countdown = QTimer(self)
        self._countdown.setInterval(1000)
        self._countdown.timeout.connect(self.count_down)
        self.password.edited.connect(self._edited)
        self.password.returned.connect(self.try_sign_in)

    # What a subclass says
    def address_field(self) -> Field:
        raise NotImplementedError

    def server_field(self) -> Field:
        raise NotImplementedError

    def more_fields(self) -> tuple[Field, ...]:
        """Those that no failure belongs to."""
        return ()

    def submit_words(self) -> tuple[str, str]:
        """The button's words: at rest, and busy."""
        raise NotImplementedError

    def send(self, address: str, password: Secret) -> None:
        raise NotImplementedError

    def open_server(self) -> None:
        """Bring the server field into view."""
        raise NotImplementedError

    def leave_busy_widgets(self, busy: bool) -> None:
        """Hide or show what has no place beside Cancel."""
        raise NotImplementedError

    # What both pages look like
    def lay_out_fields(self, title: str, about: str) -> None:
        """From the title down to the password."""
        column = self.column
        column.addWidget(Label(title, "title1"))
        column.addSpacing(4)
        column.addWidget(TextBlock(about))
        column.addSpacing(22)
        column.addWidget(self.banner)
        column.addWidget(self.banner_gap)
        column.addWidget(self.address_field())
        column.addSpacing(14)
        column.addWidget(self.password)

    def lay_out_end(self, *links: QWidget) -> None:
        """From "Keep me signed in" down to the last of the links below the button."""
        column = self.column
        # The check box's target is higher than its box.
        column.addSpacing(-5)
        column.addWidget(self.keep, 0, Qt.AlignmentFlag.AlignLeading)
        column.addWidget(self.keep_note)
        column.addSpacing(17)
        column.addWidget(self.submit)
        column.addSpacing(10)
        for link in (self.cancel, *links):
            column.addWidget(link, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    @staticmethod
    def order_tabs(*widgets: QWidget | None) -> None:
        """Tab goes through them in this order."""
        there = [widget for widget in widgets if widget is not None]
        for before, after in pairwise(there):
            QWidget.setTabOrder(before, after)

    # States
    @property
    def state(self) -> FormState:
        return self._state

    @property
    def retry_pending(self) -> bool:
        """Whether the next try is timed."""
        return self._retry.isActive()

    def _enter(self, state: FormState) -> None:
        self._state = state
        busy = state in (FormState.SIGNING_IN, FormState.WAITING)
        if not busy:
            self._retry.stop()
        if state is not FormState.LOCKED:
            self._countdown.stop()
        rest, working = self.submit_words()
        waiting = text.waiting()
        self.submit.setText(waiting if state is FormState.WAITING else working if busy else rest)
        self.submit.set_busy(busy)
        had_focus = self.cancel.hasFocus()
        self.cancel.setVisible(busy)
        for field in (self.address_field(), self.password, self.server_field(), *self.more_fields()):
            field.set_read_only(busy)
        self.keep.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, busy)
        self.leave_busy_widgets(busy)
        self._refresh_submit()
        if had_focus and not busy:
            self.password.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refresh_submit(self) -> None:
        filled = bool(self.address_field().text().strip() and self.password.text())
        # Busy with a wait looks switched off, as nothing is under way.
        on = filled and self._state is not FormState.LOCKED and self._state is not FormState.WAITING
        self.submit.setEnabled(on or self._state is FormState.SIGNING_IN)
        self.submit.setToolTip("" if filled else text.fill_in())

    def _edited(self, _text: str = "") -> None:
        self._refresh_submit()

    def show_idle(self) -> None:
        self._clear_messages()
        self._enter(FormState.IDLE)

    def show_signing_in(self) -> None:
        """A try under way. While waiting for the network, tries are quiet: the page stays as it is."""
        if self._state is not FormState.WAITING:
            self._clear_messages()
            self._enter(FormState.SIGNING_IN)

    def show_failure(self, failure: Failure) -> None:
        kind = failure.kind
        if kind in (FailureKind.NO_NETWORK, FailureKind.OFFLINE):
            self._wait_for_network()
            return
        self._clear_messages()
        self._tries = 0
        if kind is FailureKind.TOO_MANY_ATTEMPTS:
            self._locked_until = self._clock() + (failure.retry_after or 60.0)
            self._enter(FormState.LOCKED)
            self._countdown.start()
            self.count_down()
            announce(self, self.password.error, at_once=True)
            return
        self._enter(FormState.IDLE)
        server = self._server_name(failure)
        placed = text.field_error(failure, sip=self.sip, server=server)
        if placed is None:
            said = text.notice(failure, sip=self.sip, server=server)
            self._show_banner(said)
            return
        where, message = placed
        if where == "server":
            self.open_server()
        field = {"address": self.address_field(), "password": self.password, "server": self.server_field()}[where]
        field.set_error(message)
        field.edit.selectAll()
        field.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.show_widget(field)
        announce(field.edit, message, at_once=True)

    def _server_name(self, failure: Failure) -> str:
        typed = self.server_field().text().strip()
        domain = self.address_field().text().strip().rpartition("@")[2]
        return typed or (domain if self.sip else "")

    def _show_banner(self, said: text.Notice) -> None:
        self.banner.set_content(said.kind, said.title, said.text, icon=said.icon)
        self.banner.show()
        self.banner_gap.show()
        self.show_widget(self.banner)
        announce(self.banner, f"{said.title}. {said.text}", at_once=True)

    def _clear_messages(self) -> None:
        self.banner.hide()
        self.banner_gap.hide()
        for field in (self.address_field(), self.password, self.server_field()):
            field.set_error("")

    # What the person does
    def try_sign_in(self) -> bool:
        """Ask with what is typed; False when something is missing or a try is not due."""
        if self._state not in (FormState.IDLE, FormState.WAITING) or not self._ready():
            return False
        self.send(self.address_field().text().strip(), Secret(self.password.text()))
        return True

    def _ready(self) -> bool:
        for field in (self.address_field(), self.password):
            if not field.text().strip():
                field.edit.setFocus(Qt.FocusReason.OtherFocusReason)
                return False
        return True

    def cancel_try(self) -> None:
        self._intents.cancel_sign_in()
        self.show_idle()
        self.password.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._state in (FormState.SIGNING_IN, FormState.WAITING):
            self.cancel_try()
        else:
            super().keyPressEvent(event)

    # The wait for the network
    def _wait_for_network(self) -> None:
        if self._state is not FormState.WAITING:
            self._tries = 0
            self._clear_messages()
            self._enter(FormState.WAITING)
            self._show_banner(text.no_network())
        seconds = _RETRY_SECONDS[min(self._tries, len(_RETRY_SECONDS) - 1)]
        self._tries += 1
        self._retry.start(seconds * 1000)

    def network_is_back(self) -> None:
        """Try again at once if this page waits for the network."""
        if self._state is FormState.WAITING:
            self._retry.stop()
            self.try_sign_in()

    # Too many tries
    def count_down(self) -> None:
        left = self._locked_until - self._clock()
        if left > 0:
            self.password.set_error(text.too_many_tries(left))
            return
        self.password.set_error("")
        self._enter(FormState.IDLE)

    # The keychain
    def set_keychain_available(self, available: bool) -> None:
        if available != self.keep.isEnabled():  # else the person's own choice stays
            self.keep.setChecked(available)
        self.keep.setEnabled(available)
        self.keep.setAccessibleDescription("" if available else self.keep_note.plain_text())
        self.keep_note.setVisible(not available)

    def forget_password(self) -> None:
        """Take the password off the screen once it has served."""
        self.password.set_text("")
        self._refresh_submit()
