"""Hold and resume of a leg: what the telephone wants, and what the other side has agreed to."""

from __future__ import annotations

import logging
import random
from typing import TYPE_CHECKING

import pjsua2 as pj

from softphone.phone.events import HoldChanged, HoldRefused
from softphone.phone.failure import Failure, FailureKind, call_failure

if TYPE_CHECKING:
    from softphone.sip.call_leg import CallLeg
    from softphone.sip.timers import Timer

log = logging.getLogger("hold")

_FINAL = (pj.PJSIP_TSX_STATE_COMPLETED, pj.PJSIP_TSX_STATE_TERMINATED)
TRIES = 4


class LegHold:
    """The wanted state is pursued over glare (491) and over re-INVITEs of the other side; sound never waits for it."""

    def __init__(self, leg: CallLeg) -> None:
        self._leg = leg
        self.local = False
        self.remote = False
        self._wanted = False
        self._asked = False  # the telephone waits for an answer
        self._offering = False  # our re-INVITE has no final answer yet
        self._tries = 0
        self._later: Timer | None = None

    def hold(self) -> None:
        self._leg.media.wanted = False
        self._leg.media.disconnect()  # before any signalling: what is said from here on stays here
        self._want(True)

    def resume(self) -> None:
        self._leg.media.wanted = True
        self._want(False)
        if not self.local and not self._offering:
            self._leg.media.connect()

    def clear(self) -> None:
        if self._later is not None:
            self._later.cancel()

    def _want(self, held: bool) -> None:
        self._wanted, self._asked, self._tries = held, True, 0
        self._pursue()

    def _pursue(self) -> None:
        if not self._leg.confirmed or self._offering or not self._asked:
            return
        if self._wanted == self.local:
            self._settled()
            return
        self._tries += 1
        try:
            if self._wanted:
                self._leg.setHold(pj.CallOpParam(True))
            else:
                prm = pj.CallOpParam(True)
                prm.opt.flag = pj.PJSUA_CALL_UNHOLD
                self._leg.reinvite(prm)
            self._offering = True
        except pj.Error as error:  # their re-INVITE is under way
            log.info("hold must wait: %s", error.reason)
            self._again(0.2)

    def _again(self, seconds: float) -> None:
        if self._tries >= TRIES:
            self._refused(Failure(FailureKind.NOT_NOW, 491))
            return
        self._later = self._leg.user_agent.timers.after(seconds, self._pursue)

    def transaction_changed(self, tsx: pj.SipTransaction) -> None:
        if tsx.method != "INVITE" or tsx.role != pj.PJSIP_ROLE_UAC or not self._offering:
            return
        if tsx.state not in _FINAL or tsx.statusCode in (401, 407):
            return
        self._offering = False
        if tsx.statusCode < 300:
            return  # onCallMediaState follows, or came before
        if tsx.statusCode == 491:
            self._again(random.uniform(0.3, 1.5))
            return
        failure = call_failure(tsx.statusCode, tsx.statusText) or Failure(FailureKind.SERVER, tsx.statusCode)
        self._refused(failure)

    def media_changed(self, status: int) -> None:
        local = status == pj.PJSUA_CALL_MEDIA_LOCAL_HOLD
        # While we hold, their side cannot be told from the SDP: what was known before stays.
        remote = self.remote if local else status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD
        changed = (local, remote) != (self.local, self.remote)
        self.local, self.remote = local, remote
        self._offering = self._offering and self._wanted != local
        if self._asked and not self._offering and self._wanted == local:
            self._settled()
        elif changed:
            self._tell()

    def _settled(self) -> None:
        self._asked = False
        self._tell()

    def _refused(self, failure: Failure) -> None:
        self._asked = False
        self._leg.user_agent.tell(HoldRefused(self._leg.call_id, failure))

    def _tell(self) -> None:
        self._leg.user_agent.tell(HoldChanged(self._leg.call_id, local=self.local, remote=self.remote))
