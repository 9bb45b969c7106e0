"""Voicemail in the list of calls: counted, listened to in place, called back, kept, deleted with a way back."""

import pytest
from PySide6.QtCore import QPoint, Qt

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.failure import Failure, FailureKind
from softphone.phone.session import LINE
from softphone.phone.voicemail import Voicemail
from softphone.ui.widgets.toast import Toast
from tests.fakes.phone_ports import any_document, talking
from tests.ui.main_bench import DAY, NOON, MainBench, missed

SOFIA = Voicemail("v1", "+6592345678", NOON - 3600, 42.0, "Sofia Marchetti")
UNKNOWN = Voicemail("v2", "+6565550188", NOON - 7200, 23.0)
PRIYA = Voicemail("v3", "102", NOON - DAY, 60.0, read=True)
HIDDEN = Voicemail("v4", "", NOON - DAY, 5.0, read=True)


@pytest.fixture
def bench(qtbot, still, tmp_path):
    made = MainBench(qtbot)
    made.knows()
    made.sound = tmp_path / "message.mp3"
    made.sound.write_bytes(b"sound")
    made.show()
    return made


def listed(bench, *entries):
    """The Voicemail filter, with these messages."""
    bench.column.calls.show_voicemail()
    bench.phone.handle(ev.VoicemailsLoaded(entries))
    return bench.column.calls.messages


def row(bench, key):
    return bench.column.calls.messages.rows[key]


def arrives(bench, key):
    """The sound of a message."""
    bench.phone.handle(ev.SoundFetched("voicemail", key, str(bench.sound)))


def plays(bench, at, playing=True):
    play_id = bench.user_agent.of(cmd.PlayFile)[-1].play_id
    bench.phone.handle(ev.FilePlayed(play_id, at, 42.0, playing))


def asked(bench, what):
    return [one[1:] for one in bench.account.asked if one[0] == what]


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_is_loaded_when_somebody_looks(bench):
    assert not asked(bench, "load_voicemails")
    bench.click(bench.column.calls.voicemail)
    assert len(asked(bench, "load_voicemails")) == 1


def test_messages_stand_by_day_and_say_who_when_and_how_long(bench):
    listed(bench, SOFIA, UNKNOWN, PRIYA, HIDDEN)
    spoken = [row(bench, key).head.accessibleName() for key in ("v1", "v2", "v3", "v4")]
    assert spoken[0].startswith("New voicemail, Sofia Marchetti, plus 6 5")
    assert spoken[0].endswith("42 seconds, today 11:00")
    assert spoken[2] == "Voicemail, Priya Nair, Ext 102, 60 seconds, yesterday 12:00"
    assert spoken[3].startswith("Voicemail, No caller ID")


def test_what_is_new_is_counted_on_the_filter_and_in_the_navigation_with_missed_calls(bench):
    bench.knows(missed("m", "104", 60))
    bench.phone.handle(ev.MessageWaiting(LINE, new=3))
    assert bench.column.calls.voicemail.accessibleName() == "Voicemail, 3"
    assert bench.page.bar.item("calls").accessibleName() == "Calls, 4 new"
    listed(bench, SOFIA, UNKNOWN, PRIYA)
    assert bench.column.calls.voicemail.accessibleName() == "Voicemail, 2"
    assert bench.page.bar.item("calls").accessibleName() == "Calls, 3 new"


def test_no_voicemail_leads_to_what_callers_hear(bench):
    bench.phone.handle(ev.ExtensionLoaded(any_document(no_answer={"action": "voicemail"}), '"2"'))
    pages = []
    bench.window.settings_wanted.connect(pages.append)
    listed(bench)
    assert bench.column.calls.empty.isVisible()
    assert bench.column.calls.empty.title == "No voicemail"
    bench.click(bench.column.calls.empty.button)
    assert pages == ["no_answer"]


def test_a_list_that_does_not_load_says_why_and_is_tried_again(bench):
    bench.column.calls.show_voicemail()
    bench.phone.handle(ev.RequestRefused("voicemails", Failure(FailureKind.TIMED_OUT)))
    assert bench.column.calls.empty.title == "Your voicemail didn't load"
    before = len(asked(bench, "load_voicemails"))
    bench.click(bench.column.calls.empty.button)
    assert len(asked(bench, "load_voicemails")) == before + 1


def test_a_service_without_voicemail_has_no_such_filter(bench):
    bench.column.calls.show_voicemail()
    bench.phone.handle(ev.RequestRefused("voicemails", Failure(FailureKind.NOT_FOUND)))
    assert bench.column.calls.voicemail.isHidden()
    assert bench.column.calls.all.isChecked()


# --- listening --------------------------------------------------------------------------------------------------------


def test_a_message_is_fetched_played_through_the_speaker_and_counts_as_heard(bench):
    listed(bench, SOFIA, UNKNOWN)
    bench.click(row(bench, "v1").play_button)
    assert row(bench, "v1").is_open
    assert row(bench, "v1").time.text() == "Loading…"
    assert asked(bench, "fetch_voicemail") == [("v1",)]
    arrives(bench, "v1")
    played = bench.user_agent.of(cmd.PlayFile)[-1]
    assert (played.path, played.start, played.device) == (str(bench.sound), 0.0, "speaker")
    assert asked(bench, "mark_voicemail") == [("v1", True)]
    plays(bench, 18.0)
    assert row(bench, "v1").time.text() == "0:18 / 0:42"
    assert row(bench, "v1").wave.accessibleName() == "Message, 42 seconds, at 18"


