"""Asks a registered line's server from time to time whether it is there: OPTIONS, to which any answer will do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import pjsua2 as pj

if TYPE_CHECKING:
    from softphone.sip.timers import Timer, Timers

log = logging.getLogger("line")

EVERY_SECONDS = 15.0
ANSWER_SECONDS = 4.0


class ServerProbe:
    """Sip thread. `doubtful` is called when an answer is overdue: a REGISTER then finds out what is the matter."""

    def __init__(self, timers: Timers, doubtful: Callable[[], None]) -> None:
        self._timers = timers
        self._doubtful = doubtful
        self._next: Timer | None = None
        self._overdue: Timer | None = None
        self._account: pj.Account | None = None
        self._domain = ""
        self._useless = False  # this server answers REGISTER, but never OPTIONS

    def start(self, account: pj.Account, domain: str) -> None:
        self.stop()
        self._account, self._domain = account, domain
        if not self._useless:
            self._next = self._timers.after(EVERY_SECONDS, self._send)

    def stop(self) -> None:
        for timer in (self._next, self._overdue):
            if timer is not None:
                timer.cancel()
        self._next = self._overdue = self._account = None

    def forget(self) -> None:
        """Another server, perhaps: it may answer OPTIONS."""
        self._useless = False

    def answered(self, state: pj.TsxStateEvent) -> None:
        if state.type == pj.PJSIP_EVENT_RX_MSG and self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None

    def _send(self) -> None:
        if self._account is None:
            return
        self._next = self._timers.after(EVERY_SECONDS, self._send)
        request = pj.SendRequestParam()
        request.method = "OPTIONS"
        request.txOption.targetUri = f"sip:{self._domain}"
        self._overdue = self._timers.after(ANSWER_SECONDS, self._is_overdue)
        try:
            self._account.sendRequest(request)
        except pj.Error as error:
            log.info("cannot send OPTIONS: %s", error.reason)
            self._is_overdue()

    def _is_overdue(self) -> None:
        self.stop()
        self._useless = True
        self._doubtful()
