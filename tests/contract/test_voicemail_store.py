"""The rows of voice messages on SQLite and on PostgreSQL: they follow the files, and a message is mailed once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from softphone.pbx.mail import smtp_server
from softphone.pbx.media.mailbox import Mailboxes
from softphone.pbx.media.speech import tone, write_wav
from softphone.pbx.service import voicemail_centre
from softphone.pbx.service.voicemail_centre import VoicemailCentre
from softphone.pbx.service.voicemail_store import VoicemailStore
from tests.fakes.smtp_sink import SmtpSink
from tests.system.waiting import until


@pytest.fixture
def boxes(tmp_path):
    return Mailboxes(tmp_path / "voicemail")


def leave(boxes, extension="100", caller="110"):
    recording = boxes.recording(extension, caller)
    write_wav(recording, tone(440, 1.5))
    return boxes.keep(recording)


def named(caller):
    return {"110": "Bob Lee"}.get(caller, "")


@pytest.fixture
def voicemails(store, tmp_path):
    return VoicemailStore(store.engine, store.writing, tmp_path / "voicemail", named)


def test_rows_follow_the_files_and_keep_their_ids(voicemails, boxes):
    first, second = leave(boxes), leave(boxes, caller="+6531234567")
    rows = {row.file: row for row in voicemails.all("100")}
    assert set(rows) == {first.name, second.name}
    assert (rows[first.name].caller_name, rows[second.name].caller_name) == ("Bob Lee", "")
    assert not voicemails.follow_files("100"), "nothing is different any more"
    boxes.mark("100", first.name, read=True)
    second.file.unlink()
    (left,) = voicemails.all("100")
    assert (left.id, left.read) == (rows[first.name].id, True)
    assert voicemails.get("100", rows[second.name].id) is None


def test_what_a_person_does_is_done_to_the_files(voicemails, boxes):
    leave(boxes)
    (row,) = voicemails.all("100")
    voicemails.mark(row, read=True)
    assert (boxes.count("100").new, boxes.count("100").old) == (0, 1)
    voicemails.mark(row, read=False)
    assert (boxes.count("100").new, boxes.count("100").old) == (1, 0)
    voicemails.remove(row)
    assert boxes.messages("100") == []
    assert voicemails.all("100") == []


def test_a_message_of_one_extension_is_none_of_another(voicemails, boxes):
    leave(boxes)
    (row,) = voicemails.all("100")
    assert voicemails.get("110", row.id) is None
    assert voicemails.all("110") == []


def test_many_who_look_at_once_make_one_row_for_each_file(voicemails, boxes):
    for number in range(20):
        leave(boxes, caller=str(number))
    threads = [threading.Thread(target=voicemails.all, args=("100",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len({row.id for row in voicemails.all("100")}) == 20


def test_looking_while_messages_are_read_and_new_again_keeps_every_id(voicemails, boxes):
    for number in range(5):
        leave(boxes, caller=str(number))
    before = {row.id for row in voicemails.all("100")}
    done = threading.Event()
    seen: set[str] = set()

    def look() -> None:
        while not done.is_set():
            seen.update(row.id for row in voicemails.all("100"))

    watching = threading.Thread(target=look)
    watching.start()
    try:
        for _ in range(20):
            for row in voicemails.all("100"):
                voicemails.mark(row, read=not row.read)
    finally:
        done.set()
        watching.join(20)
    assert seen == before


def test_each_message_is_mailed_once_however_often_it_is_told(store, tmp_path: Path, boxes):
    with SmtpSink() as sink:
        smtp = smtp_server(sink.address, "voicemail@phone.test", {})
        centre = VoicemailCentre(store, tmp_path, mailbox_changed=lambda *count: None, smtp=smtp)
        centre.start()
        try:
            for caller in ("110", "+6531234567"):
                message = leave(boxes, caller=caller)
                for _ in range(3):
                    centre.media_event({"event": "voicemail", "extension": "100", "file": str(message.file)})
                    centre.media_event({"event": "mailbox", "extension": "100"})
            sink.wait_for(2)
            until(lambda: centre._mail.waiting() == 0, "all is sent")
        finally:
            centre.close()
        assert len(sink.received) == 2
        assert {mail.recipient for mail in sink.received} == {"alice@example.com"}


def test_a_recording_that_cannot_be_attached_is_told_first_and_mailed_without_sound(
    store, tmp_path: Path, boxes, monkeypatch, caplog
):
    def broken(_recording):
        told.append("mp3")
        raise OSError("no encoder")

    told = []
    monkeypatch.setattr(voicemail_centre, "mp3_of", broken)
    with SmtpSink() as sink:
        smtp = smtp_server(sink.address, "voicemail@phone.test", {})
        centre = VoicemailCentre(store, tmp_path, mailbox_changed=lambda *count: told.append(count), smtp=smtp)
        centre.start()
        try:
            leave(boxes)
            centre.media_event({"event": "mailbox", "extension": "100"})
            assert sink.wait_for(1)[0].attachments == []
            until(lambda: centre._mail.waiting() == 0, "all is sent")
        finally:
            centre.close()
    assert told == [("100", 1, 0), "mp3"]
    assert "is mailed without its sound" in caplog.text


def test_without_a_mail_server_nothing_is_kept_to_be_mailed_later(store, tmp_path: Path, boxes):
    centre = VoicemailCentre(store, tmp_path, mailbox_changed=lambda *count: None)
    centre.start()
    message = leave(boxes)
    centre.media_event({"event": "voicemail", "extension": "100", "file": str(message.file)})
    centre.media_event({"event": "mailbox", "extension": "100"})
    centre.missed("100", "110", 0.0)
    centre.close()
    with SmtpSink() as sink:
        smtp = smtp_server(sink.address, "voicemail@phone.test", {})
        centre = VoicemailCentre(store, tmp_path, mailbox_changed=lambda *count: None, smtp=smtp)
        centre.start()
        centre.missed("100", "110", 1_790_000_000.0)
        assert sink.wait_for(1)[0].mail["Subject"].startswith("Missed call")
        centre.close()
        assert len(sink.received) == 1
