"""What changed, for the other processes that have the same database open: an administrator's command, another node.

Memory answers signalling, and streams tell open panels; both must learn of what somebody else wrote. A row is added in
the transaction that makes the change. Its id is drawn under a lock of the database, so that ids become visible in
their order, and nobody who reads on from the last one misses any.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from softphone.pbx.service.database import journal, meta, one

Kind = Literal[
    "extension", "mailbox", "calls", "voicemail", "directory", "rules", "last_used", "device_gone", "session_ended",
]  # fmt: skip

_HEAD = "journal-head"
_KEPT = 86400.0  # seconds; whoever slept longer reads everything anew


@dataclass(frozen=True)
class Entry:
    id: int
    kind: str
    subject: str  # an extension, a device, a session
    value: str


class Journal:
    def __init__(self, engine: Engine, clock: Callable[[], float]) -> None:
        self._engine = engine.execution_options(reading=True)
        self._clock = clock
        self._origin = secrets.token_hex(8)
        with engine.begin() as connection:
            if one(connection, select(meta).where(meta.c.name == _HEAD)) is None:
                connection.execute(insert(meta).values(name=_HEAD, value="0"))

    def add(self, connection: Connection, kind: Kind, subject: str = "", value: str = "") -> None:
        head = select(meta.c.value).where(meta.c.name == _HEAD).with_for_update()
        number = int(connection.scalar(head) or 0) + 1
        connection.execute(update(meta).where(meta.c.name == _HEAD).values(value=str(number)))
        now = self._clock()
        connection.execute(insert(journal).values(
            id=number, origin=self._origin, kind=kind, subject=subject, value=value, at=now))
        if number % 100 == 0:
            connection.execute(delete(journal).where(journal.c.at < now - _KEPT))

    def head(self) -> int:
        with self._engine.begin() as connection:
            return connection.scalar(select(func.max(journal.c.id))) or 0

    def since(self, after: int) -> tuple[list[Entry], int]:
        """What others wrote after that id, in order, and the id to read on from."""
        with self._engine.begin() as connection:
            query = select(journal).where(journal.c.id > after).order_by(journal.c.id)
            rows = connection.execute(query).mappings().all()
        others = [
            Entry(row["id"], row["kind"], row["subject"], row["value"]) for row in rows if row["origin"] != self._origin
        ]
        return others, rows[-1]["id"] if rows else after
