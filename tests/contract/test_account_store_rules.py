"""What routing asks of the store: settings, rules, groups, usage and the device used last, also after a restart."""

from __future__ import annotations

import calendar
import subprocess
import sys
from dataclasses import replace

import pytest

from softphone.extension.outgoing_rules import OutboundPattern, OutboundRule
from softphone.pbx.service.change_log import Author
from softphone.pbx.service.database import sqlite_url
from softphone.pbx.service.group_store import CallGroup
from softphone.pbx.service.refusals import Conflict, Invalid, NotFound
from softphone.pbx.service.store import Store
from tests.contract.store_fixture import A_SECRET, NOW, Listener, any_call, any_device

BOSS = Author("The boss")
ABROAD = OutboundRule("abroad", "Abroad", "Asks for abroad.", (OutboundPattern("+44", "passcode", "Britain"),))


def at(*moment: int) -> float:
    """Unix seconds of a UTC time."""
    return float(calendar.timegm((*moment, *[0] * (6 - len(moment)))))


@pytest.fixture
def two_extensions(store):
    store.ensure_account("bob@example.com", A_SECRET, "110", "Bob Lim", caller_ids=["+6561234568"])
    return store


def change(store: Store, key: str, patch: dict, author: Author = BOSS) -> None:
    store.extensions.change(key, lambda document: document | patch, author)


def test_the_settings_have_the_devices_of_the_moment(store, database):
    assert store.settings("100").devices == ()
    store.sessions.sign_in("alice@example.com", any_device())
    database.now += 1
    phone, _, _ = store.ensure_sip_device("100", "desk")
    assert [device.type for device in store.settings("100").devices] == ["desktop", "ip_phone"]
    store.sessions.deactivate(phone, "replaced")
    assert [device.name for device in store.settings("100").devices] == ["Computer 1"]
    assert store.settings("999") is None


def test_the_settings_are_parsed_once_per_version(store):
    first = store.settings("100")
    assert store.settings("100") is first
    store.extensions.patch("100", {"call_waiting": False}, {"*"}, None)
    assert store.settings("100").call_waiting is False


def test_what_routing_asks_is_there_after_a_restart(database, two_extensions):
    store = two_extensions
    phone, _, _ = store.ensure_sip_device("100", "desk")
    store.rules.put(ABROAD)
    store.groups.put(CallGroup("600", "Sales", ("110", "100")), BOSS)
    store.device_used("100", phone)
    store.add_usage("100", 90)
    store.call_ended(any_call())
    assert store.background.flush()
    again = database.restart()
    assert again.outbound_rule("abroad") == ABROAD
    assert again.group_members("600") == ("110", "100")
    assert again.group_members("100") == ()
    assert again.last_used("100") == "ip_phone"
    assert again.last_used("110") is None
    assert again.settings("100").usage_limit.used == 1.5
    assert [call["call_id"] for call in again.calls.of("100", None, 10)] == ["c1@example"]


WRITER = """
import sys
from softphone.pbx.ports import CallRecord
from softphone.pbx.service.store import Store
store = Store(sys.argv[1], realm="phone.test", clock=lambda: 1790000000.0)
store.ensure_account("alice@example.com", "x", "100", "Alice Tan")
phone, _, _ = store.ensure_sip_device("100", "desk")
store.add_usage("100", 30)
store.add_usage("100", 30)
store.device_used("100", phone)
now = 1790000000.0
store.call_ended(CallRecord("c", "100", "101", now, now + 1, now + 3, "answered", extension="100", called="101"))
store.background.flush()
print("saved", flush=True)
sys.stdin.read()
"""


def test_usage_and_calls_outlive_kill_9(tmp_path):
    url = sqlite_url(tmp_path / "service.db")
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(url)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout.readline() == "saved\n"
        writer.kill()
    store = Store(url, realm="phone.test", clock=lambda: NOW)
    try:
        assert store.settings("100").usage_limit.used == 1.0
        assert store.last_used("100") == "ip_phone"
        assert [call["direction"] for call in store.calls.of("100", None, 10)] == ["outgoing"]
    finally:
        store.close()


def test_talk_is_counted_at_once_and_told(store):
    listener = Listener()
    store.listen(listener)
    before = store.extensions.get("100")[1]
    store.add_usage("100", 45)
    assert store.settings("100").usage_limit.used == 0.75
    _, _, etag = listener.wait_for("extension", "100")
    document, after = store.extensions.get("100")
    assert (document["usage_limit"]["used"], after) == (0.75, etag)
    assert after != before


def test_nothing_is_counted_for_an_extension_that_is_not_there(store):
    store.add_usage("999", 45)
    store.add_usage("100", -1)
    assert store.background.flush()
    assert store.settings("999") is None
    assert store.settings("100").usage_limit.used == 0


