"""Keeps up with what other processes write to the database, and with what is to happen at a certain time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from softphone.pbx.service.journal import Entry, Journal

_log = logging.getLogger(__name__)

LOOKS_EVERY = 0.3  # seconds: a change made by an administrator's command shows within one


class DatabaseWatch:
    """`apply` gets what others wrote; `tick` is called at every look. Both on the thread of this class."""

    def __init__(
        self, journal: Journal, read_from: int, apply: Callable[[Entry], object],
        tick: Sequence[Callable[[], object]], every: float,
    ) -> None:
        self._journal = journal
        self._apply = apply
        self._tick = tick
        self._every = every
        self._read = read_from
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="database-watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join(10.0)

    def _run(self) -> None:
        while not self._closing.wait(self._every):
            try:
                self._look()
            except Exception:  # the database is away, or a change cannot be read: the next look is soon
                _log.exception("what others wrote to the database could not be read")

    def _look(self) -> None:
        for tick in self._tick:
            tick()
        entries, read = self._journal.since(self._read)
        for entry in entries:
            try:
                self._apply(entry)
            except Exception:
                _log.exception("a change could not be applied: %s %s", entry.kind, entry.subject)
        self._read = read
