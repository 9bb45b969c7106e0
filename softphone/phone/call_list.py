"""The calls there are, and which of them is what to the person."""

from __future__ import annotations

from collections.abc import Iterator

from softphone.phone.call import Call


class CallList:
    """A part of `Calls`: in the order they began, those that have ended too until they are forgotten."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._calls.values()))

    def get(self, call_id: str) -> Call | None:
        return self._calls.get(call_id)

    @property
    def alive(self) -> list[Call]:
        return [call for call in self._calls.values() if call.alive]

    @property
    def ringing(self) -> list[Call]:
        """Incoming calls that wait for the person, oldest first."""
        return [call for call in self._calls.values() if call.ringing_here]

    @property
    def active(self) -> Call | None:
        """The call the person is in: talking or being set up; else one on hold; never one that rings here."""
        up = [call for call in self.alive if not call.ringing_here and not call.ending]
        return next((c for c in up if not c.held_local), up[-1] if up else None)

    @property
    def held(self) -> list[Call]:
        """Calls on hold by us beside the active one."""
        active = self.active
        return [call for call in self.alive if call.held_local and call is not active]
