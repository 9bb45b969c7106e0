"""Who changed which setting, and when: so that whoever is refused as too late can be told by whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from softphone.extension.document import pointer
from softphone.pbx.service.database import setting_changes

_VERSIONS_KEPT = 500
_LONGEST_POINTER = 200


@dataclass(frozen=True)
class Author:
    """A person by name, and the name of the device they changed it on."""

    name: str
    device: str | None = None


THE_PHONE_SYSTEM = Author("The phone system")


def changed_pointers(before: Any, after: Any) -> list[str]:
    """The members that differ. An array counts as one, as a merge patch replaces it whole."""
    return list(_differences(before, after, ""))


def keep_changes(
    connection: Connection, key: str, version: int, pointers: Iterable[str], author: Author, now: float
) -> None:
    for changed in pointers:
        connection.execute(insert(setting_changes).values(
            extension=key, version=version, pointer=changed[:_LONGEST_POINTER], changed_by=author.name,
            device=author.device, at=now))
    old = (setting_changes.c.extension == key) & (setting_changes.c.version < version - _VERSIONS_KEPT)
    connection.execute(delete(setting_changes).where(old))


def changes_since(connection: Connection, key: str, version: int) -> list[dict[str, Any]]:
    """As the contract writes them: the last change of each member after that version, the newest first."""
    rows = connection.execute(
        select(setting_changes)
        .where((setting_changes.c.extension == key) & (setting_changes.c.version > version))
        .order_by(setting_changes.c.version.desc(), setting_changes.c.pointer)
    ).mappings()
    latest: dict[str, dict[str, Any]] = {}
    for row in rows:
        latest.setdefault(row["pointer"], {
            "pointer": row["pointer"], "changed_by": row["changed_by"], "device": row["device"],
            "changed_at": moment(row["at"]),
        })
    return list(latest.values())


def moment(at: float) -> str:
    """RFC 3339, in UTC."""
    return datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="seconds")


def _differences(before: Any, after: Any, at: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            yield from _differences(before.get(name), after.get(name), at + pointer(name))
    elif before != after:
        yield at
