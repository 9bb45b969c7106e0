"""What a telephone asks of its account service beside calls and settings; every answer comes as an event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from softphone.phone import events as ev
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.number import to_e164
from softphone.phone.ports import AccountRequests
from softphone.phone.publisher import Publisher, Topic
from softphone.phone.voicemail import Voicemails

LARGEST_MESSAGE = 5 * 1024 * 1024  # bytes


@dataclass(frozen=True)
class OutboundRuleEntry:
    """A rule that the organisation offers; the extension's own is named in its settings."""

    id: str
    name: str
    description: str = ""


@dataclass(frozen=True)
class CallerIdRequest:
    """A number that the organisation was asked for, when (Unix time), and what came of it."""

    number: str
    asked_at: float
    state: Literal["checking", "ready", "refused"] = "checking"
    reason: str = ""


class PhoneServices:
    """A part of `Phone`. `Topic.SERVICE` carries each answer: SoundFetched, RequestDone or RequestRefused."""

    def __init__(self, account: AccountRequests, publisher: Publisher, usable: Callable[[], bool]) -> None:
        self._services = account
        self._announce = publisher.publish
        self._has_service = usable
        self.voicemails = Voicemails(account, publisher, usable)
        self.outbound_rules: tuple[OutboundRuleEntry, ...] = ()
        self.caller_id_requests: tuple[CallerIdRequest, ...] = ()  # the newest first
        self._missing: set[str] = set()

    def offers(self, feature: str) -> bool:
        """Whether the service has it: voicemails, outbound_rules, message, preview, caller_id_request, device, calls.

        One that has not been asked for yet is taken to be there.
        """
        return self._has_service() and feature not in self._missing

    # --- intents --------------------------------------------------------------------------------------------------

    def request_caller_id(self, number: str, note: str = "") -> None:
        """Ask the organisation for one more number to show. Raises `Refused` (BAD_NUMBER)."""
        wanted = to_e164(number.strip(), None)
        if wanted is None:
            raise Refused(Failure(FailureKind.BAD_NUMBER, detail="not with its country code"))
        self._services.request_caller_id(wanted, note.strip())

    def preview_speech(self, speech: dict[str, Any]) -> None:
        """How a spoken message would sound: SoundFetched("preview", ...)."""
        self._services.preview_speech(speech)

    def message_audio(self) -> None:
        """The no-answer message as callers hear it: SoundFetched("message", ...)."""
        self._services.fetch_message()

    def upload_message(self, path: Path) -> None:
        """An MP3 as the no-answer message: RequestDone("upload", file name); the settings follow by themselves."""
        self._services.upload_message(path)

    def deactivate_device(self, device_id: str) -> None:
        """Sign another device of this extension out: RequestDone("device", id)."""
        self._services.deactivate_device(device_id)

    # --- events ---------------------------------------------------------------------------------------------------

    def _service_event(self, event: ev.ServiceEvent) -> None:
        if isinstance(event, ev.VoicemailsLoaded):
            self.voicemails.listed(event.entries)
        elif isinstance(event, ev.OutboundRulesLoaded):
            self.outbound_rules = event.rules
            self._announce(Topic.SETTINGS)
        elif isinstance(event, ev.CallerIdRequestsLoaded):
            self.caller_id_requests = event.requests
            self._announce(Topic.SETTINGS)
        elif isinstance(event, ev.SoundFetched):
            self._announce(Topic.SERVICE, event)
        elif isinstance(event, ev.RequestDone | ev.RequestRefused):
            self._answered(event)

    def _answered(self, event: ev.RequestDone | ev.RequestRefused) -> None:
        failure = event.failure if isinstance(event, ev.RequestRefused) else None
        # 404 to one that exists by its name means that the service has no such thing; a subject may only be gone.
        if failure is not None and failure.kind is FailureKind.NOT_FOUND and not event.subject:
            self._missing.add(event.what)
        if event.what == "voicemail_read":
            self.voicemails.marked(event.subject, failure)
        elif event.what == "voicemail_delete":
            gone = failure is not None and failure.kind is FailureKind.NOT_FOUND
            self.voicemails.deleted(event.subject, None if gone else failure)
        elif event.what == "voicemails" and failure is not None:
            if failure.kind is FailureKind.NOT_FOUND:
                self.voicemails.not_there()
            else:
                self.voicemails.failure = failure
                self._announce(Topic.VOICEMAILS)
        self._announce(Topic.SERVICE, event)

    def _clear_services(self) -> None:
        self.voicemails.clear()
        self.outbound_rules, self.caller_id_requests, self._missing = (), (), set()
        self._announce(Topic.VOICEMAILS)
