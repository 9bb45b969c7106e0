"""Sign-in with the e-mail and password of an account."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from softphone.phone.secret import Secret
from softphone.ui import text_actions
from softphone.ui import text_sign_in as text
from softphone.ui.sign_in.form_page import FormPage, FormState
from softphone.ui.sign_in.intents import SignInIntents
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.field import Field
from softphone.ui.widgets.labels import Label
from softphone.ui.widgets.logo import Logo


class _DemoFoot(QWidget):
    """The strip at the bottom that offers the demo."""

    def __init__(self) -> None:
        super().__init__()
        self.button = Button(text.try_demo(), "link", "play")
        self.button.set_font("body", 500)
        self.button.set_icon("play", size=14, weight="regular")
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 6, 28, 18)
        column.setSpacing(2)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        words = text.about_demo()
        column.addWidget(Label(words, "caption", "text-tertiary", align=Qt.AlignmentFlag.AlignHCenter))
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("bg-surface"))
        painter.fillRect(QRectF(0, 0, self.width(), 1), theme().color("line-subtle"))


class AccountPage(FormPage):
    """Mark, email, password, and below: other SIP account, service address, demo."""

    other_sip = Signal()

    def __init__(self, intents: SignInIntents, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(intents, clock=clock)
        self.email = Field(text.email(), text.email_example(), height="signIn")
        self.service = Field(
            text.service_address(),
            "https://phone.company.com",
            height="signIn",
            help_text=text.service_help(),
        )
        self.email.edit.setInputMethodHints(Qt.InputMethodHint.ImhEmailCharactersOnly)
        self.email.edited.connect(self._edited)
        self.email.returned.connect(self.try_sign_in)
        self.service.returned.connect(self.try_sign_in)
        self._service_gap = QWidget()
        self._service_gap.setFixedHeight(14)
        self.other = Button(text.other_sip_account(), "quiet")
        self.other.clicked.connect(lambda _=False: self.other_sip.emit())
        self.advanced = Button(text.service_address(), "quiet", size="compact")
        self.advanced.set_font("caption", 500)
        self.advanced.clicked.connect(lambda _=False: self.open_server())
        self.show_service(False)
        self.demo = _DemoFoot()
        self.demo.hide()
        self.demo.button.clicked.connect(lambda _=False: self._try_demo())
        self._lay_out()
        self.show_idle()

    def _lay_out(self) -> None:
        column = self.column
        column.addWidget(Logo(48), 0, Qt.AlignmentFlag.AlignLeading)
        column.addSpacing(16)
        self.lay_out_fields(text_actions.sign_in(), text.use_your_account())
        column.addSpacing(14)
        column.addWidget(self.service)
        column.addWidget(self._service_gap)
        self.lay_out_end(self.other, self.advanced)
        self.foot.addWidget(self.demo)
        self.order_tabs(
            self.email.edit, self.password.edit, self.password.eye, self.service.edit, self.keep, self.submit,
            self.cancel, self.other, self.advanced, self.demo.button,
        )  # fmt: skip

    def address_field(self) -> Field:
        return self.email

    def server_field(self) -> Field:
        return self.service

    def submit_words(self) -> tuple[str, str]:
        return text_actions.sign_in(), text.signing_in()

    def send(self, address: str, password: Secret) -> None:
        self._intents.sign_in(address, password, self.service.text().strip() or None, self.keep.isChecked())

    def open_server(self) -> None:
        self.show_service(True)
        self.service.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_service(self, shown: bool) -> None:
        self.service.setVisible(shown)
        self._service_gap.setVisible(shown)
        self.advanced.setVisible(not shown)

    def leave_busy_widgets(self, busy: bool) -> None:
        self.other.setVisible(not busy)
        self.advanced.setVisible(not busy and not self.service.isVisibleTo(self))
        self.demo.button.setEnabled(self.state is not FormState.SIGNING_IN)

    def _try_demo(self) -> None:
        if self.state is FormState.WAITING:
            self.cancel_try()
        self._intents.try_demo()
