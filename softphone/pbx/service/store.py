"""All the account service knows, in one database: what `main` seeds, the endpoints serve and signalling reads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timezone, tzinfo
from typing import Any

from sqlalchemy import URL, delete, insert, select, update

from softphone.extension.outgoing_rules import OutboundRule
from softphone.extension.settings import Assignee, CallerId, DeviceType, NoAnswer, Settings
from softphone.pbx.ports import Binding, CallRecord, Extension, SipDevice
from softphone.pbx.service.account_store import AccountStore
from softphone.pbx.service.background_writer import BackgroundWriter
from softphone.pbx.service.call_store import CallStore
from softphone.pbx.service.caller_id_requests import CallerIdRequests
from softphone.pbx.service.changes import ChangeListener, Changes
from softphone.pbx.service.database import directory, meta, open_engine
from softphone.pbx.service.database_watch import LOOKS_EVERY, DatabaseWatch
from softphone.pbx.service.device_store import DeviceStore, NewDevice
from softphone.pbx.service.extension_store import ExtensionStore
from softphone.pbx.service.group_store import GroupStore
from softphone.pbx.service.journal import Entry, Journal
from softphone.pbx.service.months import DEFAULT_ZONE, Months, zone
from softphone.pbx.service.rule_store import RuleStore
from softphone.pbx.service.session_store import SessionStore
from softphone.pbx.service.settings_memory import SettingsMemory
from softphone.pbx.service.subscribers import SubscriberCache
from softphone.pbx.service.timed_changes import TimedChanges
from softphone.pbx.service.usage_store import UsageStore


class Store:
    """Thread-safe. `url` is SQLAlchemy's (`sqlite_url(file)`, `postgresql+psycopg://...`); `realm` is the SIP domain.

    Also the `Subscribers` of signalling. Close it when everything that uses it has stopped. `time_zone` is the
    organisation's; None: as it was given before, at first `unless_known`.
    """

    def __init__(
        self, url: str | URL, *, realm: str, clock: Callable[[], float] = time.time, access_seconds: float = 3600,
        refresh_seconds: float = 90 * 86400, time_zone: str | None = None, unless_known: str = DEFAULT_ZONE,
    ) -> None:
        if time_zone is not None:
            zone(time_zone)
        self.engine = engine = open_engine(url)
        self._reading = engine.execution_options(reading=True)
        self.writing = writing = threading.RLock()  # whoever writes the database from this process holds it
        self.clock = clock
        self.changes = changes = Changes()
        self.journal = journal = Journal(engine, clock)
        self._read_from = journal.head()
        self._months = months = Months(clock, self._time_zone(time_zone, unless_known))
        self.memory = memory = SettingsMemory(months)
        self.subscribers = SubscriberCache(engine, realm, memory, clock)
        self.extensions = ExtensionStore(engine, writing, self.subscribers, changes, journal, months, clock)
        self.devices = DeviceStore(engine, writing, self.subscribers, self.extensions, changes, clock)
        self.sessions = SessionStore(
            engine, writing, self.subscribers, self.extensions, changes, journal, clock, access_seconds,
            refresh_seconds,
        )
        self.accounts = AccountStore(engine, writing, self.sessions)
        self.groups = GroupStore(engine, writing, memory, self.extensions, changes, journal)
        self.rules = RuleStore(engine, writing, memory, journal)
        self.caller_id_requests = CallerIdRequests(engine, writing, self.extensions, clock)
        self.timed = TimedChanges(engine, writing, self.extensions, clock)
        self.background = BackgroundWriter(engine, writing)
        self.usage = UsageStore(engine, writing, self.background, memory, self.extensions, changes, journal, months)
        self.calls = CallStore(engine, self.background, changes, journal, clock)
        self._watch: DatabaseWatch | None = None
        self._quiet: frozenset[str] = frozenset()
        for part in (self.extensions, self.groups, self.rules, self.usage):
            part.load()

    # Seeding: each may be repeated at every start, and leaves alone what people have changed since.

    def ensure_account(
        self, email: str, password: str, extension: str | None, label: str, *, name: str | None = None,
        organisation: str = "", caller_ids: Sequence[str] = (), role: Any = "member", licensed: bool = True,
        passcode: str = "", outbound_rule: str | None = None, locked: Sequence[str] = (),
        debug_mode: bool = False, settings: Settings | None = None,
    ) -> None:
        """An account, and its extension unless None. The password, licence and extension given here always hold."""
        email, name = normal_email(email), name or label
        if extension is not None:
            self.extensions.ensure(settings or Settings(
                key=extension, label=label, role=role, assignee=Assignee(name, email), passcode=passcode,
                caller_id=CallerId(number=caller_ids[0] if caller_ids else None, numbers=tuple(caller_ids)),
                no_answer=NoAnswer(emails=(email,)), debug_mode=debug_mode, outbound_rule=outbound_rule,
                locked=tuple(locked),
            ))
        self.accounts.ensure(
            email, password,
            {"name": name, "organisation": organisation, "licensed": licensed, "extension": extension},
        )

    def ensure_directory_entry(
        self, key: str, label: str, kind: str = "extension", presence: str | None = None
    ) -> None:
        """Someone in the directory without an account, such as a robot; `presence` is fixed, None: by registration."""
        with self.writing, self.engine.begin() as connection:
            connection.execute(delete(directory).where(directory.c.key == key))
            connection.execute(insert(directory).values(key=key, label=label, kind=kind, presence=presence))
            self.journal.add(connection, "directory")
        self.groups.load()
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
        return self.memory.settings(key)

    def outbound_rule(self, rule_id: str) -> OutboundRule | None:
        return self.memory.outbound_rule(rule_id)

    def group_members(self, key: str) -> Sequence[str]:
        return self.memory.group_members(key)

    def last_used(self, key: str) -> DeviceType | None:
        return self.memory.last_used(key)

    def device_used(self, key: str, device_id: str) -> None:
        self.usage.device_used(key, device_id)
        self.changes.registrations_changed(key)  # it is on a call now, which the directory shows

    def add_usage(self, key: str, seconds: float) -> None:
        self.usage.add(key, seconds)

    @property
    def zone(self) -> tzinfo:
        """The organisation's time zone."""
        return self._months.zone

    # What the endpoints ask

    def directory_rows(self) -> list[dict[str, Any]]:
        """(key, label, kind, presence or None) of robots and groups."""
        with self._reading.begin() as connection:
            return [dict(row) for row in connection.execute(select(directory).order_by(directory.c.key)).mappings()]

    def listen(self, listener: ChangeListener) -> None:
        self.changes.add(listener)

    def call_ended(self, record: CallRecord) -> None:
        """Signalling calls this once for each extension that a call concerned."""
        self.calls.add(record)
        if record.extension:
            self.changes.registrations_changed(record.extension)

    def registrations_changed(self, extension: str) -> None:
        """Signalling calls this for every registration, and when a device has gone."""
        self.changes.registrations_changed(extension)

    def watch(
        self, every: float = LOOKS_EVERY,
        mailbox_changed: Callable[[str, int, int], object] = lambda key, new, old: None,
    ) -> None:
        """From now on follow what other processes write to the database, and do what falls due.

        `mailbox_changed` gets an extension and its counts of new and old messages, when another process counted them.
        """
        self._mailbox_changed = mailbox_changed
        due = (self.usage.month_turned, self.timed.run_due, self._see_who_is_quiet)
        self._watch = DatabaseWatch(self.journal, self._read_from, self._apply, due, every)

    def close(self) -> None:
        if self._watch is not None:
            self._watch.close()
        self.background.close()
        self.subscribers.close()
        self.engine.dispose()

    def _apply(self, entry: Entry) -> None:
        """Something another process wrote."""
        subject = entry.subject
        match entry.kind:
            case "extension":
                self.extensions.reload(subject)
                self.changes.extension_changed(subject, entry.value)
            case "mailbox":
                self.extensions.reload(subject)
                mailbox = self.extension(subject)
                if mailbox is not None:
                    self._mailbox_changed(subject, mailbox.mailbox_new, mailbox.mailbox_old)
                self.changes.voicemail_changed(subject)
            case "directory":
                self.groups.load()
                self.changes.directory_changed()
            case "rules":
                self.rules.load()
            case "last_used":
                self.memory.put_last_used(subject, entry.value)
            case "calls":
                self.changes.calls_changed(subject, entry.value)
            case "voicemail":
                self.changes.voicemail_changed(subject)
            case "device_gone":
                self.subscribers.drop_device(subject)
                self.changes.device_revoked(subject)
            case "session_ended":
                self.changes.session_ended(subject, entry.value)

    def _see_who_is_quiet(self) -> None:
        """Do not disturb until a time ends without anybody changing anything."""
        quiet = self.memory.quiet(datetime.fromtimestamp(self.clock(), timezone.utc))
        before, self._quiet = self._quiet, quiet
        if before - quiet:
            self.changes.directory_changed()

    def _time_zone(self, given: str | None, unless_known: str) -> str:
        """What was given last holds, also for an administrator's command."""
        mine = meta.c.name == "time-zone"
        with self.engine.begin() as connection:
            kept = connection.scalar(select(meta.c.value).where(mine))
            name = given or kept or unless_known
            if kept is None:
                connection.execute(insert(meta).values(name="time-zone", value=name))
            elif name != kept:
                connection.execute(update(meta).where(mine).values(value=name))
        return name


def normal_email(email: str) -> str:
    return email.strip().lower()
