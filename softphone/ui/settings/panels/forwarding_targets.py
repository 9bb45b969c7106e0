"""Where calls may be forwarded to: what is typed becomes a number or an extension, or its fault is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from softphone.extension.call_rules import forward_targets
from softphone.extension.document import Json
from softphone.extension.settings import E164, KEY, Forwarding
from softphone.phone.number import ascii_digits, shown, to_e164
from softphone.ui import text_forwarding as words
from softphone.ui.main.reading_direction import isolated
from softphone.ui.settings.context import SettingsContext


@dataclass
class Draft:
    """Forwarding that the person has turned on, and that has nowhere to go yet: it is not sent."""

    key: str = ""
    wants: bool = False


def draft_of(context: SettingsContext) -> Draft:
    """Of the extension that is signed in."""
    key = context.document.key if context.document is not None else ""
    found = context.memory.get("forwarding")
    if not isinstance(found, Draft) or found.key != key:
        found = context.memory["forwarding"] = Draft(key)
    if forwarding_of(context).enabled:
        found.wants = False
    return found


def forwarding_of(context: SettingsContext) -> Forwarding:
    return context.document.forwarding if context.document is not None else Forwarding()


def is_on(context: SettingsContext) -> bool:
    """As the switch shows it, refused or not."""
    return draft_of(context).wants or bool(context.settings.value("/forwarding/enabled"))


def is_asked_for(context: SettingsContext) -> bool:
    """It acts, or would with somewhere to go."""
    return draft_of(context).wants or forwarding_of(context).enabled


def switch_patch(context: SettingsContext, on: Json) -> dict[str, Any]:
    """On is sent as soon as there is somewhere to go."""
    draft_of(context).wants = bool(on)
    if on and not forward_targets(forwarding_of(context)):
        return {}
    return {"forwarding": {"enabled": bool(on)}}


def target_patch(context: SettingsContext, member: str, value: Json) -> dict[str, Any]:
    """With the last place to go, forwarding goes off until there is another one; with the first it goes on."""
    on = is_on(context)
    now = context.settings.value("/forwarding") or {}
    after = {**now, member: value}
    somewhere = bool(after.get("number") or after.get("extensions"))
    if on and not somewhere:
        draft_of(context).wants = True
    patch: dict[str, Any] = {member: value}
    if bool(now.get("enabled")) != (on and somewhere):
        patch["enabled"] = on and somewhere
    return {"forwarding": patch}


def target_names(context: SettingsContext) -> list[str]:
    return [name_of(target) for target in forward_targets(forwarding_of(context))]


def name_of(target: str) -> str:
    """A number grouped, a key as it is."""
    return isolated(shown(target))


# --- chips ------------------------------------------------------------------------------------------------------------


def number_from(context: SettingsContext, text: str) -> str | None:
    return to_e164(ascii_digits(text), context.phone.region)


def extension_from(context: SettingsContext, text: str) -> str | None:
    """A key, or the name of somebody in the directory."""
    digits = ascii_digits(text.strip())
    if re.fullmatch(KEY, digits):
        return digits
    wanted = text.strip().casefold()
    directory = context.phone.directory.values()
    names = [entry.key for entry in directory if entry.label.casefold() == wanted]
    firsts = [entry.key for entry in directory if entry.label.casefold().split(" ")[0] == wanted]
    found = names or firsts
    return found[0] if len(found) == 1 else None


def party_from(context: SettingsContext, text: str) -> str | None:
    """A number or an extension, whichever it is."""
    if re.fullmatch(KEY, ascii_digits(text.strip())) and len(text.strip()) <= 6:
        return ascii_digits(text.strip())
    return number_from(context, text) or extension_from(context, text)


def chip_words(context: SettingsContext, value: str) -> str:
    """ "101 Arun", "+65 3123 4567"."""
    entry = context.phone.directory.get(value)
    if entry is None:
        return name_of(value)
    name = entry.label if entry.kind == "group" else entry.label.split(" ")[0]
    return words.number_and_name(entry.key, name)


def number_fault(context: SettingsContext, value: str, siblings: Sequence[str]) -> str:
    """`siblings`: everything in the same field."""
    if not re.fullmatch(E164, value):
        return words.bad_number()
    document = context.document
    others = document.forwarding.extensions if document is not None else ()
    if document is None or not document.restricted or not others:
        return ""
    if document.call_group is not None:
        return words.only_one_in_call_group()
    return words.group_alone() if any(_is_group(context, key) for key in others) else ""


def extension_fault(context: SettingsContext, value: str, siblings: Sequence[str]) -> str:
    document = context.document
    if document is not None and value == document.key:
        return words.own_extension()
    if not re.fullmatch(KEY, value) or not _exists(context, value):
        return words.no_extension(value)
    if document is None or not document.restricted:
        return ""
    others = [one for one in siblings if one != value]
    if document.call_group is not None and (document.forwarding.number or siblings[0] != value):
        return words.only_one_in_call_group()
    if _is_group(context, value) and (others or document.forwarding.number):
        return words.group_alone()
    return ""


def party_fault(context: SettingsContext, value: str, siblings: Sequence[str]) -> str:
    if re.fullmatch(E164, value):
        return ""
    if re.fullmatch(KEY, value):
        return "" if _exists(context, value) else words.no_extension(value)
    return words.bad_number()


def _exists(context: SettingsContext, key: str) -> bool:
    """While there is no directory, nobody knows."""
    return not context.phone.directory or key in context.phone.directory


def _is_group(context: SettingsContext, key: str) -> bool:
    entry = context.phone.directory.get(key)
    return entry is not None and entry.kind == "group"
