"""Why a call goes where it goes, as steps: `decide` says where, and each rule asked before it why it did not decide.

No sentences: windows make them. What is called with the answer of `decide` is never decided here a second time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Literal

from softphone.extension.call_rules import (
    Decision,
    Incoming,
    LineState,
    Rule,
    decide,
    forwards,
    is_reachable,
    most_calls,
    quiet_until,
)
from softphone.extension.settings import Device, DoNotDisturb, Settings


class Why(str, Enum):
    """Why a rule that was asked did not decide."""

    OFF = "off"  # do not disturb, forwarding
    OVER = "over"  # do not disturb was on, until a time that has passed
    NOT_MAPPED = "not_mapped"  # to a gateway
    NOWHERE_TO_GO = "nowhere_to_go"  # forwarding is on without a number or an extension
    VIP_CALLER = "vip_caller"  # forwarding is on, but not for this caller
    NOT_LISTED = "not_listed"  # not in the VIP list
    NO_LIST = "no_list"  # the VIP list is empty
    HIDDEN = "hidden"  # a hidden number is in no list
    FREE = "free"  # fewer calls up than the most there can be
    NO_DEVICE = "no_device"  # none is activated
    NOT_REACHABLE = "not_reachable"  # those that would ring are not connected


@dataclass(frozen=True)
class Target:
    """Where a call is forwarded to. A `key` is an extension or a call group, whose own settings apply in turn."""

    name: str
    kind: Literal["number", "key"]


@dataclass(frozen=True)
class SilentDevice:
    """An activated device that does not ring, and why."""

    device: Device
    why: Literal["not_chosen", "not_reachable"]


@dataclass(frozen=True)
class Step:
    """A rule that was asked. Either it did not match, and `why` says so, or it is the last one, and `decision` says
    what it did: to whom, for how long, and what comes after (`decision.no_answer`).

    `until`: of do not disturb, passed or to come; None when it has none. `calls_up`, `most_calls`: of the busy rule.
    `silent`: of a rule that rings devices.
    """

    rule: Rule
    why: Why | None = None
    decision: Decision | None = None
    until: datetime | None = None
    calls_up: int = 0
    most_calls: int = 0
    silent: tuple[SilentDevice, ...] = ()

    @property
    def targets(self) -> tuple[Target, ...]:
        """Everyone the call is forwarded to at once."""
        names = self.decision.targets if self.decision is not None else ()
        return tuple(Target(name, "number" if name.startswith("+") else "key") for name in names)


@dataclass(frozen=True)
class NextCall:
    """What happens to a call that comes now. `everyone` is anyone who is in no list; where VIPs fare differently, `vip`
    says how, and `vips` who they are."""

    everyone: Step
    vip: Step | None = None
    vips: tuple[str, ...] = ()


class Unreachable(str, Enum):
    """Why no call, from anyone, reaches the person any more."""

    DO_NOT_DISTURB = "do_not_disturb"  # and nothing ends it
    FORWARDS_TO_ITSELF = "forwards_to_itself"
    NO_DEVICE = "no_device"  # that could ring


def explain(call: Incoming, settings: Settings, now: datetime, state: LineState) -> tuple[Step, ...]:
    """The rules in the order in which they were asked; the last is the one that decided."""
    decision = decide(call, settings, now, state)
    passed = tuple(_passed(rule, call, settings, state) for rule in _asked_before(decision.rule, settings))
    return (*passed, _decided(decision, settings, state))


def next_call(settings: Settings, now: datetime, state: LineState | None = None) -> NextCall:
    """For one line in a window: a call from a stranger, and one from a VIP where that makes a difference."""
    state = state if state is not None else LineState()
    everyone = _last(Incoming(""), settings, now, state)
    vips = tuple(dict.fromkeys(settings.forwarding.vip))
    vip = _last(Incoming(vips[0]), settings, now, state) if vips else None
    if vip is None or vip.decision == everyone.decision or not forwards(settings.forwarding):
        return NextCall(everyone)
    return NextCall(everyone, vip, vips)


def becomes_unreachable(before: Settings, after: Settings, now: datetime) -> Unreachable | None:
    """Why nobody reaches the person after a change, when somebody did before it; None when somebody still does.

    Forwarding to someone else is reaching; so is do not disturb that ends by itself.
    """
    return unreachable(after, now) if unreachable(before, now) is None else None


def unreachable(settings: Settings, now: datetime) -> Unreachable | None:
    """Why nobody reaches the person with these settings, be every line free and every device connected."""
    callers = ("", *settings.forwarding.vip)
    decisions = [decide(Incoming(caller), settings, now, LineState()) for caller in callers]
    if any(decision.action in ("ring", "forward", "gateway") for decision in decisions):
        return None
    if decisions[0].rule is Rule.DO_NOT_DISTURB:
        if quiet_until(settings) is None:
            return Unreachable.DO_NOT_DISTURB
        return unreachable(replace(settings, dnd=DoNotDisturb()), now)
    return Unreachable.FORWARDS_TO_ITSELF if decisions[0].rule is Rule.LOOP else Unreachable.NO_DEVICE


def _last(call: Incoming, settings: Settings, now: datetime, state: LineState) -> Step:
    return explain(call, settings, now, state)[-1]


def _asked_before(decided: Rule, settings: Settings) -> tuple[Rule, ...]:
    """The VIP list is asked where there is forwarding for it to make an exception of."""
    if decided is Rule.DO_NOT_DISTURB:
        return ()
    if decided is Rule.GATEWAY:
        return (Rule.DO_NOT_DISTURB,)
    first = (Rule.DO_NOT_DISTURB, Rule.GATEWAY)
    if decided in (Rule.LOOP, Rule.FORWARDING):
        return (*first, Rule.VIP)
    if decided is Rule.BUSY:
        return (*first, Rule.FORWARDING)
    if decided is Rule.UNREACHABLE:
        return (*first, Rule.FORWARDING, Rule.BUSY, Rule.RING_DEVICES)
    return (*first, Rule.FORWARDING, Rule.BUSY)


def _passed(rule: Rule, call: Incoming, settings: Settings, state: LineState) -> Step:
    if rule is Rule.DO_NOT_DISTURB:
        until = quiet_until(settings) if settings.dnd.enabled else None
        return Step(rule, Why.OVER if settings.dnd.enabled else Why.OFF, until=until)
    if rule is Rule.GATEWAY:
        return Step(rule, Why.NOT_MAPPED)
    if rule is Rule.VIP:
        if not settings.forwarding.vip:
            return Step(rule, Why.NO_LIST)
        return Step(rule, Why.NOT_LISTED if call.caller else Why.HIDDEN)
    if rule is Rule.FORWARDING:
        return Step(rule, _why_not_forwarded(call, settings))
    if rule is Rule.BUSY:
        return Step(rule, Why.FREE, calls_up=state.calls_up, most_calls=most_calls(settings))
    silent = _silent(Decision(rule, "ring"), settings, state)
    return Step(rule, Why.NOT_REACHABLE if silent else Why.NO_DEVICE, silent=silent)


def _why_not_forwarded(call: Incoming, settings: Settings) -> Why:
    if not settings.forwarding.enabled:
        return Why.OFF
    return Why.NOWHERE_TO_GO if not forwards(settings.forwarding) else Why.VIP_CALLER


def _decided(decision: Decision, settings: Settings, state: LineState) -> Step:
    rule = decision.rule
    if rule is Rule.DO_NOT_DISTURB:
        return Step(rule, decision=decision, until=quiet_until(settings))
    if rule is Rule.BUSY:
        return Step(rule, decision=decision, calls_up=state.calls_up, most_calls=most_calls(settings))
    silent = _silent(decision, settings, state) if decision.action == "ring" else ()
    return Step(rule, decision=decision, silent=silent)


def _silent(decision: Decision, settings: Settings, state: LineState) -> tuple[SilentDevice, ...]:
    return tuple(
        SilentDevice(device, "not_chosen" if is_reachable(device, state) else "not_reachable")
        for device in settings.devices
        if device.activated and device not in decision.devices
    )
