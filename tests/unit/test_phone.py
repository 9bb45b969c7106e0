"""Sign-in, registration and what follows from them."""

import pytest

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.party import Party
from softphone.phone.phone import Phone, PhoneConfig
from softphone.phone.publisher import Topic
from softphone.phone.registration import RegistrationState
from softphone.phone.secret import Secret
from softphone.phone.session import LINE, SessionState
from tests.fakes.phone_ports import (
    ANY_PASSWORD,
    HandClock,
    MemoryHistory,
    RecordingAccount,
    RecordingUserAgent,
    any_document,
    any_provisioning,
    any_session,
    make_phone,
    talking,
)


def registration(state: RegistrationState, kind: FailureKind | None = None, **more) -> ev.RegistrationChanged:
    return ev.RegistrationChanged(LINE, state, Failure(kind) if kind else None, **more)


def test_signing_in_asks_the_service_and_registers():
    phone, user_agent, account, *_ = make_phone(signed_in=False)
    phone.session.sign_in("alice@example.com", ANY_PASSWORD)
    assert phone.session.state is SessionState.SIGNING_IN
    assert account.asked[-1][:2] == ("sign_in", "alice@example.com")
    phone.handle(ev.SessionOpened(any_session()))
    phone.handle(ev.ProvisioningLoaded(any_provisioning()))
    (line,) = user_agent.of(cmd.Register)
    assert (line.username, line.domain, line.password) == ("100", "phone.example.com", Secret("sip secret"))


@pytest.mark.parametrize("bad", ["", "alice", "alice@", "@example.com", "alice@nowhere", "a b@example.com"])
def test_an_email_that_is_none_is_refused_without_asking(bad):
    phone, _, account, *_ = make_phone(signed_in=False)
    phone.session.sign_in(bad, ANY_PASSWORD)
    assert phone.session.failure.kind is FailureKind.BAD_ADDRESS
    assert not [a for a in account.asked if a[0] == "sign_in"]


def test_a_refused_sign_in_can_be_tried_again_in_the_place_of_a_device():
    phone, _, account, *_ = make_phone(signed_in=False)
    phone.session.sign_in("alice@example.com", ANY_PASSWORD, service="https://x/api")
    phone.handle(ev.SignInRefused(Failure(FailureKind.DEVICE_LIMIT, 409)))
    assert phone.session.state is SessionState.SIGNED_OUT
    phone.session.replace_device("d2")
    assert account.asked[-1] == ("sign_in", "alice@example.com", ANY_PASSWORD, "https://x/api", "d2", True)


def test_a_cancelled_sign_in_is_over():
    phone, _, account, *_ = make_phone(signed_in=False)
    phone.session.sign_in("alice@example.com", ANY_PASSWORD)
    phone.cancel_sign_in()
    assert phone.session.state is SessionState.SIGNED_OUT
    assert account.asked[-1] == ("cancel_sign_in",)


def test_a_sip_account_is_kept_once_its_registrar_agrees():
    phone, user_agent, account, *_ = make_phone(signed_in=False)
    phone.sign_in_sip("100@sip.example.com", ANY_PASSWORD, server="10.0.0.1:5070", transport="tcp")
    (line,) = user_agent.of(cmd.Register)
    assert (line.domain, line.registrar, line.transport) == ("sip.example.com", "10.0.0.1:5070", "tcp")
    assert phone.session.state is SessionState.SIGNING_IN
    phone.handle(registration(RegistrationState.REGISTERED))
    assert phone.session.state is SessionState.SIGNED_IN
    assert account.asked[-1][0] == "keep_sip_account"
    assert phone.session.identity.address == "100@sip.example.com"


def test_a_sip_account_that_is_refused_is_not_kept():
    phone, user_agent, account, *_ = make_phone(signed_in=False)
    phone.sign_in_sip("100@sip.example.com", ANY_PASSWORD)
    phone.handle(registration(RegistrationState.FAILED, FailureKind.FORBIDDEN))
    assert phone.session.state is SessionState.SIGNED_OUT
    assert phone.session.failure.kind is FailureKind.FORBIDDEN
    assert cmd.Unregister(LINE) in user_agent.sent
    assert not [a for a in account.asked if a[0] == "keep_sip_account"]


