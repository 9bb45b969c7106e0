"""Call histories, caller ID requests, outbound rules, devices and conflicts over HTTPS: told to whom they belong."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timezone

import pytest
from pydantic import TypeAdapter

from softphone.extension.document import merge_patch
from softphone.extension.outgoing_rules import OutboundPattern, OutboundRule
from softphone.pbx.ports import CallRecord
from softphone.pbx.service import models
from softphone.pbx.service.change_log import Author
from softphone.pbx.service.group_store import CallGroup
from softphone.pbx.service.store import Store
from tests.contract.account_fixture import PASSWORD, Watcher, any_device, real_world
from tests.contract.api_fixture import Api, assert_problem
from tests.contract.store_fixture import any_call

BOSS = Author("The boss")


@pytest.fixture
def world(tmp_path):
    up: dict[str, int] = {}
    with real_world(tmp_path, calls_up=lambda key: up.get(key, 0)) as world:
        world.up = up
        for email, key, label in (("alice", "100", "Alice Tan"), ("bob", "110", "Bob Lim")):
            world.add_account(f"{email}@example.com", PASSWORD.reveal(), key, label, caller_ids=["+6561234567"])
        yield world


@pytest.fixture
def alice(world):
    api = Api(world)
    api.sign_in()
    yield api
    api.http.close()


@pytest.fixture
def bob(world):
    api = Api(world)
    api.sign_in("bob@example.com")
    yield api
    api.http.close()


def watch(world, email="alice@example.com", device=9) -> Watcher:
    """The stream of one more device."""
    client = world.client()
    client.sign_in(email, PASSWORD, any_device(device), service=world.url)
    watcher = Watcher(client)
    watcher.next("extension")
    watcher.client = client
    return watcher


def recorded(world, *records: CallRecord) -> None:
    for record in records:
        world.store.call_ended(record)
    assert world.store.background.flush()


def test_a_history_tells_calls_as_the_extension_saw_them(world, alice):
    recorded(
        world,
        any_call("100", reason="elsewhere", answered_device="mobile", forwarded_by=("110",), call_id="a"),
        any_call("100", caller="100", callee="+6531234567", called="+6531234567", shown="+6561234567",
                 answered_at=None, answered_device=None, reason="busy", rule="allowed", call_id="b"),
    )  # fmt: skip
    placed, received = alice.ask("GET", "/calls").json()
    assert (received["direction"], received["number"], received["name"]) == ("incoming", "+6591234567", "Somebody")
    assert (received["reason"], received["answered_device"]) == ("elsewhere", "mobile")
    assert received["forwarded_by"] == ["110"]
    assert (received["seconds"], received["call_id"]) == (60.0, "a")
    assert (placed["direction"], placed["number"], placed["caller_id"]) == ("outgoing", "+6531234567", "+6561234567")
    assert (placed["seconds"], placed["answered_at"], placed["rule"]) == (0.0, None, "allowed")
    TypeAdapter(list[models.CallModel]).validate_python([placed, received])


def test_a_history_is_read_page_by_page(world, alice):
    recorded(world, *(any_call(call_id=f"c{number}") for number in range(5)))
    page = alice.ask("GET", "/calls", params={"limit": 2}).json()
    assert [call["call_id"] for call in page] == ["c4", "c3"]
    rest = alice.ask("GET", "/calls", params={"before": page[-1]["id"], "limit": 200}).json()
    assert [call["call_id"] for call in rest] == ["c2", "c1", "c0"]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "limit=", "before=-1", "before=1.5", "before=99999999999999999999", "before=²"],
)  # fmt: skip
def test_a_page_that_cannot_be_is_refused(alice, query):
    problem = assert_problem(alice.ask("GET", f"/calls?{query}"), 422, "invalid")
    assert problem["errors"][0]["pointer"] == "/" + query.partition("=")[0]


def test_a_call_that_ends_is_told_to_open_windows(world):
    watcher = watch(world)
    watcher.next("directory")
    recorded(world, any_call("110"), any_call("100"))
    newest = world.store.calls.of("100", None, 1)[0]["id"]
    assert watcher.next("calls") == newest


def test_who_comes_back_is_told_what_has_come_meanwhile(world):
    recorded(world, any_call("100"), any_call("110"))
    watcher = watch(world)
    assert watcher.next("calls") == world.store.calls.of("100", None, 1)[0]["id"]
    watch(world, "bob@example.com").next("voicemail")


def test_nobody_reads_what_is_somebody_elses(world, alice, bob):
    recorded(world, any_call("100"))
    alice.ask("POST", "/caller-id-requests", json={"number": "+6569998888"})
    device = alice.ask("GET", "/extension").json()["devices"][0]["id"]
    assert bob.ask("GET", "/calls").json() == []
    assert bob.ask("GET", "/caller-id-requests").json() == []
    assert bob.ask("GET", "/extension/changes", params={"since": '"100-1"'}).json() == []
    assert_problem(bob.ask("DELETE", f"/extension/devices/{device}"), 404, "not-found")
    assert_problem(bob.ask("PATCH", f"/extension/devices/{device}", json={"name": "Mine"}), 404, "not-found")
    assert alice.ask("GET", "/extension").json()["devices"][0]["name"] == "Computer"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/calls"), ("GET", "/outbound-rules"), ("GET", "/caller-id-requests"), ("POST", "/caller-id-requests"),
     ("GET", "/extension/changes"), ("DELETE", "/extension/devices/d1"), ("PATCH", "/extension/devices/d1")],
)  # fmt: skip
def test_a_stranger_learns_nothing(alice, method, path):
    alice.token = "made-up"
    body = {"json": {"number": "+6569998888", "name": "Mine"}} if method in ("POST", "PATCH") else {}
    assert_problem(alice.ask(method, path, **body), 401, "token-expired")


def test_a_caller_id_is_asked_for_once(world, alice):
    for note in ("our hotline", "our hotline, please"):
        answer = alice.ask("POST", "/caller-id-requests", json={"number": "+6569998888", "note": note})
        assert answer.status_code == 202
        models.CallerIdRequestModel.model_validate(answer.json())
    (asked,) = alice.ask("GET", "/caller-id-requests").json()
    assert (asked["number"], asked["note"], asked["state"]) == ("+6569998888", "our hotline, please", "checking")
    assert asked["extension"] == "100"


def test_an_answer_to_a_request_is_seen(world, alice):
    watcher = watch(world)
    for number in ("+6569998888", "+6569997777"):
        alice.ask("POST", "/caller-id-requests", json={"number": number})
    refused, ready = alice.ask("GET", "/caller-id-requests").json()
    world.store.caller_id_requests.answer(int(ready["id"]), True, "", BOSS)
    world.store.caller_id_requests.answer(int(refused["id"]), False, "It is not yours.", BOSS)
    watcher.next("extension")
    states = [(one["state"], one["reason"]) for one in alice.ask("GET", "/caller-id-requests").json()]
    assert states == [("refused", "It is not yours."), ("ready", "")]
    assert alice.ask("GET", "/extension").json()["caller_id"]["numbers"] == ["+6561234567", "+6569998888"]


@pytest.mark.parametrize(
    "body",
    [{"number": "67890"}, {"number": "+6561234567"}, {"note": "x"}, {"number": 1}, [], {"number": "+6569998888\n"}],
)  # fmt: skip
def test_a_request_that_cannot_be_is_refused(alice, body):
    assert_problem(alice.ask("POST", "/caller-id-requests", json=body), 422, "invalid")


def test_requests_have_an_end(alice):
    for number in range(20):
        alice.ask("POST", "/caller-id-requests", json={"number": f"+65699988{number:02}"})
    assert_problem(alice.ask("POST", "/caller-id-requests", json={"number": "+6569997777"}), 422, "invalid")


def test_outbound_rules_are_told_with_what_they_allow(world, alice):
    rule = OutboundRule("standard", "Standard", "No premium.", (OutboundPattern("+1900", "refuse", "premium"),))
    world.store.rules.put(rule)
    assert alice.ask("GET", "/outbound-rules").json() == [{
        "id": "standard", "name": "Standard", "description": "No premium.",
        "patterns": [{"prefix": "+1900", "action": "refuse", "place": "premium"}],
    }]  # fmt: skip


def test_a_device_deactivated_from_another_is_signed_out(world, alice):
    watcher = watch(world)
    devices = alice.ask("GET", "/extension").json()["devices"]
    other = next(one["id"] for one in devices if not one["this_device"])
    assert alice.ask("DELETE", f"/extension/devices/{other}").status_code == 204
    assert watcher.next("signed-out") == "replaced"
    assert world.revoked == [other]
    assert [one["this_device"] for one in alice.ask("GET", "/extension").json()["devices"]] == [True]
    assert_problem(alice.ask("DELETE", f"/extension/devices/{other}"), 404, "not-found")


def test_deactivating_the_own_device_is_signing_out(alice):
    mine = alice.ask("GET", "/extension").json()["devices"][0]["id"]
    assert alice.ask("DELETE", f"/extension/devices/{mine}").status_code == 204
    problem = assert_problem(alice.ask("GET", "/extension"), 401, "token-expired")
    assert problem["reason"] == "signed-out"


def test_a_device_is_renamed(alice):
    mine = alice.ask("GET", "/extension").json()["devices"][0]["id"]
    assert alice.ask("PATCH", f"/extension/devices/{mine}", json={"name": "Reception"}).status_code == 204
    assert alice.ask("GET", "/extension").json()["devices"][0]["name"] == "Reception"
    assert_problem(alice.ask("PATCH", f"/extension/devices/{mine}", json={"name": ""}), 422, "invalid")


def test_a_conflict_tells_who_was_faster(world, alice):
    mine = alice.ask("GET", "/extension").headers["etag"]
    world.store.extensions.change("100", lambda document: document | {"label": "Alice T."}, BOSS)
    problem = assert_problem(alice.patch({"label": "A. Tan"}, **{"If-Match": mine}), 412, "conflict")
    (change,) = problem["changes"]
    assert (change["pointer"], change["changed_by"], change["device"]) == ("/label", "The boss", None)
    models.SettingChangeModel.model_validate(change)
    assert alice.ask("GET", "/extension/changes", params={"since": mine}).json() == [change]


def test_a_change_is_signed_with_the_person_and_their_device(world, alice):
    before = alice.ask("GET", "/extension").headers["etag"]
    assert alice.patch({"dnd": {"enabled": True}}).status_code == 200
    (change,) = alice.ask("GET", "/extension/changes", params={"since": before}).json()
    assert (change["pointer"], change["changed_by"], change["device"]) == ("/dnd/enabled", "Alice Tan", "Computer")


def test_many_who_change_at_once_lose_nothing(world):
    """Each repeats what was refused as too late on top of what is there; no one's change is overwritten."""
    vips = [f"+65612345{number:02}" for number in range(12)]
    failures: list[str] = []

    def add(vip: str) -> None:
        api = Api(world)
        api.token = token
        for _ in range(100):
            now = api.ask("GET", "/extension")
            patch = {"forwarding": {"vip": [*now.json()["forwarding"]["vip"], vip]}}
            answer = api.patch(patch, **{"If-Match": now.headers["etag"]})
            if answer.status_code == 200:
                break
            if answer.status_code != 412:
                failures.append(answer.text)
        api.http.close()

    first = Api(world)
    first.sign_in()
    token = first.token
    threads = [threading.Thread(target=add, args=(vip,)) for vip in vips]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert sorted(first.ask("GET", "/extension").json()["forwarding"]["vip"]) == vips
    first.http.close()


