"""A plain SIP account: its settings are kept on this computer, and the softphone itself acts on them."""

from datetime import datetime, timezone

import pytest

from softphone.extension.call_rules import Rule
from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.failure import FailureKind, Refused
from softphone.phone.history import Outcome
from softphone.phone.kept_settings import KeptInMemory, KeptSettings
from softphone.phone.party import Party
from softphone.phone.phone import Phone, PhoneConfig
from softphone.phone.publisher import Topic
from softphone.phone.registration import RegistrationState
from softphone.phone.session import LINE
from softphone.phone.settings_change import SettingState
from tests.fakes.phone_ports import (
    HandClock,
    MemoryHistory,
    RecordingAccount,
    RecordingUserAgent,
    any_provisioning,
    incoming,
    make_phone,
    talking,
)

VIP, STRANGER = "+6531234567", "+6591110000"
ADDRESS = "100@phone.example.com"


class Scene:
    def __init__(self, store=None, **provisioning):
        self.store, self.user_agent, self.history, self.clock = (
            store or KeptInMemory(), RecordingUserAgent(), MemoryHistory(), HandClock(),
        )  # fmt: skip
        self.account = RecordingAccount()
        self.phone = Phone(
            self.user_agent, self.account, self.history, self.clock, PhoneConfig("i-1", region="SG"), self.store
        )
        self.phone.handle(ev.UserAgentReady("2.15"))
        self.phone.handle(ev.SipAccountLoaded(any_provisioning(**provisioning)))
        self.phone.handle(ev.RegistrationChanged(LINE, RegistrationState.REGISTERED))
        self.settings = self.phone.settings

    def called_by(self, number, call_id="in-1", **more):
        self.phone.handle(ev.InviteReceived(call_id, LINE, Party(number, "phone.example.com"), **more))
        return self.phone.calls.get(call_id)

    @property
    def refused(self):
        return [(one.code, one.contacts) for one in self.user_agent.of(cmd.Refuse)]

    def ended(self, call_id="in-1"):
        self.phone.handle(ev.CallDisconnected(call_id, self.user_agent.of(cmd.Refuse)[-1].code, by_remote=False))
        return self.history.entries[call_id]


@pytest.fixture
def scene():
    return Scene()


def test_settings_are_kept_here_saved_at_once_and_there_at_the_next_start(scene):
    assert scene.settings.kept_here
    scene.settings.change({"dnd": {"enabled": True}, "call_waiting": False}, what="Do not disturb")
    assert scene.settings.state("/dnd") is SettingState.SAVED
    assert scene.account.saves == []
    again = Scene(scene.store)
    assert again.settings.document.dnd.enabled
    assert not again.settings.document.call_waiting
    again.settings.change({"dnd": {"enabled": False}})
    again.settings.undo()
    assert again.settings.document.dnd.enabled


def test_settings_of_another_address_are_its_own(scene):
    scene.settings.change({"dnd": {"enabled": True}})
    assert not Scene(scene.store, username="200").settings.document.dnd.enabled


def test_a_kept_document_that_makes_no_sense_is_as_good_as_none():
    store = KeptInMemory()
    store.keep(ADDRESS, KeptSettings({"dnd": "yes", "call_waiting": False}))
    assert Scene(store).settings.document.call_waiting


def test_what_needs_a_phone_system_is_absent_and_cannot_be_changed(scene):
    for where in ("/dnd", "/dnd/until", "/forwarding/vip", "/call_waiting", "/no_answer/number", "/caller_id",
                  "/caller_id/number", "/network/tls"):  # fmt: skip
        assert scene.settings.available(where), where
    for where in ("/usage_limit", "/outbound_rule", "/devices", "/passcode", "/no_answer/emails",
                  "/no_answer/message/speech/text", "/caller_id/assigned", "/ring_devices", "/label",
                  "/network/stun"):  # fmt: skip
        assert not scene.settings.available(where), where
    with pytest.raises(Refused):
        scene.settings.change({"usage_limit": {"kind": "duration", "limit": 5}})


