"""Signing in with the real application: what is kept, what is told, and what the next start does."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.application import ROOT
from tests.system.waiting import until


def test_signing_in_registers_and_the_next_start_goes_straight_in(phone_system, secret_service, started):
    environment = {"SOFTPHONE_CA_FILE": phone_system.ca_file, **only_bus(secret_service)}
    application = started(environment)
    application.sign_in("alice@example.com", phone_system.password_of("alice@example.com"), phone_system.service)
    application.registered()
    status = application.status()
    assert status["signed_in"]["address"] == "100"
    assert status["signed_in"]["kept"]
    until(lambda: "refresh_token" in secret_service.entries(), "the tokens are in the keychain")

    application.kill()
    application.start()
    application.registered(seconds=10)
    assert application.status()["signed_in"]["email"] == "alice@example.com"

    application.do("sign-out")
    until(lambda: "None" in secret_service.entries(), "the keychain is empty again")
    application.wait_for(lambda s: s["session"] == "signed_out", "signed out")
    application.stop()
    application.start()
    application.wait_for(lambda s: s["session"] == "signed_out", "the next start asks to sign in")


def test_without_a_keychain_one_stays_signed_in_for_this_run_only(phone_system, started):
    application = started({"SOFTPHONE_CA_FILE": phone_system.ca_file})
    application.sign_in("alice@example.com", phone_system.password_of("alice@example.com"), phone_system.service)
    application.registered()
    application.wait_for(lambda s: s["signed_in"]["kept"] is False, "told that nothing is kept")
    secret = phone_system.password_of("alice@example.com")
    assert secret not in everything_written(application.home)
    application.stop()
    application.start()
    application.wait_for(lambda s: s["session"] == "signed_out", "asks to sign in")


def test_a_wrong_password_is_refused_with_its_sentence(phone_system, started):
    application = started({"SOFTPHONE_CA_FILE": phone_system.ca_file})
    code, _, said = application.run(
        "sign-in",
        "--email",
        "carol@example.com",
        "--password-stdin",
        "--service",
        phone_system.service,
        stdin="wrong\n",
    )
    assert (code, said) == (1, "Wrong email or password. Check both.")


def test_a_certificate_that_is_not_trusted_is_refused(phone_system, started):
    application = started()
    code, _, said = application.run(
        "sign-in", "--email", "alice@example.com", "--password-stdin", "--service", phone_system.service,
        stdin=phone_system.password_of("alice@example.com") + "\n",
    )  # fmt: skip
    assert code == 1
    assert "certificate isn't trusted" in said


def test_a_service_that_is_not_there_is_refused(started):
    application = started()
    code, _, said = application.run(
        "sign-in", "--email", "alice@example.com", "--password-stdin", "--service", "https://127.0.0.1:9/api/v1",
        stdin="x\n",
    )  # fmt: skip
    assert code == 1
    assert said


def sign_in_by_sip(application, phone_system, line, password, *more):
    return application.run(
        "sign-in", "--sip", f"{line['username']}@{line['domain']}", "--auth-username", line["auth_username"],
        "--password-stdin", *more, stdin=password + "\n",
    )  # fmt: skip


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_another_sip_account_registers_and_calls(phone_system, started, transport):
    application = started({"SOFTPHONE_CA_FILE": phone_system.ca_file})
    line = phone_system.line("bob@example.com")
    server = ("--server", phone_system.address(transport), "--transport", transport)
    code, _, said = sign_in_by_sip(application, phone_system, line, line["password"], *server)
    assert (code, said) == (0, "")
    status = application.status()
    assert status["signed_in"]["kind"] == "sip"
    assert status["registration"]["transport"] == transport
    call_id = application.do("call", "*43")
    until(lambda: application.call_state(call_id) == "confirmed", "echo answers")
    assert line["password"] not in everything_written(application.home)


def test_a_sip_account_with_a_wrong_password_is_refused_and_not_kept(phone_system, started):
    application = started()
    line = phone_system.line("bob@example.com")
    code, _, said = sign_in_by_sip(
        application, phone_system, line, "wrong", "--server", phone_system.address("udp")
    )  # fmt: skip
    assert code == 1
    assert said
    assert application.status()["session"] == "signed_out"


def test_a_sip_server_whose_certificate_is_not_trusted_is_refused(phone_system, started):
    application = started()
    line = phone_system.line("bob@example.com")
    code, _, said = sign_in_by_sip(
        application, phone_system, line, line["password"],
        "--server", phone_system.address("tls"), "--transport", "tls",
    )  # fmt: skip
    assert code == 1
    assert "certificate isn't trusted" in said


def test_two_profiles_are_two_telephones(phone_system, short_path, started):
    first = started({"SOFTPHONE_CA_FILE": phone_system.ca_file}, home=short_path)
    second = started({"SOFTPHONE_CA_FILE": phone_system.ca_file}, home=short_path, profile="work")
    first.sign_in("alice@example.com", phone_system.password_of("alice@example.com"), phone_system.service)
    second.sign_in("bob@example.com", phone_system.password_of("bob@example.com"), phone_system.service)
    first.registered()
    second.registered()
    assert [a.status()["signed_in"]["address"] for a in (first, second)] == ["100", "110"]


def test_a_second_start_hands_over_and_ends(started):
    application = started()
    code, out, _ = application.run("--link", "tel:+6561234567")
    assert (code, out) == (0, "")
    assert application.process.poll() is None


def test_of_two_starts_at_once_one_runs_and_one_hands_over(started):
    application = started()
    application.stop()
    first, second = (
        subprocess.Popen(
            [sys.executable, "-m", "softphone"], cwd=ROOT, env=application.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for _ in range(2)
    )  # fmt: skip
    try:
        loser = until(lambda: next((p for p in (first, second) if p.poll() is not None), None), "one ends", 30)
        assert loser.returncode == 0
        winner = second if loser is first else first
        assert winner.poll() is None
        assert application.run("status")[0] == 0
        application.do("quit")
        assert winner.wait(15) == 0
    finally:
        for process in (first, second):
            process.kill()
            process.wait(10)


def test_status_is_json_and_verbs_without_the_program_exit_with_3(started):
    application = started()
    assert json.loads(application.do("status", "--json"))["profile"] == "default"
    application.stop()
    assert application.run("status")[0] == 3


def only_bus(secret_service) -> dict[str, str]:
    return {"DBUS_SESSION_BUS_ADDRESS": secret_service.environment["DBUS_SESSION_BUS_ADDRESS"]}


def everything_written(home: Path) -> str:
    return "\n".join(p.read_bytes().decode(errors="replace") for p in home.rglob("*") if p.is_file())
