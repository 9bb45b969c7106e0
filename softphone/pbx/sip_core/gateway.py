"""Where a gateway is that an extension is mapped to: its SIP address, with a name looked up."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Callable

from softphone.pbx.sip_core.flow import Address, Flow
from softphone.pbx.sip_core.forking import Target
from softphone.pbx.sip_core.messages import check_url
from softphone.pbx.sip_core.sippy_library import SipURL

_log = logging.getLogger(__name__)
_PATIENCE = 3.0  # seconds for a name


async def gateway_target(uri: str, udp_flow: Callable[[Address], Flow]) -> Target | None:
    """By UDP. None when it cannot be found, or wants another transport; the reason is in the log."""
    try:
        url = SipURL(uri if uri.startswith(("sip:", "sips:")) else f"sip:{uri}")
        check_url(url)
        if url.scheme == "sips" or (url.transport or "udp").lower() != "udp":
            raise ValueError("gateways are reached by UDP")
        address = await _address(str(url.host).strip("[]"), int(url.port or 5060))
    except Exception as fault:  # sippy's parser on any text, and what a resolver raises
        _log.warning("a gateway cannot be called: %r", fault)
        return None
    return Target(url, udp_flow(address))


async def _address(host: str, port: int) -> Address:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        looking = asyncio.get_running_loop().getaddrinfo(host, port, family=socket.AF_INET, type=socket.SOCK_DGRAM)
        found = await asyncio.wait_for(looking, _PATIENCE)
        return str(found[0][4][0]), port
    return host, port
