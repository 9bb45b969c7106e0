"""What the application costs while nothing happens, and in a call: processor, wake-ups, memory."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.desk import Desk, TimedApplication
from tests.bench.registrar import Caller, FarEnd
from tests.system.sound_fixture import speak
from tests.system.waiting import until

SECONDS, RUNS = 10.0, 4
SETTLE = 8.0  # seconds: keyring looked at, devices listed, windows built ahead


@dataclass(frozen=True)
class Spent:
    """By all processes of the application since they began."""

    cpu: float  # seconds
    switches: int

    @classmethod
    def by(cls, application: TimedApplication) -> Spent:
        cpu, switches = 0.0, 0
        for process in processes(application):
            times = process.cpu_times()
            cpu += times.user + times.system
            for status in Path(f"/proc/{process.pid}/task").glob("*/status"):
                switches += sum(int(line.split()[1]) for line in status.read_text().splitlines() if "ctxt_sw" in line)
        return cls(cpu, switches)


def processes(application: TimedApplication) -> list[psutil.Process]:
    assert application.process is not None
    program = psutil.Process(application.process.pid)
    return [program, *program.children(recursive=True)]


def memory_mb(application: TimedApplication) -> float:
    """Proportional share of what is mapped (PSS)."""
    return sum(process.memory_full_info().pss for process in processes(application)) / 1e6


def measure(application: TimedApplication, runs: int = RUNS) -> tuple[list[float], list[float]]:
    """(% of one core, wake-ups a second), once for each stretch of `SECONDS`."""
    cpu, wakeups = [], []
    for _ in range(runs):
        before, began = Spent.by(application), time.monotonic()
        time.sleep(SECONDS)
        after, took = Spent.by(application), time.monotonic() - began
        cpu.append((after.cpu - before.cpu) / took * 100)
        wakeups.append((after.switches - before.switches) / took)
    return cpu, wakeups


def idle() -> dict[str, Sequence[float]]:
    """Registered, with its window on the screen."""
    with Desk(keychain=True) as desk:
        application, _ = desk.registered()
        time.sleep(SETTLE)
        cpu, wakeups = measure(application)
        return {"cpu_percent": cpu, "wakeups_per_second": wakeups, "memory_mb": [memory_mb(application)]}


def in_call() -> dict[str, Sequence[float]]:
    """G.722 with real devices, speech at the microphone and from the other side, its stage on the screen."""
    with Desk() as desk, FarEnd() as far:
        application, server = desk.registered()
        far.echo()
        call = Caller(server, media_port=far.port, codecs="9")
        call.invite()
        call.ringing()
        until(lambda: application.calls(), "it is told", 5)
        application.ask("answer")
        call.answered()
        until(lambda: application.calls()[0]["codec"] == "G722" and application.calls()[0]["media"], "talking", 5)
        player = desk.sound.play(speak(desk.sound.folder / "speech.wav", SPEECH))
        time.sleep(SETTLE)
        cpu, wakeups = measure(application)
        assert player.poll() is None, "there was speech until the end"
        result = {"cpu_percent": cpu, "wakeups_per_second": wakeups, "memory_mb": [memory_mb(application)]}
        call.bye()
        application.no_calls()
        return result


SPEECH = 14 * (
    "Hello, speaking. One moment please, let me see. I have your order here in front of me, and it left our house "
    "this morning. The driver will be with you between two and three, and he will call before he comes. "
)
