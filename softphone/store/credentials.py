"""The account's secrets in the system's keychain; never in a file.

One entry per profile holds a JSON text: tokens and the line's provisioning, so that the next start registers before
the account service has been asked.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any

from softphone.phone.account import Provisioning, SignedIn
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.secret import Secret

log = logging.getLogger(__name__)

SERVICE = "softphone"

#: Back-ends that keep secrets safe. Others (plain text, null, "fail") are as good as none.
_SAFE = ("keyring.backends.SecretService", "keyring.backends.kwallet", "keyring.backends.libsecret",
         "keyring.backends.macOS", "keyring.backends.Windows")  # fmt: skip


@dataclass(frozen=True)
class SavedAccount:
    """`session` None: a plain SIP account."""

    provisioning: Provisioning | None
    session: SignedIn | None


class Credentials:
    """Blocking (D-Bus on Linux): worker thread only. Raises `Refused` (NO_KEYCHAIN) when there is no safe place."""

    def __init__(self, profile: str) -> None:
        self._profile = profile

    def load(self) -> SavedAccount | None:
        text = self._keychain("get_password", SERVICE, self._profile)
        if not text:
            return None
        try:
            return _decode(json.loads(text))
        except (ValueError, TypeError, KeyError) as problem:
            log.warning("the saved account is unreadable (%s); signing in anew is needed", type(problem).__name__)
            return None

    def save(self, account: SavedAccount) -> None:
        self._keychain("set_password", SERVICE, self._profile, json.dumps(_encode(account)))

    def remove(self) -> None:
        if self._keychain("get_password", SERVICE, self._profile):
            self._keychain("delete_password", SERVICE, self._profile)

    @staticmethod
    def _keychain(verb: str, *arguments: str) -> Any:
        try:
            import keyring  # loads its back-ends: tens of milliseconds

            backend = keyring.get_keyring()
            chosen = getattr(backend, "backends", [backend])  # the chainer tries several
            safe = [b for b in chosen if type(b).__module__.startswith(_SAFE)]
            if not safe:
                raise Refused(Failure(FailureKind.NO_KEYCHAIN, detail=type(backend).__name__))
            return getattr(safe[0], verb)(*arguments)
        except Refused:
            raise
        except Exception as problem:  # back-ends raise errors of their own libraries: D-Bus, ctypes, pywin32
            log.warning("the keychain failed: %s: %s", type(problem).__name__, problem)
            raise Refused(Failure(FailureKind.NO_KEYCHAIN, detail=type(problem).__name__)) from problem


def _encode(account: SavedAccount) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        return {k: v.reveal() if isinstance(v, Secret) else v for k, v in value.items()}

    return {
        "provisioning": plain(_fields(account.provisioning)) if account.provisioning else None,
        "session": plain(_fields(account.session)) if account.session else None,
    }


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _decode(raw: dict[str, Any]) -> SavedAccount:
    provisioning = raw["provisioning"]
    if provisioning is not None:
        provisioning = Provisioning(
            **{
                **provisioning,
                "password": Secret(provisioning["password"]),
                "transports": tuple(provisioning["transports"]),
                "stun_servers": tuple(provisioning["stun_servers"]),
            }
        )
    session = raw["session"]
    if session is not None:
        session = SignedIn(**{**session, "refresh_token": Secret(session["refresh_token"])})
    if provisioning is None and session is None:
        raise ValueError("empty")
    return SavedAccount(provisioning, session)
