"""Settings in the real application: saved on the service, kept while it is away, and enforced by the right one."""

import json
import time
from pathlib import Path

import pytest

from tests.fakes.sip_server import Message, SipServer
from tests.system.pbx_fixture import LocalPhoneSystem
from tests.system.test_app_sign_in import only_bus
from tests.system.waiting import until

ALICE = "alice@example.com"
NO_PASSCODE_IN = "7391"
BYTES_A_SECOND = 2 * 16_000  # of a recording


def change_elsewhere(system, token, patch):
    """By another of the account's devices."""
    status, document = system.request(
        "PATCH", "/extension", patch, token=token,
        headers={"If-Match": "*", "Content-Type": "application/merge-patch+json"},
    )  # fmt: skip
    assert status == 200, document


def saved(system, token):
    status, document = system.request("GET", "/extension", token=token)
    assert status == 200, document
    return document


def settings(application):
    return application.status()["settings"]


@pytest.fixture
def elsewhere(phone_system):
    """Another device of Alice's."""
    return phone_system.sign_in(ALICE, "a phone elsewhere")


@pytest.fixture
def restored(phone_system, elsewhere):
    """Alice's settings are as they were, after the test."""
    before = saved(phone_system, elsewhere)
    yield
    names = ("dnd", "forwarding", "call_waiting", "label", "passcode", "no_answer")
    change_elsewhere(phone_system, elsewhere, {name: before[name] for name in names})


def test_a_change_is_saved_on_the_service_and_acts(phone_system, signed_in, elsewhere, restored, bob):
    application = signed_in()
    application.do("dnd", "on")
    assert saved(phone_system, elsewhere)["dnd"]["enabled"]
    code, _ = bob.call("100").wait_for_end()
    assert code == 486
    application.wait_for(lambda s: s["missed"] == 1, "missed, though this computer never heard of it")
    application.do("dnd", "off")
    call = bob.call("100")
    application.wait_for(lambda s: any(c["state"] == "incoming" for c in s["calls"]), "it rings")
    call.hangup()


def test_encrypted_signalling_moves_the_line_to_tls_and_back(signed_in):
    application = signed_in()

    def moved_to(transport):
        def looks(status):
            line = status["registration"]
            return line["state"] == "registered" and line["transport"] == transport

        application.wait_for(looks, f"registered by {transport}", 10)

    application.do("settings", "set", "/network/tls", "true")
    moved_to("tls")
    application.do("settings", "set", "/network/tls", "false")
    moved_to("udp")


def test_a_change_made_elsewhere_arrives_within_a_second(phone_system, signed_in, elsewhere, restored):
    application = signed_in()
    until(lambda: settings(application), "the settings are known")
    began = time.monotonic()
    change_elsewhere(phone_system, elsewhere, {"dnd": {"enabled": True}})
    until(lambda: settings(application)["dnd"]["enabled"], "the change is known", 5)
    assert time.monotonic() - began < 1.0


def test_what_the_service_finds_wrong_is_said(signed_in):
    application = signed_in()
    until(lambda: settings(application), "the settings are known")
    code, _, said = application.run("settings", "set", "/forwarding/number", '"+6531234567, +6569876543"')
    assert (code, said) == (1, "Maximum 1 Phone Number.")
    code, _, said = application.run("settings", "set", "/key", '"199"')
    assert (code, bool(said)) == (1, True)


def end_of(application, number, *more):
    """How a call that a rule refuses ends, with the sentence shown."""
    call_id = application.do("call", number, *more)

    def ended(status):
        call = next((c for c in status["calls"] if c["id"] == call_id), None)
        return call["end"] if call and call["state"] == "disconnected" else None

    return application.wait_for(ended, "the call is over", 30)


def test_a_call_that_the_outbound_rule_refuses_names_the_place(signed_in):
    end = end_of(signed_in(), "+19005550100")
    assert (end["code"], end["kind"]) == (403, "outbound-rule")


def test_the_number_chosen_for_one_call_is_the_one_shown(phone_system, signed_in, elsewhere):
    application = signed_in()
    application.do("call", "+6561112222", "--caller-id", "+6591112222")
    application.wait_for(lambda s: s["calls"] and s["calls"][0]["state"] == "confirmed", "somebody answers", 20)
    application.do("hangup")

    def record():
        _, rows = phone_system.request("GET", "/calls", token=elsewhere)
        return next((row for row in rows if row["number"] == "+6561112222"), None)

    assert until(record, "the call is in the history")["caller_id"] == "+6591112222"
    end = end_of(application, "+6561112222", "--caller-id", "+6590000000")
    assert (end["code"], end["kind"]) == (403, "caller-id")


def test_a_call_after_the_usage_limit_says_so(phone_system, signed_in, elsewhere):
    application = signed_in()
    change_elsewhere(phone_system, elsewhere, {"usage_limit": {"kind": "duration", "limit": 0}})
    try:
        end = end_of(application, "+6561112222")
    finally:
        change_elsewhere(phone_system, elsewhere, {"usage_limit": {"kind": "unlimited", "limit": None}})
    assert (end["code"], end["kind"]) == (403, "usage-limit")


def test_three_wrong_passcodes_end_the_call_with_that_reason(signed_in):
    application = signed_in()
    call_id = application.do("call", "+442071234567")

    def call(status):
        return next((c for c in status["calls"] if c["id"] == call_id), None)

    application.wait_for(lambda s: call(s) and call(s)["media"], "the passcode is asked for", 20)

    def ended_or_typed_again():
        """This test does not hear when the prompt asks again."""
        application.run("dtmf", "0000#")
        return call(application.status())["end"]

    end = until(ended_or_typed_again, "the call is over", 40, every=1.5)
    assert end["kind"] == "wrong-passcode"


