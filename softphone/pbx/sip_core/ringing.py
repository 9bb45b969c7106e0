"""Everything that rings for one call, as the settings of those whom it reaches say: the stops of `pbx.routing`, each
with its branches and its time; the first answer ends the others."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, Protocol

from softphone.extension.call_rules import LineState
from softphone.pbx.diversion import diversion_headers, history_info
from softphone.pbx.routing import DEPOSIT, Caller, Identity, Routing, Stop, Way
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.forking import ELSEWHERE, Fork, Offered, Target, rank
from softphone.pbx.sip_core.gateway import gateway_target
from softphone.pbx.sip_core.journal import Visit
from softphone.pbx.sip_core.leg import Leg, LegOwner, Party
from softphone.pbx.sip_core.messages import raw_header
from softphone.pbx.sip_core.sippy_library import SipURL
from softphone.pbx.sip_core.usage import UsageMeter

_log = logging.getLogger(__name__)

_PHRASES = {403: "Forbidden", 404: "Not Found", 480: "Temporarily Unavailable", 482: "Loop Detected", 486: "Busy Here"}


@dataclass(frozen=True)
class Offer:
    """What the caller's INVITE carries on: its body (None asks for an offer), header fields, hops left."""

    body: Any
    headers: tuple[Any, ...] = ()
    max_forwards: int = 70


class RingingListener(LegOwner, Protocol):
    def progressed(self, leg: Leg, response: Any, only: bool) -> None:
        """18x of a branch; `only` when there is no other."""
        ...

    def answered(self, leg: Leg, response: Any, transaction: Any) -> None:
        """2xx of the first branch; the others are cancelled already."""
        ...

    def failed(self, code: int, reason: str, headers: tuple[Any, ...]) -> None:
        """Nothing rings any more."""
        ...


_P = ParamSpec("_P")


def _or_fails(work: Callable[Concatenate[Ringing, _P], None]) -> Callable[Concatenate[Ringing, _P], None]:
    """Rules that cannot be read (a database is lost) end the call, which else would ring for nobody."""

    @functools.wraps(work)
    def guarded(ringing: Ringing, /, *args: _P.args, **more: _P.kwargs) -> None:
        try:
            work(ringing, *args, **more)
        except Exception:
            _log.exception("a call could not go on")
            if not ringing.over:
                ringing.cancel()
                ringing._listener.failed(500, "Server Internal Error", ())

    return guarded


