"""A line tells the truth about its registration, and comes back by itself."""

from __future__ import annotations

import pytest

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.failure import FailureKind
from softphone.phone.registration import RegistrationState as State
from tests.system.user_agent_rig import LINE, Rig

TRANSPORTS = ["udp", "tcp", "tls"]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_server_that_is_killed_and_restarted_is_found_again_in_seconds(tmp_path, transport):
    with Rig(tmp_path, transport) as rig:
        rig.register()
        mark = rig.heard.mark
        rig.server.stop()
        failed = rig.heard.wait(ev.RegistrationChanged, since=mark, state=State.FAILED, timeout=7)
        assert failed.failure.kind is FailureKind.CONNECTION_LOST
        assert failed.retry_in is not None
        rig.server.start()
        rig.heard.wait(ev.RegistrationChanged, since=mark, state=State.REGISTERED, timeout=8)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_registration_goes_out_in_the_transports_own_name(tmp_path, transport):
    with Rig(tmp_path, transport) as rig:
        done = rig.register()
        request = rig.server.wait_for("REGISTER")
        assert request.uri == "sip:phone.test"
        assert request.get("Via").startswith(f"SIP/2.0/{transport.upper()} 127.0.0.1:")
        assert "6ba7b810-9dad-11d1-80b4-00c04fd430c8" in request.get("Contact")
        assert done.transport == transport
        assert done.server == rig.server.address
        if transport != "udp":
            assert f"transport={transport}" in request.get("Contact").lower()


def test_a_server_that_never_answers_is_told_within_seconds_and_tried_on(tmp_path):
    with Rig(tmp_path) as rig:
        rig.server.silent = True
        rig.send(rig.line())
        failed = rig.heard.wait(ev.RegistrationChanged, state=State.FAILED, timeout=6)
        assert failed.failure.kind is FailureKind.TIMED_OUT
        rig.server.silent = False
        rig.heard.wait(ev.RegistrationChanged, state=State.REGISTERED, timeout=6)


def test_another_authority_is_not_trusted_and_hears_no_sip(tmp_path):
    with Rig(tmp_path, "tls") as rig:
        rig.send(rig.line(ca_file=None))
        failed = rig.heard.wait(ev.RegistrationChanged, state=State.FAILED)
        assert failed.failure.kind is FailureKind.NOT_TRUSTED
        assert rig.server.bytes_received == 0


def test_a_certificate_for_another_domain_is_not_trusted(tmp_path):
    with Rig(tmp_path, "tls") as rig:
        rig.send(rig.line(domain="other.test"))
        failed = rig.heard.wait(ev.RegistrationChanged, state=State.FAILED)
        assert failed.failure.kind is FailureKind.NOT_TRUSTED
        assert rig.server.bytes_received == 0


@pytest.mark.parametrize(
    ("answer", "kind", "least"),
    [
        ((403, "Forbidden", []), FailureKind.FORBIDDEN, 30),
        ((404, "Not Found", []), FailureKind.FORBIDDEN, 30),
        ((500, "Oops", []), FailureKind.SERVER, 2),
        ((503, "Full", [("Retry-After", "47")]), FailureKind.SERVER, 47),
    ],
)
def test_a_refusal_says_why_and_when_the_next_try_is(tmp_path, answer, kind, least):
    with Rig(tmp_path) as rig:
        rig.server.answers["REGISTER"] = answer
        rig.send(rig.line())
        failed = rig.heard.wait(ev.RegistrationChanged, state=State.FAILED)
        assert (failed.failure.kind, failed.failure.code) == (kind, answer[0])
        assert failed.retry_in >= least


def test_trying_now_does_not_wait_for_the_schedule(tmp_path):
    with Rig(tmp_path) as rig:
        rig.server.answers["REGISTER"] = (403, "Forbidden", [])
        rig.send(rig.line())
        rig.heard.wait(ev.RegistrationChanged, state=State.FAILED)
        del rig.server.answers["REGISTER"]
        rig.send(cmd.RefreshRegistration(LINE))
        rig.heard.wait(ev.RegistrationChanged, state=State.REGISTERED, timeout=3)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_refreshing_a_registration_is_answered_and_keeps_calls(tmp_path, transport):
    with Rig(tmp_path, transport) as rig:
        rig.register()
        told = rig.called(rig.server.invite())
        rig.send(cmd.Ring(told.call_id))
        mark, since = rig.heard.mark, len(rig.server.received)
        rig.send(cmd.RefreshRegistration(LINE))
        rig.heard.wait(ev.RegistrationChanged, since=mark, state=State.REGISTERED)
        assert rig.server.wait_for("REGISTER", since=since).get("Expires") != "0"
        assert rig.heard.of(ev.CallDisconnected) == []


def test_a_name_that_cannot_be_found_is_server_not_found_or_no_network(tmp_path):
    with Rig(tmp_path) as rig:
        rig.send(rig.line(registrar="nowhere.invalid:5060"))
        failed = rig.heard.wait(ev.RegistrationChanged, state=State.FAILED, timeout=15)
        assert failed.failure.kind in (FailureKind.SERVER_NOT_FOUND, FailureKind.NO_NETWORK)


def test_a_host_name_of_this_computer_is_found(tmp_path):
    with Rig(tmp_path) as rig:
        rig.register(registrar=f"localhost:{rig.server.port}")


def test_the_local_server_address_goes_before_the_domain(tmp_path):
    with Rig(tmp_path, "tls") as rig:
        done = rig.register(registrar=f"pbx.phone.test:{rig.server.port}", local_sip_server_ip="127.0.0.1")
        assert done.server == rig.server.address


def test_registering_again_with_other_settings_takes_them_up(tmp_path):
    with Rig(tmp_path) as rig:
        rig.register()
        since = len(rig.server.received)
        rig.register(display_name='Alice "A" Tan\r\nX: y')
        senders = [m.get("From") for m in rig.server.received[since:] if m.start.startswith("REGISTER")]
        assert senders[-1].startswith('"Alice A Tan  X: y" <sip:100@phone.test>')


def test_messages_waiting_are_told(tmp_path):
    with Rig(tmp_path) as rig:
        rig.register()
        notify = rig.server.invite(sdp=b"")
        notify.start = notify.start.replace("INVITE", "NOTIFY")
        notify.set("CSeq", "1 NOTIFY")
        notify.set("Event", "message-summary")
        notify.set("Subscription-State", "active")
        notify.set("Content-Type", "application/simple-message-summary")
        notify.body = b"Messages-Waiting: yes\r\nMessage-Account: sip:100@phone.test\r\nVoice-Message: 3/5 (0/0)\r\n"
        rig.server.send(notify)
        waiting = rig.heard.wait(ev.MessageWaiting)
        assert (waiting.line_id, waiting.new, waiting.old) == (LINE, 3, 5)


def test_signing_out_while_the_server_is_away_ends_at_once(tmp_path):
    with Rig(tmp_path) as rig:
        rig.register()
        rig.server.silent = True
        rig.send(cmd.Unregister(LINE))
        rig.heard.wait(ev.RegistrationChanged, state=State.UNREGISTERED, timeout=2)
        rig.server.silent = False
        rig.register()
