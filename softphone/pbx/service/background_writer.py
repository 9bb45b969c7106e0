"""Writes that signalling must not wait for: in order, on one thread, again until the database takes them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

_log = logging.getLogger(__name__)
_RETRY_AFTER = 1.0  # seconds; a full disk or a lost database must not spin
_WAITING_AT_MOST = 100_000

#: What is to be told once the write is committed, or None.
AfterCommit = Callable[[], object] | None
Job = Callable[[Connection], AfterCommit]


class BackgroundWriter:
    """`writing` is the lock that every writer of the database shares."""

    def __init__(self, engine: Engine, writing: threading.RLock) -> None:
        self._engine = engine
        self._batches = engine.dialect.name == "sqlite"
        self._database = writing
        self._jobs: list[Job] = []
        self._changed = threading.Condition()
        self._busy = False
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="background-writer", daemon=True)
        self._thread.start()

    def put(self, job: Job) -> None:
        with self._changed:
            if len(self._jobs) >= _WAITING_AT_MOST:
                _log.error("the database takes nothing: the oldest write is lost")
                del self._jobs[0]
            self._jobs.append(job)
            self._changed.notify_all()

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait until everything put so far is in the database."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._jobs and not self._busy, timeout)

    def close(self) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(10.0)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs or self._closing)
                if not self._jobs:
                    return
                batch, self._jobs, self._busy = self._jobs, [], True
            rest = self._write_all(batch)
            with self._changed:
                self._jobs = rest + self._jobs
                self._busy = False
                self._changed.notify_all()
                if rest and (self._closing or self._changed.wait_for(lambda: self._closing, _RETRY_AFTER)):
                    _log.error("%d writes are lost: the database took none of them", len(self._jobs))
                    return

    def _write_all(self, batch: list[Job]) -> list[Job]:
        """One transaction for all; when that is refused, one each, so that a bad one stands in nobody's way.

        Where rows are locked one by one (PostgreSQL), each has its own: two processes could wait for each other.
        """
        if self._batches:
            try:
                self._write(batch)
                return []
            except Exception:
                _log.info("a batch of %d writes is tried one by one", len(batch), exc_info=True)
        for index, job in enumerate(batch):
            try:
                self._write([job])
            except (OperationalError, OSError) as error:
                _log.warning("%d writes wait for the database: %s", len(batch) - index, type(error).__name__)
                return batch[index:]
            except Exception as error:
                if isinstance(error, DBAPIError) and error.connection_invalidated:
                    return batch[index:]
                _log.exception("a write was refused, and is left out")
        return []

    def _write(self, jobs: list[Job]) -> None:
        with self._database, self._engine.begin() as connection:
            told = [job(connection) for job in jobs]
        for tell in told:
            if tell is not None:
                try:
                    tell()
                except Exception:
                    _log.exception("a change that is saved could not be told")
