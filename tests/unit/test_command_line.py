"""The command line: usage, exit codes, and the verbs on a real telephone with fakes around it."""

import io

import pytest

from softphone.__main__ import main
from softphone.control.protocol import DONE, REFUSED, WRONG_USAGE, Question, Reply
from softphone.control.verbs import Verbs
from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.account import ActivatedDevice
from softphone.phone.failure import Failure, FailureKind
from softphone.phone.registration import RegistrationState
from softphone.phone.secret import Secret
from softphone.phone.session import LINE, SessionState
from softphone.phone.sound import SoundDevice
from tests.fakes.phone_ports import any_provisioning, any_session, incoming, make_phone, talking


class Timers:
    """Collects what is to happen later, and lets the test make it happen."""

    def __init__(self):
        self.jobs = []

    def later(self, seconds, job):
        self.jobs.append(job)
        return lambda: self.jobs.remove(job) if job in self.jobs else None

    def pass_time(self):
        for job in tuple(self.jobs):
            job()


class Console:
    def __init__(self, phone):
        self.timers, self.shown, self.quits = Timers(), [], []
        self.verbs = Verbs(
            phone, profile="default", version="0.1.0", sentence=lambda failure: f"sentence for {failure.kind.value}",
            later=self.timers.later, show=self.shown.append, quit_=lambda: self.quits.append(True),
        )  # fmt: skip

    def ask(self, verb, **arguments) -> Reply | None:
        replies = []
        self.verbs.answer(Question(verb, arguments), replies.append)
        assert len(replies) <= 1
        self.replies = replies
        return replies[0] if replies else None


def test_calling_answers_with_the_calls_id():
    phone, user_agent, *_ = make_phone()
    reply = Console(phone).ask("call", number="101")
    assert reply.result == {"id": phone.calls.active.id}
    assert user_agent.of(cmd.MakeCall)


def test_a_call_can_show_another_number():
    phone, user_agent, *_ = make_phone()
    console = Console(phone)
    assert console.ask("call", number="101", caller_id="my number").code == REFUSED
    console.ask("call", number="101", caller_id="+65 9111 2222")
    assert user_agent.of(cmd.MakeCall)[-1].caller_id == "+6591112222"
    assert console.ask("status").result["calls"][0]["caller_id"] == "+6591112222"


@pytest.mark.parametrize("verb", ["answer", "decline", "hangup", "hold", "resume", "mute", "dtmf"])
def test_a_verb_without_a_call_is_refused_with_a_sentence(verb):
    phone, *_ = make_phone()
    reply = Console(phone).ask(verb, digits="1")
    assert (reply.code, reply.error) == (REFUSED, "sentence for not-now")


def test_an_unknown_verb_is_wrong_usage():
    phone, *_ = make_phone()
    assert Console(phone).ask("explode").code == WRONG_USAGE
    assert Console(phone).ask("__init__").code == WRONG_USAGE


def test_the_verbs_of_a_call():
    phone, user_agent, *_ = make_phone()
    console = Console(phone)
    call = incoming(phone)
    assert console.ask("answer").code == DONE
    phone.handle(ev.CallConfirmed(call.id))
    assert console.ask("mute", on=True).code == DONE
    assert call.muted
    assert console.ask("hold").code == DONE
    phone.handle(ev.HoldChanged(call.id, True, False))
    assert console.ask("resume").code == DONE
    phone.handle(ev.HoldChanged(call.id, False, False))
    assert console.ask("dtmf", digits="12#").result == {"sent": "12#"}
    assert console.ask("hangup").code == DONE
    assert cmd.HangUp(call.id) in user_agent.sent


def test_answer_can_end_the_other():
    phone, user_agent, *_ = make_phone()
    first = talking(phone)
    incoming(phone, "in-2")
    assert Console(phone).ask("answer", others="end").code == DONE
    assert cmd.HangUp(first.id) in user_agent.sent


def test_signing_in_answers_when_it_is_decided():
    phone, *_ = make_phone(signed_in=False)
    console = Console(phone)
    assert console.ask("sign-in", email="alice@example.com", password="x", service="https://s/api") is None
    phone.handle(ev.SessionOpened(any_session()))
    (reply,) = console.replies
    assert reply.result["email"] == "alice@example.com"


def test_a_refused_sign_in_is_refused_with_its_sentence():
    phone, *_ = make_phone(signed_in=False)
    console = Console(phone)
    console.ask("sign-in", email="alice@example.com", password="x")
    phone.handle(ev.SignInRefused(Failure(FailureKind.INVALID_CREDENTIALS, 401)))
    assert [r.error for r in console.replies] == ["sentence for invalid-credentials"]


def test_too_many_devices_are_listed_to_choose_from():
    phone, *_ = make_phone(signed_in=False)
    console = Console(phone)
    console.ask("sign-in", email="alice@example.com", password="x")
    devices = (ActivatedDevice("d1", "desktop", "OFFICE-PC"), ActivatedDevice("d2", "mobile", "Pixel"))
    phone.handle(ev.SignInRefused(Failure(FailureKind.DEVICE_LIMIT, 409, devices=devices)))
    assert console.replies[0].error == "sentence for device-limit d1 OFFICE-PC; d2 Pixel"


