"""The node: the signalling with the rules, to which nobody speaks but the edge in front of it."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import time
from dataclasses import dataclass, field
from typing import Any

from softphone.pbx.kamailio.configuration import DEVICE, EDGE, MEDIA_CHILD, NEXT
from softphone.pbx.kamailio.edge_location import EdgeLocation
from softphone.pbx.kamailio.registrations import Registrations
from softphone.pbx.ports import SipAddresses, SipCoreConfig, SipDevice
from softphone.pbx.sip_core.digest import DigestChallenger
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.flow import Address, Flow, bracketed
from softphone.pbx.sip_core.listeners import Listeners
from softphone.pbx.sip_core.location import Location
from softphone.pbx.sip_core.message_waiting import MessageWaiting
from softphone.pbx.sip_core.messages import values
from softphone.pbx.sip_core.registrar import Registrar
from softphone.pbx.sip_core.sippy_core import Running, SippyCore
from softphone.pbx.sip_core.switchboard import Switchboard
from softphone.pbx.sip_core.timings import Timings

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Gate:
    """The edge as the node knows it: its address, and the token by which each believes the other."""

    edge: Address
    token: str = field(repr=False)


class EdgeFlow(Flow):
    """To the edge, whatever a Via or Contact says; requests carry the token, and where they are to go."""

    def __init__(self, flow: Flow, gate: Gate, destination: Address | None = None) -> None:
        super().__init__("udp", flow.local, gate.edge, flow.send_to, reliable=False)
        lines = [f"{EDGE}: {gate.token}"]
        if destination is not None and destination != gate.edge:
            lines.append(f"{NEXT}: {bracketed(destination[0])}:{destination[1]}")
        self._lines = "".join(f"\r\n{line}" for line in lines).encode() + b"\r\n"

    def send_to(self, data: bytes | str, address: Address) -> None:
        octets = data.encode("ascii", "surrogateescape") if isinstance(data, str) else data
        if not octets.startswith(b"SIP/2.0 "):
            octets = octets.replace(b"\r\n", self._lines, 1)
        super().send_to(octets, self.remote)


class _EdgeListeners(Listeners):
    """One UDP socket on the loopback interface; what does not come from the edge is dropped."""

    async def open(self) -> SipAddresses:
        loop = asyncio.get_running_loop()
        self._udp, _ = await loop.create_datagram_endpoint(lambda: self._datagrams, local_addr=("127.0.0.1", 0))
        host, port = self._udp.get_extra_info("sockname")[:2]
        return SipAddresses(f"{host}:{port}", "", "")


class _EdgeSwitchboard(Switchboard):
    """Kamailio has judged the credentials, and says in a header of its own whose they were."""

    def __init__(
        self, exchange: Exchange, registrar: Registrar, challenger: DigestChallenger,
        message_waiting: MessageWaiting, gate: Gate,
    ) -> None:
        super().__init__(exchange, registrar, challenger, message_waiting)
        self._gate = gate

    def receive(self, request: Any, transaction: Any, flow: Flow) -> None:
        said = values(request, EDGE.lower())
        if len(said) != 1 or not hmac.compare_digest(said[0].encode(), self._gate.token.encode()):
            _log.warning("%s without the edge's token refused", request.getMethod())
            self._exchange.layer.reply(transaction, 403, "Forbidden")
            return
        super().receive(request, transaction, flow)

    def _from_media_child(self, request: Any, _flow: Flow) -> bool:
        return values(request, DEVICE.lower()) == [MEDIA_CHILD]

    def _authenticated(self, request: Any, transaction: Any) -> SipDevice | None:
        said = values(request, DEVICE.lower())
        device = self._exchange.config.subscribers.device(said[0]) if len(said) == 1 else None
        if device is None:
            self._exchange.layer.reply(transaction, 403, "Forbidden")
        return device


class _EdgeRunning(Running):
    def __init__(self, config: SipCoreConfig, timings: Timings, gate: Gate, registrations: Registrations) -> None:
        self._gate, self._registrations = gate, registrations
        super().__init__(config, timings, time.time)

    def _make_location(self) -> Location:
        return EdgeLocation(self._config, self._registrations, lambda: self._udp_flow(self._gate.edge))

    def _make_listeners(self) -> Listeners:
        return _EdgeListeners(self._config, self._from_edge, self._closed, self._refuse, self._timings.first_message)

    def _make_switchboard(
        self, exchange: Exchange, registrar: Registrar, challenger: DigestChallenger
    ) -> Switchboard:
        return _EdgeSwitchboard(exchange, registrar, challenger, self.message_waiting, self._gate)

    def _from_edge(self, data: bytes, flow: Flow) -> None:
        if flow.remote == self._gate.edge:
            self.layer.receive(data, EdgeFlow(flow, self._gate))

    def connection_lost(self, device_id: str) -> None:
        """Before the answer nobody can come back to it; a call that is up waits for the device's new connection."""
        for leg in self._exchange.legs():
            if leg.device_id == device_id and not leg.confirmed:
                for call in list(self._exchange.calls):
                    call.connection_closed(leg.dialog.flow)

    def _udp_flow(self, remote: Address) -> Flow:
        return EdgeFlow(super()._udp_flow(remote), self._gate, remote)


class Node(SippyCore):
    """`SippyCore` behind an edge. `start` returns its own address, which only the edge is told."""

    def __init__(
        self, config: SipCoreConfig, timings: Timings, gate: Gate, registrations: Registrations
    ) -> None:
        super().__init__(config, timings)
        self._gate, self._registrations = gate, registrations

    def connection_lost(self, device_id: str) -> None:
        """Does not wait; from any thread."""
        loop, running = self._loop, self._running
        if loop is not None and isinstance(running, _EdgeRunning):
            with contextlib.suppress(RuntimeError):  # it has just stopped
                loop.call_soon_threadsafe(running.connection_lost, device_id)

    def _make_running(self) -> Running:
        return _EdgeRunning(self._config, self._timings, self._gate, self._registrations)
