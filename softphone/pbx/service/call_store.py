"""The call histories of the extensions: a row for each call that concerned one, newest first."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select

from softphone.pbx.ports import CallRecord
from softphone.pbx.service.background_writer import AfterCommit, BackgroundWriter
from softphone.pbx.service.change_log import moment
from softphone.pbx.service.changes import Changes
from softphone.pbx.service.database import calls
from softphone.pbx.service.journal import Journal

_KEPT_FOR = 400 * 86400.0  # seconds
_CLEARED_EVERY = 500  # records


class CallStore:
    def __init__(
        self, engine: Engine, writer: BackgroundWriter, changes: Changes, journal: Journal, clock: Callable[[], float]
    ) -> None:
        self._reading = engine.execution_options(reading=True)
        self._writer = writer
        self._changes = changes
        self._journal = journal
        self._clock = clock
        self._added = 0

    def add(self, record: CallRecord) -> None:
        """From signalling's thread. A call that concerns no extension is in nobody's history."""
        if not record.extension:
            return
        self._added += 1
        clear = self._added % _CLEARED_EVERY == 1

        def write(connection: Connection) -> AfterCommit:
            made = connection.execute(insert(calls).values(
                extension=record.extension, call_id=record.call_id, started_at=record.started_at,
                value=json.dumps(asdict(record))))
            assert made.inserted_primary_key is not None
            row = str(made.inserted_primary_key[0])
            if clear:
                connection.execute(delete(calls).where(calls.c.started_at < self._clock() - _KEPT_FOR))
            self._journal.add(connection, "calls", record.extension, row)
            return lambda: self._changes.calls_changed(record.extension, row)

        self._writer.put(write)

    def latest(self, extension: str) -> str:
        """The id of the newest row, "" when there is none."""
        query = select(func.max(calls.c.id)).where(calls.c.extension == extension)
        with self._reading.begin() as connection:
            return str(connection.scalar(query) or "")

    def of(self, extension: str, before: int | None, limit: int) -> list[dict[str, Any]]:
        """As the contract writes them; `before` is the id of the oldest row that the caller has."""
        mine = calls.c.extension == extension
        query = select(calls).where(mine if before is None else mine & (calls.c.id < before))
        with self._reading.begin() as connection:
            rows = connection.execute(query.order_by(calls.c.id.desc()).limit(limit)).mappings().all()
        return [_shown(row["id"], extension, json.loads(row["value"])) for row in rows]


def _shown(row: int, extension: str, record: dict[str, Any]) -> dict[str, Any]:
    placed = record["caller"] == extension
    answered_at = record["answered_at"]
    return {
        "id": str(row),
        "call_id": record["call_id"],
        "direction": "outgoing" if placed else "incoming",
        "number": (record["called"] or record["callee"]) if placed else record["caller"],
        "name": "" if placed else record["caller_name"],
        "called": record["called"],
        "started_at": moment(record["started_at"]),
        "answered_at": None if answered_at is None else moment(answered_at),
        "ended_at": moment(record["ended_at"]),
        "seconds": 0.0 if answered_at is None else round(max(0.0, record["ended_at"] - answered_at), 1),
        "reason": record["reason"],
        "rule": record["rule"],
        "forwarded_by": list(record["forwarded_by"]),
        "answered_device": record["answered_device"],
        "caller_id": record["shown"] or None,
    }
