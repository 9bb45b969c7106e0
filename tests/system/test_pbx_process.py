"""The local phone system as one process: calls through it, and what survives which death."""

import contextlib
import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.fakes.sip_phone import SipPhone
from tests.system.pbx_fixture import LocalPhoneSystem
from tests.system.sound_fixture import RATE, best_match, read_wav, write_wav
from tests.system.waiting import until

ALICE, BOB = "alice@example.com", "bob@example.com"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def system() -> Iterator[LocalPhoneSystem]:
    with LocalPhoneSystem() as running:
        yield running


@pytest.fixture(scope="module")
def alice(system: LocalPhoneSystem) -> Iterator[SipPhone]:
    with SipPhone("alice", codecs=["PCMA"]) as phone:
        system.register(phone, ALICE)
        yield phone


@pytest.fixture(scope="module")
def bob(system: LocalPhoneSystem) -> Iterator[SipPhone]:
    with SipPhone("bob", codecs=["PCMA"]) as phone:
        system.register(phone, BOB)
        yield phone


def test_the_first_line_tells_every_address_and_account(system: LocalPhoneSystem):
    assert system.service.startswith("https://127.0.0.1:")
    assert system.address("udp") == system.address("tcp") != system.address("tls")
    assert Path(system.ca_file).read_text().startswith("-----BEGIN CERTIFICATE-----")
    assert [(a["email"], a["extension"], a["label"]) for a in system.info["accounts"]] == [
        ("alice@example.com", "100", "Alice Tan"),
        ("bob@example.com", "110", "Bob Lee"),
        ("carol@example.com", "120", "Carol Nair"),
    ]
    assert system.info["numbers"]["echo"] == "*43"
    assert system.info["pid"] == system.pid


def test_one_hears_oneself(system: LocalPhoneSystem, alice: SipPhone, tmp_path: Path):
    count = 2 * RATE
    spectrum = np.fft.rfft(np.random.default_rng(3).standard_normal(count))
    frequencies = np.fft.rfftfreq(count, 1 / RATE)
    spectrum[(frequencies < 300) | (frequencies > 3000)] = 0
    sound = np.fft.irfft(spectrum, count)
    write_wav(tmp_path / "said.wav", (sound / np.abs(sound).max() * 16_000).astype(np.int16))
    heard = tmp_path / "heard.wav"
    call = alice.call("*43", record=str(heard))
    call.wait_for("confirmed")
    call.wait_for_media()
    call.play(tmp_path / "said.wav", loop=False)
    until(lambda: heard.stat().st_size > 4 * RATE * 2, "four seconds", 15)
    call.stop_recording()
    call.hangup()
    call.wait_for_end()
    correlation, level, _ = best_match(read_wav(tmp_path / "said.wav"), read_wav(heard))
    assert correlation > 0.9
    assert abs(level) < 3.0


def test_a_person_calls_another_and_is_named(alice: SipPhone, bob: SipPhone, system: LocalPhoneSystem):
    since = len(system.events)
    call = alice.call("110")
    incoming = bob.wait_for_call()
    assert incoming.caller == '"Alice Tan" <sip:100@softphone.test>'
    incoming.answer()
    call.wait_for("confirmed")
    incoming.hangup()
    assert call.wait_for_end()[0] == 200
    record = system.wait_for_event("call_ended", since=since)
    assert (record["caller"], record["callee"], record["reason"]) == ("100", "110", "answered")


@pytest.mark.parametrize(
    ("number", "code"), [("103", 486), ("105", 603), ("+6568880404", 404), ("+3320", 404), ("799", 404)]
)
def test_a_refusal_comes_through_with_its_code(alice: SipPhone, number: str, code: int):
    assert alice.call(number).wait_for_end()[0] == code


def test_102_rings_until_the_caller_gives_up(alice: SipPhone):
    call = alice.call("102")
    assert call.wait_for("early")["code"] == 180
    call.hangup()
    assert call.wait_for_end()[0] == 487


@pytest.mark.parametrize("number", ["101", "600", "+6561112222"])
def test_somebody_answers_and_talks(alice: SipPhone, number: str):
    call = alice.call(number)
    call.wait_for("confirmed")
    call.wait_for_media()
    until(lambda: call.statistics()["received"] > 50, "a second of sound")
    call.hangup()
    call.wait_for_end()


def test_104_calls_back(alice: SipPhone):
    call = alice.call("104")
    call.wait_for("confirmed")
    call.wait_for_end()
    back = alice.wait_for_call()
    assert "<sip:104@softphone.test>" in back.caller
    back.answer()
    back.wait_for("confirmed")
    back.hangup()
    back.wait_for_end()


