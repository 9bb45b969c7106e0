"""The sign-in page's wishes taken to the telephone, and what becomes of them taken back."""

from __future__ import annotations

from collections.abc import Callable

from softphone.phone.failure import Failure, Refused
from softphone.phone.phone import Phone
from softphone.phone.secret import Secret
from softphone.phone.session import SessionState
from softphone.ui.sign_in.sign_in_view import SignInView


class SignInBinding:
    """Makes the view, and keeps it telling how the session stands."""

    def __init__(
        self,
        phone: Phone,
        *,
        try_demo: Callable[[], object] | None = None,
        remember_email: Callable[[str], object] | None = None,
    ) -> None:
        self._phone = phone
        self._try_demo = try_demo
        self._remember = remember_email
        self._told: tuple[SessionState, Failure | None] | None = None
        self.view = SignInView(self)
        self.view.set_demo_available(try_demo is not None)

    # --- what the person wants ------------------------------------------------------------------------------------

    def sign_in(self, email: str, password: Secret, service: str | None, keep: bool) -> None:
        if self._remember is not None and keep:
            self._remember(email)
        self._ask(lambda: self._phone.session.sign_in(email, password, service=service, keep=keep))

    def sign_in_sip(
        self, address: str, password: Secret, server: str | None, transport: str | None, auth_username: str | None,
        keep: bool,
    ) -> None:  # fmt: skip
        self._ask(
            lambda: self._phone.sign_in_sip(
                address, password, server=server, transport=transport, auth_username=auth_username, keep=keep
            )
        )

    def replace_device(self, device_id: str) -> None:
        self._ask(lambda: self._phone.session.replace_device(device_id))

    def cancel_sign_in(self) -> None:
        self._phone.cancel_sign_in()
        self.view.show_idle()

    def try_demo(self) -> None:
        if self._try_demo is not None:
            self.view.show_signing_in()
            self._try_demo()

    def _ask(self, intent: Callable[[], object]) -> None:
        self._told = None  # the same refusal twice is told twice
        try:
            intent()
        except Refused as refused:
            self.view.show_failure(refused.failure)
        self.follow()

    # --- what became of it ----------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Show the session as it is; nothing when it is as last told."""
        session = self._phone.session
        now = (session.state, session.failure)
        if self._told is not None and now[0] is self._told[0] and now[1] is self._told[1]:
            return
        before, self._told = self._told, now
        if session.state is SessionState.SIGNING_IN:
            self.view.show_signing_in()
        elif session.state is SessionState.SIGNED_IN:
            self.view.show_signed_in()
        elif session.failure is not None:
            self.view.show_failure(session.failure)
        elif before is not None and before[0] is not session.state:
            self.view.show_idle()
