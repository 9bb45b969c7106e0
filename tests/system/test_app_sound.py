"""Real sound through virtual devices: what goes in at the microphone, what comes out at the speaker."""

import pytest

from tests.system.sound_fixture import PulseServer, level_db, match_by_parts, read_wav, speak
from tests.system.waiting import until


@pytest.fixture(scope="module")
def sound():
    with PulseServer() as server:
        yield server


@pytest.fixture(scope="module")
def sentence(tmp_path_factory):
    return speak(tmp_path_factory.mktemp("speech") / "sentence.wav")


@pytest.fixture
def with_sound(signed_in, sound):
    """An application that is signed in and uses the virtual devices."""
    environment = {k: v for k, v in sound.env({}).items() if k.startswith("PULSE")}
    return lambda email="alice@example.com": signed_in(email, {**environment, "SOFTPHONE_SOUND": ""})


def in_call(application, number):
    call_id = application.do("call", number)
    application.wait_for(
        lambda s: [c for c in s["calls"] if c["id"] == call_id and c["state"] == "confirmed" and c["media"]],
        f"{number} answers", 20,
    )  # fmt: skip
    return call_id


def test_the_echo_comes_back_clean(with_sound, sound, sentence):
    application = with_sound()
    in_call(application, "*43")
    recording = sound.record()
    sound.play(sentence).wait(60)
    until(lambda: recording.seconds > len(read_wav(sentence)) / 16_000 + 1.0, "the end of the echo")
    heard = recording.stop()
    speech = read_wav(sentence)[: -16_000 or None]
    correlation, change, _ = match_by_parts(speech, heard)
    assert correlation > 0.9
    assert abs(change) < 3.0


def test_hold_is_silence_on_both_sides(with_sound, sound, bob, tmp_path):
    application = with_sound()
    application.do("call", "110")
    incoming = bob.wait_for_call()
    incoming.answer()
    incoming.wait_for_media("active")
    speech = speak(tmp_path / "bob.wav")
    incoming.play(speech)
    recording = sound.record()
    until(lambda: recording.seconds > 2.5, "sound of bob")
    assert level_db(recording.stop()[16_000:]) > -45
    since = len(bob.events)
    application.do("hold")
    incoming.wait_for_media("remote_hold", since=since)
    recording = sound.record()
    until(lambda: recording.seconds > 2.0, "two seconds on hold")
    assert level_db(recording.stop()[4_000:]) < -60
    since = len(bob.events)
    application.do("resume")
    incoming.wait_for_media("active", since=since)
    recording = sound.record()
    until(lambda: level_db(recording.so_far()[-16_000:]) > -45, "bob again", 10)
    recording.stop()


def test_muted_is_silence_for_the_other_side_only(with_sound, sound, sentence, bob, tmp_path):
    application = with_sound()
    application.do("call", "110")
    incoming = bob.wait_for_call()
    incoming.answer()
    incoming.wait_for_media("active")
    application.do("mute", "on")
    application.wait_for(lambda s: s["calls"][0]["muted"], "muted")
    file = tmp_path / "heard-by-bob.wav"
    incoming.record(file)
    sound.play(sentence).wait(60)
    incoming.stop_recording()
    assert level_db(read_wav(file)) < -60
    application.do("mute", "off")
    incoming.record(tmp_path / "again.wav")
    sound.play(sentence).wait(60)
    incoming.stop_recording()
    assert level_db(read_wav(tmp_path / "again.wav")) > -45


def test_a_call_waiting_tone_is_in_the_ear_only(with_sound, sound, bob, carol, tmp_path):
    application = with_sound()
    application.do("call", "110")
    first = bob.wait_for_call()
    first.answer()
    first.wait_for_media("active")
    file = tmp_path / "heard-by-bob.wav"
    first.record(file)
    recording = sound.record()
    second = carol.call("100")
    second.wait_for("early")
    until(lambda: level_db(recording.so_far()[-32_000:]) > -55, "the waiting tone in the ear", 10)
    recording.stop()
    first.stop_recording()
    assert level_db(read_wav(file)) < -55, "bob does not hear it"


def test_no_microphone_is_not_fatal(signed_in, bob, tmp_path):
    with PulseServer() as own:
        own.remove("headset_mic")
        environment = {k: v for k, v in own.env({}).items() if k.startswith("PULSE")}
        application = signed_in(environment={**environment, "SOFTPHONE_SOUND": ""})
        application.do("call", "110")
        incoming = bob.wait_for_call()
        incoming.answer()
        incoming.wait_for_media("active")
        incoming.play(speak(tmp_path / "bob.wav"))
        recording = own.record()
        until(lambda: level_db(recording.so_far()[-16_000:]) > -45, "bob is heard", 15)
        recording.stop()
        application.wait_for(lambda s: s["sound"]["trouble"], "said that there is no microphone")
