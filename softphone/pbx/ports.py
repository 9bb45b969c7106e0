"""What the rooms of the local phone system ask of each other: plain values and protocols.

The signalling (`SipCore`) knows neither the database nor the account service; the service knows no SIP. `main` puts
them together. Another SIP server can stand behind `SipCore` without a change elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Protocol

from softphone.extension.outgoing_rules import OutboundRule
from softphone.extension.settings import DeviceType, Settings


@dataclass(frozen=True)
class SipDevice:
    """One SIP credential: one device of one extension. Secrets are per device and revoked with it."""

    auth_username: str
    ha1: str = field(repr=False)  # MD5(username:realm:password), RFC 2617 3.2.2.2
    extension: str = ""  # key, e.g. "100"; also the user part of its address of record
    device_id: str = ""
    device_type: str = "desktop"  # ip_phone | mobile | desktop


@dataclass(frozen=True)
class Extension:
    """What signalling needs to know of an extension."""

    key: str
    label: str
    caller_id: str | None = None  # E.164 shown outside
    mailbox_new: int = 0
    mailbox_old: int = 0


@dataclass(frozen=True)
class Binding:
    """One contact of an address of record (RFC 3261 10). `expires_at` is Unix time in seconds."""

    extension: str
    device_id: str
    contact: str  # URI as registered
    source: tuple[str, int]  # where its REGISTER came from
    transport: str  # udp | tcp | tls
    call_id: str
    cseq: int
    expires_at: float
    instance: str = ""  # +sip.instance (RFC 5626)
    user_agent: str = ""


@dataclass(frozen=True)
class MediaRoute:
    """A number that a media child answers: `pattern` is an exact number or a prefix ending in `*` wildcard.

    A literal star is part of service numbers ("*43"), so the wildcard is written as a trailing "..." ("+656...").
    """

    pattern: str
    uri: str  # where the child listens, e.g. "sip:127.0.0.1:40122"


@dataclass(frozen=True)
class SipAddresses:
    """Where the signalling listens; each "host:port"."""

    udp: str
    tcp: str
    tls: str


class Subscribers(Protocol):
    """Read by signalling on its own thread for every request: answers from memory or a local database, at once."""

    def device(self, auth_username: str) -> SipDevice | None: ...
    def extension(self, key: str) -> Extension | None: ...
    def bindings(self) -> Sequence[Binding]:
        """All bindings kept from an earlier run."""
        ...

    def save_binding(self, binding: Binding) -> None:
        """Called for each new or refreshed binding; must survive `kill -9` soon after (a queue to a writer is fine)."""
        ...

    def remove_binding(self, extension: str, device_id: str, contact: str) -> None: ...

    def settings(self, key: str) -> Settings | None:
        """What the call rules go by, with its devices; parsed once per version, never read from a disk."""
        ...

    def outbound_rule(self, rule_id: str) -> OutboundRule | None: ...

    def group_members(self, key: str) -> Sequence[str]:
        """Keys of a call group's members; () when `key` is no group."""
        ...

    def last_used(self, key: str) -> DeviceType | None:
        """Type of the device that answered or placed the extension's last call."""
        ...

    def device_used(self, key: str, device_id: str) -> None: ...

    def add_usage(self, key: str, seconds: float) -> None:
        """Talk time outside, told while a call is up (every half minute) and at its end: only what is new."""
        ...


@dataclass(frozen=True)
class CallRecord:
    """A finished call as one extension's history has it; a call has one for each extension that it concerned.

    Times are Unix seconds. `reason` is that of this extension: a call that one forwarded and another answered is
    "forwarded", and not answered, for the first. A call without any extension has one record, of the extension "".
    """

    call_id: str  # the same in all records of the call
    caller: str  # extension key or number, as this extension saw it
    callee: str  # whom this extension called; or this extension itself
    started_at: float
    answered_at: float | None
    ended_at: float
    #: answered | elsewhere (by somebody the call also rang for) | forwarded | voicemail | busy | no_answer | declined |
    #: cancelled | failed. Refused by do not disturb is no_answer, with its rule.
    reason: str
    answered_by: str | None = None  # device id
    extension: str = ""  # whose record it is
    caller_name: str = ""
    called: str = ""  # what the caller dialled
    rule: str = ""  # the Rule that decided for a called extension, the OutgoingRule for the one that calls
    forwarded_by: tuple[str, ...] = ()  # keys that had forwarded it when it came here, the oldest first
    answered_device: str | None = None  # type of the device that answered
    shown: str = ""  # the caller ID that the other side was sent


class SipCore(Protocol):
    """The signalling of the phone system: registrar, digest, forking, dialogs."""

    def start(self) -> SipAddresses:
        """Bind and serve; returns once every address listens."""
        ...

    def set_media_routes(self, routes: Sequence[MediaRoute]) -> None:
        """Numbers answered by media children. Their source addresses are trusted: no digest, their From is believed."""
        ...

    def revoke_device(self, device_id: str) -> None:
        """Removes the device's bindings and ends its calls; called from any thread."""
        ...

    def notify_mailbox(self, extension: str, new: int, old: int) -> None:
        """MWI (RFC 3842) to the extension's devices; called from any thread."""
        ...

    def reachable_devices(self, extension: str) -> Sequence[str]:
        """Ids of devices with a live binding."""
        ...

    def calls_up(self, extension: str) -> int:
        """Calls that the extension rings out, talks or holds now, for its presence; 0 where that is not known."""
        return 0

    def media_event(self, message: dict[str, Any]) -> None:
        """What a media child tells of a call that the core sent to it (passcode digits); from any thread."""
        ...

    def stop(self) -> None: ...


def _nobody(*_told: object) -> None:
    """Who is told when the phone system has nobody for it."""


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class SipCoreConfig:
    """Port 0 means any free port. `realm` is also the SIP domain. Callbacks come on the core's own thread."""

    listen: str  # IP address
    realm: str
    udp_port: int
    tcp_port: int
    tls_port: int
    certificate_chain: Path
    private_key: Path
    subscribers: Subscribers
    call_ended: Callable[[CallRecord], None]
    registrations_changed: Callable[[str], None]  # extension key
    ask_media: Callable[[dict[str, Any]], None] = _nobody  # a command for the media children
    #: extension key, caller, Unix seconds: the no-answer action "record the number"
    missed: Callable[[str, str, float], None] = _nobody
    now: Callable[[], datetime] = _utc_now  # by which "do not disturb until" ends
