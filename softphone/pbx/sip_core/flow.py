"""A flow (RFC 5626): the way back to one peer, over the connection or the address it came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

Address = tuple[str, int]


class _NoWildcard:
    """sippy asks each server whether it listens on every interface."""

    @staticmethod
    def isWildCard() -> bool:
        return False


def bracketed(host: str) -> str:
    """As an IPv6 address is written in a URI and in host:port."""
    return f"[{host}]" if ":" in host else host


class Flow:
    """What sippy calls a server: sends to one peer. For UDP one is made per message, else one per connection."""

    uopts: Final = _NoWildcard()

    def __init__(
        self, transport: str, local: Address, remote: Address, write: Callable[[bytes, Address], None], reliable: bool
    ) -> None:
        self.transport: Final = transport  # udp | tcp | tls
        self.local: Final = local
        self.remote: Final = remote
        self.reliable: Final = reliable
        self.alive = True
        self._write = write

    def send_to(self, data: bytes | str, address: Address) -> None:
        """On a connection it goes where the connection leads, whatever a Via or Contact says (RFC 3261 18.2.2)."""
        if not self.alive:
            return
        octets = data.encode("ascii", "surrogateescape") if isinstance(data, str) else data
        self._write(octets, self.remote if self.reliable else address)

    def getSIPaddr(self) -> tuple[Address, str]:
        return (bracketed(self.local[0]), self.local[1]), self.transport

    def addr2str(self, address: Address) -> str:
        return f"{self.transport}:{address[0]}:{address[1]}"

    def __repr__(self) -> str:
        return f"<{self.transport} {self.remote[0]}:{self.remote[1]}>"
