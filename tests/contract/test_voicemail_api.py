"""Voice messages and no-answer messages over HTTPS: whose they are, what is heard, and that files and rows agree."""

from __future__ import annotations

import json
import wave
from array import array
from dataclasses import asdict, replace

import numpy as np
import pytest
from pydantic import TypeAdapter

from softphone.extension.settings import Speech
from softphone.pbx.mail import smtp_server
from softphone.pbx.media import mp3
from softphone.pbx.media.mailbox import Mailboxes
from softphone.pbx.media.speech import SAMPLE_RATE, tone, write_wav
from softphone.pbx.service.message_endpoints import LanguageModel
from softphone.pbx.service.voicemail_endpoints import VoicemailModel
from tests.contract.account_fixture import PASSWORD, Watcher, any_device, real_world
from tests.contract.test_account_api import MERGE_PATCH, Api, assert_problem
from tests.fakes.smtp_sink import SmtpSink
from tests.system.waiting import until
from tests.unit.test_pbx_speech import pitch

MP3, JSON = {"Content-Type": "audio/mpeg"}, {"Content-Type": "application/json"}


@pytest.fixture
def world(tmp_path):
    with real_world(tmp_path) as world:
        for name, key, label in (("alice", "100", "Alice Tan"), ("bob", "110", "Bob Lim")):
            world.add_account(f"{name}@example.com", PASSWORD.reveal(), key, label, caller_ids=["+6561234567"])
        yield world


@pytest.fixture
def sign_in(world):
    """Raw requests of somebody, by the part of their address before the @."""
    apis = []

    def sign_in(name):
        apis.append(Api(world))
        assert apis[-1].sign_in(f"{name}@example.com", f"device of {name}").status_code == 201
        return apis[-1]

    yield sign_in
    for api in apis:
        api.http.close()


@pytest.fixture
def alice(sign_in):
    return sign_in("alice")


@pytest.fixture
def bob(sign_in):
    return sign_in("bob")


def leave(world, extension="100", caller="+6531234567", name="", frequency=440.0, seconds=2.0):
    """A message as the media child leaves one."""
    boxes = Mailboxes(world.folder / "voicemail")
    recording = boxes.recording(extension, caller)
    write_wav(recording, tone(frequency, seconds))
    message = boxes.keep(recording)
    world.voicemail.media_event({
        "event": "voicemail", "extension": extension, "caller": caller, "caller_name": name,
        "file": str(message.file), "seconds": message.seconds, "at": message.at,
    })  # fmt: skip
    world.voicemail.media_event({"event": "mailbox", "extension": extension, "new": 1, "old": 0})
    return message


def listed(api):
    return TypeAdapter(list[VoicemailModel]).validate_json(api.ask("GET", "/voicemails").content)


def sound_of(answer) -> np.ndarray:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "audio/mpeg"
    return np.array(mp3.decode(answer.content, 600), dtype=float)


def loudest_frequency(samples: np.ndarray) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * SAMPLE_RATE / len(samples))


def mp3_file(frequency=800.0, seconds=3.0) -> bytes:
    return mp3.encode(tone(frequency, seconds), SAMPLE_RATE)


# Voicemails


def test_a_message_is_listed_with_its_caller_and_heard(world, alice):
    leave(world, caller="110", name="Bob from his mobile", frequency=700)
    leave(world, caller="+6531234567", seconds=3)
    until(lambda: [one.caller_name for one in listed(alice)] == ["", "Bob from his mobile"], "both, with their names")
    newest, oldest = listed(alice)
    assert (newest.caller, newest.seconds, newest.read) == ("+6531234567", 3.0, False)
    assert newest.at >= oldest.at
    sound = sound_of(alice.ask("GET", f"/voicemails/{oldest.id}/audio"))
    assert len(sound) / SAMPLE_RATE == pytest.approx(2.0, abs=0.15)
    assert loudest_frequency(sound) == pytest.approx(700, abs=5)


def test_a_colleague_who_calls_without_a_name_has_the_one_of_the_directory(world, alice):
    leave(world, caller="110")
    until(lambda: [one.caller_name for one in listed(alice)] == ["Bob Lim"], "the name")


