"""The child may die, hang or be orphaned; the telephone goes on."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from softphone.logs.redact import redact
from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.registration import RegistrationState as State
from softphone.user_agent.process import UserAgentProcess
from tests.fakes.heard import Heard
from tests.system.user_agent_rig import LINE, PASSWORD, Rig


@pytest.fixture
def rig(tmp_path):
    with Rig(tmp_path, ping_seconds=0.2) as rig:
        yield rig


def test_a_killed_child_is_registered_again_within_two_seconds(rig):
    rig.register()
    mark, began = rig.heard.mark, time.monotonic()
    rig.kill()
    rig.heard.wait(ev.UserAgentDied, since=mark, cause="signal 9")
    rig.heard.wait(ev.UserAgentReady, since=mark)
    rig.send(rig.line())
    rig.heard.wait(ev.RegistrationChanged, since=mark, state=State.REGISTERED)
    assert time.monotonic() - began < 2.0


def test_a_child_that_hangs_is_killed_and_replaced(rig):
    rig.register()
    first = rig.process.pid
    mark = rig.heard.mark
    os.kill(first, signal.SIGSTOP)
    assert rig.heard.wait(ev.UserAgentDied, since=mark).cause == "hung"
    rig.heard.wait(ev.UserAgentReady, since=mark)
    assert rig.process.pid != first
    assert not psutil.pid_exists(first)


def test_stopping_unregisters_and_takes_at_most_two_seconds(rig):
    rig.register()
    pid, since, began = rig.process.pid, len(rig.server.received), time.monotonic()
    rig.process.stop()
    assert time.monotonic() - began < 2.5
    assert not psutil.pid_exists(pid)
    assert rig.server.wait_for("REGISTER", since=since).get("Expires") == "0"
    assert rig.heard.of(ev.UserAgentDied) == []


def test_a_hung_child_does_not_hold_up_stopping(tmp_path):
    with Rig(tmp_path) as rig:
        pid = rig.process.pid
        os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        rig.process.stop()
        assert time.monotonic() - began < 3.0
        assert not psutil.pid_exists(pid)


def test_sending_never_blocks_even_when_nobody_reads(rig):
    os.kill(rig.process.pid, signal.SIGSTOP)
    began = time.monotonic()
    for _ in range(2000):
        rig.send(cmd.SendDigits("x" * 100, "1" * 100))
    assert time.monotonic() - began < 1.0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_child_goes_with_its_parent(how, tmp_path):
    script = (
        "import sys, time\n"
        "from softphone.user_agent.process import UserAgentProcess\n"
        "from softphone.phone.events import UserAgentReady\n"
        "def tell(event):\n"
        "    if isinstance(event, UserAgentReady): print(process.pid, flush=True)\n"
        "process = UserAgentProcess(tell, redact=str)\n"
        "process.start()\n"
        "time.sleep(60)\n"
    )
    environment = {**os.environ, "SOFTPHONE_SOUND": "null", "PYTHONPATH": os.getcwd()}
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(how)
        gone, alive = psutil.wait_procs([child], timeout=5)
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    assert gone
    assert not alive


def test_a_child_that_cannot_live_is_started_ever_later():
    heard = Heard()
    process = UserAgentProcess(heard, redact=redact, command=[sys.executable, "-c", "raise SystemExit(7)"])
    process.start()
    try:
        heard.wait(ev.UserAgentDied, restart_in=0.0, cause="exit 7")
        heard.wait(ev.UserAgentDied, restart_in=0.5)
        heard.wait(ev.UserAgentDied, restart_in=1.0)
    finally:
        began = time.monotonic()
        process.stop()
        assert time.monotonic() - began < 2.5


def test_a_program_that_is_not_there_is_a_death_like_others():
    heard = Heard()
    process = UserAgentProcess(heard, redact=redact, command=["/nonexistent/softphone"])
    process.start()
    try:
        assert heard.wait(ev.UserAgentDied).cause.startswith("cannot start")
    finally:
        process.stop()


def test_nonsense_from_the_child_is_logged_and_survived(caplog):
    heard = Heard()
    line = '["UserAgentReady",{"version":"x"}]'
    script = f"import sys; print('nonsense'); print('{{}}'); print('{line}', flush=True); sys.stdin.read()"
    process = UserAgentProcess(heard, redact=redact, command=[sys.executable, "-c", script])
    process.start()
    try:
        heard.wait(ev.UserAgentReady, version="x")
        assert "not JSON" in caplog.text
    finally:
        process.stop()


def test_nonsense_to_the_child_is_survived(rig):
    child = rig.process._child
    for line in (b"nonsense\n", b'["Ping",{}]\n', b"\xff\xfe\n", b'["Answer",{"call_id":7}]\n'):
        child.stdin.write(line)
    child.stdin.flush()
    rig.register()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has priorities by thread")
def test_every_thread_of_the_child_goes_before_ordinary_work_where_that_is_allowed(rig):
    niceness = os.getpriority(os.PRIO_PROCESS, 0)
    try:
        os.setpriority(os.PRIO_PROCESS, rig.process.pid, -11)
    except PermissionError:
        pytest.skip("no right to raise priorities")
    rig.register()
    threads = {os.getpriority(os.PRIO_PROCESS, int(task)) for task in os.listdir(f"/proc/{rig.process.pid}/task")}
    assert threads == {-11}
    assert os.getpriority(os.PRIO_PROCESS, 0) == niceness


def test_what_the_child_writes_is_logged_without_secrets(tmp_path, caplog):
    caplog.set_level("DEBUG", logger="sip")
    with Rig(tmp_path, SOFTPHONE_LOG="debug") as rig:
        rig.register(srtp="mandatory")
        rig.send(cmd.MakeCall("call-1", LINE, "110"))
        rig.server.wait_for("INVITE")
        rig.heard.wait(ev.CallDisconnected)
    lines = [record.getMessage() for record in caplog.records if record.name == "sip"]
    text = "\n".join(lines)
    assert "REGISTER sip:phone.test" in text
    assert "a=crypto:1" in text
    assert PASSWORD not in text
    assert [line for line in lines if "inline:" in line and "inline:[removed]" not in line] == []
    assert [line for line in lines if line.startswith("Authorization:") and "[removed]" not in line] == []
