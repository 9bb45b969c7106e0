"""The command line's verbs for settings and voice messages, on a real telephone with fakes around it."""

import json
from datetime import datetime, timedelta

import pytest

from softphone.__main__ import _parser, main
from softphone.control.protocol import DONE, REFUSED, WRONG_USAGE
from softphone.control.settings_options import asked, show
from softphone.extension.document import Fault
from softphone.phone import events as ev
from softphone.phone.failure import Failure, FailureKind
from softphone.phone.voicemail import Voicemail
from tests.fakes.phone_ports import incoming
from tests.unit.test_command_line import Console
from tests.unit.test_extension_settings import AWAY, Scene


class Asked:
    def __init__(self):
        self.scene = Scene().load()
        self.phone, self.settings = self.scene.phone, self.scene.settings
        self.console = Console(self.phone)

    def type(self, *words):
        """What is typed, up to the reply; None while it is awaited."""
        options = _parser().parse_args(words)
        verb, more = asked(options)
        given = {name: getattr(options, name, None) for name in ("number", "until", "pointer")}
        return self.console.ask(verb, **{name: value for name, value in given.items() if value is not None}, **more)

    @property
    def reply(self):
        (reply,) = self.console.replies
        return reply


@pytest.fixture
def line():
    return Asked()


def test_do_not_disturb_is_answered_when_it_is_saved(line):
    assert line.type("dnd", "on") is None
    line.scene.answer()
    assert (line.reply.code, line.reply.result) == (DONE, {"state": "saved"})
    assert line.settings.saved.dnd.enabled


def test_do_not_disturb_until_a_time_of_the_clock_is_the_next_such_time(line):
    now = datetime.fromtimestamp(line.phone.now()).astimezone()
    for hour in ((now + timedelta(hours=2)).hour, (now - timedelta(hours=2)).hour):
        line.type("dnd", "on", "--until", f"{hour:02}:30")
        line.scene.answer()
        until = datetime.fromisoformat(line.settings.saved.dnd.until)
        assert timedelta(0) < until - now <= timedelta(days=1)
        assert (until.hour, until.minute) == (hour, 30)


def test_do_not_disturb_off_forgets_its_end(line):
    line.type("dnd", "on", "--until", "23:59")
    line.scene.answer()
    line.type("dnd", "off")
    line.scene.answer()
    assert (line.settings.saved.dnd.enabled, line.settings.saved.dnd.until) == (False, None)


@pytest.mark.parametrize("words", [("dnd", "on", "--until", "soon"), ("dnd", "off", "--until", "18:00")])
def test_a_time_that_makes_no_sense_is_wrong_usage(line, words):
    assert line.type(*words).code == WRONG_USAGE
    assert line.scene.account.saves == []


def test_forwarding_to_a_number_and_to_an_extension_and_off(line):
    line.type("forward", "on", "+65 3123 4567")
    line.scene.answer()
    forwarding = line.settings.saved.forwarding
    assert (forwarding.enabled, forwarding.number, forwarding.extensions) == (True, "+6531234567", ())
    line.type("forward", "on", "101")
    line.scene.answer()
    forwarding = line.settings.saved.forwarding
    assert (forwarding.number, forwarding.extensions) == (None, ("101",))
    line.type("forward", "off")
    line.scene.answer()
    assert line.settings.saved.forwarding.extensions == ("101",), "kept for the next time"
    assert not line.settings.saved.forwarding.enabled
    line.type("forward", "on")
    line.scene.answer()
    assert line.settings.saved.forwarding.enabled


def test_forwarding_to_what_is_no_number_is_refused(line):
    assert line.type("forward", "on", "abc").code == REFUSED


def test_settings_are_read_as_a_whole_without_the_passcode_and_one_by_one(line):
    whole = line.type("settings", "get").result
    assert whole["label"] == "Alice Tan"
    assert "passcode" not in whole
    assert line.type("settings", "get", "/no_answer/after_seconds").result == 20
    assert line.type("settings", "get", "/forwarding/number").result is None
    assert line.type("settings", "get", "/no/such").code == WRONG_USAGE


