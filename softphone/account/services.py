"""The service's smaller parts: voice messages, the no-answer message, caller ID requests, outbound rules, devices."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from softphone.account import wire_services as wire
from softphone.account.answers import JSON, encode, read_answer
from softphone.account.errors import server_failure
from softphone.account.http import Answer
from softphone.account.wire import setting_authors
from softphone.phone.failure import Refused, SettingAuthor
from softphone.phone.phone_services import CallerIdRequest, OutboundRuleEntry
from softphone.phone.ports import SoundFile
from softphone.phone.server_calls import ServerCall
from softphone.phone.voicemail import Voicemail

_SOUNDS = {
    "audio/mpeg": ".mp3", "audio/mp3": ".mp3", "audio/wav": ".wav", "audio/x-wav": ".wav", "audio/wave": ".wav",
    "audio/vnd.wave": ".wav",
}  # fmt: skip
_LONGEST_ANSWER = 5.0  # seconds
CALLS = 100  # rows asked for at once
MESSAGE = "/extension/no-answer/message"


class ServiceParts(ABC):
    """A part of the client, which lends it its session."""

    @abstractmethod
    def _ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> Answer: ...

    def setting_authors(self, since: str) -> Sequence[SettingAuthor]:
        return read_answer(self._ask("GET", f"/extension/changes?since={quote(since, safe='')}"), setting_authors)

    def voicemails(self) -> Sequence[Voicemail]:
        return read_answer(self._ask("GET", "/voicemails"), wire.voicemails)

    def voicemail_audio(self, voicemail_id: str) -> SoundFile:
        return _sound(self._ask("GET", f"/voicemails/{quote(voicemail_id, safe='')}/audio"))

    def mark_voicemail(self, voicemail_id: str, read: bool) -> None:
        self._ask("PATCH", f"/voicemails/{quote(voicemail_id, safe='')}", JSON, encode({"read": read}))

    def delete_voicemail(self, voicemail_id: str) -> None:
        self._ask("DELETE", f"/voicemails/{quote(voicemail_id, safe='')}")

    def message(self) -> SoundFile:
        return _sound(self._ask("GET", MESSAGE))

    def put_message(self, mp3: bytes, name: str) -> None:
        """`name` is shown in the settings; a header cannot hold every character of it (RFC 8187)."""
        disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
        self._ask("PUT", MESSAGE, {"Content-Type": "audio/mpeg", "Content-Disposition": disposition}, mp3)

    def preview_speech(self, speech: dict[str, Any]) -> SoundFile:
        return _sound(self._ask("POST", f"{MESSAGE}/preview", {"Content-Type": "application/json"}, encode(speech)))

    def request_caller_id(self, number: str, note: str) -> None:
        self._ask("POST", "/caller-id-requests", JSON, encode({"number": number, "note": note}))

    def caller_id_requests(self) -> Sequence[CallerIdRequest]:
        return read_answer(self._ask("GET", "/caller-id-requests"), wire.caller_id_requests)

    def outbound_rules(self) -> Sequence[OutboundRuleEntry]:
        return read_answer(self._ask("GET", "/outbound-rules"), wire.outbound_rules)

    def calls(self) -> Sequence[ServerCall]:
        """Their times are by this computer's clock, which may differ from the service's."""
        answer = self._ask("GET", f"/calls?limit={CALLS}")
        return read_answer(answer, lambda value: wire.calls(value, _clock_difference(answer)))

    def deactivate_device(self, device_id: str) -> None:
        self._ask("DELETE", f"/extension/devices/{quote(device_id, safe='')}")


def _clock_difference(answer: Answer) -> float:
    """Seconds that this computer's clock is ahead of the service's; 0 where that is less than an answer takes."""
    try:
        ahead = time.time() - parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0
    return ahead if abs(ahead) > _LONGEST_ANSWER else 0.0


def _sound(answer: Answer) -> SoundFile:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not 200 <= answer.status < 300 or kind not in _SOUNDS or not answer.body:
        raise Refused(server_failure(f"this is no sound: {kind[:40]}", answer.status))
    return SoundFile(answer.body, _SOUNDS[kind])
