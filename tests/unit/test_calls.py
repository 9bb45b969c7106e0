"""What the telephone does with its calls."""

import pytest

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.call import CallState, Intent
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.history import Outcome
from softphone.phone.publisher import Topic
from tests.fakes.phone_ports import incoming, make_phone, talking


def test_an_incoming_call_rings_and_is_announced_once():
    phone, user_agent, *_ = make_phone()
    announced = []
    phone.on(Topic.INCOMING, announced.append)
    call = incoming(phone)
    assert call.state is CallState.INCOMING
    assert cmd.Ring(call.id) in user_agent.sent
    assert user_agent.tone == "ringtone"
    assert announced == [call]


def test_a_call_that_rang_at_once_gets_no_second_180():
    phone, user_agent, *_ = make_phone()
    from softphone.phone.party import Party

    phone.handle(ev.InviteReceived("x", "line-1", Party("101"), ringing_sent=True))
    assert not user_agent.of(cmd.Ring)
    assert phone.calls.get("x").ringing_here


def test_answering_silences_and_answers():
    phone, user_agent, *_ = make_phone()
    call = incoming(phone)
    phone.calls.answer(call.id)
    assert user_agent.of(cmd.Answer) == [cmd.Answer(call.id)]
    assert user_agent.tone == "none"
    with pytest.raises(Refused):
        phone.calls.answer(call.id)


def test_declining_sends_603_and_is_no_missed_call():
    phone, user_agent, _, history, _ = make_phone()
    call = incoming(phone)
    phone.calls.decline(call.id)
    assert cmd.Refuse(call.id, 603) in user_agent.sent
    phone.handle(ev.CallDisconnected(call.id, 603, by_remote=False))
    assert history.entries[call.id].outcome is Outcome.DECLINED
    assert phone.missed_unseen == 0


def test_a_caller_who_gives_up_is_missed():
    phone, user_agent, _, history, _ = make_phone()
    missed = []
    phone.on(Topic.MISSED, missed.append)
    call = incoming(phone)
    phone.handle(ev.CallDisconnected(call.id, 487))
    assert history.entries[call.id].outcome is Outcome.MISSED
    assert phone.missed_unseen == 1
    assert [entry.id for entry in missed] == [call.id]
    assert user_agent.tone == "none"
    assert phone.calls.get(call.id) is None


def test_answered_on_another_device_is_not_missed():
    phone, _, _, history, _ = make_phone()
    call = incoming(phone)
    phone.handle(ev.CallDisconnected(call.id, 487, completed_elsewhere=True))
    assert history.entries[call.id].outcome is Outcome.ELSEWHERE
    assert phone.missed_unseen == 0


def test_a_second_call_waits_and_leaves_the_first_alone():
    phone, user_agent, *_ = make_phone()
    first = talking(phone)
    before = len(user_agent.sent)
    second = incoming(phone, "in-2", "+6599990000")
    assert user_agent.tone == "waiting"
    assert {type(c) for c in user_agent.sent[before:]} <= {cmd.Ring, cmd.PlayTone}
    assert first.talking
    assert second.ringing_here


def test_hold_and_answer():
    phone, user_agent, *_ = make_phone()
    first = talking(phone)
    second = incoming(phone, "in-2")
    phone.calls.answer(second.id, others="hold")
    kinds = [type(c) for c in user_agent.sent]
    assert kinds.index(cmd.Hold) < len(kinds) - 1 - kinds[::-1].index(cmd.Answer)
    assert first.held_local
    phone.handle(ev.CallConfirmed(second.id))
    assert phone.calls.active is second
    assert phone.calls.held == [first]


def test_end_and_answer_waits_for_the_end():
    phone, user_agent, *_ = make_phone()
    first = talking(phone)
    second = incoming(phone, "in-2")
    phone.calls.answer(second.id, others="end")
    assert cmd.HangUp(first.id) in user_agent.sent
    assert cmd.Answer(second.id) not in user_agent.sent
    phone.handle(ev.CallDisconnected(first.id, 200, by_remote=False))
    assert cmd.Answer(second.id) in user_agent.sent