def test_any_setting_can_be_changed_by_its_pointer(line):
    line.type("settings", "set", "/no_answer/after_seconds", "35")
    line.scene.answer()
    assert line.settings.saved.no_answer.after_seconds == 35


def test_what_is_wrong_is_said_in_the_words_of_the_fault(line):
    reply = line.type("settings", "set", "/no_answer/after_seconds", "90")
    assert reply.code == REFUSED
    assert "5" in reply.error
    assert "60" in reply.error


def test_what_the_service_refuses_is_said_in_its_words(line):
    line.type("settings", "set", "/label", '"Alice"')
    fault = Fault("/label", "taken", "Somebody else is called so.")
    line.scene.refuse(Failure(FailureKind.INVALID, 422, sentence="Somebody else is called so.", faults=(fault,)))
    assert (line.reply.code, line.reply.error) == (REFUSED, "Somebody else is called so.")


def test_a_change_that_waits_says_so(line, capsys):
    line.type("settings", "set", "/label", '"Alice"')
    line.scene.refuse(AWAY)
    assert line.reply.result == {"state": "waiting"}
    assert show(_parser().parse_args(["settings", "set", "/label", "1"]), line.reply.result)
    assert "will be saved" in capsys.readouterr().out
    assert line.console.ask("status").result["settings"]["unsaved"] == {"/label": "waiting"}


def test_a_change_without_an_answer_is_not_waited_for_for_ever(line):
    line.type("dnd", "on")
    line.console.timers.pass_time()
    assert line.reply.code == REFUSED


def test_a_conflict_is_refused(line):
    line.type("settings", "set", "/label", '"Alice"')
    line.scene.change_elsewhere({"label": "Alison"})
    line.scene.answer()
    line.scene.load()
    assert line.reply.code == REFUSED


def test_what_is_no_json_is_wrong_usage(capsys):
    assert main(["settings", "set", "/label", "Alice"]) == 2
    assert "quotes" in capsys.readouterr().err


def test_a_value_can_come_by_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin.read", lambda: '"1357"', raising=False)
    assert asked(_parser().parse_args(["settings", "set", "/passcode", "-"])) == ("settings-set", {"value": "1357"})


def test_voice_messages_are_listed(line, capsys):
    assert line.type("voicemail", "list") is None
    newer = Voicemail("v2", "110", 1_790_000_060.0, 12.4, "Bob Lee")
    older = Voicemail("v1", "", 1_790_000_000.0, 3.0, read=True)
    line.phone.handle(ev.VoicemailsLoaded((older, newer)))
    assert [one["id"] for one in line.reply.result] == ["v2", "v1"]
    assert show(_parser().parse_args(["voicemail", "list"]), line.reply.result)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("new")
    assert first.endswith("12 s  110 Bob Lee")
    assert second.endswith("3 s  hidden")
    show(_parser().parse_args(["voicemail", "list", "--json"]), line.reply.result)
    assert json.loads(capsys.readouterr().out)[1]["read"] is True


def test_a_service_without_voice_messages_says_so(line):
    line.type("voicemail", "list")
    line.phone.handle(ev.RequestRefused("voicemails", Failure(FailureKind.NOT_FOUND, 404)))
    assert line.reply.code == REFUSED
    assert line.type("voicemail", "list").code == REFUSED


def test_the_status_tells_settings_and_the_mailbox(line):
    line.type("dnd", "on")
    line.phone.handle(ev.VoicemailsLoaded((Voicemail("v1", "110", 1.0, 2.0),)))
    incoming(line.phone)
    status = line.console.ask("status").result
    assert status["settings"]["dnd"] == {"enabled": True, "until": None}
    assert status["settings"]["unsaved"] == {"/dnd/enabled": "pending"}
    assert status["mailbox"] == {"new": 0, "listed": 1, "unread": 1}
