"""Two machines with Kamailio that share the location of devices: whoever is registered at one is called through the
other, and nobody else gets in between."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from softphone.pbx.kamailio.cluster import Cluster
from softphone.pbx.kamailio.core import KamailioCore
from softphone.pbx.ports import MediaRoute
from tests.fakes.sip_peer import SipPeer, sdp
from tests.interop.kamailio_ground import EdgeGround, needs_kamailio
from tests.system.rules_fixture import shown

SECRET = "a secret that the machines share"


class Machine(EdgeGround):
    """One of the cluster; the machines share their subscribers, as they would a database."""

    def __init__(self, folder: Path, cluster: Cluster, other: Machine | None = None) -> None:
        super().__init__(folder)
        self.cluster = cluster
        if other is not None:
            self.subscribers = other.subscribers
        self.config = replace(self.config, subscribers=self.subscribers)
        self.core = KamailioCore(self.config, self._timings, folder=folder, cluster=cluster)

    async def knows(self, key: str, device: str) -> None:
        await self.until(lambda: device in self.core.reachable_devices(key), f"{device} known", 10)


Play = Callable[[Machine, Machine], Awaitable[None]]


def two_machines(play: Play) -> Callable[[Path], None]:
    async def run(folder: Path) -> None:
        addresses = _two_addresses()
        here, there = (Cluster(addresses[n], (addresses[1 - n],), SECRET) for n in (0, 1))
        first = Machine(folder / "a", here)
        second = Machine(folder / "b", there, first)
        logging.getLogger().addHandler(first.tracebacks)
        await asyncio.gather(asyncio.to_thread(first.start), asyncio.to_thread(second.start))
        try:
            await play(first, second)
        finally:
            await first.close()
            await second.close()
            logging.getLogger().removeHandler(first.tracebacks)
        assert not first.tracebacks.records, "\n".join(first.tracebacks.texts())

    @needs_kamailio
    def test(tmp_path: Path) -> None:
        asyncio.run(run(tmp_path))

    test.__name__, test.__doc__, test.__module__ = play.__name__, play.__doc__, play.__module__
    return test


def _two_addresses() -> list[str]:
    """Of two hosts, as it were: Kamailio takes every port of an address of its own for itself."""
    with socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket(type=socket.SOCK_DGRAM) as two:
        one.bind(("127.0.0.2", 0))
        two.bind(("127.0.0.3", 0))
        return [":".join(map(str, probe.getsockname())) for probe in (one, two)]


@two_machines
async def test_a_phone_at_one_machine_is_called_through_the_other_over_every_transport(a: Machine, b: Machine):
    bob = await b.phone("110-1")
    for transport in ("udp", "tcp", "tls"):
        alice = await a.phone("100-1", transport)
        await b.knows("100", "device-100-1")
        call, incoming = await b.talk(bob, alice, "100")
        assert shown(incoming.invite) == "110"
        incoming.routes = incoming.invite.all("record-route")
        answered = asyncio.ensure_future(incoming.reinvite(sdp(4200, "sendonly")))
        held = await bob.expect("INVITE")
        bob.reply(held, 200, "OK", sdp(4202, "recvonly"))
        assert "a=recvonly" in (await answered).body
        assert (await (call if transport == "udp" else incoming).hang_up()).code == 200
        await (alice if transport == "udp" else bob).expect("BYE")
        assert (await b.record_of("100", call_id=call.call_id)).reason == "answered"
        await alice.register(expires=0)
        await b.until(lambda: not b.core.reachable_devices("100"), "gone at both", 10)
        await alice.close()


@two_machines
async def test_a_caller_who_gives_up_stops_the_ringing_at_the_other_machine(a: Machine, b: Machine):
    alice, bob = await a.phone("100-1", "tcp"), await b.phone("110-1")
    await b.knows("100", "device-100-1")
    call = await b.dial(bob, "100")
    incoming = await alice.incoming()
    incoming.ring()
    await call.progress(180)
    await call.cancel()
    await alice.expect("CANCEL")
    assert (await call.final()).code == 487


@two_machines
async def test_a_phone_that_moves_is_rung_where_it_is_now(a: Machine, b: Machine):
    before, bob = await a.phone("100-1", "tcp"), await b.phone("110-1")
    await b.knows("100", "device-100-1")
    now = await b.phone("100-1", "tcp")
    await before.close()
    _, incoming = await b.talk(bob, now, "100")
    await incoming.hang_up()
    carol = await a.phone("101-1")
    _, incoming = await a.talk(carol, now, "100")
    await incoming.hang_up()


@two_machines
async def test_a_device_revoked_at_one_machine_is_unreachable_at_both(a: Machine, b: Machine):
    await a.phone("100-1")
    await b.knows("100", "device-100-1")
    await asyncio.to_thread(b.core.revoke_device, "device-100-1")
    for machine in (a, b):
        await machine.until(lambda machine=machine: not machine.core.reachable_devices("100"), "revoked", 10)


@two_machines
async def test_a_machine_that_starts_again_learns_the_devices_of_the_other(a: Machine, b: Machine):
    alice = await a.phone("100-1")
    await b.knows("100", "device-100-1")
    await asyncio.to_thread(b.core.stop)
    b.core = KamailioCore(b.config, b._timings, folder=b.folder, cluster=b.cluster)
    b.addresses = await asyncio.to_thread(b.core.start)
    await b.knows("100", "device-100-1")
    bob = await b.phone("110-1")
    _, incoming = await b.talk(bob, alice, "100")
    await incoming.hang_up()


@two_machines
async def test_when_all_machines_had_stopped_the_first_that_starts_knows_the_devices(a: Machine, b: Machine):
    alice, bob = await a.phone("100-1"), await b.phone("110-1")
    await a.until(lambda: len(a.subscribers.saved) == 2, "saved")
    for machine in (a, b):
        await asyncio.to_thread(machine.core.stop)
    port = {"udp_port": int(b.addresses.udp.rsplit(":", 1)[1])}
    b.core = KamailioCore(replace(b.config, **port), b._timings, folder=b.folder, cluster=b.cluster)
    b.addresses = await asyncio.to_thread(b.core.start)
    alice.server = bob.server  # it answers where it is called from
    _, incoming = await b.talk(bob, alice, "100")
    await incoming.hang_up()


@two_machines
async def test_nobody_without_the_secret_speaks_for_a_machine(a: Machine, b: Machine):
    alice = await a.phone("100-1")
    intruder = await SipPeer.open(a.cluster.listen, "110", realm="pbx.test")
    await a._stack.enter_async_context(intruder)
    for signature in ("", "0" * 64, a.edge["token"], SECRET):
        headers = (("P-Softphone-Edge", signature), ("Route", f"<sip:{a.cluster.listen};lr>"))
        reply = await intruder.outside("INVITE", f"sip:100@{alice.address}", headers, sdp(4000))
        assert reply.code == 403
        reply = await intruder.outside("KDMQ", f"sip:usrloc@{a.cluster.listen}", headers, '{"action":1}')
        assert reply.code == 403
    await a.silent(alice)
    a.core.set_media_routes([MediaRoute("+...", f"sip:{intruder.address}")])  # even a media child may not, there
    assert (await intruder.outside("INVITE", "sip:100@pbx.test", body=sdp(4000))).code == 403
