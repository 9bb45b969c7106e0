"""The devices of the extensions, and their SIP secrets."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from softphone.pbx.service.changes import Changes
from softphone.pbx.service.database import devices, one
from softphone.pbx.service.extension_store import ExtensionStore
from softphone.pbx.service.refusals import NotFound, TokenExpired
from softphone.pbx.service.subscribers import SubscriberCache

Row = dict[str, Any]


@dataclass(frozen=True)
class NewDevice:
    """A device as it introduces itself; `installation` is its own name for itself."""

    installation: str
    type: str
    name: str
    platform: str = ""
    app_version: str = ""


class DeviceStore:
    def __init__(
        self, engine: Engine, writing: threading.RLock, subscribers: SubscriberCache, documents: ExtensionStore,
        changes: Changes, clock: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._writing = writing
        self._subscribers = subscribers
        self._documents = documents
        self._changes = changes
        self._clock = clock

    def sip_secret(self, device_id: str) -> tuple[str, str]:
        """(auth user name, password) of a device; raises TokenExpired when it has just been deactivated."""
        with self._engine.execution_options(reading=True).begin() as connection:
            row = one(connection, select(devices).where(devices.c.id == device_id))
        if row is None:
            raise TokenExpired
        return row["auth_username"], row["sip_password"]

    def ensure(
        self, extension: str, device: NewDevice, auth_username: str | None = None, password: str | None = None
    ) -> tuple[str, str, str]:
        """A device without a sign-in, such as an IP phone: (device id, auth user name, SIP password)."""
        with self._writing, self._engine.begin() as connection:
            found = find_device(connection, extension, device)
            row = found or add_device(connection, extension, device, self._clock(), auth_username, password)
            if password is not None and row["sip_password"] != password:
                connection.execute(update(devices).where(devices.c.id == row["id"]).values(sip_password=password))
                row["sip_password"] = password
            if found is None:
                self._documents.touch(connection, extension)
        self._subscribers.put_device(row)
        return row["id"], row["auth_username"], row["sip_password"]

    def rename(self, extension: str, device_id: str, name: str) -> None:
        """Raises NotFound; also for a device of another extension."""
        mine = (devices.c.id == device_id) & (devices.c.extension == extension)
        with self._writing, self._engine.begin() as connection:
            if connection.execute(update(devices).where(mine).values(name=name)).rowcount == 0:
                raise NotFound
            row = one(connection, select(devices).where(mine))
            tag = self._documents.touch(connection, extension)
            assert row is not None
        self._subscribers.put_device(row)
        self._changes.extension_changed(extension, tag)


def find_device(connection: Connection, extension: str, device: NewDevice) -> Row | None:
    same = (devices.c.extension == extension) & (devices.c.installation == device.installation)
    return one(connection, select(devices).where(same))


def add_device(
    connection: Connection, extension: str, device: NewDevice, now: float, auth_username: str | None = None,
    password: str | None = None,
) -> Row:
    row = {
        "id": "d" + secrets.token_hex(8), "extension": extension, "installation": device.installation,
        "type": device.type, "name": device.name, "platform": device.platform, "app_version": device.app_version,
        "mac": None, "auth_username": auth_username or f"{extension}-{secrets.token_hex(6)}",
        "sip_password": password or secrets.token_urlsafe(24), "activated_at": now, "last_seen": now,
    }
    connection.execute(insert(devices).values(row))
    return row


def renew_device(connection: Connection, mine: Mapping[str, Any], device: NewDevice, now: float) -> Row:
    """The same installation signs in again: it keeps its place, with a new secret."""
    fresh = {
        "type": device.type, "name": device.name, "platform": device.platform, "app_version": device.app_version,
        "sip_password": secrets.token_urlsafe(24), "last_seen": now,
    }
    connection.execute(update(devices).where(devices.c.id == mine["id"]).values(fresh))
    return dict(mine) | fresh
