"""Nobody answers: from the caller's words to the product's list, the e-mail, and the owner's telephone."""

from __future__ import annotations

import ssl
import urllib.request
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from softphone.pbx.media import mp3
from tests.fakes.sip_phone import PhoneCall, SipPhone
from tests.fakes.smtp_sink import SmtpSink
from tests.system.media_rig import samples_so_far, somebody_speaks, tones, wait_for_beep
from tests.system.pbx_fixture import LocalPhoneSystem
from tests.system.sound_fixture import RATE, best_match, read_wav
from tests.system.waiting import until

ALICE, BOB = "alice@example.com", "bob@example.com"
MESSAGE_HERTZ = 620.0


@pytest.fixture(scope="module")
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture(scope="module")
def system(sink: SmtpSink) -> Iterator[LocalPhoneSystem]:
    with LocalPhoneSystem(arguments=["--smtp", sink.address]) as running:
        yield running


@pytest.fixture(scope="module")
def bob(system: LocalPhoneSystem) -> Iterator[SipPhone]:
    with SipPhone("bob") as phone:
        system.register(phone, BOB)
        yield phone


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    return somebody_speaks(tmp_path / "speech.wav")


class Alice:
    """Her account, on a device that cannot ring."""

    def __init__(self, system: LocalPhoneSystem) -> None:
        self.system = system
        self.token = system.sign_in(ALICE, "web page", "desktop")

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        status, answer = self.system.request(method, path, body, token=self.token, headers=headers)
        assert status < 300, answer
        return answer

    def set(self, patch: dict[str, Any]) -> None:
        self.ask("PATCH", "/extension", patch, **{"If-Match": "*"})

    def bytes(self, method: str, path: str, content: bytes | None = None, kind: str = "audio/mpeg") -> bytes:
        request = urllib.request.Request(self.system.service + path, content, method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        if content is not None:
            request.add_header("Content-Type", kind)
        context = ssl.create_default_context(cafile=self.system.ca_file)
        with urllib.request.urlopen(request, timeout=20, context=context) as response:
            return response.read()

    def voicemails(self) -> list[dict[str, Any]]:
        return self.ask("GET", "/voicemails")


@pytest.fixture(scope="module")
def alice(system: LocalPhoneSystem) -> Alice:
    return Alice(system)


def leave_message(system: LocalPhoneSystem, phone: SipPhone, number: str, file: Path, speech: Path) -> PhoneCall:
    """Listens to the message, and speaks after the tone."""
    call = phone.call(number)
    call.wait_for("confirmed")
    call.record(file)
    wait_for_beep(file)
    call.play(speech, loop=False)
    heard_until = len(samples_so_far(file))
    until(lambda: len(samples_so_far(file)) > heard_until + 3.6 * RATE, "all of it is spoken", 15)
    call.stop_recording()
    call.hangup()
    call.wait_for_end()
    return call


def decoded(content: bytes) -> np.ndarray:
    return np.array(mp3.decode(content, 60), dtype=np.int16)


def test_a_voicemail_goes_from_the_caller_to_the_list_to_the_mail_and_to_the_telephone(
    system: LocalPhoneSystem, sink: SmtpSink, alice: Alice, bob: SipPhone, tmp_path: Path, speech: Path
):
    tone = array("h", (12_000 * np.sin(2 * np.pi * MESSAGE_HERTZ * np.arange(2 * RATE) / RATE)).astype(np.int16))
    alice.bytes("PUT", "/extension/no-answer/message", mp3.encode(tone, RATE))
    alice.set({"no_answer": {"action": "voicemail", "after_seconds": 5, "emails": [ALICE, "desk@example.com"]}})
    made = system.data / "messages" / "100.wav"
    until(lambda: made.exists() and len(tones(read_wav(made), 600)) > 80, "the message is ready to be played")

    greeting = tmp_path / "greeting.wav"
    leave_message(system, bob, "100", greeting, speech)
    heard = read_wav(greeting)
    assert len(tones(heard, 600)) > 80, "her own message is heard"
    system.wait_for_event("voicemail", extension="100", caller="110", caller_name="Bob Lee")
    system.wait_for_event("mailbox", extension="100", new=1, old=0)

    (voicemail,) = until(alice.voicemails, "it is listed")
    assert (voicemail["caller"], voicemail["caller_name"], voicemail["read"]) == ("110", "Bob Lee", False)
    assert 3.0 < voicemail["seconds"] < 6.0
    sound = decoded(alice.bytes("GET", f"/voicemails/{voicemail['id']}/audio"))
    assert best_match(read_wav(speech), sound)[0] > 0.9, "what Bob said"

    mails = sink.wait_for(2)
    assert sorted(mail.recipient for mail in mails) == [ALICE, "desk@example.com"]
    for mail in mails:
        assert mail.mail["Subject"] == "Voicemail from Bob Lee (110)"
        ((_, kind, attached),) = mail.attachments
        assert kind == "audio/mpeg"
        assert best_match(read_wav(speech), decoded(attached))[0] > 0.9

    with SipPhone("alice") as phone:
        system.make_room(ALICE)
        system.register(phone, ALICE, message_waiting=True)
        told = phone.wait_for_event("message_waiting")
        assert "Voice-Message: 1/0" in told["message"]
        call = phone.call("*97", record=str(tmp_path / "check.wav"))
        call.wait_for("confirmed")
        system.wait_for_event("mailbox", extension="100", new=0, old=1, timeout=30)
        call.wait_for_end(timeout=20)
        call.wait_for_recording()
        middle_second = read_wav(speech)[RATE : 2 * RATE]
        assert best_match(middle_second, read_wav(tmp_path / "check.wav"))[0] > 0.9, "and heard by telephone"
        until(lambda: [one["read"] for one in alice.voicemails()] == [True], "it is read in the list too")

        since = len(phone.events)
        alice.ask("PATCH", f"/voicemails/{voicemail['id']}", {"read": False})
        assert "Voice-Message: 1/0" in phone.wait_for_event("message_waiting", since=since)["message"]
        since = len(phone.events)
        alice.ask("DELETE", f"/voicemails/{voicemail['id']}")
        assert "Voice-Message: 0/0" in phone.wait_for_event("message_waiting", since=since)["message"]
    assert alice.voicemails() == []
    assert not list((system.data / "voicemail" / "100").rglob("*.wav"))


def test_a_number_that_is_only_recorded_is_mailed(
    system: LocalPhoneSystem, sink: SmtpSink, alice: Alice, bob: SipPhone
):
    alice.set({"no_answer": {"action": "record_number", "emails": [ALICE]}})
    before = len(sink.received)
    call = bob.call("100")
    assert call.wait_for_end(timeout=15)[0] in (200, 480)
    mail = sink.wait_for(before + 1)[before]
    assert mail.mail["Subject"] == "Missed call from Bob Lee (110)"
    assert "Alice Tan (100) has a missed call." in mail.text
    assert mail.attachments == []


def test_a_message_survives_the_death_of_everything(tmp_path: Path, speech: Path):
    with SmtpSink() as away:
        port = away.port
    with LocalPhoneSystem(tmp_path / "data", arguments=["--smtp", f"127.0.0.1:{port}"]) as system:
        alice = Alice(system)
        alice.set({"no_answer": {"action": "voicemail", "emails": [ALICE]}})
        with SipPhone("bob") as bob:
            system.register(bob, BOB)
            leave_message(system, bob, "100", tmp_path / "greeting.wav", speech)
        (voicemail,) = until(alice.voicemails, "it is listed")
        system.kill()
        with SmtpSink(port) as sink:
            system.start_again()
            assert sink.wait_for(1, 40)[0].mail["Subject"] == "Voicemail from Bob Lee (110)"
            assert [one["id"] for one in Alice(system).voicemails()] == [voicemail["id"]]


def test_nobody_can_dial_into_a_mailbox_past_its_owner(system: LocalPhoneSystem, bob: SipPhone):
    """A deposit is where signalling sends a call, and not a number of anybody."""
    for number in ("*86100", "*85100", "*87token", "*88"):
        assert bob.call(number).wait_for_end()[0] == 403, number
