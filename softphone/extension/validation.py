"""What makes a settings document acceptable: `faults` as a whole, `change_faults` and `refused_changes` as a change."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from ipaddress import ip_address

from softphone.extension.call_rules import forward_targets, quiet_until
from softphone.extension.document import Fault, InvalidDocument, Json, read, value_at
from softphone.extension.moment import parse_moment
from softphone.extension.settings import E164, Settings

#: What only the phone system or its administrator sets, for every person.
READ_ONLY = (
    "/key", "/type", "/role", "/assignee", "/call_group", "/hot_desking", "/debug_mode", "/restricted", "/devices",
    "/gateway", "/caller_id/numbers", "/caller_id/assigned", "/usage_limit/used", "/usage_limit/resets_on", "/locked",
)
#: What is locked for a new member, until an administrator unlocks it.
ADMINISTRATORS_ONLY = ("/usage_limit", "/outbound_rule")
#: What acts for a normal extension alone.
NORMAL_ONLY = ("/call_waiting", "/no_answer")
EMPTY_SPEECH = "Type the message callers will hear."


def faults(document: Json, groups: Collection[str] = ()) -> tuple[Fault, ...]:
    """Everything wrong in a whole document; empty when it may be stored. `groups` are the keys that are call groups."""
    several = _several_numbers(document)
    try:
        settings = read(Settings, document, complete=True, limited=True)
    except InvalidDocument as invalid:
        return (*several, *(fault for fault in invalid.faults if not (several and fault.pointer == several[0].pointer)))
    return tuple(_rules(settings, groups))


def change_faults(
    before: Json, after: Json, groups: Collection[str] = (), *, now: datetime, known: Collection[str] | None = None
) -> tuple[Fault, ...]:
    """What a change makes wrong. What was wrong before it and is left as it was, is no fault of the change.

    `known`: the keys of all extensions and groups; None: not known, any key will do.
    """
    older = set(faults(before, groups))
    wrong = [fault for fault in faults(after, groups) if fault not in older or not _left(before, after, fault)]
    try:
        was, will_be = Settings.from_json(before), Settings.from_json(after)
    except InvalidDocument:
        return tuple(wrong)
    return (*wrong, *_changes(was, will_be, now, known))


def refused_changes(before: Json, after: Json) -> tuple[Fault, ...]:
    """The changes that this person may not make: what is read-only, what the administrator has locked, and what is not
    for this type of extension."""
    locked = [where for where in value_at(before, "/locked") or () if isinstance(where, str)]
    return tuple(
        [Fault(where, "read-only", "Only an administrator can change this.") for where in READ_ONLY
         if value_at(before, where) != value_at(after, where)]
        + [Fault(where, "locked", "Your administrator has locked this setting.") for where in locked
           if where not in READ_ONLY and value_at(before, where) != value_at(after, where)]
        + [Fault(where, "normal-only", "Only for Normal extensions.") for where in NORMAL_ONLY
           if value_at(before, "/type") != "normal" and value_at(before, where) != value_at(after, where)]
    )


def _left(before: Json, after: Json, fault: Fault) -> bool:
    """As it was. A list that is too long may be shortened step by step."""
    if fault.code in ("one-device", "one-destination", "one-group"):
        return _length(value_at(after, fault.pointer)) <= _length(value_at(before, fault.pointer))
    return bool(value_at(before, fault.pointer) == value_at(after, fault.pointer))


def _length(value: Json) -> int:
    """Of a list, or of the destinations in `/forwarding`."""
    return len(value.get("extensions") or ()) + bool(value.get("number")) if isinstance(value, dict) else len(value)


def _changes(before: Settings, after: Settings, now: datetime, known: Collection[str] | None) -> Iterator[Fault]:
    ends = quiet_until(after)
    if before.dnd != after.dnd and after.dnd.enabled and ends is not None and ends <= now:
        yield Fault("/dnd/until", "past", "This time has passed. Choose a later one.")
    if before.ring_devices != after.ring_devices and _silences(after):
        sentence = "At least one device must ring. To stop all calls, use Do not disturb."
        yield Fault("/ring_devices", "last-device", sentence)
    for at, key in enumerate(after.forwarding.extensions):
        if known is not None and key not in known and key not in before.forwarding.extensions:
            sentence = f"There is no extension {key}. Remove it or check the number."
            yield Fault(f"/forwarding/extensions/{at}", "not-found", sentence)


def _silences(settings: Settings) -> bool:
    """None of the devices that are there is chosen to ring."""
    activated = {device.type for device in settings.devices if device.activated}
    return not settings.ring_devices or (bool(activated) and activated.isdisjoint(settings.ring_devices))


def _several_numbers(document: Json) -> tuple[Fault, ...]:
    """More than one phone number to forward to has a sentence of its own, whichever way they are written."""
    number = value_at(document, "/forwarding/number")
    written = re.split(r"[,;/\s]+(?=\+)", number) if isinstance(number, str) else number
    if not isinstance(written, list):
        return ()
    if len(written) > 1 and all(isinstance(one, str) and re.fullmatch(E164, one.strip()) for one in written):
        return (Fault("/forwarding/number", "one-number", "Maximum 1 Phone Number."),)
    return ()


def _rules(settings: Settings, groups: Collection[str]) -> Iterator[Fault]:
    yield from _ringing(settings)
    yield from _forwarding(settings, groups)
    yield from _caller_id(settings)
    yield from _usage_limit(settings)
    yield from _no_answer(settings)
    if settings.dnd.until is not None and parse_moment(settings.dnd.until) is None:
        yield Fault("/dnd/until", "format", "This must be a time with its offset, like 2026-11-22T09:30:00+08:00.")
    if settings.network.local_sip_server_ip is not None and not _is_ip(settings.network.local_sip_server_ip):
        yield Fault("/network/local_sip_server_ip", "format", _of_ip(settings.network.local_sip_server_ip))


def _ringing(settings: Settings) -> Iterator[Fault]:
    chosen = settings.ring_devices
    if len(set(chosen)) != len(chosen):
        yield Fault("/ring_devices", "repeated", "Each kind of device can be chosen once.")
    if len(chosen) > 1 and settings.type == "contact_center":
        yield Fault("/ring_devices", "one-device", "A contact center extension rings one device.")
    elif len(chosen) > 1 and settings.call_group is not None:
        yield Fault("/ring_devices", "one-device", "A member of a call group rings one device.")


def _forwarding(settings: Settings, groups: Collection[str]) -> Iterator[Fault]:
    forwarding, destinations = settings.forwarding, len(forward_targets(settings.forwarding))
    if forwarding.enabled and not destinations:
        yield Fault("/forwarding", "destination-required", "Choose a number or an extension to forward to.")
    if len(set(forwarding.extensions)) != len(forwarding.extensions):
        yield Fault("/forwarding/extensions", "repeated", "Each extension can be listed once.")
    if settings.key in forwarding.extensions:
        at = forwarding.extensions.index(settings.key)
        yield Fault(f"/forwarding/extensions/{at}", "itself", "You can't forward to yourself.")
    if not settings.restricted:
        return
    if settings.call_group is not None and destinations > 1:
        sentence = "This number is in a call group, so it must be the only one."
        yield Fault("/forwarding", "one-destination", sentence)
    elif len(set(forwarding.extensions)) > 1 and any(key in groups for key in forwarding.extensions):
        yield Fault("/forwarding/extensions", "one-group", "A call group must be the only extension.")


def _caller_id(settings: Settings) -> Iterator[Fault]:
    shown = settings.caller_id
    if shown.mode == "random":
        if shown.number is not None:
            yield Fault("/caller_id/number", "not-with-random", "With a random caller ID no number is chosen.")
        if not shown.allowed:
            yield Fault("/caller_id/mode", "no-numbers", "There are no numbers to choose from.")
    elif shown.mode == "assigned" and not shown.assigned:
        yield Fault("/caller_id/mode", "none-assigned", "Your administrator has assigned no caller IDs.")
    elif shown.number is None and shown.allowed:
        yield Fault("/caller_id/number", "required", "Choose the number to show.")
    elif shown.number is not None and shown.number not in shown.allowed:
        yield Fault("/caller_id/number", "not-yours", "This number is not among your caller IDs.")


def _usage_limit(settings: Settings) -> Iterator[Fault]:
    usage = settings.usage_limit
    if usage.kind == "unlimited":
        if usage.limit is not None:
            yield Fault("/usage_limit/limit", "not-with-unlimited", "Unlimited use has no limit.")
        return
    if settings.type != "normal":
        yield Fault("/usage_limit/kind", "normal-only", "Only a normal extension can have a usage limit.")
    if usage.limit is None:
        yield Fault("/usage_limit/limit", "required", "Give the limit.")
    if usage.kind == "amount" and usage.currency is None:
        yield Fault("/usage_limit/currency", "required", "Give the currency of the limit.")


def _no_answer(settings: Settings) -> Iterator[Fault]:
    no_answer = settings.no_answer
    if no_answer.action == "forward" and no_answer.number is None:
        yield Fault("/no_answer/number", "required", "Give the number to forward to.")
    message = no_answer.message
    if message.kind == "speech":
        heard = no_answer.action != "forward" and settings.type == "normal"
        if message.speech is None:
            yield Fault("/no_answer/message/speech", "required", EMPTY_SPEECH)
        elif heard and not message.speech.text.strip():
            yield Fault("/no_answer/message/speech/text", "empty", EMPTY_SPEECH)
    if message.kind == "audio" and message.audio is None:
        yield Fault("/no_answer/message/audio", "required", "Upload the message to play.")


def _is_ip(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def _of_ip(text: str) -> str:
    if re.fullmatch(r"[0-9]+(\.[0-9]+){3}", text):
        return "Each part must be 0 to 255."
    return "Type an IP address, like 10.20.0.30."
