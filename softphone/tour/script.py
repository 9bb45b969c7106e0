"""What the tour does, step by step: each `yield` waits for something with a deadline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from softphone.phone.call import Call, CallState
from softphone.phone.phone import Phone
from softphone.phone.registration import RegistrationState
from softphone.phone.settings_change import SettingState
from softphone.tour.stage_hand import StageHand
from softphone.tour.wait import Wait


class Ears(Protocol):
    """The virtual sound card's two ends."""

    def speak(self) -> None:
        """Start to speak the test sentence into the microphone, recording the speaker."""

    def echo_heard(self) -> bool:
        """Whether the sentence has been spoken and its recording is complete."""

    def echo(self) -> tuple[float, float]:
        """(correlation 0-1, level change in dB) of what came back."""

    def listen(self) -> None:
        """Start to record the speaker."""

    def heard_for(self, seconds: float) -> bool: ...
    def level(self) -> float:
        """dBFS of what the speaker gave out since `listen`; stops the recording."""


MIN_CORRELATION, MAX_LEVEL_CHANGE_DB = 0.9, 3.0
BUSY_HERE = 486
SILENCE_DBFS, SPEECH_DBFS = -60.0, -45.0


def script(phone: Phone, hand: StageHand, ears: Ears) -> Iterator[Wait]:
    """The tour as one story."""
    yield from _sign_in(phone, hand)
    yield from _echo(phone, hand, ears)
    yield from _incoming(phone, hand)
    yield from _call_waiting(phone, hand)
    yield from _hold(phone, hand, ears)
    yield from _settings(phone, hand)
    yield from _the_end(phone, hand)


def _sign_in(phone: Phone, hand: StageHand) -> Iterator[Wait]:
    hand.say("Signing in to the local phone system")
    yield Wait(lambda: phone.registration.state is RegistrationState.REGISTERED, "registered", 40)
    yield Wait(lambda: phone.directory, "the directory")
    identity = phone.session.identity
    hand.say(f"Registered as {identity.label if identity else '?'} by {phone.registration.transport}")
    yield from hand.photograph("01-signed-in")


def _echo(phone: Phone, hand: StageHand, ears: Ears) -> Iterator[Wait]:
    hand.say("Calling the echo service by typing its number into the box")
    hand.type_into_box("*43")
    yield from hand.photograph("02-typed")
    hand.press_return_in_box()
    yield Wait(lambda: (c := phone.calls.active) and c.state is CallState.CONFIRMED and c.media_active, "echo answers")
    ears.speak()
    yield Wait(ears.echo_heard, "the test sentence comes back", 40)
    yield from hand.photograph("03-echo-call")
    correlation, change = ears.echo()
    hand.say(f"Echo heard: correlation {correlation:.3f}, level {change:+.1f} dB")
    hand.check(correlation > MIN_CORRELATION, f"the echo correlates over {MIN_CORRELATION}")
    hand.check(abs(change) < MAX_LEVEL_CHANGE_DB, f"its level is within {MAX_LEVEL_CHANGE_DB} dB")
    hand.click("End call")
    yield Wait(lambda: not phone.calls.alive, "the call ends")
    yield from hand.photograph("04-ended")
    hand.click_if_there("Close")


def _incoming(phone: Phone, hand: StageHand) -> Iterator[Wait]:
    hand.say("Asking somebody outside to call (*61)")
    call = phone.call("*61")
    yield Wait(lambda: call.state in (CallState.CONFIRMED, CallState.DISCONNECTED), "*61 is heard")
    if call.alive:
        phone.calls.hang_up(call.id)
    yield Wait(lambda: phone.calls.ringing, "somebody calls", 20)
    yield Wait(hand.incoming_shown, "the incoming window")
    yield from hand.photograph("05-incoming")
    yield from hand.photograph_incoming("05-incoming-window")
    hand.click_incoming("Answer")
    yield Wait(lambda: _talking(phone) is not None, "answered by a click")
    hand.say(f"Answered {phone.name_of(_talking(phone).remote)}")  # type: ignore[union-attr]
    hand.click_end()
    yield Wait(lambda: not phone.calls.alive, "ended")
    hand.click_if_there("Close")


