"""An organisation whose settings a test changes, on any SIP engine, with phones that show what comes over the wire."""

from __future__ import annotations

import asyncio
import itertools
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from softphone.extension.settings import CallerId, Device, NoAnswer, Settings
from softphone.pbx.ports import CallRecord, Extension, MediaRoute, SipDevice
from softphone.pbx.sip_core.timings import Timings
from tests.fakes.signalling_fixture import Engine, Ground, MemorySubscribers
from tests.fakes.sip_peer import IncomingCall, Message, OutgoingCall, SipPeer, sdp

LABELS = {"100": "Alice Tan", "101": "Ben Lim", "102": "Farah Aziz", "103": "Grace Ong", "110": "Bob Lee"}
TYPES = ("ip_phone", "mobile", "desktop")  # of the devices 100-1, 100-2, 100-3
OUTSIDE = "+6561112222"
QUICK = Timings(usage_told=0.2, usage_warning=1.0, warning_tone=0.3)


class Organisation(MemorySubscribers):
    """Extensions 100 to 103 and 110, each with an IP phone, a mobile and a desktop."""

    def __init__(self) -> None:
        super().__init__()
        for key, label in LABELS.items():
            number = f"+6560000{key}"
            self.extensions[key] = Extension(key, label, number)
            for place, kind in enumerate(TYPES, 1):
                self.add_device(key, f"{key}-{place}")
                device = self.devices[f"{key}-{place}"]
                self.devices[device.auth_username] = replace(device, device_type=kind)
            self.documents[key] = Settings(
                key=key, label=label, caller_id=CallerId(number=number, numbers=(number,)),
                no_answer=NoAnswer("hang_up", after_seconds=60),
                devices=tuple(_document_of(self.devices[f"{key}-{place}"]) for place in (1, 2, 3)),
            )  # fmt: skip


def _document_of(device: SipDevice) -> Device:
    return Device(device.device_id, device.device_type, device.auth_username)  # type: ignore[arg-type]


class RuleGround(Ground):
    """`set` changes an extension's settings; `now` is the time that "do not disturb until" goes by."""

    def __init__(self, engine: Engine, timings: Timings = QUICK) -> None:
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
        self.faults_expected = False  # or the log has none
        self.missed: list[tuple[str, str]] = []
        self.asked: list[dict[str, Any]] = []  # commands for the media children
        self._routes: list[MediaRoute] = []
        self._ports = itertools.count(4000, 2)

        def make(config: Any, timings: Timings) -> Any:
            self.config = replace(
                config, now=lambda: self.now, ask_media=self.asked.append,
                missed=lambda key, caller, _at: self.missed.append((key, caller)),
            )  # fmt: skip
            return engine(self.config, timings)

        super().__init__(timings, engine=make, subscribers=Organisation())

    def set(self, key: str, **members: Any) -> None:
        self.subscribers.documents[key] = replace(self.subscribers.documents[key], **members)

    async def child(self, *patterns: str) -> SipPeer:
        """A media child, or the world outside, that answers these numbers."""
        peer = await self.peer(user="child")
        self._routes += [MediaRoute(pattern, f"sip:{peer.address}") for pattern in patterns]
        self.core.set_media_routes(self._routes)
        return peer

    async def dial(self, caller: SipPeer, number: str, **headers: str) -> OutgoingCall:
        """`headers`: P_Preferred_Identity and such."""
        pairs = tuple((name.replace("_", "-"), text) for name, text in headers.items())
        return await caller.call(number, sdp(next(self._ports)), pairs)

    async def from_outside(self, number: str, caller: str = "+6591234567", name: str = "") -> OutgoingCall:
        """Somebody outside calls an extension, by a trunk."""
        trunk = await self.child(f"trunk{len(self._routes)}")
        call = trunk.conversation(f"sip:{number}@{self.config.realm}")
        call.local = f'"{name}" <sip:{caller}@127.0.0.1>;tag=out{len(self._routes)}'
        call.send("INVITE", sdp(next(self._ports)))
        call.invite_branch = call.branch
        return call

    async def talk(self, caller: SipPeer, callee: SipPeer, number: str) -> tuple[OutgoingCall, IncomingCall]:
        outgoing = await self.dial(caller, number)
        incoming = await callee.incoming()
        await incoming.answer(sdp(next(self._ports)))
        await outgoing.answered()
        return outgoing, incoming

    async def ended(self) -> None:
        """Every device gone, no call is left, nor anything that waits for one."""
        for device in list(self.subscribers.devices.values()):
            self.core.revoke_device(device.device_id)
        tables = getattr(self.core, "open_tables", None)
        if tables is not None:
            await self.until(lambda: tables()["prompts"] + tables()["legs"] + tables()["calls"] == 0, "nothing left", 3)

    async def silent(self, *phones: SipPeer) -> None:
        """Nothing has come to these phones."""
        for phone in phones:
            await phone.fence()
            assert [request.start for request in phone.requests if request.method == "INVITE"] == []

    async def record_of(self, key: str, deadline: float = 8, **wanted: object) -> CallRecord:
        """The record of an extension's call with these members, when it comes."""

        def fits(record: CallRecord) -> bool:
            return record.extension == key and all(getattr(record, name) == value for name, value in wanted.items())

        end = asyncio.get_running_loop().time() + deadline
        while True:
            found = [record for record in list(self.every_record) if fits(record)]
            if found:
                return found[-1]
            assert asyncio.get_running_loop().time() < end, f"no record of {key} {wanted}: {self.every_record}"
            await asyncio.sleep(0.01)


def rule(
    play: Callable[[RuleGround], Awaitable[None]], timings: Timings = QUICK
) -> Callable[[Engine], None]:
    """Makes a test, with the fixture `engine`, of a coroutine that is given the ground."""

    async def run(engine: Engine) -> None:
        ground = RuleGround(engine, timings)
        logging.getLogger().addHandler(ground.tracebacks)
        ground.start()
        try:
            await play(ground)
            await ground.ended()
        finally:
            await ground.close()
            logging.getLogger().removeHandler(ground.tracebacks)
        assert ground.faults_expected or not ground.tracebacks.records, "\n".join(ground.tracebacks.texts())

    def test(engine: Engine) -> None:
        asyncio.run(run(engine))

    test.__name__, test.__doc__, test.__module__ = play.__name__, play.__doc__, play.__module__
    return test


def shown(message: Message) -> str:
    """Whom From and P-Asserted-Identity name; they have to agree."""
    users = {re.search(r"<sip:([^@>]+)@", text).group(1)  # type: ignore[union-attr]
             for text in (message.get("from"), message.get("p-asserted-identity"))}  # fmt: skip
    assert len(users) == 1, users
    return users.pop()
