"""One call leg: PJSIP's call, and what the telephone is told of it. It decides nothing."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import pjsua2 as pj

from softphone.phone.events import (
    CallAnswered,
    CallConfirmed,
    CallDisconnected,
    CallProgressed,
    DigitReceived,
    TransferProgressed,
)
from softphone.phone.failure import Failure, FailureKind
from softphone.sip import translate
from softphone.sip.account_config import MAX_URI, BadTarget, request_uri
from softphone.sip.guard import guard
from softphone.sip.leg_digits import LegDigits
from softphone.sip.leg_hold import LegHold
from softphone.sip.leg_media import LegMedia
from softphone.sip.timers import Timer

if TYPE_CHECKING:
    from softphone.sip.line import Line
    from softphone.sip.user_agent import UserAgent

log = logging.getLogger("call")

#: Final answers go out no sooner: each call holds two media sockets for half a second, and a burst of INVITEs that
#: are refused at once runs PJSIP out of handles, which it answers with abort().
REFUSE_NOT_BEFORE = 0.5
#: What an INVITE gets that nobody declined: a 6xx would end it on the person's other devices too (RFC 3261 16.7).
HERE_ONLY = 480
#: Our own end of a call is told after this long, whether or not the other side has confirmed it.
ENDED_AFTER = 2.0
#: Nothing at all heard to our INVITE, not even 100.
NO_ANSWER_SECONDS = 12.0


class CallLeg(pj.Call):
    def __init__(self, user_agent: UserAgent, line: Line, call_id: str, pj_id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(line.account, pj_id)
        self.user_agent = user_agent
        self.line = line
        self.call_id = call_id
        self.incoming = pj_id != pj.PJSUA_INVALID_ID
        self.began = time.monotonic()
        self.state = pj.PJSIP_INV_STATE_NULL
        self.started = self.incoming  # PJSIP aborts on nearly any method of a call that never started
        self.decided = False  # the telephone has said what becomes of this INVITE
        self.ended_by_us = False
        self.ended_told = False
        self.refused_code = 0
        self.elsewhere = False
        self.answered = False
        self.provisional: tuple[int, bool] | None = None
        self.last_code, self.last_reason = 0, ""
        self.media = LegMedia(self)
        self.hold = LegHold(self)
        self.digits = LegDigits(self)
        self._deadline: Timer | None = None

    # --- asked by the telephone -------------------------------------------------------------------------------------

    def invite(self, uri: str, headers: list[tuple[str, str]], sender: str = "") -> None:
        """`sender` stands in From in place of the line's own address. Raises pj.Error."""
        prm = pj.CallOpParam(True)
        prm.opt.audioCount, prm.opt.videoCount = 1, 0
        if sender:
            prm.txOption.localUri = sender
        add_headers(prm, headers)
        self.user_agent.audio.leg_begins(self.call_id)
        self.makeCall(uri, prm)
        self.started = True
        self._deadline = self.user_agent.timers.after(NO_ANSWER_SECONDS, self._nothing_heard)

    def ring(self) -> None:
        self.decided = True
        if self.state in (pj.PJSIP_INV_STATE_INCOMING, pj.PJSIP_INV_STATE_NULL) and not self.ended_by_us:
            self._answer(180)

    def answer_call(self) -> None:
        self.decided = True
        if self._unanswered():
            self._cancel_deadline()
            self.user_agent.audio.leg_begins(self.call_id)
            self._answer(200)

    def refuse(self, code: int, contacts: tuple[str, ...] = ()) -> None:
        """A final answer, late enough (see REFUSE_NOT_BEFORE)."""
        self.decided = True
        if not self._unanswered() or self.ended_by_us:
            return
        self.ended_by_us, self.refused_code = True, code
        self._cancel_deadline()
        wait = max(0.0, REFUSE_NOT_BEFORE - (time.monotonic() - self.began))
        headers = self._contacts(contacts)
        self._deadline = self.user_agent.timers.after(wait, lambda: self._refuse_now(code, headers))

    def hang_up(self) -> None:
        if self.incoming and self._unanswered():
            self.refuse(HERE_ONLY)
            return
        if self.ended_by_us or self.ended_told:
            return
        self.ended_by_us = True
        self._cancel_deadline()
        self.digits.clear()
        self.media.disconnect()
        self._deadline = self.user_agent.timers.after(ENDED_AFTER, self._tell_end)
        try:
            self.hangup(pj.CallOpParam())
        except pj.Error as error:
            log.info("hang up: %s", error.reason)
            self._tell_end()

    def refuse_without_delay(self) -> None:
        """The library ends next, and would send 603 by itself."""
        if self.incoming and self._unanswered():
            self.ended_by_us = True
            self._refuse_now(self.refused_code if self.refused_code >= 400 else HERE_ONLY, [])

    def transfer(self, target: str) -> None:
        """Raises pj.Error."""
        self.xfer(target, pj.CallOpParam())

    def transfer_to(self, other: CallLeg) -> None:
        """Raises pj.Error."""
        self.xferReplaces(other, pj.CallOpParam())

    def release(self) -> None:
        """Break every reference to PJSIP's object: it must go on this thread, now, not when a collector finds it."""
        self._cancel_deadline()
        self.digits.clear()
        self.hold.clear()
        del self.media, self.hold, self.digits

    @property
    def ringing(self) -> bool:
        """An INVITE from elsewhere that nobody has answered."""
        return self.incoming and self._unanswered() and not self.ended_by_us

    @property
    def confirmed(self) -> bool:
        return self.state == pj.PJSIP_INV_STATE_CONFIRMED and not self.ended_by_us

    # --- PJSIP's callbacks ------------------------------------------------------------------------------------------

    @guard
    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        info = self.getInfo()
        self.state = info.state
        if self.ended_told and info.state != pj.PJSIP_INV_STATE_DISCONNECTED:
            return
        if info.state == pj.PJSIP_INV_STATE_CONNECTING:
            self._cancel_deadline_unless_ending()
            self.user_agent.tell(CallAnswered(self.call_id))
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self._cancel_deadline_unless_ending()
            self.answered = True
            self.user_agent.tell(CallConfirmed(self.call_id))
            self.media.changed()
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._disconnected(info.lastStatusCode, info.lastReason, self._end_explained(prm.e, info.lastStatusCode))

    @guard
    def onCallTsxState(self, prm: pj.OnCallTsxStateParam) -> None:
        event = prm.e.body.tsxState
        tsx = event.tsx
        if event.type == pj.PJSIP_EVENT_RX_MSG:
            if tsx.method == "INVITE" and tsx.role == pj.PJSIP_ROLE_UAC and not self.incoming:
                self._provisional(tsx.statusCode, tsx.statusText)
            elif tsx.role == pj.PJSIP_ROLE_UAS and tsx.method in ("CANCEL", "BYE"):
                headers = translate.Headers(event.src.rdata.wholeMsg)
                self.elsewhere = self.elsewhere or translate.completed_elsewhere(headers.all("reason"))
        elif tsx.method == "INVITE" and event.type in (pj.PJSIP_EVENT_TIMER, pj.PJSIP_EVENT_TRANSPORT_ERROR):
            log.info("INVITE: no answer" if event.type == pj.PJSIP_EVENT_TIMER else "INVITE: transport error")
        if self.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.hold.transaction_changed(tsx)

    @guard
    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        if self.ended_told or self.ended_by_us:
            return
        self.media.changed()
        if self.provisional is not None and not self.provisional[1] and self.media.active and self._unanswered():
            self._tell_progress(self.provisional[0], early_media=True)

    @guard
    def onCallRxOffer(self, prm: pj.OnCallRxOfferParam) -> None:
        if not translate.sdp_names_an_address(prm.offer.wholeSdp):
            prm.statusCode = 488

    @guard
    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:
        digit = prm.digit[:1].upper()
        if digit and digit in "0123456789*#ABCD":
            self.user_agent.tell(DigitReceived(self.call_id, digit))

    def onCallRedirected(self, prm: pj.OnCallRedirectedParam) -> int:
        """A 302 to our call: the number forwards. PJSIP tries the contacts in turn; only SIP, only of sane length."""
        uri = prm.targetUri  # a name-addr or a bare URI
        to_sip = uri.rpartition("<")[2].lower().startswith("sip:")
        fine = to_sip and len(uri) <= MAX_URI and not self.ended_by_us
        return int(pj.PJSIP_REDIRECT_ACCEPT_REPLACE if fine else pj.PJSIP_REDIRECT_REJECT)

    @guard
    def onCallTransferRequest(self, prm: pj.OnCallTransferRequestParam) -> None:
        prm.statusCode = 603  # the other side may not make this phone place calls; this is of REFER, and ends nothing

    @guard
    def onCallReplaceRequest(self, prm: pj.OnCallReplaceRequestParam) -> None:
        prm.statusCode = HERE_ONLY

    @guard
    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:
        reason = translate.clean(prm.reason, translate.MAX_REASON)
        self.user_agent.tell(TransferProgressed(self.call_id, prm.statusCode, reason, final=prm.finalNotify))
        if prm.finalNotify:
            prm.cont = False
            if 200 <= prm.statusCode < 300:  # the other two talk: this leg has done its work
                self.user_agent.timers.after(0.0, self.hang_up)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _unanswered(self) -> bool:
        return self.state in (
            pj.PJSIP_INV_STATE_NULL,
            pj.PJSIP_INV_STATE_CALLING,
            pj.PJSIP_INV_STATE_INCOMING,
            pj.PJSIP_INV_STATE_EARLY,
        )

    def _answer(self, code: int, headers: list[tuple[str, str]] | None = None) -> None:
        prm = pj.CallOpParam(True)
        prm.statusCode = code
        prm.opt.audioCount, prm.opt.videoCount = 1, 0
        add_headers(prm, headers or [])
        try:
            self.answer(prm)
        except pj.Error as error:
            log.warning("cannot send %d: %s", code, error.reason)
            if code >= 200:
                self._give_up(Failure(FailureKind.NO_COMMON_MEDIA if code < 300 else FailureKind.INTERNAL, code))

    def _refuse_now(self, code: int, headers: list[tuple[str, str]]) -> None:
        if self._unanswered():
            self._answer(code, headers)
            self._deadline = self.user_agent.timers.after(ENDED_AFTER, self._tell_end)

    def _contacts(self, targets: tuple[str, ...]) -> list[tuple[str, str]]:
        """Of a 302: all with the same q, so that they are tried at once (RFC 3261 16.6)."""
        headers = []
        for target in targets:
            try:
                headers.append(("Contact", f"<{request_uri(target, self.line.register)}>;q=1.0"))
            except BadTarget as error:
                log.warning("cannot forward there: %s", error)
        return headers

    def _provisional(self, code: int, reason: str) -> None:
        if code >= 100:
            self._cancel_deadline_unless_ending()
        if 100 < code < 200 and self._unanswered() and not self.ended_by_us:
            self.last_reason = translate.clean(reason, translate.MAX_REASON)
            self._tell_progress(code, early_media=self.media.active)

    def _tell_progress(self, code: int, *, early_media: bool) -> None:
        if self.provisional != (code, early_media):
            self.provisional = (code, early_media)
            self.user_agent.tell(CallProgressed(self.call_id, code, self.last_reason, early_media))

    def _nothing_heard(self) -> None:
        self._give_up(Failure(FailureKind.TIMED_OUT, detail="nothing heard to INVITE"))

    def _give_up(self, failure: Failure) -> None:
        """Told at once; PJSIP's side ends when it ends."""
        self.ended_by_us = True
        self._tell_end(failure)
        try:
            self.hangup(pj.CallOpParam())
        except pj.Error as error:
            log.info("giving up: %s", error.reason)

    def _end_explained(self, event: pj.SipEvent, code: int) -> Failure | None:
        """The phone system's own words, in the message that ends the call."""
        if event.type != pj.PJSIP_EVENT_TSX_STATE or event.body.tsxState.type != pj.PJSIP_EVENT_RX_MSG:
            return None
        headers = translate.Headers(event.body.tsxState.src.rdata.wholeMsg)
        if self.answered:
            return translate.ended_by_rule(headers.all("reason"))
        return None if self.incoming else translate.refusal(headers, code)

    def _disconnected(self, code: int, reason: str, explained: Failure | None) -> None:
        self.last_code = self.refused_code or code
        self.last_reason = translate.clean(reason, translate.MAX_REASON)
        failure = explained if not self.ended_by_us else None
        if failure is None and not self.ended_by_us and self.provisional is None and not self.incoming:
            failure = local_failure(code, self.line.is_up)
        self._tell_end(failure, by_remote=explained is not None)
        self.user_agent.leg_ended(self)

    def _tell_end(self, failure: Failure | None = None, *, by_remote: bool = False) -> None:
        self._cancel_deadline()
        self.media.disconnect()
        if self.ended_told:
            return
        self.ended_told = True
        self.digits.clear()
        self.user_agent.tell(
            CallDisconnected(
                self.call_id,
                self.last_code,
                self.last_reason,
                by_remote=not self.ended_by_us and (by_remote or failure is None),
                completed_elsewhere=self.elsewhere,
                failure=failure,
            )
        )

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()

    def _cancel_deadline_unless_ending(self) -> None:
        if not self.ended_by_us:
            self._cancel_deadline()


def local_failure(code: int, line_is_up: bool) -> Failure | None:
    """Where the final status was made by our own stack, for want of an answer."""
    if code == 408:
        return Failure(FailureKind.TIMED_OUT, code)
    if code in (502, 503) and not line_is_up:
        return Failure(FailureKind.CONNECTION_LOST, code)
    return None


def add_headers(prm: pj.CallOpParam, headers: list[tuple[str, str]]) -> None:
    """A line break in a value would begin another header: such values are never sent."""
    for name, value in headers:
        if any(ord(char) < 32 or ord(char) == 127 for char in value):
            continue
        header = pj.SipHeader()
        header.hName, header.hValue = name, value
        prm.txOption.headers.append(header)
