"""What the smaller parts of the service say, as the telephone's values. What is no list is `InvalidDocument`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from softphone.account.wire import plain, read_rows
from softphone.extension.document import InvalidDocument
from softphone.extension.moment import parse_moment
from softphone.extension.settings import E164, PLAIN
from softphone.phone.phone_services import CallerIdRequest, OutboundRuleEntry
from softphone.phone.server_calls import ServerCall
from softphone.phone.voicemail import Voicemail

_ID = {"max_length": 128, "pattern": r"^[\x21-\x7e]+$"}
_CALL_ID = {"max_length": 4096, "pattern": r"^[\x21-\x7e]+$"}  # RFC 3261 names no longest


@dataclass(frozen=True)
class _Voicemail:
    id: str = field(metadata=_ID)
    at: str = field(metadata={"max_length": 40, "pattern": PLAIN})
    caller: str | None = None  # hidden
    caller_name: str | None = None
    seconds: float = field(default=0.0, metadata={"ge": 0, "le": 24 * 3600})
    read: bool = False


@dataclass(frozen=True)
class _Call:
    id: str = field(metadata={"max_length": 12, "pattern": r"^[0-9]+$"})
    call_id: str = field(metadata=_CALL_ID)
    direction: Literal["incoming", "outgoing"]
    started_at: str = field(metadata={"max_length": 40, "pattern": PLAIN})
    number: str | None = None
    name: str | None = None
    seconds: float = field(default=0.0, metadata={"ge": 0, "le": 30 * 86400})
    reason: str = ""
    rule: str | None = None
    forwarded_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Rule:
    id: str = field(metadata={"max_length": 64, "pattern": PLAIN})
    name: str = ""
    description: str = ""


@dataclass(frozen=True)
class _CallerIdRequest:
    number: str = field(metadata={"max_length": 16, "pattern": E164})
    asked_at: str = field(metadata={"max_length": 40, "pattern": PLAIN})
    state: Literal["checking", "ready", "refused"]
    reason: str = ""


def voicemails(value: Any) -> tuple[Voicemail, ...]:
    return read_rows(_Voicemail, value, _voicemail)


def _voicemail(one: _Voicemail) -> Voicemail:
    at = parse_moment(one.at)
    if at is None:
        raise InvalidDocument(())
    caller, name = plain(one.caller or "")[:64], plain(one.caller_name or "")
    return Voicemail(one.id, caller, at.timestamp(), float(one.seconds), name, one.read)


def outbound_rules(value: Any) -> tuple[OutboundRuleEntry, ...]:
    return read_rows(
        _Rule, value, lambda one: OutboundRuleEntry(one.id, plain(one.name) or one.id, plain(one.description))
    )


def caller_id_requests(value: Any) -> tuple[CallerIdRequest, ...]:
    return read_rows(_CallerIdRequest, value, _caller_id_request)


def _caller_id_request(one: _CallerIdRequest) -> CallerIdRequest:
    at = parse_moment(one.asked_at)
    if at is None:
        raise InvalidDocument(())
    return CallerIdRequest(one.number, at.timestamp(), one.state, plain(one.reason))


def calls(value: Any, ahead: float = 0.0) -> tuple[ServerCall, ...]:
    """A row without a number to go on from, or without a time, is of no use here.

    `ahead`: seconds that this computer's clock is ahead of the service's.
    """
    return read_rows(_Call, value, lambda one: _call(one, ahead))


def _call(one: _Call, ahead: float) -> ServerCall:
    at = parse_moment(one.started_at)
    if at is None:
        raise InvalidDocument(())
    return ServerCall(
        int(one.id), one.call_id, one.direction == "outgoing", plain(one.number or "")[:64], at.timestamp() + ahead,
        plain(one.reason), plain(one.name or ""), float(one.seconds), plain(one.rule or ""),
        plain(one.forwarded_by[-1]) if one.forwarded_by else "",
    )  # fmt: skip
