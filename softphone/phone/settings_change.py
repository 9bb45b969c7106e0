"""Changes of a settings document that are not saved yet, member by member. Pure."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from softphone.extension.document import Json, merge_patch, pointer, value_at
from softphone.phone.failure import Failure
from softphone.phone.kept_settings import KeptChange, KeptSettings

#: Never written to the disk.
_SECRET = "/passcode"


class SettingState(str, Enum):
    """How a setting stands, the better ones first: a group of settings stands as its worst."""

    SAVED = "saved"
    PENDING = "pending"  # on its way to the service
    WAITING = "waiting"  # offline: will be saved when the service is reached again
    REFUSED = "refused"  # not saved; `failure` says why
    CONFLICT = "conflict"  # somebody else has changed the same setting meanwhile


@dataclass
class Change:
    """One member's new value. `base` is the saved value it was made on; changes of one `group` were asked together."""

    value: Json
    base: Json
    group: int
    state: SettingState = SettingState.PENDING
    failure: Failure | None = None
    collisions: int = field(default=0, compare=False)


def leaves(patch: Mapping[str, Json], document: Json, where: str = "") -> dict[str, Json]:
    """The members that a merge patch sets, by JSON Pointer. What replaces no object in `document` is set whole."""
    found: dict[str, Json] = {}
    for name, value in patch.items():
        at = where + pointer(name)
        if isinstance(value, dict) and isinstance(value_at(document, at), dict):
            found.update(leaves(value, document, at))
        else:
            found[at] = copy.deepcopy(value)
    return found


def patch_of(members: Mapping[str, Json]) -> dict[str, Any]:
    """The merge patch that sets these members, the later ones last."""
    patch: dict[str, Any] = {}
    for where, value in members.items():
        *path, last = [part.replace("~1", "/").replace("~0", "~") for part in where.split("/")[1:]]
        inside = patch
        for name in path:
            below = inside.get(name)
            if not isinstance(below, dict):
                below = inside[name] = {}
            inside = below
        inside[last] = copy.deepcopy(value)
    return patch


def with_changes(document: dict[str, Any], changes: Iterable[tuple[str, Change]]) -> dict[str, Any]:
    """The document as it is when these are saved."""
    for where, change in changes:
        document = merge_patch(document, patch_of({where: change.value}))
    return document


def concerns(where: str, other: str) -> bool:
    """Whether one pointer names the other's member, something inside it, or what it is inside of."""
    return where == other or where.startswith(other + "/") or other.startswith(where + "/")


def to_keep(
    document: dict[str, Any], unsaved: Iterable[tuple[str, Change]], hide_number: bool, last_call: int
) -> KeptSettings:
    """What this computer keeps of it."""
    return KeptSettings(
        {name: value for name, value in document.items() if f"/{name}" != _SECRET},
        tuple(KeptChange(where, c.value, c.base, c.group) for where, c in unsaved if where != _SECRET),
        hide_number,
        last_call,
    )