def test_end_and_answer_when_the_second_caller_gave_up_meanwhile():
    phone, user_agent, *_ = make_phone()
    first = talking(phone)
    second = incoming(phone, "in-2")
    phone.calls.answer(second.id, others="end")
    phone.handle(ev.CallDisconnected(second.id, 487))
    phone.handle(ev.CallDisconnected(first.id, 200, by_remote=False))
    assert cmd.Answer(second.id) not in user_agent.sent


def test_declining_the_second_leaves_the_first_untouched():
    phone, user_agent, *_ = make_phone()
    first = talking(phone)
    second = incoming(phone, "in-2")
    phone.calls.decline(second.id)
    phone.handle(ev.CallDisconnected(second.id, 603, by_remote=False))
    assert first.talking
    assert not user_agent.of(cmd.Hold)
    assert user_agent.tone == "none"


def test_a_third_call_is_busy_and_missed():
    phone, user_agent, _, history, _ = make_phone()
    talking(phone)
    incoming(phone, "in-2")
    incoming(phone, "in-3")
    assert cmd.Refuse("in-3", 486) in user_agent.sent
    phone.handle(ev.CallDisconnected("in-3", 486, by_remote=False))
    assert history.entries["in-3"].outcome is Outcome.MISSED


def test_without_call_waiting_a_second_call_is_busy():
    from tests.fakes.phone_ports import any_document

    phone, user_agent, *_ = make_phone()
    phone.handle(ev.ExtensionLoaded(any_document(call_waiting=False), '"2"'))
    talking(phone)
    incoming(phone, "in-2")
    assert cmd.Refuse("in-2", 486) in user_agent.sent


def test_ending_one_of_two_resumes_the_other():
    phone, user_agent, *_ = make_phone()
    first = talking(phone)
    second = incoming(phone, "in-2")
    phone.calls.answer(second.id)
    phone.handle(ev.HoldChanged(first.id, True, False))
    phone.handle(ev.CallConfirmed(second.id))
    phone.calls.hang_up(second.id)
    phone.handle(ev.CallDisconnected(second.id, 200, by_remote=False))
    assert user_agent.of(cmd.Resume) == [cmd.Resume(first.id)]


def test_swap_holds_one_and_resumes_the_other():
    phone, user_agent, *_ = make_phone()
    first = talking(phone)
    second = incoming(phone, "in-2")
    phone.calls.answer(second.id)
    phone.handle(ev.HoldChanged(first.id, True, False))
    phone.handle(ev.CallConfirmed(second.id))
    phone.calls.swap()
    assert user_agent.of(cmd.Hold)[-1] == cmd.Hold(second.id)
    assert user_agent.of(cmd.Resume)[-1] == cmd.Resume(first.id)


def refused(call) -> ev.HoldRefused:
    return ev.HoldRefused(call.id, Failure(FailureKind.SERVER, 488))


def test_a_refused_hold_gives_the_sound_back_and_a_refused_resume_asks_no_more():
    phone, user_agent, *_ = make_phone()
    call = talking(phone)
    phone.calls.hold(call.id)
    phone.handle(refused(call))
    assert not call.held_local
    assert user_agent.last == cmd.Resume(call.id)
    for _ in range(5):
        phone.handle(refused(call))
    assert len(user_agent.of(cmd.Resume)) == 1
    assert call.held_local
    assert call.may(Intent.RESUME)


def test_a_refusal_for_a_call_that_ends_asks_nothing():
    phone, user_agent, *_ = make_phone()
    call = talking(phone)
    phone.calls.hold(call.id)
    phone.calls.hang_up(call.id)
    phone.handle(refused(call))
    assert not user_agent.of(cmd.Resume)


def test_hold_and_answer_while_a_resume_is_under_way_ends_nobody():
    phone, user_agent, *_ = make_phone()
    first = talking(phone)
    phone.calls.hold(first.id)
    phone.handle(ev.HoldChanged(first.id, True, False))
    phone.calls.resume(first.id)
    second = incoming(phone, "in-2")
    phone.calls.answer(second.id, others="hold")
    assert not user_agent.of(cmd.HangUp)
    assert user_agent.of(cmd.Hold)[-1] == cmd.Hold(first.id)
    phone.handle(ev.HoldChanged(first.id, False, False))
    assert first.held_local, "the late answer to the resume does not undo the hold"
    phone.handle(ev.HoldChanged(first.id, True, False))
    assert first.held_local
    assert not first.hold_pending