def test_reading_and_deleting_follow_to_the_files_to_signalling_and_to_other_clients(world, alice):
    client = world.client()
    client.sign_in("alice@example.com", PASSWORD, any_device(7), service=world.url)
    watcher = Watcher(client)
    watcher.next("directory")
    message = leave(world)
    watcher.next("voicemail")
    until(lambda: ("100", 1, 0) in world.mailbox_counts, "one new")
    (one,) = listed(alice)
    answer = alice.ask("PATCH", f"/voicemails/{one.id}", json={"read": True})
    assert answer.json()["read"] is True
    watcher.next("voicemail")
    assert world.mailbox_counts[-1] == ("100", 0, 1)
    assert not message.file.exists()
    assert alice.ask("PATCH", f"/voicemails/{one.id}", json={"read": False}).json()["read"] is False
    assert world.mailbox_counts[-1] == ("100", 1, 0)
    assert message.file.exists()
    assert alice.ask("DELETE", f"/voicemails/{one.id}").status_code == 204
    assert world.mailbox_counts[-1] == ("100", 0, 0)
    assert not message.file.exists()
    assert listed(alice) == []
    assert world.store.extension("100").mailbox_new == 0
    assert_problem(alice.ask("DELETE", f"/voicemails/{one.id}"), 404, "not-found")


def test_a_message_heard_by_telephone_is_read_here(world, alice):
    message = leave(world)
    until(lambda: len(listed(alice)) == 1, "listed")
    Mailboxes(world.folder / "voicemail").mark("100", message.name, read=True)
    assert listed(alice)[0].read


def test_the_messages_of_others_are_not_there(world, alice, bob):
    leave(world)
    until(lambda: len(listed(alice)) == 1, "listed")
    (one,) = listed(alice)
    assert listed(bob) == []
    assert_problem(bob.ask("GET", f"/voicemails/{one.id}/audio"), 404, "not-found")
    assert_problem(bob.ask("PATCH", f"/voicemails/{one.id}", json={"read": True}), 404, "not-found")
    assert_problem(bob.ask("DELETE", f"/voicemails/{one.id}"), 404, "not-found")
    assert [not_read.read for not_read in listed(alice)] == [False]
    for method, path in (("GET", "/voicemails"), ("GET", f"/voicemails/{one.id}/audio")):
        assert_problem(bob.http.request(method, path), 401, "token-expired")


@pytest.mark.parametrize("body", [{}, {"read": "yes"}, {"read": 1}, {"read": None}, [], "x"])
def test_what_says_neither_read_nor_new_is_refused(world, alice, body):
    leave(world)
    until(lambda: len(listed(alice)) == 1, "listed")
    assert_problem(alice.ask("PATCH", f"/voicemails/{listed(alice)[0].id}", json=body), 422, "invalid")


@pytest.mark.parametrize("path", ["%00", "..", "x" * 5000, "%F0%9F%98%80", "0" * 32, "..%2F..%2Frun.json"])
def test_an_id_of_nothing_is_not_found(alice, path):
    for method, what in (("GET", "/audio"), ("DELETE", "")):
        answer = alice.ask(method, f"/voicemails/{path}{what}")
        assert answer.status_code in (404, 405), answer.text


def test_rows_that_a_crash_never_wrote_are_made_at_the_next_start_and_those_without_a_file_go(world, alice):
    boxes = Mailboxes(world.folder / "voicemail")
    kept = leave(world, caller="1")
    lost = leave(world, caller="2")
    until(lambda: len(listed(alice)) == 2, "both are listed")
    ids = {one.caller: one.id for one in listed(alice)}
    world.stop()
    lost.file.unlink()
    recording = boxes.recording("100", "3")
    write_wav(recording, tone(440, 2))
    boxes.keep(recording)
    world.mailbox_counts.clear()
    world.start()
    until(lambda: ("100", 2, 0) in world.mailbox_counts, "message waiting is told")
    again = {one.caller: one.id for one in listed(alice)}
    assert set(again) == {"1", "3"}
    assert again["1"] == ids["1"]
    assert kept.file.exists()


