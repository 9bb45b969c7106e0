"""Where a line's SIP server is: RFC 3263 done outside PJSIP, whose look-ups would block, with time-outs of our own.

PJSIP is only ever given an IP address.
"""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Protocol

from softphone.phone.commands import Register
from softphone.phone.failure import Failure, FailureKind, Refused

LOOK_UP_SECONDS = 3.0
MAX_SERVERS = 8
_SRV_NAME = {"udp": "_sip._udp.", "tcp": "_sip._tcp.", "tls": "_sips._tcp."}


@dataclass(frozen=True)
class Server:
    """One place to try. `name` is what was resolved, for the log; certificates are checked against the SIP domain."""

    ip: str
    port: int
    transport: str  # udp | tcp | tls
    name: str = ""

    @property
    def host_port(self) -> str:
        return f"[{self.ip}]:{self.port}" if ":" in self.ip else f"{self.ip}:{self.port}"


class Resolver(Protocol):
    """DNS as this module needs it. Both raise OSError when there is no answer to be had, and return [] for none."""

    async def srv(self, name: str) -> Sequence[tuple[int, int, int, str]]:
        """(priority, weight, port, target)."""
        ...

    async def addresses(self, name: str) -> Sequence[str]: ...


def split_host_port(text: str) -> tuple[str, int | None]:
    """`host`, `host:port`, `1.2.3.4`, `::1`, `[::1]:5060`, also written as a SIP URI. Raises ValueError."""
    bare = text.strip()
    for scheme in ("sip:", "sips:"):
        if bare.lower().startswith(scheme):
            bare = bare[len(scheme) :]
    bare = bare.split(";")[0].split("?")[0].rpartition("@")[2].strip()
    if bare.startswith("["):
        host, _, rest = bare[1:].partition("]")
        port = rest.removeprefix(":")
    elif bare.count(":") > 1:
        host, port = bare, ""
    else:
        host, _, port = bare.partition(":")
    if not host or any(char.isspace() or ord(char) < 33 for char in host):
        raise ValueError("no host")
    if not port:
        return host, None
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("bad port")
    return host, int(port)


def is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


async def locate(line: Register, resolver: Resolver, *, choose: random.Random | None = None) -> list[Server]:
    """Places to try, best first; never empty. Raises `Refused`."""
    try:
        return await _locate(line, resolver, choose or random.Random())
    except ValueError as error:
        raise Refused(Failure(FailureKind.SERVER_NOT_FOUND, detail=f"not a server address ({error})")) from None
    except (OSError, asyncio.TimeoutError) as error:
        raise Refused(Failure(FailureKind.NO_NETWORK, detail=f"name look-up: {error or 'no answer'}")) from None


async def _locate(line: Register, resolver: Resolver, choose: random.Random) -> list[Server]:
    host, port = split_host_port(line.outbound_proxy or line.registrar or line.domain)
    default = 5061 if line.transport == "tls" else 5060
    if line.local_sip_server_ip:
        local, local_port = split_host_port(line.local_sip_server_ip)
        return [Server(str(ip_address(local)), local_port or port or default, line.transport, local)]
    if is_address(host):
        return [Server(host, port or default, line.transport, host)]
    found: list[Server] = []
    if port is None:
        for target, srv_port in _in_order(await _srv(resolver, line.transport, host), choose):
            ips = [target] if is_address(target) else await resolver.addresses(target)
            found += [Server(ip, srv_port, line.transport, target) for ip in ips]
    if not found:
        found = [Server(ip, port or default, line.transport, host) for ip in await resolver.addresses(host)]
    if not found:
        raise Refused(Failure(FailureKind.SERVER_NOT_FOUND, detail=host[:100]))
    return list(dict.fromkeys(found))[:MAX_SERVERS]


async def provider_addresses(line: Register, resolver: Resolver) -> frozenset[str]:
    """Every address that the line's registrar, outbound proxy and local server have; what cannot be found is left out.

    A server of a name with several addresses may pass calls on by another one than it is registered at.
    """
    found: set[str] = set()
    for text in {line.outbound_proxy, line.registrar or line.domain, line.local_sip_server_ip}:
        try:
            host, port = split_host_port(text or "")
        except ValueError:
            continue
        if is_address(host):
            found.add(host)
            continue
        targets = [] if port is not None else [record[3].rstrip(".") for record in await _srv(resolver, "udp", host)]
        for name in {host, *targets}:
            found.update([name] if is_address(name) else await _addresses(resolver, name))
    return frozenset(found)


async def _addresses(resolver: Resolver, name: str) -> Sequence[str]:
    try:
        return await resolver.addresses(name)
    except (OSError, asyncio.TimeoutError):
        return []


async def _srv(resolver: Resolver, transport: str, host: str) -> Sequence[tuple[int, int, int, str]]:
    """A domain whose SRV records cannot be had may still have an address."""
    try:
        return await resolver.srv(_SRV_NAME[transport] + host)
    except (OSError, asyncio.TimeoutError):
        return []


def _in_order(records: Sequence[tuple[int, int, int, str]], choose: random.Random) -> list[tuple[str, int]]:
    """RFC 2782: by priority, and within one by chance in proportion to the weights."""
    ordered: list[tuple[str, int]] = []
    for priority in sorted({record[0] for record in records}):
        group = [record for record in records if record[0] == priority and record[3].rstrip(".")]
        while group:
            pick = choose.choices(group, weights=[record[1] + 0.1 for record in group])[0]
            group.remove(pick)
            ordered.append((pick[3].rstrip("."), pick[2]))
    return ordered


class SystemResolver:
    """dnspython for SRV, A and AAAA; the system's own way for what only it knows (hosts file, mDNS, localhost)."""

    async def srv(self, name: str) -> Sequence[tuple[int, int, int, str]]:
        answers = await self._dns(name, "SRV")
        return [(int(r.priority), int(r.weight), int(r.port), str(r.target)) for r in answers]

    async def addresses(self, name: str) -> Sequence[str]:
        if "." not in name.rstrip(".") or name.rstrip(".").rpartition(".")[2].lower() in ("localhost", "local"):
            return await self._system(name)
        results = await asyncio.gather(self._dns(name, "A"), self._dns(name, "AAAA"), return_exceptions=True)
        found = [str(record) for result in results if not isinstance(result, BaseException) for record in result]
        return found or await self._system(name)

    async def _dns(self, name: str, kind: str) -> list[Any]:
        import dns.asyncresolver  # not at start-up: most lines are given as addresses, and it takes 100 ms to import
        import dns.exception
        import dns.resolver

        try:
            resolver = dns.asyncresolver.Resolver()
            resolver.lifetime, resolver.timeout = LOOK_UP_SECONDS, LOOK_UP_SECONDS / 2
            return list(await resolver.resolve(name, kind))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException as error:
            raise OSError(type(error).__name__) from None

    async def _system(self, name: str) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            infos = await asyncio.wait_for(
                loop.getaddrinfo(name, None, type=socket.SOCK_DGRAM), timeout=LOOK_UP_SECONDS
            )
        except socket.gaierror as error:
            if error.errno in (socket.EAI_AGAIN, socket.EAI_FAIL):
                raise OSError(error.strerror) from None
            return []
        ips = [str(info[4][0]) for info in infos]
        return sorted(dict.fromkeys(ips), key=lambda ip: ":" in ip)
