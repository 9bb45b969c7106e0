"""Talk time outside and the device used last: known at once, written behind."""

from __future__ import annotations

import threading
from functools import partial

from sqlalchemy import Connection, Engine, delete, insert, select, update

from softphone.pbx.service.background_writer import AfterCommit, BackgroundWriter
from softphone.pbx.service.changes import Changes
from softphone.pbx.service.database import last_used, usage
from softphone.pbx.service.extension_store import ExtensionStore
from softphone.pbx.service.journal import Journal
from softphone.pbx.service.months import Months
from softphone.pbx.service.settings_memory import SettingsMemory


class UsageStore:
    def __init__(
        self, engine: Engine, writing: threading.RLock, writer: BackgroundWriter, memory: SettingsMemory,
        documents: ExtensionStore, changes: Changes, journal: Journal, months: Months,
    ) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reading=True)
        self._writing = writing
        self._writer = writer
        self._memory = memory
        self._documents = documents
        self._changes = changes
        self._journal = journal
        self._months = months
        self._month = months.current()

    def load(self) -> None:
        with self._reading.begin() as connection:
            for row in connection.execute(select(last_used)).mappings():
                self._memory.put_last_used(row["extension"], row["device_type"])

    def add(self, key: str, seconds: float) -> None:
        """From signalling's thread, while a call goes on and at its end."""
        if seconds <= 0 or self._memory.settings(key) is None:
            return
        month = self._memory.add_usage(key, seconds)

        def write(connection: Connection) -> AfterCommit:
            mine = (usage.c.extension == key) & (usage.c.month == month)
            counted = connection.execute(update(usage).where(mine).values(seconds=usage.c.seconds + seconds))
            if counted.rowcount == 0:
                connection.execute(insert(usage).values(extension=key, month=month, seconds=seconds))
            tag = self._documents.touch(connection, key)
            return lambda: self._changes.extension_changed(key, tag)

        self._writer.put(write)

    def device_used(self, key: str, device_id: str) -> None:
        device_type = self._memory.device_type(key, device_id)
        if device_type is None or not self._memory.put_last_used(key, device_type):
            return

        def write(connection: Connection) -> None:
            connection.execute(delete(last_used).where(last_used.c.extension == key))
            connection.execute(insert(last_used).values(extension=key, device_type=device_type))
            self._journal.add(connection, "last_used", key, device_type)

        self._writer.put(write)

    def reset(self, key: str) -> None:
        """Nothing is used this month: an administrator says so."""
        month = self._months.current()
        with self._writing, self._engine.begin() as connection:
            connection.execute(delete(usage).where((usage.c.extension == key) & (usage.c.month == month)))
            tag = self._documents.touch(connection, key)
        self._memory.put_usage(key, month, 0.0)
        self._changes.extension_changed(key, tag)

    def month_turned(self) -> None:
        """Called now and then: on the first of a month every counter that open panels show is zero again."""
        month = self._months.current()
        if month == self._month:
            return
        before, self._month = self._month, month
        with self._reading.begin() as connection:
            keys = connection.scalars(select(usage.c.extension).where(usage.c.month == before)).all()
        for key in keys:
            self._writer.put(partial(self._turned, key))

    def _turned(self, key: str, connection: Connection) -> AfterCommit:
        tag = self._documents.touch(connection, key)
        return lambda: self._changes.extension_changed(key, tag)