def test_a_message_is_mailed_once_with_its_sound_whatever_dies_in_between(world, alice):
    with SmtpSink() as sink:
        port = sink.port
    world.stop()
    world.smtp = smtp_server(f"127.0.0.1:{port}", "voicemail@phone.test", {})
    world.start()
    leave(world, caller="110", frequency=600)
    until(lambda: [row.id for row in listed(alice)], "listed")
    until(lambda: world.voicemail._mail.waiting() == 1, "one mail waits for its server")
    world.stop()  # the server is still away
    with SmtpSink(port) as sink:
        world.advance(3600)
        world.start()
        (mail,) = sink.wait_for(1)
        assert mail.recipient == "alice@example.com"
        assert mail.mail["Subject"] == "Voicemail from Bob Lim (110)"
        assert "Alice Tan (100) has a new voicemail." in mail.text
        ((_, _, attached),) = mail.attachments
        sound = np.array(mp3.decode(attached, 60), dtype=float)
        assert loudest_frequency(sound) == pytest.approx(600, abs=5)
        world.voicemail.missed("100", "+6531234567", world.now)
        missed = sink.wait_for(2)[1]
        assert missed.mail["Subject"] == "Missed call from +6531234567"
        world.stop()
        world.start()
        world.voicemail.missed("100", "", world.now)
        assert [mail.mail["Subject"] for mail in sink.wait_for(3)[2:]] == ["Missed call from a hidden number"]


def test_everybody_who_is_to_know_gets_mail_and_a_bad_address_stands_in_nobodys_way(world, alice):
    with SmtpSink() as sink:
        world.stop()
        world.smtp = smtp_server(sink.address, "voicemail@phone.test", {})
        world.start()
        emails = ["alice@example.com", "a,b@example.com", "desk@example.com"]
        assert alice.patch({"no_answer": {"emails": emails}}).status_code == 200
        leave(world)
        assert sorted(mail.recipient for mail in sink.wait_for(2)) == ["alice@example.com", "desk@example.com"]


# The no-answer message


def test_the_message_of_the_settings_is_spoken_as_they_say(world, alice):
    speech = {"language": "en", "gender": "male", "pitch": 3, "rate": 5, "text": "This is Alice. Please leave a word."}
    message = {"kind": "speech", "speech": speech}
    assert alice.patch({"no_answer": {"message": message}}).status_code == 200
    low = sound_of(alice.ask("GET", "/extension/no-answer/message"))
    message["speech"] = speech | {"gender": "female", "pitch": 8}
    assert alice.patch({"no_answer": {"message": message}}).status_code == 200
    high = sound_of(alice.ask("GET", "/extension/no-answer/message"))
    assert pitch(high) > 1.5 * pitch(low)


def test_the_file_that_callers_hear_is_made_when_the_settings_change(world, alice):
    file = world.folder / "messages" / "100.wav"
    text = "one two three four five six seven eight nine ten eleven twelve"
    patch = {"no_answer": {"message": {"kind": "speech", "speech": asdict(Speech(text=text))}}}
    assert alice.patch(patch).status_code == 200
    until(lambda: file.exists() and seconds_of(file) > 3, "the long message")
    patch["no_answer"]["message"]["speech"]["text"] = "one"
    assert alice.patch(patch).status_code == 200
    until(lambda: seconds_of(file) < 1.5, "the short message")
    before = file.stat().st_mtime_ns
    world.stop()
    world.start()
    assert sound_of(alice.ask("GET", "/extension/no-answer/message")).any()
    assert file.stat().st_mtime_ns == before, "what has not changed is not made again"


def seconds_of(file) -> float:
    with wave.open(str(file)) as source:
        assert source.getframerate() == SAMPLE_RATE
        return source.getnframes() / SAMPLE_RATE


def test_an_unknown_voice_still_speaks(world, alice):
    speech = asdict(replace(Speech(text="hello, this is Alice"), language="xx-Wxyz"))
    assert alice.patch({"no_answer": {"message": {"kind": "speech", "speech": speech}}}).status_code == 200
    assert sound_of(alice.ask("GET", "/extension/no-answer/message")).any()