def test_what_is_wrong_is_refused_as_everywhere(scene):
    with pytest.raises(Refused) as refused:
        scene.settings.change({"no_answer": {"after_seconds": 90}})
    assert refused.value.failure.kind is FailureKind.INVALID


def test_do_not_disturb_refuses_with_486_and_nothing_is_said_but_in_the_history(scene):
    noticed = []
    scene.phone.on(Topic.INCOMING, noticed.append)
    scene.phone.on(Topic.MISSED, noticed.append)
    forwarding = {"enabled": True, "extensions": ["101"], "vip": [VIP]}
    scene.settings.change({"dnd": {"enabled": True}, "forwarding": forwarding})
    scene.called_by(VIP)
    assert scene.refused == [(486, ())]
    assert not scene.user_agent.of(cmd.Ring)
    entry = scene.ended()
    assert (entry.outcome, entry.rule, entry.missed) == (Outcome.MISSED, Rule.DO_NOT_DISTURB.value, True)
    assert noticed == []


def test_do_not_disturb_ends_when_its_time_is_past(scene):
    until = datetime.fromtimestamp(scene.clock.now() + 3600, timezone.utc).isoformat()
    scene.settings.change({"dnd": {"enabled": True, "until": until}})
    scene.called_by(STRANGER)
    assert scene.refused == [(486, ())]
    scene.clock.pass_(3601)
    assert scene.called_by(STRANGER, "in-2").ringing_here


def test_forwarding_sends_everyone_on_to_all_targets_at_once_and_vips_ring(scene):
    everywhere = {"enabled": True, "number": "+6569999999", "extensions": ["101", "102"], "vip": [VIP]}
    scene.settings.change({"forwarding": everywhere})
    scene.called_by(STRANGER)
    assert scene.refused == [(302, ("+6569999999", "101", "102"))]
    entry = scene.ended()
    assert (entry.outcome, entry.missed) == (Outcome.FORWARDED, False)
    assert scene.called_by(VIP, "in-2").ringing_here
    assert scene.phone.calls.get("in-2").rule == Rule.VIP.value


def test_a_vip_that_the_server_shows_in_national_format_rings(scene):
    scene.settings.change({"forwarding": {"enabled": True, "extensions": ["101"], "vip": [VIP]}})
    assert scene.called_by("31234567").ringing_here


def test_a_hidden_caller_is_no_vip(scene):
    scene.settings.change({"forwarding": {"enabled": True, "extensions": ["101"], "vip": [VIP]}})
    scene.phone.handle(ev.InviteReceived("in-1", LINE, Party("anonymous", "anonymous.invalid")))
    assert scene.refused == [(302, ("101",))]


def test_a_call_is_not_sent_back_to_where_it_was_forwarded_from(scene):
    scene.settings.change({"forwarding": {"enabled": True, "extensions": ["101"]}})
    scene.called_by(STRANGER, diverted_by=Party("101", "phone.example.com"))
    assert scene.refused == [(482, ())]


def test_without_call_waiting_a_second_call_is_busy(scene):
    scene.settings.change({"call_waiting": False})
    talking(scene.phone)
    scene.called_by(STRANGER, "in-2")
    assert scene.refused == [(486, ())]
    assert scene.ended("in-2").rule == Rule.BUSY.value


def test_nobody_answering_sends_the_call_on_after_the_time_set(scene):
    scene.settings.change({"no_answer": {"action": "forward", "number": "+6569999999", "after_seconds": 15}})
    call = scene.called_by(STRANGER)
    scene.clock.pass_(14)
    scene.phone.tick()
    assert call.ringing_here
    scene.clock.pass_(1)
    scene.phone.tick()
    assert scene.refused == [(302, ("+6569999999",))]
    assert scene.ended().outcome is Outcome.FORWARDED


def test_a_call_that_is_being_answered_is_not_sent_on(scene):
    scene.settings.change({"no_answer": {"action": "forward", "number": "+6569999999", "after_seconds": 5}})
    call = scene.called_by(STRANGER)
    scene.phone.calls.answer(call.id)
    scene.clock.pass_(60)
    scene.phone.tick()
    assert scene.refused == []


