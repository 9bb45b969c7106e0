"""One row of the call history."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from softphone.phone.party import Party


class Outcome(str, Enum):
    ONGOING = "ongoing"  # being set up; a row left so by a crash is read as missed or failed
    ANSWERED = "answered"
    MISSED = "missed"
    DECLINED = "declined"  # by us, or by them
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    CANCELLED = "cancelled"  # we gave up ringing them
    ELSEWHERE = "elsewhere"  # answered on another device
    FORWARDED = "forwarded"  # sent on from here
    FAILED = "failed"


@dataclass(frozen=True)
class HistoryEntry:
    """Times are Unix seconds; `talk_seconds` 0 when it was never answered."""

    id: str  # the call id
    outgoing: bool
    remote: Party
    started_at: float
    outcome: Outcome = Outcome.ONGOING
    talk_seconds: float = 0.0
    code: int = 0
    diverted_by: str = ""
    seen: bool = True
    rule: str = ""  # of the extension's rules (`call_rules.Rule`), the one that refused the call or sent it on

    @property
    def missed(self) -> bool:
        return self.outcome is Outcome.MISSED
