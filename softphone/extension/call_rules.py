"""What an extension's settings do to a call that comes in for it. One pure function: no clock, no network, no chance.

The phone system acts on its answer, the softphone explains it, and with a plain SIP account the softphone acts on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Literal

from softphone.extension.moment import parse_moment
from softphone.extension.settings import Device, DeviceType, Forwarding, Settings

LONGEST_RINGING = 60  # seconds, where no setting says how long
MOST_HOPS = 5  # forwarded more often than that ends with 482 (RFC 3261 21.4.20)
CALLS_WITH_WAITING, CALLS_WITHOUT = 2, 1
FIXED_ORDER: tuple[DeviceType, ...] = ("ip_phone", "mobile", "desktop")


class Rule(str, Enum):
    """Which rule decided; in the order in which they are asked."""

    DO_NOT_DISTURB = "do_not_disturb"
    GATEWAY = "gateway"
    LOOP = "loop"
    FORWARDING = "forwarding"
    BUSY = "busy"
    VIP = "vip"  # forwarding is on, and this caller rings all the same
    RING_DEVICES = "ring_devices"
    UNREACHABLE = "unreachable"  # nothing can ring: the no-answer action at once


@dataclass(frozen=True)
class Incoming:
    """A call for an extension.

    `caller`: E.164 number or extension key, "" when it is hidden. `through`: keys that have forwarded it already, the
    oldest first. `middle_step`: the extension is a step of a virtual line that goes on after it. `reached`: numbers and
    keys that the same call has been sent to on any of its ways. Who routes must keep it: without it, extensions that
    forward to each other make a call branch into millions (RFC 5393).
    """

    caller: str
    through: tuple[str, ...] = ()
    middle_step: bool = False
    reached: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LineState:
    """`calls_up`: ringing out, talked or held now. `reachable`: ids of devices with a live binding, None: take all of
    them for reachable. `last_used`: type of the device that answered or placed the last call."""

    calls_up: int = 0
    reachable: frozenset[str] | None = None
    last_used: DeviceType | None = None


@dataclass(frozen=True)
class NoAnswerStep:
    """What follows when nobody picks up within `after_seconds` (0: at once). `action` as in the settings; "end" where
    the extension has no no-answer settings: it rings until the caller gives up, and ends with 480."""

    after_seconds: int
    action: Literal["forward", "hang_up", "record_number", "voicemail", "end"]
    number: str | None = None


@dataclass(frozen=True)
class Decision:
    """`action` says which members count.

    refuse: `code` (SIP status). gateway: `uri`. forward: `targets` (numbers and keys) ring at once. ring: `devices`
    (ids), then `no_answer`. no_answer: `no_answer` at once.
    """

    rule: Rule
    action: Literal["refuse", "gateway", "forward", "ring", "no_answer"]
    code: int = 0
    uri: str = ""
    targets: tuple[str, ...] = ()
    devices: tuple[Device, ...] = ()
    no_answer: NoAnswerStep | None = None


def decide(call: Incoming, settings: Settings, now: datetime, state: LineState) -> Decision:
    """First match wins. `now` has an offset."""
    if do_not_disturb(settings, now):
        return Decision(Rule.DO_NOT_DISTURB, "refuse", code=486)
    if settings.gateway:
        return Decision(Rule.GATEWAY, "gateway", uri=settings.gateway)
    vip = False
    if forwards(settings.forwarding):
        vip = is_vip(call.caller, settings.forwarding)
        if not vip:
            return _forwarded(call, settings)
    if state.calls_up >= most_calls(settings):
        return Decision(Rule.BUSY, "refuse", code=486)
    devices = ringing_devices(settings, state)
    step = no_answer_step(call, settings)
    if not devices:
        return Decision(Rule.UNREACHABLE, "no_answer", no_answer=_at_once(step))
    return Decision(Rule.VIP if vip else Rule.RING_DEVICES, "ring", devices=devices, no_answer=step)


def do_not_disturb(settings: Settings, now: datetime) -> bool:
    """On, and its `until` not past."""
    until = quiet_until(settings)
    return settings.dnd.enabled and (until is None or now < until)


def quiet_until(settings: Settings) -> datetime | None:
    """When do not disturb ends by itself. An `until` that cannot be read does not end it."""
    return parse_moment(settings.dnd.until) if settings.dnd.until is not None else None


def forwards(forwarding: Forwarding) -> bool:
    """On with nowhere to go is not on: the devices ring."""
    return forwarding.enabled and bool(forwarding.number or forwarding.extensions)


def is_vip(caller: str, forwarding: Forwarding) -> bool:
    return bool(caller) and caller in forwarding.vip


def most_calls(settings: Settings) -> int:
    """Calls at once before one more is refused as busy."""
    waiting = settings.call_waiting and settings.type == "normal"
    return CALLS_WITH_WAITING if waiting else CALLS_WITHOUT


def forward_targets(forwarding: Forwarding) -> tuple[str, ...]:
    number = (forwarding.number,) if forwarding.number else ()
    return (*number, *dict.fromkeys(forwarding.extensions))


def _forwarded(call: Incoming, settings: Settings) -> Decision:
    """To everyone on the list whom the call has not come from, or been sent to. Nobody left, back where it was (by way
    of a call group), or more than `MOST_HOPS`: 482."""
    been = {*call.through, *call.reached, settings.key}
    targets = tuple(target for target in forward_targets(settings.forwarding) if target not in been)
    if not targets or not _goes_on(call, settings):
        return Decision(Rule.LOOP, "refuse", code=482)
    return Decision(Rule.FORWARDING, "forward", targets=targets)


def _goes_on(call: Incoming, settings: Settings) -> bool:
    """Whether this extension may still forward the call."""
    return settings.key not in call.through and len(call.through) < MOST_HOPS


def ringing_devices(settings: Settings, state: LineState) -> tuple[Device, ...]:
    """Activated, chosen and reachable; exactly one for a member of a call group and for the contact center."""
    activated = [device for device in settings.devices if device.activated]
    return tuple(device for device in _chosen(settings, activated, state) if is_reachable(device, state))


def is_reachable(device: Device, state: LineState) -> bool:
    return state.reachable is None or device.id in state.reachable


def _chosen(settings: Settings, activated: Sequence[Device], state: LineState) -> Sequence[Device]:
    if settings.type == "contact_center":
        primary = [device for device in activated if device.type == settings.primary_device]
        if primary:
            return primary[:1]
    chosen = [device for device in activated if device.type in settings.ring_devices]
    one_rings = settings.type == "contact_center" or settings.call_group is not None
    return chosen if chosen and not one_rings else _default(chosen or activated, state)


def _default(devices: Sequence[Device], state: LineState) -> Sequence[Device]:
    """One that can ring, if any can: the device used last; where there is none, IP phone, then mobile, then desktop."""
    able = [device for device in devices if is_reachable(device, state)] or devices
    last = [device for device in able if device.type == state.last_used]
    return (last or sorted(able, key=lambda device: FIXED_ORDER.index(device.type)))[:1]


def no_answer_step(call: Incoming, settings: Settings) -> NoAnswerStep:
    """Normal extensions only, and not in the middle of a virtual line. A call is not forwarded in a circle here either:
    it ends."""
    if settings.type != "normal" or call.middle_step:
        return NoAnswerStep(LONGEST_RINGING, "end")
    no_answer = settings.no_answer
    if no_answer.action != "forward":
        return NoAnswerStep(no_answer.after_seconds, no_answer.action)
    number = no_answer.number
    if not number or number in call.reached or not _goes_on(call, settings):
        return NoAnswerStep(no_answer.after_seconds, "hang_up")
    return NoAnswerStep(no_answer.after_seconds, "forward", number)


def _at_once(step: NoAnswerStep) -> NoAnswerStep:
    return NoAnswerStep(0, step.action, step.number)
