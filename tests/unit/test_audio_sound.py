"""The whole of the sound, with a sound system of the test's own."""

import queue
import time
from array import array

import pytest

from softphone.audio.backend import SoundUnavailable
from softphone.audio.format import silence
from softphone.audio.null_backend import NullBackend
from softphone.audio.sound import Sound
from softphone.audio.tones import LOOPS, digit_sound, sound
from softphone.phone.events import SoundDevicesChanged, SoundTrouble
from softphone.phone.sound import SoundDevice, SoundInUse

MICROPHONE = SoundDevice("fake:mic", "Microphone", "input", True)
SPEAKER = SoundDevice("fake:out", "Speaker", "output", True)
BELL = SoundDevice("fake:bell", "Bell", "output")
VOICE = array("h", [3000, -3000] * 160).tobytes()


class HandDrivenStream:
    """An open device whose callbacks the test makes."""

    def __init__(self, backend, device_id, period_ms, callback):
        self.backend, self.device_id, self.period_ms, self.callback = backend, device_id, period_ms, callback
        self.closed = False

    @property
    def last_callback(self):
        return time.monotonic() if self.backend.running else 0.0

    def close(self):
        self.closed = True


class HandDrivenBackend:
    name = "fake"

    def __init__(self, *devices):
        self.plugged, self.running = devices, True
        self.streams = []

    def devices(self):
        return self.plugged

    def open_capture(self, device_id, period_ms, on_captured):
        return self._open("input", device_id, period_ms, on_captured)

    def open_playback(self, device_id, period_ms, fill):
        return self._open("output", device_id, period_ms, fill)

    def _open(self, kind, device_id, period_ms, callback):
        if not any(device.kind == kind and device_id in (None, device.id) for device in self.plugged):
            raise SoundUnavailable(kind)
        self.streams.append(HandDrivenStream(self, device_id, period_ms, callback))
        return self.streams[-1]

    def open_now(self):
        return [stream for stream in self.streams if not stream.closed]


class Desk:
    def __init__(self, *devices):
        self.backend = HandDrivenBackend(*devices)
        self.events = queue.Queue()
        self.sound = Sound(self.events.put, self.backend)
        self.sound.set_processing(echo_cancellation=False, noise_suppression=False)
        self.sound.start()

    def wait_event(self, wanted, seconds=3.0):
        deadline = time.monotonic() + seconds
        while True:
            event = self.events.get(timeout=max(0.01, deadline - time.monotonic()))
            if wanted(event):
                return event

    def wait_in_use(self, **names):
        return self.wait_event(lambda e: isinstance(e, SoundDevicesChanged) and e.in_use == SoundInUse(**names))

    @property
    def microphone(self):
        return next(stream for stream in self.backend.open_now() if stream.callback.__name__ == "captured")

    @property
    def speaker(self):
        return next(s for s in self.backend.open_now() if type(s.callback.__self__).__name__ == "Speaker")

    @property
    def bell(self):
        return next(s for s in self.backend.open_now() if type(s.callback.__self__).__name__ == "Ringer")


@pytest.fixture
def desk():
    desks = []

    def make(*devices):
        desks.append(Desk(*devices))
        return desks[-1]

    yield make
    for made in desks:
        made.sound.close()
        assert made.backend.open_now() == []


def in_call(desk):
    desk.sound.start_call_audio()
    desk.wait_in_use(microphone="Microphone", speaker="Speaker")
    desk.sound.pull_microphone(640)
    desk.speaker.callback(640)
    return desk


def test_devices_are_told_at_the_start_and_none_is_opened(desk):
    idle = desk(MICROPHONE, SPEAKER)
    assert idle.wait_in_use().devices == (MICROPHONE, SPEAKER)
    assert idle.backend.streams == []


def test_a_call_opens_microphone_and_speaker_and_its_end_closes_them(desk):
    busy = in_call(desk(MICROPHONE, SPEAKER))
    assert len(busy.backend.open_now()) == 2
    busy.sound.stop_call_audio()
    busy.wait_in_use()
    assert busy.backend.open_now() == []


