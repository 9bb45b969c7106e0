"""The registrar's table."""

from dataclasses import replace

import pytest

from softphone.pbx.ports import Binding
from softphone.pbx.sip_core.flow import Flow
from softphone.pbx.sip_core.location import Location, udp_destination


class Kept:
    def __init__(self, *bindings: Binding) -> None:
        self.table = {(b.extension, b.device_id, b.contact): b for b in bindings}

    def bindings(self) -> list[Binding]:
        return list(self.table.values())

    def save_binding(self, binding: Binding) -> None:
        self.table[binding.extension, binding.device_id, binding.contact] = binding

    def remove_binding(self, extension: str, device_id: str, contact: str) -> None:
        self.table.pop((extension, device_id, contact), None)

    def device(self, auth_username: str) -> None:
        return None

    def extension(self, key: str) -> None:
        return None


NOW = 1000.0
ANY = Binding("100", "d1", "sip:100@127.0.0.1:5", ("127.0.0.1", 5), "udp", "call", 1, NOW + 60)


def flow(transport: str = "udp") -> Flow:
    return Flow(transport, ("127.0.0.1", 1), ("127.0.0.1", 5), lambda _data, _to: None, transport != "udp")


def location(kept: Kept, changes: list[str] | None = None) -> Location:
    return Location(kept, (changes if changes is not None else []).append, lambda: NOW)


def test_only_live_bindings_are_found():
    table, gone = location(Kept()), flow("tcp")
    table.save(ANY, flow())
    table.save(replace(ANY, contact="sip:old", device_id="d2", expires_at=NOW), flow())
    table.save(replace(ANY, contact="sip:tcp", device_id="d3"), gone)
    gone.alive = False
    assert [reached.binding for reached in table.of("100")] == [ANY]
    assert table.devices("100") == ["d1"]
    assert table.of("999") == []


def test_expired_ones_are_removed_and_told():
    kept, changes, now = Kept(), [], [NOW]
    table = Location(kept, changes.append, lambda: now[0])
    table.save(ANY, flow())
    now[0] = ANY.expires_at - 0.1
    table.remove_expired()
    assert (len(table), changes) == (1, ["100"])
    now[0] = ANY.expires_at
    table.remove_expired()
    assert (len(table), kept.table, changes) == (0, {}, ["100", "100"])


def test_a_refresh_is_no_change():
    changes: list[str] = []
    table = location(Kept(), changes)
    table.save(ANY, flow())
    table.save(replace(ANY, cseq=2, expires_at=NOW + 600), flow())
    assert changes == ["100"]


def test_the_oldest_contact_of_a_device_makes_room():
    table = location(Kept())
    for number in range(5):
        table.save(replace(ANY, contact=f"sip:{number}"), flow())
    assert [reached.binding.contact for reached in table.of("100")] == ["sip:2", "sip:3", "sip:4"]


def test_an_instance_replaces_itself_but_not_the_other_contact_of_the_same_request():
    table = location(Kept())
    table.save(replace(ANY, contact="sip:a", instance="i"), flow())
    table.save(replace(ANY, contact="sip:b", instance="i"), flow())
    assert len(table) == 2
    table.save(replace(ANY, contact="sip:c", instance="i", call_id="later"), flow())
    assert [reached.binding.contact for reached in table.of("100")] == ["sip:c"]


def test_restoring_keeps_live_udp_bindings_only():
    behind_tcp, expired = replace(ANY, contact="a", transport="tcp"), replace(ANY, contact="b", expires_at=NOW - 1)
    kept = Kept(ANY, behind_tcp, expired)
    table = location(kept)
    table.restore(lambda remote: Flow("udp", ("127.0.0.1", 1), remote, lambda _data, _to: None, False))
    [reached] = table.of("100")
    assert (reached.binding, reached.flow.remote) == (ANY, ("127.0.0.1", 5))
    assert kept.bindings() == [ANY]


def test_a_closed_connection_takes_its_bindings_with_it():
    table, connection, changes = location(Kept(), changes := []), flow("tls"), changes
    table.save(ANY, connection)
    table.save(replace(ANY, device_id="d2"), flow())
    table.remove_flow(connection)
    assert table.devices("100") == ["d2"]
    assert changes == ["100", "100", "100"]


@pytest.mark.parametrize(
    ("host", "port", "symmetric", "to"),
    [
        ("127.0.0.2", 5070, False, ("127.0.0.2", 5070)),
        ("127.0.0.2", None, False, ("127.0.0.2", 5060)),
        ("127.0.0.2", 5070, True, ("127.0.0.1", 9)),
        ("phone.invalid", 5070, False, ("127.0.0.1", 9)),
    ],
)
def test_where_requests_to_a_udp_contact_go(host, port, symmetric, to):
    assert udp_destination(host, port, ("127.0.0.1", 9), symmetric) == to
