"""Where a number leads, and who the called person sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from softphone.pbx.ports import MediaRoute, SipDevice, Subscribers
from softphone.pbx.sip_core.flow import Address, Flow
from softphone.pbx.sip_core.forking import Target
from softphone.pbx.sip_core.leg import Party
from softphone.pbx.sip_core.location import Location
from softphone.pbx.sip_core.messages import copy_url
from softphone.pbx.sip_core.sippy_library import SipURL

_PREFIX = "..."


@dataclass(frozen=True)
class Destination:
    """`targets` is empty when no device is reachable."""

    number: str
    called: Party
    targets: list[Target]
    outside: bool  # shown is the caller ID, not the extension
    known: bool = True  # False: there is no such number


class Router:
    """Media routes first (an exact one beats a prefix, a longer prefix a shorter one), then extensions."""

    def __init__(self, subscribers: Subscribers, location: Location, udp_flow: Callable[[Address], Flow]) -> None:
        self._subscribers, self._location, self.udp_flow = subscribers, location, udp_flow
        self._exact: dict[str, Target] = {}
        self._prefixes: list[tuple[str, Target]] = []
        self._trusted: set[Address] = set()

    def set_media_routes(self, routes: Sequence[MediaRoute]) -> None:
        exact: dict[str, Target] = {}
        prefixes: list[tuple[str, Target]] = []
        trusted: set[Address] = set()
        for route in routes:
            url = SipURL(route.uri)
            child = (str(url.host).strip("[]"), int(url.port or 5060))
            trusted.add(child)
            target = Target(url, self.udp_flow(child))
            if route.pattern.endswith(_PREFIX):
                prefixes.append((route.pattern.removesuffix(_PREFIX), target))
            else:
                exact[route.pattern] = target
        prefixes.sort(key=lambda prefix: -len(prefix[0]))
        self._exact, self._prefixes, self._trusted = exact, prefixes, trusted

    def trusts(self, flow: Flow) -> bool:
        """A media child, by the address that its route names."""
        return flow.transport == "udp" and flow.remote in self._trusted

    def resolve(self, number: str, caller_device: str | None = None) -> Destination:
        """An extension that calls itself rings its other devices."""
        extension = self._subscribers.extension(number)
        called = Party(number, extension.label if extension else "")
        media = self._media(number)
        if media is not None:
            url = copy_url(media.url)
            url.username = number
            outside = number.startswith("+")  # robots with a short key are colleagues
            return Destination(number, called, [Target(url, media.flow)], outside)
        if extension is None:
            return Destination(number, called, [], outside=not number.startswith("*"), known=False)
        targets = [
            Target(SipURL(reached.binding.contact), reached.flow, reached.binding.device_id)
            for reached in self._location.of(number)
            if reached.binding.device_id != caller_device
        ]
        return Destination(number, called, targets, outside=False)

    def caller(self, device: SipDevice, destination: Destination) -> Party:
        extension = self._subscribers.extension(device.extension)
        return self.shown(Party(device.extension, extension.label if extension else ""), destination)

    def shown(self, party: Party, destination: Destination) -> Party:
        """Inside: key and label. Outside: the extension's caller ID, where it has one. Others stay who they are."""
        extension = self._subscribers.extension(party.user)
        if destination.outside and extension is not None and extension.caller_id:
            return Party(extension.caller_id, party.name)
        return party

    def _media(self, number: str) -> Target | None:
        exact = self._exact.get(number)
        if exact is not None:
            return exact
        return next((target for prefix, target in self._prefixes if number.startswith(prefix)), None)
