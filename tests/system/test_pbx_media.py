"""Media children with a real phone in the place of signalling: what is heard, answered and refused."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from softphone.pbx.media.supervisor import MediaOptions, MediaProcesses
from tests.fakes.sip_phone import SipPhone
from tests.system.media_rig import Media, heard, somebody_speaks, wait_for_beep
from tests.system.sound_fixture import RATE, best_match, level_db, read_wav
from tests.system.waiting import until


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Media]:
    with SipPhone("100") as phone:
        running = Media(tmp_path_factory.mktemp("media"), phone)
        yield running
        running.processes.stop()


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    return somebody_speaks(tmp_path / "speech.wav")


@pytest.mark.parametrize("codec", ["PCMA", "G722"])
def test_the_echo_gives_back_what_is_said(media: Media, tmp_path: Path, speech: Path, codec: str):
    with SipPhone("200", codecs=[codec]) as phone:
        other = Media(tmp_path / "data", phone)
        try:
            call = other.call("*43", "services")
            assert call.wait_for_media()["codec"] == codec
            call.wait_for("confirmed")
            call.record(tmp_path / "heard.wav")
            call.play(speech, loop=False)
            until(lambda: (tmp_path / "heard.wav").stat().st_size > 5 * RATE * 2, "five seconds", 15)
            call.stop_recording()
            call.hangup()
            call.wait_for_end()
        finally:
            other.processes.stop()
    correlation, level, delay = best_match(read_wav(speech), read_wav(tmp_path / "heard.wav"))
    assert correlation > 0.9
    assert abs(level) < 3.0
    assert delay < 1.5 * RATE


def test_the_echo_is_silent_on_hold_and_back_after_it(media: Media, tmp_path: Path, speech: Path):
    call = media.call("*43", "services", play=str(speech))
    call.wait_for("confirmed")
    heard(call, tmp_path / "before.wav", 0.5)
    call.hold()
    call.resume()
    after = heard(call, tmp_path / "after.wav", 1.0)
    assert level_db(after) > -40
    call.hangup()
    call.wait_for_end()


def test_a_fifth_call_to_a_child_is_busy_and_the_first_four_go_on(tmp_path: Path, media: Media):
    with SipPhone("201") as other:
        calls = [media.call("*43", "services") for _ in range(4)]
        for call in calls:
            call.wait_for("confirmed")
        fifth = other.call(f"sip:*43@127.0.0.1:{media.processes.ports['services']}")
        assert fifth.wait_for_end()[0] == 486
        assert [call.state for call in calls] == ["confirmed"] * 4
        for call in calls:
            call.hangup()
        for call in calls:
            assert call.wait_for_end()[0] == 200
    again = media.call("*43", "services")
    again.wait_for("confirmed")
    again.hangup()
    again.wait_for_end()


def test_who_is_not_the_phone_system_gets_nothing(media: Media):
    with SipPhone("stranger") as stranger:
        call = stranger.call(f"sip:101@127.0.0.1:{media.processes.ports['people']}")
        assert call.wait_for_end()[0] == 403


def test_101_answers_after_a_second_and_talks(media: Media, tmp_path: Path):
    call = media.call("101")
    started = call.wait_for("early")["at"]
    assert 0.9 < call.wait_for("confirmed")["at"] - started < 1.5
    talk = heard(call, tmp_path / "talk.wav", 2.0)
    assert level_db(talk) > -35
    call.hangup()
    call.wait_for_end()


@pytest.mark.parametrize("number", ["112", "995"])
def test_an_emergency_number_is_answered_by_a_robot_that_talks(media: Media, tmp_path: Path, number: str):
    call = media.call(number)
    call.wait_for("confirmed")
    assert level_db(heard(call, tmp_path / "talk.wav", 2.0)) > -35
    call.hangup()
    call.wait_for_end()


def test_102_rings_and_never_answers(media: Media):
    call = media.call("102")
    assert call.wait_for("early")["code"] == 180
    with pytest.raises(AssertionError):
        call.wait_for("confirmed", timeout=2.0)
    call.hangup()
    assert call.wait_for_end()[0] == 487


@pytest.mark.parametrize(("number", "code"), [("103", 486), ("105", 603), ("+6568880404", 404), ("777", 404)])
def test_a_refusal_has_its_code(media: Media, number: str, code: int):
    assert media.call(number).wait_for_end()[0] == code


def test_104_says_it_will_call_back_and_does_five_seconds_after_answering(media: Media, tmp_path: Path):
    call = media.call("104")
    answered = call.wait_for("confirmed")["at"]
    heard(call, tmp_path / "busy.wav", 1.0)
    assert call.wait_for_end()[0] == 200
    back = media.phone.wait_for_call()
    came = next(event["at"] for event in back.events if event["event"] == "incoming")
    assert 4.8 < came - answered < 5.6
    assert "sip:104@softphone.test" in back.caller
    back.answer()
    back.wait_for("confirmed")
    heard(back, tmp_path / "back.wav", 1.0)
    back.hangup()
    back.wait_for_end()


def test_an_outside_number_answers_and_talks(media: Media, tmp_path: Path):
    call = media.call("+6561112222")
    call.wait_for("confirmed")
    heard(call, tmp_path / "outside.wav", 1.0)
    call.hangup()
    call.wait_for_end()


def test_star_61_makes_somebody_outside_call(media: Media):
    call = media.call("*61")
    answered = call.wait_for("confirmed")["at"]
    incoming = media.phone.wait_for_call()
    came = next(event["at"] for event in incoming.events if event["event"] == "incoming")
    assert 1.8 < came - answered < 2.8
    assert "<sip:+6591234567@softphone.test>" in incoming.header("From")
    assert incoming.message.startswith("INVITE sip:100@softphone.test ")
    incoming.decline()
    incoming.wait_for_end()


def test_any_number_and_name_can_call_in(media: Media):
    media.processes.tell("people", command="call_in", to="100", name='Evil "Bob"\r\nX: y', **{"from": "+442079460000"})
    incoming = media.phone.wait_for_call()
    assert incoming.header("From").startswith('"Evil BobX: y" <sip:+442079460000@softphone.test>')
    incoming.decline()
    incoming.wait_for_end()


def test_digits_are_told_and_spoken(media: Media, tmp_path: Path):
    call = media.call("*62", "services")
    call.wait_for("confirmed")
    call.wait_for_media()
    call.dtmf("0123456789*#")
    media.wait_for("digit", digits="0123456789*#", caller="100")
    call.dtmf("5", "info")
    media.wait_for("digit", digits="0123456789*#5")
    heard(call, tmp_path / "digit.wav", 0.2)
    call.hangup()
    call.wait_for_end()


def test_a_message_is_left_counted_heard_and_kept(media: Media, tmp_path: Path, speech: Path):
    call = media.call("*97100", "services")
    call.wait_for("confirmed")
    file = tmp_path / "greeting.wav"
    call.record(file)
    wait_for_beep(file)
    call.play(speech, loop=False)
    (recording,) = until(lambda: list((media.data / "voicemail" / "recording").glob("*.wav")), "a recording")
    until(lambda: recording.stat().st_size > 4 * RATE * 2, "four seconds recorded", 15)
    call.stop_recording()
    call.dtmf("#")
    media.wait_for("mailbox", extension="100", new=1, old=0)
    assert call.wait_for_end(timeout=15)[0] == 200
    (message,) = (media.data / "voicemail" / "100" / "new").glob("*_100.wav")
    correlation, level, _ = best_match(read_wav(speech), read_wav(message))
    assert correlation > 0.9
    assert abs(level) < 3.0

    check = media.call("*97", "services", record=str(tmp_path / "check.wav"))
    media.wait_for("mailbox", 20, extension="100", new=0, old=1)
    check.wait_for_end(timeout=10)
    check.wait_for_recording()
    middle_second = read_wav(speech)[RATE : 2 * RATE]
    assert best_match(middle_second, read_wav(tmp_path / "check.wav"))[0] > 0.9
    assert [kept.name for kept in (media.data / "voicemail" / "100" / "old").iterdir()] == [message.name]


def test_a_caller_who_hangs_up_at_the_beep_leaves_no_message(media: Media, tmp_path: Path):
    before = len(media.events)
    call = media.call("*97110", "services")
    call.wait_for("confirmed")
    call.record(tmp_path / "greeting.wav")
    wait_for_beep(tmp_path / "greeting.wav")
    call.hangup()
    call.wait_for_end()
    until(lambda: not list((media.data / "voicemail" / "recording").glob("*.wav")), "the recording is gone")
    assert [e for e in media.events[before:] if e["event"] == "mailbox"] == []


@pytest.mark.parametrize("kind", ["services", "people"])
def test_a_killed_child_is_back_within_a_second_at_the_same_port(media: Media, kind: str):
    number = {"services": "*43", "people": "102"}[kind]
    before = dict(media.processes.ports)
    changes = media.route_changes
    os.kill(media.processes.pids[kind], signal.SIGKILL)
    killed = time.monotonic()
    until(lambda: media.route_changes > changes, "routes again", 5, 0.01)
    assert time.monotonic() - killed < 1.0
    assert media.processes.ports == before
    call = media.call(number, kind)
    call.wait_for("early" if kind == "people" else "confirmed")
    call.hangup()
    call.wait_for_end()


def test_children_that_cannot_start_are_tried_less_and_less_often(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "in-the-way").write_text("no folder")
    options = MediaOptions("127.0.0.1", "127.0.0.1:9", "softphone.test", tmp_path / "in-the-way")
    processes = MediaProcesses(options, print, print, {})
    processes.start()
    with pytest.raises(TimeoutError, match="services, people"):
        processes.wait_until_ready(4)
    stopping = time.monotonic()
    processes.stop()
    assert time.monotonic() - stopping < 2
    deaths = [record for record in caplog.records if "media people has died" in record.getMessage()]
    assert 3 <= len(deaths) <= 5  # at 0, 0.2, 0.7, 1.7 and 3.7 s


def test_the_children_end_with_their_parent(tmp_path: Path, run_python: Callable[..., tuple[int, list[int]]]):
    parent, children = run_python(
        """
import sys, time
from pathlib import Path
from softphone.pbx.media.supervisor import MediaOptions, MediaProcesses
processes = MediaProcesses(
    MediaOptions("127.0.0.1", "127.0.0.1:9", "softphone.test", Path(sys.argv[1])), print, print, {})
processes.start(); processes.wait_until_ready()
print(*processes.pids.values(), flush=True)
time.sleep(60)
""",
        str(tmp_path),
    )
    assert len(children) == 2
    os.kill(parent, signal.SIGKILL)
    until(lambda: not any(alive(pid) for pid in children), "the children end", 5)


@pytest.fixture
def run_python() -> Iterator[Callable[..., tuple[int, list[int]]]]:
    """Runs a program that prints process ids in its last line, and returns its own and those."""
    running = []

    def run(program: str, *arguments: str) -> tuple[int, list[int]]:
        child = subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True)
        running.append(child)
        for line in child.stdout:
            if line.replace(" ", "").strip().isdigit():
                return child.pid, [int(word) for word in line.split()]
        raise AssertionError("it printed no process ids")

    yield run
    for child in running:
        with child:
            child.kill()


def alive(pid: int) -> bool:
    """Whether the process runs; one that only waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
