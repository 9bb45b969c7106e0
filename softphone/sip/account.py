"""PJSIP's account of a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pjsua2 as pj

from softphone.sip.guard import guard

if TYPE_CHECKING:
    from softphone.sip.line import Line


class Account(pj.Account):
    """Its callbacks go to the line."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line: Line | None = line

    @guard
    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        if self.line is not None:
            self.line.register_answered(prm.code, prm.reason, prm.expiration, prm.rdata.wholeMsg)

    @guard
    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        if self.line is not None:
            self.line.user_agent.invite_received(self.line, prm.callId, prm.rdata)

    @guard
    def onIncomingSubscribe(self, prm: pj.OnIncomingSubscribeParam) -> None:
        prm.code = 403  # nobody is told our presence; 5,000 foreign subscriptions would cost 170 MB

    @guard
    def onMwiInfo(self, prm: pj.OnMwiInfoParam) -> None:
        if self.line is not None:
            self.line.summary_received(prm.rdata.srcAddress, prm.rdata.wholeMsg)

    @guard
    def onSendRequest(self, prm: pj.OnSendRequestParam) -> None:
        if self.line is not None:
            self.line.probe.answered(prm.e.body.tsxState)
