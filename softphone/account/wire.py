"""What the account service says, as the telephone's values. Anything else than the contract is `InvalidDocument`."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn, TypeVar

from softphone.extension.document import InvalidDocument, read
from softphone.extension.moment import parse_moment
from softphone.extension.settings import KEY, PLAIN
from softphone.phone.account import ActivatedDevice, DirectoryEntry, Provisioning, ThisDevice
from softphone.phone.failure import SettingAuthor
from softphone.phone.secret import Secret

_T = TypeVar("_T")
_log = logging.getLogger(__name__)

# What goes into SIP messages must not be able to say more than a name: no blanks, no brackets, no line ends.
_HOST = {"max_length": 253, "pattern": r"^[A-Za-z0-9._:\[\]-]+$"}
_USER = {"max_length": 128, "pattern": r"^[^\x00-\x20\x7f<>\"@]+$"}
_URI = {"max_length": 250, "pattern": r"^[^\x00-\x20\x7f<>\"]+$"}
_TOKEN = {"max_length": 4096, "pattern": r"^[\x21-\x7e]+$"}
_PRESENCES = {"available", "on_call", "dnd", "forwarding", "offline", "unknown"}
_LONGEST_NAME = 200
_MOST_ROWS = 10_000
_MOST_LOGGED = 10  # of the rows of one list
_TRANSPORTS = ("udp", "tcp", "tls")


@dataclass(frozen=True)
class Tokens:
    access: Secret
    refresh: Secret
    expires_in: float  # seconds


@dataclass(frozen=True)
class Opened:
    """A session as `POST /sessions` grants it."""

    tokens: Tokens
    email: str
    name: str
    organisation: str
    extension: str


@dataclass(frozen=True)
class _Account:
    email: str
    name: str = ""
    organisation: str = ""


@dataclass(frozen=True)
class _Tokens:
    access_token: str = field(repr=False, metadata=_TOKEN)
    refresh_token: str = field(repr=False, metadata=_TOKEN)
    expires_in: float = field(metadata={"ge": 0, "le": 10 * 365 * 86400})


@dataclass(frozen=True)
class _Opened(_Tokens):
    account: _Account
    extension: str = field(metadata={"pattern": KEY})


@dataclass(frozen=True)
class _Provisioning:
    domain: str = field(metadata=_HOST)
    username: str = field(metadata=_USER)
    auth_username: str = field(metadata=_USER)
    password: str = field(repr=False, metadata={"max_length": 500, "pattern": PLAIN})
    display_name: str = ""
    registrar: str | None = field(default=None, metadata=_HOST)
    outbound_proxy: str | None = field(default=None, metadata=_URI)
    transports: tuple[str, ...] = _TRANSPORTS
    stun_servers: tuple[str, ...] = field(default=(), metadata={"max_length": 10, "items": _HOST})
    srtp: Literal["off", "optional", "mandatory"] = "off"
    voicemail_number: str | None = field(default=None, metadata=_USER)
    registration_seconds: int = field(default=120, metadata={"ge": 1, "le": 7 * 86400})
    revision: str = field(default="", metadata={"max_length": 200, "pattern": PLAIN})


@dataclass(frozen=True)
class _Entry:
    key: str = field(metadata={"pattern": KEY})
    label: str = ""
    kind: Literal["extension", "group"] = "extension"
    presence: str = "unknown"


@dataclass(frozen=True)
class _Device:
    id: str = field(metadata={"max_length": 64, "pattern": PLAIN})
    type: str = ""
    name: str = ""
    last_seen: str | None = None
    this_device: bool = False


@dataclass(frozen=True)
class _SettingChange:
    pointer: str = field(metadata={"max_length": 200, "pattern": PLAIN})
    changed_by: str
    changed_at: str = field(metadata={"max_length": 40, "pattern": PLAIN})
    device: str | None = None


@dataclass(frozen=True)
class _WellKnown:
    account_api: str


def parse(body: bytes) -> Any:
    """JSON that every later stage can hold: no NaN, no half characters, no endless depth."""
    try:
        value = json.loads(body.decode(), parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:  # UnicodeError is a ValueError
        raise InvalidDocument(()) from error
    return value


def tokens(value: Any) -> Tokens:
    read_ = read_value(_Tokens, value)
    return Tokens(Secret(read_.access_token), Secret(read_.refresh_token), float(read_.expires_in))


def opened(value: Any) -> Opened:
    session = read_value(_Opened, value)
    who = session.account
    return Opened(tokens(value), plain(who.email), plain(who.name), plain(who.organisation), session.extension)


def provisioning(value: Any) -> Provisioning:
    told = read_value(_Provisioning, value)
    transports = tuple(dict.fromkeys(one for one in told.transports if one in _TRANSPORTS))
    if not transports:
        raise InvalidDocument(())
    return Provisioning(
        domain=told.domain, username=told.username, auth_username=told.auth_username, password=Secret(told.password),
        display_name=plain(told.display_name), registrar=told.registrar, outbound_proxy=told.outbound_proxy,
        transports=transports, stun_servers=told.stun_servers, srtp=told.srtp, voicemail_number=told.voicemail_number,
        registration_seconds=max(told.registration_seconds, 10), revision=told.revision,
    )  # fmt: skip


def directory(value: Any) -> tuple[DirectoryEntry, ...]:
    """A presence that this version does not know is "unknown"."""
    return read_rows(_Entry, value, _entry)


def _entry(one: _Entry) -> DirectoryEntry:
    presence = one.presence if one.presence in _PRESENCES else "unknown"
    return DirectoryEntry(one.key, plain(one.label), one.kind, presence)


def activated_devices(value: Any) -> tuple[ActivatedDevice, ...]:
    """The devices of a `device-limit` problem; those that cannot be read are left out."""
    found = []
    for one in value[:20] if isinstance(value, list) else ():
        try:
            device = read_value(_Device, one)
        except InvalidDocument:
            continue
        last_seen = plain(device.last_seen) if device.last_seen is not None else None
        found.append(ActivatedDevice(device.id, plain(device.type), plain(device.name), last_seen, device.this_device))
    return tuple(found)


def setting_authors(value: Any) -> tuple[SettingAuthor, ...]:
    """Who changed which setting, the newest first; what cannot be read is left out."""
    found = []
    for one in value[:100] if isinstance(value, list) else ():
        try:
            change: _SettingChange = read_value(_SettingChange, one)
        except InvalidDocument:
            continue
        at = parse_moment(change.changed_at)
        if at is not None:
            found.append(
                SettingAuthor(change.pointer, plain(change.changed_by), at.timestamp(), plain(change.device or ""))
            )
    return tuple(found)


def well_known(value: Any) -> str:
    found: _WellKnown = read_value(_WellKnown, value)
    return found.account_api


def device(this: ThisDevice) -> dict[str, str]:
    return {
        "id": this.id, "type": "desktop", "name": plain(this.name)[:100], "platform": plain(this.platform)[:100],
        "app_version": plain(this.app_version)[:100],
    }  # fmt: skip


def plain(text: str) -> str:
    """A name for a window or a header: one line, of bounded length."""
    return "".join(" " if ord(char) < 32 or ord(char) == 127 else char for char in text)[:_LONGEST_NAME].strip()


def read_value(cls: Any, value: Any) -> Any:
    return read(cls, value, complete=False, limited=True)


def read_rows(cls: Any, value: Any, make: Callable[[Any], _T]) -> tuple[_T, ...]:
    """Each row of a list by itself: one that cannot be read is left out and does not hide the others."""
    if not isinstance(value, list):
        raise InvalidDocument(())
    found, odd = [], 0
    for number, row in enumerate(value[:_MOST_ROWS]):
        try:
            found.append(make(read_value(cls, row)))
        except InvalidDocument as error:
            odd += 1
            if odd <= _MOST_LOGGED:
                _log.warning("row %d (%s) is left out: %s", number, cls.__name__.strip("_"), error)
    return tuple(found)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