def test_its_waveform_is_measured_once_its_sound_is_here(bench):
    listed(bench, SOFIA)
    bench.click(row(bench, "v1").play_button)
    arrives(bench, "v1")
    measure = bench.user_agent.of(cmd.MeasureFile)[-1]
    bench.phone.handle(ev.FileMeasured(measure.path, 42.0, (0.1, 1.0, 0.5)))
    assert row(bench, "v1").wave.bars == (0.1, 1.0, 0.5)


def test_pause_stays_where_it_is_and_a_click_in_the_waveform_goes_elsewhere(bench):
    listed(bench, SOFIA)
    bench.click(row(bench, "v1").play_button)
    arrives(bench, "v1")
    plays(bench, 20.0)
    bench.click(row(bench, "v1").toggle_button)
    assert bench.user_agent.of(cmd.StopFile)
    assert row(bench, "v1").toggle_button.accessibleName() == "Play"
    bench.click(row(bench, "v1").toggle_button)
    assert bench.user_agent.of(cmd.PlayFile)[-1].start == 20.0
    wave = row(bench, "v1").wave
    bench.click(wave, QPoint(wave.width() // 2, 10))
    assert bench.user_agent.of(cmd.PlayFile)[-1].start == pytest.approx(21.0, abs=0.5)


def test_it_can_be_played_through_the_ringing_device(bench):
    messages = listed(bench, SOFIA)
    bench.click(row(bench, "v1").play_button)
    arrives(bench, "v1")
    plays(bench, 7.0)
    messages.playback.set_device("ringer")
    played = bench.user_agent.of(cmd.PlayFile)[-1]
    assert (played.device, played.start) == ("ringer", 7.0)


def test_the_next_message_closes_the_one_before(bench):
    listed(bench, SOFIA, UNKNOWN)
    bench.click(row(bench, "v1").play_button)
    arrives(bench, "v1")
    bench.click(row(bench, "v2").play_button)
    assert not row(bench, "v1").is_open
    assert row(bench, "v2").is_open
    assert not bench.phone.player.playing


def test_during_a_call_none_is_played_and_the_person_is_told(bench):
    listed(bench, SOFIA)
    talking(bench.phone, "a", "102")
    bench.page.leave_call()
    row(bench, "v1").play.emit()
    arrives(bench, "v1")
    assert not bench.user_agent.of(cmd.PlayFile)
    assert bench.window.findChild(Toast).text == "You can listen to it after your call."
    assert not asked(bench, "mark_voicemail")


def test_a_message_that_is_gone_says_so(bench):
    listed(bench, SOFIA)
    row(bench, "v1").play.emit()
    bench.phone.handle(ev.RequestRefused("voicemail", Failure(FailureKind.NOT_FOUND), "v1"))
    assert "deleted on another device" in bench.window.findChild(Toast).text


def test_leaving_the_list_stops_what_plays(bench):
    listed(bench, SOFIA)
    bench.click(row(bench, "v1").play_button)
    arrives(bench, "v1")
    plays(bench, 3.0)
    bench.click(bench.column.calls.all)
    assert not bench.phone.player.playing


# --- what can be done -------------------------------------------------------------------------------------------------


def test_the_caller_is_called_back(bench):
    listed(bench, SOFIA)
    bench.click(row(bench, "v1").play_button)
    bench.click(row(bench, "v1").call_button)
    assert bench.user_agent.of(cmd.MakeCall)[-1].target == "+6592345678"


def test_a_hidden_caller_cannot_be_called(bench):
    listed(bench, HIDDEN)
    row(bench, "v4").play.emit()
    assert not row(bench, "v4").call_button.isEnabled()


def test_deleting_can_be_undone_and_is_done_when_the_way_back_is_gone(bench):
    messages = listed(bench, SOFIA, UNKNOWN)
    messages.delete("v1")
    assert "v1" not in messages.rows
    assert bench.column.calls.voicemail.accessibleName() == "Voicemail, 1"
    bench.click(bench.window.findChild(Toast).action)
    assert "v1" in messages.rows
    assert not asked(bench, "delete_voicemail")
    messages.delete("v1")
    messages._leaving["v1"].setInterval(0)
    bench.qtbot.waitUntil(lambda: asked(bench, "delete_voicemail") == [("v1",)])


def test_a_second_deletion_settles_the_first(bench):
    messages = listed(bench, SOFIA, UNKNOWN)
    messages.delete("v1")
    messages.delete("v2")
    assert asked(bench, "delete_voicemail") == [("v1",)]


def test_a_message_is_saved_as_a_file(bench, tmp_path):
    messages = listed(bench, SOFIA)
    messages.save_to(str(bench.sound), tmp_path / "kept.mp3")
    assert (tmp_path / "kept.mp3").read_bytes() == b"sound"
    messages.save_to(str(bench.sound), tmp_path / "no such folder" / "kept.mp3")
    assert "Choose another place" in [toast.text for toast in bench.window.findChildren(Toast)][-1]


def test_the_menu_marks_as_new_and_deletes(bench):
    messages = listed(bench, PRIYA)
    messages._open_menu("v3")
    lines = {item.item.text: item for item in messages.menu.items}
    bench.click(lines["Mark as new"])
    assert asked(bench, "mark_voicemail") == [("v3", False)]


def test_the_list_is_one_stop_and_works_by_keyboard(bench):
    messages = listed(bench, SOFIA, UNKNOWN, PRIYA)
    messages.focus_first()
    bench.press(Qt.Key.Key_Down, widget=row(bench, "v1").head)
    assert row(bench, "v2").head.hasFocus()
    stops = [key for key, one in messages.rows.items() if one.head.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert stops == ["v2"]
    bench.press(Qt.Key.Key_Space, widget=row(bench, "v2").head)
    assert asked(bench, "fetch_voicemail") == [("v2",)]
    bench.press(Qt.Key.Key_Delete, widget=row(bench, "v2").head)
    assert "v2" not in messages.rows
