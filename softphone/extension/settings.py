"""The extension's settings document as values. What each member means: the contract of the account service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from softphone.extension.document import Json, read, write

DeviceType = Literal["ip_phone", "mobile", "desktop"]
ShownInside = Literal["extension_key", "caller_number"]
ShownOutside = Literal["assigned_caller_id", "caller_number"]

PLAIN = r"^[^\x00-\x1f\x7f]*$"
SPOKEN = r"^[^\x00-\x09\x0b-\x1f\x7f]*$"  # line feeds allowed
E164 = r"^\+[1-9][0-9]{6,14}$"
KEY = r"^[0-9]{1,10}$"
EMAIL = r"^[^\x00-\x20\x7f@]+@[^\x00-\x20\x7f@]+$"

_NUMBER = {
    "pattern": E164, "max_length": 16,
    "description": "Write the number with its country code, like +6531234567.",
    "fault": "This isn't a phone number. Start with + and the country.",
}
_KEY = {"pattern": KEY, "max_length": 10, "description": "An extension is written in digits, like 100."}
_EMAIL = {
    "pattern": EMAIL, "max_length": 254, "description": "An e-mail address looks like name@example.com.",
    "fault": "{text} is not a full email address.",
}
_PASSCODE = {
    "pattern": r"^([0-9]{4,10})?$", "max_length": 10, "description": "A passcode is 4 to 10 digits.",
    "fault": "Digits only, 4 to 10.",
}
_TEXT = {"pattern": PLAIN, "max_length": 100}
_PARTY = {
    "pattern": r"^(\+[1-9][0-9]{6,14}|[0-9]{1,10})$", "max_length": 16,
    "description": "Write a number with its country code, or an extension.",
    "fault": "This isn't a phone number. Start with + and the country.",
}


def _one(limits: dict[str, Any]) -> Any:
    return field(default=None, metadata=limits)


def _many(limits: dict[str, Any], longest: int = 100) -> Any:
    return field(default=(), metadata={"max_length": longest, "items": limits})


@dataclass(frozen=True)
class Assignee:
    name: str = field(metadata=_TEXT)
    email: str = field(metadata=_EMAIL)


@dataclass(frozen=True)
class Device:
    id: str = field(metadata={"pattern": PLAIN, "max_length": 64})
    type: DeviceType
    name: str = field(metadata=_TEXT)
    mac: str | None = _one({"max_length": 32, "pattern": PLAIN})
    activated: bool = True
    this_device: bool = False
    last_seen: str | None = _one({"max_length": 40, "pattern": PLAIN})


@dataclass(frozen=True)
class DoNotDisturb:
    enabled: bool = False
    until: str | None = _one({"max_length": 40, "pattern": PLAIN})  # RFC 3339 with an offset


@dataclass(frozen=True)
class Forwarding:
    enabled: bool = False
    number: str | None = _one(_NUMBER)
    extensions: tuple[str, ...] = _many(_KEY, 50)
    vip: tuple[str, ...] = _many(_PARTY)


@dataclass(frozen=True)
class Presentation:
    """What the next destination is shown: inside the organisation, and outside it."""

    internal: ShownInside = "extension_key"
    external: ShownOutside = "assigned_caller_id"


@dataclass(frozen=True)
class CallerId:
    mode: Literal["fixed", "assigned", "random"] = "fixed"
    number: str | None = _one(_NUMBER)
    numbers: tuple[str, ...] = _many(_NUMBER)
    assigned: tuple[str, ...] = _many(_NUMBER)
    transfer: Presentation = field(default_factory=Presentation)
    forward: Presentation = field(default_factory=Presentation)

    @property
    def allowed(self) -> tuple[str, ...]:
        """The administrator's list, where there is one, is the only choice."""
        return self.assigned or self.numbers


