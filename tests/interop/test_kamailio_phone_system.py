"""The whole phone system on Kamailio and PostgreSQL: sign in, call each other, prompts, and what a kill leaves."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.contract.postgres_fixture import postgres_cluster, postgres_programs
from tests.fakes.sip_phone import SipPhone
from tests.interop.kamailio_ground import needs_kamailio
from tests.system.application import Application
from tests.system.pbx_fixture import LocalPhoneSystem
from tests.system.waiting import until

pytestmark = needs_kamailio


@pytest.fixture(scope="module")
def system() -> Iterator[LocalPhoneSystem]:
    programs = postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres_cluster(programs) as url, LocalPhoneSystem(
        arguments=["--engine", "kamailio", "--database", url]
    ) as running:
        yield running


@pytest.fixture
def alice(system: LocalPhoneSystem) -> Iterator[Application]:
    with Application({"SOFTPHONE_CA_FILE": system.ca_file}, installation="desk of alice") as application:
        application.sign_in("alice@example.com", system.password_of("alice@example.com"), system.service)
        application.registered()
        yield application


def kamailios() -> list[psutil.Process]:
    return [process for process in psutil.process_iter(["name"]) if process.info["name"] == "kamailio"]


def test_who_does_not_reach_anybody_leaves_a_message(system: LocalPhoneSystem):
    with SipPhone("bob") as bob:
        system.register(bob, "bob@example.com")
        since = len(system.events)
        call = bob.call("120")  # nobody's telephone is on
        call.wait_for("confirmed")
        call.wait_for_media()
        until(lambda: call.statistics()["received"] > 100, "the message")
        call.hangup()
        call.wait_for_end()
        record = system.wait_for_event("call_ended", since=since, extension="120")
        assert (record["rule"], record["reason"]) == ("unreachable", "voicemail")


def test_the_softphone_and_a_telephone_call_each_other(system: LocalPhoneSystem, alice: Application):
    with SipPhone("bob") as bob:
        system.register(bob, "bob@example.com")
        call = bob.call("100")
        alice.wait_for(lambda s: [c for c in s["calls"] if c["state"] == "incoming"], "it rings")
        alice.do("answer")
        call.wait_for("confirmed")
        call.wait_for_media()
        until(lambda: call.statistics()["received"] > 50, "the softphone is heard")
        since = len(system.events)
        call.hangup()
        call.wait_for_end()
        record = system.wait_for_event("call_ended", since=since, extension="100")
        assert (record["reason"], record["answered_device"]) == ("answered", "desktop")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_services_answer_and_hear_keys(system: LocalPhoneSystem, transport: str):
    with SipPhone("carol", transport=transport) as carol:
        system.register(carol, "carol@example.com", transport)
        call = carol.call("*43")
        call.wait_for("confirmed")
        call.wait_for_media()
        until(lambda: call.statistics()["received"] > 50, "the echo")
        call.hangup()
        call.wait_for_end()


def test_a_power_cut_leaves_no_kamailio_behind(tmp_path: Path):
    before = {process.pid for process in kamailios()}
    with LocalPhoneSystem(tmp_path, arguments=["--engine", "kamailio"]) as system:
        assert {process.pid for process in kamailios()} - before
        system.kill()
        deadline = time.monotonic() + 10
        while {process.pid for process in kamailios()} - before:
            assert time.monotonic() < deadline, "it is still there"
            threading.Event().wait(0.05)