def test_an_outside_caller_shows_the_number_of_its_choice(system: LocalPhoneSystem, alice: SipPhone):
    call = alice.call("*61")
    call.wait_for("confirmed")
    incoming = alice.wait_for_call()
    assert "sip:+6591234567@" in incoming.caller
    incoming.decline()
    incoming.wait_for_end()
    call.wait_for_end()
    system.call_in("100", caller="+442079460000", name="London office")
    incoming = alice.wait_for_call()
    assert incoming.caller == '"London office" <sip:+442079460000@softphone.test>'
    incoming.decline()
    incoming.wait_for_end()


def test_digits_reach_the_reader_one_for_one(system: LocalPhoneSystem, alice: SipPhone):
    since = len(system.events)
    call = alice.call("*62")
    call.wait_for("confirmed")
    call.wait_for_media()
    call.dtmf("0123456789*#")
    system.wait_for_event("digit", since=since, digits="0123456789*#", caller="100")
    call.hangup()
    call.wait_for_end()


def test_a_fifth_call_to_a_service_is_busy(alice: SipPhone, bob: SipPhone):
    first = [phone.call("*43") for phone in (alice, bob) for _ in range(2)]
    for call in first:
        call.wait_for("confirmed")
    assert alice.call("*43").wait_for_end()[0] == 486
    for call in first:
        call.hangup()
    for call in first:
        call.wait_for_end()


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_a_phone_registers_over_tcp_and_verified_tls(system: LocalPhoneSystem, transport: str):
    with SipPhone(f"over {transport}", transport=transport, ca_file=system.ca_file) as phone:
        system.register(phone, "carol@example.com", transport)
        call = phone.call("*43")
        call.wait_for("confirmed")
        call.hangup()
        call.wait_for_end()


def test_a_killed_media_child_is_back_within_a_second(system: LocalPhoneSystem, alice: SipPhone):
    since = len(system.events)
    os.kill(system.info["media"]["services"], signal.SIGKILL)
    killed = time.monotonic()
    system.wait_for_event("media", since=since, kind="services")
    assert time.monotonic() - killed < 1.0
    call = alice.call("*43")
    call.wait_for("confirmed")
    call.hangup()
    call.wait_for_end()


def test_secrets_are_for_the_owner_only_and_in_no_log_and_no_argument(system: LocalPhoneSystem):
    for file in ("run.json", "account-service.sqlite", "certificates/server.key", "certificates/ca.key"):
        assert stat.S_IMODE((system.data / file).stat().st_mode) == 0o600, file
    command_line = Path(f"/proc/{system.pid}/cmdline").read_bytes()
    for account in system.info["accounts"]:
        assert account["password"].encode() not in command_line


def test_people_beside_the_demos_sign_in_and_are_called():
    people = [
        {"email": "dan@example.com", "extension": "130", "label": "Dan Ho", "password": "correct horse"},
        {"email": "eve@example.com", "extension": "140", "label": "Eve Koh", "licensed": False},
    ]
    more = ["--user", "fay@example.com:150:Fay Goh", "--without-demo"]
    with LocalPhoneSystem(people=people, arguments=more) as system:
        assert system.password_of("dan@example.com") == "correct horse"
        assert len(system.info["accounts"]) == 3
        with SipPhone("dan") as dan, SipPhone("fay") as fay:
            system.register(dan, "dan@example.com")
            system.register(fay, "fay@example.com")
            fay.call("130")
            assert dan.wait_for_call().caller == '"Fay Goh" <sip:150@softphone.test>'
        body = {
            "email": "eve@example.com",
            "password": system.password_of("eve@example.com"),
            "device": {"id": "x", "type": "desktop", "name": "x"},
        }
        status, problem = system.request("POST", "/sessions", body)
        assert (status, problem["type"]) == (403, "urn:softphone:no-desktop-licence")


def test_it_listens_at_the_address_it_is_given():
    arguments = ["--listen", "127.0.0.2", "--domain", "phones.example"]
    with LocalPhoneSystem(arguments=arguments) as system, SipPhone("alice") as alice:
        assert system.service.startswith("https://127.0.0.2:")
        assert all(system.address(name).startswith("127.0.0.2:") for name in ("udp", "tcp", "tls"))
        assert system.domain == "phones.example"
        system.register(alice, ALICE)
        call = alice.call("*43")
        call.wait_for("confirmed")
        call.wait_for_media()
        until(lambda: call.statistics()["received"] > 10, "sound")
        call.hangup()
        call.wait_for_end()


