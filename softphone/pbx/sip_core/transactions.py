"""Transactions (RFC 3261 17): sippy's layer on our flows, with its faults mended.

- Messages come one at a time on one thread, in the order of arrival (sippy's three receiving threads reorder).
- An ACK goes where its INVITE went: sippy would send it to the response's Contact, also for a 3xx.
- What cannot be parsed is answered by 400 where an answer is possible, and is one line in the log at most.
- Octets pass unchanged: text is ASCII with surrogate escapes, so that a length in characters is one in octets.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from hashlib import md5
from typing import Any

from softphone.pbx.sip_core.flow import Flow
from softphone.pbx.sip_core.malformed import Malformed, refusal
from softphone.pbx.sip_core.messages import check_request, check_url, raw_header, value
from softphone.pbx.sip_core.sippy_library import (
    RINGING,
    TRYING,
    UACK,
    LoopTimer,
    MonoTime,
    MsgBody,
    SipRequest,
    SipResponse,
    SipTMRetransmitO,
    SipTransactionManager,
)
from softphone.pbx.sip_core.timings import Timings

_log = logging.getLogger(__name__)

_MAX_CACHED = 20_000  # answers kept for requests that come again
_FORGET = 2.0  # seconds; an INVITE that comes again is answered from what is kept
_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")

OnRequest = Callable[[Any, Any, Flow], None]
OnResponse = Callable[[Any, Any], None]


class _Silent:
    def write(self, *_args: object, **_options: object) -> None:
        """sippy logs whole messages, with their digests; the log of the phone system has events only."""


class TransactionLayer(SipTransactionManager):  # type: ignore[misc]
    """`receive` takes what came; `on_request` gets each new request; `ask` and `reply` send."""

    def __init__(self, on_request: OnRequest, timings: Timings) -> None:
        # Not super().__init__: it opens sockets of its own.
        self.global_config = {"_sip_logger": _Silent()}
        self.tclient: dict[Any, Any] = {}
        self.tserver: dict[Any, Any] = {}
        self.l1rcache: dict[bytes, Any] = {}
        self.l2rcache: dict[bytes, Any] = {}
        self.req_consumers: dict[Any, Any] = {}
        self.req_cb = self._take
        self._on_request = on_request
        self._timings = timings
        self._malformed = 0
        self._flow: Flow | None = None
        self.cp_timer = LoopTimer(self.rCachePurge, timings.answers_kept, -1)

    # -- in ---------------------------------------------------------------------------------------------------------

    def receive(self, data: bytes, flow: Flow) -> None:
        checksum = md5(data, usedforsecurity=False).digest()
        known = self.l1rcache.get(checksum) or self.l2rcache.get(checksum)
        if known is not None:
            if known.data is not None:
                self.transmitData(known.userv, known.data, known.address)
            return
        if len(self.l1rcache) > _MAX_CACHED:
            self.rCachePurge()
        text = data.decode("ascii", "surrogateescape")
        try:
            if text.startswith("SIP/2.0 "):
                self._receive_response(text, flow, checksum)
            else:
                self._receive_request(text, flow, checksum)
        except Exception:
            _log.exception("a message from %r could not be handled", flow)

    def _receive_response(self, text: str, flow: Flow, checksum: bytes) -> None:
        try:
            response = SipResponse(text)
            tid = response.getTId(True, True)
            response.getHFBody("to").getTag()
            if not 100 <= response.getSCode()[0] <= 699:
                raise Malformed("status code")
        except Exception as fault:  # whatever sippy's parser raises on hostile text: AttributeError, IndexError, ...
            self._complain(flow, fault, checksum)
            return
        transaction = self.tclient.get(tid)
        if transaction is None:
            return
        response.rtime = MonoTime()
        response.setSource(_Source(flow))
        self.incomingResponse(response, transaction, checksum)

    def _receive_request(self, text: str, flow: Flow, checksum: bytes) -> None:
        try:
            head = text.split("\r\n\r\n", 1)[0]
            if _CONTROLS.search(head):
                raise Malformed("Control Character In Header")
            request = SipRequest(text)
            check_request(request)
            tids = request.getTIds()
        except Malformed as fault:
            self._refuse(text, flow, checksum, fault, fault.code)
            return
        except Exception as fault:
            self._refuse(text, flow, checksum, fault, 400)
            return
        request.rtime = MonoTime()
        via = request.getHFBody("via")
        if via.getAddr()[0] != flow.remote[0]:
            via.params["received"] = flow.remote[0]
        if "rport" in via.params:
            via.params["rport"] = str(flow.remote[1])
            via.params["received"] = flow.remote[0]  # RFC 3581 4
        request.setSource(_Source(flow))
        self._flow = flow
        self.incomingRequest(request, checksum, tids, flow)

    def _refuse(self, text: str, flow: Flow, checksum: bytes, fault: Exception, code: int) -> None:
        self._complain(flow, fault, checksum)
        reason = str(fault) if isinstance(fault, Malformed) else "Bad Request"
        answer = refusal(text, flow, code, reason)
        if answer is not None:
            self.transmitData(flow, answer, flow.remote, checksum)

    def refuse_stream(self, head: bytes, flow: Flow, reason: str) -> None:
        """What a connection said before it could not be followed any further."""
        answer = refusal(head.decode("ascii", "surrogateescape"), flow, 400, reason)
        if answer is not None:
            flow.send_to(answer, flow.remote)

    def _complain(self, flow: Flow, fault: Exception, checksum: bytes) -> None:
        self.l1rcache[checksum] = SipTMRetransmitO()
        self._malformed += 1
        if self._malformed & (self._malformed - 1) == 0:  # the 1st, 2nd, 4th, 8th: a flood is a handful of lines
            _log.warning("malformed message %d from %r: %.120r", self._malformed, flow, fault)

    def _take(self, request: Any, transaction: Any) -> tuple[None, Any, Any]:
        assert self._flow is not None
        transaction.request = request
        try:
            self._on_request(request, transaction, self._flow)
        except Malformed as fault:
            self.reply(transaction, fault.code, str(fault))
        except Exception:
            _log.exception("%s from %r failed", request.getMethod(), self._flow)
            self.reply(transaction, 500, "Server Internal Error")
        # sippy assigns what we return: without it a transaction that waits for its answer would be dropped.
        return None, transaction.cancel_cb, transaction.noack_cb

    # -- out --------------------------------------------------------------------------------------------------------

    def ask(self, request: Any, flow: Flow, on_response: OnResponse | None = None) -> Any:
        """Sends a request. `on_response(response, transaction)` also gets 408 (nobody answers), 503 (a dead flow)."""
        request.setTarget((flow.remote, flow.transport))
        transaction = self.newTransaction(request, resp_cb=_guarded(on_response), userv=flow, cb_ifver=2)
        transaction.teB.cancel()
        transaction.teB = LoopTimer(self.timerB, self._timings.transaction, 1, transaction)
        if transaction.needack:  # after a provisional response; sippy would wait five minutes
            transaction.expires = self._timings.ringing + self._timings.transaction
        if flow.reliable and transaction.teA is not None:
            transaction.teA.cancel()
            transaction.teA = None
        if not flow.alive:
            transaction.teB.cancel()
            transaction.r408.setSCode(503, "Connection Lost") if on_response is not None else None
            transaction.teB = LoopTimer(self.timerB, 0.0, 1, transaction)
        return transaction

    def cancel(self, transaction: Any, reason: str | None = None) -> None:
        """CANCELs an INVITE, as soon as RFC 3261 9.1 allows; its final response comes to its `on_response` as ever."""
        if transaction.cancel is None or getattr(transaction, "cancelled", False):
            return
        transaction.cancelled = True
        if reason is not None:
            transaction.cancel.appendHeader(raw_header("Reason", reason))
        if transaction.state is TRYING or transaction.state is RINGING:
            transaction.expires = self._timings.transaction
            if transaction.state is RINGING and transaction.teB is not None:
                transaction.teB.cancel()
                transaction.teB = LoopTimer(self.timerB, transaction.expires, 1, transaction)
            self.cancelTransaction(transaction)

    def acknowledge(self, transaction: Any, body: Any = None) -> None:
        """The ACK of a 2xx that `hold_ack` kept back, with the answer to a late offer."""
        if transaction.tid is None or not transaction.uack:
            return  # acknowledged already
        if body is not None:
            transaction.ack.setBody(MsgBody(str(body), body.mtype))
        self.sendACK(transaction)

    @staticmethod
    def hold_ack(transaction: Any) -> None:
        """Within `on_response` of a 2xx: the ACK is sent by `acknowledge` (RFC 3264: it carries the answer)."""
        transaction.uack = True

    def reply(
        self,
        transaction: Any,
        code: int,
        reason: str,
        *,
        body: Any = None,
        headers: tuple[Any, ...] = (),
        to_tag: str | None = None,
        on_ack: Callable[[Any], None] | None = None,
    ) -> bool:
        """False when the transaction already has its final response (a late answer is a quiet, normal case)."""
        if transaction.tid is None or transaction.state not in (TRYING, RINGING):
            return False
        response = transaction.request.genResponse(code, reason, body=_own(body))
        if to_tag is not None and code > 100 and response.getHFBody("to").getTag() is None:
            response.getHFBody("to").setTag(to_tag)
        response.appendHeaders(list(headers))
        self.sendResponse(response, transaction, ack_cb=on_ack)
        return True

    def challenge(self, transaction: Any, code: int, reason: str, headers: tuple[Any, ...] = ()) -> None:
        """A refusal to somebody unknown: once, and soon forgotten (RFC 3261 8.2.7), so that it is no amplifier."""
        self.reply(transaction, code, reason, headers=headers)
        if transaction.tid is None or transaction.teD is None:
            return  # not an INVITE: forgotten already
        if transaction.teA is not None:
            transaction.teA.cancel()
            transaction.teA = None
        transaction.teD.cancel()
        transaction.teD = LoopTimer(self.timerD, _FORGET, 1, transaction)

    # -- sippy's own, overridden ------------------------------------------------------------------------------------

    def incomingResponse(self, msg: Any, t: Any, checksum: bytes) -> None:
        if msg.getSCode()[0] >= 300:
            # sippy would send the ACK to the Contact or Record-Route; RFC 3261 17.1.1.3: to where the INVITE went.
            msg.redirections = list(msg.getHFs("contact")) if 300 <= msg.getSCode()[0] < 400 else []
            msg.delHFs("contact")
            msg.delHFs("record-route")
        elif msg.getSCode()[0] >= 200 and t.needack:
            msg.headers = [
                header
                for header in msg.headers
                if header.name not in ("contact", "record-route") or _addresses(header)
            ]
        super().incomingResponse(msg, t, checksum)

    def transmitReq(self, t: Any, msg: Any, _address: Any = None, checksum: bytes | None = None) -> None:
        msg.setTarget((t.address, t.userv.transport))
        self.transmitMsg(t.userv, msg, t.address, checksum)

    def timerG(self, t: Any) -> None:
        t.teG = None
        if t.state is UACK:  # nobody ever gave the answer to a late offer
            self.sendACK(t)

    def rCachePurge(self) -> None:
        self.l2rcache, self.l1rcache = self.l1rcache, {}

    def shutdown(self) -> None:
        self.cp_timer.cancel()
        for transaction in [*self.tclient.values(), *self.tserver.values()]:
            for name in ("teA", "teB", "teC", "teD", "teE", "teF", "teG"):
                timer = getattr(transaction, name, None)
                if timer is not None:
                    timer.cancel()
        self.tclient, self.tserver, self.l1rcache, self.l2rcache = {}, {}, {}, {}

    @property
    def open_transactions(self) -> int:
        return len(self.tclient) + len(self.tserver)

    @property
    def answers_kept(self) -> int:
        return len(self.l1rcache) + len(self.l2rcache)


class _Source:
    """sippy's Remote_address."""

    def __init__(self, flow: Flow) -> None:
        self.address, self.transport, self.received = flow.remote, flow.transport, flow.remote[0]


def _guarded(on_response: OnResponse | None) -> OnResponse | None:
    if on_response is None:
        return None

    def call(response: Any, transaction: Any) -> None:
        try:
            on_response(response, transaction)
        except Exception:
            _log.exception("a %s answer to %s failed", response.getSCode()[0], value(response, "cseq"))

    return call


def _addresses(header: Any) -> bool:
    try:
        check_url(header.getBody().getUrl())
    except Exception:
        return False  # a tel: URI or worse: the dialog stays with the target it has
    return True


def _own(body: Any) -> Any:
    """A body may be shared between messages; sippy's own copy forgets the type."""
    return None if body is None else MsgBody(str(body), body.mtype)
