"""Finding an echo, taking it out, and leaving alone what has none."""

import random
from array import array

import numpy as np
import pytest

from softphone.audio import webrtc
from softphone.audio.echo_detector import EchoDetector
from softphone.audio.format import BLOCK_BYTES, peak_of
from softphone.audio.voice_processing import Blocks, VoiceProcessing

STEPS_PER_SECOND = 50


def talk(seed, seconds=8):
    """Loudness of a person talking, in dBFS each 20 ms: syllables of 80 to 300 ms, pauses now and then."""
    chance = random.Random(seed)
    levels = []
    while len(levels) < seconds * STEPS_PER_SECOND:
        top = chance.uniform(-30, -10)
        size = chance.randint(4, 15)
        levels += [top - 12 * abs(2 * i / size - 1) + chance.uniform(-2, 2) for i in range(size)]
        levels += [-75.0] * chance.choice([0, 1, 2, 3, 4, 20])
    return levels[: seconds * STEPS_PER_SECOND]


def later(levels, steps, weaker=0.0):
    return [-75.0] * steps + [level - weaker for level in levels]


def echo_seconds(speaker, microphone):
    """When an echo is found, three times in a row; None: never."""
    detector, in_a_row = EchoDetector(), 0
    for step, (loud, heard) in enumerate(zip(speaker, microphone, strict=False)):
        looked, found = detector.hear(loud, heard)
        if looked:
            in_a_row = in_a_row + 1 if found else 0
            if in_a_row == 3:
                return step / STEPS_PER_SECOND
    return None


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("steps", "weaker"), [(2, 6), (5, 20), (15, 12)])
def test_an_echo_is_found_within_a_few_seconds_of_talk(seed, steps, weaker):
    speaker = talk(seed)
    room = [max(level, -68.0) for level in later(speaker, steps, weaker)]
    assert echo_seconds(speaker, room) <= 2.5


@pytest.mark.parametrize("seed", range(20))
def test_two_people_talking_at_once_are_no_echo(seed):
    assert echo_seconds(talk(seed), talk(seed + 1000)) is None


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("steps", [5, 8, 12, 25])
def test_an_echo_service_that_returns_our_own_voice_is_no_echo_of_the_room(seed, steps):
    microphone = talk(seed)
    assert echo_seconds(later(microphone, steps), microphone) is None


def test_silence_tells_nothing():
    assert echo_seconds([-120.0] * 500, [-120.0] * 500) is None
    assert echo_seconds([-20.0] * 500, [-20.0] * 500) is None


# --- the native library ------------------------------------------------------------------------------------------


def test_requests_are_those_of_the_livekit_package():
    from livekit.rtc._proto import ffi_pb2

    new = ffi_pb2.FfiRequest()
    new.ParseFromString(webrtc.request(50, True, False, False, True))
    assert new.new_apm.echo_canceller_enabled
    assert new.new_apm.noise_suppression_enabled
    assert not new.new_apm.gain_controller_enabled
    assert not new.new_apm.high_pass_filter_enabled
    for field, name in ((51, "apm_process_stream"), (52, "apm_process_reverse_stream")):
        asked = ffi_pb2.FfiRequest()
        asked.ParseFromString(webrtc.request(field, 300, 1 << 47, BLOCK_BYTES, 16000, 1))
        part = getattr(asked, name)
        assert (part.apm_handle, part.data_ptr, part.size, part.sample_rate, part.num_channels) == (300, 1 << 47, 320, 16000, 1)  # noqa: E501
    answer = ffi_pb2.FfiResponse()
    answer.new_apm.apm.handle.id = 70_000
    assert webrtc._new_handle(answer.SerializeToString()) == 70_000


def test_an_answer_of_another_shape_is_told_apart():
    for answer in (b"", b"\x01", bytes(40), b"\x8a\x03\x06\x0a\x04\x0a\x02\x10\x01"):
        with pytest.raises(webrtc.ProcessingUnavailable):
            webrtc._new_handle(answer)


def noise(seconds, level, seed=1):
    """Noise with the rhythm of talk: broad, so that every filter must be found."""
    random_ = np.random.default_rng(seed)
    loud = np.repeat(10 ** (np.asarray(talk(seed, seconds)) / 20), 320)
    return (random_.normal(0, 1, seconds * 16000) * loud * 32768 * level).clip(-30000, 30000).astype(np.int16)


