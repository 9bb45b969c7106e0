"""The door: `SippyCore` runs the signalling on a thread of its own and takes calls from any other."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from softphone.pbx.ports import MediaRoute, SipAddresses, SipCoreConfig
from softphone.pbx.sip_core.digest import DigestChallenger
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.flow import Address, Flow
from softphone.pbx.sip_core.framing import FramingFault
from softphone.pbx.sip_core.listeners import Listeners
from softphone.pbx.sip_core.location import Location
from softphone.pbx.sip_core.media_routes import MediaRoutes
from softphone.pbx.sip_core.message_waiting import MessageWaiting
from softphone.pbx.sip_core.registrar import Registrar
from softphone.pbx.sip_core.sippy_library import LoopTimer
from softphone.pbx.sip_core.switchboard import Switchboard
from softphone.pbx.sip_core.timings import Timings
from softphone.pbx.sip_core.transactions import TransactionLayer

_log = logging.getLogger(__name__)

_T = TypeVar("_T")
_PATIENCE = 10.0  # seconds that another thread waits for the loop


class SippyCore:
    """`softphone.pbx.ports.SipCore`. The callbacks of the config and `Subscribers` are called on its own thread."""

    def __init__(
        self, config: SipCoreConfig, timings: Timings | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._config, self._timings, self._clock = config, timings or Timings(), clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._running: Running | None = None
        self._routes: Sequence[MediaRoute] = ()

    def start(self) -> SipAddresses:
        if self._thread is not None:
            raise RuntimeError("started already")
        ready: concurrent.futures.Future[SipAddresses] = concurrent.futures.Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="sip-core", daemon=True)
        self._thread.start()
        try:
            return ready.result(_PATIENCE)
        except BaseException:
            self._thread.join(_PATIENCE)
            self._thread = None
            raise

    def set_media_routes(self, routes: Sequence[MediaRoute]) -> None:
        self._routes = tuple(routes)
        self._call(lambda running: running.media.set_media_routes(routes))

    def revoke_device(self, device_id: str) -> None:
        self._call(lambda running: running.revoke(device_id))

    def notify_mailbox(self, extension: str, new: int, old: int) -> None:
        self._call(lambda running: running.message_waiting.notify(extension, new, old))

    def reachable_devices(self, extension: str) -> Sequence[str]:
        devices = self._call(lambda running: running.location.devices(extension))
        return devices if devices is not None else []

    def calls_up(self, extension: str) -> int:
        return self._call(lambda running: running.calls_up(extension)) or 0

    def media_event(self, message: dict[str, Any]) -> None:
        """Does not wait: it comes on a thread that children are listened to by."""
        loop, running = self._loop, self._running
        if loop is None or running is None:
            return
        with contextlib.suppress(RuntimeError):  # it has just stopped
            loop.call_soon_threadsafe(running.media_event, message)

    def open_tables(self) -> dict[str, int]:
        """How many of each are open: for tests and for whoever looks for a leak."""
        return self._call(lambda running: running.open_tables()) or {}

    def stop(self) -> None:
        """Ends the calls and closes the ports; bindings stay saved, for the next start."""
        thread, loop, running = self._thread, self._loop, self._running
        if thread is None or loop is None or running is None:
            return
        loop.call_soon_threadsafe(running.stopping.set)
        thread.join(_PATIENCE)
        self._thread = self._loop = self._running = None

    def _call(self, what: Callable[[Running], _T]) -> _T | None:
        """On the loop's thread; None when it does not run."""
        loop, running = self._loop, self._running
        if loop is None or running is None:
            return None
        if threading.current_thread() is self._thread:
            return what(running)
        done: concurrent.futures.Future[_T] = concurrent.futures.Future()

        def work() -> None:
            try:
                done.set_result(what(running))
            except Exception as fault:
                done.set_exception(fault)

        try:
            loop.call_soon_threadsafe(work)
        except RuntimeError:  # it has just stopped
            return None
        return done.result(_PATIENCE)

    def _make_running(self) -> Running:
        return Running(self._config, self._timings, self._clock)

    def _run(self, ready: concurrent.futures.Future[SipAddresses]) -> None:
        try:
            asyncio.run(self._serve(ready))
        except Exception as fault:
            if ready.done():
                _log.exception("the signalling stopped")
            else:
                ready.set_exception(fault)

    async def _serve(self, ready: concurrent.futures.Future[SipAddresses]) -> None:
        running = self._make_running()
        running.media.set_media_routes(self._routes)
        try:
            addresses = await running.listeners.open()
            running.location.restore(running.listeners.udp_flow)
            self._loop, self._running = asyncio.get_running_loop(), running
            ready.set_result(addresses)
            await running.stopping.wait()
        finally:
            await running.close()


