"""The call history as the telephone shows it: its own calls, and those that only the phone system saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from softphone.phone import events as ev
from softphone.phone.history import HistoryEntry
from softphone.phone.ports import Clock, HistoryStore
from softphone.phone.publisher import Publisher, Topic
from softphone.phone.server_calls import ServerCall, ServerCalls


class PhoneHistory:
    """A part of `Phone`."""

    def __init__(self, store: HistoryStore, clock: Clock, publisher: Publisher) -> None:
        self._history_store = store
        self._history_clock = clock
        self._publish_history = publisher.publish
        self._history_known = False  # what is on the disk has been loaded
        self._server_calls = ServerCalls()
        self.history: list[HistoryEntry] = []  # newest first
        publisher.on(Topic.HISTORY, self._history_changed)

    @property
    def missed_unseen(self) -> int:
        return sum(1 for entry in self.history if entry.missed and not entry.seen)

    def missed_seen(self) -> None:
        """The person has looked at the missed calls."""
        now = self._history_clock.now()
        if self.missed_unseen:
            self._history_store.mark_seen(now)
            self.history = [replace(entry, seen=True) if entry.missed else entry for entry in self.history]
            self._publish_history(Topic.HISTORY)

    def remove_from_history(self, entry_id: str) -> None:
        self._history_store.remove(entry_id)
        self.history = [entry for entry in self.history if entry.id != entry_id]
        self._publish_history(Topic.HISTORY)

    def _server_calls_loaded(self, rows: Sequence[ServerCall], cursor: int) -> int:
        """Take what is new after the row `cursor` (-1: none ever); returns where to go on from."""
        if not self._history_known:
            return cursor  # it cannot be told which calls are known; they are asked for again
        known = {entry.id for entry in self.history}
        for entry in self._server_calls.not_here(rows, self.history, cursor):
            if entry.id in known:
                continue
            self._history_store.save(entry)
            self._publish_history(Topic.HISTORY, entry)
        return max([cursor, 0, *(row.row for row in rows)])

    def _history_loaded(self, event: ev.HistoryLoaded) -> None:
        known = {entry.id for entry in self.history}
        loaded = [e for e in event.entries if isinstance(e, HistoryEntry) and e.id not in known]
        self.history = sorted([*self.history, *loaded], key=lambda e: e.started_at, reverse=True)
        self._publish_history(Topic.HISTORY)
        self._history_known = True

    def _history_changed(self, payload: object) -> None:
        """Kept up to date before any listener of the topic looks: this one is the first."""
        if isinstance(payload, HistoryEntry):
            for index, entry in enumerate(self.history[:50]):
                if entry.id == payload.id:
                    self.history[index] = payload
                    return
            later = sum(1 for entry in self.history if entry.started_at > payload.started_at)
            self.history.insert(later, payload)