@pytest.mark.parametrize("bad", ["100", "@sip.example.com", "100@", "1 0@sip.example.com", "a" * 300 + "@x.com"])
def test_a_sip_address_that_is_none_is_refused(bad):
    phone, user_agent, *_ = make_phone(signed_in=False)
    phone.sign_in_sip(bad, ANY_PASSWORD)
    assert phone.session.failure.kind is FailureKind.BAD_ADDRESS
    assert not user_agent.of(cmd.Register)


def test_signing_out_ends_calls_and_unregisters():
    phone, user_agent, account, *_ = make_phone()
    call = talking(phone)
    phone.sign_out()
    assert cmd.HangUp(call.id) in user_agent.sent
    assert user_agent.last == cmd.Unregister(LINE)
    assert account.asked[-1] == ("sign_out",)
    assert phone.registration.state is RegistrationState.UNREGISTERED


def test_the_service_ending_the_session_signs_out_with_its_reason():
    phone, user_agent, *_ = make_phone()
    phone.handle(ev.SignedOut(Failure(FailureKind.REPLACED, detail="OFFICE-PC")))
    assert phone.session.state is SessionState.SIGNED_OUT
    assert phone.session.failure.kind is FailureKind.REPLACED
    assert cmd.Unregister(LINE) in user_agent.sent


def test_a_new_child_gets_the_line_again():
    phone, user_agent, *_ = make_phone()
    phone.handle(ev.UserAgentDied("signal 9", 0.0))
    assert phone.registration.state is RegistrationState.FAILED
    before = len(user_agent.of(cmd.Register))
    phone.handle(ev.UserAgentReady("2.15"))
    assert len(user_agent.of(cmd.Register)) == before + 1
    assert user_agent.of(cmd.SelectSound)


def test_the_same_provisioning_again_does_not_register_again():
    phone, user_agent, *_ = make_phone()
    before = len(user_agent.of(cmd.Register))
    phone.handle(ev.ProvisioningLoaded(any_provisioning(revision="2")))
    assert len(user_agent.of(cmd.Register)) == before
    phone.handle(ev.ProvisioningLoaded(any_provisioning(password=Secret("renewed"))))
    assert len(user_agent.of(cmd.Register)) == before + 1


def test_changed_network_settings_have_the_line_provisioned_anew():
    phone, user_agent, account, *_ = make_phone()
    phone.handle(ev.ExtensionLoaded(any_document(network={"tls": False, "local_sip_server_ip": None}), '"2"'))
    already = account.asked.count(("refresh",))
    phone.handle(ev.SettingsSaved(any_document(network={"tls": True, "local_sip_server_ip": "10.0.0.9"}), '"3"'))
    assert account.asked.count(("refresh",)) == already + 1
    phone.handle(ev.ProvisioningLoaded(any_provisioning(registrar="10.0.0.9:5061", transports=("tls",))))
    line = user_agent.of(cmd.Register)[-1]
    assert (line.transport, line.local_sip_server_ip, line.registrar) == ("tls", "10.0.0.9", "10.0.0.9:5061")


def test_a_forbidden_registration_reads_the_provisioning_again_once():
    phone, _, account, *_ = make_phone()
    phone.handle(registration(RegistrationState.FAILED, FailureKind.FORBIDDEN))
    phone.handle(registration(RegistrationState.FAILED, FailureKind.FORBIDDEN))
    assert account.asked.count(("refresh",)) == 1


def test_nobody_calls_while_offline():
    phone, *_ = make_phone()
    phone.handle(registration(RegistrationState.FAILED, FailureKind.NO_NETWORK, retry_in=8.0))
    assert not phone.can_call
    assert phone.registration.next_try == phone.now() + 8
    with pytest.raises(Refused) as refused:
        phone.call("101")
    assert refused.value.failure.kind is FailureKind.NO_NETWORK


@pytest.mark.parametrize("caller_id", [
    {"mode": "random", "number": None, "assigned": ["+6561230001", "+6561230002"], "numbers": []},
    {"mode": "random", "number": None, "assigned": ["+6561230001"], "numbers": ["+442079460000"]},
    {"mode": "random", "number": None, "assigned": [], "numbers": ["+6561230001"]},
    {"mode": "fixed", "number": "+6561230001", "assigned": ["+442079460000"], "numbers": []},
])  # fmt: skip
def test_the_country_is_that_of_the_number_shown_or_of_the_list_it_is_drawn_from(caller_id):
    phone, *_ = make_phone()
    phone.handle(ev.ExtensionLoaded(any_document() | {"caller_id": caller_id}, "v2"))
    assert phone.session.region == "SG"


