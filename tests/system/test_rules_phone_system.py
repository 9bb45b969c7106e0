"""Rules that need sound, on the whole phone system with real telephones: prompts, tones, messages."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.fakes.sip_phone import ROOT, PhoneCall, SipPhone
from tests.system.pbx_fixture import LocalPhoneSystem
from tests.system.sound_fixture import RATE, read_wav
from tests.system.waiting import until

OUTSIDE = "+6561112222"  # answers, and talks
BEEP = 1400.0  # Hz, of the warning


@pytest.fixture(scope="module")
def system() -> Iterator[LocalPhoneSystem]:
    with LocalPhoneSystem() as running:
        yield running


@pytest.fixture(scope="module")
def carol(system: LocalPhoneSystem) -> Iterator[SipPhone]:
    with SipPhone("carol") as phone:
        system.register(phone, "carol@example.com")
        yield phone


def administer(system: LocalPhoneSystem, *arguments: str, stdin: str = "") -> None:
    done = subprocess.run(
        [sys.executable, "-m", "softphone", "pbx", "admin", "--data", str(system.data), *arguments],
        cwd=ROOT, input=stdin, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def dialled(phone: SipPhone, number: str, state: str = "confirmed", **more: object) -> PhoneCall:
    """A call that comes to this state, once the change just made has reached the system: within a second, it says."""
    deadline = time.monotonic() + 5
    while True:
        call = phone.call(number, **more)
        phone._wait(lambda call=call: call.state in ("confirmed", "disconnected"), "is neither answered nor ended", 10)
        if call.state == state:
            return call
        assert time.monotonic() < deadline, f"is never {state}"
        if call.state == "confirmed":
            call.hangup()
            call.wait_for("disconnected")


def power_at(samples: np.ndarray, frequency: float) -> np.ndarray:
    """Of each 50 ms, the share of its power within 40 Hz of the frequency."""
    frame = RATE // 20
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame).astype(float)
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(frame), axis=1)) ** 2
    near = np.abs(np.fft.rfftfreq(frame, 1 / RATE) - frequency) < 40
    total = spectrum.sum(axis=1)
    return np.where(total > 1e6, spectrum[:, near].sum(axis=1) / np.maximum(total, 1), 0.0)


def test_a_passcode_is_asked_by_voice_and_keyed_in_before_the_call_goes_out(system: LocalPhoneSystem, carol: SipPhone):
    administer(system, "outbound-rule", "add", "asks", "Asks", "--pattern", "+656:passcode:numbers nearby")
    administer(system, "set", "120", "/outbound_rule", '"asks"')
    administer(system, "passcode", "120", "--passcode-stdin", stdin="4711\n")
    call = dialled(carol, OUTSIDE)
    since = len(system.events)
    call.wait_for_media()
    until(lambda: call.statistics()["received"] > 10, "the prompt")
    call.dtmf("1234#")
    until(lambda: call.statistics()["received"] > 60, "the prompt again")
    call.dtmf("4711#")
    record_so_far = call.statistics()["received"]
    until(lambda: call.statistics()["received"] > record_so_far + 100, "the robot outside talks")
    call.hangup()
    call.wait_for_end()
    record = system.wait_for_event("call_ended", since=since, extension="120")
    assert (record["rule"], record["reason"], record["callee"]) == ("outbound_rule", "answered", OUTSIDE)
    assert "4711" not in json.dumps(system.events[since:])


def test_a_beep_comes_before_the_usage_limit_ends_the_call_and_the_talk_goes_on_after_it(
    system: LocalPhoneSystem, carol: SipPhone, tmp_path: Path
):
    administer(system, "set", "120", "/outbound_rule", "null")
    administer(system, "usage", "120", "--minutes", "0", "--reset")
    dialled(carol, OUTSIDE, "disconnected")
    administer(system, "usage", "120", "--minutes", "0.15")
    heard = tmp_path / "heard.wav"
    call = dialled(carol, OUTSIDE, record=heard)
    event = call.wait_for("disconnected", timeout=20)
    call.wait_for_recording()
    assert event["code"] == 200
    beep = power_at(read_wav(heard), BEEP) > 0.6
    assert 2 <= beep.sum() <= 8, "a double beep of 0.12 s each"
    last = int(np.flatnonzero(beep)[-1])
    loud = np.abs(read_wav(heard)[(last + 50) * RATE // 20 :].astype(float))
    assert loud.max() > 1000, "the other side is heard again"
    assert carol.call(OUTSIDE).wait_for_end()[0] == 403
    administer(system, "usage", "120", "--unlimited")


def test_a_call_that_nobody_answers_is_taken_by_voicemail(system: LocalPhoneSystem, carol: SipPhone):
    since = len(system.events)
    call = carol.call("110")  # nobody's telephone is on
    call.wait_for("confirmed")
    call.wait_for_media()
    until(lambda: call.statistics()["received"] > 50, "the message")
    call.hangup()
    call.wait_for_end()
    record = system.wait_for_event("call_ended", since=since, extension="110")
    assert (record["rule"], record["reason"]) == ("unreachable", "voicemail")


def test_a_setting_changed_over_https_acts_on_the_next_call_and_the_history_says_so(
    system: LocalPhoneSystem, carol: SipPhone
):
    token = system.sign_in("alice@example.com", "alice's desk", "desktop")

    def change(**members: object) -> None:
        status, answer = system.request("PATCH", "/extension", members, token=token, headers={"If-Match": "*"})
        assert status == 200, answer

    def newest() -> dict[str, object]:
        return system.request("GET", "/calls?limit=1", token=token)[1][0]

    change(dnd={"enabled": True, "until": None})
    assert carol.call("100").wait_for_end()[0] == 486
    row = until(lambda: (row := newest())["rule"] == "do_not_disturb" and row, "the refused call")
    assert (row["direction"], row["number"], row["reason"]) == ("incoming", "120", "no_answer")
    change(dnd={"enabled": False}, forwarding={"enabled": True, "extensions": ["101"]})
    call = carol.call("100")
    call.wait_for("confirmed")  # by the robot of 101
    call.hangup()
    call.wait_for_end()
    row = until(lambda: (row := newest())["rule"] == "forwarding" and row, "the forwarded call")
    assert (row["reason"], row["answered_at"]) == ("forwarded", None)
    change(forwarding={"enabled": False})
