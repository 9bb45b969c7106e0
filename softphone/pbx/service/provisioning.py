"""What a softphone is told to register with, from where the phone system listens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ProvisioningAddresses:
    """Where signalling listens right now, each "host:port", and what else all devices share."""

    domain: str
    udp: str
    tcp: str
    tls: str
    stun_servers: Sequence[str] = ()
    srtp: str = "optional"  # off | optional | mandatory
    voicemail_number: str | None = "*97"
    registration_seconds: int = 120


def provisioning(
    addresses: ProvisioningAddresses, *, key: str, label: str, auth_username: str, password: str, tls: bool
) -> dict[str, Any]:
    """One registrar address is told, and the transports that it answers: TLS has a port of its own."""
    registrar = addresses.tls if tls else addresses.udp
    plain = [name for name, at in (("udp", addresses.udp), ("tcp", addresses.tcp)) if at == registrar]
    document: dict[str, Any] = {
        "domain": addresses.domain,
        "registrar": registrar,
        "outbound_proxy": None,
        "username": key,
        "auth_username": auth_username,
        "password": password,
        "display_name": label,
        "transports": ["tls"] if tls else plain,
        "stun_servers": list(addresses.stun_servers),
        "turn": None,
        "srtp": addresses.srtp,
        "voicemail_number": addresses.voicemail_number,
        "registration_seconds": addresses.registration_seconds,
    }
    canonical = json.dumps(document, sort_keys=True).encode()
    return document | {"revision": hashlib.sha256(canonical).hexdigest()[:16]}
