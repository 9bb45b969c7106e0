"""Call groups: a key of the directory whose calls ring its members, each on one device."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, delete, insert, select

from softphone.extension.call_rules import FIXED_ORDER
from softphone.extension.document import Fault
from softphone.extension.settings import KEY
from softphone.pbx.service.change_log import Author
from softphone.pbx.service.changes import Changes
from softphone.pbx.service.database import directory, group_members
from softphone.pbx.service.extension_store import ExtensionStore
from softphone.pbx.service.journal import Journal
from softphone.pbx.service.refusals import Invalid, NotFound
from softphone.pbx.service.settings_memory import SettingsMemory

MEMBERS_AT_MOST = 100


@dataclass(frozen=True)
class CallGroup:
    key: str
    label: str
    members: tuple[str, ...]


class GroupStore:
    def __init__(
        self, engine: Engine, writing: threading.RLock, memory: SettingsMemory, documents: ExtensionStore,
        changes: Changes, journal: Journal,
    ) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reading=True)
        self._writing = writing
        self._memory = memory
        self._documents = documents
        self._changes = changes
        self._journal = journal

    def load(self) -> None:
        """The memory that routing reads; whoever is in the directory without settings, too."""
        self._memory.put_groups({group.key: group.members for group in self.all()})
        with self._reading.begin() as connection:
            self._memory.put_others(connection.scalars(select(directory.c.key)).all())

    def all(self) -> list[CallGroup]:
        with self._reading.begin() as connection:
            labels = connection.execute(
                select(directory).where(directory.c.kind == "group").order_by(directory.c.key)
            ).mappings().all()
            rows = connection.execute(select(group_members).order_by(group_members.c.place)).mappings().all()
        return [
            CallGroup(row["key"], row["label"], tuple(one["member"] for one in rows if one["group_key"] == row["key"]))
            for row in labels
        ]

    def ensure(self, group: CallGroup, author: Author) -> None:
        """Make the group when it is not there; what an administrator has changed since is left alone."""
        if group.key not in self._memory.group_keys():
            self.put(group, author)

    def put(self, group: CallGroup, author: Author) -> None:
        """Make or replace a group. Raises Invalid when the key is taken, or a member's settings forbid it."""
        self._check(group)
        joining = self._with_settings(group.members)
        for member in joining:
            self._documents.check(member, lambda document: self._joined(document, group.key))
        former = set(self._memory.group_members(group.key)) - set(group.members)
        with self._writing, self._engine.begin() as connection:
            for table, column in ((directory, directory.c.key), (group_members, group_members.c.group_key)):
                connection.execute(delete(table).where(column == group.key))
            connection.execute(
                insert(directory).values(key=group.key, label=group.label, kind="group", presence=None))
            for place, member in enumerate(group.members):
                connection.execute(insert(group_members).values(group_key=group.key, member=member, place=place))
            self._journal.add(connection, "directory")
        self.load()
        for member in joining:
            self._documents.change(member, lambda document: self._joined(document, group.key), author)
        for member in self._with_settings(former):
            self._documents.change(member, lambda document: document | {"call_group": None}, author)
        self._changes.directory_changed()

    def remove(self, key: str, author: Author) -> None:
        members = self._memory.group_members(key)
        with self._writing, self._engine.begin() as connection:
            is_group = (directory.c.key == key) & (directory.c.kind == "group")
            if connection.execute(delete(directory).where(is_group)).rowcount == 0:
                raise NotFound
            connection.execute(delete(group_members).where(group_members.c.group_key == key))
            self._journal.add(connection, "directory")
        self.load()
        for member in self._with_settings(members):
            self._documents.change(member, lambda document: document | {"call_group": None}, author)
        self._changes.directory_changed()

    def _check(self, group: CallGroup) -> None:
        wrong: str | None = None
        if not re.fullmatch(KEY, group.key):
            wrong = "A group's key is written in digits, like 600."
        elif self._memory.settings(group.key) is not None:
            wrong = f"{group.key} is an extension already."
        elif not group.members or len(group.members) > MEMBERS_AT_MOST:
            wrong = f"A group has 1 to {MEMBERS_AT_MOST} members."
        elif len(set(group.members)) != len(group.members):
            wrong = "Each member can be listed once."
        else:
            for member in group.members:
                settings = self._memory.settings(member)
                if member not in self._memory.known_keys() or member in self._memory.group_keys():
                    wrong = f"There is no extension {member}."
                elif settings is not None and settings.call_group not in (None, group.key):
                    wrong = f"Extension {member} is a member of group {settings.call_group} already."
        if wrong:
            raise Invalid([Fault("", "group", wrong)])

    def _with_settings(self, keys: Iterable[str]) -> list[str]:
        """Others, like robots, are in the directory only."""
        return [key for key in keys if self._memory.settings(key) is not None]

    def _joined(self, document: dict[str, Any], group: str) -> dict[str, Any]:
        """A member rings one device: the one it used last, else the first kind of those chosen."""
        chosen = document["ring_devices"]
        if len(chosen) > 1:
            last = self._memory.last_used(document["key"])
            there = [device["type"] for device in document["devices"] if device["type"] in chosen]
            chosen = [last] if last in chosen else sorted(there or chosen, key=FIXED_ORDER.index)[:1]
        return document | {"call_group": group, "ring_devices": chosen}
