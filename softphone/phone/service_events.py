"""Answers to what was asked of the account service's smaller parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from softphone.phone.failure import Failure

if TYPE_CHECKING:
    from softphone.phone.phone_services import CallerIdRequest, OutboundRuleEntry
    from softphone.phone.server_calls import ServerCall
    from softphone.phone.voicemail import Voicemail


@dataclass(frozen=True)
class VoicemailsLoaded:
    entries: tuple[Voicemail, ...] = field(repr=False)


@dataclass(frozen=True)
class OutboundRulesLoaded:
    rules: tuple[OutboundRuleEntry, ...]


@dataclass(frozen=True)
class CallerIdRequestsLoaded:
    """The newest first."""

    requests: tuple[CallerIdRequest, ...] = field(repr=False)


@dataclass(frozen=True)
class ServerCallsLoaded:
    """The newest rows of the phone system's own call history."""

    rows: tuple[ServerCall, ...] = field(repr=False)


@dataclass(frozen=True)
class SoundFetched:
    """A file to play. what: voicemail (`subject` is its id) | message | preview."""

    what: str
    subject: str
    path: str


@dataclass(frozen=True)
class RequestDone:
    """what: voicemail_read | voicemail_delete | upload | caller_id_request | device; `subject`: what it was about."""

    what: str
    subject: str = field(default="", repr=False)


@dataclass(frozen=True)
class RequestRefused:
    """what: as above, as in SoundFetched, or voicemails | outbound_rules | caller_id_requests."""

    what: str
    failure: Failure
    subject: str = field(default="", repr=False)


ServiceEvent = (
    VoicemailsLoaded | OutboundRulesLoaded | CallerIdRequestsLoaded | ServerCallsLoaded | SoundFetched | RequestDone
    | RequestRefused
)
