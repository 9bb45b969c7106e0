"""Settings that an administrator makes for a time only, like debug mode until tomorrow."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Engine, delete, insert, select

from softphone.extension.document import merge_patch
from softphone.pbx.service.change_log import THE_PHONE_SYSTEM
from softphone.pbx.service.database import timed_changes as table
from softphone.pbx.service.extension_store import ExtensionStore
from softphone.pbx.service.refusals import Refusal

_log = logging.getLogger(__name__)


class TimedChanges:
    """`run_due` is called now and then by the phone system that runs; what fell due meanwhile happens at its start."""

    def __init__(
        self, engine: Engine, writing: threading.RLock, documents: ExtensionStore, clock: Callable[[], float]
    ) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reading=True)
        self._writing = writing
        self._documents = documents
        self._clock = clock

    def put(self, key: str, pointer: str, value: Any, at: float | None) -> None:
        """At that time the member gets that value; None forgets what was to happen."""
        mine = (table.c.extension == key) & (table.c.pointer == pointer)
        with self._writing, self._engine.begin() as connection:
            connection.execute(delete(table).where(mine))
            if at is not None:
                connection.execute(insert(table).values(extension=key, pointer=pointer, value=json.dumps(value), at=at))

    def run_due(self) -> None:
        with self._reading.begin() as connection:
            due = connection.execute(select(table).where(table.c.at <= self._clock())).mappings().all()
        for row in due:
            patch = json.loads(row["value"])
            for name in reversed(row["pointer"].split("/")[1:]):
                patch = {name: patch}
            try:
                self._documents.change(row["extension"], partial(_patched, patch), THE_PHONE_SYSTEM)
            except Refusal:
                _log.exception("%s of %s could not be changed at its time", row["pointer"], row["extension"])
            self.put(row["extension"], row["pointer"], None, None)


def _patched(patch: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    merged: dict[str, Any] = merge_patch(document, patch)
    return merged