def test_an_upload_is_heard_and_stands_in_the_settings(world, alice):
    content = mp3_file(800, 3)
    headers = MP3 | {"Content-Disposition": "attachment; filename*=UTF-8''Gr%C3%BC%C3%9Fe.mp3"}
    answer = alice.ask("PUT", "/extension/no-answer/message", content=content, headers=headers)
    assert answer.status_code == 200, answer.text
    message = answer.json()["no_answer"]["message"]
    assert (message["kind"], message["audio"]["name"]) == ("audio", "Grüße.mp3")
    assert message["audio"]["seconds"] == pytest.approx(3, abs=0.2)
    assert message["speech"]["text"], "to go back to"
    assert answer.headers["etag"] == alice.ask("GET", "/extension").headers["etag"]
    assert alice.ask("GET", "/extension/no-answer/message").content == content
    file = world.folder / "messages" / "100.wav"
    until(lambda: seconds_of(file) == pytest.approx(3, abs=0.2), "the file that callers hear")
    with wave.open(str(file)) as source:
        samples = np.frombuffer(source.readframes(source.getnframes()), dtype="<i2").astype(float)
    assert loudest_frequency(samples) == pytest.approx(800, abs=5)
    longer = mp3_file(500, 4)
    alice.ask("PUT", "/extension/no-answer/message", content=longer, headers=headers)
    until(lambda: seconds_of(file) == pytest.approx(4, abs=0.2), "the second upload")


def test_the_same_name_and_length_again_is_heard_too(world, alice):
    file = world.folder / "messages" / "100.wav"
    for frequency in (800, 500):
        alice.ask("PUT", "/extension/no-answer/message", content=mp3_file(frequency), headers=MP3)

        def heard(frequency=frequency) -> bool:
            with wave.open(str(file)) as source:
                samples = np.frombuffer(source.readframes(source.getnframes()), dtype="<i2").astype(float)
            return abs(loudest_frequency(samples) - frequency) < 5

        until(heard, f"{frequency} Hz")


@pytest.mark.parametrize(
    ("content", "code", "sentence"),
    [
        (b"", "not-mp3", "greeting.wav is not an MP3 file. Convert it to MP3, then try again."),
        (b"RIFF" + bytes(10_000), "not-mp3", "greeting.wav is not an MP3 file. Convert it to MP3, then try again."),
        (b"ID3\x03\x00\x00\x7f\x7f\x7f\x7f", "not-mp3",
         "greeting.wav is not an MP3 file. Convert it to MP3, then try again."),
        (mp3.encode(array("h", bytes(2 * 16_000 * 61)), 16_000), "too-long", "greeting.wav is longer than 1 minute."),
    ],
    ids=["nothing", "a WAV file", "only a tag", "61 seconds"],
)  # fmt: skip
def test_a_file_that_cannot_be_played_is_refused_in_a_sentence(alice, content, code, sentence):
    before = alice.ask("GET", "/extension").json()
    headers = MP3 | {"Content-Disposition": 'attachment; filename="C:\\\\music\\\\greeting.wav"'}
    problem = assert_problem(
        alice.ask("PUT", "/extension/no-answer/message", content=content, headers=headers), 422, "invalid"
    )
    assert problem["detail"] == sentence
    assert problem["errors"] == [{"pointer": "/no_answer/message/audio", "code": code, "detail": sentence}]
    assert alice.ask("GET", "/extension").json()["no_answer"] == before["no_answer"]


def test_a_minute_and_the_encoders_padding_fits(alice):
    content = mp3_file(440, 60)
    assert alice.ask("PUT", "/extension/no-answer/message", content=content, headers=MP3).status_code == 200


def test_more_than_five_megabytes_are_refused(alice):
    headers = MP3 | {"Content-Disposition": 'attachment; filename="long.mp3"'}
    answer = alice.ask("PUT", "/extension/no-answer/message", content=bytes(5 * 2**20 + 1), headers=headers)
    assert assert_problem(answer, 413, "too-large")["detail"] == "long.mp3 is larger than 5 MB."
    answer = alice.ask("PUT", "/extension/no-answer/message", content=bytes(7 * 2**20), headers=headers)
    assert_problem(answer, 413, "too-large")


