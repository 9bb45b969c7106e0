"""Values of an account: who is signed in, how its SIP line is provisioned, whom its directory lists."""

from __future__ import annotations

from dataclasses import dataclass, field

from softphone.phone.secret import Secret


@dataclass(frozen=True)
class ActivatedDevice:
    """One device of an extension, as the account service lists it. `last_seen` is RFC 3339."""

    id: str
    type: str  # ip_phone | mobile | desktop
    name: str
    last_seen: str | None = None
    this_device: bool = False


@dataclass(frozen=True)
class ThisDevice:
    """How this installation introduces itself at sign-in."""

    id: str  # UUID of the installation and profile
    name: str
    platform: str
    app_version: str


@dataclass(frozen=True)
class SignedIn:
    """A session as granted by the account service."""

    service: str  # base URL
    email: str
    name: str
    organisation: str
    extension: str  # key
    refresh_token: Secret


@dataclass(frozen=True)
class Provisioning:
    """How to register: from the account service, or typed by the person for another SIP account."""

    domain: str
    username: str
    auth_username: str
    password: Secret
    display_name: str = ""
    registrar: str | None = None  # "host[:port]" when it is not found by the domain
    outbound_proxy: str | None = None
    transports: tuple[str, ...] = ("udp", "tcp", "tls")  # in order of preference
    stun_servers: tuple[str, ...] = ()
    srtp: str = "off"  # off | optional | mandatory
    voicemail_number: str | None = None
    registration_seconds: int = 120
    revision: str = ""

    @property
    def address_of_record(self) -> str:
        return f"{self.username}@{self.domain}"


@dataclass(frozen=True)
class DirectoryEntry:
    """An extension or group. `presence`: available | on_call | dnd | forwarding | offline | unknown."""

    key: str
    label: str
    kind: str = "extension"  # extension | group
    presence: str = "unknown"


@dataclass(frozen=True)
class Identity:
    """Who this phone is, for headers and titles, whichever way it signed in."""

    kind: str  # "account" | "sip"
    label: str  # "Alice Tan"
    address: str  # extension key ("100") or address of record
    email: str = ""
    organisation: str = ""
    caller_ids: tuple[str, ...] = field(default=())
