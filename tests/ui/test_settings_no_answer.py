"""No answer in the settings window: the actions, the wait, the addresses, and the message by speech or by MP3."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.failure import Failure, FailureKind
from softphone.ui.settings.sentences import ExplainBox
from tests.fakes.phone_ports import talking
from tests.ui.settings_bench import SettingsBench

SPEECH = {"language": "en", "gender": "female", "pitch": 5, "rate": 5, "text": "Please leave a message."}
AUDIO = {"name": "greeting-november.mp3", "seconds": 12.4}
FRAME = bytes([0xFF, 0xFB, 0x90, 0x00])  # of an MPEG-1 Layer III file


def no_answer(**values):
    return {
        "action": "voicemail", "number": None, "after_seconds": 20, "emails": ["mei.tan@example.com"],
        "message": {"kind": "speech", "speech": SPEECH}, **values,
    }  # fmt: skip


def make(qtbot, **values):
    changes = values.pop("changes", {})
    return SettingsBench(qtbot, page="no_answer", size=(920, 1100), no_answer=no_answer(**values), **changes)


def choose(bench, action):
    rows = bench.row("no_answer").editor.rows
    bench.click(next(row for row in rows if row.option.value == action))
    bench.settle()


def sentence(bench):
    return " ".join(box.text for box in bench.window.view.findChildren(ExplainBox) if not box.isHidden())


def shown(bench):
    return [name for name, row in bench.window.view.rows.items() if not row.isHidden()]


def asked(bench, what):
    return [one[1:] for one in bench.account.asked if one[0] == what]


# --- actions ----------------------------------------------------------------------------------------------------------


def test_voicemail_says_what_callers_hear_and_who_is_told(qtbot):
    bench = make(qtbot, emails=["mei.tan@example.com", "frontdesk@example.com"])
    assert sentence(bench) == (
        "After 20 seconds, callers hear your message and can leave a voicemail. "
        "We email it to mei.tan@example.com and frontdesk@example.com."
    )
    assert shown(bench) == [
        "no_answer", "no_answer_wait", "no_answer_emails", "message_kind", "message_text"
    ]  # fmt: skip


def test_each_action_shows_what_belongs_to_it(qtbot):
    bench = make(qtbot)
    choose(bench, "hang_up")
    assert shown(bench) == ["no_answer", "no_answer_wait"]
    assert sentence(bench) == "After 20 seconds, the call ends."
    choose(bench, "record_number")
    assert shown(bench) == ["no_answer", "no_answer_wait", "no_answer_emails"]
    assert sentence(bench) == "After 20 seconds, the call ends and we email the caller's number to mei.tan@example.com."
    assert bench.saves == [{"no_answer": {"action": "hang_up"}}]


def test_forwarding_waits_for_its_number(qtbot):
    bench = make(qtbot)
    choose(bench, "forward")
    assert bench.saves == []
    assert sentence(bench) == 'Add a phone number. Until then, "Take a voicemail and email it" applies.'
    edit = bench.row("no_answer_number").editor.edit
    edit.setFocus()
    qtbot.keyClicks(edit, "6123 4567")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    bench.settle()
    assert bench.saves == [{"no_answer": {"number": "+6561234567", "action": "forward"}}]
    assert sentence(bench) == "Calls you don't answer go to +65 6123 4567."


def test_another_choice_ends_the_waiting(qtbot):
    bench = make(qtbot)
    choose(bench, "forward")
    choose(bench, "hang_up")
    assert bench.saves == [{"no_answer": {"action": "hang_up"}}]
    assert "no_answer_number" not in shown(bench)


def test_a_number_that_is_none_is_not_sent(qtbot):
    bench = make(qtbot, action="forward", number="+6561234567")
    edit = bench.row("no_answer_number").editor.edit
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "hello")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert bench.row("no_answer_number").fault.text == "This isn't a phone number. Start with + and the country."
    assert bench.saves == []


def test_the_wait_is_5_to_60_seconds_and_decided_by_keys(qtbot):
    bench = make(qtbot)
    slider = bench.row("no_answer_wait").editor.slider
    assert (slider.minimum(), slider.maximum()) == (5, 60)
    slider.setFocus()
    bench.keys(slider, Qt.Key.Key_Right)
    assert bench.row("no_answer_wait").editor.box.text == "21 s"
    assert bench.saves == [{"no_answer": {"after_seconds": 21}}]


def test_an_address_that_is_not_whole_is_said(qtbot):
    bench = make(qtbot)
    edit = bench.row("no_answer_emails").editor.field.edit
    edit.setFocus()
    qtbot.keyClicks(edit, "mei.tan@example")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert bench.row("no_answer_emails").fault.text == "mei.tan@example is not a full email address."
    assert bench.saves == []


def test_nobody_to_tell_is_a_warning(qtbot):
    assert sentence(make(qtbot, action="record_number", emails=[])).endswith("Add an email address, or nobody is told.")


def test_only_normal_extensions_have_it(qtbot):
    bench = make(qtbot, changes={"type": "contact_center", "primary_device": "desktop"})
    assert not any(row.isEnabled() for row in bench.row("no_answer").editor.rows)
    assert sentence(bench) == ""


def test_with_a_plain_sip_account_a_call_rings_on_ends_or_goes_elsewhere(qtbot):
    bench = SettingsBench(qtbot, page="no_answer", plain=True)
    options = [row.option.text for row in bench.row("no_answer").editor.rows]
    assert options == ["Forward to a phone number", "Hang up", "Let it ring"]
    assert shown(bench) == ["no_answer"]
    choose(bench, "hang_up")
    assert bench.phone.settings.document.no_answer.action == "hang_up"
    assert shown(bench) == ["no_answer", "no_answer_wait"]


# --- the spoken message -----------------------------------------------------------------------------------------------


def speech(bench):
    return bench.row("message_text").editor


def write(bench, text):
    area = speech(bench).text
    area.edit.setFocus()
    area.edit.selectAll()
    bench.qtbot.keyClicks(area.edit, text)


def test_the_text_is_saved_when_one_leaves_it(qtbot):
    bench = make(qtbot)
    write(bench, "Call me later.")
    assert speech(bench).text.count.text() == "14 / 500"
    assert bench.saves == []
    qtbot.keyClick(speech(bench).text.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert bench.saves == [{"no_answer": {"message": {"speech": {"text": "Call me later."}}}}]


def test_escape_brings_the_saved_text_back(qtbot):
    bench = make(qtbot)
    write(bench, "Nonsense")
    qtbot.keyClick(speech(bench).text.edit, Qt.Key.Key_Escape)
    assert speech(bench).text.text == SPEECH["text"]
    assert bench.saves == []


@pytest.mark.parametrize(("text", "fault"), [
    (" ", "Type the message callers will hear."),
    ("x" * 501, "Shorten it to 500 characters."),
])  # fmt: skip
def test_a_text_that_cannot_be_spoken_is_not_saved(qtbot, text, fault):
    bench = make(qtbot)
    speech(bench).text.edit.setPlainText(text)
    speech(bench).text.decided.emit()
    assert bench.row("message_text").fault.text == fault
    assert bench.saves == []


def test_voice_pitch_rate_and_language_act_each_by_itself(qtbot):
    bench = make(qtbot)
    editor = speech(bench)
    editor.voice.set_index(1)
    editor.pitch.setFocus()
    bench.keys(editor.pitch, Qt.Key.Key_Right)
    editor.rate.setFocus()
    bench.keys(editor.rate, Qt.Key.Key_Home)
    editor.language.set_index(next(n for n, (tag, _) in enumerate(editor.languages) if tag == "ms"))
    assert (editor.pitch.maximum(), editor.rate.maximum(), editor.rate.minimum()) == (9, 9, 0)
    assert bench.phone.settings.document.no_answer.message.speech.gender == "male"
    speech_now = bench.phone.settings.value("/no_answer/message/speech")
    assert speech_now == {**SPEECH, "gender": "male", "pitch": 6, "rate": 0, "language": "ms"}


def test_a_language_that_this_version_does_not_know_stays(qtbot):
    bench = make(qtbot, message={"kind": "speech", "speech": {**SPEECH, "language": "cy"}})
    assert speech(bench).language.text() == "cy"
    assert speech(bench).speech["language"] == "cy"


# --- listening --------------------------------------------------------------------------------------------------------


def listens(bench, path="/tmp/preview-1.mp3"):
    bench.click(speech(bench).listen)
    bench.phone.handle(ev.SoundFetched("preview", "", path))
    return bench.user_agent.of(cmd.PlayFile)


def test_what_is_on_the_screen_is_heard_before_it_is_saved(qtbot):
    bench = make(qtbot)
    write(bench, "Not saved yet.")
    bench.click(speech(bench).listen)
    assert speech(bench).listen.busy
    assert asked(bench, "preview_speech")[-1][0]["text"] == "Not saved yet."
    bench.phone.handle(ev.SoundFetched("preview", "", "/tmp/preview-1.mp3"))
    played = bench.user_agent.of(cmd.PlayFile)[-1]
    assert (played.path, played.device) == ("/tmp/preview-1.mp3", "speaker")
    assert speech(bench).listen.text() == "Stop"


def test_it_is_heard_in_the_ringing_device_when_that_is_chosen(qtbot):
    bench = make(qtbot)
    speech(bench).heard_on.set_index(1)
    assert listens(bench)[-1].device == "ringer"


def test_it_can_be_stopped_and_heard_again_without_being_made_again(qtbot):
    bench = make(qtbot)
    listens(bench)
    bench.click(speech(bench).listen)
    assert bench.user_agent.of(cmd.StopFile)
    bench.click(speech(bench).listen)
    assert len(bench.user_agent.of(cmd.PlayFile)) == 2
    assert len(asked(bench, "preview_speech")) == 1
    bench.click(speech(bench).listen)
    speech(bench).voice.set_index(1)
    bench.click(speech(bench).listen)
    assert len(asked(bench, "preview_speech")) == 2


def test_its_length_is_guessed_then_known_then_counted(qtbot):
    bench = make(qtbot)
    assert speech(bench).status.plain_text() == "About 2 seconds"
    played = listens(bench)[-1]
    bench.phone.handle(ev.FileMeasured(played.path, 7.2, (1.0,)))
    bench.phone.handle(ev.FilePlayed(played.play_id, 3.0, 7.2, True))
    assert speech(bench).status.plain_text() == "0:03 / 0:07"
    bench.phone.handle(ev.FilePlayed(played.play_id, 7.2, 7.2, False))
    assert speech(bench).status.plain_text() == "About 7 seconds"


def test_during_a_call_nothing_is_played_or_made(qtbot):
    bench = make(qtbot)
    talking(bench.phone)
    bench.settle()
    bench.click(speech(bench).listen)
    assert speech(bench).status.plain_text() == "You're on a call. Listen when it's over."
    assert asked(bench, "preview_speech") == []


def test_a_preview_that_does_not_come_is_said(qtbot):
    bench = make(qtbot)
    bench.click(speech(bench).listen)
    bench.phone.handle(ev.RequestRefused("preview", Failure(FailureKind.INVALID, 422, sentence="Too long to speak.")))
    assert speech(bench).status.plain_text() == "Couldn't play the message. Too long to speak."
    assert not speech(bench).listen.busy


# --- the MP3 ----------------------------------------------------------------------------------------------------------


def with_file(bench):
    bench.row("message_kind").editor.segmented.set_index(1)
    bench.settle()
    return bench.row("message_file").editor


@pytest.fixture
def mp3(tmp_path):
    path = tmp_path / "reception.mp3"
    path.write_bytes(FRAME * 100)
    return path


def test_without_a_file_there_is_a_place_to_drop_one_and_speech_stays(qtbot):
    bench = make(qtbot)
    editor = with_file(bench)
    assert editor.drop.isVisible()
    assert bench.saves == []
    assert "message_text" not in shown(bench)
    bench.row("message_kind").editor.segmented.set_index(0)
    bench.settle()
    assert "message_text" in shown(bench)
    assert bench.saves == []


def drop(editor, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                       Qt.KeyboardModifier.NoModifier)  # fmt: skip
    editor.drop.dropEvent(event)


def test_a_dropped_file_is_looked_at_then_sent_then_shown(qtbot, mp3):
    bench = make(qtbot)
    editor = with_file(bench)
    drop(editor, mp3)
    assert editor.on_its_way.text() == "Checking reception.mp3"
    assert bench.user_agent.of(cmd.MeasureFile)[-1].path == str(mp3)
    assert asked(bench, "upload_message") == []
    bench.phone.handle(ev.FileMeasured(str(mp3), 12.4, (1.0,)))
    assert editor.on_its_way.text() == "Uploading reception.mp3"
    assert asked(bench, "upload_message") == [(mp3,)]
    bench.phone.handle(ev.RequestDone("upload", "reception.mp3"))
    bench.somebody_changes(no_answer=no_answer(message={"kind": "audio", "speech": SPEECH, "audio": AUDIO}))
    assert editor.name.text() == "greeting-november.mp3"
    assert asked(bench, "fetch_message") == [()]


def test_what_is_no_mp3_never_leaves(qtbot, tmp_path):
    bench = make(qtbot)
    jingle = tmp_path / "jingle.wav"
    jingle.write_bytes(b"RIFF" + bytes(100))
    drop(with_file(bench), jingle)
    assert bench.row("message_file").fault.text == (
        "jingle.wav is not an MP3 file. Convert it to MP3, then try again."
    )
    assert bench.user_agent.of(cmd.MeasureFile) == []


@pytest.mark.parametrize(("measured", "fault"), [
    ({"seconds": 61.0, "bars": (1.0,)}, "reception.mp3 is longer than 1 minute."),
    ({"fault": "unreadable"}, "reception.mp3 is not an MP3 file. Convert it to MP3, then try again."),
])  # fmt: skip
def test_a_file_that_the_service_would_refuse_never_leaves(qtbot, mp3, measured, fault):
    bench = make(qtbot)
    drop(with_file(bench), mp3)
    bench.phone.handle(ev.FileMeasured(str(mp3), **measured))
    assert bench.row("message_file").fault.text == fault
    assert asked(bench, "upload_message") == []


def test_a_large_file_never_leaves(qtbot, tmp_path):
    bench = make(qtbot)
    large = tmp_path / "large.mp3"
    with Path(large).open("wb") as file:
        file.write(b"ID3")
        file.truncate(5 * 1024 * 1024 + 1)
    drop(with_file(bench), large)
    assert bench.row("message_file").fault.text == "large.mp3 is larger than 5 MB."


def test_what_the_service_refuses_is_said_in_its_words(qtbot, mp3):
    bench = make(qtbot)
    editor = with_file(bench)
    drop(editor, mp3)
    bench.phone.handle(ev.FileMeasured(str(mp3), 12.4, (1.0,)))
    refusal = Failure(FailureKind.INVALID, 422, sentence="The sound is damaged.")
    bench.phone.handle(ev.RequestRefused("upload", refusal, "reception.mp3"))
    assert bench.row("message_file").fault.text == "Not saved. The sound is damaged."
    assert editor.drop.isVisible()


def chosen_file(qtbot):
    bench = make(qtbot, message={"kind": "audio", "speech": SPEECH, "audio": AUDIO})
    return bench, bench.row("message_file").editor


def test_the_file_shows_its_sound_and_plays_from_where_one_clicks(qtbot, tmp_path):
    bench, editor = chosen_file(qtbot)
    path = tmp_path / "message.mp3"
    path.write_bytes(bytes(186_000))
    bench.phone.handle(ev.SoundFetched("message", "", str(path)))
    bench.phone.handle(ev.FileMeasured(str(path), 12.4, (0.5,) * 160))
    assert editor.about.text() == "0:12 · 186 kB"
    assert editor.wave.accessibleName().startswith("Message, 12 seconds")
    bench.click(editor.play)
    played = bench.user_agent.of(cmd.PlayFile)[-1]
    assert (played.path, played.start) == (str(path), 0.0)
    bench.phone.handle(ev.FilePlayed(played.play_id, 3.0, 12.4, True))
    assert editor.wave.at == pytest.approx(3.0)
    editor.wave.setFocus()
    bench.keys(editor.wave, Qt.Key.Key_PageUp)
    assert bench.user_agent.of(cmd.PlayFile)[-1].start == pytest.approx(8.0)
    bench.click(editor.play)
    assert bench.user_agent.of(cmd.StopFile)


def test_a_file_that_cannot_be_fetched_is_asked_for_once_and_again_by_hand(qtbot):
    bench, editor = chosen_file(qtbot)
    for _ in range(3):
        bench.phone.handle(ev.RequestRefused("message", Failure(FailureKind.NO_NETWORK)))
        bench.settle()
    assert len(asked(bench, "fetch_message")) == 1
    assert editor.status.plain_text().startswith("Couldn't play the message.")
    bench.click(editor.play)
    assert len(asked(bench, "fetch_message")) == 2


def test_a_file_in_place_of_one_of_the_same_name_is_fetched_anew(qtbot, mp3):
    bench, editor = chosen_file(qtbot)
    bench.phone.handle(ev.SoundFetched("message", "", "/tmp/message-1.mp3"))
    editor._take(str(mp3))
    bench.phone.handle(ev.FileMeasured(str(mp3), 12.4, (1.0,)))
    bench.phone.handle(ev.RequestDone("upload", "reception.mp3"))
    bench.settle()
    assert len(asked(bench, "fetch_message")) == 2


def test_removing_the_file_goes_back_to_speech_and_keeps_the_place_for_another(qtbot):
    bench, editor = chosen_file(qtbot)
    bench.click(editor.remove)
    assert bench.saves == [{"no_answer": {"message": {"kind": "speech", "audio": None}}}]
    bench.settle()
    assert editor.drop.isVisible()


def test_a_locked_message_can_be_heard_but_not_replaced(qtbot):
    bench = make(qtbot, message={"kind": "audio", "speech": SPEECH, "audio": AUDIO},
                 changes={"locked": ["/no_answer/message"]})  # fmt: skip
    editor = bench.row("message_file").editor
    assert editor.play.isEnabled()
    assert not editor.replace.isEnabled()
    assert not editor.remove.isEnabled()