def test_hanging_up_after_the_time_set_lets_the_server_go_on(scene):
    scene.settings.change({"no_answer": {"action": "hang_up", "after_seconds": 5}})
    scene.called_by(STRANGER)
    scene.clock.pass_(5)
    scene.phone.tick()
    assert scene.refused == [(480, ())]
    assert scene.ended().missed


def test_voicemail_is_left_to_the_server(scene):
    call = scene.called_by(STRANGER)
    scene.clock.pass_(600)
    scene.phone.tick()
    assert call.ringing_here


def test_the_number_to_show_is_asked_for_with_each_call(scene):
    scene.settings.change({"caller_id": {"number": "+6531110000"}})
    assert scene.phone.call("+6591234567").caller_id == "+6531110000"
    assert scene.user_agent.of(cmd.MakeCall)[-1].caller_id == "+6531110000"


def test_another_number_can_be_shown_for_one_call(scene):
    scene.settings.change({"caller_id": {"number": "+6531110000"}})
    assert scene.phone.call("+6591234567", "+6531119999").caller_id == "+6531119999"


def test_a_hidden_number_asks_for_privacy_but_not_of_emergency_services(scene):
    scene.settings.change({"caller_id": {"number": "+6531110000"}})
    scene.settings.show_number(False)
    assert Scene(scene.store).settings.hide_number
    scene.phone.call("+6591234567")
    assert scene.user_agent.of(cmd.MakeCall)[-1].caller_id == "anonymous"
    again = Scene(scene.store)
    again.phone.call("995")
    assert again.user_agent.of(cmd.MakeCall)[-1].caller_id == "+6531110000"


def test_network_settings_act_on_the_line_at_once_and_at_the_next_start(scene):
    scene.settings.change({"network": {"tls": True, "local_sip_server_ip": "10.0.0.9"}})
    line = scene.user_agent.of(cmd.Register)[-1]
    assert (line.transport, line.local_sip_server_ip) == ("tls", "10.0.0.9")
    (only,) = Scene(scene.store).user_agent.of(cmd.Register)
    assert (only.transport, only.local_sip_server_ip) == ("tls", "10.0.0.9")


def test_tls_chosen_at_the_sign_in_shows_and_can_be_turned_off():
    scene = Scene(transports=("tls",))
    assert scene.settings.document.network.tls
    scene.settings.change({"network": {"tls": False}})
    assert scene.user_agent.of(cmd.Register)[-1].transport == "udp"


def test_the_child_may_ring_at_once_only_while_a_call_would_ring(scene):
    def armed():
        return scene.user_agent.of(cmd.ExpectCalls)[-1].ring_at_once

    assert armed()
    scene.settings.change({"dnd": {"enabled": True}})
    assert not armed()
    scene.settings.undo()
    assert armed()
    scene.settings.change({"forwarding": {"enabled": True, "extensions": ["101"]}})
    assert not armed()


# --- with an account, the phone system acts ---------------------------------------------------------------------------


def test_with_an_account_this_computer_is_silent_until_do_not_disturb_is_saved():
    phone, user_agent, *_ = make_phone()
    phone.settings.change({"dnd": {"enabled": True}})
    incoming(phone)
    assert user_agent.of(cmd.Refuse) == [cmd.Refuse("in-1", 486)], "never ring while the switch says quiet"


def test_with_an_account_what_is_saved_is_enforced_by_the_phone_system_alone():
    phone, user_agent, account, *_ = make_phone()
    phone.settings.change({"dnd": {"enabled": True}, "forwarding": {"enabled": True, "extensions": ["101"]}})
    (patch, _) = account.saves[-1]
    document = {**phone.session.document, **patch}
    phone.handle(ev.SettingsSaved(document, '"2"'))
    assert phone.settings.document.dnd.enabled
    incoming(phone)
    assert user_agent.of(cmd.Ring) == [cmd.Ring("in-1")], "it let the call through, so it has its reasons"


def test_with_an_account_the_phone_system_decides_who_is_shown():
    phone, user_agent, *_ = make_phone()
    phone.call("+6591234567")
    assert user_agent.of(cmd.MakeCall)[-1].caller_id is None