def test_voice_goes_both_ways(desk):
    busy = in_call(desk(MICROPHONE, SPEAKER))
    for _ in range(4):
        busy.microphone.callback(VOICE)
        busy.sound.push_speaker(VOICE)
    assert busy.sound.pull_microphone(640) == VOICE
    assert busy.speaker.callback(640) == VOICE
    assert busy.sound.levels() == pytest.approx((3000 / 32767, 3000 / 32767))
    assert busy.sound.levels() == (0.0, 0.0)


def test_mute_sends_silence_and_what_was_said_meanwhile_never_goes_out(desk):
    busy = in_call(desk(MICROPHONE, SPEAKER))
    busy.sound.set_muted(True)
    for _ in range(3):
        busy.microphone.callback(VOICE)
    assert busy.sound.pull_microphone(640) == silence(640)
    assert busy.sound.levels()[0] == 0.0
    assert busy.sound.pull_microphone(640) == silence(640)
    assert busy.sound.pull_microphone(640) == silence(640)
    busy.sound.set_muted(False)
    assert busy.sound.pull_microphone(640) == silence(640)
    for _ in range(2):
        busy.microphone.callback(VOICE)
    assert busy.sound.pull_microphone(640) == VOICE


def test_the_ringtone_plays_on_the_ringing_device_alone(desk):
    idle = desk(MICROPHONE, SPEAKER, BELL)
    idle.sound.set_devices(None, None, BELL.id)
    idle.sound.play_tone("ringtone")
    idle.wait_in_use(ringer="Bell")
    assert idle.bell.callback(6400) == sound("ringtone")[:3200].tobytes()
    idle.sound.play_tone("none")
    idle.wait_in_use()
    assert idle.backend.open_now() == []


@pytest.mark.parametrize("tone", [tone for tone in LOOPS if tone != "ringtone"])
def test_tones_play_in_the_ear_without_a_call(desk, tone):
    idle = desk(MICROPHONE, SPEAKER)
    idle.sound.play_tone(tone)
    idle.wait_in_use(speaker="Speaker")
    assert idle.speaker.callback(640) == sound(tone)[:320].tobytes()
    idle.sound.play_tone("none")
    idle.wait_in_use()


def test_the_waiting_tone_is_heard_over_the_call_and_not_sent(desk):
    busy = in_call(desk(MICROPHONE, SPEAKER))
    busy.sound.play_tone("waiting")
    for _ in range(2):
        busy.sound.push_speaker(VOICE)
        busy.microphone.callback(silence(640))
    heard = array("h", busy.speaker.callback(640))
    assert heard == array("h", [a + b for a, b in zip(array("h", VOICE), sound("waiting")[:320], strict=True)])
    assert busy.sound.pull_microphone(640) == silence(640)
    assert len(busy.backend.open_now()) == 2


def test_one_tone_follows_another(desk):
    idle = desk(MICROPHONE, SPEAKER, BELL)
    idle.sound.play_tone("ringtone")
    idle.wait_in_use(ringer="Speaker")
    idle.sound.play_tone("busy")
    idle.wait_in_use(speaker="Speaker")
    assert idle.speaker.callback(640) == sound("busy")[:320].tobytes()


def test_a_key_is_heard_and_the_speaker_closes_again(desk):
    idle = desk(MICROPHONE, SPEAKER)
    idle.sound.play_digit("5")
    idle.wait_in_use(speaker="Speaker")
    heard = b"".join(idle.speaker.callback(640) for _ in range(6))
    while not heard.startswith(digit_sound("5")[:320].tobytes()):  # asked before the key was there
        heard = heard[640:] + idle.speaker.callback(640)
        assert heard.strip(b"\0")
    idle.wait_in_use()


def test_unknown_tones_and_keys_are_refused(desk):
    idle = desk()
    with pytest.raises(ValueError, match="tone"):
        idle.sound.play_tone("fanfare")
    with pytest.raises(ValueError, match="key"):
        idle.sound.play_digit("x")


