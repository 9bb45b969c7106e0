"""The call history on this computer (SQLite)."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from softphone.phone.failure import Failure, FailureKind
from softphone.phone.history import HistoryEntry, Outcome
from softphone.phone.party import Party

log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
    id TEXT PRIMARY KEY, outgoing INTEGER NOT NULL, user TEXT NOT NULL, host TEXT NOT NULL, name TEXT NOT NULL,
    started_at REAL NOT NULL, outcome TEXT NOT NULL, talk_seconds REAL NOT NULL, code INTEGER NOT NULL,
    diverted_by TEXT NOT NULL, seen INTEGER NOT NULL, rule TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS calls_by_time ON calls (started_at DESC);
"""
_COLUMNS = "id, outgoing, user, host, name, started_at, outcome, talk_seconds, code, diverted_by, seen, rule"

Submit = Callable[[Callable[[], None]], None]


class HistoryFile:
    """Saves and loads by jobs on the disk worker; the database is opened, and repaired if it must be, on its thread."""

    def __init__(self, path: Path, submit: Submit, failed: Callable[[str, Failure], None]) -> None:
        self._path = path
        self._submit = submit
        self._failed = failed
        self._database: sqlite3.Connection | None = None

    def save(self, entry: HistoryEntry) -> None:
        row = (entry.id, entry.outgoing, entry.remote.user, entry.remote.host, entry.remote.name, entry.started_at,
               entry.outcome.value, entry.talk_seconds, entry.code, entry.diverted_by, entry.seen,
               entry.rule)  # fmt: skip
        self._write(f"INSERT OR REPLACE INTO calls ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", row)

    def mark_seen(self, before: float) -> None:
        self._write("UPDATE calls SET seen = 1 WHERE seen = 0 AND started_at <= ?", (before,))

    def remove(self, entry_id: str) -> None:
        self._write("DELETE FROM calls WHERE id = ?", (entry_id,))

    def load(self, loaded: Callable[[tuple[HistoryEntry, ...]], None], limit: int = 5000) -> None:
        """The newest rows, newest first, given to `loaded` on the worker's thread."""

        def job() -> None:
            try:
                rows = self._open().execute(f"SELECT {_COLUMNS} FROM calls ORDER BY started_at DESC LIMIT ?", (limit,))
                loaded(tuple(_entry(row) for row in rows))
            except sqlite3.Error as problem:
                self._report("load", problem)

        self._submit(job)

    def close(self) -> None:
        def job() -> None:
            if self._database is not None:
                self._database.close()
                self._database = None

        self._submit(job)

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        def job() -> None:
            try:
                database = self._open()
                with database:
                    database.execute(statement, values)
            except sqlite3.Error as problem:
                self._report("save", problem)

        self._submit(job)

    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            try:
                self._database = self._connect()
            except sqlite3.DatabaseError as problem:
                if isinstance(problem, sqlite3.OperationalError):
                    raise  # disk full, no permission: the file itself is sound
                log.warning("the call history is damaged (%s); it is set aside and a new one begun", problem)
                self._path.replace(self._path.with_suffix(f".damaged-{int(time.time())}"))
                self._database = self._connect()
        return self._database

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=5)
        self._path.chmod(0o600)
        # WAL with FULL: a row is on the disk once the job is done, whatever kills the process or the machine.
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.executescript(_SCHEMA)
        if "rule" not in {row[1] for row in database.execute("PRAGMA table_info(calls)")}:  # made by version 0.1
            database.execute("ALTER TABLE calls ADD COLUMN rule TEXT NOT NULL DEFAULT ''")
        return database

    def _report(self, what: str, problem: sqlite3.Error) -> None:
        log.warning("call history, %s: %s", what, problem)
        full = "full" in str(problem)
        self._failed("history", Failure(FailureKind.DISK_FULL if full else FailureKind.INTERNAL, detail=str(problem)))


def _entry(row: tuple[object, ...]) -> HistoryEntry:
    call_id, outgoing, user, host, name, started_at, outcome, talk, code, diverted_by, seen, rule = row
    entry = HistoryEntry(
        id=str(call_id),
        outgoing=bool(outgoing),
        remote=Party(str(user), str(host), str(name)),
        started_at=float(str(started_at)),
        outcome=Outcome(outcome) if outcome in set(Outcome) else Outcome.FAILED,
        talk_seconds=float(str(talk)),
        code=int(str(code)),
        diverted_by=str(diverted_by),
        seen=bool(seen),
        rule=str(rule),
    )
    if entry.outcome is Outcome.ONGOING:  # the program ended during it
        return replace(entry, outcome=Outcome.FAILED if entry.outgoing else Outcome.MISSED, seen=entry.outgoing)
    return entry
