"""Where devices are, asked of Kamailio, which knows those of every machine; the node sends to the edge, for all."""

from __future__ import annotations

import time
from collections.abc import Callable

from softphone.pbx.kamailio.registrations import Registrations, aor_of
from softphone.pbx.kamailio.rpc import KamailioRpc
from softphone.pbx.ports import Binding, SipCoreConfig
from softphone.pbx.sip_core.flow import Address, Flow
from softphone.pbx.sip_core.location import Location, Reached


def device_ids(config: SipCoreConfig, registrations: Registrations, extension: str) -> list[str]:
    settings = config.subscribers.settings(extension)
    known = [device.id for device in settings.devices] if settings is not None else []
    return list(dict.fromkeys([*known, *registrations.devices_here(extension)]))


def reachable(
    config: SipCoreConfig, registrations: Registrations, extension: str, rpc: KamailioRpc | None = None
) -> list[str]:
    """Ids of the extension's devices that are registered at any machine."""
    return [device_id for device_id in device_ids(config, registrations, extension)
            if registrations.contact(device_id, rpc) is not None]  # fmt: skip


class EdgeLocation(Location):
    """The registrar's table is Kamailio's: here it is only read, and a revoked device taken out."""

    def __init__(self, config: SipCoreConfig, registrations: Registrations, way: Callable[[], Flow]) -> None:
        super().__init__(config.subscribers, config.registrations_changed)
        self._config, self._registrations, self._way = config, registrations, way

    def restore(self, udp_flow: Callable[[Address], Flow]) -> None:
        """The core gives Kamailio what is saved, once Kamailio is there."""

    def of(self, extension: str) -> list[Reached]:
        devices = reachable(self._config, self._registrations, extension)
        return [self._reached(extension, device_id) for device_id in devices]

    def of_device(self, device_id: str) -> list[Reached]:
        if self._registrations.contact(device_id) is None:
            return []
        return [self._reached("", device_id)]

    def devices(self, extension: str) -> list[str]:
        return reachable(self._config, self._registrations, extension)

    def remove_device(self, device_id: str) -> None:
        self._registrations.remove_device(device_id)

    def _reached(self, extension: str, device_id: str) -> Reached:
        way = self._way()
        binding = Binding(
            extension=extension, device_id=device_id, contact=f"sip:{aor_of(device_id)}@{self._config.realm}",
            source=way.remote, transport="udp", call_id="", cseq=0, expires_at=time.time(),
        )  # fmt: skip
        return Reached(binding, way)
