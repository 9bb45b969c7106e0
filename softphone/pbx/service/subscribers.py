"""What signalling asks for on every request, answered from memory; registrations are written behind, in batches."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update

from softphone.pbx.ports import Binding, Extension, SipDevice
from softphone.pbx.service.database import bindings, devices
from softphone.pbx.service.settings_memory import SettingsMemory

_log = logging.getLogger(__name__)
_RETRY_AFTER = 1.0  # seconds; a full disk or a lost database must not spin
_Key = tuple[str, str, str]  # extension, device, hash of the contact


class SubscriberCache:
    """What the stores write they put here too; what other processes write, `DatabaseWatch` does."""

    def __init__(self, engine: Engine, realm: str, memory: SettingsMemory, clock: Callable[[], float]) -> None:
        self.memory = memory
        self._engine = engine
        self._realm = realm
        self._clock = clock
        self._devices: dict[str, SipDevice] = {}  # by auth user name
        self._names: dict[str, str] = {}  # device id -> auth user name
        self._extensions: dict[str, Extension] = {}
        self._kept = self._load_bindings()
        self._pending: dict[_Key, Binding | None] = {}
        self._changed = threading.Condition()
        self._writing = False
        self._closing = False
        self._writer = threading.Thread(target=self._write_behind, name="bindings-writer", daemon=True)
        self._writer.start()

    def device(self, auth_username: str) -> SipDevice | None:
        return self._devices.get(auth_username)

    def extension(self, key: str) -> Extension | None:
        return self._extensions.get(key)

    def bindings(self) -> Sequence[Binding]:
        with self._changed:
            return list(self._kept.values())

    def save_binding(self, binding: Binding) -> None:
        self._put(_key(binding.extension, binding.device_id, binding.contact), binding)

    def remove_binding(self, extension: str, device_id: str, contact: str) -> None:
        self._put(_key(extension, device_id, contact), None)

    def put_device(self, row: Mapping[str, Any]) -> None:
        secret = f"{row['auth_username']}:{self._realm}:{row['sip_password']}"
        ha1 = hashlib.md5(secret.encode(), usedforsecurity=False).hexdigest()
        former = self._names.get(row["id"])
        self._names[row["id"]] = row["auth_username"]
        self._devices[row["auth_username"]] = SipDevice(
            row["auth_username"], ha1, row["extension"], row["id"], row["type"]
        )
        if former not in (None, row["auth_username"]):
            self._devices.pop(str(former), None)
        self.memory.put_device(row)

    def drop_device(self, device_id: str) -> None:
        self._devices.pop(self._names.pop(device_id, ""), None)
        self.memory.drop_device(device_id)
        with self._changed:
            gone = [kept for kept in self._kept.values() if kept.device_id == device_id]
        for binding in gone:
            self.remove_binding(binding.extension, binding.device_id, binding.contact)

    def put_extension(self, extension: Extension) -> None:
        self._extensions[extension.key] = extension

    def drop_extension(self, key: str) -> None:
        self._extensions.pop(key, None)
        self.memory.drop_document(key)

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait until every registration told so far is in the database."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._pending and not self._writing, timeout)

    def close(self) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._writer.join(10.0)

    def _put(self, key: _Key, binding: Binding | None) -> None:
        with self._changed:
            if binding is None:
                self._kept.pop(key, None)
            else:
                self._kept[key] = binding
            self._pending[key] = binding
            self._changed.notify_all()

    def _load_bindings(self) -> dict[_Key, Binding]:
        kept: dict[_Key, Binding] = {}
        now = self._clock()
        with self._engine.begin() as connection:
            for row in connection.execute(select(bindings)).mappings().all():
                value = json.loads(row["value"])
                binding = Binding(**value | {"source": tuple(value["source"])})
                key = (row["extension"], row["device"], row["contact_hash"])
                if binding.expires_at > now:
                    kept[key] = binding
                else:
                    connection.execute(delete(bindings).where(_is(key)))
        return kept

    def _write_behind(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending or self._closing)
                if not self._pending:
                    return
                batch, self._pending, self._writing = self._pending, {}, True
            try:
                self._write(batch)
            except Exception:  # whatever the driver raises: registrations go on from memory
                _log.exception("registrations could not be saved: %d wait", len(batch))
                with self._changed:
                    self._pending = batch | self._pending
                    if self._closing or self._changed.wait_for(lambda: self._closing, _RETRY_AFTER):
                        return
            finally:
                with self._changed:
                    self._writing = False
                    self._changed.notify_all()

    def _write(self, batch: Mapping[_Key, Binding | None]) -> None:
        now = self._clock()
        with self._engine.begin() as connection:
            for key, binding in batch.items():
                connection.execute(delete(bindings).where(_is(key)))
                if binding is not None:
                    connection.execute(insert(bindings).values(
                        extension=key[0], device=key[1], contact_hash=key[2], value=json.dumps(asdict(binding))))
            for device in {key[1] for key, binding in batch.items() if binding is not None}:
                connection.execute(update(devices).where(devices.c.id == device).values(last_seen=now))


def _key(extension: str, device_id: str, contact: str) -> _Key:
    return extension, device_id, hashlib.sha256(contact.encode(errors="surrogatepass")).hexdigest()


def _is(key: _Key) -> Any:
    return (
        (bindings.c.extension == key[0]) & (bindings.c.device == key[1]) & (bindings.c.contact_hash == key[2])
    )
