"""Calls that only the phone system saw, in the history here."""

import pytest

from softphone.phone import events as ev
from softphone.phone.history import HistoryEntry, Outcome
from softphone.phone.party import Party
from softphone.phone.phone import Phone, PhoneConfig
from softphone.phone.server_calls import ServerCall
from tests.fakes.phone_ports import (
    HandClock,
    MemoryHistory,
    RecordingAccount,
    RecordingUserAgent,
    any_document,
    any_provisioning,
    any_session,
    incoming,
)
from tests.unit.test_extension_settings import Scene as SettingsScene

NUMBER = "+6591234567"


class Scene:
    def __init__(self):
        self.clock, self.history, self.account = HandClock(), MemoryHistory(), RecordingAccount()
        self.phone = Phone(RecordingUserAgent(), self.account, self.history, self.clock, PhoneConfig("i-1"))
        self.phone.handle(ev.UserAgentReady("2.15"))
        self.phone.handle(ev.SessionOpened(any_session()))
        self.phone.handle(ev.ProvisioningLoaded(any_provisioning()))
        self.phone.handle(ev.ExtensionLoaded(any_document(), '"1"'))
        self.rows = []

    def know_history(self, *entries):
        self.phone.handle(ev.HistoryLoaded(entries))
        return self

    def row(self, reason="busy", number=NUMBER, after=0.0, **more):
        """One more row; `after` seconds after now."""
        values = {"outgoing": False, "started_at": self.clock.now() + after, **more}
        row = len(self.rows) + 1
        self.rows.append(ServerCall(row, f"c{row}", number=number, reason=reason, **values))
        return self

    def list(self):
        self.phone.handle(ev.ServerCallsLoaded(tuple(reversed(self.rows))))
        return self.phone.history


@pytest.fixture
def scene():
    """A history is known, and the phone system's has been looked at before."""
    scene = Scene().know_history()
    scene.row(after=-7200).list()
    return scene


def test_a_call_refused_by_do_not_disturb_is_missed_and_says_why(scene):
    scene.row("declined", rule="do_not_disturb").list()
    entry = scene.phone.history[0]
    assert (entry.outcome, entry.rule, entry.remote.user) == (Outcome.MISSED, "do_not_disturb", NUMBER)
    assert scene.phone.missed_unseen == 1
    assert scene.history.entries[entry.id] == entry


def test_a_call_that_rang_here_is_not_listed_twice(scene):
    incoming(scene.phone, number=NUMBER)
    scene.clock.pass_(20)
    scene.row("no_answer", after=-21).list()
    assert [entry.id for entry in scene.phone.history if entry.remote.user == NUMBER][:1] == ["in-1"]
    assert len(scene.phone.history) == 2


def test_two_calls_of_the_same_number_are_told_apart(scene):
    scene.row("declined", rule="do_not_disturb").list()
    scene.clock.pass_(10)
    incoming(scene.phone, number=NUMBER)
    scene.row("answered").list()
    assert len(scene.phone.history) == 3
    scene.clock.pass_(5)
    scene.row("declined", rule="do_not_disturb").list()
    assert len(scene.phone.history) == 4, "the one that rang is told of already"


def test_a_hidden_caller_is_known_again(scene):
    scene.phone.handle(ev.InviteReceived("in-1", "line-1", Party("anonymous", "anonymous.invalid")))
    scene.row("no_answer", number="").list()
    assert len(scene.phone.history) == 2
    scene.clock.pass_(120)
    scene.row("no_answer", number="").list()
    assert scene.phone.history[0].remote.hidden


@pytest.mark.parametrize(
    ("reason", "outgoing", "outcome"),
    [
        ("answered", False, Outcome.ELSEWHERE),
        ("elsewhere", False, Outcome.ELSEWHERE),
        ("forwarded", False, Outcome.FORWARDED),
        ("voicemail", False, Outcome.MISSED),
        ("busy", False, Outcome.MISSED),
        ("cancelled", False, Outcome.MISSED),
        ("declined", False, Outcome.DECLINED),
        ("answered", True, Outcome.ANSWERED),
        ("busy", True, Outcome.BUSY),
        ("cancelled", True, Outcome.CANCELLED),
        ("something new", True, Outcome.FAILED),
        ("something new", False, Outcome.MISSED),
    ],
)
def test_each_end_has_its_outcome(scene, reason, outgoing, outcome):
    assert scene.row(reason, outgoing=outgoing).list()[0].outcome is outcome


def test_each_row_is_looked_at_once_so_what_was_removed_stays_removed(scene):
    entry = scene.row().list()[0]
    scene.phone.remove_from_history(entry.id)
    assert entry.id not in [one.id for one in scene.list()]


def test_the_first_look_brings_no_news_of_old_calls():
    scene = Scene().know_history()
    scene.row(after=-86400).row(after=-3600)
    assert len(scene.list()) == 2
    assert scene.phone.missed_unseen == 0


def test_the_first_call_of_a_new_extension_is_news():
    scene = Scene().know_history()
    scene.list()
    scene.row("declined", rule="do_not_disturb").list()
    assert scene.phone.missed_unseen == 1


def test_rows_that_come_before_the_history_is_known_are_asked_for_again():
    scene = Scene()
    assert scene.row().list() == []
    mine = HistoryEntry("mine", False, Party(NUMBER, "phone.example.com"), scene.clock.now(), Outcome.MISSED)
    scene.know_history(mine)
    assert scene.account.asked[-1] == ("load_calls",)
    assert [entry.id for entry in scene.list()] == ["mine"]


def test_an_older_call_takes_its_place_by_time(scene):
    incoming(scene.phone, number="+6590000000")
    scene.row(after=-600).list()
    assert [entry.remote.user for entry in scene.phone.history] == ["+6590000000", NUMBER, NUMBER]


def test_where_to_go_on_from_is_kept_between_runs():
    first = SettingsScene().load()
    first.phone.handle(ev.HistoryLoaded(()))
    row = ServerCall(41, "c41", False, NUMBER, 1_790_000_000.0, "busy")
    first.phone.handle(ev.ServerCallsLoaded((row,)))
    again = SettingsScene(first.store).load()
    again.phone.handle(ev.HistoryLoaded(()))
    again.phone.handle(ev.ServerCallsLoaded((row,)))
    assert again.phone.history == []
