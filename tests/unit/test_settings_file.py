"""Settings kept on this computer: whole, private, and there after the program was killed."""

import json
import signal
import subprocess
import sys
import threading

import pytest

from softphone.phone.failure import FailureKind
from softphone.phone.kept_settings import KeptChange, KeptSettings
from softphone.store.settings_file import SettingsFile

SOME = KeptSettings(
    {"dnd": {"enabled": True, "until": None}}, (KeptChange("/label", "Alice", "Alice Tan", 3),), hide_number=True
)


class Jobs:
    def __init__(self):
        self.waiting = []

    def run(self):
        while self.waiting:
            self.waiting.pop(0)()


@pytest.fixture
def scene(tmp_path):
    class Scene:
        def __init__(self):
            self.path, self.jobs, self.failures = tmp_path / "settings.json", Jobs(), []
            self.file = self.open()

        def open(self):
            failed = lambda what, failure: self.failures.append((what, failure.kind))  # noqa: E731
            return SettingsFile(self.path, self.jobs.waiting.append, failed)

    return Scene()


def test_what_was_kept_is_there_at_the_next_start_for_this_user_only(scene):
    scene.file.keep("100@sip.example.com", SOME)
    assert scene.file.kept("100@sip.example.com") == SOME, "before it is written, too"
    scene.jobs.run()
    again = scene.open()
    assert again.kept("100@sip.example.com") == SOME
    assert again.kept("101@sip.example.com") == KeptSettings()
    assert scene.path.stat().st_mode & 0o777 == 0o600


def test_accounts_do_not_mix_and_one_can_be_forgotten(scene):
    scene.file.keep("a@example.com", SOME)
    scene.file.keep("b@example.com", KeptSettings({"label": "B"}))
    scene.file.keep("a@example.com", None)
    scene.jobs.run()
    again = scene.open()
    assert again.kept("a@example.com") == KeptSettings()
    assert again.kept("b@example.com").document == {"label": "B"}


def test_what_has_not_changed_is_not_written_again(scene):
    scene.file.keep("a@example.com", SOME)
    scene.jobs.run()
    scene.file.keep("a@example.com", SOME)
    assert scene.jobs.waiting == []


def test_many_changes_at_once_are_written_once(scene):
    for number in range(50):
        scene.file.keep("a@example.com", KeptSettings({"label": str(number)}))
    scene.jobs.waiting.pop(0)()
    written = scene.path.stat().st_mtime_ns
    scene.jobs.run()
    assert scene.path.stat().st_mtime_ns == written
    assert scene.open().kept("a@example.com").document == {"label": "49"}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"accounts": []}', b'{"accounts": {"a": {}}}', b"\xff\xfe",
     json.dumps({"accounts": {"a": {"document": [], "changes": []}}}).encode(),
     json.dumps({"accounts": {"a": {"document": {}, "changes": [{"pointer": "label"}]}}}).encode()],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_set_aside_and_does_not_keep_from_starting(scene, content):
    scene.path.write_bytes(content)
    file = scene.open()
    assert file.kept("a") == KeptSettings()
    (aside,) = scene.path.parent.glob("settings.unreadable-*")
    assert aside.read_bytes() == content
    file.keep("a", SOME)
    scene.jobs.run()
    assert scene.open().kept("a") == SOME


def test_a_folder_that_is_gone_is_told_and_the_next_change_is_written(scene):
    folder = scene.path.parent
    aside = folder.with_name("aside")
    folder.rename(aside)
    scene.file.keep("a", SOME)
    scene.jobs.run()
    assert scene.failures == [("settings", FailureKind.DISK_FULL)]
    aside.rename(folder)
    scene.file.keep("b", SOME)
    scene.jobs.run()
    assert scene.open().kept("a") == SOME


KILLED = """
import sys
from pathlib import Path
from softphone.phone.kept_settings import KeptSettings
from softphone.store.settings_file import SettingsFile

file = SettingsFile(Path(sys.argv[1]), lambda job: job(), lambda what, failure: sys.exit(str(failure)))
number = 0
while True:
    number += 1
    file.keep("a", KeptSettings({"label": str(number), "padding": "x" * 20_000}))
    print(number, flush=True)
"""


def test_a_program_killed_while_it_writes_leaves_a_whole_file_with_what_it_had_said_was_kept(scene):
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(scene.path)], stdout=subprocess.PIPE, text=True)
    said = 0
    timer = threading.Timer(20.0, child.kill)
    timer.start()
    for line in child.stdout:
        said = int(line)
        if said >= 30:
            child.send_signal(signal.SIGKILL)
            break
    said = max([said, *(int(line) for line in child.stdout.read().split())])
    child.wait(10)
    child.stdout.close()
    timer.cancel()
    assert said >= 30
    assert int(scene.open().kept("a").document["label"]) in (said, said + 1)
