"""What the sign-in window asks for."""

from __future__ import annotations

from typing import Protocol

from softphone.phone.secret import Secret


class SignInIntents(Protocol):
    """The person's wishes; their outcome comes back through the view's `show_*`."""

    def sign_in(self, email: str, password: Secret, service: str | None, keep: bool) -> None:
        """`service` is the address typed under "Service address", or None to find it by the e-mail's domain."""

    def sign_in_sip(
        self, address: str, password: Secret, server: str | None, transport: str | None, auth_username: str | None,
        keep: bool,
    ) -> None:  # fmt: skip
        """Any SIP account; `server` host[:port], `transport` udp, tcp or tls; None where the person chose nothing.

        `auth_username` is the name of digest authentication (RFC 3261 22.4) where it is not the address's.
        """

    def replace_device(self, device_id: str) -> None:
        """The same sign-in, in the place of that device."""

    def cancel_sign_in(self) -> None:
        """Stop the sign-in that is under way, or waiting for the network."""

    def try_demo(self) -> None:
        """Start the local phone system and sign in to it."""
