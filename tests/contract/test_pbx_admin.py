"""The administrator's command line: what it does to the database, what it says, and its exit codes."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from softphone.pbx import admin
from softphone.pbx.admin_commands import COMMANDS
from softphone.pbx.main import run
from softphone.pbx.service.database import FILE_NAME, sqlite_url
from softphone.pbx.service.password import password_fits
from softphone.pbx.service.refusals import Locked
from softphone.pbx.service.store import Store
from tests.contract.store_fixture import A_SECRET, any_device

UNTIL = "--until goes with on, and is a time to come."
NO_MONEY = "Calls have no price here, so that a limit in money would never act: limit minutes."


class Desk:
    """An administrator at the command line, and the data folder it works on."""

    def __init__(self, data, capsys) -> None:
        self.data = data
        self._capsys = capsys
        with_store = self.store()
        for name, key, label in (("alice", "100", "Alice Tan"), ("bob", "110", "Bob Lim")):
            with_store.ensure_account(
                f"{name}@example.com", A_SECRET, key, label, organisation="Merlion", caller_ids=["+6561234567"])
        with_store.close()

    def store(self) -> Store:
        return Store(sqlite_url(self.data / FILE_NAME), realm="phone.test")

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """What it says: on standard output when it did it, else on standard error."""
        assert run(["admin", "--data", str(self.data), *arguments]) == code
        said = self._capsys.readouterr()
        assert (said.out == "") if code else (said.err == "")
        return (said.err if code else said.out).rstrip("\n")

    def settings(self, key: str = "100"):
        store = self.store()
        try:
            return store.settings(key)
        finally:
            store.close()


@pytest.fixture
def desk(tmp_path, capsys):
    return Desk(tmp_path, capsys)


def test_users_are_listed(desk):
    assert desk("users").splitlines() == [
        "alice@example.com, Alice Tan, extension 100", "bob@example.com, Bob Lim, extension 110",
    ]  # fmt: skip
    assert json.loads(desk("--json", "users"))[0] == {
        "email": "alice@example.com", "name": "Alice Tan", "organisation": "Merlion", "licensed": True,
        "extension": "100",
    }  # fmt: skip


def test_a_person_who_is_added_can_sign_in(desk):
    said = desk("users", "add", "Dan@example.com", "130", "Dan Ho", "--caller-id", "+6561234570", "--role", "admin")
    first, password = said.splitlines()
    assert first == "dan@example.com can sign in, and has extension 130."
    store = desk.store()
    granted = store.sessions.sign_in("dan@example.com", any_device())
    fits = store.accounts.password_hash("dan@example.com")
    store.close()
    assert granted.organisation == "Merlion"
    assert password.startswith("The password is ")
    assert password_fits(password.removeprefix("The password is "), fits)
    assert (desk.settings("130").caller_id.number, desk.settings("130").role) == ("+6561234570", "admin")
    assert desk.settings("130").locked == ()


@pytest.mark.parametrize(
    "added", [("users", "add", "dan@example.com", "130", "Dan"), ("extensions", "add", "130", "Dan")]
)
def test_a_new_member_does_not_lift_its_own_limits(desk, added):
    desk(*added)
    desk("usage", "130", "--minutes", "60")
    store = desk.store()
    try:
        assert store.settings("130").locked == ("/usage_limit", "/outbound_rule")
        with pytest.raises(Locked):
            store.extensions.patch("130", {"usage_limit": {"kind": "unlimited", "limit": None}}, {"*"}, None)
    finally:
        store.close()


def test_debug_mode_of_somebody_new_is_off_until_it_is_switched_on(desk):
    desk("users", "add", "dan@example.com", "130", "Dan")
    assert desk.settings("130").debug_mode is False
    desk("debug-mode", "130", "on")
    assert desk.settings("130").debug_mode is True


def test_a_password_may_come_by_standard_input_and_is_not_told(desk, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("a long secret\n"))
    assert desk("users", "password", "alice@example.com", "--password-stdin") == (
        "alice@example.com signs in with another password from now on.")


def test_a_passcode_comes_by_standard_input_and_is_told_nowhere(desk, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("739164\n"))
    assert desk("passcode", "100", "--passcode-stdin") == "Extension 100 has another passcode."
    assert desk.settings().passcode == "739164"
    for arguments in (("extensions", "show", "100"), ("--json", "extensions", "show", "100")):
        said = desk(*arguments)
        assert "739164" not in said
        assert json.loads(said)["passcode"] == "(set)"
    monkeypatch.setattr(sys, "stdin", io.StringIO("739\n"))
    assert "739" not in desk("passcode", "100", "--passcode-stdin", code=1)
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    assert desk("passcode", "100", "--passcode-stdin") == "Extension 100 has no passcode."
    assert desk.settings().passcode == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("users", "add", "dan@example.com", "100", "Dan"), "Extension 100 is somebody's already."),
        (("users", "add", "alice@example.com", "130", "Dan"), "alice@example.com has an account already."),
        (("users", "remove", "eve@example.com"), "Nobody has an account as eve@example.com."),
        (("users", "password", "eve@example.com"), "Nobody has an account as eve@example.com."),
        (("licence", "999", "off"), "Nobody has extension 999."),
        (("extensions", "add", "100", "Again"), "100 is an extension already."),
        (("extensions", "show", "999"), "There is no extension 999."),
        (("set", "999", "/label", "x"), "There is no extension 999."),
        (("set", "100", "/nope", "1"), "/nope: There is no such setting."),
        (("set", "100", "/dnd/enabled", "7"), "/dnd/enabled: This must be true or false."),
        (("set", "100", "/key", "101"), "/key: An extension keeps its key."),
        (("set", "100", "/passcode", "7391"),
         "/passcode: A passcode is a secret: passcode KEY --passcode-stdin reads it from standard input."),
        (("set", "100", "/usage_limit/used", "0"),
         "/usage_limit/used: What is used is counted; it can be set to nothing: usage KEY --reset."),
        (("lock", "100", "/nope"), "/nope: There is no setting /nope."),
        (("unlock", "100", "/label"), "/label: /label of 100 is not locked."),
        (("outbound-rule", "assign", "100", "nope"), "/outbound_rule: There is no such outbound rule."),
        (("outbound-rule", "remove", "nope"), "There is no outbound rule nope."),
        (("outbound-rule", "add", "Big Rule", "Big"),
         "A rule's id is written in small letters, digits and dashes, like standard."),
        (("group", "add", "100", "Sales", "110"), "100 is an extension already."),
        (("group", "remove", "600"), "There is no call group 600."),
        (("requests", "ready", "7"), "There is no request 7."),
        (("debug-mode", "100", "off", "--until", "2030-01-01T00:00:00Z"), UNTIL),
        (("debug-mode", "100", "on", "--until", "2020-01-01T00:00:00Z"), UNTIL),
        (("usage", "100", "--amount", "20", "--currency", "SGD"), NO_MONEY),
        (("usage", "100", "--amount", "20"), NO_MONEY),
        (("set", "100", "/usage_limit/kind", "amount"), f"/usage_limit/kind: {NO_MONEY}"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_in_a_sentence(desk, arguments, sentence):
    assert desk(*arguments, code=1) == f"softphone pbx admin: {sentence}"


@pytest.mark.parametrize(
    "arguments",
    [(), ("nonsense",), ("set", "abc", "/label", "x"), ("set", "100", "label", "x"), ("caller-ids", "100", "67890"),
     ("usage", "100", "--minutes", "-1"), ("outbound-rule", "add", "x", "X", "--pattern", "65:allow"),
     ("outbound-rule", "add", "x", "X", "--pattern", "+65:maybe"), ("debug-mode", "100", "on", "--until", "tomorrow"),
     ("usage", "100", "--minutes", "1", "--unlimited"), ("requests", "refuse", "1")],
)  # fmt: skip
def test_wrong_usage_has_a_code_of_its_own(desk, arguments):
    with pytest.raises(SystemExit) as exit:
        run(["admin", "--data", str(desk.data), *arguments])
    assert exit.value.code == 2


@pytest.mark.parametrize("number", ["112", "911"])
@pytest.mark.parametrize("arguments", [("users", "add", "x@example.com"), ("extensions", "add"), ("group", "add")])
def test_an_emergency_number_is_nobodys_extension(desk, capsys, arguments, number):
    with pytest.raises(SystemExit) as exit:
        run(["admin", "--data", str(desk.data), *arguments, number, "Label", "100"][:5 + len(arguments)])
    assert exit.value.code == 2
    assert f"{number} calls the emergency services everywhere, and cannot be an extension" in capsys.readouterr().err


def test_it_must_be_told_where_the_data_is(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("SOFTPHONE_DATABASE", raising=False)
    with pytest.raises(SystemExit) as exit:
        run(["admin", "users"])
    assert exit.value.code == 2
    assert run(["admin", "--data", str(tmp_path), "users"]) == 1
    assert "There is no phone system's data in" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_database_may_be_named_by_the_environment(desk, monkeypatch, capsys):
    monkeypatch.setenv("SOFTPHONE_DATABASE", str(sqlite_url(desk.data / FILE_NAME)))
    assert run(["admin", "users"]) == 0
    assert "alice@example.com" in capsys.readouterr().out


def test_a_database_that_is_away_is_told_without_its_password(capsys):
    url = "postgresql+psycopg://softphone:a-secret-word@127.0.0.1:1/none"
    assert run(["admin", "--database", url, "users"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("softphone pbx admin: The phone system's data cannot be used: ")
    assert "a-secret-word" not in said


def test_any_setting_can_be_set(desk):
    assert desk("set", "100", "/dnd/enabled", "true") == "/dnd/enabled of 100 is true."
    assert desk("set", "100", "/label", "Alice T.") == '/label of 100 is "Alice T.".'
    desk("set", "100", "/ring_devices", '["desktop"]')
    assert desk("set", "100", "/type", "contact_center") == '/type of 100 is "contact_center".'
    settings = desk.settings()
    assert (settings.dnd.enabled, settings.label, settings.type) == (True, "Alice T.", "contact_center")


def test_a_lock_holds_until_it_is_taken_off(desk):
    assert desk("lock", "100", "/label") == "Only an administrator changes /label of 100 now."
    desk("lock", "100", "/label")
    assert desk.settings().locked == ("/label",)
    assert desk("unlock", "100", "/label") == "Extension 100 may change /label again."
    assert desk.settings().locked == ()


def test_assigned_caller_ids_are_the_only_choice(desk):
    assert desk("caller-ids", "100", "+6591112222", "+6591113333").splitlines() == [
        "Extension 100 can show +6591112222, +6591113333.", "It shows +6591112222.",
    ]  # fmt: skip
    assert desk.settings().caller_id.allowed == ("+6591112222", "+6591113333")
    desk("caller-ids", "100")
    assert desk.settings().caller_id.number == "+6561234567"
    desk("caller-ids", "100", "--owned", "+6561239999")
    assert desk.settings().caller_id.numbers == ("+6561239999",)


def test_a_usage_limit_is_set_and_reset(desk):
    store = desk.store()
    store.add_usage("100", 600)
    store.close()
    assert desk("usage", "100", "--minutes", "300").startswith("Extension 100 has used 10 of 300 minutes this month;")
    assert desk("usage", "100", "--reset").startswith("Extension 100 has used 0 of 300 minutes this month;")
    assert desk("usage", "100", "--unlimited").startswith("Extension 100 has no limit")
    assert desk.settings().usage_limit.limit is None


def test_rules_are_made_assigned_and_removed(desk):
    said = desk("outbound-rule", "add", "standard", "Standard", "--pattern", "+1900:refuse:premium numbers",
                "--pattern", "+44:passcode")  # fmt: skip
    assert said == "Outbound rule standard is saved; calls go by it at once."
    assert desk("outbound-rule", "list").splitlines() == [
        "standard: Standard.", "    +1900    refuse premium numbers", "    +44      passcode",
    ]  # fmt: skip
    assert desk("outbound-rule", "assign", "100", "standard") == "Extension 100 goes by outbound rule standard."
    assert desk("outbound-rule", "remove", "standard", code=1).endswith("Extensions 100 go by this rule.")
    assert desk("outbound-rule", "assign", "100", "none") == "Extension 100 goes by no outbound rule."
    desk("outbound-rule", "remove", "standard")
    assert desk("outbound-rule") == "There are no outbound rules yet."


def test_groups_are_made_and_removed(desk):
    assert desk("group", "add", "600", "Sales", "100", "110") == "Calls to 600 ring 100, 110, each on one device."
    assert desk("group") == "600    Sales: 100, 110"
    assert desk.settings().call_group == "600"
    assert desk("group", "remove", "600") == "Call group 600 is gone; its members stay."
    assert desk.settings().call_group is None


def test_requests_are_answered(desk):
    store = desk.store()
    for number in ("+6569998888", "+6569997777"):
        store.caller_id_requests.ask("100", "alice@example.com", number, "our hotline")
    store.close()
    assert desk("requests").splitlines()[0].endswith("extension 100 +6569997777 checking: our hotline")
    assert desk("requests", "ready", "1").endswith("+6569998888 ready: our hotline")
    assert desk("requests", "refuse", "2", "--reason", "Not yours.").endswith("refused (Not yours.): our hotline")
    assert "+6569998888" in desk.settings().caller_id.numbers
    assert desk("requests", "ready", "1", code=1).endswith("This request has been answered already.")


def test_who_loses_the_licence_is_signed_out(desk):
    store = desk.store()
    store.sessions.sign_in("alice@example.com", any_device())
    store.close()
    assert desk("licence", "100", "off").startswith("alice@example.com is signed out")
    assert desk.settings().devices == ()
    desk("licence", "100", "on")
    store = desk.store()
    store.sessions.sign_in("alice@example.com", any_device())
    store.close()


def test_whoever_changed_it_is_told_by_name(desk):
    desk("--by", "Priya", "set", "100", "/label", "Alice T.")
    store = desk.store()
    changes = store.extensions.changes_since("100", set())
    store.close()
    assert [(change["pointer"], change["changed_by"]) for change in changes] == [("/label", "Priya")]


def test_every_command_of_the_parser_does_something():
    options = admin.parser()
    commands = options._subparsers._group_actions[0].choices
    found = set()
    for name, command in commands.items():
        inner = command._subparsers._group_actions[0].choices if command._subparsers else {}
        found |= {(name, action) for action in inner} | {(name, None)}
    assert found == set(COMMANDS)


def test_it_runs_as_a_program(desk):
    done = subprocess.run(
        [sys.executable, "-m", "softphone", "pbx", "admin", "--data", str(desk.data), "--json", "extensions"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [one["key"] for one in json.loads(done.stdout)] == ["100", "110"]
