"""Mail on its way: kept in the database until the SMTP server has taken it, tried less and less often."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterable
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Column, Connection, Engine, Float, Integer, LargeBinary, String, Table, delete, insert, select
from sqlalchemy import update as change

from softphone.pbx.mail import MailDelayed, MailRefused, SmtpServer, connection, deliver
from softphone.pbx.service.database import metadata

_log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 15.0, 3600.0  # seconds; each pause is twice the last
GIVES_UP_AFTER = 4 * 86400.0  # seconds (RFC 5321 4.5.4.1)
_AT_ONCE = 20  # messages of one connection

mails = Table(
    "mails", metadata,
    Column("id", String(32), primary_key=True),
    Column("recipient", String(254), nullable=False),
    Column("content", LargeBinary, nullable=False),  # the whole message (RFC 5322)
    Column("queued_at", Float, nullable=False),
    Column("due_at", Float, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
)


class MailQueue:
    """A thread that sends what the table holds. A message is sent at least once: a crash between the server's answer
    and ours sends it again, under the same Message-ID."""

    def __init__(
        self, engine: Engine, writing: threading.RLock, server: SmtpServer, clock: Callable[[], float],
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        metadata.create_all(engine, tables=[mails])
        self.server = server
        self._engine = engine
        self._reading = engine.execution_options(reading=True)
        self._writing = writing
        self._clock = clock
        self._first_pause = first_pause
        self._wake = threading.Condition()
        self._woken = self._closing = False
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """What has not been sent stays for the next run. A server that hangs is not waited for."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def put(self, connection: Connection, messages: Iterable[EmailMessage]) -> None:
        """As part of a transaction; call `look` after it."""
        now = self._clock()
        for message in messages:
            connection.execute(insert(mails).values(
                id=uuid.uuid4().hex, recipient=message["To"].addresses[0].addr_spec, content=message.as_bytes(),
                queued_at=now, due_at=now, tries=0,
            ))

    def look(self) -> None:
        """There is something new to send."""
        with self._wake:
            self._woken = True
            self._wake.notify_all()

    def waiting(self) -> int:
        """How many have not been sent."""
        with self._reading.begin() as connection:
            return len(connection.scalars(select(mails.c.id)).all())

    def _run(self) -> None:
        pause: float | None = 0.0
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._woken or self._closing, pause)
                if self._closing:
                    return
                self._woken = False
            try:
                pause = self._send_what_is_due()
            except Exception:  # the database is away, or a bug: mail may not end the thread that sends it
                _log.exception("mail waits")
                pause = LONGEST_PAUSE

    def _send_what_is_due(self) -> float | None:
        """Seconds until the next is due; None when nothing waits."""
        due = self._due()
        if due:
            try:
                with connection(self.server) as smtp:
                    for row in due:
                        self._send(smtp, row)
            except MailDelayed as delayed:
                _log.warning("mail waits: %s", delayed)
                for row in due:
                    self._postpone(row)
        with self._reading.begin() as database:
            following = database.scalar(select(mails.c.due_at).order_by(mails.c.due_at).limit(1))
        return None if following is None else max(0.0, following - self._clock())

    def _due(self) -> list[dict[str, Any]]:
        query = select(mails).where(mails.c.due_at <= self._clock()).order_by(mails.c.due_at).limit(_AT_ONCE)
        with self._reading.begin() as database:
            return [dict(row) for row in database.execute(query).mappings()]

    def _send(self, smtp: Any, row: dict[str, Any]) -> None:
        try:
            deliver(smtp, self.server.sender, row["recipient"], row["content"])
        except MailRefused as refused:
            _log.error("mail %s is given up: %s", row["id"], refused)
        except MailDelayed as delayed:
            _log.warning("mail %s waits: %s", row["id"], delayed)
            self._postpone(row)
            return
        self._forget(row)

    def _postpone(self, row: dict[str, Any]) -> None:
        now, tries = self._clock(), row["tries"] + 1
        if now - row["queued_at"] > GIVES_UP_AFTER:
            _log.error("mail %s is given up after %d tries", row["id"], tries)
            self._forget(row)
            return
        pause = min(LONGEST_PAUSE, self._first_pause * 2 ** min(tries - 1, 20))
        with self._writing, self._engine.begin() as database:
            # only as it was read: one that was sent before the connection broke is no more
            database.execute(
                change(mails).where((mails.c.id == row["id"]) & (mails.c.tries == row["tries"]))
                .values(due_at=now + pause, tries=tries)
            )

    def _forget(self, row: dict[str, Any]) -> None:
        with self._writing, self._engine.begin() as database:
            database.execute(delete(mails).where(mails.c.id == row["id"]))
