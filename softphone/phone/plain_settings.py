"""The settings of a plain SIP account, which this computer keeps, and the softphone itself acts on."""

from __future__ import annotations

import re
from typing import Any

from softphone.extension.document import InvalidDocument, merge_patch, value_at
from softphone.extension.outgoing_rules import is_emergency
from softphone.extension.settings import KEY, CallerId, Device, Network, Settings
from softphone.phone.account import Provisioning

#: The settings that act without a phone system that knows of them.
ACTING = (
    "/dnd", "/forwarding", "/call_waiting", "/caller_id/number", "/caller_id/numbers", "/caller_id/mode",
    "/no_answer/action", "/no_answer/number", "/no_answer/after_seconds", "/network/tls",
    "/network/local_sip_server_ip",
)
HIDDEN = "anonymous"  # RFC 3323
#: A key that nobody dials, for an account whose user name is none: nothing forwards "to itself" by chance.
_NO_KEY = "0000000000"


def acts_here(pointer: str) -> bool:
    """Also true for a group with something in it that acts."""
    return any(
        pointer == where or pointer.startswith(f"{where}/") or where.startswith(f"{pointer}/") for where in ACTING
    )


def plain_document(provisioning: Provisioning, kept: dict[str, Any]) -> dict[str, Any]:
    """The whole document: what an account begins with, and over it what was kept of it."""
    key = provisioning.username if re.fullmatch(KEY, provisioning.username) else _NO_KEY
    label = (provisioning.display_name or provisioning.username)[:100]
    begin = Settings(
        key=key, label=label, restricted=False, ring_devices=("desktop",), caller_id=CallerId(),
        devices=(Device("here", "desktop", label, this_device=True),),
        network=Network(tls=provisioning.transports[:1] == ("tls",)),
    ).to_json()  # fmt: skip
    members = {name: kept[name] for name in ("dnd", "forwarding", "call_waiting", "caller_id", "no_answer", "network")
               if name in kept}  # fmt: skip
    document: dict[str, Any] = merge_patch(begin, members)
    try:
        return Settings.from_json(document).to_json()
    except InvalidDocument:  # a file of another version, or one that somebody has edited
        return begin


def with_own_number(patch: dict[str, Any]) -> dict[str, Any]:
    """The number to show is any that the person types: nobody has listed the ones allowed."""
    caller_id = patch.get("caller_id")
    if not isinstance(caller_id, dict) or "number" not in caller_id:
        return patch
    number = value_at(patch, "/caller_id/number")
    numbers = [number] if isinstance(number, str) else []
    return {**patch, "caller_id": {**caller_id, "mode": "fixed", "numbers": numbers}}


def caller_id_to_ask(settings: Settings, destination: str, *, hidden: bool) -> str | None:
    """What goes with a call; emergency services always see the number."""
    if hidden and not is_emergency(destination, settings, outside=True):
        return HIDDEN
    return settings.caller_id.number