class Ringing:
    """Ends with exactly one of `answered`, `failed`, or `cancel` by its owner. `visits` is for the records."""

    def __init__(
        self,
        exchange: Exchange,
        listener: RingingListener,
        caller: Caller,
        offer: Offer,
        silent_device: str | None = None,
    ) -> None:
        self._exchange, self._listener, self._call, self._silent = exchange, listener, listener, silent_device
        self.offer = offer
        self.routing = Routing(
            exchange.config.subscribers, exchange.config.now, self._line_state, caller,
            lambda number: exchange.media.target(number) is not None,
        )  # fmt: skip
        self.visits: list[Visit] = []
        self.over = False
        self._shown: Identity | None = None
        self._rung: list[_Rung] = []
        self._voicemail: list[_Rung] = []  # would take the call, once nothing else rings
        self._refusals: list[tuple[int, str, tuple[Any, ...]]] = []
        self._ever = 0  # branches

    def start(self, number: str, payer: str = "", shown: Identity | None = None) -> None:
        """`shown`: whom the first destination sees, where it is not the caller (a transfer)."""
        self._shown = shown
        stops = self.routing.stops(number, Way(), payer)
        self._add(stops)
        self._settle()

    def hand_over(self, listener: RingingListener, offer: Offer) -> None:
        """Before `start`: somebody else is told, and something else is offered."""
        self._listener, self.offer = listener, offer

    def cancel(self, reason: str | None = None) -> None:
        """Stops every branch; quiet when it is over already."""
        self.over = True
        for rung in self._rung:
            rung.stop_ringing(reason)
        self._rung.clear()

    def drop(self, gone: Callable[[Leg], bool]) -> None:
        """A device that is no longer one of ours, or no longer there."""
        for rung in list(self._rung):
            if rung.fork is not None:
                rung.fork.drop(gone)

    @property
    def only_branch(self) -> Leg | None:
        if self._ever != 1 or not self._rung or self._rung[0].fork is None:
            return None
        return self._rung[0].fork.only_branch

    # -- stops ------------------------------------------------------------------------------------------------------

    def _line_state(self, key: str) -> LineState:
        exchange = self._exchange
        reachable = frozenset(exchange.location.devices(key)) - {self._silent}
        return LineState(
            exchange.calls_up(key, self._call), reachable, exchange.config.subscribers.last_used(key)
        )

    def _add(self, stops: Sequence[Stop]) -> None:
        for stop in stops:
            _log.info("%s: %s by %s", stop.number, stop.kind, stop.rule or "its number")
            rung = _Rung(self, stop)
            self.visits.append(rung.visit)
            if stop.kind == "refused":
                rung.visit.reason = _reason_of_refusal(stop)
                self._refusals.append((stop.code, _PHRASES.get(stop.code, "Refused"), ()))
            elif stop.kind == "forwarded":
                rung.visit.reason = "forwarded"
            elif stop.kind == "no_answer":
                rung.visit.reason = "no_answer"
                self._not_answered(rung)
            elif stop.kind == "gateway":
                self._rung.append(rung)
                rung.looking_up = asyncio.ensure_future(self._look_up(rung))
            else:
                self._ring_or_refuse(rung, self._targets(stop))

    async def _look_up(self, rung: _Rung) -> None:
        self._found(rung, await gateway_target(rung.stop.uri, self._exchange.media.udp_flow))

    @_or_fails
    def _found(self, rung: _Rung, target: Target | None) -> None:
        if rung in self._rung:  # not ended meanwhile
            self._rung.remove(rung)
            self._ring_or_refuse(rung, [target] if target is not None else [])
            self._settle()

    def _ring_or_refuse(self, rung: _Rung, targets: list[Target]) -> None:
        if targets:
            self._ring(rung, targets)
            return
        code = 404 if rung.stop.kind == "number" else 480
        rung.visit.reason = reason_of(code)
        self._refusals.append((code, _PHRASES[code], ()))

    def _ring(self, rung: _Rung, targets: list[Target]) -> None:
        self._ever += len(targets)
        self._rung.append(rung)
        rung.ring(targets, self._offered(rung.stop))

    def _targets(self, stop: Stop) -> list[Target]:
        if stop.kind == "devices":
            return [
                Target(SipURL(reached.binding.contact), reached.flow, reached.binding.device_id)
                for reached in self._exchange.location.of(stop.number)
                if reached.binding.device_id in stop.devices
            ]
        target = self._exchange.media.target(stop.number)
        return [target] if target is not None else []

    def _offered(self, stop: Stop) -> Offered:
        subscribers, realm = self._exchange.config.subscribers, self._exchange.config.realm
        extension = subscribers.extension(stop.number)
        diversions, headers = stop.way.diversions, list(self.offer.headers)
        if diversions:
            outside = stop.payer != ""
            by = [self.routing.diverting(diversion.by, outside) for diversion in diversions]
            headers += [raw_header("Diversion", text) for text in diversion_headers(diversions, realm, by)]
            headers.append(raw_header("History-Info", history_info(diversions, stop.number, realm, by)))
        shown = stop.shown if diversions or self._shown is None else self._shown
        return Offered(
            Party(shown.user, shown.name), stop.number, Party(stop.number, extension.label if extension else ""),
            self.offer.body, tuple(headers), max(1, self.offer.max_forwards - len(stop.way.through)),
            stop.number if extension is not None else "",
        )  # fmt: skip

    # -- nobody answers ---------------------------------------------------------------------------------------------

    @_or_fails
    def not_answered_in_time(self, rung: _Rung) -> None:
        rung.stop_ringing(None)
        self._rung.remove(rung)
        rung.visit.reason = "no_answer"
        self._not_answered(rung)
        self._settle()

    def _not_answered(self, rung: _Rung) -> None:
        step = rung.stop.no_answer
        if step is not None and step.action == "forward":
            self._add(self.routing.after_no_answer(rung.stop))
        elif step is not None and step.action == "voicemail":
            self._voicemail.append(rung)
        elif step is not None and step.action == "record_number":
            config, caller = self._exchange.config, self.routing.caller
            try:
                config.missed(rung.stop.number, caller.user, self._exchange.clock())
            except Exception:
                _log.exception("a missed call of %s was not taken", rung.stop.number)
        self._refusals.append((480, "Temporarily Unavailable", ()))

    def _settle(self) -> None:
        """Nothing rings: voicemail takes the call, if anybody's does; else the best refusal is the answer."""
        if self._rung or self.over:
            return
        while self._voicemail:
            waiting = self._voicemail.pop(0)
            stop = self.routing.to_voicemail(waiting.stop)
            targets = self._targets(stop)
            if targets:
                self._ring(_Rung(self, stop, waiting.visit), targets)
                return
        self.over = True
        best = min(self._refusals, key=lambda refusal: rank(refusal[0]), default=(480, _PHRASES[480], ()))
        self._listener.failed(*best)

    # -- what the branches tell -------------------------------------------------------------------------------------

    def progressed(self, leg: Leg, response: Any) -> None:
        if not self.over:
            self._listener.progressed(leg, response, self._ever == 1)

    def answered(self, rung: _Rung, leg: Leg, response: Any, transaction: Any) -> None:
        self.over = True
        self._rung.remove(rung)
        rung.visit.reason = "voicemail" if rung.stop.number.startswith(DEPOSIT) else "answered"
        for other in self._rung:
            other.stop_ringing(ELSEWHERE)
            other.visit.reason = "elsewhere"
        self._rung.clear()
        stop = rung.stop
        self._listener.answered(leg, response, transaction)
        if stop.payer and not leg.ended:
            leg.meter = UsageMeter(self._exchange, stop.payer, leg)
        if leg.device_id is not None:  # now that the extension's call is up, for whoever looks at once
            self._exchange.config.subscribers.device_used(stop.number, leg.device_id)

    @_or_fails
    def redirected(self, rung: _Rung, numbers: list[str]) -> None:
        for number in numbers[:_MOST_REDIRECTIONS]:
            stops = [stop for stop in self.routing.deflected(rung.stop, number)
                     if stop.kind != "number" or self._targets(stop)]  # fmt: skip
            rung.deflected = rung.deflected or bool(stops)
            self._add(stops)

    @_or_fails
    def failed(self, rung: _Rung, code: int, reason: str, headers: tuple[Any, ...]) -> None:
        rung.stop_ringing(None)
        self._rung.remove(rung)
        if code in (408, 480) and not rung.deflected:
            rung.visit.reason = "no_answer"
            self._not_answered(rung)
        else:
            rung.visit.reason = "forwarded" if rung.deflected else reason_of(code)
        self._refusals.append((code, reason, headers))
        self._settle()


