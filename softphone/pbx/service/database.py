"""The tables, and the engine that holds them: SQLite in a file, or PostgreSQL by URL."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    create_engine,
    event,
    insert,
    select,
)
from sqlalchemy.engine import make_url

SCHEMA_VERSION = "1"
FILE_NAME = "account-service.sqlite"  # in the data folder

metadata = MetaData()

meta = Table("meta", metadata, Column("name", String(40), primary_key=True), Column("value", Text, nullable=False))

accounts = Table(
    "accounts", metadata,
    Column("email", String(254), primary_key=True),  # lower case
    Column("name", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("password_hash", Text, nullable=False),  # argon2id
    Column("licensed", Boolean, nullable=False),
    Column("extension", String(10), nullable=True),
)

extensions = Table(
    "extensions", metadata,
    Column("key", String(10), primary_key=True),
    Column("document", Text, nullable=False),  # JSON, its devices left out
    Column("version", Integer, nullable=False),
    Column("mailbox_new", Integer, nullable=False, default=0),
    Column("mailbox_old", Integer, nullable=False, default=0),
)

devices = Table(
    "devices", metadata,
    Column("id", String(64), primary_key=True),  # ours
    Column("extension", String(10), nullable=False),
    Column("installation", String(64), nullable=False),  # as the device names itself
    Column("type", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("app_version", Text, nullable=False),
    Column("mac", String(32), nullable=True),
    Column("auth_username", String(64), nullable=False, unique=True),
    # Digest (RFC 2617) needs it in the clear, and it opens one device's telephone line only. Random unless seeded.
    Column("sip_password", Text, nullable=False),
    Column("activated_at", Float, nullable=False),
    Column("last_seen", Float, nullable=False),
    Index("devices_by_installation", "extension", "installation", unique=True),
)

sessions = Table(
    "sessions", metadata,
    Column("id", String(32), primary_key=True),
    Column("email", String(254), nullable=False),
    Column("device", String(64), nullable=False, index=True),
    Column("access_hash", String(64), nullable=False, unique=True),  # SHA-256 of the token
    Column("access_expires", Float, nullable=False),
    Column("refresh_hash", String(64), nullable=False, unique=True),
    Column("refresh_expires", Float, nullable=False),
    Column("ended", String(20), nullable=True),  # why: signed-out, replaced, reused, signed-in-again
    Column("ended_at", Float, nullable=True),
)

spent_tokens = Table(
    "spent_tokens", metadata,
    Column("refresh_hash", String(64), primary_key=True),
    Column("session", String(32), nullable=False, index=True),
    Column("attempt_hash", String(64), nullable=True),  # SHA-256 of the Idempotency-Key it was spent with
    Column("spent_at", Float, nullable=False),
)

bindings = Table(
    "bindings", metadata,
    Column("extension", String(10), primary_key=True),
    Column("device", String(64), primary_key=True),
    Column("contact_hash", String(64), primary_key=True),  # a contact may be longer than an index takes
    Column("value", Text, nullable=False),  # JSON of the Binding
)

directory = Table(
    "directory", metadata,
    Column("key", String(10), primary_key=True),
    Column("label", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("presence", String(16), nullable=True),  # a robot's fixed one; None: by registration
)

group_members = Table(
    "group_members", metadata,
    Column("group_key", String(10), primary_key=True),  # the group itself is an entry of the directory
    Column("member", String(10), primary_key=True),
    Column("place", Integer, nullable=False),
)

outbound_rules = Table(
    "outbound_rules", metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("patterns", Text, nullable=False),  # JSON: [[prefix, action, place], ...], the first that matches decides
)

usage = Table(
    "usage", metadata,
    Column("extension", String(10), primary_key=True),
    Column("month", String(7), primary_key=True),  # "2026-11" of the organisation's calendar
    Column("seconds", Float, nullable=False),  # of talk outside
)

last_used = Table(
    "last_used", metadata,
    Column("extension", String(10), primary_key=True),
    Column("device_type", String(16), nullable=False),
)

calls = Table(
    "calls", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("extension", String(10), nullable=False),  # whose history it is in
    Column("call_id", Text, nullable=False),  # Call-ID of the first leg: the same in the history of everyone concerned
    Column("started_at", Float, nullable=False),
    Column("value", Text, nullable=False),  # JSON of the CallRecord
    Index("calls_of_an_extension", "extension", "id"),
    sqlite_autoincrement=True,  # an id is never given twice: clients read on from it
)

caller_id_requests = Table(
    "caller_id_requests", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("extension", String(10), nullable=False, index=True),
    Column("email", String(254), nullable=False),
    Column("number", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("state", String(16), nullable=False),  # checking, ready, refused
    Column("reason", Text, nullable=False),
    Column("asked_at", Float, nullable=False),
    sqlite_autoincrement=True,
)

setting_changes = Table(
    "setting_changes", metadata,
    Column("extension", String(10), primary_key=True),
    Column("version", Integer, primary_key=True),  # of the document that the change made
    Column("pointer", String(200), primary_key=True),
    Column("changed_by", Text, nullable=False),
    Column("device", Text, nullable=True),  # its name
    Column("at", Float, nullable=False),
)

timed_changes = Table(
    "timed_changes", metadata,
    Column("extension", String(10), primary_key=True),
    Column("pointer", String(200), primary_key=True),
    Column("value", Text, nullable=False),  # JSON
    Column("at", Float, nullable=False),
)

journal = Table(
    "journal", metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # in the order of the commits
    Column("origin", String(32), nullable=False),  # the process that wrote it
    Column("kind", String(20), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("value", Text, nullable=False),
    Column("at", Float, nullable=False),
)


def sqlite_url(file: Path) -> URL:
    return URL.create("sqlite", database=str(file))


def open_engine(url: str | URL) -> Engine:
    """Connect and make what is missing. Raises SQLAlchemyError, or RuntimeError for a database of another version."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database not in (None, "", ":memory:"):
            _create_private(Path(str(parsed.database)))
        # errors are logged, and must not tell the secrets that were to be written (hide_parameters)
        engine = create_engine(
            parsed, hide_parameters=True, connect_args={"timeout": 10, "check_same_thread": False}
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin)
    else:
        engine = create_engine(parsed, hide_parameters=True, pool_size=10, max_overflow=10, pool_pre_ping=True)
    try:
        _make_tables(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _make_tables(engine: Engine) -> None:
    metadata.create_all(engine)
    with engine.begin() as connection:
        found = connection.scalar(select(meta.c.value).where(meta.c.name == "schema"))
        if found is None:
            connection.execute(insert(meta).values(name="schema", value=SCHEMA_VERSION))
        elif found != SCHEMA_VERSION:
            raise RuntimeError(f"the database has version {found}, this program needs {SCHEMA_VERSION}")


def one(connection: Connection, query: Select[Any]) -> dict[str, Any] | None:
    """The only row, or None."""
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else dict(row)


def _create_private(file: Path) -> None:
    """SQLite gives its -wal and -shm files the mode of the database, so it must be private before it is opened."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    if os.name == "posix":
        file.chmod(0o600)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver's guess
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: what a person was told is saved outlives a power cut. Registrations are written in batches, so the cost of
    # an fsync is paid a few times a second at most.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()


def _begin(connection: Any) -> None:
    """A writer takes the lock first: a deferred transaction that turns into a writer fails instead of waiting."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
