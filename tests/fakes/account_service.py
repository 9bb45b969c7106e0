"""An account service in memory: `FakePhoneSystem` is its state, `FakeAccountService` the port that a telephone holds.

It passes the same contract tests as the real client against the real service.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from itertools import count
from typing import Any

from softphone.extension.document import Fault, merge_patch
from softphone.extension.settings import Assignee, CallerId, Settings
from softphone.extension.validation import change_faults, refused_changes
from softphone.phone.account import ActivatedDevice, DirectoryEntry, Provisioning, SignedIn, ThisDevice
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.phone_services import OutboundRuleEntry
from softphone.phone.secret import Secret
from softphone.phone.server_calls import ServerCall
from softphone.phone.voicemail import Voicemail
from tests.fakes.account_parts import FakeParts, FakeServiceParts


@dataclass
class Account:
    password: str
    name: str
    organisation: str
    extension: str | None
    licensed: bool = True
    failures: list[float] = field(default_factory=list)
    locked_until: float = 0.0


@dataclass
class Device:
    id: str
    installation: str
    type: str
    name: str
    sip_password: str
    last_seen: float


@dataclass
class Session:
    email: str
    extension: str
    device: str
    access: str
    access_until: float
    refresh: str
    spent: set[str] = field(default_factory=set)
    ended: str = ""


class FakePhoneSystem:
    """`now` is its clock; `failures` are raised instead of the next answers, one each."""

    url = "https://phone.test/api/v1"

    def __init__(self) -> None:
        self.now = 1_790_000_000.0
        self.access_seconds = 3600.0
        self.domains = {"example.com"}
        self.failures: list[Failure] = []
        self.accounts: dict[str, Account] = {}
        self.documents: dict[str, tuple[dict[str, Any], int]] = {}
        self.devices: dict[str, list[Device]] = {}
        self.sessions: list[Session] = []
        self.entries: list[DirectoryEntry] = []
        self.reachable: set[str] = set()
        self.parts = FakeParts()
        self.changed = threading.Condition(threading.RLock())
        self.streams: list[list[tuple[str, str]]] = []
        self._stream_of: list[Session] = []
        self._numbers = count(1)

    def add_account(
        self, email: str, password: str, extension: str | None, label: str, *, organisation: str = "",
        caller_ids: Sequence[str] = (), licensed: bool = True, locked: Sequence[str] = (),
    ) -> None:
        self.accounts[email] = Account(password, label, organisation, extension, licensed)
        if extension is not None:
            settings = Settings(
                key=extension, label=label, assignee=Assignee(label, email), locked=tuple(locked),
                caller_id=CallerId(number=caller_ids[0] if caller_ids else None, numbers=tuple(caller_ids)),
            )
            self.documents[extension] = settings.to_json(), 1
            self.devices[extension] = []

    def add_entry(self, key: str, label: str, kind: str = "extension", presence: str = "available") -> None:
        with self.changed:
            self.entries.append(DirectoryEntry(key, label, kind, presence))
            self.tell("directory", str(next(self._numbers)))

    def leave_voicemail(self, key: str, caller: str, seconds: float) -> None:
        """A caller has left a message of that length."""
        message = Voicemail(self.new("voicemail"), caller, self.now, seconds, self._name_of(caller))
        self.parts.voicemails.setdefault(key, []).append(message)
        self.parts.sounds[message.id] = b"\xff\xf3 voice"
        self.tell("voicemail", self.new("voicemail"), key)

    def record_call(self, key: str, caller: str, reason: str, rule: str) -> None:
        """A call from `caller` is over."""
        calls = self.parts.calls.setdefault(key, [])
        name = self._name_of(caller)
        calls.append(ServerCall(len(calls) + 1, self.new("call"), False, caller, self.now, reason, name, rule=rule))
        self.tell("calls", str(len(calls)), key)

    def offer_rule(self, rule_id: str, name: str, description: str) -> None:
        self.parts.rules.append(OutboundRuleEntry(rule_id, name, description))

    def _name_of(self, caller: str) -> str:
        labels = {key: document["label"] for key, (document, _) in self.documents.items()}
        return labels.get(caller, "") or next((entry.label for entry in self.entries if entry.key == caller), "")

    def advance(self, seconds: float) -> None:
        self.now += seconds

    def new(self, what: str) -> str:
        return f"{what}-{next(self._numbers)}"

    def etag(self, key: str) -> str:
        return f'"{key}-{self.documents[key][1]}"'

    def document(self, session: Session) -> dict[str, Any]:
        document, _ = self.documents[session.extension]
        devices = [
            {
                "id": one.id, "type": one.type, "name": one.name, "mac": None, "activated": True,
                "this_device": one.id == session.device,
                "last_seen": _moment(one.last_seen),
            }
            for one in self.devices[session.extension]
        ]  # fmt: skip
        return document | {"devices": devices}

    def change(self, key: str, document: dict[str, Any]) -> None:
        """A new version of the document, told to every stream of the extension."""
        with self.changed:
            self.documents[key] = document, self.documents[key][1] + 1
            self.tell("extension", self.etag(key), key)

    def end(self, device: str, reason: str) -> None:
        with self.changed:
            for session in self.sessions:
                if session.device == device and not session.ended:
                    session.ended = reason
                    for stream, owner in zip(self.streams, self._stream_of, strict=True):
                        if owner is session:
                            stream.append(("signed-out", reason))
            self.changed.notify_all()

    def tell(self, event: str, data: str, key: str | None = None) -> None:
        with self.changed:
            for stream, owner in zip(self.streams, self._stream_of, strict=True):
                if not owner.ended and key in (None, owner.extension):
                    stream.append((event, data))
            self.changed.notify_all()

    def open_stream(self, session: Session) -> list[tuple[str, str]]:
        with self.changed:
            stream = [("extension", self.etag(session.extension)), ("directory", "0")]
            self.streams.append(stream)
            self._stream_of.append(session)
            return stream


class FakeAccountService(FakeServiceParts):
    """`softphone.phone.ports.AccountService`."""

    def __init__(self, system: FakePhoneSystem, on_rotated: Callable[[Secret], None] = lambda token: None) -> None:
        self._system = system
        self._on_rotated = on_rotated
        self._refresh: Secret | None = None
        self._access = ""
        self._over = Failure(FailureKind.EXPIRED, detail="not signed in")
        self._known = ""
        self._closed = False
        self._lock = threading.Lock()

    def sign_in(
        self, email: str, password: Secret, device: ThisDevice, *, service: str | None = None,
        replace_device: str | None = None,
    ) -> SignedIn:
        system = self._system
        self._may_fail()
        local, at, domain = email.strip().rpartition("@")
        if not (local and at and domain) or " " in domain:
            raise _refused(FailureKind.BAD_ADDRESS)
        if service != system.url and (service is not None or domain not in system.domains):
            raise _refused(FailureKind.SERVICE_NOT_FOUND)
        account = self._check(email.strip().lower(), password)
        if not account.licensed:
            raise _refused(FailureKind.NO_LICENCE, 403)
        if account.extension is None:
            raise _refused(FailureKind.NO_EXTENSION, 403)
        owned = self._place(account.extension, device, replace_device)
        session = Session(
            email.strip().lower(), account.extension, owned.id, system.new("access"),
            system.now + system.access_seconds, system.new("refresh"),
        )
        system.sessions.append(session)
        system.change(account.extension, system.documents[account.extension][0])
        self._access, self._refresh = session.access, Secret(session.refresh)
        return SignedIn(
            system.url, session.email, account.name, account.organisation, account.extension, self._refresh
        )

    def resume(self, session: SignedIn) -> None:
        self._access, self._refresh, self._known = "", session.refresh_token, ""

    def provisioning(self) -> Provisioning:
        session = self._session()
        device = next(one for one in self._system.devices[session.extension] if one.id == session.device)
        document = self._system.document(session)
        return Provisioning(
            domain="phone.test", username=session.extension, auth_username=device.id,
            password=Secret(device.sip_password), display_name=document["label"], registrar="127.0.0.1:5060",
            transports=("udp", "tcp"), srtp="optional", voicemail_number="*97", revision=device.sip_password,
        )

    def extension(self) -> tuple[dict[str, Any], str]:
        session = self._session()
        self._known = self._system.etag(session.extension)
        return self._system.document(session), self._known

    def patch_extension(self, patch: dict[str, Any], etag: str) -> tuple[dict[str, Any], str]:
        session = self._session()
        with self._system.changed:
            if etag != self._system.etag(session.extension):
                authors = self._authors_after(session.extension, int(etag.strip('"').rpartition("-")[2]))
                raise Refused(Failure(FailureKind.CONFLICT, 412, authors=authors))
            before = self._system.document(session)
            after = merge_patch(before, patch)
            refused = refused_changes(before, after)
            if refused:
                raise _faulty(FailureKind.LOCKED, 403, refused)
            groups = {entry.key for entry in self._system.entries if entry.kind == "group"}
            known = {entry.key for entry in self._system.entries} | set(self._system.documents)
            now = datetime.fromtimestamp(self._system.now, timezone.utc)
            wrong = change_faults(before, after, groups, now=now, known=known)
            if wrong:
                raise _faulty(FailureKind.INVALID, 422, wrong)
            after = Settings.from_json(after).to_json()
            if after != before:
                version = self._system.documents[session.extension][1] + 1
                self._known = f'"{session.extension}-{version}"'
                author = self._system.accounts[session.email].name
                self._system.parts.changed(session.extension, version, before, after, author, self._system.now)
                self._system.change(session.extension, after | {"devices": []})
        return self.extension()

    def directory(self) -> Sequence[DirectoryEntry]:
        self._session()
        own = [
            DirectoryEntry(key, document["label"], "extension", self._presence(key, document))
            for key, (document, _) in self._system.documents.items()
        ]
        return sorted([*own, *self._system.entries], key=lambda entry: (len(entry.key), entry.key))

    def sign_out(self) -> None:
        try:
            session = self._session()
        except Refused as refused:
            if refused.failure.kind not in (FailureKind.EXPIRED, FailureKind.REPLACED):
                raise
        else:
            devices = self._system.devices[session.extension]
            self._system.devices[session.extension] = [one for one in devices if one.id != session.device]
            self._system.end(session.device, "signed-out")
            self._system.change(session.extension, self._system.documents[session.extension][0])
        finally:
            self._end(Failure(FailureKind.EXPIRED, detail="signed out"))

    def events(self) -> Iterator[tuple[str, str]]:
        try:
            stream = self._system.open_stream(self._session())
        except Refused as refused:
            yield "signed-out", refused.failure.kind.value
            return
        while True:
            with self._system.changed:
                self._system.changed.wait_for(lambda: stream or self._closed)
                if self._closed:
                    return
                event, data = stream.pop(0)
            if event == "signed-out":
                kind = FailureKind.REPLACED if data == "replaced" else FailureKind.EXPIRED
                self._end(Failure(kind, detail=data))
                yield event, data
                return
            if not (event == "extension" and data == self._known):
                yield event, data

    def close(self) -> None:
        with self._system.changed:
            self._closed = True
            self._system.changed.notify_all()

    def _check(self, email: str, password: Secret) -> Account:
        now = self._system.now
        account = self._system.accounts.get(email)
        if account is None:
            account = self._system.accounts.setdefault(email, Account("", "", "", None))
        if account.locked_until > now:
            raise Refused(Failure(FailureKind.TOO_MANY_ATTEMPTS, 429, retry_after=account.locked_until - now))
        if not account.password or account.password != password.reveal():
            account.failures = [at for at in account.failures if now - at < 300] + [now]
            if len(account.failures) >= 5:
                account.failures, account.locked_until = [], now + 60
            raise _refused(FailureKind.INVALID_CREDENTIALS, 401)
        account.failures = []
        return account

    def _place(self, key: str, device: ThisDevice, replace_device: str | None) -> Device:
        devices = self._system.devices[key]
        new, now = self._system.new, self._system.now
        fresh = Device(new("d"), device.id, "desktop", device.name, new("sip"), now)
        mine = next((one for one in devices if one.installation == device.id), None)
        if mine is not None:
            self._system.end(mine.id, "signed-in-again")
            fresh = replace(fresh, id=mine.id)
            devices[devices.index(mine)] = fresh
            return fresh
        if len(devices) >= 3:
            leaving = next((one for one in devices if one.id == replace_device), None)
            if leaving is None:
                listed = tuple(
                    ActivatedDevice(one.id, one.type, one.name, _moment(one.last_seen))
                    for one in devices
                )
                raise Refused(Failure(FailureKind.DEVICE_LIMIT, 409, devices=listed))
            devices.remove(leaving)
            self._system.end(leaving.id, "replaced")
        devices.append(fresh)
        return fresh

    def _session(self) -> Session:
        """Whose access token is held; renewed when it has expired."""
        self._may_fail()
        with self._lock:
            if self._refresh is None:
                raise Refused(self._over)
            for session in self._system.sessions:
                if session.access == self._access and not session.ended and session.access_until > self._system.now:
                    return session
            return self._rotate(self._refresh)

    def _rotate(self, refresh: Secret) -> Session:
        for session in self._system.sessions:
            if refresh.reveal() in session.spent:
                self._system.end(session.device, "reused")
            if refresh.reveal() in session.spent or refresh.reveal() == session.refresh:
                if session.ended:
                    kind = FailureKind.REPLACED if session.ended == "replaced" else FailureKind.EXPIRED
                    self._end(Failure(kind, 401, session.ended))
                    raise Refused(self._over)
                session.spent.add(session.refresh)
                session.refresh, session.access = self._system.new("refresh"), self._system.new("access")
                session.access_until = self._system.now + self._system.access_seconds
                with contextlib.suppress(Exception):  # whoever keeps it has a fault; the session goes on
                    self._on_rotated(Secret(session.refresh))
                self._access, self._refresh = session.access, Secret(session.refresh)
                return session
        self._end(Failure(FailureKind.EXPIRED, 401))
        raise Refused(self._over)

    def _end(self, failure: Failure) -> None:
        self._refresh, self._access, self._over = None, "", failure

    def _may_fail(self) -> None:
        if self._closed:
            raise _refused(FailureKind.NOT_NOW)
        if self._system.failures:
            raise Refused(self._system.failures.pop(0))

    def _presence(self, key: str, document: dict[str, Any]) -> str:
        if document["dnd"]["enabled"]:
            return "dnd"
        if document["forwarding"]["enabled"]:
            return "forwarding"
        return "available" if key in self._system.reachable else "offline"


def _refused(kind: FailureKind, code: int | None = None, detail: str = "") -> Refused:
    return Refused(Failure(kind, code, detail))


def _faulty(kind: FailureKind, code: int, faults: Sequence[Fault]) -> Refused:
    detail = "; ".join(f"{one.pointer}: {one.detail}" for one in faults)
    return Refused(Failure(kind, code, detail, sentence=faults[0].detail, faults=tuple(faults)))


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="seconds")
