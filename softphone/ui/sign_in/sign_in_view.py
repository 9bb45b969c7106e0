"""The sign-in page of the main window, whatever it has to say."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QStackedLayout, QWidget

from softphone.phone.account import ActivatedDevice
from softphone.phone.failure import Failure, FailureKind
from softphone.ui.sign_in.account_page import AccountPage
from softphone.ui.sign_in.devices_page import DevicesPage
from softphone.ui.sign_in.form_page import FormPage
from softphone.ui.sign_in.intents import SignInIntents
from softphone.ui.sign_in.notice_page import NoticePage
from softphone.ui.sign_in.page import Page
from softphone.ui.sign_in.sip_page import SipPage
from softphone.ui.widgets.wash import Wash

_WASH_HEIGHT = 300
_ABOUT_THE_PASSWORD = (FailureKind.INVALID_CREDENTIALS, FailureKind.EXPIRED, FailureKind.TOO_MANY_ATTEMPTS)


class SignInView(Wash):
    """380 x 640. Asks through `intents`; is told what became of it by its `show_...`."""

    def __init__(
        self,
        intents: SignInIntents,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = datetime.now,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("ring", height=_WASH_HEIGHT, parent=parent)
        self._intents = intents
        self._now = now
        self._email = self._extension = self._person = ""
        self.account = AccountPage(intents, clock=clock)
        self.sip = SipPage(intents, clock=clock)
        self.devices = DevicesPage(intents)
        self.notice = NoticePage()
        self._form: FormPage = self.account
        self._pages = QStackedLayout(self)
        for page in (self.account, self.sip, self.devices, self.notice):
            self._pages.addWidget(page)
        self.account.other_sip.connect(lambda: self._show_form(self.sip))
        self.sip.back.connect(lambda: self._show_form(self.account))
        self.devices.other_account.connect(self._other_account)
        self.notice.other_account.connect(self._other_account)
        self.notice.again.connect(self._again)

    def sizeHint(self) -> QSize:
        return QSize(380, 640)

    def minimumSizeHint(self) -> QSize:
        return QSize(340, 560)

    @property
    def page(self) -> QWidget | None:
        """The page in view."""
        return self._pages.currentWidget()

    # What the application sets
    def set_email(self, email: str) -> None:
        """Fill in who signed in last, so that only the password is missing."""
        self.account.email.set_text(email)
        self.account.show_idle()

    def set_demo_available(self, available: bool) -> None:
        """Whether the local phone system is installed, so that the demo can be offered."""
        self.account.demo.setVisible(available)

    def set_keychain_available(self, available: bool) -> None:
        self.account.set_keychain_available(available)
        self.sip.set_keychain_available(available)

    def set_who(self, email: str, extension: str, person: str) -> None:
        """Whose account was signed in last, for the sentences about that account which can name it."""
        self._email, self._extension, self._person = email, extension, person

    def _who(self) -> tuple[str, str]:
        """Extension ("" when not known) and person of the e-mail typed."""
        typed = self.account.email.text().strip()
        if typed.casefold() != self._email.casefold():
            return "", typed
        return self._extension, self._person or typed

    def focus_first(self) -> None:
        """The first field that is empty gets the focus."""
        form = self._form
        target = form.password if form.address_field().text().strip() else form.address_field()
        target.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    # What became of the last wish
    def show_idle(self) -> None:
        """Nothing under way. A page that was cancelled stays; otherwise the form."""
        if self.devices.replace.busy or self.notice.again_button.busy:
            self._rest()
            self._form.show_idle()
            return
        self._form.show_idle()
        self._show_page(self._form)

    def show_signing_in(self) -> None:
        if self.page is self.devices:
            self.devices.set_busy(True)
        elif self.page is self.notice:
            self.notice.set_busy(True)
        else:
            self._form.show_signing_in()

    def show_failure(self, failure: Failure) -> None:
        """Every refusal of a sign-in, each in its own way and place."""
        self._rest()
        kind = failure.kind
        if kind is FailureKind.DEVICE_LIMIT and failure.devices:
            self.show_devices(failure.devices)
        elif kind is FailureKind.NO_LICENCE:
            self.notice.show_no_licence(*self._who())
            self._settle_form(self.notice)
        elif kind is FailureKind.NO_EXTENSION:
            self.notice.show_no_extension(self._who()[1])
            self._settle_form(self.notice)
        elif self.page is self.devices and kind not in _ABOUT_THE_PASSWORD:
            self.devices.show_failure(failure)
        else:
            self._show_page(self._form)
            self._form.show_failure(failure)

    def show_devices(self, devices: Sequence[ActivatedDevice]) -> None:
        """Too many devices: which one shall this computer replace?"""
        self.devices.show_devices(devices, self._who()[0], self._now())
        self._settle_form(self.devices)

    def show_signed_in(self) -> None:
        """Signed in: nothing typed stays on this page."""
        self._rest()
        for form in (self.account, self.sip):
            form.forget_password()
            form.show_idle()
        self._show_page(self._form)

    def network_is_back(self) -> None:
        """The computer is online again: a sign-in that waits for it goes on at once."""
        self._form.network_is_back()

    def _rest(self) -> None:
        self.devices.set_busy(False)
        self.notice.set_busy(False)

    def _settle_form(self, page: Page) -> None:
        self._form.show_idle()
        self._show_page(page)

    def _show_page(self, page: QWidget) -> None:
        if page is not self.page:
            self._pages.setCurrentWidget(page)
            if page is self.devices and self.devices.cards:
                self.devices.cards[0].setFocus(Qt.FocusReason.OtherFocusReason)
            elif page is self.notice:
                self.notice.again_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_form(self, form: FormPage) -> None:
        self._form = form
        self._show_page(form)
        self.focus_first()

    def _other_account(self) -> None:
        """Back to an empty form; what is under way stops."""
        if self.devices.replace.busy or self.notice.again_button.busy:
            self._intents.cancel_sign_in()
            self._rest()
            return
        self.account.email.set_text("")
        self.account.forget_password()
        self.account.show_idle()
        self._show_form(self.account)

    def _again(self) -> None:
        if self._form.try_sign_in():
            self.notice.set_busy(True)
        else:
            self._show_form(self._form)
