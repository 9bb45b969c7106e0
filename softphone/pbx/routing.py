"""Where a call goes: the settings of everyone whom it reaches, followed from one to the next.

No SIP, no clock, no network: any SIP engine acts on the stops that come out. What one extension's settings do to a
call is decided by `extension.call_rules` and `extension.outgoing_rules`, never here.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from softphone.extension.call_rules import MOST_HOPS, Decision, Incoming, LineState, NoAnswerStep, Rule, decide
from softphone.extension.outgoing_rules import (
    EMERGENCY_EVERYWHERE,
    Outgoing,
    OutgoingDecision,
    OutgoingRule,
    decide_outgoing,
    in_full,
    is_emergency,
    presented,
    shown_number,
)
from softphone.extension.settings import Presentation, Settings
from softphone.pbx.diversion import DEFLECTION, NO_ANSWER, UNAVAILABLE, UNCONDITIONAL, Diversion
from softphone.pbx.ports import Subscribers

ANNOUNCE, DEPOSIT, PASSCODE, WARNING = "*85", "*86", "*87", "*88"  # followed by a key, a key, a token, nothing
_INTERNAL = (ANNOUNCE, DEPOSIT, PASSCODE, WARNING)
HIDDEN = "anonymous"  # a caller without a number (RFC 3323 4.1.1.3)
_RINGS_FOR_EVER = NoAnswerStep(120, "end")
_SEPARATORS = re.compile(r"[ ().\-/]")


@dataclass(frozen=True)
class Identity:
    """Who is shown: number or key, and a name."""

    user: str
    name: str = ""


@dataclass(frozen=True)
class Caller:
    """Who calls. `number` is how they are shown outside, where that is not `user`; `key` their extension, if any."""

    user: str
    name: str = ""
    number: str = ""
    key: str = ""

    @property
    def outside(self) -> str:
        return self.number or self.user


@dataclass(frozen=True)
class Way:
    """How a call has come so far. `through`: keys of extensions and groups, oldest first; `by`: the diversions."""

    through: tuple[str, ...] = ()
    diversions: tuple[Diversion, ...] = ()

    def past(self, key: str, reason: str | None) -> Way:
        """Further, from `key`; a group (no reason) is no diversion."""
        diversions = self.diversions if reason is None else (*self.diversions, Diversion(key, reason))
        return Way((*self.through, key), diversions)


@dataclass(frozen=True)
class Stop:
    """One destination that the call has come to, and what has to happen there; `kind` says which members count.

    devices: `devices` (ids; all at once) ring, then `no_answer`. no_answer: `no_answer` at once. gateway: `uri`.
    number: `number` is dialled, outside the organisation or to a service; `payer` is whose talk time it is. refused:
    `code`. forwarded: nothing rings here; the stops it goes on to come too.
    """

    kind: Literal["devices", "no_answer", "gateway", "number", "refused", "forwarded"]
    number: str
    way: Way
    shown: Identity
    rule: str = ""
    devices: tuple[str, ...] = ()
    no_answer: NoAnswerStep | None = None
    uri: str = ""
    code: int = 0
    payer: str = ""

    @property
    def extension(self) -> str:
        """The key of the extension whose history has this stop; "" for a number."""
        return "" if self.kind == "number" else self.number


def is_outside(number: str) -> bool:
    return number.startswith("+")


def is_internal(number: str) -> bool:
    """Numbers of the media children that only the phone system dials."""
    return number.startswith(_INTERNAL)


def dialled(text: str) -> str:
    """What was dialled as a destination: separators away, 00 as +."""
    number = _SEPARATORS.sub("", text)
    if not re.fullmatch(r"\+?[0-9]+", number):
        return text
    return "+" + number[2:] if re.fullmatch(r"00[1-9][0-9]{6,14}", number) else number


class Routing:
    """One call's way. `state` tells of an extension's line now, `service` whether the phone system itself (a media
    child) answers a number; `draw` picks one of several numbers."""

    def __init__(
        self,
        subscribers: Subscribers,
        now: Callable[[], datetime],
        state: Callable[[str], LineState],
        caller: Caller,
        service: Callable[[str], bool] = lambda _number: False,
        draw: Callable[[Sequence[str]], str] = random.choice,
    ) -> None:
        self._subscribers, self._now, self._state = subscribers, now, state
        self._service, self._draw = service, draw
        self._drawn: dict[str, str] = {}  # key -> its number in this call: every header field has the same
        number = HIDDEN if caller.user == HIDDEN else caller.number or self._number_of(caller.key)
        self.caller = replace(caller, number=number)
        self._reached: set[str] = set()  # nobody is called twice by the ways of one call
        self._emergency = ""

    def stops(self, number: str, way: Way = Way(), payer: str = "") -> tuple[Stop, ...]:
        """Everywhere the call rings at once, and what it met on its way."""
        self._reached.add(number)
        if number in EMERGENCY_EVERYWHERE or self._service(number):
            return (self._number(number, way, payer),)
        if self._subscribers.extension(number) is not None:
            return self._extension(number, way)
        everyone = dict.fromkeys(self._subscribers.group_members(number))
        members = [member for member in everyone if member not in self._reached]
        if not everyone:
            return (self._number(number, way, payer),)
        self._reached.update(members)
        onward = way.past(number, None)
        return tuple(stop for member in members for stop in self.stops(member, onward))

    def _number(self, number: str, way: Way, payer: str) -> Stop:
        outside = self._is_outside(number)
        return Stop("number", number, way, self._shown(way, outside), payer=payer if outside else "")

    def after_no_answer(self, stop: Stop) -> tuple[Stop, ...]:
        """Where the no-answer action "forward" leads."""
        step = stop.no_answer
        if step is None or step.action != "forward" or not step.number:
            return ()
        reason = NO_ANSWER if stop.kind == "devices" else UNAVAILABLE
        return self.onward(stop, step.number, reason)

    def deflected(self, stop: Stop, number: str) -> tuple[Stop, ...]:
        """A device of the extension answered with a redirection (3xx) to a number."""
        return self.onward(stop, number, DEFLECTION)

    def onward(self, stop: Stop, number: str, reason: str) -> tuple[Stop, ...]:
        if number in self._reached:
            return ()  # there already
        if len(stop.way.through) >= MOST_HOPS:
            return (Stop("refused", stop.number, stop.way, stop.shown, Rule.LOOP.value, code=482),)
        if is_internal(number):
            return (Stop("refused", stop.number, stop.way, stop.shown, stop.rule, code=403),)
        return self._from(stop.number, number, stop.way.past(stop.number, reason))

    def to_voicemail(self, stop: Stop) -> Stop:
        """The media child that records for the extension of `stop`."""
        way = stop.way.past(stop.number, NO_ANSWER if stop.kind == "devices" else UNAVAILABLE)
        shown = Identity(self.caller.user, self.caller.name)
        return Stop("number", DEPOSIT + stop.number, way, shown, stop.rule)

    def _extension(self, key: str, way: Way) -> tuple[Stop, ...]:
        shown = self._shown(way, outside=False)
        settings = self._subscribers.settings(key)
        state = self._state(key)
        if settings is None:
            decision = _without_settings(state)
            ids = tuple(sorted(state.reachable or ()))
        else:
            caller = "" if self.caller.user == HIDDEN else self.caller.user
            call = Incoming(caller, way.through, reached=frozenset(self._reached))
            decision = decide(call, settings, self._now(), state)
            ids = tuple(device.id for device in decision.devices)
        stop = Stop("devices", key, way, shown, decision.rule.value, no_answer=decision.no_answer)
        if decision.action == "refuse":
            return (replace(stop, kind="refused", code=decision.code),)
        if decision.action == "gateway":
            return (replace(stop, kind="gateway", uri=decision.uri),)
        if decision.action == "no_answer":
            return (replace(stop, kind="no_answer"),)
        if decision.action == "forward":
            self._reached.update(decision.targets)  # before any of them forwards to another
            onward = way.past(key, UNCONDITIONAL)
            further = [step for target in decision.targets for step in self._from(key, target, onward)]
            return (replace(stop, kind="forwarded"), *further)
        return (replace(stop, devices=ids),)

    def _from(self, key: str, number: str, way: Way) -> tuple[Stop, ...]:
        """What extension `key` sends on: outside, it pays, and its outbound rule holds; nobody is there to be asked."""
        settings = self._subscribers.settings(key)
        if settings is not None and is_outside(number):
            decision = self._decide_outgoing(settings, Outgoing(number, outside=True))
            if decision.action != "place":
                return (Stop("refused", number, way, Identity(key), decision.rule.value, code=403),)
        return self.stops(number, way, payer=key)

    # -- who is shown -----------------------------------------------------------------------------------------------

    def _shown(self, way: Way, outside: bool) -> Identity:
        caller = self.caller
        settings = self._subscribers.settings(way.diversions[-1].by) if way.diversions else None
        if settings is None:
            return Identity(caller.outside if outside else caller.user, caller.name)
        return self._presented(settings, settings.caller_id.forward, outside)

    def diverting(self, key: str, outside: bool) -> str:
        """How an extension that forwards is written in the headers of the call: outside by its number."""
        return (self._number_of(key) or key) if outside else key

    def transferred_by(self, key: str, number: str) -> Identity:
        """Whom the destination of a transfer by extension `key` sees; `caller` is the party that is transferred."""
        settings = self._subscribers.settings(key)
        if settings is None:
            return Identity(self.caller.outside if is_outside(number) else self.caller.user, self.caller.name)
        return self._presented(settings, settings.caller_id.transfer, is_outside(number))

    def _presented(self, settings: Settings, choice: Presentation, outside: bool) -> Identity:
        caller = self.caller.outside if outside else self.caller.user
        number = shown_number(settings, self._draws(settings.key)) if outside else None
        user = presented(choice, outside=outside, key=settings.key, number=number, caller=caller)
        return Identity(user, self.caller.name if user == caller else settings.label)

    # -- placing a call ---------------------------------------------------------------------------------------------

    def in_full(self, key: str, number: str) -> str:
        """What extension `key` has dialled, with its country where that is not somebody here."""
        settings, here = self._subscribers.settings(key), self._subscribers
        if settings is None or here.extension(number) is not None or here.group_members(number):
            return number
        return number if self._service(number) else in_full(number, settings)

    def outgoing(self, key: str, number: str, preferred: str | None) -> OutgoingDecision:
        """May extension `key` call `number`, and as whom; from here on the caller is shown so."""
        settings = self._subscribers.settings(key)
        inside = self._subscribers.extension(number) is not None or bool(self._subscribers.group_members(number))
        if inside and number not in EMERGENCY_EVERYWHERE:
            return OutgoingDecision(OutgoingRule.INSIDE, "place")
        if settings is None:
            decision = OutgoingDecision(OutgoingRule.ALLOWED if is_outside(number) else OutgoingRule.INSIDE, "place")
            decision = replace(decision, shown=self._number_of(key) or None)
        else:
            outside = is_outside(number) or is_emergency(number, settings, outside=True)
            decision = self._decide_outgoing(settings, Outgoing(number, outside, preferred))
        if decision.rule is OutgoingRule.EMERGENCY:
            self._emergency = number
        hidden = self.caller.user == HIDDEN and decision.rule is not OutgoingRule.EMERGENCY
        if decision.shown is not None and not hidden:
            self.caller = replace(self.caller, number=decision.shown)
        return decision

    def _number_of(self, key: str) -> str:
        """By which an extension is known outside."""
        settings = self._subscribers.settings(key)
        extension = self._subscribers.extension(key)
        if settings is not None:
            return shown_number(settings, self._draws(key)) or ""
        return (extension.caller_id or "") if extension is not None else ""

    def may_transfer(self, key: str, number: str) -> bool:
        """Whether extension `key` may send somebody there; nobody can be asked a passcode then."""
        settings = self._subscribers.settings(key)
        if settings is None or not is_outside(number):
            return True
        return self._decide_outgoing(settings, Outgoing(number, outside=True)).action == "place"

    def _is_outside(self, number: str) -> bool:
        return is_outside(number) or number == self._emergency

    def _decide_outgoing(self, settings: Settings, call: Outgoing) -> OutgoingDecision:
        rule = self._subscribers.outbound_rule(settings.outbound_rule) if settings.outbound_rule else None
        return decide_outgoing(call, settings, rule, self._draws(settings.key))

    def _draws(self, key: str) -> Callable[[Sequence[str]], str]:
        """One number for an extension, however often it is asked for."""

        def draw(numbers: Sequence[str]) -> str:
            if self._drawn.get(key) not in numbers:
                self._drawn[key] = self._draw(numbers)
            return self._drawn[key]

        return draw


def _without_settings(state: LineState) -> Decision:
    """An extension that has no settings: all its devices, until the caller gives up."""
    if not state.reachable:
        return Decision(Rule.UNREACHABLE, "no_answer", no_answer=NoAnswerStep(0, "end"))
    return Decision(Rule.RING_DEVICES, "ring", no_answer=_RINGS_FOR_EVER)


@dataclass(frozen=True)
class Refusal:
    """A call that may not be placed: `text` for a person, `tag` for a telephone that has its own words. Neither has a
    line end, nor a quotation mark that is not its own."""

    text: str
    tag: str


def refusal(decision: OutgoingDecision, settings: Settings | None) -> Refusal:
    if decision.rule is OutgoingRule.USAGE_LIMIT:
        resets = settings.usage_limit.resets_on if settings is not None else None
        text = "Your usage limit is reached" + (f"; it resets on {resets}" if resets else "")
        return Refusal(text, "usage_limit" + (f";resets={resets}" if resets else ""))
    if decision.rule is OutgoingRule.CALLER_ID:
        return Refusal("This caller ID is not one of yours", "caller_id")
    place = _quoted(decision.place or "this number")
    return Refusal(f"Your outbound rule does not allow calls to {place}", f'outbound_rule;place="{place}"')


def _quoted(text: str) -> str:
    return re.sub(r'[\x00-\x1f\x7f"\\]', " ", text)
