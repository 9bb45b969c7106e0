"""The call history as the rows of a list: days, and the same caller in a row as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from softphone.phone.history import HistoryEntry


@dataclass(frozen=True, slots=True)
class DayRow:
    """A heading."""

    day: date


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call, or several with the same person in a row, newest first; `live` while it goes on."""

    entries: tuple[HistoryEntry, ...]
    live: bool = False

    @property
    def newest(self) -> HistoryEntry:
        return self.entries[0]

    @property
    def count(self) -> int:
        return len(self.entries)


Row = DayRow | CallRow


def day_of(entry: HistoryEntry) -> date:
    return datetime.fromtimestamp(entry.started_at).date()


def rows_of(entries: Sequence[HistoryEntry]) -> list[Row]:
    """Rows of entries that are sorted newest first. Groups never cross a day, so whole days can be done apart."""
    rows: list[Row] = []
    day: date | None = None
    group: list[HistoryEntry] = []

    def close() -> None:
        if group:
            rows.append(CallRow(tuple(group)))
            group.clear()

    for entry in entries:
        its_day = day_of(entry)
        if its_day != day:
            close()
            day = its_day
            rows.append(DayRow(day))
        elif group and not _together(group[0], entry):
            close()
        group.append(entry)
    close()
    return rows


def _together(one: HistoryEntry, other: HistoryEntry) -> bool:
    return (one.remote.user, one.remote.host, one.outgoing, one.missed) == (
        other.remote.user, other.remote.host, other.outgoing, other.missed,
    )  # fmt: skip


def changed_span(before: Sequence[Row], after: Sequence[Row]) -> tuple[int, int, int]:
    """Where two lists of rows differ: the first row, and how many of `before` become how many of `after`."""
    start = 0
    shorter = min(len(before), len(after))
    while start < shorter and before[start] == after[start]:
        start += 1
    end = 0
    while end < shorter - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return start, len(before) - start - end, len(after) - start - end