def test_a_group_is_in_the_directory_and_there_while_a_member_is(world, alice):
    world.store.groups.put(CallGroup("600", "Sales", ("110",)), BOSS)
    sales = {"key": "600", "label": "Sales", "kind": "group", "presence": "offline"}
    assert sales in alice.ask("GET", "/directory").json()
    world.reachable.add("110")
    assert sales | {"presence": "available"} in alice.ask("GET", "/directory").json()


@pytest.mark.parametrize(
    ("settings", "calls", "presence"),
    [
        ({}, 0, "available"), ({}, 1, "on_call"), ({"dnd": {"enabled": True}}, 1, "dnd"),
        ({"forwarding": {"enabled": True, "number": "+6531234567"}}, 0, "forwarding"),
        ({"forwarding": {"enabled": True, "number": "+6531234567"}}, 1, "on_call"),
    ],
)  # fmt: skip
def test_the_directory_tells_how_somebody_is(world, alice, settings, calls, presence):
    world.reachable.add("110")
    world.store.extensions.change("110", lambda document: merge_patch(document, settings), BOSS)
    world.up["110"] = calls
    assert presence_of_bob(alice) == presence


def test_do_not_disturb_whose_time_has_passed_is_not_shown(world, alice):
    world.reachable.add("110")
    until = datetime.fromtimestamp(world.now + 600, timezone.utc).isoformat()
    quiet = {"dnd": {"enabled": True, "until": until}}
    world.store.extensions.change("110", lambda document: document | quiet, BOSS)
    world.store.watch(0.01)
    watcher = watch(world)
    told = watcher.next("directory")
    assert presence_of_bob(alice) == "dnd"
    world.advance(601)
    assert watcher.next("directory") != told
    assert presence_of_bob(alice) == "available"


def presence_of_bob(api: Api) -> str:
    return next(entry["presence"] for entry in api.ask("GET", "/directory").json() if entry["key"] == "110")


def test_presence_that_changes_is_told(world):
    watcher = watch(world)
    watcher.next("directory")
    world.up["110"] = 1
    world.store.device_used("110", "any")
    watcher.next("directory")
    world.up["110"] = 0
    world.store.call_ended(any_call("110"))
    watcher.next("directory")


def test_a_change_of_another_process_is_told_within_a_second(world):
    watcher = watch(world)
    world.store.watch()
    other = Store(world.store.engine.url, realm="phone.test")
    try:
        started = time.monotonic()
        _, etag = other.extensions.change("100", lambda document: document | {"label": "Alice T."}, BOSS)
        while watcher.next("extension") != etag:
            pass
        assert time.monotonic() - started < 1.0
    finally:
        other.close()
