"""What the smaller parts of the service say, as the telephone's values. Anything else is `InvalidDocument`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from softphone.account.wire import plain, read_value
from softphone.extension.document import InvalidDocument
from softphone.extension.moment import parse_moment
from softphone.extension.settings import PLAIN
from softphone.phone.phone_services import OutboundRuleEntry
from softphone.phone.voicemail import Voicemail

_ID = {"max_length": 128, "pattern": r"^[\x21-\x7e]+$"}


@dataclass(frozen=True)
class _Voicemail:
    id: str = field(metadata=_ID)
    at: str = field(metadata={"max_length": 40, "pattern": PLAIN})
    caller: str | None = None  # hidden
    caller_name: str | None = None
    seconds: float = field(default=0.0, metadata={"ge": 0, "le": 24 * 3600})
    read: bool = False


@dataclass(frozen=True)
class _Voicemails:
    entries: tuple[_Voicemail, ...]


@dataclass(frozen=True)
class _Rule:
    id: str = field(metadata={"max_length": 64, "pattern": PLAIN})
    name: str = ""
    description: str = ""


@dataclass(frozen=True)
class _Rules:
    rules: tuple[_Rule, ...]


def voicemails(value: Any) -> tuple[Voicemail, ...]:
    return tuple(_voicemail(one) for one in read_value(_Voicemails, {"entries": value}).entries)


def _voicemail(one: _Voicemail) -> Voicemail:
    at = parse_moment(one.at)
    if at is None:
        raise InvalidDocument(())
    caller, name = plain(one.caller or "")[:64], plain(one.caller_name or "")
    return Voicemail(one.id, caller, at.timestamp(), float(one.seconds), name, one.read)


def outbound_rules(value: Any) -> tuple[OutboundRuleEntry, ...]:
    return tuple(
        OutboundRuleEntry(one.id, plain(one.name) or one.id, plain(one.description))
        for one in read_value(_Rules, {"rules": value}).rules
    )
