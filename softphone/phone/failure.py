"""The one shape of every refusal from outside, made at the adapter's edge."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from softphone.extension.document import Fault
from softphone.phone.account import ActivatedDevice


@dataclass(frozen=True)
class SettingAuthor:
    """Who changed a setting last; `at` is Unix time."""

    pointer: str
    name: str
    at: float
    device: str = ""


class FailureKind(str, Enum):
    """Why something did not happen. The sentence for a person is made from it in `ui/text.py`."""

    # Sign-in and the account service
    INVALID_CREDENTIALS = "invalid-credentials"
    TOO_MANY_ATTEMPTS = "too-many-attempts"  # with retry_after
    DEVICE_LIMIT = "device-limit"  # with devices
    NO_LICENCE = "no-desktop-licence"
    NO_EXTENSION = "no-extension"
    BAD_ADDRESS = "bad-address"  # not a full e-mail or SIP address
    NO_NETWORK = "no-network"
    SERVICE_NOT_FOUND = "service-not-found"  # no account service for this e-mail's domain
    SERVER_NOT_FOUND = "server-not-found"  # a name that does not resolve
    SERVER = "server"  # it answered nonsense, a 5xx, or not at all
    NOT_TRUSTED = "not-trusted"  # its certificate
    WRONG_CLOCK = "wrong-clock"
    EXPIRED = "expired"  # the sign-in; the password is needed again
    REPLACED = "replaced"  # signed out: another device took this one's place
    LOCKED = "locked"
    CONFLICT = "conflict"
    INVALID = "invalid"
    NOT_FOUND = "not-found"
    # Registration and calls
    FORBIDDEN = "forbidden"  # the registrar refuses name or password
    TIMED_OUT = "timed-out"
    OFFLINE = "offline"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    DECLINED = "declined"
    NOT_IN_SERVICE = "not-in-service"  # 404, 410, 484, 604
    UNREACHABLE = "unreachable"  # 480
    NOT_ALLOWED = "not-allowed"  # 403 to a call
    USAGE_LIMIT = "usage-limit"  # spent; `detail` is the day it resets, RFC 3339
    OUTBOUND_RULE = "outbound-rule"  # does not allow the call; `detail` names the place it goes to
    CALLER_ID = "caller-id"  # the number asked for is not one of the extension's
    WRONG_PASSCODE = "wrong-passcode"
    NO_COMMON_MEDIA = "no-common-media"  # 488, 606
    CONNECTION_LOST = "connection-lost"
    TOO_MANY_CALLS = "too-many-calls"
    BAD_NUMBER = "bad-number"
    NOT_NOW = "not-now"  # the state does not allow this; quiet and normal
    NO_KEYCHAIN = "no-keychain"
    DISK_FULL = "disk-full"
    INTERNAL = "internal"  # ours: a bug


@dataclass(frozen=True)
class Failure:
    """`code` is the SIP or HTTP status where there is one, `detail` a technical text for logs and support.

    `sentence` is what the other side says to a person, in its own words; `faults` name the members that are wrong.
    """

    kind: FailureKind
    code: int | None = None
    detail: str = ""
    retry_after: float | None = None  # seconds
    devices: tuple[ActivatedDevice, ...] = ()
    sentence: str = ""
    faults: tuple[Fault, ...] = ()
    authors: tuple[SettingAuthor, ...] = ()  # of a conflict: who has changed what, the newest first


class Refused(Exception):
    """Raised by adapters instead of their library's errors."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.kind.value} {failure.code or ''} {failure.detail}".strip())
        self.failure = failure


#: The service is out of reach, or has other worries: the change waits for it. Anything else is its answer.
_AWAY = {FailureKind.NO_NETWORK, FailureKind.SERVER_NOT_FOUND, FailureKind.OFFLINE, FailureKind.TIMED_OUT,
         FailureKind.TOO_MANY_ATTEMPTS, FailureKind.NOT_NOW, FailureKind.EXPIRED, FailureKind.REPLACED}  # fmt: skip
_AWAY_STATUSES = {None, 502, 503, 504}  # of a SERVER failure


def is_away(failure: Failure) -> bool:
    """Whether it says that the service is out of reach for now, rather than what it answered."""
    return failure.kind in _AWAY or (failure.kind is FailureKind.SERVER and failure.code in _AWAY_STATUSES)


#: Final SIP statuses of a call we placed, as failures (RFC 3261 21; 3GPP TS 24.628 for what people hear).
_CALL_STATUS = {
    403: FailureKind.NOT_ALLOWED,
    404: FailureKind.NOT_IN_SERVICE,
    408: FailureKind.NO_ANSWER,
    410: FailureKind.NOT_IN_SERVICE,
    480: FailureKind.UNREACHABLE,
    484: FailureKind.NOT_IN_SERVICE,
    486: FailureKind.BUSY,
    488: FailureKind.NO_COMMON_MEDIA,
    503: FailureKind.SERVER,
    600: FailureKind.BUSY,
    603: FailureKind.DECLINED,
    604: FailureKind.NOT_IN_SERVICE,
    606: FailureKind.NO_COMMON_MEDIA,
}


def call_failure(code: int, reason: str = "") -> Failure | None:
    """The failure a final status of our own call means; None for a normal end (2xx, and 487 after our CANCEL)."""
    if code == 487 or code < 300:
        return None
    return Failure(_CALL_STATUS.get(code, FailureKind.SERVER), code, reason)
