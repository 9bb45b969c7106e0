"""The administrator's commands beside a phone system that runs, and what it remembers of calls: real processes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from softphone.account.client import AccountClient
from softphone.phone.account import ThisDevice
from softphone.phone.secret import Secret
from tests.contract.account_fixture import Watcher
from tests.fakes.sip_phone import ROOT, SipPhone
from tests.system.pbx_fixture import LocalPhoneSystem
from tests.system.waiting import until


@pytest.fixture(scope="module")
def system() -> Iterator[LocalPhoneSystem]:
    with LocalPhoneSystem() as running:
        yield running


def administer(system: LocalPhoneSystem, *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "softphone", "pbx", "admin", "--data", str(system.data), "--json", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Panel:
    """An open panel: a desktop device of somebody, and the events it is told."""

    def __init__(self, system: LocalPhoneSystem, email: str) -> None:
        self.client = AccountClient(ca_file=Path(system.ca_file))
        self.client.sign_in(
            email, Secret(system.password_of(email)), ThisDevice("a panel", "A panel", "Linux", "1"),
            service=system.service,
        )  # fmt: skip
        self.watcher = Watcher(self.client)
        self.watcher.next("extension")

    def __enter__(self) -> Panel:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        assert self.watcher.has_ended()


@pytest.fixture
def panel(system: LocalPhoneSystem) -> Iterator[Panel]:
    system.make_room("alice@example.com")
    with Panel(system, "alice@example.com") as panel:
        yield panel


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        (("debug-mode", "100", "off"), lambda document: document["debug_mode"] is False),
        (("debug-mode", "100", "on"), lambda document: document["debug_mode"] is True),
        (("caller-ids", "100", "+6591112222"), lambda document: document["caller_id"]["number"] == "+6591112222"),
        (("usage", "100", "--minutes", "58"), lambda document: document["usage_limit"]["limit"] == 58),
        (("outbound-rule", "assign", "100", "domestic"), lambda document: document["outbound_rule"] == "domestic"),
        (("lock", "100", "/label"), lambda document: document["locked"] == ["/label"]),
        (("unlock", "100", "/label"), lambda document: document["locked"] == []),
        (("set", "100", "/gateway", "sip:gw@example.com"), lambda document: document["gateway"] is not None),
        (("set", "100", "/gateway", "null"), lambda document: document["gateway"] is None),
    ],
)
def test_an_open_panel_shows_an_administrators_change_within_a_second(system, panel, arguments, value):
    administer(system, *arguments)
    done = time.monotonic()
    while True:
        panel.watcher.next("extension")
        if value(panel.client.extension()[0]):
            break
    assert time.monotonic() - done < 1.0


def test_what_is_set_while_it_does_not_run_holds_when_it_does(tmp_path):
    with LocalPhoneSystem(tmp_path / "data") as system:
        system.stop()
        administer(system, "set", "110", "/label", "Robert Lee")
        administer(system, "outbound-rule", "add", "standard", "Stricter", "--pattern", "+:refuse:everywhere")
        administer(system, "group", "add", "600", "Sales", "110", "120")
        password = administer(system, "users", "password", "bob@example.com")["password"]
        administer(system, "licence", "120", "off")
        system.start_again()
        body = {"email": "bob@example.com", "password": password, "device": {"id": "x", "type": "desktop", "name": "x"}}
        status, granted = system.request("POST", "/sessions", body)
        assert status == 201, granted
        token = granted["access_token"]
        document = system.request("GET", "/extension", token=token)[1]
        assert (document["label"], document["call_group"]) == ("Robert Lee", "600")
        assert {"id": "standard", "name": "Stricter"}.items() <= next(
            rule for rule in system.request("GET", "/outbound-rules", token=token)[1] if rule["id"] == "standard"
        ).items()
        assert "600" in {entry["key"] for entry in system.request("GET", "/directory", token=token)[1]}
        body["email"], body["password"] = "carol@example.com", system.password_of("carol@example.com")
        assert system.request("POST", "/sessions", body)[1]["type"] == "urn:softphone:no-desktop-licence"


def test_a_call_is_in_the_histories_of_both_and_of_nobody_else(system, panel):
    with SipPhone("bob") as bob, SipPhone("carol") as carol:
        system.register(bob, "bob@example.com")
        system.register(carol, "carol@example.com")
        call = bob.call("120")
        incoming = carol.wait_for_call()
        assert presence(panel, "110") == "on_call"
        incoming.answer()
        call.wait_for("confirmed")
        until(lambda: presence(panel, "120") == "on_call", "120 is on a call")
        call.hangup()
        call.wait_for_end()
        until(lambda: presence(panel, "110") == presence(panel, "120") == "available", "nobody is on a call")
        rows = [history(system, f"{name}@example.com") for name in ("bob", "carol")]
    (placed, received), call_ids = (rows[0][0], rows[1][0]), {rows[0][0]["call_id"], rows[1][0]["call_id"]}
    assert (placed["direction"], placed["number"], placed["reason"]) == ("outgoing", "120", "answered")
    assert (received["direction"], received["number"], received["name"]) == ("incoming", "110", "Bob Lee")
    assert (received["answered_device"], received["rule"]) == ("ip_phone", "ring_devices")
    assert len(call_ids) == 1
    assert panel.client._ask("GET", "/calls").body == b"[]"


def test_a_history_and_what_was_used_outlive_kill_9(tmp_path):
    with LocalPhoneSystem(tmp_path / "data") as system, SipPhone("bob") as bob:
        system.register(bob, "bob@example.com")
        call = bob.call("+6561112222")
        call.wait_for("confirmed")
        until(lambda: call.statistics()["received"] > 25, "half a second of talk")
        call.hangup()
        call.wait_for_end()
        until(lambda: len(history(system, "bob@example.com")) == 1, "the call is in the history")
        until(lambda: used(system) > 0, "the talk is counted")
        before = used(system), history(system, "bob@example.com")
        system.kill()
        system.start_again()
        assert (used(system), history(system, "bob@example.com")) == before
        assert before[1][0]["caller_id"] == "+6561234568"


def test_who_loses_the_licence_is_signed_out_at_once(system):
    system.make_room("bob@example.com")
    panel = Panel(system, "bob@example.com")
    administer(system, "licence", "110", "off")
    assert panel.watcher.next("signed-out") == "no-licence"
    assert panel.watcher.has_ended()
    panel.client.close()
    administer(system, "licence", "110", "on")
    with Panel(system, "bob@example.com"):
        pass


def presence(panel: Panel, key: str) -> str:
    return next(entry.presence for entry in panel.client.directory() if entry.key == key)


def history(system: LocalPhoneSystem, email: str) -> list[dict[str, Any]]:
    """As another device of the account reads it; the telephone's own would be registered anew by signing in."""
    status, rows = system.request("GET", "/calls", token=system.sign_in(email, "a reader", "desktop"))
    assert status == 200, rows
    return rows


def used(system: LocalPhoneSystem) -> float:
    token = system.sign_in("bob@example.com", "a reader", "desktop")
    return system.request("GET", "/extension", token=token)[1]["usage_limit"]["used"]