def test_kill_9_of_everything_loses_nothing_that_was_told():
    with LocalPhoneSystem() as system, SipPhone("alice") as alice, SipPhone("bob") as bob:
        system.register(alice, ALICE)
        system.register(bob, BOB)
        token = system.sign_in(ALICE, "laptop", "desktop")
        etag = etag_of(system, token)
        headers = {"If-Match": etag, "Content-Type": "application/merge-patch+json"}
        status, _ = system.request("PATCH", "/extension", {"label": "Alice T."}, token=token, headers=headers)
        assert status == 200
        before = system.info
        children = list(before["media"].values())
        system.kill()
        until(lambda: not any(running(pid) for pid in children), "the media children end with it", 5)
        system.start_again()
        same = ("service", "sip", "accounts", "ca_file")
        assert {key: system.info[key] for key in same} == {key: before[key] for key in same}
        _, document = system.request("GET", "/extension", token=token)
        assert document["label"] == "Alice T."
        # Nobody has registered again: the bindings were kept.
        call = alice.call("110")
        assert "Alice T." in bob.wait_for_call().caller
        call.hangup()
        call.wait_for_end()


def etag_of(system: LocalPhoneSystem, token: str) -> str:
    request = urllib.request.Request(system.service + "/extension", headers={"Authorization": f"Bearer {token}"})
    context = ssl.create_default_context(cafile=system.ca_file)
    with urllib.request.urlopen(request, timeout=20, context=context) as answer:
        return answer.headers["ETag"]


def test_a_parent_that_wants_it_so_has_it_started_again():
    with LocalPhoneSystem(restart=True) as system:
        before = system.info
        system.kill()
        system.wait_for_restart()
        assert system.info["service"] == before["service"]
        assert system.info["pid"] != before["pid"]
        system.sign_in(ALICE, "laptop")


def test_it_ends_in_order_when_terminated(tmp_path: Path):
    child = subprocess.Popen(
        [sys.executable, "-m", "softphone", "pbx", "--data", str(tmp_path)],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with child:
        info = json.loads(child.stdout.readline())
        port = int(info["sip"]["udp"].rsplit(":", 1)[1])
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 0
    assert not any(running(pid) for pid in info["media"].values())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", port))


@pytest.mark.parametrize("after_seconds", [0.1, 0.4, 0.8])
def test_it_can_be_ended_while_it_starts(tmp_path: Path, after_seconds: float):
    with subprocess.Popen(
        [sys.executable, "-m", "softphone", "pbx", "--data", str(tmp_path / "data")],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    ) as child:  # fmt: skip
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(after_seconds)
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) in (0, -signal.SIGTERM)  # the signal's own action, before it is handled
    until(lambda: not of_session(child.pid), "its children are gone", 5)


def of_session(leader: int) -> list[int]:
    """Processes of a session that run."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                if int(fields[3]) == leader and fields[0] != "Z":
                    found.append(int(folder.name))
    return found


def test_a_parents_nonsense_is_no_end(tmp_path: Path):
    with subprocess.Popen(
        [sys.executable, "-m", "softphone", "pbx", "--data", str(tmp_path)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        child.stdout.readline()
        for line in ("", "nonsense", "[1]", '{"command": "dance"}', '{"command": "call_in"}', "\u2028",
                     '{"command": "call_in", "to": "<sip:100@evil>", "from": "x y"}',
                     '{"command": "call_in", "to": "100", "after": "soon"}'):  # fmt: skip
            child.stdin.write(line + "\n")
        child.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(1.0)
        child.stdin.write('{"command": "stop"}\n')
        child.stdin.flush()
        assert child.wait(10) == 0


def test_without_data_it_leaves_no_folder_behind():
    with subprocess.Popen(
        [sys.executable, "-m", "softphone", "pbx"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        folder = Path(json.loads(child.stdout.readline())["data"])
        assert folder.is_dir()
        child.stdin.close()  # the parent is gone
        assert child.wait(10) == 0
    assert not folder.exists()


def test_a_second_one_with_the_same_data_is_refused(system: LocalPhoneSystem):
    done = subprocess.run(
        [sys.executable, "-m", "softphone", "pbx", "--data", str(system.data)],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "another one runs" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("from_a_thread_that_ends", [False, True])
def test_it_dies_with_its_parent_and_not_before(tmp_path: Path, from_a_thread_that_ends: bool):
    program = """
import sys, threading, time
from pathlib import Path
from softphone.pbx.process import LocalPhoneSystem
system = LocalPhoneSystem(Path(sys.argv[1]))
if sys.argv[2] == "True":
    starter = threading.Thread(target=system.start); starter.start(); starter.join()
else:
    system.start()
print(system.pid, *system.first_line["media"].values(), flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), str(from_a_thread_that_ends)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with parent:
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 3
        assert all(running(pid) for pid in pids)
        parent.kill()
    until(lambda: not any(running(pid) for pid in pids), "all of it ends", 10)


def running(pid: int) -> bool:
    """Whether the process runs; one that only waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
