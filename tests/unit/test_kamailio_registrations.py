"""Who is registered at this machine, with a Kamailio that says what a test tells it to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from softphone.pbx.kamailio.registrations import Registrations, aor_of
from softphone.pbx.kamailio.rpc import RpcFault, RpcLate
from tests.fakes.signalling_fixture import MemorySubscribers

HERE = ("127.0.0.1", 5062)


class Kamailio:
    """`contacts` by address of record; `fault` is raised instead of any answer."""

    def __init__(self) -> None:
        self.contacts: dict[str, dict[str, Any]] = {}
        self.fault: RpcFault | None = None
        self.nodes: list[dict[str, Any]] = []
        self.added: list[str] = []

    def ask(self, method: str, *parameters: Any, within: float = 0.2) -> Any:
        if self.fault is not None:
            raise self.fault
        if method == "dmq.list_nodes":
            return self.nodes
        aor = parameters[1]
        if method == "ul.lookup":
            if aor not in self.contacts:
                raise RpcFault("ul.lookup: AOR not found in location table")
            return {"Contacts": [{"Contact": self.contacts[aor]}]}
        if method == "ul.add":
            self.added.append(aor)
        else:
            self.contacts.pop(aor, None)
        return None


@pytest.fixture
def kamailio() -> Kamailio:
    return Kamailio()


@pytest.fixture
def changes() -> list[str]:
    return []


def registrations(kamailio: Kamailio, changes: list[str], subscribers: Any, in_cluster: bool = False) -> Registrations:
    config: Any = SimpleNamespace(subscribers=subscribers, registrations_changed=changes.append)
    rpc: Any = kamailio
    return Registrations(config, rpc, in_cluster)


def register(kamailio: Kamailio, table: Registrations, name: str, contact: str, transport: str = "udp") -> None:
    kamailio.contacts[aor_of(f"device-{name}")] = {"Address": contact, "Expires": 600}
    table.registered(name, HERE, transport)


def test_a_device_is_still_tried_while_kamailio_is_late_and_not_when_it_is_gone(kamailio, changes):
    table = registrations(kamailio, changes, MemorySubscribers())
    register(kamailio, table, "100-1", "sip:100@127.0.0.1:5062")
    kamailio.fault = RpcLate("late")
    assert table.contact("device-100-1") is not None
    assert table.contact("device-110-1") is None
    kamailio.fault = RpcFault("not there")
    assert table.contact("device-100-1") is None


def test_what_has_expired_reaches_nobody(kamailio, changes):
    table = registrations(kamailio, changes, MemorySubscribers())
    kamailio.contacts[aor_of("device-100-1")] = {"Address": "sip:100@127.0.0.1:5062", "Expires": "expired"}
    assert table.contact("device-100-1") is None


def test_arrival_renewal_and_leaving_are_kept_and_told_once_each(kamailio, changes):
    subscribers = MemorySubscribers()
    table = registrations(kamailio, changes, subscribers)
    register(kamailio, table, "100-1", "sip:100@127.0.0.1:5062")
    register(kamailio, table, "100-1", "sip:100@127.0.0.1:5064")
    assert [binding.contact for binding in subscribers.saved.values()] == ["sip:100@127.0.0.1:5064"]
    kamailio.contacts.clear()
    table.registered("100-1", HERE, "udp")
    assert subscribers.saved == {}
    assert changes == ["100", "100"]


def test_a_closed_connection_is_not_an_address_that_datagrams_came_from(kamailio, changes):
    table = registrations(kamailio, changes, MemorySubscribers())
    register(kamailio, table, "100-1", "sip:100@127.0.0.1:5062")
    register(kamailio, table, "110-1", "sip:110@127.0.0.1:5062;transport=tcp", "tcp")
    assert table.closed(HERE) == ["device-110-1"]
    assert table.devices_here("100") == ["device-100-1"]


def test_what_is_saved_is_given_back_unless_another_machine_runs(kamailio, changes):
    subscribers = MemorySubscribers()
    before = registrations(kamailio, changes, subscribers)
    register(kamailio, before, "100-1", "sip:100@127.0.0.1:5062")
    register(kamailio, before, "110-1", "sip:110@127.0.0.1:5062;transport=tcp", "tcp")
    kamailio.nodes = [{"status": "active", "local": 1}, {"status": "active", "local": 0}]
    registrations(kamailio, changes, subscribers, in_cluster=True).restore()
    assert kamailio.added == []
    assert len(subscribers.saved) == 2, "another machine's may be among them"
    registrations(kamailio, changes, subscribers).restore()
    assert kamailio.added == [aor_of("device-100-1")]
    assert [binding.device_id for binding in subscribers.saved.values()] == ["device-100-1"]
