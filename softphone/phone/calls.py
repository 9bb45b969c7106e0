"""The telephone's calls: events in, commands out, by the tables of `call.py`."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from softphone.extension.call_rules import Rule
from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.call import Call, CallState, Intent
from softphone.phone.call_list import CallList
from softphone.phone.failure import Failure, FailureKind, Refused, call_failure
from softphone.phone.history import HistoryEntry
from softphone.phone.number import DialTarget, digits_only
from softphone.phone.outcome import entry_of
from softphone.phone.party import Party
from softphone.phone.ports import Clock, HistoryStore, UserAgentPort
from softphone.phone.publisher import Publisher, Topic
from softphone.phone.screening import WITH_CALL_WAITING, Screening, ScreeningSettings, screen
from softphone.phone.tone import wanted_tone

log = logging.getLogger(__name__)

#: Seconds without a packet, and without the registrar, until a call is given up. A far end that is merely silent, or
#: muted, sends nothing either: so both must be gone.
LOST_AFTER = 30.0
#: Not answered here, and not refused by anyone: it may go on to ring the person's other devices.
HERE_ONLY = 480


class Calls(CallList):
    """All calls there are, in the order they began. Main thread only."""

    def __init__(
        self,
        user_agent: UserAgentPort,
        history: HistoryStore,
        clock: Clock,
        publisher: Publisher,
        settings: Callable[[], ScreeningSettings],
    ) -> None:
        super().__init__()
        self._user_agent = user_agent
        self._history = history
        self._clock = clock
        self._publisher = publisher
        self._settings = settings
        self._tone = "none"
        self._armed = False
        self._answer_when_ended: tuple[str, str] | None = None  # (call that ends, call to answer)

    # --- intents --------------------------------------------------------------------------------------------------

    def dial(self, line_id: str, target: DialTarget, caller_id: str | None = None) -> Call:
        """Place a call; the active one goes on hold first. Raises `Refused` when there are calls enough already."""
        up = [call for call in self.alive if not call.ending]
        if len(up) >= WITH_CALL_WAITING:
            raise Refused(Failure(FailureKind.TOO_MANY_CALLS))
        for other in up:
            if other.state is not CallState.CONFIRMED:
                raise Refused(Failure(FailureKind.NOT_NOW, detail="a call is being set up"))
        self._hold_others(None)
        for ended in [other for other in self._calls.values() if not other.alive]:
            self.forget_ended(ended.id)
        call = Call(
            id=uuid.uuid4().hex,
            line_id=line_id,
            outgoing=True,
            remote=Party(target.user, target.host),
            started_at=self._clock.now(),
            caller_id=caller_id,
        )
        self._calls[call.id] = call
        self._user_agent.send(cmd.MakeCall(call.id, line_id, target.uri, caller_id))
        self._record(call)
        self._changed(call)
        return call

    def answer(self, call_id: str, *, others: str = "hold") -> None:
        """Answer a ringing call; `others` says what happens to the call there is: "hold" or "end"."""
        call = self._require(call_id, Intent.ANSWER)
        busy = next((c for c in self.alive if c is not call and not c.ringing_here and not c.ending), None)
        if busy is not None and busy.state in (CallState.INCOMING, CallState.CONNECTING):
            raise Refused(Failure(FailureKind.NOT_NOW, detail="the other call is just being answered"))
        if busy is not None and (others == "end" or busy.state is not CallState.CONFIRMED):
            # Answered once the other has ended, so that the two are never heard together. A call that is still being
            # placed cannot be held.
            self.hang_up(busy.id)
            self._answer_when_ended = (busy.id, call.id)
            call.answering = True
        else:
            self._hold_others(call)
            call.answering = True
            self._user_agent.send(cmd.Answer(call.id))
        self._changed(call)

    def decline(self, call_id: str) -> None:
        call = self._require(call_id, Intent.DECLINE)
        self._refuse(call, 603)

    def hang_up(self, call_id: str) -> None:
        """End, cancel or decline, whichever the call's state means."""
        call = self._calls.get(call_id)
        if call is not None and call.may(Intent.DECLINE):
            self.decline(call_id)
            return
        call = self._require(call_id, Intent.HANG_UP)
        call.ending = True
        self._user_agent.send(cmd.HangUp(call.id))
        self._changed(call)

    def hold(self, call_id: str) -> None:
        call = self._require(call_id, Intent.HOLD)
        self._hold(call)
        self._changed(call)

    def resume(self, call_id: str) -> None:
        """Resume; another call that is being talked on goes on hold."""
        call = self._require(call_id, Intent.RESUME)
        self._hold_others(call)
        self._resume(call)
        self._changed(call)

    def swap(self) -> None:
        """Change between the two calls."""
        if self.held:
            self.resume(self.held[-1].id)

    def set_muted(self, call_id: str, muted: bool) -> None:
        call = self._require(call_id, Intent.MUTE)
        call.muted = muted
        self._user_agent.send(cmd.SetMuted(call.id, muted))
        self._changed(call)

    def send_digits(self, call_id: str, text: str) -> str:
        """Send the digits of a typed or pasted text; returns what is sent. Raises `Refused` when it has none."""
        call = self._require(call_id, Intent.SEND_DIGITS)
        digits = digits_only(text)
        if not digits:
            raise Refused(Failure(FailureKind.BAD_NUMBER, detail=text[:40]))
        call.digits_sent += digits
        self._user_agent.send(cmd.SendDigits(call.id, digits))
        if len(digits) == 1:
            self._user_agent.send(cmd.PlayDigit(digits))
        self._changed(call)
        return digits

    def silence(self, call_id: str) -> None:
        """Stop the sound of a ringing call; it can still be answered."""
        call = self._require(call_id, Intent.DECLINE)
        call.silenced = True
        self._changed(call)

    def end_all(self) -> None:
        """Whatever there is ends; nothing is refused. A ringing call goes on to ring the person's other devices."""
        for call in self.alive:
            if call.ringing_here:
                self._refuse(call, HERE_ONLY)
            elif not call.ending:
                call.ending = True
                self._user_agent.send(cmd.HangUp(call.id))
                self._changed(call)

    def close(self) -> None:
        """The program ends: calls end, and the history says so now, since nobody will hear the user agent's word."""
        self.end_all()
        for call in self.alive:
            self.handle(ev.CallDisconnected(call.id, 0, by_remote=False))

    def forget_ended(self, call_id: str) -> None:
        """The ended card was closed."""
        call = self._calls.get(call_id)
        if call is not None and not call.alive:
            del self._calls[call_id]
            self._publisher.publish(Topic.CALLS, call)

    # --- events ---------------------------------------------------------------------------------------------------

    def invite_received(self, event: ev.InviteReceived) -> None:
        self._armed = False
        decision = self._screen(event)
        call = Call(
            id=event.call_id,
            line_id=event.line_id,
            outgoing=False,
            remote=event.remote,
            started_at=self._clock.now(),
            state=CallState.INCOMING,
            called=event.called,
            diverted_by=event.diverted_by,
            transferred_by=event.transferred_by,
            rule=decision.rule.value,
        )
        self._calls[call.id] = call
        if decision.refuse_with is not None:
            self._refuse(call, decision.refuse_with, decision.forward_to)
            return
        if decision.no_answer is not None:
            call.ring_at_most(decision.no_answer)
        if not event.ringing_sent:
            self._user_agent.send(cmd.Ring(call.id))
        call.rang = True
        self._record(call)
        self._changed(call)
        self._publisher.publish(Topic.INCOMING, call)

    def handle(self, event: object) -> None:
        """Events that carry a call id."""
        call = self._calls.get(getattr(event, "call_id", ""))
        if call is None or not call.alive:
            log.debug("late %s", type(event).__name__)
            return
        call.follow(event)
        if isinstance(event, ev.CallProgressed):
            call.rang = call.rang or event.code in (180, 183)
            call.early_media = call.early_media or event.early_media
        elif isinstance(event, ev.CallConfirmed):
            call.answered_at = call.answered_at or self._clock.now()
            self._record(call)
        elif isinstance(event, ev.HoldChanged):
            self._hold_changed(call, event)
        elif isinstance(event, ev.HoldRefused):
            self._hold_refused(call)
        elif isinstance(event, ev.MediaChanged):
            call.media_active, call.codec, call.clock_rate = event.active, event.codec, event.clock_rate
            call.srtp, call.signalling = event.srtp, event.signalling
        elif isinstance(event, ev.MediaMeasured):
            call.measured = event
        elif isinstance(event, ev.DigitReceived):
            call.digits_received = (call.digits_received + event.digit)[-64:]
        elif isinstance(event, ev.TransferProgressed):
            call.transfer = "ringing" if not event.final else ("done" if event.code < 300 else "failed")
        elif isinstance(event, ev.CallDisconnected):
            self._disconnected(call, event)
            return
        self._changed(call)

    def tick(self) -> None:
        """Time has passed: what nobody has answered for long enough is sent on. Worth calling while a call rings."""
        now = self._clock.now()
        for call in self.ringing:
            if call.no_answer is not None and call.no_answer_at is not None and now >= call.no_answer_at:
                forward = call.no_answer.number
                self._refuse(call, 302 if forward else HERE_ONLY, (forward,) if forward else ())

    def connection_lost(self) -> None:
        """The registrar is out of reach: calls that have heard nothing either for `LOST_AFTER` seconds end."""
        for call in self.alive:
            quiet = call.measured.quiet_seconds if call.measured else 0.0
            if quiet >= LOST_AFTER and call.talking and not call.held_remote and call.may(Intent.HANG_UP):
                call.failure = Failure(FailureKind.CONNECTION_LOST)
                self.hang_up(call.id)

    def user_agent_died(self) -> None:
        """Whatever the child held is gone; calls are shown as ended, with their reason."""
        self._armed, self._tone, self._answer_when_ended = False, "none", None
        lost = Failure(FailureKind.CONNECTION_LOST)
        for call in self.alive:
            self.handle(ev.CallDisconnected(call.id, 0, by_remote=False, failure=lost))

    def settings_changed(self) -> None:
        self._settle()

    def user_agent_ready(self) -> None:
        self._armed, self._tone = False, "none"
        self._settle()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _require(self, call_id: str, intent: Intent) -> Call:
        call = self._calls.get(call_id)
        if call is None or not call.may(intent):
            raise Refused(Failure(FailureKind.NOT_NOW, detail=intent.value))
        return call

    def _refuse(self, call: Call, code: int, forward_to: tuple[str, ...] = ()) -> None:
        call.ending, call.refused_with = True, code
        self._user_agent.send(cmd.Refuse(call.id, code, forward_to))
        self._record(call)
        self._changed(call)

    def _screen(self, event: ev.InviteReceived | None) -> Screening:
        """None: a call of nobody in particular, to know whether any rings."""
        return screen(self.alive, self._settings(), event, self._clock.now())

    def _hold(self, call: Call) -> None:
        call.hold_pending, call.held_local, call.hold_since = True, True, self._clock.now()
        self._user_agent.send(cmd.Hold(call.id))

    def _resume(self, call: Call) -> None:
        call.hold_pending, call.held_local = True, False
        self._user_agent.send(cmd.Resume(call.id))

    def _hold_others(self, wanted: Call | None) -> None:
        for other in self.alive:
            # Also one whose resume is still under way: the user agent pursues the last wish.
            if other is not wanted and other.state is CallState.CONFIRMED and not (other.held_local or other.ending):
                self._hold(other)

    def _hold_changed(self, call: Call, event: ev.HoldChanged) -> None:
        if (event.local or event.remote) and not (call.held_local or call.held_remote):
            call.hold_since = self._clock.now()
        call.held_remote = event.remote
        if call.hold_pending and event.local != call.held_local:
            return  # the answer to an earlier wish; the last one's is still to come
        call.hold_pending, call.held_local = False, event.local

    def _hold_refused(self, call: Call) -> None:
        """The other side refused the re-INVITE, so the call stays as it was. Asked once, never again by itself.

        A refused hold keeps its sound cut off here while another call is talked on.
        """
        if call.ending or not call.hold_pending:
            return
        if not call.held_local:  # the resume was refused: still held, the person may try again
            call.hold_pending, call.held_local = False, True
        elif any(c.talking for c in self.alive if c is not call):
            call.hold_pending = False
        else:
            self._resume(call)

    def _disconnected(self, call: Call, event: ev.CallDisconnected) -> None:
        call.ended_at = self._clock.now()
        call.end_code, call.end_reason = event.code, event.reason
        call.completed_elsewhere = event.completed_elsewhere
        call.failure = event.failure or call.failure
        if call.failure is None and call.outgoing and call.answered_at is None and not call.ending:
            call.failure = call_failure(event.code, event.reason)
        entry = self._record(call)
        self._changed(call)
        if entry.missed and entry.rule != Rule.DO_NOT_DISTURB.value:
            self._publisher.publish(Topic.MISSED, entry)
        self._after_end(call)
        if not call.outgoing and call.answered_at is None:
            self.forget_ended(call.id)

    def _after_end(self, call: Call) -> None:
        """End & answer goes on to its answer; otherwise ending one of two calls resumes the other."""
        if self._answer_when_ended and self._answer_when_ended[0] == call.id:
            _, waiting = self._answer_when_ended
            self._answer_when_ended = None
            next_call = self._calls.get(waiting)
            if next_call is not None and next_call.state is CallState.INCOMING:
                self._user_agent.send(cmd.Answer(next_call.id))
            return
        up = [c for c in self.alive if not c.ringing_here and not c.ending]
        if call.answered_at is not None and len(up) == 1 and up[0].may(Intent.RESUME):
            self._resume(up[0])
            self._changed(up[0])

    def _record(self, call: Call) -> HistoryEntry:
        entry = entry_of(call, self._clock.now())
        self._history.save(entry)
        self._publisher.publish(Topic.HISTORY, entry)
        return entry

    def _changed(self, call: Call) -> None:
        self._settle()
        self._publisher.publish(Topic.CALLS, call)

    def _settle(self) -> None:
        """Tone and expectation follow from the calls there are; sent only when they change."""
        tone = wanted_tone(self.alive)
        if tone != self._tone:
            self._tone = tone
            self._user_agent.send(cmd.PlayTone(tone))
        expect = not self.alive and self._screen(None).rings
        if expect != self._armed:
            self._armed = expect
            self._user_agent.send(cmd.ExpectCalls(expect))
