"""What an extension's settings do to a call it places, and whom the other side sees. Pure, like `call_rules`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Literal

from softphone.extension.settings import Presentation, Settings

#: From every telephone, wherever it is (3GPP TS 22.101, 10.1.1).
EMERGENCY_EVERYWHERE = frozenset({"112", "911"})
#: Where the country is not known.
EMERGENCY_SOMEWHERE = frozenset({"999", "995", "993", "000", "110", "118", "119"})
LONGEST_EMERGENCY = 6  # digits
MOST_TRIES = 3  # of a passcode


class OutgoingRule(str, Enum):
    """Which rule decided, in the order in which they are asked."""

    EMERGENCY = "emergency"
    INSIDE = "inside"
    USAGE_LIMIT = "usage_limit"
    OUTBOUND_RULE = "outbound_rule"
    CALLER_ID = "caller_id"
    ALLOWED = "allowed"


@dataclass(frozen=True)
class OutboundPattern:
    """`prefix` of an E.164 destination ("+", "+65", "+1900"). The first that matches decides."""

    prefix: str
    action: Literal["allow", "refuse", "passcode"]
    place: str = ""  # what a person calls it, e.g. "premium numbers"


@dataclass(frozen=True)
class OutboundRule:
    """No pattern matches: allowed."""

    id: str
    name: str
    description: str = ""
    patterns: tuple[OutboundPattern, ...] = field(default=())


@dataclass(frozen=True)
class Outgoing:
    """`destination`: E.164 number, extension key, or service code. `outside`: it leaves the organisation. `caller_id`:
    the number asked for, for this call only (P-Preferred-Identity)."""

    destination: str
    outside: bool
    caller_id: str | None = None


@dataclass(frozen=True)
class OutgoingDecision:
    """`shown`: E.164 number shown outside, None inside or where the extension has none. `seconds_left`: of talk until
    the usage limit ends the call, None without a limit. `place`: of the pattern that decided."""

    rule: OutgoingRule
    action: Literal["place", "refuse", "passcode"]
    shown: str | None = None
    seconds_left: float | None = None
    place: str = ""


def decide_outgoing(
    call: Outgoing, settings: Settings, rule: OutboundRule | None, draw: Callable[[Sequence[str]], str]
) -> OutgoingDecision:
    """`draw` picks one of several numbers (`random.choice`), so that this stays pure."""
    if is_emergency(call.destination, settings, outside=call.outside):
        return OutgoingDecision(OutgoingRule.EMERGENCY, "place", shown=_own_number(settings))
    if not call.outside:
        return OutgoingDecision(OutgoingRule.INSIDE, "place")
    left = seconds_left(settings)
    if left is not None and left <= 0:
        return OutgoingDecision(OutgoingRule.USAGE_LIMIT, "refuse", seconds_left=0.0)
    pattern = matching(call.destination, rule)
    if pattern is not None and (pattern.action == "refuse" or (pattern.action == "passcode" and not settings.passcode)):
        return OutgoingDecision(OutgoingRule.OUTBOUND_RULE, "refuse", place=pattern.place)
    if call.caller_id is not None and call.caller_id not in settings.caller_id.allowed:
        return OutgoingDecision(OutgoingRule.CALLER_ID, "refuse")
    shown = call.caller_id or shown_number(settings, draw)
    if pattern is None or pattern.action == "allow":
        place = pattern.place if pattern is not None else ""
        return OutgoingDecision(OutgoingRule.ALLOWED, "place", shown, left, place)
    return OutgoingDecision(OutgoingRule.OUTBOUND_RULE, "passcode", shown, left, pattern.place)


def is_emergency(destination: str, settings: Settings, *, outside: bool) -> bool:
    """Never blocked, rewritten, or asked a passcode. The country is that of the extension's own number.

    Its numbers (101 in India) may be extensions here, which are then not `outside`: 112 and 911 are never.
    """
    if destination in EMERGENCY_EVERYWHERE:
        return True
    if not outside or len(destination) > LONGEST_EMERGENCY or not (destination.isascii() and destination.isdigit()):
        return False
    own = _own_number(settings)
    region = _region(own) if own is not None else None
    if region is None:
        return destination in EMERGENCY_SOMEWHERE
    from phonenumbers import shortnumberinfo

    return bool(shortnumberinfo.is_emergency_number(destination, region))


@lru_cache(maxsize=256)
def _region(number: str) -> str | None:
    """ISO 3166 code of the country of an E.164 number."""
    import phonenumbers  # its metadata takes tens of milliseconds to load

    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return None


def in_full(number: str, settings: Settings) -> str:
    """A number as it is dialled in the country of the extension's own, as E.164; anything else as it is."""
    own = _own_number(settings)
    region = _region(own) if own is not None else None
    if region is None or len(number) <= LONGEST_EMERGENCY or not (number.isascii() and number.isdigit()):
        return number
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def matching(destination: str, rule: OutboundRule | None) -> OutboundPattern | None:
    return next((p for p in rule.patterns if destination.startswith(p.prefix)), None) if rule is not None else None


def shown_number(settings: Settings, draw: Callable[[Sequence[str]], str]) -> str | None:
    """The caller ID of one call outside. A number that is no longer allowed is never shown."""
    caller_id = settings.caller_id
    if not caller_id.allowed:
        return None
    return draw(caller_id.allowed) if caller_id.mode == "random" else _own_number(settings)


def _own_number(settings: Settings) -> str | None:
    caller_id = settings.caller_id
    if caller_id.number in caller_id.allowed:
        return caller_id.number
    return caller_id.allowed[0] if caller_id.allowed else None


def seconds_left(settings: Settings) -> float | None:
    """Of talk; an amount of money that is left does not tell seconds, but a spent one is 0."""
    usage = settings.usage_limit
    if usage.kind == "unlimited" or usage.limit is None or settings.type != "normal":
        return None
    if usage.kind == "amount":
        return None if usage.used < usage.limit else 0.0
    return max(0.0, (usage.limit - usage.used) * 60)


def presented(choice: Presentation, *, outside: bool, key: str, number: str | None, caller: str) -> str:
    """Whom the next destination of a forwarded or transferred call sees: `caller` (the original one), or the extension
    (`key` inside, its caller ID `number` outside; without one, the key)."""
    if outside:
        return caller if choice.external == "caller_number" else number or key
    return caller if choice.internal == "caller_number" else key