def test_national_numbers_are_dialled_in_the_country_of_the_caller_id():
    phone, user_agent, *_ = make_phone()
    phone.call("6789 0123")
    assert user_agent.of(cmd.MakeCall)[-1].target == "+6567890123"


def test_names_come_from_the_directory_then_the_wire_then_the_number():
    from softphone.phone.account import DirectoryEntry

    phone, *_ = make_phone()
    phone.handle(ev.DirectoryLoaded((DirectoryEntry("101", "Arun Krishnan"),)))
    assert phone.name_of(Party("101", "phone.example.com", "wire")) == "Arun Krishnan"
    assert phone.name_of(Party("101", "elsewhere.example", "wire")) == "wire"
    assert phone.name_of(Party("+6567890123", "phone.example.com")) == "+65 6789 0123"
    assert phone.name_of(Party("anonymous", "anonymous.invalid")) == ""
    assert phone.number_of(Party("bob", "elsewhere.example")) == "bob@elsewhere.example"


def test_seen_missed_calls_stay_seen():
    from tests.fakes.phone_ports import incoming

    phone, _, _, history, clock = make_phone()
    call = incoming(phone)
    phone.handle(ev.CallDisconnected(call.id, 487))
    assert phone.missed_unseen == 1
    clock.pass_(1)
    phone.missed_seen()
    assert phone.missed_unseen == 0
    assert history.seen_before == clock.now()


def test_a_listener_that_fails_does_not_stop_the_others(caplog):

    phone, *_ = make_phone()
    heard = []

    def broken(_):
        raise RuntimeError("window gone")

    phone.on(Topic.MAILBOX, broken)
    phone.on(Topic.MAILBOX, heard.append)
    phone.handle(ev.MessageWaiting(LINE, 3))
    assert heard == [None]
    assert "failed" in caplog.text
    assert phone.mailbox_new == 3


def test_a_session_that_opens_after_it_was_cancelled_is_not_taken():
    phone, user_agent, *_ = make_phone(signed_in=False)
    phone.session.sign_in("alice@example.com", ANY_PASSWORD)
    phone.cancel_sign_in()
    phone.handle(ev.SessionOpened(any_session()))
    phone.handle(ev.ProvisioningLoaded(any_provisioning()))
    assert phone.session.state is SessionState.SIGNED_OUT
    assert not user_agent.of(cmd.Register)


def test_what_the_service_refused_is_forgotten_with_the_sign_out():
    phone, *_ = make_phone()
    phone.handle(ev.ServiceReached(Failure(FailureKind.NO_NETWORK)))
    phone.sign_out()
    assert phone.session.service_failure is None


def test_each_sound_device_has_its_own_trouble():
    phone, *_ = make_phone()
    phone.handle(ev.SoundTrouble("speaker_lost", "speaker"))
    phone.handle(ev.SoundTrouble("no_microphone", "microphone"))
    assert phone.sound_trouble == "no_microphone"
    phone.handle(ev.SoundTrouble("found", "ringer"))
    assert phone.sound_trouble == "no_microphone"
    phone.handle(ev.SoundTrouble("found", "microphone"))
    assert phone.sound_trouble == "speaker_lost"
    phone.handle(ev.SoundTrouble("found", "speaker"))
    assert phone.sound_trouble == ""


def test_the_trouble_of_a_user_agent_that_died_is_over():
    phone, *_ = make_phone()
    phone.handle(ev.SoundTrouble("no_microphone", "microphone"))
    told = []
    phone.on(Topic.SOUND, told.append)
    phone.handle(ev.UserAgentDied("signal 6", 0.0))
    assert phone.sound_trouble == ""
    assert told


def test_a_preset_service_is_asked_unless_another_is_typed():
    account = RecordingAccount()
    config = PhoneConfig(instance_id="installation-1", service="https://preset/api/v1")
    phone = Phone(RecordingUserAgent(), account, MemoryHistory(), HandClock(), config)
    phone.handle(ev.NothingSaved())
    phone.session.sign_in("alice@example.com", ANY_PASSWORD)
    phone.cancel_sign_in()
    phone.session.sign_in("alice@example.com", ANY_PASSWORD, service="https://typed/api/v1")
    assert [asked[3] for asked in account.asked if asked[0] == "sign_in"] == [
        "https://preset/api/v1",
        "https://typed/api/v1",
    ]