def test_a_voice_message_is_recorded_listed(phone_system, signed_in, elsewhere, restored, bob):
    application = signed_in()
    patch = {"no_answer": {"action": "voicemail", "after_seconds": 5, "emails": []}}
    change_elsewhere(phone_system, elsewhere, patch)
    call = bob.call("100")
    application.wait_for(lambda s: any(c["state"] == "incoming" for c in s["calls"]), "it rings")
    call.wait_for("confirmed", timeout=20)
    recordings = phone_system.data / "voicemail" / "recording"
    until(lambda: any(file.stat().st_size > 2 * BYTES_A_SECOND for file in recordings.glob("100_*")), "recorded", 40)
    call.hangup()
    application.wait_for(lambda s: s["mailbox"]["unread"] == 1 and s["mailbox"]["new"] == 1, "both tell of it", 20)
    listed = json.loads(application.do("voicemail", "list", "--json"))
    assert [(one["from"], one["name"], one["read"]) for one in listed] == [("110", "Bob Lee", False)]


def test_changes_wait_while_the_service_is_away_survive_kill_9_and_are_saved_when_it_is_back(
    started, short_path, secret_service
):
    with LocalPhoneSystem() as system:
        application = started({"SOFTPHONE_CA_FILE": system.ca_file, **only_bus(secret_service)})
        application.sign_in(ALICE, system.password_of(ALICE), system.service)
        application.registered()
        until(lambda: settings(application), "the settings are known")
        system.kill()
        assert "when the phone service can be reached" in application.do("forward", "on", "101")
        application.do("settings", "set", "/passcode", json.dumps(NO_PASSCODE_IN))
        assert settings(application)["unsaved"]["/forwarding/enabled"] == "waiting"
        kept = next(application.home.rglob("settings.json"))
        until(lambda: "101" in kept.read_text(), "it is on the disk")
        application.kill()
        assert kept.stat().st_mode & 0o777 == 0o600
        assert NO_PASSCODE_IN not in kept.read_text()
        application.start()
        now = until(lambda: settings(application), "what waits is known without the service")
        assert now["unsaved"]["/forwarding/enabled"] == "waiting"
        assert now["forwarding"]["enabled"]
        system.start_again()
        application.wait_for(lambda s: s["settings"] and not s["settings"]["unsaved"], "all is saved", 90)
        document = saved(system, system.sign_in(ALICE, "a phone elsewhere"))
        assert (document["forwarding"]["enabled"], document["forwarding"]["extensions"]) == (True, ["101"])


# --- a plain SIP account, on a server that knows nothing of settings --------------------------------------------------


class Plain:
    """The application on a plain SIP account; `server` is where its calls come from."""

    def __init__(self, application, server):
        self.application, self.server = application, server
        code, _, said = application.run(
            "sign-in", "--sip", "100@phone.test", "--server", server.address, "--transport", "udp", "--password-stdin",
            stdin="correct horse\n",
        )  # fmt: skip
        assert code == 0, said

    def called_by(self, number: str) -> Message:
        """The INVITE of a call that comes in."""
        invite = self.server.invite(sender=f"<sip:{number}@phone.test>")
        self.server.send(invite)
        return invite

    def final(self, invite: Message, code: int) -> Message:
        answer = self.server.wait_for_answer(code, "INVITE", to=invite)
        self.server.send(self.server.follow_up(invite, "ACK", answer))
        return answer


@pytest.fixture
def plain(started):
    with SipServer("udp", password="correct horse") as server:
        yield Plain(started(), server)


def test_do_not_disturb_is_enforced_here(plain):
    plain.application.do("dnd", "on")
    plain.final(plain.called_by("+6591234567"), 486)
    plain.application.do("dnd", "off")
    plain.server.wait_for_answer(180, "INVITE", to=plain.called_by("+6591234567"))


def test_forwarding_redirects_to_all_and_vips_ring(plain):
    members = {"enabled": True, "number": "+6569999999", "extensions": ["101", "102"], "vip": ["+6531234567"]}
    plain.application.do("settings", "set", "/forwarding", json.dumps(members))
    answer = plain.final(plain.called_by("+6591234567"), 302)
    assert answer.all("Contact") == [f"<sip:{to}@phone.test>;q=1.0" for to in ("+6569999999", "101", "102")]
    plain.server.wait_for_answer(180, "INVITE", to=plain.called_by("+6531234567"))


def test_nobody_answering_is_redirected_after_the_time_set(plain):
    members = {"action": "forward", "number": "+6569999999", "after_seconds": 5}
    plain.application.do("settings", "set", "/no_answer", json.dumps(members))
    invite, began = plain.called_by("+6591234567"), time.monotonic()
    plain.server.wait_for_answer(180, "INVITE", to=invite)
    answer = plain.final(invite, 302)
    assert answer.all("Contact") == ["<sip:+6569999999@phone.test>;q=1.0"]
    assert 4.8 < time.monotonic() - began < 7.5


def test_the_number_set_goes_with_each_call(plain):
    plain.application.do("settings", "set", "/caller_id/number", '"+6531110000"')
    plain.application.do("call", "+6591234567")
    invite = plain.server.wait_for("INVITE")
    assert invite.get("P-Preferred-Identity") == "<sip:+6531110000@phone.test>"


def test_settings_kept_here_survive_kill_9_at_once(plain):
    plain.application.do("dnd", "on")
    kept: Path = next(plain.application.home.rglob("settings.json"))
    until(lambda: json.loads(kept.read_text())["accounts"]["100@phone.test"]["document"]["dnd"]["enabled"], "written")
    plain.application.kill()
    again = json.loads(kept.read_text())["accounts"]["100@phone.test"]
    assert again["document"]["dnd"] == {"enabled": True, "until": None}
