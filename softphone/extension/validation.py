"""What makes a settings document acceptable as a whole: `faults` for anyone, `refused_changes` for a person's patch."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from ipaddress import ip_address

from softphone.extension.document import Fault, InvalidDocument, Json, read, value_at
from softphone.extension.moment import parse_moment
from softphone.extension.settings import E164, Settings

#: What only the phone system or its administrator sets, for every person.
READ_ONLY = (
    "/key", "/type", "/role", "/assignee", "/call_group", "/hot_desking", "/debug_mode", "/restricted", "/devices",
    "/gateway", "/caller_id/numbers", "/caller_id/assigned", "/usage_limit/used", "/usage_limit/resets_on", "/locked",
)


def faults(document: Json, groups: Collection[str] = ()) -> tuple[Fault, ...]:
    """Everything wrong in a whole document; empty when it may be stored. `groups` are the keys that are call groups."""
    several = _several_numbers(document)
    try:
        settings = read(Settings, document, complete=True, limited=True)
    except InvalidDocument as invalid:
        return (*several, *(fault for fault in invalid.faults if not (several and fault.pointer == several[0].pointer)))
    return tuple(_rules(settings, groups))


def refused_changes(before: Json, after: Json) -> tuple[Fault, ...]:
    """The changes that this person may not make: what is read-only, and what the administrator has locked."""
    locked = [where for where in value_at(before, "/locked") or () if isinstance(where, str)]
    return tuple(
        [Fault(where, "read-only", "Only an administrator can change this.") for where in READ_ONLY
         if value_at(before, where) != value_at(after, where)]
        + [Fault(where, "locked", "Your administrator has locked this setting.") for where in locked
           if where not in READ_ONLY and value_at(before, where) != value_at(after, where)]
    )


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
        yield Fault("/network/local_sip_server_ip", "format", "This must be an IP address, like 192.168.1.10.")


def _ringing(settings: Settings) -> Iterator[Fault]:
    chosen = settings.ring_devices
    if len(set(chosen)) != len(chosen):
        yield Fault("/ring_devices", "repeated", "Each kind of device can be chosen once.")
    if len(chosen) > 1 and settings.type == "contact_center":
        yield Fault("/ring_devices", "one-device", "A contact center extension rings one device.")
    elif len(chosen) > 1 and settings.call_group is not None:
        yield Fault("/ring_devices", "one-device", "A member of a call group rings one device.")


def _forwarding(settings: Settings, groups: Collection[str]) -> Iterator[Fault]:
    forwarding, destinations = settings.forwarding, len(settings.forwarding.extensions)
    if settings.forwarding.number is not None:
        destinations += 1
    if forwarding.enabled and not destinations:
        yield Fault("/forwarding", "destination-required", "Choose a number or an extension to forward to.")
    if len(set(forwarding.extensions)) != len(forwarding.extensions):
        yield Fault("/forwarding/extensions", "repeated", "Each extension can be listed once.")
    if settings.key in forwarding.extensions:
        at = forwarding.extensions.index(settings.key)
        yield Fault(f"/forwarding/extensions/{at}", "itself", "An extension cannot forward to itself.")
    if settings.restricted and destinations > 1:
        if settings.call_group is not None:
            yield Fault("/forwarding", "one-destination", "A member of a call group forwards to one destination.")
        elif any(key in groups for key in forwarding.extensions):
            yield Fault("/forwarding", "one-group", "When forwarding to a group, only that group can be listed.")


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
    if message.kind == "speech" and message.speech is None:
        yield Fault("/no_answer/message/speech", "required", "Give the text to speak.")
    if message.kind == "audio" and message.audio is None:
        yield Fault("/no_answer/message/audio", "required", "Upload the message to play.")


def _is_ip(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False
