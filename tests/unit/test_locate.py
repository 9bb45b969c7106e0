"""RFC 3263 in the order that a line needs it, and a clear refusal where there is nothing to find."""

from __future__ import annotations

import asyncio
import random

import pytest

from softphone.phone.commands import Register
from softphone.phone.failure import FailureKind, Refused
from softphone.phone.secret import Secret
from softphone.sip.locate import Server, locate, provider_addresses, split_host_port


class ZoneOf:
    """Answers from two tables; a name in `broken` has no working name server."""

    def __init__(self, srv=None, addresses=None, broken=()):
        self.table, self.hosts, self.broken, self.asked = srv or {}, addresses or {}, broken, []

    async def srv(self, name):
        self.asked.append(name)
        if name in self.broken:
            raise OSError("no name server")
        return self.table.get(name, [])

    async def addresses(self, name):
        self.asked.append(name)
        if name in self.broken:
            raise OSError("no name server")
        return self.hosts.get(name, [])


def line(**changes):
    values = {"line_id": "l", "domain": "example.com", "username": "100", "auth_username": "100",
              "password": Secret("x"), **changes}  # fmt: skip
    return Register(**values)


def found(zone, **changes):
    return asyncio.run(locate(line(**changes), zone, choose=random.Random(1)))


def test_an_address_asks_nobody():
    zone = ZoneOf()
    assert found(zone, registrar="192.0.2.1:5070") == [Server("192.0.2.1", 5070, "udp", "192.0.2.1")]
    assert found(zone, registrar="[2001:db8::1]:5070")[0].host_port == "[2001:db8::1]:5070"
    assert zone.asked == []


@pytest.mark.parametrize(("transport", "port"), [("udp", 5060), ("tcp", 5060), ("tls", 5061)])
def test_the_default_port_is_that_of_the_transport(transport, port):
    assert found(ZoneOf(), registrar="192.0.2.1", transport=transport)[0].port == port


@pytest.mark.parametrize(
    ("transport", "name"),
    [("udp", "_sip._udp.example.com"), ("tcp", "_sip._tcp.example.com"), ("tls", "_sips._tcp.example.com")],
)
def test_srv_records_of_the_transport_are_followed_by_priority(transport, name):
    zone = ZoneOf(
        {name: [(20, 0, 5080, "b.example.com."), (10, 0, 5070, "a.example.com.")]},
        {"a.example.com": ["192.0.2.1", "192.0.2.2"], "b.example.com": ["192.0.2.3"]},
    )
    servers = found(zone, transport=transport)
    assert [(s.ip, s.port) for s in servers] == [("192.0.2.1", 5070), ("192.0.2.2", 5070), ("192.0.2.3", 5080)]


def test_weights_share_the_load():
    zone = ZoneOf(
        {"_sip._udp.example.com": [(1, 90, 1, "a."), (1, 10, 2, "b.")]}, {"a": ["192.0.2.1"], "b": ["192.0.2.2"]}
    )
    choose = random.Random(7)
    first = [asyncio.run(locate(line(), zone, choose=choose))[0].port for _ in range(300)]
    assert 230 < first.count(1) < 295


def test_a_port_that_was_given_means_no_srv():
    zone = ZoneOf(addresses={"sip.example.com": ["192.0.2.9"]})
    assert found(zone, registrar="sip.example.com:5066") == [Server("192.0.2.9", 5066, "udp", "sip.example.com")]
    assert zone.asked == ["sip.example.com"]


def test_without_srv_the_domain_itself_is_asked():
    zone = ZoneOf(addresses={"example.com": ["192.0.2.4"]}, broken=("_sip._udp.example.com",))
    assert found(zone)[0] == Server("192.0.2.4", 5060, "udp", "example.com")


def test_the_outbound_proxy_goes_before_the_registrar():
    first = found(ZoneOf(), registrar="192.0.2.1", outbound_proxy="sip:192.0.2.2:5099;lr")[0]
    assert first.host_port == "192.0.2.2:5099"


def test_the_local_server_takes_the_registrars_port_and_asks_nobody():
    zone = ZoneOf()
    servers = found(zone, registrar="sip.example.com:5067", local_sip_server_ip="10.0.0.5")
    assert servers == [Server("10.0.0.5", 5067, "udp", "10.0.0.5")]
    assert found(zone, local_sip_server_ip="10.0.0.5", transport="tls")[0].port == 5061
    assert found(zone, local_sip_server_ip="10.0.0.5:5099")[0].port == 5099
    assert zone.asked == []


def provider(zone, **changes):
    return asyncio.run(provider_addresses(line(**changes), zone))


def test_the_provider_has_every_address_of_its_names_and_of_their_srv_records():
    zone = ZoneOf(
        {"_sip._udp.example.com": [(10, 0, 5070, "a.example.com."), (20, 0, 5070, "192.0.2.7.")]},
        {"a.example.com": ["192.0.2.1", "2001:db8::1"], "example.com": ["192.0.2.4"], "proxy": ["192.0.2.5"]},
    )
    everywhere = provider(zone, outbound_proxy="proxy:5060", local_sip_server_ip="10.0.0.5")
    assert everywhere == {"192.0.2.1", "2001:db8::1", "192.0.2.7", "192.0.2.4", "192.0.2.5", "10.0.0.5"}


def test_the_provider_behind_an_address_has_that_alone_and_nobody_is_asked():
    zone = ZoneOf()
    assert provider(zone, registrar="192.0.2.1:5070") == {"192.0.2.1"}
    assert zone.asked == []


def test_what_cannot_be_found_of_the_provider_is_left_out():
    zone = ZoneOf(addresses={"proxy": ["192.0.2.5"]}, broken=("_sip._udp.example.com", "example.com"))
    assert provider(zone, outbound_proxy="proxy") == {"192.0.2.5"}


def refusal(zone, **changes):
    with pytest.raises(Refused) as refused:
        found(zone, **changes)
    return refused.value.failure.kind


def test_a_name_that_does_not_resolve_is_not_found():
    assert refusal(ZoneOf()) is FailureKind.SERVER_NOT_FOUND


def test_no_name_server_is_no_network():
    assert refusal(ZoneOf(broken=("_sip._udp.example.com", "example.com"))) is FailureKind.NO_NETWORK


@pytest.mark.parametrize("text", ["", "a b", "host:port", "host:0", "host:70000", "[::1", "sip:", ":5060"])
def test_what_is_no_address_is_refused_not_looked_up(text):
    zone = ZoneOf()
    if text == "[::1":  # missing bracket: read as an address
        assert split_host_port(text) == ("::1", None)
        return
    with pytest.raises(ValueError, match=r"host|port"):
        split_host_port(text)
    assert zone.asked == []
    if text:
        assert refusal(zone, registrar=text) is FailureKind.SERVER_NOT_FOUND


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("example.com", ("example.com", None)),
        ("sip:example.com:5062;transport=tcp", ("example.com", 5062)),
        ("sips:user@example.com", ("example.com", None)),
        ("2001:db8::1", ("2001:db8::1", None)),
        ("[2001:db8::1]:5061", ("2001:db8::1", 5061)),
    ],
)
def test_addresses_are_read_as_people_write_them(text, expected):
    assert split_host_port(text) == expected


def test_never_more_than_eight_places_are_tried():
    zone = ZoneOf(addresses={"example.com": [f"192.0.2.{n}" for n in range(50)]})
    assert len(found(zone)) == 8