def _call_waiting(phone: Phone, hand: StageHand) -> Iterator[Wait]:
    hand.say("104 will call back while we talk to 101")
    first = phone.call("104")
    yield Wait(lambda: first.state is CallState.CONFIRMED, "104 answers", 20)
    phone.calls.hang_up(first.id)
    yield Wait(lambda: not phone.calls.alive, "104 hung up")
    phone.calls.forget_ended(first.id)
    talk = phone.call("101")
    yield Wait(lambda: talk.state is CallState.CONFIRMED, "101 answers", 20)
    yield Wait(lambda: phone.calls.ringing, "104 calls back", 20)
    yield Wait(hand.incoming_shown, "the second call's window")
    hand.check(talk.talking, "the first call is left alone")
    yield from hand.photograph("06-call-waiting")
    yield from hand.photograph_incoming("06-call-waiting-window")
    hand.click_incoming("Hold & answer")
    yield Wait(lambda: talk.held_local and (c := _talking(phone)) is not None and c is not talk, "hold and answer")
    yield from hand.photograph("07-two-calls")
    hand.click_end()
    yield Wait(lambda: talk.talking and not talk.hold_pending, "the first call is back")


def _hold(phone: Phone, hand: StageHand, ears: Ears) -> Iterator[Wait]:
    hand.say("Hold is silence")
    ears.listen()
    yield Wait(lambda: ears.heard_for(3.0), "three seconds of 101")
    before = ears.level()
    hand.click("Hold")
    yield Wait(lambda: (c := phone.calls.active) and c.held_local and not c.hold_pending, "held")
    ears.listen()
    yield Wait(lambda: ears.heard_for(2.5), "two seconds on hold")
    held = ears.level()
    yield from hand.photograph("08-held")
    hand.say(f"Heard {before:.0f} dBFS before, {held:.0f} dBFS on hold")
    hand.check(before > SPEECH_DBFS, "101 was heard")
    hand.check(held < SILENCE_DBFS, "hold is silent")
    hand.click("Resume")
    yield Wait(lambda: _talking(phone) is not None and not _talking(phone).hold_pending, "resumed")  # type: ignore[union-attr]
    hand.click_end()
    yield Wait(lambda: not phone.calls.alive, "ended")
    hand.click_if_there("Close")


def _settings(phone: Phone, hand: StageHand) -> Iterator[Wait]:
    hand.say("A setting is saved by the phone system, and acts on the next call")
    hand.open_settings("do_not_disturb")
    yield from hand.photograph_settings("09-settings")
    phone.settings.change({"dnd": {"enabled": True}})
    yield Wait(lambda: phone.settings.state("/dnd") is SettingState.SAVED, "do not disturb is saved")
    yield from hand.photograph_settings("10-do-not-disturb")
    yield from hand.photograph("11-do-not-disturb-main")
    own = phone.call("100")  # one's own extension rings one's other devices: with do not disturb nobody's
    yield Wait(lambda: own.state is CallState.DISCONNECTED, "the call is refused", 20)
    hand.check(own.end_code == BUSY_HERE, "do not disturb refuses a call with 486")
    phone.settings.change({"dnd": {"enabled": False}})
    yield Wait(lambda: phone.settings.state("/dnd") is SettingState.SAVED, "calls come in again")
    hand.close_settings()
    hand.click_if_there("Close")


def _the_end(phone: Phone, hand: StageHand) -> Iterator[Wait]:
    yield Wait(lambda: not list(phone.calls), "every call is put away", 20)
    yield from hand.photograph("12-history")
    hand.dark(True)
    yield from hand.photograph("13-history-dark")
    hand.dark(False)
    hand.check(len(phone.history) >= 5, "the history has the calls")
    hand.say("Done")


def _talking(phone: Phone) -> Call | None:
    return next((c for c in phone.calls.alive if c.talking and c.media_active), None)
