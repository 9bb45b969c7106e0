"""Everything that was posted, and waiting for what should be."""

from __future__ import annotations

import threading
import time


class Heard:
    """A `post` that keeps; `wait` finds from a mark on, with a deadline."""

    def __init__(self) -> None:
        self.events: list = []
        self.times: list[float] = []
        self._changed = threading.Condition()

    def __call__(self, event: object) -> None:
        with self._changed:
            self.events.append(event)
            self.times.append(time.monotonic())
            self._changed.notify_all()

    @property
    def mark(self) -> int:
        return len(self.events)

    def find(self, kind: type | tuple[type, ...], since: int = 0, **match: object):
        for event in self.events[since:]:
            if isinstance(event, kind) and all(getattr(event, key) == value for key, value in match.items()):
                return event
        return None

    def wait(self, kind: type | tuple[type, ...], *, since: int = 0, timeout: float = 10.0, **match: object):
        """The first event of this kind with these fields."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                event = self.find(kind, since, **match)
                if event is not None:
                    return event
                left = deadline - time.monotonic()
                if left <= 0:
                    story = "\n".join(f"  {event}" for event in self.events[-30:])
                    raise AssertionError(f"no {kind} {match} within {timeout} s; heard\n{story}")
                self._changed.wait(left)

    def wait_for_count(self, kind: type, count: int, timeout: float = 10.0) -> None:
        """Until so many events of this kind have been heard in all."""
        with self._changed:
            enough = self._changed.wait_for(lambda: len(self.of(kind)) >= count, timeout)
        assert enough, f"only {len(self.of(kind))} {kind.__name__} within {timeout} s"

    def of(self, kind: type, since: int = 0) -> list:
        return [event for event in self.events[since:] if isinstance(event, kind)]
