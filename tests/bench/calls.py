"""Times of a call's signalling and of its sound, against a registrar and caller of our own on loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from tests.bench.desk import Desk, TimedApplication
from tests.bench.ear import Ear, tone_file
from tests.bench.registrar import Caller, FarEnd, StampedServer
from tests.system.waiting import until

RUNS = 30
AUDIO_RUNS = 12
APART = 1.5  # seconds between calls that have nothing to do with each other


def ring() -> dict[str, Sequence[float]]:
    """INVITE to 180 and to the painted window; apart, within a second of a call, and of one that was talked."""
    results: dict[str, list[float]] = {}
    with Desk() as desk:
        application, server = desk.registered()
        for kind, pause, talked in (("", APART, False), ("_after_a_call", 0.3, False), ("_after_talk", 0.2, True)):
            for _ in range(RUNS if not talked else RUNS // 2):
                if talked:
                    _talk(application, server)
                time.sleep(pause)
                call = Caller(server)
                sent = call.invite()
                results.setdefault(f"to_180{kind}_ms", []).append((call.ringing() - sent) * 1000)
                shown = until(lambda: application.calls(), "the call is told", 5, 0.02)[0]["id"]
                painted = application.timing(f"ring_painted {shown}")
                results.setdefault(f"to_window_painted{kind}_ms", []).append((painted - sent) * 1000)
                call.cancel()
                application.no_calls()
    return results


def _talk(application: TimedApplication, server: StampedServer) -> None:
    """A call that was answered, with sound, and ended by the other side."""
    with FarEnd() as far:
        call = Caller(server, media_port=far.port)
        call.invite()
        call.ringing()
        until(lambda: application.calls(), "it is told", 5, 0.02)
        application.ask("answer")
        call.answered()
        far.speak(call.media_address)
        until(lambda: application.status()["sound"]["in_use"]["microphone"], "the microphone is open", 5)
        time.sleep(0.5)
        call.bye()
        application.no_calls()


def dial() -> dict[str, Sequence[float]]:
    """From the question on the control socket to the INVITE on the wire."""
    times: list[float] = []
    with Desk() as desk:
        application, server = desk.registered()
        server.answers["INVITE"] = (486, "Busy Here", [])
        for _ in range(RUNS):
            time.sleep(APART)
            server.arrivals.clear()
            asked = time.monotonic()
            application.ask("call", number="+6561234567")
            times.append((server.arrival("INVITE")[0] - asked) * 1000)
            application.no_calls()
    return {"to_invite_ms": times}


def answer() -> dict[str, Sequence[float]]:
    """From the question on the control socket until both sides hear: our tone at the speaker, the microphone's there.

    What the virtual cards and the recording of the speaker take (some 30 ms) is in it.
    """
    ours: list[float] = []
    theirs: list[float] = []
    both: list[float] = []
    with Desk() as desk, _tone_at_the_microphone(desk):
        desk.sound.add_speaker("desk_bell")
        application, server = desk.registered()
        application.do("devices", "--ringer", "pulseaudio:desk_bell")  # so that the ringtone is not taken for the tone
        for _ in range(AUDIO_RUNS):
            time.sleep(APART + 1)
            with FarEnd() as far, Ear(desk.sound, "headset_out.monitor") as ear:
                call = Caller(server, media_port=far.port)
                call.invite()
                call.ringing()
                until(lambda: application.calls(), "it is told", 5, 0.02)
                time.sleep(1.0)  # it rings
                asked = time.monotonic()
                application.ask("answer")
                call.answered()
                far.speak(call.media_address)
                until(lambda far=far: far.first_sound, "the microphone is heard", 5, 0.02)
                heard = until(lambda ear=ear, asked=asked: ear.loud_since(asked), "the tone is heard", 5, 0.02)
                ours.append((heard - asked) * 1000)
                theirs.append((far.first_sound - asked) * 1000)
                both.append(max(ours[-1], theirs[-1]))
                call.bye()
                application.no_calls()
    return {"to_two_way_audio_ms": both, "to_hearing_ms": ours, "to_being_heard_ms": theirs}


@contextmanager
def _tone_at_the_microphone(desk: Desk) -> Iterator[None]:
    seconds = 600
    file = tone_file(desk.sound.folder / "tone.wav", np.full(seconds * 16_000, 1.0))
    player = desk.sound.play(file)
    try:
        yield
    finally:
        player.terminate()
        player.wait(5)
