"""What happens to an INVITE before anyone sees it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from softphone.phone.call import Call


@dataclass(frozen=True)
class ScreeningSettings:
    """Of the extension's settings, those that act here. With an account the phone system has applied the others."""

    call_waiting: bool = True


@dataclass(frozen=True)
class Screening:
    """`refuse_with` is the final SIP status, None to ring; `waiting`: ring as a second call."""

    refuse_with: int | None = None
    waiting: bool = False

    @property
    def rings(self) -> bool:
        return self.refuse_with is None


#: Calls up (ringing, talking, held) before one more is refused with 486 (call rules 4).
WITH_CALL_WAITING, WITHOUT = 2, 1


def screen(calls: Iterable[Call], settings: ScreeningSettings) -> Screening:
    """The decision for one more incoming call, given the calls there are."""
    up = [call for call in calls if call.alive and not call.ending]
    limit = WITH_CALL_WAITING if settings.call_waiting else WITHOUT
    if len(up) >= limit:
        return Screening(refuse_with=486)
    return Screening(waiting=any(not call.ringing_here for call in up))