def test_answering_a_second_ringing_call_just_after_the_first_strands_neither():
    phone, *_ = make_phone()
    first, second = incoming(phone), incoming(phone, "in-2")
    phone.calls.answer(first.id)
    with pytest.raises(Refused):
        phone.calls.answer(second.id)
    assert second.may(Intent.ANSWER)
    assert second.may(Intent.DECLINE)
    phone.handle(ev.CallConfirmed(first.id))
    phone.calls.answer(second.id)
    assert first.held_local


def test_signing_out_ends_every_kind_of_call_and_declines_none():
    phone, user_agent, _, history, _ = make_phone()
    answered, ringing = incoming(phone), incoming(phone, "in-2")
    phone.calls.answer(answered.id)
    phone.sign_out()
    assert cmd.HangUp(answered.id) in user_agent.sent
    assert cmd.Refuse(ringing.id, 480) in user_agent.sent, "603 would end it on the desk phone too"
    assert history.entries[ringing.id].outcome is Outcome.MISSED


def test_the_service_ending_the_session_unregisters_whatever_call_is_ending():
    phone, user_agent, *_ = make_phone()
    call = talking(phone)
    phone.calls.hang_up(call.id)
    phone.handle(ev.SignedOut(None))
    assert user_agent.last == cmd.Unregister("line-1")


def test_at_the_end_of_the_program_the_history_is_complete():
    phone, _, _, history, clock = make_phone()
    call = talking(phone)
    clock.pass_(42)
    ringing = incoming(phone, "in-2")
    phone.calls.close()
    assert history.entries[call.id].talk_seconds == 42
    assert history.entries[ringing.id].outcome is Outcome.MISSED
    assert not history.entries[ringing.id].seen


def test_redialling_right_after_a_cancel_is_possible():
    phone, *_ = make_phone()
    phone.calls.hang_up(phone.call("101").id)
    assert phone.call("102").state is CallState.CALLING


def test_ringback_only_without_early_media():
    phone, user_agent, *_ = make_phone()
    call = phone.call("101")
    assert user_agent.tone == "none"
    phone.handle(ev.CallProgressed(call.id, 180))
    assert user_agent.tone == "ringback"
    phone.handle(ev.CallProgressed(call.id, 183, early_media=True))
    assert user_agent.tone == "none"


@pytest.mark.parametrize(
    ("code", "kind", "outcome"),
    [
        (486, FailureKind.BUSY, Outcome.BUSY),
        (600, FailureKind.BUSY, Outcome.BUSY),
        (603, FailureKind.DECLINED, Outcome.DECLINED),
        (404, FailureKind.NOT_IN_SERVICE, Outcome.FAILED),
        (480, FailureKind.UNREACHABLE, Outcome.FAILED),
        (408, FailureKind.NO_ANSWER, Outcome.NO_ANSWER),
        (403, FailureKind.NOT_ALLOWED, Outcome.FAILED),
        (488, FailureKind.NO_COMMON_MEDIA, Outcome.FAILED),
        (503, FailureKind.SERVER, Outcome.FAILED),
        (500, FailureKind.SERVER, Outcome.FAILED),
    ],
)
def test_a_refused_call_keeps_its_reason(code, kind, outcome):
    phone, _, _, history, _ = make_phone()
    call = phone.call("101")
    phone.handle(ev.CallDisconnected(call.id, code, "because"))
    assert call.failure.kind is kind
    assert history.entries[call.id].outcome is outcome
    assert phone.calls.get(call.id) is call, "the ended card still shows it"
    phone.calls.forget_ended(call.id)
    assert phone.calls.get(call.id) is None


def test_a_call_we_cancelled_is_no_failure():
    phone, user_agent, _, history, _ = make_phone()
    call = phone.call("102")
    phone.handle(ev.CallProgressed(call.id, 180))
    phone.calls.hang_up(call.id)
    assert cmd.HangUp(call.id) in user_agent.sent
    phone.handle(ev.CallDisconnected(call.id, 487, by_remote=False))
    assert call.failure is None
    assert history.entries[call.id].outcome is Outcome.CANCELLED


