"""When a child that died is started again."""

from __future__ import annotations

#: Seconds to wait before the n-th restart in a row; the last one repeats.
DELAYS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
#: A child that lived this long was healthy: the next death starts the row anew.
HEALTHY_SECONDS = 60.0


class RestartPolicy:
    """At once the first time, then ever later while it keeps dying."""

    def __init__(self) -> None:
        self._deaths = 0

    def died(self, lived_seconds: float) -> float:
        """Seconds to wait before the restart, given how long the child lived."""
        if lived_seconds >= HEALTHY_SECONDS:
            self._deaths = 0
        delay = DELAYS[min(self._deaths, len(DELAYS) - 1)]
        self._deaths += 1
        return delay
