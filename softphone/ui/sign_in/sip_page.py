"""Sign-in with any SIP account."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from softphone.phone.secret import Secret
from softphone.ui import text_actions
from softphone.ui import text_sign_in as text
from softphone.ui.sign_in.form_page import FormPage
from softphone.ui.sign_in.intents import SignInIntents
from softphone.ui.widgets.button import Button, IconButton
from softphone.ui.widgets.field import Field
from softphone.ui.widgets.labels import Label
from softphone.ui.widgets.select import Select

_TRANSPORTS = ("udp", "tcp", "tls")


class SipPage(FormPage):
    """SIP address and password; server, security and authentication name are closed until asked for."""

    sip = True
    back = Signal()

    def __init__(self, intents: SignInIntents, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(intents, clock=clock, top=22)
        self.address = Field(text.sip_address(), "100@sip.example.com", height="signIn")
        self.server = Field(
            text.server(),
            "sip.example.com",
            height="signIn",
            help_text=text.server_help(),
        )
        self.auth_name = Field(text.auth_name(), height="signIn", help_text=text.auth_name_help())
        self.auth_name.hide()
        self.advanced = Button(text.advanced_auth_name(), "link", size="compact")
        self.advanced.set_font("caption", 500)
        self.advanced.set_flush()
        self.advanced.clicked.connect(lambda _=False: self._open_auth_name())
        for field in (self.address, self.server, self.auth_name):
            field.edit.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.address.edited.connect(self._edited)
        self.address.returned.connect(self.try_sign_in)
        self.server.returned.connect(self.try_sign_in)
        self.auth_name.returned.connect(self.try_sign_in)
        self.security = Select(
            text.security(),
            text.securities(),
            height="signIn",
            icons=["lock-simple-open", "lock-simple-open", "lock-simple"],
        )
        self._chose_security = False
        self.security.changed.connect(self._security_chosen)
        self.back_button = IconButton("caret-left", text.back(), box=36)
        self.back_button.clicked.connect(lambda _=False: self.back.emit())
        self.settings = Button(text.server_settings(), "link", "caret-right")
        self.settings.set_font("body", 500)
        self.settings.set_flush()
        self.settings.setCheckable(True)
        self.settings.toggled.connect(self._toggle_settings)
        self._settings_box = QWidget()
        self._lay_out()
        self._toggle_settings(False)
        self.show_idle()

    def _lay_out(self) -> None:
        column = self.column
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(8)
        # The arrow, not its box, stands on the margin.
        top.addSpacing(-9)
        top.addWidget(self.back_button)
        top.addWidget(Label(text_actions.sign_in(), "body", "text-secondary"))
        top.addStretch(1)
        column.addLayout(top)
        column.addSpacing(10)
        self.lay_out_fields(text.other_sip_account(), text.any_sip_service())
        column.addSpacing(8)
        column.addWidget(self.settings, 0, Qt.AlignmentFlag.AlignLeading)
        column.addSpacing(4)
        inside = QVBoxLayout(self._settings_box)
        inside.setContentsMargins(0, 0, 0, 14)
        inside.setSpacing(6)
        inside.addWidget(self.server)
        inside.addSpacing(8)
        inside.addWidget(Label(text.security(), "caption", "text-secondary", weight=500))
        inside.addWidget(self.security)
        inside.addSpacing(7)
        inside.addWidget(self.advanced, 0, Qt.AlignmentFlag.AlignLeading)
        inside.addWidget(self.auth_name)
        column.addWidget(self._settings_box)
        self.lay_out_end()
        self.order_tabs(
            self.address.edit, self.password.edit, self.password.eye, self.settings, self.server.edit,
            self.security, self.advanced, self.auth_name.edit, self.keep, self.submit, self.cancel, self.back_button,
        )  # fmt: skip

    def _security_chosen(self, _index: int) -> None:
        self._chose_security = True

    def _toggle_settings(self, opened: bool) -> None:
        self._settings_box.setVisible(opened)
        self.settings.set_icon("caret-down" if opened else "caret-right", size=14)

    def _open_auth_name(self) -> None:
        self.auth_name.show()
        self.auth_name.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.advanced.hide()

    def address_field(self) -> Field:
        return self.address

    def server_field(self) -> Field:
        return self.server

    def more_fields(self) -> tuple[Field, ...]:
        return (self.auth_name,)

    def submit_words(self) -> tuple[str, str]:
        return text.connect(), text.connecting()

    def send(self, address: str, password: Secret) -> None:
        transport = _TRANSPORTS[self.security.index] if self._chose_security else None
        self._intents.sign_in_sip(
            address,
            password,
            self.server.text().strip() or None,
            transport,
            self.auth_name.text().strip() or None,
            self.keep.isChecked(),
        )

    def open_server(self) -> None:
        self.settings.setChecked(True)

    def leave_busy_widgets(self, busy: bool) -> None:
        self.back_button.setEnabled(not busy)
        self.security.setEnabled(not busy)
        self.advanced.setEnabled(not busy)