def test_a_bad_address_is_refused_at_once():
    phone, *_ = make_phone(signed_in=False)
    assert Console(phone).ask("sign-in", email="alice", password="x").error == "sentence for bad-address"


def test_a_sip_sign_in_waits_for_the_registrar():
    phone, *_ = make_phone(signed_in=False)
    console = Console(phone)
    assert console.ask("sign-in", sip="100@sip.example.com", password="x", transport="tcp") is None
    phone.handle(ev.RegistrationChanged(LINE, RegistrationState.REGISTERED))
    assert console.replies[0].result["address"] == "100@sip.example.com"


def test_signing_in_while_the_saved_account_is_looked_for_waits_for_that():
    phone, *_ = make_phone(signed_in=False)
    phone.session.state = SessionState.STARTING
    console = Console(phone)
    assert console.ask("sign-in", email="alice@example.com", password="x") is None
    assert phone.session.state is SessionState.STARTING
    phone.handle(ev.NothingSaved())
    assert phone.session.state is SessionState.SIGNING_IN
    phone.handle(ev.SessionOpened(any_session()))
    assert console.replies[0].code == DONE


def test_signing_in_twice_is_refused():
    phone, *_ = make_phone()
    assert Console(phone).ask("sign-in", email="bob@example.com", password="x").code == REFUSED


def test_an_undecided_sign_in_ends_with_the_time():
    phone, *_ = make_phone(signed_in=False)
    console = Console(phone)
    console.ask("sign-in", email="alice@example.com", password="x")
    console.timers.pass_time()
    assert [r.error for r in console.replies] == ["sentence for timed-out"]
    phone.handle(ev.SessionOpened(any_session()))
    assert len(console.replies) == 1


def test_status_measures_calls_first_but_not_for_ever():
    phone, user_agent, *_ = make_phone()
    console = Console(phone)
    call = talking(phone)
    assert console.ask("status") is None
    assert user_agent.of(cmd.ReportStatistics)
    phone.handle(ev.MediaMeasured(call.id, sent_packets=50, mos=4.1))
    assert console.replies[0].result["calls"][0]["statistics"]["sent_packets"] == 50
    assert console.ask("status") is None
    console.timers.pass_time()
    assert console.replies[0].code == DONE


def test_status_tells_no_secret():
    phone, *_ = make_phone(signed_in=False)
    phone.handle(ev.NothingSaved())
    phone.session.sign_in("alice@example.com", Secret("hunter2"))
    phone.handle(ev.SessionOpened(any_session(refresh_token=Secret("refresh-secret"))))
    phone.handle(ev.ProvisioningLoaded(any_provisioning(password=Secret("sip-secret"))))
    text = Console(phone).ask("status").encode().decode()
    assert not {"hunter2", "refresh-secret", "sip-secret"} & {w for w in text.replace('"', " ").split()}
    assert "secret" not in text


def test_status_says_that_the_account_service_is_away():
    phone, *_ = make_phone()
    phone.handle(ev.ServiceReached(Failure(FailureKind.SERVER, 503)))
    assert Console(phone).ask("status").result["service"] == "sentence for server"
    phone.handle(ev.ServiceReached())
    assert Console(phone).ask("status").result["service"] == ""


def test_devices_are_listed_and_chosen_by_id_or_name():
    phone, *_ = make_phone()
    phone.handle(
        ev.SoundDevicesChanged((SoundDevice("m1", "Jabra", "input"), SoundDevice("s1", "Desk", "output", True)))
    )
    console = Console(phone)
    assert [d["id"] for d in console.ask("devices").result["devices"]] == ["m1", "s1"]
    assert console.ask("devices", microphone="Jabra", speaker="s1").result["chosen"]["microphone"] == "m1"
    assert phone.sound_choice.speaker == "s1"
    assert console.ask("devices", speaker="default").result["chosen"]["speaker"] == "default"
    assert "no output device 'm1'" in console.ask("devices", speaker="m1").error


def test_open_shows_the_window_and_quit_ends():
    phone, *_ = make_phone()
    console = Console(phone)
    console.ask("open", link="tel:101")
    console.ask("quit")
    assert (console.shown, console.quits) == (["tel:101"], [True])


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["call"], ["mute", "maybe"], ["sign-in"], ["sign-in", "--email", "a@b.c"],
     ["sign-in", "--email", "a@b.c", "--sip", "a@b", "--password-stdin"],
     ["sign-in", "--sip", "a@b", "--password-stdin", "--transport", "sctp"]],
)  # fmt: skip
def test_wrong_usage_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_version_and_help_exit_with_0(capsys):
    for flag in ("--version", "--help"):
        with pytest.raises(SystemExit) as exit_:
            main([flag])
        assert exit_.value.code == 0
    assert "softphone 0." in capsys.readouterr().out


def test_verbs_without_a_running_softphone_exit_with_3(tmp_path, monkeypatch, capsys):
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO("secret\n"))
    assert main(["status"]) == 3
    assert main(["sign-in", "--email", "a@b.c", "--password-stdin"]) == 3
    assert "not running" in capsys.readouterr().err
    assert main(["--profile", "../x", "status"]) == 2