def through(processing, speaker, microphone):
    out = []
    for at in range(0, len(microphone) - 159, 160):
        played, heard = speaker[at : at + 160].tobytes(), microphone[at : at + 160].tobytes()
        processing.render(played, peak_of(played))
        out.append(processing.capture(heard, peak_of(heard)))
    return np.frombuffer(b"".join(out), dtype=np.int16)


def db(samples):
    return 20 * np.log10(np.sqrt(np.mean(np.square(samples.astype(float)))) + 0.1)


@pytest.mark.parametrize("delay_ms", [40, 200])
def test_an_echo_comes_back_thirty_decibels_lower(delay_ms):
    processing = VoiceProcessing()
    processing.load()
    speaker = noise(8, 0.5)
    echo = np.concatenate([np.zeros(delay_ms * 16, np.int16), speaker // 3])[: len(speaker)]
    out = through(processing, speaker, echo)
    assert processing.using == "echo cancelled"
    last = slice(5 * 16000, None)
    assert db(echo[last]) - db(out[last]) > 30


def test_without_echo_and_noise_the_microphone_is_not_touched():
    processing = VoiceProcessing()
    processing.load()
    near = noise(6, 0.3, seed=3)
    far = np.concatenate([np.zeros(2400, np.int16), near])[: len(near)]
    out = through(processing, far, near)
    assert processing.using == "untouched"
    assert np.array_equal(out, near[: len(out)])


def test_an_echo_that_begins_late_in_a_call_is_cancelled_too():
    """Headphones pulled off after a minute."""
    processing = VoiceProcessing()
    processing.load()
    speaker = noise(40, 0.5)
    echo = np.concatenate([np.zeros(960, np.int16), speaker // 3])[: len(speaker)]
    echo[: 30 * 16000] = 0
    out = through(processing, speaker, echo)
    assert processing.using == "echo cancelled"
    last = slice(36 * 16000, None)
    assert db(echo[last]) - db(out[last]) > 30


def test_a_headset_put_on_in_a_call_ends_the_cancelling():
    processing = VoiceProcessing(echo_known=True)
    processing.load()
    far, near = noise(30, 0.5), noise(30, 0.3, seed=9)
    through(processing, far, near)
    assert processing.using == "untouched"
    assert not processing.echo_found


def test_steady_noise_is_suppressed():
    processing = VoiceProcessing()
    processing.load()
    hum = np.random.default_rng(2).normal(0, 300, 8 * 16000).astype(np.int16)
    out = through(processing, np.zeros_like(hum), hum)
    assert processing.using == "noise suppressed"
    assert db(hum[-16000:]) - db(out[-16000:]) > 8


def test_switched_off_it_touches_nothing():
    processing = VoiceProcessing(echo=False, noise=False)
    processing.load()
    speaker = noise(4, 0.5)
    assert np.array_equal(through(processing, speaker, speaker // 2), speaker // 2)
    assert not processing.echo_found


def test_without_the_library_sound_goes_through(monkeypatch, caplog):
    def gone(**_):
        raise webrtc.ProcessingUnavailable("not installed")

    monkeypatch.setattr("softphone.audio.voice_processing.AudioProcessing", gone)
    processing = VoiceProcessing()
    processing.load()
    speaker = noise(4, 0.5)
    assert np.array_equal(through(processing, speaker, speaker // 2), speaker // 2)
    assert "not installed" in caplog.text


def test_a_library_that_fails_in_a_call_is_left_out(caplog):
    processing = VoiceProcessing()
    processing.load()

    def fail(_block):
        raise webrtc.ProcessingUnavailable("broken")

    processing._echo.capture = fail
    block = array("h", [500] * 160).tobytes()
    assert [processing.capture(block, peak_of(block)) for _ in range(3)] == [block] * 3
    assert caplog.text.count("echo cancellation ended") == 1


def test_blocks_are_cut_and_nothing_is_lost():
    blocks, data = Blocks(), bytes(i % 256 for i in range(1000))
    out = blocks.cut(data[:100]) + blocks.cut(data[100:700]) + blocks.cut(bytearray(data[700:]))
    assert b"".join(out) == data[:960]
    assert {len(block) for block in out} == {320}
