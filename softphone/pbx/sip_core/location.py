"""Where devices are: the bindings of each extension, with the flow that leads to them."""

from __future__ import annotations

import ipaddress
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from softphone.pbx.ports import Binding, Subscribers
from softphone.pbx.sip_core.flow import Address, Flow

_log = logging.getLogger(__name__)

MAX_DEVICES = 3  # of an extension
MAX_CONTACTS = 3  # of a device


@dataclass(frozen=True)
class Reached:
    """A binding and the way to it."""

    binding: Binding
    flow: Flow


class Location:
    """The registrar's table; all methods on the loop's thread, times in Unix seconds."""

    def __init__(
        self, subscribers: Subscribers, changed: Callable[[str], None], clock: Callable[[], float] = time.time
    ) -> None:
        self._subscribers, self._listener, self._clock = subscribers, changed, clock
        self._table: dict[str, dict[tuple[str, str], Reached]] = {}  # extension -> (device, contact) -> Reached

    def restore(self, udp_flow: Callable[[Address], Flow]) -> None:
        """Bindings of an earlier run. Those behind a connection are gone with it: the device comes back by itself."""
        for binding in list(self._subscribers.bindings()):
            if binding.transport.lower() == "udp" and binding.expires_at > self._clock():
                flow = udp_flow(_host_port(binding.source))
                self._put(Reached(binding, flow))
            else:
                self._subscribers.remove_binding(binding.extension, binding.device_id, binding.contact)
        _log.info("%d bindings kept from an earlier run", len(self))

    def of(self, extension: str) -> list[Reached]:
        """Live ones, oldest first."""
        now = self._clock()
        return [reached for reached in self._table.get(extension, {}).values()
                if reached.binding.expires_at > now and reached.flow.alive]  # fmt: skip

    def of_device(self, device_id: str) -> list[Reached]:
        return [reached for reached in self._all() if reached.binding.device_id == device_id and reached.flow.alive]

    def devices(self, extension: str) -> list[str]:
        return list(dict.fromkeys(reached.binding.device_id for reached in self.of(extension)))

    def find(self, extension: str, device_id: str, contact: str) -> Binding | None:
        reached = self._table.get(extension, {}).get((device_id, contact))
        return None if reached is None else reached.binding

    def save(self, binding: Binding, flow: Flow) -> None:
        """A new or refreshed binding; it takes the place of the same installation's older ones (RFC 5626 6)."""
        devices = self.devices(binding.extension)
        mine = [kept.binding for kept in self._table.get(binding.extension, {}).values()
                if kept.binding.device_id == binding.device_id and kept.binding.contact != binding.contact]  # fmt: skip
        for old in mine:
            if binding.instance and old.instance == binding.instance and old.call_id != binding.call_id:
                self._drop(old)
        left = [old for old in mine if self.find(old.extension, old.device_id, old.contact) is not None]
        for old in left[: max(0, len(left) - MAX_CONTACTS + 1)]:
            self._drop(old)
        self._put(Reached(binding, flow))
        self._subscribers.save_binding(binding)
        if self.devices(binding.extension) != devices:
            self._changed(binding.extension)

    def remove(self, binding: Binding) -> None:
        self._drop(binding)
        self._changed(binding.extension)

    def remove_device(self, device_id: str) -> None:
        for reached in list(self._all()):
            if reached.binding.device_id == device_id:
                self.remove(reached.binding)

    def remove_flow(self, flow: Flow) -> None:
        """A connection closed: nothing can reach its devices before they come back."""
        for reached in list(self._all()):
            if reached.flow is flow:
                self.remove(reached.binding)

    def remove_expired(self) -> None:
        now = self._clock()
        for reached in list(self._all()):
            if reached.binding.expires_at <= now:
                self.remove(reached.binding)

    def __len__(self) -> int:
        return sum(len(contacts) for contacts in self._table.values())

    def _all(self) -> Iterator[Reached]:
        for contacts in self._table.values():
            yield from contacts.values()

    def _changed(self, extension: str) -> None:
        try:
            self._listener(extension)
        except Exception:
            _log.exception("a change of registrations of %s was not taken", extension)

    def _put(self, reached: Reached) -> None:
        binding = reached.binding
        self._table.setdefault(binding.extension, {})[binding.device_id, binding.contact] = reached

    def _drop(self, binding: Binding) -> None:
        contacts = self._table.get(binding.extension, {})
        if contacts.pop((binding.device_id, binding.contact), None) is not None:
            self._subscribers.remove_binding(binding.extension, binding.device_id, binding.contact)
        if not contacts:
            self._table.pop(binding.extension, None)


def udp_destination(contact_host: str, contact_port: int | None, source: Address, symmetric: bool) -> Address:
    """Where requests to a UDP contact go: there, but to the source where it is no address or a NAT is seen."""
    contact_host = contact_host.strip("[]")
    try:
        ipaddress.ip_address(contact_host)
    except ValueError:
        return source
    if symmetric:
        return source
    return contact_host, contact_port or 5060


def _host_port(source: object) -> Address:
    host, port = source  # type: ignore[misc]
    return str(host), int(port)  # type: ignore[has-type]
