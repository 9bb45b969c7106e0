"""The extension documents: read, patched under their ETag, and shown with the devices of the moment."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from softphone.extension.document import Fault, merge_patch
from softphone.extension.settings import Settings
from softphone.extension.validation import change_faults, faults, refused_changes
from softphone.pbx.ports import Extension
from softphone.pbx.service.change_log import Author, changed_pointers, changes_since, keep_changes, moment
from softphone.pbx.service.changes import Changes
from softphone.pbx.service.database import devices, extensions, one, usage
from softphone.pbx.service.journal import Journal
from softphone.pbx.service.months import Months
from softphone.pbx.service.refusals import Conflict, Invalid, Locked, NoExtension
from softphone.pbx.service.settings_memory import usage_shown
from softphone.pbx.service.subscribers import SubscriberCache

Document = dict[str, Any]
_IN_THE_DIRECTORY = ("label", "dnd", "forwarding", "call_group")


class ExtensionStore:
    """`writing` is the lock that every writer of the database shares."""

    def __init__(
        self, engine: Engine, writing: threading.RLock, subscribers: SubscriberCache, changes: Changes,
        journal: Journal, months: Months, clock: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reading=True)
        self._writing = writing
        self._subscribers = subscribers
        self._changes = changes
        self._journal = journal
        self._months = months
        self._clock = clock

    def load(self) -> None:
        """Fill the memory that signalling reads."""
        with self._reading.begin() as connection:
            keys = connection.scalars(select(extensions.c.key)).all()
        for key in keys:
            self.reload(key)

    def reload(self, key: str) -> None:
        """Read one extension and its devices again: another process has changed them."""
        with self._reading.begin() as connection:
            row = one(connection, select(extensions).where(extensions.c.key == key))
            device_rows = connection.execute(select(devices).where(devices.c.extension == key)).mappings().all()
            seconds = self._seconds(connection, key)
        memory = self._subscribers.memory
        for gone in {*memory.device_ids(key)} - {device["id"] for device in device_rows}:
            self._subscribers.drop_device(gone)
        for device in device_rows:
            self._subscribers.put_device(dict(device))
        if row is None:
            self._subscribers.drop_extension(key)
            return
        memory.put_usage(key, self._months.current(), seconds)
        self._publish(key, json.loads(row["document"]), row["mailbox_new"], row["mailbox_old"])

    def ensure(self, settings: Settings) -> bool:
        """Make the extension, when it is not there; what a person has changed since is left alone."""
        document = settings.to_json() | {"devices": []}
        wrong = faults(document, self._subscribers.memory.group_keys())
        if wrong:
            raise Invalid(wrong)
        with self._writing, self._engine.begin() as connection:
            if connection.scalar(select(extensions.c.key).where(extensions.c.key == settings.key)) is not None:
                return False
            connection.execute(insert(extensions).values(
                key=settings.key, document=json.dumps(document), version=1, mailbox_new=0, mailbox_old=0))
            self._journal.add(connection, "extension", settings.key, etag(settings.key, 1))
            self._journal.add(connection, "directory")
        self._publish(settings.key, document, 0, 0)
        self._changes.directory_changed()
        return True

    def get(self, key: str, this_device: str | None = None) -> tuple[Document, str]:
        """The document and its ETag, which does not follow `last_seen`."""
        with self._reading.begin() as connection:
            document, version = self._stored(connection, key)
            return document | {"devices": list_devices(connection, key, this_device)}, etag(key, version)

    def all(self) -> list[Document]:
        """Every document, without devices and usage; ordered by key."""
        with self._reading.begin() as connection:
            rows = connection.scalars(select(extensions.c.document).order_by(extensions.c.key)).all()
        return [json.loads(row) for row in rows]

    def changes_since(self, key: str, tags: Collection[str]) -> list[dict[str, Any]]:
        """Who changed what since the version of the ETag; everything that is remembered when it names none."""
        with self._reading.begin() as connection:
            return changes_since(connection, key, _version_of(key, tags))

    def patch(
        self, key: str, patch: Any, if_match: Collection[str], this_device: str | None, author: Author | None = None
    ) -> tuple[Document, str]:
        """Apply a person's merge patch to the version named by `if_match` ("*" is any), whole or not at all."""
        if not isinstance(patch, dict):
            raise Invalid([Fault("", "type", "This must be an object.")])
        with self._writing, self._engine.begin() as connection:
            stored, version = self._stored(connection, key)
            if "*" not in if_match and etag(key, version) not in if_match:
                raise Conflict(changes_since(connection, key, _version_of(key, if_match)))
            before = stored | {"devices": list_devices(connection, key, this_device)}
            after = merge_patch(before, patch)
            refused = refused_changes(before, after)
            if refused:
                raise Locked(refused)
            after = self._checked(before, after)
            if after == before:
                return before, etag(key, version)
            tag = self._save(connection, key, before, after, version, author or Author(""))
        self._tell(key, before, after, tag)
        return after, tag

    def check(self, key: str, change: Callable[[Document], Document]) -> None:
        """Raises what `change` would, and changes nothing."""
        before, _ = self.get(key)
        self._checked(before, change(json.loads(json.dumps(before))))

    def change(self, key: str, change: Callable[[Document], Document], author: Author) -> tuple[Document, str]:
        """What only an administrator may do: nothing is locked, and the whole is still checked."""
        with self._writing, self._engine.begin() as connection:
            before, version = self._stored(connection, key, for_update=True)
            before |= {"devices": list_devices(connection, key)}
            after = self._checked(before, change(json.loads(json.dumps(before))))
            if after == before:
                return before, etag(key, version)
            tag = self._save(connection, key, before, after, version, author)
        self._tell(key, before, after, tag)
        return after, tag

    def touch(self, connection: Connection, key: str) -> str:
        """The devices or the usage of the extension have changed: a new version, whose ETag is returned.

        Last in its transaction: the journal's lock, that everybody waits for, comes with it.
        """
        connection.execute(
            update(extensions).where(extensions.c.key == key).values(version=extensions.c.version + 1)
        )
        version = connection.scalar(select(extensions.c.version).where(extensions.c.key == key))
        tag = etag(key, version or 0)
        self._journal.add(connection, "extension", key, tag)
        return tag

    def set_mailbox(self, key: str, new: int, old: int) -> None:
        with self._writing, self._engine.begin() as connection:
            document, _ = self._stored(connection, key)
            connection.execute(
                update(extensions).where(extensions.c.key == key).values(mailbox_new=new, mailbox_old=old)
            )
            self._journal.add(connection, "mailbox", key, f"{new} {old}")
        self._publish(key, document, new, old)

    def _stored(self, connection: Connection, key: str, *, for_update: bool = False) -> tuple[Document, int]:
        query = select(extensions).where(extensions.c.key == key)
        row = one(connection, query.with_for_update() if for_update else query)
        if row is None:
            raise NoExtension
        document = json.loads(row["document"])
        document["usage_limit"] = usage_shown(document["usage_limit"], self._seconds(connection, key), self._months)
        return document, row["version"]

    def _seconds(self, connection: Connection, key: str) -> float:
        this_month = (usage.c.extension == key) & (usage.c.month == self._months.current())
        return connection.scalar(select(usage.c.seconds).where(this_month)) or 0.0

    def _checked(self, before: Document, after: Document) -> Document:
        """Every member is there again afterwards: those that a patch removed are null."""
        memory = self._subscribers.memory
        groups, now = memory.group_keys(), datetime.fromtimestamp(self._clock(), timezone.utc)
        wrong = list(change_faults(before, after, groups, now=now, known=memory.known_keys()))
        if not wrong and after.get("outbound_rule") not in (None, before["outbound_rule"], *memory.rule_ids()):
            wrong.append(Fault("/outbound_rule", "unknown", "There is no such outbound rule."))
        if wrong:
            raise Invalid(wrong)
        return Settings.from_json(after).to_json()

    def _save(
        self, connection: Connection, key: str, before: Document, after: Document, version: int, author: Author
    ) -> str:
        """Another process may have been faster in spite of our lock: then nothing matches."""
        kept = json.dumps(after | {"devices": []})
        changed = connection.execute(
            update(extensions)
            .where((extensions.c.key == key) & (extensions.c.version == version))
            .values(document=kept, version=version + 1)
        )
        if changed.rowcount != 1:
            raise Conflict(changes_since(connection, key, version))
        keep_changes(connection, key, version + 1, changed_pointers(before, after), author, self._clock())
        self._journal.add(connection, "extension", key, etag(key, version + 1))
        if _shows_in_the_directory(before, after):
            self._journal.add(connection, "directory")
        return etag(key, version + 1)

    def _tell(self, key: str, before: Document, after: Document, tag: str) -> None:
        mailbox = self._subscribers.extension(key)
        self._publish(key, after, mailbox.mailbox_new if mailbox else 0, mailbox.mailbox_old if mailbox else 0)
        self._changes.extension_changed(key, tag)
        if _shows_in_the_directory(before, after):
            self._changes.directory_changed()

    def _publish(self, key: str, document: Document, new: int, old: int) -> None:
        shown = document["caller_id"]
        allowed = shown["assigned"] or shown["numbers"]
        number = shown["number"] or (allowed[0] if allowed else None)
        self._subscribers.memory.put_document(key, document)
        self._subscribers.put_extension(Extension(key, document["label"], number, new, old))


def _shows_in_the_directory(before: Document, after: Document) -> bool:
    return any(before[name] != after[name] for name in _IN_THE_DIRECTORY)


def etag(key: str, version: int) -> str:
    return f'"{key}-{version}"'


def _version_of(key: str, tags: Collection[str]) -> int:
    """The newest version that the ETags name; 0 when they name none."""
    numbers = [tag.removeprefix(f'"{key}-').removesuffix('"') for tag in tags if tag.startswith(f'"{key}-')]
    return max((int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 10),
               default=0)


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
