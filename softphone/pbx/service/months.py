"""The months by which usage is counted: those of the organisation's time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DEFAULT_ZONE = "UTC"


def zone(name: str) -> ZoneInfo:
    """Raises ValueError for a name that is none, like "Asia/Singapore" is one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"There is no time zone {name!r}.") from error


class Months:
    """`clock` tells Unix seconds."""

    def __init__(self, clock: Callable[[], float], zone_name: str) -> None:
        self._clock = clock
        self.zone = zone(zone_name)

    def current(self) -> str:
        """Like "2026-11"."""
        return self._today().strftime("%Y-%m")

    def resets_on(self) -> str:
        """The first of the next month, like "2026-12-01"."""
        today = self._today()
        return date(today.year + today.month // 12, today.month % 12 + 1, 1).isoformat()

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), self.zone).date()
