"""Calls that this computer never saw, from the phone system's history: refused or forwarded there, or answered on
another device, or while the program was not running."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from softphone.phone.history import HistoryEntry, Outcome
from softphone.phone.party import Party

#: Two clocks tell the same call this far apart at most, in seconds.
APART = 30.0
_PREFIX = "server-"
_DO_NOT_DISTURB = "do_not_disturb"
_INCOMING = {
    "answered": Outcome.ELSEWHERE, "elsewhere": Outcome.ELSEWHERE, "forwarded": Outcome.FORWARDED,
    "declined": Outcome.DECLINED,
}  # fmt: skip
_OUTGOING = {
    "answered": Outcome.ANSWERED, "busy": Outcome.BUSY, "no_answer": Outcome.NO_ANSWER, "declined": Outcome.DECLINED,
    "cancelled": Outcome.CANCELLED,
}  # fmt: skip


@dataclass(frozen=True)
class ServerCall:
    """One row of the phone system's history. `row` grows with time; times are Unix seconds; `number` "" is hidden."""

    row: int
    call_id: str
    outgoing: bool
    number: str
    started_at: float
    reason: str
    name: str = ""
    seconds: float = 0.0  # of talk
    rule: str = ""
    forwarded_by: str = ""


class ServerCalls:
    """Tells which rows are of calls that the history here does not have. Each row is looked at once."""

    def __init__(self) -> None:
        self._matched: set[str] = set()  # entries of this computer's own that a row has told of

    def not_here(
        self, rows: Iterable[ServerCall], history: Sequence[HistoryEntry], cursor: int
    ) -> Iterator[HistoryEntry]:
        """Oldest first. What was missed before this computer knew the account (`cursor` -1) is no news."""
        for row in sorted((row for row in rows if row.row > cursor), key=lambda row: row.row):
            if not self._is_here(row, history):
                entry = entry_of(row)
                yield entry if cursor >= 0 else replace(entry, seen=True)

    def _is_here(self, row: ServerCall, history: Sequence[HistoryEntry]) -> bool:
        candidates = [
            entry for entry in history
            if entry.outgoing is row.outgoing and _number(entry) == row.number and entry.id not in self._matched
            and not entry.id.startswith(_PREFIX) and abs(entry.started_at - row.started_at) <= APART
        ]  # fmt: skip
        if not candidates:
            return False
        self._matched.add(min(candidates, key=lambda entry: abs(entry.started_at - row.started_at)).id)
        return True


def entry_of(row: ServerCall) -> HistoryEntry:
    if row.outgoing:
        outcome = _OUTGOING.get(row.reason, Outcome.FAILED)
    else:
        outcome = Outcome.MISSED if row.rule == _DO_NOT_DISTURB else _INCOMING.get(row.reason, Outcome.MISSED)
    party = Party(row.number, "", row.name) if row.number else Party("anonymous", "anonymous.invalid")
    return HistoryEntry(
        id=f"{_PREFIX}{row.call_id}-{row.row}", outgoing=row.outgoing, remote=party, started_at=row.started_at,
        outcome=outcome, talk_seconds=row.seconds, diverted_by=row.forwarded_by, seen=outcome is not Outcome.MISSED,
        rule=row.rule,
    )  # fmt: skip


def _number(entry: HistoryEntry) -> str:
    return "" if entry.remote.hidden else entry.remote.user
