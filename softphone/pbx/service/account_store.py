"""Who may sign in: e-mails, passwords as hashes, licences, and the extension of each."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update

from softphone.extension.document import Fault
from softphone.extension.settings import EMAIL
from softphone.pbx.service.database import accounts, devices, sessions
from softphone.pbx.service.password import hash_password, password_fits
from softphone.pbx.service.refusals import Invalid, NotFound
from softphone.pbx.service.session_store import SessionStore

Row = dict[str, Any]


class AccountStore:
    def __init__(self, engine: Engine, writing: threading.RLock, sign_ins: SessionStore) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reading=True)
        self._writing = writing
        self._sign_ins = sign_ins

    def ensure(self, email: str, password: str, values: Mapping[str, Any]) -> None:
        """Make the account, or renew what is given here; its password is hashed anew only when it is another."""
        row = dict(values)
        with self._writing:
            kept = self.password_hash(email)
            if kept is None or not password_fits(password, kept):
                row["password_hash"] = hash_password(password)
            with self._engine.begin() as connection:
                if kept is None:
                    connection.execute(insert(accounts).values(email=email, **row))
                else:
                    connection.execute(update(accounts).where(accounts.c.email == email).values(**row))

    def add(self, email: str, password: str, values: Mapping[str, Any]) -> None:
        """Raises Invalid when the e-mail is none, or is taken."""
        if not re.fullmatch(EMAIL, email) or len(email) > 254:
            raise Invalid([Fault("/email", "format", f"{email} is not a full e-mail address.")])
        if self.password_hash(email) is not None:
            raise Invalid([Fault("/email", "taken", f"{email} has an account already.")])
        self.ensure(email, password, values)

    def password_hash(self, email: str) -> str | None:
        with self._reading.begin() as connection:
            return connection.scalar(select(accounts.c.password_hash).where(accounts.c.email == email))

    def all(self) -> list[Row]:
        """Without the hashes."""
        shown = (accounts.c.email, accounts.c.name, accounts.c.organisation, accounts.c.licensed, accounts.c.extension)
        with self._reading.begin() as connection:
            return [dict(row) for row in connection.execute(select(*shown).order_by(accounts.c.email)).mappings()]

    def set_password(self, email: str, password: str) -> None:
        """Whoever is signed in with the old one stays so. Raises NotFound."""
        self._update(email, {"password_hash": hash_password(password)})

    def set_licence(self, email: str, licensed: bool) -> None:
        """Without one the desktop application is signed out at once. Raises NotFound."""
        self._update(email, {"licensed": licensed})
        if not licensed:
            self._sign_out(email, "no-licence", desktop_only=True)

    def remove(self, email: str) -> None:
        """Its devices are deactivated; the extension stays. Raises NotFound."""
        with self._writing, self._engine.begin() as connection:
            if connection.execute(delete(accounts).where(accounts.c.email == email)).rowcount == 0:
                raise NotFound
        self._sign_out(email, "removed", desktop_only=False)

    def _update(self, email: str, values: Mapping[str, Any]) -> None:
        with self._writing, self._engine.begin() as connection:
            changed = connection.execute(update(accounts).where(accounts.c.email == email).values(**values))
            if changed.rowcount == 0:
                raise NotFound

    def _sign_out(self, email: str, reason: str, *, desktop_only: bool) -> None:
        query = (
            select(devices.c.id).join(sessions, sessions.c.device == devices.c.id)
            .where((sessions.c.email == email) & sessions.c.ended.is_(None)).distinct()
        )
        with self._reading.begin() as connection:
            ids = connection.scalars(query.where(devices.c.type == "desktop") if desktop_only else query).all()
        for device_id in ids:
            self._sign_ins.deactivate(device_id, reason)
