"""Voice messages as files, for the telephone and the account service alike."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from softphone.pbx.media.mailbox import Mailboxes
from softphone.pbx.media.speech import tone, write_wav


@pytest.fixture
def boxes(tmp_path: Path) -> Mailboxes:
    return Mailboxes(tmp_path)


def keep(boxes: Mailboxes, extension: str = "100", caller: str = "+6591234567", seconds: float = 2.0):
    recording = boxes.recording(extension, caller)
    write_wav(recording, tone(440, seconds))
    return boxes.keep(recording)


def test_a_kept_recording_is_new_and_old_once_heard(boxes: Mailboxes):
    recording = boxes.recording("100", "+6591234567")
    write_wav(recording, tone(440, 2))
    assert boxes.count("100").new == 0
    message = boxes.keep(recording)
    assert message is not None
    assert (message.caller, message.seconds, message.read) == ("+6591234567", 2.0, False)
    assert [one.name for one in boxes.new_messages("100")] == [message.name]
    assert boxes.mark("100", message.name, read=True)
    assert (boxes.count("100").new, boxes.count("100").old) == (0, 1)
    assert boxes.mark("100", message.name, read=True)
    assert boxes.messages("100")[0].read
    assert boxes.mark("100", message.name, read=False)
    assert (boxes.count("100").new, boxes.count("100").old) == (1, 0)


def test_a_recording_under_a_second_is_no_message(boxes: Mailboxes):
    assert keep(boxes, seconds=0.9) is None
    assert boxes.messages("100") == []
    assert keep(boxes, seconds=1.0) is not None


def test_a_deleted_message_is_gone_whichever_folder_it_is_in(boxes: Mailboxes):
    for read in (False, True):
        message = keep(boxes)
        boxes.mark("100", message.name, read=read)
        assert boxes.remove("100", message.name)
        assert boxes.messages("100") == []
        assert not boxes.remove("100", message.name)
        assert not boxes.mark("100", message.name, read=True)


def test_messages_come_oldest_first_and_those_of_others_not_at_all(boxes: Mailboxes, tmp_path: Path):
    first, second = keep(boxes, caller="1"), keep(boxes, caller="2")
    boxes.mark("100", second.name, read=True)
    keep(boxes, "110")
    (tmp_path / "100" / "new" / "notes.wav").write_bytes(b"of somebody else")
    assert [one.name for one in boxes.messages("100")] == [first.name, second.name]
    assert boxes.extensions() == ["100", "110"]


def test_a_hidden_caller_is_nobody(boxes: Mailboxes):
    assert keep(boxes, caller="").caller == ""


def test_what_a_killed_process_had_recorded_is_a_message(boxes: Mailboxes, tmp_path: Path):
    sound = np.array(tone(440, 3), dtype="<i2").tobytes()
    # the header of a recording says nothing until its end, and a sample may be cut in half
    boxes.recording("100", "110").write_bytes(b"RIFF" + bytes(40) + sound + b"x")
    (message,) = Mailboxes(tmp_path).save_what_was_recorded()
    assert (message.caller, message.seconds) == ("110", 3.0)
    with wave.open(str(message.file)) as saved:
        assert saved.readframes(saved.getnframes()) == sound
    assert list((tmp_path / "recording").iterdir()) == []
    assert boxes.count("100").new == 1


def test_a_moment_that_a_killed_process_had_recorded_is_no_message(boxes: Mailboxes, tmp_path: Path):
    boxes.recording("100", "110").write_bytes(b"half")
    assert Mailboxes(tmp_path).save_what_was_recorded() == []
    assert boxes.messages("100") == []
    assert list((tmp_path / "recording").iterdir()) == []


def test_a_strangers_file_among_the_recordings_is_left_alone(boxes: Mailboxes, tmp_path: Path):
    stranger = tmp_path / "recording" / "notes.wav"
    stranger.write_bytes(bytes(100_000))
    assert boxes.save_what_was_recorded() == []
    assert stranger.exists()


@pytest.mark.parametrize("extension", ["../../etc", "", "1/2", "abc", "1" * 30])
def test_no_extension_leads_out_of_the_folder(boxes: Mailboxes, extension: str):
    with pytest.raises(ValueError, match="digits"):
        boxes.recording(extension, "x")


def test_no_caller_leads_out_of_the_folder(boxes: Mailboxes, tmp_path: Path):
    assert boxes.recording("100", "../../../x\n").parent == tmp_path / "recording"


@pytest.mark.parametrize("name", ["../../run.json", "1700000000000_1.wav/..", "", "x.wav"])
def test_no_message_leads_out_of_the_folder(boxes: Mailboxes, name: str):
    for use in (boxes.find, boxes.remove, lambda key, name: boxes.mark(key, name, read=True)):
        with pytest.raises(ValueError, match="message"):
            use("100", name)
