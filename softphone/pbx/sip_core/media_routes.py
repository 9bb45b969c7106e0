"""Numbers that media children answer: services, robots, and the telephone world outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from softphone.pbx.ports import MediaRoute
from softphone.pbx.sip_core.flow import Address, Flow
from softphone.pbx.sip_core.forking import Target
from softphone.pbx.sip_core.messages import copy_url
from softphone.pbx.sip_core.sippy_library import SipURL

_PREFIX = "..."


class MediaRoutes:
    """An exact number beats a prefix, a longer prefix a shorter one."""

    def __init__(self, udp_flow: Callable[[Address], Flow]) -> None:
        self.udp_flow = udp_flow
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

    def target(self, number: str) -> Target | None:
        """Where the number is answered; None when no child has it."""
        found = self._exact.get(number)
        if found is None:
            found = next((target for prefix, target in self._prefixes if number.startswith(prefix)), None)
        if found is None:
            return None
        url = copy_url(found.url)
        url.username = number
        return Target(url, found.flow)
