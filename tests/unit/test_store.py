"""What stays on this computer: preferences and history survive bad files, full disks and kills."""

import json
import os
import sqlite3
import stat
import subprocess
import sys

import pytest

from softphone.phone.failure import FailureKind
from softphone.phone.history import HistoryEntry, Outcome
from softphone.phone.party import Party
from softphone.store.history import HistoryFile
from softphone.store.lock import ProfileLock
from softphone.store.paths import paths_of
from softphone.store.preferences import PreferencesFile


def at_once(job):
    job()


def entry(call_id="c1", **changes) -> HistoryEntry:
    values = {"id": call_id, "outgoing": False, "remote": Party("101", "x", "Arun"), "started_at": 100.0}
    return HistoryEntry(**{**values, **changes})


def history_file(path):
    failures = []
    return HistoryFile(path, at_once, lambda what, failure: failures.append(failure)), failures


def load(file: HistoryFile) -> tuple:
    loaded = []
    file.load(loaded.append)
    return loaded[0]


def test_preferences_come_back(tmp_path):
    path = tmp_path / "preferences.json"
    first = PreferencesFile(path, at_once)
    first.change(theme="dark", microphone="usb-1")
    again = PreferencesFile(path, at_once).current
    assert (again.theme, again.microphone) == ("dark", "usb-1")
    assert again.installation_id == first.current.installation_id != ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("junk", [b"", b"{", b"[1]", b"\xff\xfe", b'"text"'])
def test_unreadable_preferences_are_set_aside_not_lost(tmp_path, junk):
    path = tmp_path / "preferences.json"
    path.write_bytes(junk)
    assert PreferencesFile(path, at_once).current.theme == "system"
    kept = [p for p in tmp_path.iterdir() if "unreadable" in p.name]
    assert [p.read_bytes() for p in kept] == [junk]


def test_a_value_of_the_wrong_type_falls_back_and_unknown_ones_are_kept(tmp_path):
    path = tmp_path / "preferences.json"
    odd = {"text_size": 400, "motion": 1, "shortcuts": {"mute": 7}, "theme": "Dark", "bar_places": {"x": "left"},
           "last_email": "a@b.c", "from_the_future": [1]}  # fmt: skip
    path.write_text(json.dumps(odd))
    file = PreferencesFile(path, at_once)
    assert (file.current.theme, file.current.bar_places, file.current.last_email) == ("system", {}, "a@b.c")
    assert (file.current.text_size, file.current.motion, file.current.shortcuts) == (100, "system", {})
    file.change(theme="light")
    assert json.loads(path.read_text())["from_the_future"] == [1]


def test_a_full_disk_keeps_the_old_preferences_and_says_so(tmp_path, monkeypatch):
    path = tmp_path / "preferences.json"
    file = PreferencesFile(path, at_once)
    file.change(theme="dark")
    failures = []
    file.on_failure = failures.append

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    file.change(theme="light")
    assert [f.errno for f in failures] == [28]
    assert json.loads(path.read_text())["theme"] == "dark"
    assert len(list(tmp_path.iterdir())) == 1, "no half-written file is left"


def test_history_comes_back_newest_first(tmp_path):
    file, failures = history_file(tmp_path / "history.sqlite3")
    file.save(entry("old", started_at=1.0, outcome=Outcome.ANSWERED))
    file.save(entry("new", started_at=2.0, outcome=Outcome.MISSED, seen=False))
    assert [e.id for e in load(file)] == ["new", "old"]
    file.mark_seen(5.0)
    file.remove("old")
    assert [(e.id, e.seen) for e in load(file)] == [("new", True)]
    assert not failures


def test_a_row_is_replaced_when_its_call_goes_on(tmp_path):
    file, _ = history_file(tmp_path / "history.sqlite3")
    file.save(entry())
    file.save(entry(outcome=Outcome.ANSWERED, talk_seconds=61.0))
    assert [(e.outcome, e.talk_seconds) for e in load(file)] == [(Outcome.ANSWERED, 61.0)]


def test_a_call_cut_off_by_a_crash_is_shown_as_missed(tmp_path):
    file, _ = history_file(tmp_path / "history.sqlite3")
    file.save(entry())
    assert load(file)[0].outcome is Outcome.MISSED
    assert not load(file)[0].seen


def test_a_damaged_history_is_set_aside(tmp_path):
    path = tmp_path / "history.sqlite3"
    path.write_bytes(b"this is no database at all" * 100)
    file, failures = history_file(path)
    file.save(entry())
    assert [e.id for e in load(file)] == ["c1"]
    assert [p for p in tmp_path.iterdir() if "damaged" in p.name]
    assert not failures


def test_a_full_disk_is_reported_and_calls_go_on(tmp_path):
    file, failures = history_file(tmp_path / "history.sqlite3")
    file.save(entry())
    file._database.execute("PRAGMA max_page_count = 1")
    file.save(entry("big", remote=Party("x" * 200_000)))
    assert [f.kind for f in failures] == [FailureKind.DISK_FULL]
    assert [e.id for e in load(file)] == ["c1"]


def test_a_row_written_is_there_after_kill_9(tmp_path):
    path = tmp_path / "history.sqlite3"
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from softphone.store.history import HistoryFile\n"
        "from softphone.phone.history import HistoryEntry\n"
        "from softphone.phone.party import Party\n"
        "f = HistoryFile(Path(sys.argv[1]), lambda job: job(), print)\n"
        "f.save(HistoryEntry('c9', True, Party('101'), 5.0))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], timeout=30, check=False)
    assert done.returncode == -9
    database = sqlite3.connect(path)
    assert database.execute("SELECT id FROM calls").fetchall() == [("c9",)]
    database.close()


def test_profiles_are_apart(tmp_path, monkeypatch):
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    (tmp_path / "XDG_RUNTIME_DIR").mkdir(mode=0o700)
    one, two = paths_of("default"), paths_of("work")
    assert len({one.preferences, two.preferences, one.history, two.history}) == 4
    assert one.control_socket != two.control_socket
    assert stat.S_IMODE(two.data.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["", "../x", "a b", "-x", "x" * 40])
def test_a_profile_name_is_no_path(name):
    with pytest.raises(ValueError, match="profile"):
        paths_of(name)


def test_a_profile_is_locked_by_one_process_at_a_time(tmp_path):
    first, second = ProfileLock(tmp_path / "p.lock"), ProfileLock(tmp_path / "p.lock")
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()
    second.release()
