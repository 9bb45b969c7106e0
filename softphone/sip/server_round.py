"""The servers that were found for a line: tried in turn, and known again when a call comes from one of them."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address

from softphone.phone.failure import Failure
from softphone.sip.locate import Server
from softphone.sip.registration_failure import most_telling

#: A provider may answer each look-up with others of its addresses: so many are remembered.
MAX_KNOWN = 256


class ServerRound:
    def __init__(self) -> None:
        self._left: list[Server] = []
        self._failures: list[Failure] = []
        self._known: dict[str, None] = {}

    # --- in turn ----------------------------------------------------------------------------------------------------

    def begin(self, servers: list[Server]) -> None:
        self._left, self._failures = list(servers), []
        self.know(server.ip for server in servers)

    def next(self) -> Server:
        return self._left.pop(0)

    def put_back(self, server: Server) -> None:
        """It is the next one, too."""
        self._left.insert(0, server)

    @property
    def more(self) -> bool:
        return bool(self._left)

    def failed(self, failure: Failure) -> Failure:
        """The most telling failure of this round, this one included."""
        self._failures.append(failure)
        return most_telling(self._failures)

    def succeeded(self) -> None:
        self._failures = []

    def give_up(self) -> None:
        """The others need not be asked."""
        self._left = []

    def forget(self) -> None:
        """The line's settings have changed."""
        self._left, self._failures, self._known = [], [], {}

    # --- known ------------------------------------------------------------------------------------------------------

    def know(self, addresses: Iterable[str]) -> None:
        for address in addresses:
            if len(self._known) < MAX_KNOWN:
                self._known[_canonical(address)] = None

    def knows(self, source: str) -> bool:
        """Whether `source` ("ip:port") is an address of the provider's."""
        return _canonical(source.rpartition(":")[0].strip("[]")) in self._known

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(self._known)


def _canonical(text: str) -> str:
    """One spelling for each address; what is none stays, and matches nothing."""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
