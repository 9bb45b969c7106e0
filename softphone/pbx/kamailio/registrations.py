"""Who is registered at this machine: told by Kamailio, kept for the next start, shown as presence."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from softphone.pbx.kamailio.rpc import KamailioRpc, RpcFault, RpcLate
from softphone.pbx.ports import Binding, SipCoreConfig

_log = logging.getLogger(__name__)

_TABLE = "location"
_EVERY_METHOD = 16383
_NOT_REGISTERED = ("not found", "has no contacts")
_OTHERS_SECONDS = 1.0
_WITHIN = 2.0  # seconds; nothing waits for these answers


def aor_of(device_id: str) -> str:
    """The user part of a device's address of record; Kamailio compares them without regard to case."""
    return device_id.encode().hex()


class Registrations:
    """`registered`, `closed`, `expired`, `restore` on one thread; the rest on any."""

    def __init__(
        self, config: SipCoreConfig, rpc: KamailioRpc, in_cluster: bool, clock: Callable[[], float] = time.time
    ) -> None:
        self._subscribers, self._changed_listener = config.subscribers, config.registrations_changed
        self._rpc, self._in_cluster, self._clock = rpc, in_cluster, clock
        self._here: dict[str, Binding] = {}  # by address of record

    def contact(self, device_id: str, rpc: KamailioRpc | None = None, within: float = 0.2) -> dict[str, Any] | None:
        """The device's live contact as Kamailio has it, at whichever machine; None when nothing reaches it."""
        try:
            record = (rpc or self._rpc).ask("ul.lookup", _TABLE, aor_of(device_id), within=within)
        except RpcLate as fault:
            _log.warning("%s", fault)
            return self._known_here(aor_of(device_id))
        except RpcFault as fault:
            if not any(words in str(fault) for words in _NOT_REGISTERED):
                _log.warning("%s", fault)
            return None
        for entry in record.get("Contacts", []):
            contact: dict[str, Any] = entry.get("Contact", entry)
            if isinstance(contact.get("Expires"), int) and contact["Expires"] > 0:
                return contact
        return None

    def _known_here(self, aor: str) -> dict[str, Any] | None:
        """While Kamailio does not answer in time, a device that is registered here is still tried."""
        binding = self._here.get(aor)
        left = round(binding.expires_at - self._clock()) if binding is not None else 0
        return {"Address": binding.contact, "Expires": left} if binding is not None and left > 0 else None

    def devices_here(self, extension: str) -> list[str]:
        return [binding.device_id for binding in list(self._here.values()) if binding.extension == extension]

    def remove_device(self, device_id: str) -> None:
        """It may not be reached any more, by any machine."""
        try:
            self._rpc.ask("ul.rm", _TABLE, aor_of(device_id), within=_WITHIN)
        except RpcFault as fault:
            _log.info("%s", fault)  # it was not registered
        self._forget(aor_of(device_id))

    # -- told by Kamailio -------------------------------------------------------------------------------------------

    def registered(self, username: str, source: tuple[str, int], transport: str) -> None:
        """A REGISTER of this device has been answered 200: it came, stays, or went."""
        device = self._subscribers.device(username)
        if device is None:
            return
        aor = aor_of(device.device_id)
        contact = self.contact(device.device_id, within=_WITHIN)
        if contact is None:
            self._forget(aor)
            return
        binding = Binding(
            extension=device.extension, device_id=device.device_id, contact=str(contact["Address"]), source=source,
            transport=transport, call_id=str(contact.get("Call-ID", "")), cseq=int(contact.get("CSeq", 0)),
            expires_at=self._clock() + contact["Expires"], user_agent=str(contact.get("User-Agent", ""))[:200],
        )  # fmt: skip
        former = self._here.get(aor)
        if former is not None and former.contact != binding.contact:
            self._subscribers.remove_binding(former.extension, former.device_id, former.contact)
        self._here[aor] = binding
        self._subscribers.save_binding(binding)
        if former is None:
            _log.info("%s registered by %s for %d s", device.extension, transport, contact["Expires"])
            self._changed(device.extension)

    def closed(self, source: tuple[str, int]) -> list[str]:
        """The connection from there; returns the ids of the devices that it led to."""
        lost = [(aor, binding) for aor, binding in self._here.items()
                if binding.source == source and binding.transport != "udp"]  # fmt: skip
        for aor, binding in lost:
            try:  # this contact only: the device may be at another machine by now
                self._rpc.ask("ul.rm_contact", _TABLE, aor, binding.contact, within=_WITHIN)
            except RpcFault as fault:
                _log.info("%s", fault)
            self._forget(aor)
        return [binding.device_id for _, binding in lost]

    def expired(self, aor: str) -> None:
        binding = self._here.get(aor)
        if binding is not None and self.contact(binding.device_id, within=_WITHIN) is None:
            self._forget(aor)

    # -- starts -----------------------------------------------------------------------------------------------------

    def restore(self) -> None:
        """Gives Kamailio what is saved. Devices behind a connection come back by themselves.

        In a cluster another machine that runs tells it; what is saved is of all machines, and is for the first of them.
        """
        kept = 0
        self._here = {aor: binding for aor, binding in self._here.items() if binding.transport == "udp"}
        if self._in_cluster and self._another_runs():
            return
        for binding in self._kept():
            left = round(binding.expires_at - self._clock())
            try:
                self._rpc.ask(
                    "ul.add", _TABLE, aor_of(binding.device_id), binding.contact, left, 1.0, "0", 0, 0, _EVERY_METHOD,
                    within=_WITHIN,
                )  # fmt: skip
            except RpcFault as fault:
                _log.warning("a registration of %s is lost: %s", binding.extension, fault)
                continue
            self._here[aor_of(binding.device_id)] = binding
            kept += 1
        _log.info("%d registrations kept from an earlier run", kept)

    def _another_runs(self) -> bool:
        """Whether another machine has answered, which it does at once."""
        deadline = time.monotonic() + _OTHERS_SECONDS
        while time.monotonic() < deadline:
            try:
                nodes = self._rpc.ask("dmq.list_nodes", within=_WITHIN)
            except RpcFault as fault:
                _log.warning("%s", fault)
                return False
            if any(node["status"] == "active" and not node["local"] for node in nodes):
                return True
            time.sleep(0.05)
        return False

    def _kept(self) -> Iterable[Binding]:
        newest: dict[str, Binding] = {}
        for binding in list(self._subscribers.bindings()):
            if binding.transport.lower() == "udp" and binding.expires_at > self._clock() + 1:
                former = newest.get(binding.device_id)
                if former is None or former.expires_at < binding.expires_at:
                    newest[binding.device_id] = binding
            elif not self._in_cluster:  # else it may be another machine's, which goes on
                self._subscribers.remove_binding(binding.extension, binding.device_id, binding.contact)
        return newest.values()

    def _forget(self, aor: str) -> None:
        binding = self._here.pop(aor, None)
        if binding is not None:
            self._subscribers.remove_binding(binding.extension, binding.device_id, binding.contact)
            self._changed(binding.extension)

    def _changed(self, extension: str) -> None:
        try:
            self._changed_listener(extension)
        except Exception:
            _log.exception("a change of registrations of %s was not taken", extension)