@pytest.mark.parametrize(
    ("zone", "last", "first", "resets_on"),
    [
        ("UTC", at(2026, 11, 30, 23, 59, 59), at(2026, 12, 1), "2027-01-01"),
        ("Asia/Singapore", at(2026, 11, 30, 15, 59, 59), at(2026, 11, 30, 16), "2027-01-01"),
        ("America/New_York", at(2027, 1, 1, 4, 59, 59), at(2027, 1, 1, 5), "2027-02-01"),
    ],
)
def test_usage_begins_anew_on_the_first_in_the_organisations_time_zone(database, zone, last, first, resets_on):
    database.now = last
    store = database.open(time_zone=zone)
    store.ensure_account("alice@example.com", A_SECRET, "100", "Alice Tan")
    store.add_usage("100", 600)
    assert store.background.flush()
    assert store.settings("100").usage_limit.used == 10
    database.now = first
    assert store.settings("100").usage_limit.used == 0
    limit = store.extensions.get("100")[0]["usage_limit"]
    assert (limit["used"], limit["resets_on"]) == (0, resets_on)
    assert database.restart().settings("100").usage_limit == store.settings("100").usage_limit


def test_open_panels_are_told_that_a_month_has_turned(database, store):
    listener = Listener()
    store.add_usage("100", 600)
    assert store.background.flush()
    store.listen(listener)
    store.watch(0.01)
    database.now = at(2026, 10, 1)
    listener.wait_for("extension", "100")


def test_the_time_zone_is_kept(database):
    assert database.open(time_zone="Asia/Singapore").zone.key == "Asia/Singapore"
    assert database.open().zone.key == "Asia/Singapore"
    assert database.open(unless_known="Europe/Paris").zone.key == "Asia/Singapore"
    with pytest.raises(ValueError, match="no time zone 'Mars/Base'"):
        database.open(time_zone="Mars/Base")


def test_money_is_not_counted_in_minutes(store):
    money = {"kind": "amount", "limit": 20.0, "used": 3.5, "currency": "SGD", "resets_on": None}
    change(store, "100", {"usage_limit": money})
    store.add_usage("100", 600)
    assert store.settings("100").usage_limit.used == 3.5


def test_the_device_used_last_is_told_by_its_kind(store):
    desk, _, _ = store.ensure_sip_device("100", "desk")
    mobile, _, _ = store.ensure_sip_device("100", "mobile", type="mobile")
    store.device_used("100", mobile)
    assert store.last_used("100") == "mobile"
    store.device_used("100", desk)
    store.device_used("100", "of somebody else")
    assert store.last_used("100") == "ip_phone"


def test_a_member_of_a_group_rings_one_device(two_extensions):
    store = two_extensions
    store.ensure_sip_device("100", "mobile", type="mobile")
    store.groups.put(CallGroup("600", "Sales", ("100", "110")), BOSS)
    assert store.settings("100").call_group == "600"
    assert store.settings("100").ring_devices == ("mobile",)
    assert store.settings("110").ring_devices == ("ip_phone",)
    _, etag = store.extensions.get("100")
    store.extensions.patch("100", {"label": "Alice"}, {etag}, None)  # its document is acceptable


def test_who_leaves_a_group_is_a_member_no_more(two_extensions):
    store = two_extensions
    store.groups.put(CallGroup("600", "Sales", ("100", "110")), BOSS)
    store.groups.put(CallGroup("600", "Sales", ("110",)), BOSS)
    assert (store.settings("100").call_group, store.settings("110").call_group) == (None, "600")
    store.groups.remove("600", BOSS)
    assert store.settings("110").call_group is None
    assert store.group_members("600") == ()
    with pytest.raises(NotFound):
        store.groups.remove("600", BOSS)


@pytest.mark.parametrize(
    ("group", "sentence"),
    [
        (CallGroup("100", "Sales", ("110",)), "100 is an extension already."),
        (CallGroup("600", "Sales", ("110", "110")), "Each member can be listed once."),
        (CallGroup("600", "Sales", ("999",)), "There is no extension 999."),
        (CallGroup("600", "Sales", ()), "A group has 1 to 100 members."),
        (CallGroup("sales", "Sales", ("110",)), "A group's key is written in digits, like 600."),
    ],
)
def test_a_group_that_cannot_be_is_refused(two_extensions, group, sentence):
    with pytest.raises(Invalid) as refused:
        two_extensions.groups.put(group, BOSS)
    assert refused.value.faults[0].detail == sentence
    assert two_extensions.groups.all() == []


def test_a_member_whose_settings_forbid_a_group_stops_it(two_extensions):
    store = two_extensions
    change(store, "100", {"forwarding": {"enabled": True, "number": "+6531234567", "extensions": ["110"], "vip": []}})
    with pytest.raises(Invalid):
        store.groups.put(CallGroup("600", "Sales", ("110", "100")), BOSS)
    assert store.settings("110").call_group is None
    assert store.groups.all() == []


def test_an_extension_goes_by_rules_that_are_there(store):
    with pytest.raises(Invalid) as refused:
        store.extensions.patch("100", {"outbound_rule": "abroad"}, {"*"}, None)
    assert refused.value.faults[0].pointer == "/outbound_rule"
    store.rules.put(ABROAD)
    store.extensions.patch("100", {"outbound_rule": "abroad"}, {"*"}, None)
    with pytest.raises(Invalid, match="invalid"):
        store.rules.remove("abroad")
    store.extensions.patch("100", {"outbound_rule": None}, {"*"}, None)
    store.rules.remove("abroad")
    assert store.outbound_rule("abroad") is None


