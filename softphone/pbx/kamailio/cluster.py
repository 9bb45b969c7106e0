"""The other machines of a cluster, as an administrator names them."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

_SHORTEST_SECRET = 16  # characters


@dataclass(frozen=True)
class Cluster:
    """`listen` is this machine's socket for the others, "host:port", as are `peers`, all of them."""

    listen: str
    peers: tuple[str, ...]
    secret: str = field(repr=False)


def cluster(listen: str | None, peers: Sequence[str], secret_file: Path | None) -> Cluster | None:
    """Of the command line's arguments; None without any. Raises ValueError with a sentence, or OSError."""
    if listen is None and not peers and secret_file is None:
        return None
    if listen is None or not peers or secret_file is None:
        raise ValueError("a cluster needs --cluster-listen, --cluster-peer and --cluster-secret-file")
    if secret_file.stat().st_mode & 0o077:
        raise ValueError(f"{secret_file} can be read by others: chmod 600 {secret_file}")
    secret = secret_file.read_text(encoding="utf-8").strip()
    if len(secret) < _SHORTEST_SECRET or not secret.isprintable():
        raise ValueError(f"{secret_file} needs one line of {_SHORTEST_SECRET} characters or more")
    here, others = _address(listen), tuple(_address(peer) for peer in peers)
    if here in others:
        raise ValueError("--cluster-peer names the other machines, not this one")
    return Cluster(here, others, secret)


def _address(text: str) -> str:
    """As Kamailio writes where a message came from: an IPv4 address and a port."""
    host, separator, port = text.removeprefix("sip:").rpartition(":")
    try:
        address = ipaddress.IPv4Address(host)
    except ValueError:
        raise ValueError(f"{text} is not ADDRESS:PORT, with an IPv4 address") from None
    if not separator or not port.isdigit() or not 0 < int(port) < 65536 or address.is_unspecified:
        raise ValueError(f"{text} is not ADDRESS:PORT, with an IPv4 address")
    return f"{address}:{int(port)}"