def test_another_media_type_is_refused(alice):
    answer = alice.ask(
        "PUT", "/extension/no-answer/message", content=mp3_file(), headers={"Content-Type": "audio/wav"}
    )
    assert_problem(answer, 415)


def test_a_message_that_the_administrator_has_locked_stays(world, sign_in):
    world.add_account("carol@example.com", PASSWORD.reveal(), "120", "Carol", locked=["/no_answer"])
    carol = sign_in("carol")
    before = carol.ask("GET", "/extension/no-answer/message").content
    answer = carol.ask("PUT", "/extension/no-answer/message", content=mp3_file(), headers=MP3)
    assert_problem(answer, 403, "locked")
    assert carol.ask("GET", "/extension/no-answer/message").content == before


def test_an_upload_for_settings_that_have_changed_is_refused_when_it_says_for_which(alice):
    tag = alice.ask("GET", "/extension").headers["etag"]
    assert alice.patch({"call_waiting": False}).status_code == 200
    answer = alice.ask(
        "PUT", "/extension/no-answer/message", content=mp3_file(), headers=MP3 | {"If-Match": tag}
    )
    assert_problem(answer, 412, "conflict")


def preview(api, **more):
    speech = {"language": "en", "gender": "female", "pitch": 5, "rate": 5, "text": "Hello, how are you today?"} | more
    return api.ask("POST", "/extension/no-answer/message/preview", content=json.dumps(speech), headers=JSON)


def test_pitch_rate_gender_and_language_are_heard_in_a_preview(alice):
    pitches = [pitch(sound_of(preview(alice, pitch=value))) for value in (0, 5, 9)]
    assert pitches[0] * 1.2 < pitches[1] < pitches[2] / 1.1
    lengths = [len(sound_of(preview(alice, rate=value))) for value in (0, 5, 9)]
    assert lengths[0] > 1.3 * lengths[1]
    assert lengths[1] > 1.15 * lengths[2]
    assert pitch(sound_of(preview(alice))) > 1.3 * pitch(sound_of(preview(alice, gender="male")))
    english, german = (sound_of(preview(alice, language=code, text="Guten Tag, 25")) for code in ("en", "de"))
    assert abs(len(english) - len(german)) > 1600, "the number is said in another language"


@pytest.mark.parametrize(
    ("change", "where", "sentence"),
    [
        ({"text": "  "}, "/text", "Type the message callers will hear."),
        ({"text": "\n"}, "/text", "Type the message callers will hear."),
        ({"text": "a\x00b"}, "/text", None), ({"text": "\ud800"}, "/text", None),
        ({"text": "a" * 1001}, "/text", "Shorten it to 1000 characters."),
        ({"language": "xx"}, "/language", "There is no voice that speaks this."),
        ({"pitch": 10}, "/pitch", None), ({"rate": -1}, "/rate", None), ({"gender": "robot"}, "/gender", None),
    ],
)  # fmt: skip
def test_a_preview_that_cannot_be_spoken_is_refused_in_a_sentence(alice, change, where, sentence):
    problem = assert_problem(preview(alice, **change), 422, "invalid")
    assert problem["errors"][0]["pointer"] == where
    if sentence is not None:
        assert problem["detail"] == sentence


def test_the_languages_that_are_offered_can_be_asked_for(alice):
    answer = alice.ask("GET", "/extension/no-answer/languages")
    languages = TypeAdapter(list[LanguageModel]).validate_json(answer.content)
    assert {"en", "zh", "ms", "ta"} <= {language.code for language in languages}
    assert preview(alice, language=languages[-1].code).status_code == 200


def test_a_country_without_a_voice_of_its_own_speaks_its_language(alice):
    assert sound_of(preview(alice, language="en-SG")).any()
    assert sound_of(preview(alice, language="zh-Hans-SG", text="你好")).any()


def test_a_patch_goes_on_as_json_too(world, alice):
    """The voicemail's PATCH is a plain object, which is a merge patch as well."""
    leave(world)
    until(lambda: len(listed(alice)) == 1, "listed")
    answer = alice.ask(
        "PATCH", f"/voicemails/{listed(alice)[0].id}", content=json.dumps({"read": True}), headers=MERGE_PATCH
    )
    assert answer.status_code == 200