def test_seeding_a_rule_again_keeps_what_an_administrator_has_changed(store):
    store.rules.ensure(ABROAD)
    store.rules.put(replace(ABROAD, name="Further"))
    store.rules.ensure(ABROAD)
    assert store.outbound_rule("abroad").name == "Further"


def test_a_change_for_a_time_ends_by_itself_also_over_a_restart(database, store):
    change(store, "100", {"debug_mode": True})
    store.timed.put("100", "/debug_mode", False, database.now + 3600)
    store.timed.run_due()
    assert store.settings("100").debug_mode is True
    database.now += 3600
    again = database.restart()
    listener = Listener()
    again.listen(listener)
    again.watch(0.01)
    listener.wait_for("extension", "100")
    assert again.settings("100").debug_mode is False
    assert again.extensions.changes_since("100", set())[0]["changed_by"] == "The phone system"


def test_a_conflict_says_who_changed_what_since(store, database):
    _, mine = store.extensions.get("100")
    store.extensions.patch("100", {"dnd": {"enabled": True}}, {mine}, None, Author("Alice Tan", "Alice's laptop"))
    database.now += 60
    change(store, "100", {"label": "Alice T."})
    with pytest.raises(Conflict) as conflict:
        store.extensions.patch("100", {"call_waiting": False}, {mine}, None)
    assert conflict.value.changes == [
        {"pointer": "/label", "changed_by": "The boss", "device": None, "changed_at": "2026-09-21T14:14:20+00:00"},
        {"pointer": "/dnd/enabled", "changed_by": "Alice Tan", "device": "Alice's laptop",
         "changed_at": "2026-09-21T14:13:20+00:00"},
    ]  # fmt: skip
    _, present = store.extensions.get("100")
    assert store.extensions.changes_since("100", {present}) == []


def test_what_one_process_writes_another_knows_and_tells(database, two_extensions):
    here, there = two_extensions, database.open()
    granted = there.sessions.sign_in("alice@example.com", any_device())
    listener = Listener()
    here.listen(listener)
    here.watch(0.01)
    listener.wait_for("extension", "100")
    device = there.extensions.get("100")[0]["devices"][0]["id"]
    name, _ = there.devices.sip_secret(device)
    assert here.device(name).device_id == device
    change(there, "100", {"label": "Alice T.", "locked": ["/label"]})
    listener.wait_for("extension", "100", there.extensions.get("100")[1])
    assert (here.extension("100").label, here.settings("100").locked) == ("Alice T.", ("/label",))
    listener.wait_for("directory")
    there.rules.put(ABROAD)
    there.groups.put(CallGroup("600", "Sales", ("110",)), BOSS)
    there.add_usage("100", 60)
    there.device_used("100", device)
    there.call_ended(any_call())
    listener.wait_for("calls", "100")
    assert here.outbound_rule("abroad") == ABROAD
    assert here.group_members("600") == ("110",)
    assert here.settings("100").usage_limit.used == 1.0
    assert here.last_used("100") == "desktop"
    there.sessions.sign_out(there.sessions.authenticate(granted.access_token))
    assert listener.wait_for("revoked") == ("revoked", device)
    assert listener.wait_for("ended") == ("ended", "signed-out")
    assert here.device(name) is None
    assert here.settings("100").devices == ()


def test_messages_that_another_process_took_are_waiting_here_too(database, store):
    listener, waiting = Listener(), []
    store.listen(listener)
    store.watch(0.01, mailbox_changed=lambda *counts: waiting.append(counts))
    database.open().extensions.set_mailbox("100", 2, 5)
    listener.wait_for("voicemail", "100")
    assert waiting == [("100", 2, 5)]
    assert (store.extension("100").mailbox_new, store.extension("100").mailbox_old) == (2, 5)


def test_a_write_that_the_database_refuses_stands_in_nobodys_way(store, caplog):
    def bad(connection):
        raise ZeroDivisionError

    store.background.put(bad)
    store.add_usage("100", 60)
    assert store.background.flush()
    assert store.extensions.get("100")[0]["usage_limit"]["used"] == 1.0
    assert "is left out" in caplog.text


def test_call_histories_are_read_page_by_page_and_only_ones_own(two_extensions):
    store = two_extensions
    for number in range(5):
        store.call_ended(any_call("100", call_id=f"c{number}"))
        store.call_ended(any_call("110", call_id=f"b{number}"))
    store.call_ended(any_call("", call_id="nobody's"))
    assert store.background.flush()
    page = store.calls.of("100", None, 3)
    assert [call["call_id"] for call in page] == ["c4", "c3", "c2"]
    rest = store.calls.of("100", int(page[-1]["id"]), 3)
    assert [call["call_id"] for call in rest] == ["c1", "c0"]
