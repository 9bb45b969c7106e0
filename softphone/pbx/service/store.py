"""All the account service knows, in one database: what `main` seeds, the endpoints serve and signalling reads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import URL, delete, insert, select, update

from softphone.extension.outgoing_rules import OutboundRule
from softphone.extension.settings import Assignee, CallerId, DeviceType, NoAnswer, Settings
from softphone.pbx.ports import Binding, Extension, SipDevice
from softphone.pbx.service.changes import ChangeListener, Changes
from softphone.pbx.service.database import accounts, directory, open_engine
from softphone.pbx.service.device_store import DeviceStore, NewDevice
from softphone.pbx.service.extension_store import ExtensionStore
from softphone.pbx.service.password import hash_password, password_fits
from softphone.pbx.service.refusals import NoExtension
from softphone.pbx.service.session_store import SessionStore
from softphone.pbx.service.subscribers import SubscriberCache


class Store:
    """Thread-safe. `url` is SQLAlchemy's (`sqlite_url(file)`, `postgresql+psycopg://...`); `realm` is the SIP domain.

    Also the `Subscribers` of signalling. Close it when everything that uses it has stopped.
    """

    def __init__(
        self, url: str | URL, *, realm: str, clock: Callable[[], float] = time.time, access_seconds: float = 3600,
        refresh_seconds: float = 90 * 86400,
    ) -> None:
        self._engine = open_engine(url)
        self._reading = self._engine.execution_options(reading=True)
        self._writing = threading.RLock()
        self._clock = clock
        self.changes = Changes()
        self.subscribers = SubscriberCache(self._engine, realm, clock)
        self.extensions = ExtensionStore(self._engine, self._writing, self.subscribers, self.changes, clock)
        self.devices = DeviceStore(self._engine, self._writing, self.subscribers, self.extensions, clock)
        self.sessions = SessionStore(
            self._engine, self._writing, self.subscribers, self.extensions, self.changes, clock, access_seconds,
            refresh_seconds,
        )
        self.extensions.load()

    # Seeding: each may be repeated at every start, and leaves alone what people have changed since.

    def ensure_account(
        self, email: str, password: str, extension: str | None, label: str, *, name: str | None = None,
        organisation: str = "", caller_ids: Sequence[str] = (), role: Any = "member", licensed: bool = True,
        settings: Settings | None = None,
    ) -> None:
        """An account, and its extension unless None. The password, licence and extension given here always hold."""
        email, name = normal_email(email), name or label
        if extension is not None:
            self.extensions.ensure(settings or Settings(
                key=extension, label=label, role=role, assignee=Assignee(name, email),
                caller_id=CallerId(number=caller_ids[0] if caller_ids else None, numbers=tuple(caller_ids)),
                no_answer=NoAnswer(emails=(email,)), debug_mode=True,
            ))
        row = {"name": name, "organisation": organisation, "licensed": licensed, "extension": extension}
        with self._writing:
            kept = self.password_hash(email)
            if kept is None or not password_fits(password, kept):
                row["password_hash"] = hash_password(password)
            with self._engine.begin() as connection:
                if kept is None:
                    connection.execute(insert(accounts).values(email=email, **row))
                else:
                    connection.execute(update(accounts).where(accounts.c.email == email).values(**row))

    def ensure_directory_entry(
        self, key: str, label: str, kind: str = "extension", presence: str | None = None
    ) -> None:
        """Someone in the directory without an account, such as a robot; `presence` is fixed, None: by registration."""
        with self._writing, self._engine.begin() as connection:
            connection.execute(delete(directory).where(directory.c.key == key))
            connection.execute(insert(directory).values(key=key, label=label, kind=kind, presence=presence))
        self.changes.directory_changed()

    def ensure_sip_device(
        self, extension: str, installation: str, *, type: str = "ip_phone", name: str = "IP phone",
        auth_username: str | None = None, password: str | None = None,
    ) -> tuple[str, str, str]:
        """A device that never signs in: (device id, auth user name, SIP password), random unless given."""
        return self.devices.ensure(extension, NewDevice(installation, type, name), auth_username, password)

    # Subscribers

    def device(self, auth_username: str) -> SipDevice | None:
        return self.subscribers.device(auth_username)

    def extension(self, key: str) -> Extension | None:
        return self.subscribers.extension(key)

    def bindings(self) -> Sequence[Binding]:
        return self.subscribers.bindings()

    def save_binding(self, binding: Binding) -> None:
        self.subscribers.save_binding(binding)

    def remove_binding(self, extension: str, device_id: str, contact: str) -> None:
        self.subscribers.remove_binding(extension, device_id, contact)

    def settings(self, key: str) -> Settings | None:
        try:
            document, _ = self.extensions.get(key)
        except NoExtension:
            return None
        return Settings.from_json(document)

    def outbound_rule(self, rule_id: str) -> OutboundRule | None:
        return None

    def group_members(self, key: str) -> Sequence[str]:
        return ()

    def last_used(self, key: str) -> DeviceType | None:
        return None

    def device_used(self, key: str, device_id: str) -> None:
        """Not kept yet: the fixed order of devices holds."""

    def add_usage(self, key: str, seconds: float) -> None:
        """Not counted yet."""

    # What the endpoints ask

    def password_hash(self, email: str) -> str | None:
        with self._reading.begin() as connection:
            return connection.scalar(select(accounts.c.password_hash).where(accounts.c.email == email))

    def directory_rows(self) -> list[dict[str, Any]]:
        """(key, label, kind, presence or None) of robots and groups."""
        with self._reading.begin() as connection:
            return [dict(row) for row in connection.execute(select(directory).order_by(directory.c.key)).mappings()]

    def listen(self, listener: ChangeListener) -> None:
        self.changes.add(listener)

    def registrations_changed(self, extension: str) -> None:
        """Signalling calls this for every registration, and when a device has gone."""
        self.changes.registrations_changed(extension)

    def close(self) -> None:
        self.subscribers.close()
        self._engine.dispose()


def normal_email(email: str) -> str:
    return email.strip().lower()