def test_a_call_without_a_microphone_listens_and_says_so(desk):
    busy = desk(SPEAKER)
    busy.sound.start_call_audio()
    assert busy.wait_event(lambda e: isinstance(e, SoundTrouble)) == SoundTrouble("no_microphone", "microphone")
    busy.wait_in_use(speaker="Speaker")
    assert busy.sound.pull_microphone(640) == silence(640)
    busy.speaker.callback(640)
    for _ in range(2):
        busy.sound.push_speaker(VOICE)
    assert busy.speaker.callback(640) == VOICE
    busy.backend.plugged = (MICROPHONE, SPEAKER)
    found = busy.wait_event(lambda e: isinstance(e, SoundTrouble), seconds=6)
    assert found == SoundTrouble("found", "microphone", "Microphone")


def test_the_end_of_the_call_ends_its_trouble(desk):
    busy = desk(SPEAKER)
    busy.sound.start_call_audio()
    busy.wait_event(lambda e: isinstance(e, SoundTrouble))
    busy.sound.stop_call_audio()
    assert busy.wait_event(lambda e: isinstance(e, SoundTrouble)) == SoundTrouble("found", "microphone")


def test_a_ringing_device_that_is_missing_is_told(desk):
    idle = desk(MICROPHONE)
    idle.sound.play_tone("ringtone")
    assert idle.wait_event(lambda e: isinstance(e, SoundTrouble)) == SoundTrouble("no_speaker", "ringer")
    idle.sound.play_tone("none")
    assert idle.wait_event(lambda e: isinstance(e, SoundTrouble)) == SoundTrouble("found", "ringer")


def test_a_microphone_that_gives_silence_on_macos_is_told_as_blocked_until_it_is_heard(desk, monkeypatch):
    monkeypatch.setattr("softphone.audio.sound.sys.platform", "darwin")
    monkeypatch.setattr("softphone.audio.sound._BLOCKED_AFTER", 0.1)
    busy = in_call(desk(MICROPHONE, SPEAKER))
    blocked = busy.wait_event(lambda e: isinstance(e, SoundTrouble))
    assert blocked == SoundTrouble("microphone_blocked", "microphone", "Microphone")
    for _ in range(3):
        busy.microphone.callback(VOICE)
    found = busy.wait_event(lambda e: isinstance(e, SoundTrouble))
    assert found == SoundTrouble("found", "microphone", "Microphone")


def test_devices_that_fall_silent_in_a_call_are_opened_again(desk):
    busy = in_call(desk(MICROPHONE, SPEAKER))
    first = busy.backend.open_now()
    busy.backend.running = False
    deadline = time.monotonic() + 4
    while not all(stream.closed for stream in first):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    busy.backend.running = True
    assert busy.sound.statistics().reopened >= 1


def test_the_null_sound_system_keeps_time():
    events = queue.Queue()
    sound_ = Sound(events.put, NullBackend())
    sound_.start()
    sound_.start_call_audio()
    deadline = time.monotonic() + 3
    while sound_.statistics().microphone_waiting_ms < 100:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    while events.get(timeout=2).in_use.microphone != "No microphone (silence)":
        continue
    sound_.close()


def test_closing_before_the_start_and_twice_is_quiet(desk):
    backend = HandDrivenBackend(MICROPHONE)
    Sound(lambda _event: None, backend).close()
    started = Sound(lambda _event: None, backend)
    started.start()
    started.close()
    started.close()


def test_a_listener_that_fails_does_not_end_the_sound(desk, caplog):
    backend = HandDrivenBackend(MICROPHONE, SPEAKER)

    def listener(_event):
        raise RuntimeError("the pipe is gone")

    sound_ = Sound(listener, backend)
    sound_.start()
    sound_.start_call_audio()
    deadline = time.monotonic() + 3
    while len(backend.open_now()) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    sound_.close()
    assert "the pipe is gone" in caplog.text
