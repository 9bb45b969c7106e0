"""What every call, leg and subscription of one phone system works with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from softphone.pbx.ports import SipCoreConfig
from softphone.pbx.sip_core.location import Location
from softphone.pbx.sip_core.timings import Timings
from softphone.pbx.sip_core.transactions import TransactionLayer

if TYPE_CHECKING:
    from softphone.pbx.sip_core.call import Call
    from softphone.pbx.sip_core.leg import Leg
    from softphone.pbx.sip_core.media_routes import MediaRoutes
    from softphone.pbx.sip_core.passcode import PasscodePrompt


@dataclass
class Exchange:
    """Owned by the loop's thread."""

    config: SipCoreConfig
    layer: TransactionLayer
    location: Location
    media: MediaRoutes
    timings: Timings
    clock: Callable[[], float]  # Unix seconds
    calls: set[Call] = field(default_factory=set)  # not over yet
    prompts: dict[str, PasscodePrompt] = field(default_factory=dict)  # by their tokens
    _legs: dict[tuple[str, str], Leg] = field(default_factory=dict)

    def add(self, leg: Leg) -> None:
        self._legs[leg.dialog.key] = leg

    def remove(self, leg: Leg) -> None:
        self._legs.pop(leg.dialog.key, None)

    def leg(self, call_id: str, local_tag: str, remote_tag: str) -> Leg | None:
        leg = self._legs.get((call_id, local_tag))
        if leg is None or leg.dialog.remote_tag not in (None, remote_tag):
            return None
        return leg

    def legs(self) -> Iterator[Leg]:
        yield from list(self._legs.values())

    def calls_up(self, extension: str, but: object = None) -> int:
        """Calls of all its devices that ring out, talk or are held; one that rings in is not up."""
        return sum(
            leg is not None and not leg.ended and leg.extension == extension
            for call in self.calls if call is not but
            for leg in (call.caller, call.callee)
        )  # fmt: skip

    @property
    def open_legs(self) -> int:
        return len(self._legs)
