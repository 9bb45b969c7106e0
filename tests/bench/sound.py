"""Sound between two of ours: how late it comes, and whether it is whole while the windows are worked hard."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack

import numpy as np
from numpy.typing import NDArray

from tests.bench.desk import Desk, TimedApplication
from tests.bench.ear import Ear, tone_file
from tests.system.screen import Screen
from tests.system.sound_fixture import RATE, best_match, write_wav
from tests.system.waiting import until

CALLS, CLICKS = 6, 4
HARD_MINUTES = float(os.environ.get("SOFTPHONE_BENCH_MINUTES", "5"))
NEAR = 0.5  # seconds
QUIET = 40  # of 32768: below it there is no sound


def mouth_to_ear() -> dict[str, Sequence[float]]:
    """From one's microphone to the other's speaker, by G.722; each has sound cards of their own.

    In several calls: how the devices' and the bridge's clocks meet decides some 20 ms of each, for the whole of it.
    """
    bursts = [np.random.default_rng(n).normal(0, 5000, RATE // 10).astype(np.int16) for n in range(CLICKS)]
    delays: list[float] = []
    with _Talking() as talk:
        file = talk.mouth.sound.folder / "bursts.wav"
        write_wav(file, np.concatenate([np.zeros(RATE, np.int16), *(_padded(burst) for burst in bursts)]))
        for call in range(CALLS):
            if call:
                talk.again()
            with (
                Ear(talk.mouth.sound, "headset_mic_air.monitor") as mouth,
                Ear(talk.ear.sound, "headset_out.monitor") as ear,
            ):
                talk.mouth.sound.play(file).wait(60)
                time.sleep(0.5)
                for burst in bursts:
                    said, heard = _when(mouth, burst), _when(ear, burst)
                    if said is not None and heard is not None:
                        delays.append((heard - said) * 1000)
    return {"ms": delays, "lost_bursts": [CALLS * CLICKS - len(delays)]}


def _padded(burst: NDArray[np.int16]) -> NDArray[np.int16]:
    return np.concatenate([burst, np.zeros(RATE - len(burst), np.int16)])


def _when(ear: Ear, burst: NDArray[np.int16]) -> float | None:
    """Monotonic seconds at which it was heard; None for one that a starved sound card has torn."""
    match, _, place = best_match(burst, ear.samples)
    return ear.began + place / RATE if match > 0.5 else None


def gaps() -> dict[str, Sequence[float]]:
    """Silences over 5 ms in a tone at the ear, in ms, while both windows are worked.

    Those that the tone had at the microphone already (a virtual sound card that starved) are left out and told beside.
    One value for each, and 0 for the stretch as a whole.
    """
    with _Talking() as talk:
        seconds = HARD_MINUTES * 60
        # Louder and softer three times a second: a steady tone would be taken for noise and be suppressed.
        envelope = 0.6 + 0.4 * np.sin(2 * np.pi * 3 * np.arange(int((seconds + 20) * RATE)) / RATE)
        file = tone_file(talk.mouth.sound.folder / "tone.wav", envelope)
        player = talk.mouth.sound.play(file)
        time.sleep(5)
        mouth = talk.stack.enter_context(Ear(talk.mouth.sound, "headset_mic_air.monitor"))
        ear = talk.stack.enter_context(Ear(talk.ear.sound, "headset_out.monitor"))
        stop = threading.Event()
        hands = [threading.Thread(target=_work, args=(a, d.screen, stop))
                 for a, d in ((talk.speaker, talk.mouth), (talk.listener, talk.ear))]  # fmt: skip
        for thread in hands:
            thread.start()
        time.sleep(seconds)
        stop.set()
        for thread in hands:
            thread.join(30)
        spoken, heard = mouth.samples, ear.samples
        player.terminate()
        player.wait(5)
    before = [began for began, _ in _silences(mouth.began, spoken)]
    ours = [ms for began, ms in _silences(ear.began, heard) if not any(abs(began - b) < NEAR for b in before)]
    cards = [ms for _, ms in _silences(mouth.began, spoken)]
    return {"worst_ms": [max(ours, default=0.0)], "heard_ms": [0.0, *ours], "at_the_microphone_ms": [0.0, *cards]}


def _silences(began: float, samples: NDArray[np.int16], least: float = 0.005) -> list[tuple[float, float]]:
    """(monotonic seconds of its begin, length in ms) of the stretches without sound."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > QUIET)
    between = np.diff(loud)
    return [
        (began + float(loud[at]) / RATE, float(between[at]) / RATE * 1000)
        for at in np.flatnonzero(between > least * RATE)
    ]


def _work(application: TimedApplication, screen: Screen, stop: threading.Event) -> None:
    """What a busy person does, without a pause: types, clears, changes the page, sizes the window, asks."""
    window = screen.window("Softphone")
    narrow = False
    while not stop.is_set():
        screen.type("tan")
        screen.key("ctrl+a")
        screen.key("BackSpace")
        screen.key("Escape")
        narrow = not narrow
        size = ["xdotool", "windowsize", window.id, "420" if narrow else "1100", "760"]
        subprocess.run(size, env={**os.environ, **screen.environment}, timeout=20, check=False)
        screen.key("Tab")
        application.ask("status")


class _Talking:
    """Two applications in a call of G.722, each at a desk of its own."""

    def __enter__(self) -> _Talking:
        with ExitStack() as stack:
            self.mouth, self.ear = stack.enter_context(Desk()), stack.enter_context(Desk())
            server = self.mouth.registrar()
            self.speaker, self.listener = self.mouth.application(), self.ear.application()
            self.speaker.sign_in_sip(server, "100")
            self.listener.sign_in_sip(server, "200")
            time.sleep(2)
            self._call()
            self.stack = stack.pop_all()
        return self

    def again(self) -> None:
        """Another call."""
        self.speaker.ask("hangup")
        self.speaker.no_calls()
        self.listener.no_calls()
        time.sleep(1)
        self._call()

    def _call(self) -> None:
        self.speaker.ask("call", number="200")
        until(lambda: self.listener.calls(), "it rings", 5)
        self.listener.ask("answer")
        for application in (self.speaker, self.listener):
            until(lambda a=application: (a.calls()[0]["statistics"] or {}).get("received_packets", 0) > 50,
                  "sound both ways", 10)  # fmt: skip
            assert application.calls()[0]["codec"] == "G722"

    def __exit__(self, *error: object) -> None:
        self.stack.close()
