"""The user agent's sound in a process of its own, without SIP: `Sound`, its port, and PJSIP's conference bridge."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from queue import Empty, Queue
from types import TracebackType
from typing import Any


class SoundRig:
    """`with SoundRig(env) as rig:` starts the process; `rig.do("call", back="echo")` asks, `rig.wait` hears."""

    def __init__(self, env: dict[str, str]) -> None:
        self._env = env
        self._lines: Queue[dict[str, Any]] = Queue()
        self.seen: list[dict[str, Any]] = []

    def __enter__(self) -> SoundRig:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.system.sound_rig"], env=self._env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=Path(__file__).resolve().parents[2],
        )  # fmt: skip
        self.errors: list[str] = []
        streams = ((self.process.stdout, self._take), (self.process.stderr, self.errors.append))
        self._readers = [threading.Thread(target=self._read, args=pair, daemon=True) for pair in streams]
        for reader in self._readers:
            reader.start()
        self.wait(lambda event: event.get("is") == "ready", "the process", 20)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if self.process.poll() is None:
                self.do("quit")
                self.process.wait(10)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait(5)
        for reader in self._readers:
            reader.join(5)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        if kind is not None:
            print("".join(self.errors), file=sys.stderr)

    @staticmethod
    def _read(stream: Any, take: Callable[[str], None]) -> None:
        for line in stream:
            take(line)

    def _take(self, line: str) -> None:
        self._lines.put(json.loads(line))

    def do(self, what: str, **rest: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": what, **rest}) + "\n")
        self.process.stdin.flush()

    def wait(self, wanted: Callable[[dict[str, Any]], bool], what: str, seconds: float = 5.0) -> dict[str, Any]:
        """The first event from now on that is wanted."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                event = self._lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except Empty:
                raise AssertionError(
                    f"{what} did not come within {seconds} s; seen {self.seen[-5:]}\n{''.join(self.errors)}"
                ) from None
            self.seen.append(event)
            if wanted(event):
                return event

    def ask(self, what: str) -> dict[str, Any]:
        self.do(what)
        return self.wait(lambda event: event.get("is") == what, what)

    def wait_in_use(self, seconds: float = 5.0, **names: str) -> dict[str, Any]:
        def wanted(event: dict[str, Any]) -> bool:
            return event["is"] == "SoundDevicesChanged" and names.items() <= event["in_use"].items()

        return self.wait(wanted, f"use of {names}", seconds)

    def call(self, **how: Any) -> None:
        """Begin a call's sound and wait until both devices are open."""
        self.do("call", **how)
        self.wait(lambda e: e["is"] == "SoundDevicesChanged" and e["in_use"]["microphone"] and e["in_use"]["speaker"],
                  "both devices")  # fmt: skip


def main() -> None:
    sys.setswitchinterval(0.0005)
    events = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # PJSIP prints its first lines before it can be told not to
    import pjsua2 as pj

    from softphone.audio.priority import go_first
    from softphone.audio.sound import Sound
    from softphone.sip.sound_port import SoundPort

    lock = threading.Lock()

    def tell(what: str, **rest: Any) -> None:
        with lock:
            print(json.dumps({"is": what, **rest}), file=events, flush=True)

    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.logConfig.consoleLevel = config.logConfig.level = 1
    config.uaConfig.threadCnt, config.uaConfig.mainThreadOnly = 0, True
    config.medConfig.sndAutoCloseTime, config.medConfig.noVad = -1, True
    config.medConfig.clockRate = config.medConfig.sndClockRate = 16000
    endpoint.libInit(config)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    sound = Sound(lambda event: tell(type(event).__name__, **asdict(event)))
    port = SoundPort(sound.pull_microphone, sound.push_speaker)
    media: list[Any] = []

    def call(back: str = "", play: str = "", record: str = "") -> None:
        sound.start_call_audio()
        if back == "echo":
            port.startTransmit(port)
        if play:
            player = pj.AudioMediaPlayer()
            player.createPlayer(play, pj.PJMEDIA_FILE_NO_LOOP)
            player.startTransmit(port)
            media.append(player)
        if record:
            recorder = pj.AudioMediaRecorder()
            recorder.createRecorder(record)
            port.startTransmit(recorder)
            media.append(recorder)

    def end() -> None:
        sound.stop_call_audio()
        port.stopTransmit(port)
        ticks()
        media.clear()
        ticks()
        tell("end")

    def ticks() -> None:
        """PJSIP takes ports out, and writes the WAV's header, on its own time."""
        until = time.monotonic() + 0.15
        while time.monotonic() < until:
            endpoint.libHandleEvents(10)

    did = {
        "call": call,
        "end": end,
        "choose": sound.set_devices,
        "processing": sound.set_processing,
        "tone": sound.play_tone,
        "digit": sound.play_digit,
        "file": sound.play_file,
        "stop_file": sound.stop_file,
        "mute": sound.set_muted,
        "levels": lambda: tell("levels", peaks=sound.levels()),
        "statistics": lambda: tell("statistics", fast=port.fast, **asdict(sound.statistics()),
                                   cpu=sum(resource.getrusage(resource.RUSAGE_SELF)[:2]), at=time.monotonic(),
                                   threads=threading.active_count(), files=len(os.listdir("/proc/self/fd")),
                                   memory=int(Path("/proc/self/statm").read_text().split()[1]) * 4),
    }  # fmt: skip
    go_first()
    sound.start()
    tell("ready")
    requests: Queue[str] = Queue()

    def read() -> None:
        for line in sys.stdin:
            requests.put(line)
        requests.put('{"do": "quit"}')

    threading.Thread(target=read, daemon=True).start()
    while True:
        endpoint.libHandleEvents(10)
        if requests.empty():
            continue
        asked = json.loads(requests.get())
        what = asked.pop("do")
        if what == "quit":
            break
        did[what](**asked)
    end()
    sound.close()
    os._exit(0)


if __name__ == "__main__":
    main()
