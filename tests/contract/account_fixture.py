"""Two worlds for the same cases: the real client over HTTPS to the real service, and the fake in memory."""

from __future__ import annotations

import queue
import threading
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from uuid import uuid4

import trustme

from softphone.account.client import AccountClient
from softphone.account.http import Http
from softphone.extension.outgoing_rules import OutboundRule
from softphone.extension.settings import Settings
from softphone.pbx.mail import SmtpServer
from softphone.pbx.media.speech import SAMPLE_RATE, write_wav
from softphone.pbx.ports import CallRecord
from softphone.pbx.service.app import create_app
from softphone.pbx.service.database import sqlite_url
from softphone.pbx.service.provisioning import ProvisioningAddresses
from softphone.pbx.service.server import HttpsServer
from softphone.pbx.service.store import Store
from softphone.pbx.service.voicemail_centre import VoicemailCentre
from softphone.phone.account import ThisDevice
from softphone.phone.secret import Secret
from tests.fakes.account_service import FakeAccountService, FakePhoneSystem

PASSWORD = Secret("correct horse battery staple")
NOW = 1_790_000_000.0
DEADLINE = 10.0  # seconds any wait may take before a test fails


@cache
def authority() -> trustme.CA:
    return trustme.CA()


def any_device(number: int = 1) -> ThisDevice:
    return ThisDevice(f"installation-{number}", f"Computer {number}", "Linux", "0.1.0")


class RealWorld:
    """The real service on a free port, with a certificate of its own authority."""

    def __init__(self, folder: Path, **signalling: Callable) -> None:
        self.folder = folder
        self.now = NOW
        self.reachable: set[str] = set()
        self.revoked: list[str] = []
        self.mailbox_counts: list[tuple] = []  # (extension, new, old) as signalling is told
        self.smtp: SmtpServer | None = None
        self.ca_file = folder / "ca.pem"
        authority().cert_pem.write_to_path(str(self.ca_file))
        certificate = authority().issue_cert("127.0.0.1", "localhost")
        (folder / "chain.pem").write_bytes(b"".join(pem.bytes() for pem in certificate.cert_chain_pems))
        certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
        self._signalling = {
            "device_revoked": self.revoked.append,
            "reachable_devices": lambda key: ["any"] if key in self.reachable else [],
        } | signalling
        self._clients: list[AccountClient] = []
        self.port = 0
        self.start()

    def start(self) -> None:
        """Also after `stop`: the same database, and the same port."""
        self.store = Store(sqlite_url(self.folder / "service.db"), realm="phone.test", clock=lambda: self.now)
        self.voicemail = VoicemailCentre(
            self.store, self.folder, mailbox_changed=lambda *count: self.mailbox_counts.append(count), smtp=self.smtp,
            first_mail_pause=0.2,
        )
        self.voicemail.start()
        self.app = create_app(
            self.store,
            sip=lambda: ProvisioningAddresses("phone.test", "127.0.0.1:5060", "127.0.0.1:5060", "127.0.0.1:5061"),
            clock=lambda: self.now, keep_alive_seconds=1.0, parts=self.voicemail.parts, **self._signalling,
        )
        self._server = HttpsServer(
            self.app, certificate_chain=self.folder / "chain.pem", private_key=self.folder / "key.pem", port=self.port
        )
        self.port = self._server.start()
        self.url = f"https://127.0.0.1:{self.port}/api/v1"

    def stop(self) -> None:
        self._server.stop()
        self.voicemail.close()
        self.store.close()

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.stop()

    def client(
        self, on_rotated: Callable[[Secret], None] = lambda token: None, http: Http | None = None
    ) -> AccountClient:
        client = AccountClient(on_rotated, ca_file=self.ca_file, http=http)
        self._clients.append(client)
        return client

    def add_account(self, email, password, extension, label, *, locked=(), **more) -> None:
        settings = None
        if locked:
            settings = replace(Settings(key=extension, label=label), locked=tuple(locked))
        self.store.ensure_account(email, password, extension, label, settings=settings, **more)

    def add_entry(self, key, label, kind="extension", presence="available") -> None:
        self.store.ensure_directory_entry(key, label, kind, presence)

    def leave_voicemail(self, key: str, caller: str, seconds: float) -> None:
        """As a media child records it, and tells."""
        box = self.folder / "voicemail" / key / "new"
        box.mkdir(parents=True, exist_ok=True)
        file = box / f"{int(self.now * 1000)}_{caller or 'unknown'}.wav"
        write_wav(file, array("h", bytes(2 * int(seconds * SAMPLE_RATE))))
        self.voicemail.media_event({"event": "voicemail", "extension": key, "caller": caller, "file": str(file)})
        self.voicemail.media_event({"event": "mailbox", "extension": key})

    def record_call(self, key: str, caller: str, reason: str, rule: str) -> None:
        """A call from `caller` is over."""
        entry = self.store.extension(caller)
        self.store.calls.add(CallRecord(
            uuid4().hex, caller, key, self.now, None, self.now + 1, reason, extension=key,
            caller_name=entry.label if entry else "", called=key, rule=rule,
        ))  # fmt: skip

    def offer_rule(self, rule_id: str, name: str, description: str) -> None:
        self.store.rules.ensure(OutboundRule(rule_id, name, description))

    def advance(self, seconds: float) -> None:
        self.now += seconds


class FakeWorld:
    def __init__(self) -> None:
        self.system = FakePhoneSystem()
        self.url = self.system.url
        self.reachable = self.system.reachable
        self.add_account = self.system.add_account
        self.add_entry = self.system.add_entry
        self.advance = self.system.advance
        self.leave_voicemail = self.system.leave_voicemail
        self.offer_rule = self.system.offer_rule
        self.record_call = self.system.record_call
        self._clients: list[FakeAccountService] = []

    def client(self, on_rotated: Callable[[Secret], None] = lambda token: None) -> FakeAccountService:
        client = FakeAccountService(self.system, on_rotated)
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()


class Watcher:
    """Reads a client's event stream on a thread, as the application does."""

    def __init__(self, client) -> None:
        self._seen: queue.Queue = queue.Queue()
        self.thread = threading.Thread(target=self._read, args=(client,), daemon=True)
        self.thread.start()

    def next(self, event: str) -> str:
        """The data of the next such event; others are passed over."""
        while True:
            name, data = self._seen.get(timeout=DEADLINE)
            if name == event:
                return data
            assert name != "", f"the stream ended without {event}"

    def everything_until(self, event: str) -> list[tuple[str, str]]:
        found = []
        while not found or found[-1][0] != event:
            found.append(self._seen.get(timeout=DEADLINE))
        return found

    def has_ended(self) -> bool:
        self.thread.join(DEADLINE)
        return not self.thread.is_alive()

    def _read(self, client) -> None:
        for event in client.events():
            self._seen.put(event)
        self._seen.put(("", "ended"))


@contextmanager
def real_world(folder: Path, **signalling: Callable) -> Iterator[RealWorld]:
    world = RealWorld(folder, **signalling)
    try:
        yield world
    finally:
        world.close()
