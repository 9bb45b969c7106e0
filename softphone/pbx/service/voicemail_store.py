"""Voice messages as the account service lists them: rows that follow the files of the mailboxes."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Engine, Float, Index, String, Table, Text, delete, insert, select
from sqlalchemy import update as change

from softphone.pbx.media.mailbox import MailboxCount, Mailboxes
from softphone.pbx.service.database import metadata, one

voicemails = Table(
    "voicemails", metadata,
    Column("id", String(32), primary_key=True),
    Column("extension", String(10), nullable=False),
    Column("file", String(64), nullable=False),  # its name in the mailbox, whichever folder it is in
    Column("caller", String(64), nullable=False),  # "" when it was hidden
    Column("caller_name", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("read", Boolean, nullable=False),
    Column("mailed", Boolean, nullable=False),  # or nobody wants it by mail
    Index("voicemails_by_file", "extension", "file", unique=True),
)


@dataclass(frozen=True)
class Voicemail:
    id: str
    extension: str
    file: str
    caller: str
    caller_name: str
    at: float
    seconds: float
    read: bool


class VoicemailStore:
    """`name_of` tells the name of a caller without one. Each question looks at the files first, so that a message
    heard by telephone is read here, and one whose row was never written is listed all the same."""

    def __init__(
        self, engine: Engine, writing: threading.RLock, folder: Path, name_of: Callable[[str], str]
    ) -> None:
        metadata.create_all(engine, tables=[voicemails])
        self._engine = engine
        self._reading = engine.execution_options(reading=True)
        self._writing = writing
        self._mailboxes = Mailboxes(folder)
        self._name_of = name_of

    def extensions(self) -> list[str]:
        return self._mailboxes.extensions()

    def count(self, extension: str) -> MailboxCount:
        return self._mailboxes.count(extension)

    def all(self, extension: str) -> list[Voicemail]:
        """Newest first."""
        self.follow_files(extension)
        query = select(voicemails).where(voicemails.c.extension == extension)
        with self._reading.begin() as connection:
            rows = connection.execute(query.order_by(voicemails.c.at.desc(), voicemails.c.id)).mappings()
            return [_voicemail(dict(row)) for row in rows]

    def get(self, extension: str, voicemail_id: str) -> Voicemail | None:
        """None when it is not there, or another extension's."""
        if not re.fullmatch(r"[0-9a-f]{32}", voicemail_id):
            return None
        self.follow_files(extension)
        with self._reading.begin() as connection:
            row = one(connection, select(voicemails).where(
                (voicemails.c.id == voicemail_id) & (voicemails.c.extension == extension)))
        return None if row is None else _voicemail(row)

    def recording(self, voicemail: Voicemail) -> Path | None:
        """Its WAV file; None when it is gone."""
        return self._mailboxes.find(voicemail.extension, voicemail.file)

    def mark(self, voicemail: Voicemail, *, read: bool) -> None:
        with self._writing:  # who lists the folders meanwhile would find it in neither
            self._mailboxes.mark(voicemail.extension, voicemail.file, read=read)
        self.follow_files(voicemail.extension)

    def remove(self, voicemail: Voicemail) -> None:
        self._mailboxes.remove(voicemail.extension, voicemail.file)
        self.follow_files(voicemail.extension)

    def put_caller_name(self, extension: str, file: str, caller_name: str) -> None:
        """The name that the call itself had."""
        with self._writing, self._engine.begin() as connection:
            connection.execute(
                change(voicemails).where((voicemails.c.extension == extension) & (voicemails.c.file == file))
                .values(caller_name=caller_name)
            )

    def not_mailed(self, extension: str) -> list[Voicemail]:
        """Those that nobody has been told of yet, oldest first."""
        query = select(voicemails).where((voicemails.c.extension == extension) & ~voicemails.c.mailed)
        with self._reading.begin() as connection:
            rows = connection.execute(query.order_by(voicemails.c.at)).mappings()
            return [_voicemail(dict(row)) for row in rows]

    def set_mailed(self, connection: Connection, voicemail_id: str) -> None:
        """In the transaction that queues the mail."""
        connection.execute(change(voicemails).where(voicemails.c.id == voicemail_id).values(mailed=True))

    def follow_files(self, extension: str) -> bool:
        """Make the rows say what the files say; whether anything was different."""
        if not self._differ(extension):
            return False
        with self._writing, self._engine.begin() as connection:
            # read again under the lock: another request may have been faster
            rows = self._rows(connection, extension)
            files = {message.name: message for message in self._mailboxes.messages(extension)}
            for name in rows.keys() - files.keys():
                connection.execute(delete(voicemails).where(voicemails.c.id == rows[name]["id"]))
            for name, message in files.items():
                row = rows.get(name)
                if row is None:
                    connection.execute(insert(voicemails).values(
                        id=uuid.uuid4().hex, extension=extension, file=name, caller=message.caller,
                        caller_name=self._name_of(message.caller), at=message.at, seconds=message.seconds,
                        read=message.read, mailed=message.read,
                    ))
                elif row["read"] != message.read:
                    connection.execute(
                        change(voicemails).where(voicemails.c.id == row["id"]).values(read=message.read))
        return True

    def _differ(self, extension: str) -> bool:
        with self._reading.begin() as connection:
            rows = self._rows(connection, extension)
        read = {message.name: message.read for message in self._mailboxes.messages(extension)}
        return read != {name: row["read"] for name, row in rows.items()}

    @staticmethod
    def _rows(connection: Connection, extension: str) -> dict[str, dict[str, Any]]:
        query = select(voicemails).where(voicemails.c.extension == extension)
        return {row["file"]: dict(row) for row in connection.execute(query).mappings()}


def _voicemail(row: dict[str, Any]) -> Voicemail:
    return Voicemail(**{name: value for name, value in row.items() if name != "mailed"})