class Running:
    """All that exists between start and stop, on the loop's thread. Behind an edge proxy the `_make` parts differ."""

    def __init__(self, config: SipCoreConfig, timings: Timings, clock: Callable[[], float]) -> None:
        self._config, self._timings, self._clock = config, timings, clock
        self.stopping = asyncio.Event()
        self.layer = TransactionLayer(self._receive, timings)
        self.location = self._make_location()
        self.listeners = self._make_listeners()
        self.media = MediaRoutes(self._udp_flow)
        self._exchange = Exchange(config, self.layer, self.location, self.media, timings, clock)
        self.message_waiting = MessageWaiting(self._exchange)
        registrar = Registrar(self.layer, self.location, self._udp_flow, timings, clock)
        challenger = DigestChallenger(config.realm, timings.nonce, clock)
        self._switchboard = self._make_switchboard(self._exchange, registrar, challenger)
        self._sweep = LoopTimer(self.location.remove_expired, timings.sweep, -1)

    def _make_location(self) -> Location:
        return Location(self._config.subscribers, self._config.registrations_changed, self._clock)

    def _make_listeners(self) -> Listeners:
        return Listeners(self._config, self.layer.receive, self._closed, self._refuse, self._timings.first_message)

    def _make_switchboard(
        self, exchange: Exchange, registrar: Registrar, challenger: DigestChallenger
    ) -> Switchboard:
        return Switchboard(exchange, registrar, challenger, self.message_waiting)

    def revoke(self, device_id: str) -> None:
        self.location.remove_device(device_id)
        self.message_waiting.remove_device(device_id)
        for call in list(self._exchange.calls):
            call.end_device(device_id)

    def calls_up(self, extension: str) -> int:
        return self._exchange.calls_up(extension)

    def media_event(self, message: dict[str, Any]) -> None:
        if message.get("event") == "passcode":
            prompt = self._exchange.prompts.get(str(message.get("token")))
            if prompt is not None:
                prompt.digits(str(message.get("digits", "")))

    def open_tables(self) -> dict[str, int]:
        return {
            "transactions": self.layer.open_transactions,
            "answers kept": self.layer.answers_kept,
            "legs": self._exchange.open_legs,
            "calls": len(self._exchange.calls),
            "prompts": len(self._exchange.prompts),
            "bindings": len(self.location),
            "subscriptions": len(self.message_waiting),
            "connections": self.listeners.connections,
        }

    async def close(self) -> None:
        self._sweep.cancel()
        for call in list(self._exchange.calls):
            call.end()
        self.layer.shutdown()
        await asyncio.sleep(0)  # what was written goes out
        self.listeners.close()
        await asyncio.sleep(0)

    def _receive(self, request: object, transaction: object, flow: Flow) -> None:
        self._switchboard.receive(request, transaction, flow)

    def _closed(self, flow: Flow) -> None:
        self.location.remove_flow(flow)
        self.message_waiting.remove_flow(flow)
        for call in list(self._exchange.calls):
            call.connection_closed(flow)

    def _refuse(self, fault: FramingFault, flow: Flow) -> None:
        self.layer.refuse_stream(fault.head, flow, fault.reason.title())

    def _udp_flow(self, remote: Address) -> Flow:
        return self.listeners.udp_flow(remote)
