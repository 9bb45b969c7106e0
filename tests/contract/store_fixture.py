"""Stores on one database, SQLite or PostgreSQL, with a clock that the test moves."""

from __future__ import annotations

import threading
from typing import Any

from softphone.pbx.ports import Binding, CallRecord
from softphone.pbx.service.device_store import NewDevice
from softphone.pbx.service.store import Store
from tests.contract.account_fixture import DEADLINE

NOW = 1_790_000_000.0
A_SECRET = "correct horse battery staple"


class Opened:
    """Opens stores on one database, and closes them."""

    def __init__(self, url: Any) -> None:
        self.url = url
        self.now = NOW
        self.stores: list[Store] = []

    def open(self, **more: Any) -> Store:
        self.stores.append(Store(self.url, realm="phone.test", clock=lambda: self.now, **more))
        return self.stores[-1]

    def restart(self) -> Store:
        self.stores.pop().close()
        return self.open()

    def close(self) -> None:
        for store in self.stores:
            store.close()


class Listener:
    """Remembers what it is told, and can be waited for."""

    def __init__(self) -> None:
        self.told: list[tuple] = []
        self._news = threading.Condition()

    def wait_for(self, *event: str) -> tuple:
        """The first event that begins so."""
        def found() -> tuple | None:
            return next((one for one in self.told if one[: len(event)] == event), None)

        with self._news:
            assert self._news.wait_for(lambda: found() is not None, DEADLINE), f"{event} is not in {self.told}"
        return found() or ()

    def extension_changed(self, key, etag):
        self._add("extension", key, etag)

    def directory_changed(self):
        self._add("directory")

    def registrations_changed(self, key):
        self._add("registrations", key)

    def calls_changed(self, key, latest):
        self._add("calls", key, latest)

    def voicemail_changed(self, key):
        self._add("voicemail", key)

    def session_ended(self, session_id, reason):
        self._add("ended", reason)

    def device_revoked(self, device_id):
        self._add("revoked", device_id)

    def _add(self, *event: str) -> None:
        with self._news:
            self.told.append(event)
            self._news.notify_all()


def any_device(number: int = 1, type: str = "desktop") -> NewDevice:
    return NewDevice(f"installation-{number}", type, f"Computer {number}", "Linux", "0.1.0")


def any_binding(**more) -> Binding:
    values = {
        "extension": "100", "device_id": "d1", "contact": "sip:100@127.0.0.1:40000", "source": ("127.0.0.1", 40000),
        "transport": "udp", "call_id": "c1", "cseq": 1, "expires_at": NOW + 120,
    }  # fmt: skip
    return Binding(**values | more)


def any_call(extension: str = "100", **more) -> CallRecord:
    values = {
        "call_id": "c1@example", "caller": "+6591234567", "callee": extension, "started_at": NOW,
        "answered_at": NOW + 5, "ended_at": NOW + 65, "reason": "answered", "extension": extension,
        "caller_name": "Somebody", "called": extension, "rule": "ring_devices", "answered_device": "desktop",
    }  # fmt: skip
    return CallRecord(**values | more)
