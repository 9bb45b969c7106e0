"""Sign-ins: which device holds which tokens, stored as hashes, and its SIP secret."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from softphone.pbx.service.changes import Changes
from softphone.pbx.service.database import accounts, devices, extensions, meta, one, sessions, spent_tokens
from softphone.pbx.service.device_store import NewDevice, add_device, find_device, renew_device
from softphone.pbx.service.extension_store import ExtensionStore, list_devices
from softphone.pbx.service.journal import Journal
from softphone.pbx.service.refusals import DeviceLimit, NoExtension, NoLicence, NotFound, TokenExpired
from softphone.pbx.service.subscribers import SubscriberCache

DEVICES_AT_MOST = 3
REPEAT_WITHIN = 60.0  # seconds in which a refresh whose answer was lost may be asked again
_DAY = 86400.0
_FORGET_ENDED_AFTER = 30 * _DAY


@dataclass(frozen=True)
class Granted:
    """Tokens for a device; only their hashes are kept."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    email: str
    name: str
    organisation: str
    extension: str


@dataclass(frozen=True)
class Caller:
    """Whose request it is."""

    session_id: str
    email: str
    extension: str
    device_id: str
    name: str = ""
    device_name: str = ""


class SessionStore:
    def __init__(
        self, engine: Engine, writing: threading.RLock, subscribers: SubscriberCache, documents: ExtensionStore,
        changes: Changes, journal: Journal, clock: Callable[[], float], access_seconds: float, refresh_seconds: float,
    ) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reading=True)
        self._writing = writing
        self._subscribers = subscribers
        self._documents = documents
        self._changes = changes
        self._journal = journal
        self._clock = clock
        self._access_seconds = access_seconds
        self._refresh_seconds = refresh_seconds
        self._key = self._own_key()

    def sign_in(self, email: str, device: NewDevice, replace_device: str | None = None) -> Granted:
        """The password has been checked. Raises NoLicence, NoExtension or DeviceLimit."""
        ended: list[tuple[str, str]] = []
        revoked: list[str] = []
        with self._writing, self._engine.begin() as connection:
            account = one(connection, select(accounts).where(accounts.c.email == email))
            if account is None:
                raise NoExtension
            if not account["licensed"]:
                raise NoLicence
            key = account["extension"]
            # the row also serves as the lock under which another process counts this extension's devices
            if not key or connection.scalar(
                select(extensions.c.key).where(extensions.c.key == key).with_for_update()) is None:
                raise NoExtension
            self._forget_old(connection)
            mine = find_device(connection, key, device)
            listed = list_devices(connection, key)
            if mine is not None:
                ended += self._end(connection, mine["id"], "signed-in-again")
                row = renew_device(connection, mine, device, self._clock())
            else:
                if len(listed) >= DEVICES_AT_MOST:
                    if replace_device not in {one["id"] for one in listed}:
                        raise DeviceLimit(listed)
                    ended += self._end(connection, str(replace_device), "replaced")
                    connection.execute(delete(devices).where(devices.c.id == replace_device))
                    revoked.append(str(replace_device))
                row = add_device(connection, key, device, self._clock())
            granted = self._open(connection, account, row["id"])
            tag = self._documents.touch(connection, key)
            self._write_down(connection, ended, revoked)
        for gone in revoked:
            self._subscribers.drop_device(gone)
        self._subscribers.put_device(row)
        self._tell(key, tag, ended, revoked)
        return granted

    def authenticate(self, access_token: str) -> Caller:
        """Whose access token this is; raises TokenExpired."""
        with self._reading.begin() as connection:
            row = one(
                connection,
                select(sessions, devices.c.extension, devices.c.name.label("device_name"), accounts.c.name)
                .join(devices, devices.c.id == sessions.c.device, isouter=True)
                .join(accounts, accounts.c.email == sessions.c.email, isouter=True)
                .where(sessions.c.access_hash == _hash(access_token)),
            )
        if row is None:
            raise TokenExpired
        if row["ended"] or row["extension"] is None:
            raise TokenExpired(row["ended"])
        if row["access_expires"] <= self._clock():
            raise TokenExpired
        return Caller(
            row["id"], row["email"], row["extension"], row["device"], row["name"] or row["email"], row["device_name"]
        )

    def refresh(self, refresh_token: str, attempt: str | None = None) -> Granted:
        """Rotate. A spent token ends its session, unless the same `attempt` asks again because its answer was lost."""
        hashed, ended = _hash(refresh_token), list[tuple[str, str]]()
        with self._writing, self._engine.begin() as connection:
            row = one(connection, select(sessions).where(sessions.c.refresh_hash == hashed).with_for_update())
            if row is None:
                row, reused = self._spent(connection, hashed, refresh_token, attempt)
                if reused:
                    ended = self._end(connection, row["device"], "reused")
                    self._write_down(connection, ended, [])
            if not ended:
                if row["ended"]:
                    raise TokenExpired(row["ended"])
                if row["refresh_expires"] <= self._clock():
                    raise TokenExpired
                granted = self._rotate(connection, row, hashed, refresh_token, attempt)
        for session_id, reason in ended:
            self._changes.session_ended(session_id, reason)
        if ended:
            raise TokenExpired("reused")
        return granted

    def sign_out(self, caller: Caller) -> None:
        """The device is deactivated, and its SIP secret with it."""
        with contextlib.suppress(NotFound):
            self.deactivate(caller.device_id, "signed-out")

    def deactivate(self, device_id: str, reason: str, extension: str | None = None) -> None:
        """Its SIP secret is void, and its session ends. Raises NotFound; also when it is not of that extension."""
        with self._writing, self._engine.begin() as connection:
            key = connection.scalar(select(devices.c.extension).where(devices.c.id == device_id))
            if key is None or extension not in (None, key):
                raise NotFound
            # first, as signing in does: two processes that lock in different orders wait for each other
            connection.execute(select(extensions.c.key).where(extensions.c.key == key).with_for_update())
            ended = self._end(connection, device_id, reason)
            connection.execute(delete(devices).where(devices.c.id == device_id))
            tag = self._documents.touch(connection, key)
            self._write_down(connection, ended, [device_id])
        self._subscribers.drop_device(device_id)
        self._tell(key, tag, ended, [device_id])

    def _write_down(self, connection: Connection, ended: list[tuple[str, str]], revoked: list[str]) -> None:
        for device_id in revoked:
            self._journal.add(connection, "device_gone", device_id)
        for session_id, reason in ended:
            self._journal.add(connection, "session_ended", session_id, reason)

    def _tell(self, key: str, tag: str, ended: list[tuple[str, str]], revoked: list[str]) -> None:
        for device_id in revoked:
            self._changes.device_revoked(device_id)
        for session_id, reason in ended:
            self._changes.session_ended(session_id, reason)
        self._changes.extension_changed(key, tag)

    def _open(self, connection: Connection, account: Mapping[str, Any], device_id: str) -> Granted:
        access, renewal, now = secrets.token_urlsafe(32), secrets.token_urlsafe(32), self._clock()
        connection.execute(insert(sessions).values(
            id=secrets.token_hex(16), email=account["email"], device=device_id, access_hash=_hash(access),
            access_expires=now + self._access_seconds, refresh_hash=_hash(renewal),
            refresh_expires=now + self._refresh_seconds))
        return self._granted(account, access, renewal)

    def _rotate(
        self, connection: Connection, row: Mapping[str, Any], hashed: str, refresh_token: str, attempt: str | None
    ) -> Granted:
        account = one(connection, select(accounts).where(accounts.c.email == row["email"]))
        if account is None:
            raise TokenExpired
        if not account["licensed"]:
            raise NoLicence
        access, now = secrets.token_urlsafe(32), self._clock()
        renewal = self._successor(refresh_token, attempt) if attempt else secrets.token_urlsafe(32)
        if row["refresh_hash"] == hashed:  # else it is spent already, and the answer to this attempt was lost
            connection.execute(insert(spent_tokens).values(
                refresh_hash=hashed, session=row["id"], attempt_hash=_hash(attempt) if attempt else None, spent_at=now))
        changed = connection.execute(
            update(sessions).where((sessions.c.id == row["id"]) & (sessions.c.refresh_hash == row["refresh_hash"]))
            .values(access_hash=_hash(access), access_expires=now + self._access_seconds, refresh_hash=_hash(renewal),
                    refresh_expires=now + self._refresh_seconds))
        if changed.rowcount != 1:
            raise TokenExpired
        connection.execute(update(devices).where(devices.c.id == row["device"]).values(last_seen=now))
        return self._granted(account, access, renewal)

    def _spent(
        self, connection: Connection, hashed: str, refresh_token: str, attempt: str | None
    ) -> tuple[dict[str, Any], bool]:
        """The session of a spent token, and whether spending it again is a theft."""
        spent = one(connection, select(spent_tokens).where(spent_tokens.c.refresh_hash == hashed))
        if spent is None:
            raise TokenExpired
        row = one(connection, select(sessions).where(sessions.c.id == spent["session"]).with_for_update())
        if row is None or row["ended"]:
            raise TokenExpired(row["ended"] if row else None)
        lost = (
            attempt is not None
            and spent["attempt_hash"] == _hash(attempt)
            and self._clock() - spent["spent_at"] <= REPEAT_WITHIN
            and row["refresh_hash"] == _hash(self._successor(refresh_token, attempt))
        )
        return row, not lost

    def _end(self, connection: Connection, device_id: str, reason: str) -> list[tuple[str, str]]:
        living = (sessions.c.device == device_id) & sessions.c.ended.is_(None)
        ids = connection.scalars(select(sessions.c.id).where(living)).all()
        connection.execute(update(sessions).where(living).values(ended=reason, ended_at=self._clock()))
        return [(session_id, reason) for session_id in ids]

    def _forget_old(self, connection: Connection) -> None:
        now = self._clock()
        connection.execute(delete(sessions).where(sessions.c.ended_at < now - _FORGET_ENDED_AFTER))
        connection.execute(delete(spent_tokens).where(spent_tokens.c.spent_at < now - self._refresh_seconds))

    def _granted(self, account: Mapping[str, Any], access: str, renewal: str) -> Granted:
        return Granted(access, renewal, int(self._access_seconds), account["email"], account["name"],
                       account["organisation"], account["extension"])

    def _successor(self, refresh_token: str, attempt: str) -> str:
        """The same attempt gets the same new token, which therefore need not be kept in the clear to be told again."""
        return hmac.new(self._key, f"{refresh_token}\n{attempt}".encode(), "sha256").hexdigest()

    def _own_key(self) -> bytes:
        with self._writing, self._engine.begin() as connection:
            kept = connection.scalar(select(meta.c.value).where(meta.c.name == "successor-key"))
            if kept is None:
                kept = secrets.token_hex(32)
                connection.execute(insert(meta).values(name="successor-key", value=kept))
        return bytes.fromhex(kept)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
