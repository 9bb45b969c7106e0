"""The phone system's signalling with subscribers in memory, and peers that speak to it, for scenarios in one loop."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import logging
import queue
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import trustme

from softphone.extension.outgoing_rules import OutboundRule
from softphone.extension.settings import DeviceType, Settings
from softphone.pbx.ports import Binding, CallRecord, Extension, SipAddresses, SipCoreConfig, SipDevice
from softphone.pbx.sip_core.sippy_core import SippyCore
from softphone.pbx.sip_core.timings import Timings
from tests.fakes.sip_peer import SipPeer

REALM = "pbx.test"
QUICK = Timings()


class MemorySubscribers:
    """Extensions 100, 110, 120 with three devices each ("100-1" to "100-3", password "secret")."""

    def __init__(self) -> None:
        self.devices: dict[str, SipDevice] = {}
        self.extensions: dict[str, Extension] = {}
        self.saved: dict[tuple[str, str, str], Binding] = {}
        self.documents: dict[str, Settings] = {}
        self.outbound_rules: dict[str, OutboundRule] = {}
        self.groups: dict[str, Sequence[str]] = {}
        self.last: dict[str, DeviceType] = {}
        self.usage: dict[str, float] = {}  # seconds
        for key, label in (("100", "Alice Tan"), ("110", "Bob Åström"), ("120", "Carol Lee")):
            self.extensions[key] = Extension(key, label, f"+6560000{key}", mailbox_new=2, mailbox_old=5)
            for number in range(1, 5):
                self.add_device(key, f"{key}-{number}")

    def add_device(self, extension: str, name: str) -> None:
        ha1 = hashlib.md5(f"{name}:{REALM}:secret".encode(), usedforsecurity=False).hexdigest()
        self.devices[name] = SipDevice(name, ha1, extension, device_id=f"device-{name}")

    def device(self, auth_username: str) -> SipDevice | None:
        return self.devices.get(auth_username)

    def extension(self, key: str) -> Extension | None:
        return self.extensions.get(key)

    def bindings(self) -> Sequence[Binding]:
        return list(self.saved.values())

    def save_binding(self, binding: Binding) -> None:
        self.saved[binding.extension, binding.device_id, binding.contact] = binding

    def remove_binding(self, extension: str, device_id: str, contact: str) -> None:
        self.saved.pop((extension, device_id, contact), None)

    def settings(self, key: str) -> Settings | None:
        """None: every device of the extension rings."""
        return self.documents.get(key)

    def outbound_rule(self, rule_id: str) -> OutboundRule | None:
        return self.outbound_rules.get(rule_id)

    def group_members(self, key: str) -> Sequence[str]:
        return self.groups.get(key, ())

    def last_used(self, key: str) -> DeviceType | None:
        return self.last.get(key)

    def device_used(self, key: str, device_id: str) -> None:
        used = [device.device_type for device in self.devices.values() if device.device_id == device_id]
        self.last[key] = cast(DeviceType, used[0])

    def add_usage(self, key: str, seconds: float) -> None:
        self.usage[key] = self.usage.get(key, 0.0) + seconds
        document = self.documents.get(key)
        if document is not None:
            used = replace(document.usage_limit, used=document.usage_limit.used + seconds / 60)
            self.documents[key] = replace(document, usage_limit=used)


@functools.lru_cache(maxsize=1)
def certificates() -> tuple[Path, Path, Path]:
    """Authority, chain and key, made once a run."""
    folder = Path(tempfile.mkdtemp(prefix="signalling-"))
    authority = trustme.CA()
    server = authority.issue_cert("127.0.0.1", REALM)
    paths = folder / "ca.pem", folder / "chain.pem", folder / "key.pem"
    authority.cert_pem.write_to_path(str(paths[0]))
    for blob in server.cert_chain_pems:
        blob.write_to_path(str(paths[1]), append=True)
    server.private_key_pem.write_to_path(str(paths[2]))
    return paths


class _Tracebacks(logging.Handler):
    """Bugs of the signalling: nothing that comes over the wire may raise through it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def texts(self) -> list[str]:
        return [logging.Formatter().format(record) for record in self.records]