_MOST_REDIRECTIONS = 5


class _Rung:
    """One stop while it rings: its fork, and the time after which nobody has answered."""

    def __init__(self, ringing: Ringing, stop: Stop, visit: Visit | None = None) -> None:
        self._ringing = ringing
        self.stop = stop
        self.visit = visit or Visit(stop)
        self.fork: Fork | None = None
        self.deflected = False
        self.looking_up: asyncio.Task[None] | None = None  # kept, so that it is not collected
        self._patience: asyncio.TimerHandle | None = None

    def ring(self, targets: list[Target], offered: Offered) -> None:
        exchange, step = self._ringing._exchange, self.stop.no_answer
        if self.stop.kind == "devices" and step is not None:
            loop = asyncio.get_running_loop()
            self._patience = loop.call_later(step.after_seconds, self._ringing.not_answered_in_time, self)
        self.fork = Fork(exchange, self._ringing._listener, self, targets, offered)

    def stop_ringing(self, reason: str | None) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if self.fork is not None:
            self.fork.cancel(reason)

    def progressed(self, leg: Leg, response: Any, _only: bool) -> None:
        self._ringing.progressed(leg, response)

    def answered(self, leg: Leg, response: Any, transaction: Any) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._ringing.answered(self, leg, response, transaction)

    def redirected(self, leg: Leg, numbers: list[str]) -> None:
        self._ringing.redirected(self, numbers)

    def failed(self, code: int, reason: str, headers: tuple[Any, ...]) -> None:
        self._ringing.failed(self, code, reason, headers)


def _reason_of_refusal(stop: Stop) -> str:
    if stop.rule == "do_not_disturb":
        return "no_answer"
    return reason_of(stop.code)


def reason_of(code: int) -> str:
    """A final refusal in the words of `CallRecord`."""
    if code in (486, 600):
        return "busy"
    if code in (603, 607):
        return "declined"
    return {480: "no_answer", 408: "no_answer", 487: "cancelled"}.get(code, "failed")
