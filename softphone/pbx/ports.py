"""What the rooms of the local phone system ask of each other: plain values and protocols.

The signalling (`SipCore`) knows neither the database nor the account service; the service knows no SIP. `main` puts
them together. Another SIP server can stand behind `SipCore` without a change elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


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


@dataclass(frozen=True)
class CallRecord:
    """One finished call as the phone system saw it. Times are Unix seconds."""

    call_id: str
    caller: str
    callee: str
    started_at: float
    answered_at: float | None
    ended_at: float
    reason: str  # answered | busy | no_answer | declined | cancelled | failed
    answered_by: str | None = None  # device id


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

    def stop(self) -> None: ...


@dataclass(frozen=True)
class SipCoreConfig:
    """Port 0 means any free port. `realm` is also the SIP domain."""

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