def test_dialling_while_talking_holds_the_first():
    phone, _user_agent, *_ = make_phone()
    first = talking(phone)
    phone.call("101")
    assert first.held_local
    with pytest.raises(Refused) as refused:
        phone.call("102")
    assert refused.value.failure.kind is FailureKind.TOO_MANY_CALLS


def test_mute_and_digits():
    phone, user_agent, *_ = make_phone()
    call = talking(phone)
    phone.calls.set_muted(call.id, True)
    assert call.muted
    assert user_agent.last == cmd.SetMuted(call.id, True)
    assert phone.calls.send_digits(call.id, " 4-2 0 # ") == "420#"
    assert cmd.SendDigits(call.id, "420#") in user_agent.sent
    with pytest.raises(Refused):
        phone.calls.send_digits(call.id, "hello?!")


def test_talk_time_runs_from_the_answer_to_the_end():
    phone, _, _, history, clock = make_phone()
    call = phone.call("101")
    clock.pass_(5)
    phone.handle(ev.CallConfirmed(call.id))
    clock.pass_(61)
    assert call.talk_seconds(clock.now()) == 61
    phone.handle(ev.CallDisconnected(call.id, 200))
    clock.pass_(100)
    assert history.entries[call.id].talk_seconds == 61
    assert history.entries[call.id].outcome is Outcome.ANSWERED


def test_the_history_row_says_answered_as_soon_as_it_is():
    phone, _, _, history, _ = make_phone()
    call = talking(phone)
    assert history.entries[call.id].outcome is Outcome.ANSWERED


def test_the_user_agent_dying_ends_every_call_with_its_reason():
    phone, _user_agent, _, history, _ = make_phone()
    first = talking(phone)
    incoming(phone, "in-2")
    phone.handle(ev.UserAgentDied("signal 6", 0.0))
    assert not phone.calls.alive
    assert first.failure.kind is FailureKind.CONNECTION_LOST
    assert history.entries["in-2"].outcome is Outcome.MISSED


def test_late_events_and_intents_are_quiet():
    phone, *_ = make_phone()
    phone.handle(ev.CallConfirmed("nobody"))
    phone.handle(ev.CallDisconnected("nobody", 487))
    with pytest.raises(Refused) as refused:
        phone.calls.answer("nobody")
    assert refused.value.failure.kind is FailureKind.NOT_NOW


def test_the_next_call_is_expected_only_while_there_is_none():
    phone, user_agent, *_ = make_phone()
    assert user_agent.of(cmd.ExpectCalls)[-1].ring_at_once
    call = incoming(phone)
    assert not user_agent.of(cmd.ExpectCalls)[-1:] or phone.calls.alive
    phone.handle(ev.CallDisconnected(call.id, 487))
    assert user_agent.of(cmd.ExpectCalls)[-1].ring_at_once


def test_a_silenced_call_still_can_be_answered():
    phone, user_agent, *_ = make_phone()
    call = incoming(phone)
    phone.silence(call.id)
    assert user_agent.tone == "none"
    phone.calls.answer(call.id)
    assert cmd.Answer(call.id) in user_agent.sent


def test_a_call_without_packets_and_without_registrar_ends_after_30_seconds():
    from softphone.phone.registration import RegistrationState

    phone, user_agent, *_ = make_phone()
    call = talking(phone)
    phone.handle(ev.MediaMeasured(call.id, quiet_seconds=60.0))
    assert not user_agent.of(cmd.HangUp), "the other side may simply be muted"
    phone.handle(ev.RegistrationChanged("line-1", RegistrationState.FAILED))
    phone.handle(ev.MediaMeasured(call.id, quiet_seconds=29.0))
    assert not user_agent.of(cmd.HangUp)
    phone.handle(ev.MediaMeasured(call.id, quiet_seconds=30.5))
    assert user_agent.of(cmd.HangUp) == [cmd.HangUp(call.id)]
    phone.handle(ev.CallDisconnected(call.id, 0, by_remote=False))
    assert call.failure.kind is FailureKind.CONNECTION_LOST


def test_a_new_call_puts_the_last_ones_card_away():
    phone, *_ = make_phone()
    busy = phone.call("103")
    phone.handle(ev.CallDisconnected(busy.id, 486))
    phone.call("101")
    assert phone.calls.get(busy.id) is None
