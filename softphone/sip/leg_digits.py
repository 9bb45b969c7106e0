"""DTMF of a leg: RFC 4733 where telephone-event was negotiated, else INFO; long strings in their turn."""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING

import pjsua2 as pj

if TYPE_CHECKING:
    from softphone.sip.call_leg import CallLeg
    from softphone.sip.timers import Timer

log = logging.getLogger("digits")

DIGITS = frozenset("0123456789*#ABCD")
MAX_QUEUED = 200
#: Each digit lasts some 200 ms on the wire with its pause; PJSIP's own queue (32) is never filled.
DIGIT_SECONDS = 0.24
NO_MEDIA_RETRY, NO_MEDIA_TRIES = 0.1, 50


class LegDigits:
    def __init__(self, leg: CallLeg) -> None:
        self._leg = leg
        self._queue: deque[str] = deque()
        self._timer: Timer | None = None
        self._tries = 0

    def send(self, digits: str) -> None:
        wanted = [digit for digit in digits.upper() if digit in DIGITS]
        self._queue.extend(wanted[: MAX_QUEUED - len(self._queue)])
        if self._timer is None:
            self._next()

    def clear(self) -> None:
        self._queue.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _next(self) -> None:
        self._timer = None
        if not self._queue or self._leg.ended_by_us or self._leg.ended_told:
            self._queue.clear()
            return
        wait = DIGIT_SECONDS
        if self._leg.media.active:
            self._tries = 0
            self._send_one(self._queue.popleft())
        elif self._tries < NO_MEDIA_TRIES:  # between hold and resume, or before the first media
            self._tries += 1
            wait = NO_MEDIA_RETRY
        else:
            self._queue.clear()
            return
        self._timer = self._leg.user_agent.timers.after(wait, self._next)

    def _send_one(self, digit: str) -> None:
        prm = pj.CallSendDtmfParam()
        prm.digits = digit
        events = self._leg.media.has_telephone_event()
        prm.method = pj.PJSUA_DTMF_METHOD_RFC2833 if events else pj.PJSUA_DTMF_METHOD_SIP_INFO
        prm.duration = 160
        try:
            self._leg.sendDtmf(prm)
        except pj.Error as error:
            log.warning("a digit could not be sent: %s", error.reason)
