"""The other side of a call, as the network named it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Party:
    """`user` is a number, an extension key or a name; all texts are cleaned of what a window or log cannot show."""

    user: str
    host: str = ""
    name: str = ""  # display name from the wire, "" when none

    @property
    def address(self) -> str:
        return f"{self.user}@{self.host}" if self.host else self.user

    @property
    def hidden(self) -> bool:
        """RFC 3323: the caller asked for privacy."""
        return self.user.lower() == "anonymous" or self.host.lower() == "anonymous.invalid"
