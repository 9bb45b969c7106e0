"""The extension documents: read, patched under their ETag, and shown with the devices of the moment."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection
from datetime import date, datetime, timezone
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from softphone.extension.document import Fault, merge_patch
from softphone.extension.settings import Settings
from softphone.extension.validation import faults, refused_changes
from softphone.pbx.ports import Extension
from softphone.pbx.service.changes import Changes
from softphone.pbx.service.database import devices, extensions, one
from softphone.pbx.service.refusals import Conflict, Invalid, Locked, NoExtension
from softphone.pbx.service.subscribers import SubscriberCache

Document = dict[str, Any]


class ExtensionStore:
    """`writing` is the lock that every writer of the database shares."""

    def __init__(
        self, engine: Engine, writing: threading.RLock, subscribers: SubscriberCache, changes: Changes,
        clock: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reading=True)
        self._writing = writing
        self._subscribers = subscribers
        self._changes = changes
        self._clock = clock

    def load(self) -> None:
        """Fill the memory that signalling reads."""
        with self._reading.begin() as connection:
            for row in connection.execute(select(extensions)).mappings():
                self._publish(row["key"], json.loads(row["document"]), row["mailbox_new"], row["mailbox_old"])
            for row in connection.execute(select(devices)).mappings():
                self._subscribers.put_device(dict(row))

    def ensure(self, settings: Settings) -> None:
        """Make the extension, when it is not there; what a person has changed since is left alone."""
        document = settings.to_json() | {"devices": []}
        wrong = faults(document)
        if wrong:
            raise Invalid(wrong)
        with self._writing, self._engine.begin() as connection:
            if connection.scalar(select(extensions.c.key).where(extensions.c.key == settings.key)) is not None:
                return
            connection.execute(insert(extensions).values(
                key=settings.key, document=json.dumps(document), version=1, mailbox_new=0, mailbox_old=0))
        self._publish(settings.key, document, 0, 0)
        self._changes.directory_changed()

    def get(self, key: str, this_device: str | None = None) -> tuple[Document, str]:
        """The document and its ETag, which does not follow `last_seen`."""
        with self._reading.begin() as connection:
            document, version = self._stored(connection, key)
            return document | {"devices": list_devices(connection, key, this_device)}, etag(key, version)

    def all(self) -> list[Document]:
        """Every document, without devices; ordered by key."""
        with self._reading.begin() as connection:
            rows = connection.scalars(select(extensions.c.document).order_by(extensions.c.key)).all()
        return [json.loads(row) for row in rows]

    def patch(
        self, key: str, patch: Any, if_match: Collection[str], this_device: str | None, groups: Collection[str] = ()
    ) -> tuple[Document, str]:
        """Apply a person's merge patch to the version named by `if_match` ("*" is any), whole or not at all."""
        if not isinstance(patch, dict):
            raise Invalid([Fault("", "type", "This must be an object.")])
        with self._writing, self._engine.begin() as connection:
            stored, version = self._stored(connection, key)
            if "*" not in if_match and etag(key, version) not in if_match:
                raise Conflict
            before = stored | {"devices": list_devices(connection, key, this_device)}
            after = merge_patch(before, patch)
            refused = refused_changes(before, after)
            if refused:
                raise Locked(refused)
            wrong = faults(after, groups)
            if wrong:
                raise Invalid(wrong)
            after = Settings.from_json(after).to_json()  # members that the patch removed are null again
            if after == before:
                return before, etag(key, version)
            self._save(connection, key, after, version)
            mailbox = self._subscribers.extension(key)
        self._publish(key, after, mailbox.mailbox_new if mailbox else 0, mailbox.mailbox_old if mailbox else 0)
        self._changes.extension_changed(key, etag(key, version + 1))
        if any(before[name] != after[name] for name in ("label", "dnd", "forwarding")):
            self._changes.directory_changed()
        return after, etag(key, version + 1)

    def touch(self, connection: Connection, key: str) -> str:
        """The devices of the extension have changed: a new version, whose ETag is returned."""
        connection.execute(
            update(extensions).where(extensions.c.key == key).values(version=extensions.c.version + 1)
        )
        version = connection.scalar(select(extensions.c.version).where(extensions.c.key == key))
        return etag(key, version or 0)

    def set_mailbox(self, key: str, new: int, old: int) -> None:
        with self._writing, self._engine.begin() as connection:
            document, _ = self._stored(connection, key)
            connection.execute(
                update(extensions).where(extensions.c.key == key).values(mailbox_new=new, mailbox_old=old)
            )
        self._publish(key, document, new, old)

    def _stored(self, connection: Connection, key: str) -> tuple[Document, int]:
        row = one(connection, select(extensions).where(extensions.c.key == key))
        if row is None:
            raise NoExtension
        document = json.loads(row["document"])
        document["usage_limit"]["resets_on"] = first_of_next_month(self._clock()).isoformat()
        return document, row["version"]

    def _save(self, connection: Connection, key: str, document: Document, version: int) -> None:
        """Another process may have been faster in spite of our lock: then nothing matches."""
        changed = connection.execute(
            update(extensions)
            .where((extensions.c.key == key) & (extensions.c.version == version))
            .values(document=json.dumps(document | {"devices": []}), version=version + 1)
        )
        if changed.rowcount != 1:
            raise Conflict

    def _publish(self, key: str, document: Document, new: int, old: int) -> None:
        shown = document["caller_id"]
        allowed = shown["assigned"] or shown["numbers"]
        number = shown["number"] or (allowed[0] if allowed else None)
        self._subscribers.put_extension(Extension(key, document["label"], number, new, old))


def etag(key: str, version: int) -> str:
    return f'"{key}-{version}"'


def list_devices(connection: Connection, key: str, this_device: str | None = None) -> list[Document]:
    rows = connection.execute(
        select(devices).where(devices.c.extension == key).order_by(devices.c.activated_at, devices.c.id)
    ).mappings()
    return [
        {
            "id": row["id"], "type": row["type"], "name": row["name"], "mac": row["mac"], "activated": True,
            "this_device": row["id"] == this_device, "last_seen": moment(row["last_seen"]),
        }
        for row in rows
    ]


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="seconds")


def first_of_next_month(at: float) -> date:
    today = datetime.fromtimestamp(at, timezone.utc).date()
    return date(today.year + today.month // 12, today.month % 12 + 1, 1)