@dataclass(frozen=True)
class UsageLimit:
    """`limit` and `used` are minutes, or money in `currency` (ISO 4217)."""

    kind: Literal["unlimited", "duration", "amount"] = "unlimited"
    limit: float | None = _one({"ge": 0, "le": 1_000_000_000})
    used: float = field(default=0, metadata={"ge": 0, "le": 1_000_000_000})
    resets_on: str | None = _one({"max_length": 10, "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})
    currency: str | None = field(default=None, metadata={"max_length": 3, "pattern": r"^[A-Z]{3}$", "omit_none": True})


@dataclass(frozen=True)
class Speech:
    language: str = field(default="en", metadata={"max_length": 20, "pattern": r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"})
    gender: Literal["female", "male"] = "female"
    pitch: int = field(default=5, metadata={"ge": 0, "le": 9})
    rate: int = field(default=5, metadata={"ge": 0, "le": 9})
    text: str = field(
        default="",
        metadata={"max_length": 1000, "pattern": SPOKEN, "too_long": "Shorten it to 1000 characters."},
    )


@dataclass(frozen=True)
class Recording:
    name: str = field(metadata={"pattern": PLAIN, "max_length": 200})
    seconds: float = field(default=0, metadata={"ge": 0, "le": 60})


@dataclass(frozen=True)
class Message:
    kind: Literal["speech", "audio"] = "speech"
    speech: Speech | None = field(default=None, metadata={"omit_none": True})
    audio: Recording | None = field(default=None, metadata={"omit_none": True})


@dataclass(frozen=True)
class NoAnswer:
    action: Literal["forward", "hang_up", "record_number", "voicemail"] = "voicemail"
    number: str | None = _one(_NUMBER)
    after_seconds: int = field(default=20, metadata={"ge": 5, "le": 60})
    emails: tuple[str, ...] = _many(_EMAIL, 20)
    message: Message = field(default_factory=lambda: Message("speech", Speech(text=DEFAULT_GREETING)))


DEFAULT_GREETING = "I cannot take your call right now. Please leave a message after the tone."


@dataclass(frozen=True)
class Network:
    tls: bool = False
    stun: bool = False
    local_sip_server_ip: str | None = _one({"max_length": 45, "pattern": PLAIN})


@dataclass(frozen=True)
class Settings:
    """The whole document. `restricted` marks extensions made after the call group limits on forwarding came."""

    key: str = field(metadata=_KEY)
    label: str = field(metadata=_TEXT)
    passcode: str = field(default="", metadata=_PASSCODE)
    type: Literal["normal", "contact_center"] = "normal"
    role: Literal["owner", "admin", "member"] = "member"
    assignee: Assignee | None = None
    call_group: str | None = _one(_KEY)
    hot_desking: bool = False
    debug_mode: bool = False
    restricted: bool = True
    devices: tuple[Device, ...] = ()
    ring_devices: tuple[DeviceType, ...] = ("ip_phone", "mobile", "desktop")
    primary_device: DeviceType | None = None
    gateway: str | None = _one({"max_length": 250, "pattern": PLAIN})
    dnd: DoNotDisturb = field(default_factory=DoNotDisturb)
    forwarding: Forwarding = field(default_factory=Forwarding)
    call_waiting: bool = True
    caller_id: CallerId = field(default_factory=CallerId)
    usage_limit: UsageLimit = field(default_factory=UsageLimit)
    no_answer: NoAnswer = field(default_factory=NoAnswer)
    network: Network = field(default_factory=Network)
    outbound_rule: str | None = _one({"max_length": 64, "pattern": PLAIN})
    locked: tuple[str, ...] = _many({"max_length": 100, "pattern": r"^/[^\x00-\x1f\x7f]+$"}, 50)

    @classmethod
    def from_json(cls, document: Json) -> Settings:
        """What a service says, read leniently: only wrong types and missing key or label raise InvalidDocument."""
        return read(cls, document, complete=False, limited=False)

    def to_json(self) -> dict[str, Any]:
        document: dict[str, Any] = write(self)
        return document