Engine = Callable[[SipCoreConfig, Timings], Any]  # makes a SipCore


class Ground:
    """A running core and the peers a test made; everything ends with it."""

    def __init__(
        self, timings: Timings, listen: str = "127.0.0.1", engine: Engine = SippyCore,
        subscribers: MemorySubscribers | None = None,
    ) -> None:
        self.subscribers = subscribers or MemorySubscribers()
        self.records: queue.Queue[CallRecord] = queue.Queue()  # one a call
        self.every_record: list[CallRecord] = []  # one for each extension that a call concerned
        self.changes: list[str] = []
        self._timings = timings
        self._stack = AsyncExitStack()
        self.tracebacks = _Tracebacks()
        _, chain, key = certificates()
        self.config = SipCoreConfig(
            listen=listen, realm=REALM, udp_port=0, tcp_port=0, tls_port=0, certificate_chain=chain,
            private_key=key, subscribers=self.subscribers, call_ended=self._ended,
            registrations_changed=self.changes.append,
        )  # fmt: skip
        self.addresses = SipAddresses("", "", "")
        self.core = engine(self.config, timings)

    def start(self) -> None:
        self.addresses = self.core.start()

    def restart(self) -> None:
        """Stops, and starts again on the same ports with what is saved."""
        self.core.stop()
        ports = [int(name.rsplit(":", 1)[1]) for name in
                 (self.addresses.udp, self.addresses.tcp, self.addresses.tls)]  # fmt: skip
        self.config = replace(self.config, udp_port=ports[0], tcp_port=ports[1], tls_port=ports[2])
        self.core = SippyCore(self.config, self._timings)
        self.start()

    async def peer(self, name: str = "", transport: str = "udp", user: str | None = None) -> SipPeer:
        """`name` is the device, e.g. "100-1"; nobody's without."""
        peer = await SipPeer.open(
            getattr(self.addresses, transport), name.split("-")[0] if user is None else user, transport=transport,
            auth_username=name, password="secret", realm=REALM, ca_file=str(certificates()[0]),
        )  # fmt: skip
        await self._stack.enter_async_context(peer)
        return peer

    async def phone(self, name: str, transport: str = "udp") -> SipPeer:
        """A registered device."""
        peer = await self.peer(name, transport)
        reply = await peer.register()
        assert reply.code == 200, reply.start
        return peer

    def _ended(self, record: CallRecord) -> None:
        first = all(record.call_id != earlier.call_id for earlier in self.every_record)
        self.every_record.append(record)
        if first:
            self.records.put(record)

    async def record(self) -> CallRecord:
        return await asyncio.to_thread(self.records.get, True, 8)

    async def until(self, condition: Callable[[], bool], what: str, deadline: float = 8) -> None:
        """For what only a look from outside shows: polled, with a deadline."""
        end = asyncio.get_running_loop().time() + deadline
        while not condition():
            tables = getattr(self.core, "open_tables", dict)
            assert asyncio.get_running_loop().time() < end, f"not in time: {what}: {tables()}"
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        await self._stack.aclose()
        self.core.stop()


def scenario(
    timings: Timings = QUICK, listen: str = "127.0.0.1"
) -> Callable[[Callable[[Ground], Awaitable[None]]], Callable[[], None]]:
    """Makes a test of a coroutine that is given the ground."""

    def decorate(play: Callable[[Ground], Awaitable[None]]) -> Callable[[], None]:
        async def run() -> None:
            ground = Ground(timings, listen)
            logging.getLogger().addHandler(ground.tracebacks)
            ground.start()
            try:
                await play(ground)
            finally:
                await ground.close()
                logging.getLogger().removeHandler(ground.tracebacks)
            assert not ground.tracebacks.records, "\n".join(ground.tracebacks.texts())

        def test() -> None:
            asyncio.run(run())

        test.__name__, test.__doc__, test.__module__ = play.__name__, play.__doc__, play.__module__
        return test

    return decorate
