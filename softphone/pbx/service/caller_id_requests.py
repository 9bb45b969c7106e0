"""Requests for a new caller ID: a person asks, an administrator answers, and the person sees the answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, func, insert, select, update

from softphone.extension.document import Fault
from softphone.pbx.service.change_log import Author, moment
from softphone.pbx.service.database import caller_id_requests as requests
from softphone.pbx.service.database import one
from softphone.pbx.service.extension_store import ExtensionStore
from softphone.pbx.service.refusals import Invalid, NotFound

OPEN_AT_MOST = 20


class CallerIdRequests:
    def __init__(
        self, engine: Engine, writing: threading.RLock, documents: ExtensionStore, clock: Callable[[], float]
    ) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reading=True)
        self._writing = writing
        self._documents = documents
        self._clock = clock

    def ask(self, extension: str, email: str, number: str, note: str) -> dict[str, Any]:
        """A number that is being checked already is not asked for twice: its note is renewed."""
        document, _ = self._documents.get(extension)
        if number in document["caller_id"]["numbers"]:
            raise Invalid([Fault("/number", "yours-already", "This number is one of your caller IDs already.")])
        mine_open = (requests.c.extension == extension) & (requests.c.state == "checking")
        with self._writing, self._engine.begin() as connection:
            same = one(connection, select(requests).where(mine_open & (requests.c.number == number)))
            if same is not None:
                connection.execute(update(requests).where(requests.c.id == same["id"]).values(note=note))
                return _shown(same | {"note": note})
            if (connection.scalar(select(func.count()).select_from(requests).where(mine_open)) or 0) >= OPEN_AT_MOST:
                detail = f"{OPEN_AT_MOST} requests are being checked already."
                raise Invalid([Fault("", "too-many", detail)])
            row = {
                "extension": extension, "email": email, "number": number, "note": note, "state": "checking",
                "reason": "", "asked_at": self._clock(),
            }
            made = connection.execute(insert(requests).values(row))
            assert made.inserted_primary_key is not None
            return _shown(row | {"id": made.inserted_primary_key[0]})

    def of(self, extension: str | None = None) -> list[dict[str, Any]]:
        """The newest first; everybody's for None."""
        query = select(requests).order_by(requests.c.id.desc()).limit(1000)
        with self._reading.begin() as connection:
            rows = connection.execute(
                query if extension is None else query.where(requests.c.extension == extension)
            ).mappings().all()
        return [_shown(dict(row)) for row in rows]

    def answer(self, request_id: int, ready: bool, reason: str, author: Author) -> dict[str, Any]:
        """Ready: the number is among the extension's from now on."""
        with self._writing, self._engine.begin() as connection:
            row = one(connection, select(requests).where(requests.c.id == request_id).with_for_update())
            if row is None:
                raise NotFound
            if row["state"] != "checking":
                raise Invalid([Fault("", "answered", "This request has been answered already.")])
            answered = {"state": "ready" if ready else "refused", "reason": reason}
            connection.execute(update(requests).where(requests.c.id == request_id).values(answered))

        def add(document: dict[str, Any]) -> dict[str, Any]:
            shown = document["caller_id"]
            numbers = list(dict.fromkeys([*shown["numbers"], row["number"]]))
            usable = shown["mode"] == "fixed" and not shown["number"] and not shown["assigned"]
            number = row["number"] if usable else shown["number"]
            return document | {"caller_id": shown | {"numbers": numbers, "number": number}}

        if ready:
            self._documents.change(row["extension"], add, author)
        return _shown(row | answered)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(row["id"]), "extension": row["extension"], "number": row["number"], "note": row["note"],
        "state": row["state"], "reason": row["reason"], "asked_at": moment(row["asked_at"]),
    }
