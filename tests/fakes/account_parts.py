"""The smaller parts of the account service in memory: `FakeParts` holds them, `FakeServiceParts` is asked for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from softphone.extension.document import Fault
from softphone.extension.settings import E164
from softphone.phone.failure import Failure, FailureKind, Refused, SettingAuthor
from softphone.phone.phone_services import CallerIdRequest, OutboundRuleEntry
from softphone.phone.ports import SoundFile
from softphone.phone.server_calls import ServerCall
from softphone.phone.voicemail import Voicemail

MP3_BEGINS = (b"\xff", b"ID3")


@dataclass
class FakeParts:
    """What a `FakePhoneSystem` keeps beside accounts and documents; by extension where it belongs to one."""

    voicemails: dict[str, list[Voicemail]] = field(default_factory=dict)
    sounds: dict[str, bytes] = field(default_factory=dict)  # by voicemail
    messages: dict[str, bytes] = field(default_factory=dict)
    calls: dict[str, list[ServerCall]] = field(default_factory=dict)  # the oldest first
    rules: list[OutboundRuleEntry] = field(default_factory=list)
    requests: list[tuple[str, str, str]] = field(default_factory=list)  # extension, number, note
    authors: dict[str, list[tuple[int, SettingAuthor]]] = field(default_factory=dict)  # with the version it made

    def changed(self, extension: str, version: int, before: Any, after: Any, name: str, at: float) -> None:
        for where in _differences(before, after, ""):
            self.authors.setdefault(extension, []).append((version, SettingAuthor(where, name, at)))


class FakeServiceParts:
    """A part of `FakeAccountService`, which knows the session."""

    def voicemails(self) -> Sequence[Voicemail]:
        return sorted(self._mine(), key=lambda one: one.at, reverse=True)

    def voicemail_audio(self, voicemail_id: str) -> SoundFile:
        return SoundFile(self._system.parts.sounds[self._one(voicemail_id).id], ".mp3")

    def mark_voicemail(self, voicemail_id: str, read: bool) -> None:
        before = self._one(voicemail_id)
        mine = self._mine()
        mine[mine.index(before)] = replace(before, read=read)
        self._voicemail_changed()

    def delete_voicemail(self, voicemail_id: str) -> None:
        self._mine().remove(self._one(voicemail_id))
        self._voicemail_changed()

    def message(self) -> SoundFile:
        extension = self._session().extension
        return SoundFile(self._system.parts.messages.get(extension, b"\xff\xf3 greeting"), ".mp3")

    def put_message(self, mp3: bytes, name: str) -> None:
        session = self._session()
        if not mp3.startswith(MP3_BEGINS):
            sentence = f"{name} is not an MP3 file. Convert it to MP3, then try again."
            fault = Fault("/no_answer/message/audio", "not-mp3", sentence)
            raise Refused(Failure(FailureKind.INVALID, 422, sentence, sentence=sentence, faults=(fault,)))
        document, _ = self._system.documents[session.extension]
        message = {"kind": "audio", "audio": {"name": name, "seconds": 1.0}}
        self._system.parts.messages[session.extension] = mp3
        self._system.change(
            session.extension, document | {"no_answer": document["no_answer"] | {"message": message}}
        )

    def preview_speech(self, speech: dict[str, Any]) -> SoundFile:
        self._session()
        if not speech["text"].strip():
            sentence = "Type the message callers will hear."
            fault = Fault("/text", "required", sentence)
            raise Refused(Failure(FailureKind.INVALID, 422, sentence, sentence=sentence, faults=(fault,)))
        return SoundFile(b"\xff\xf3" + repr(sorted(speech.items())).encode(), ".mp3")

    def request_caller_id(self, number: str, note: str) -> None:
        session = self._session()
        if not re.fullmatch(E164, number):
            raise Refused(Failure(FailureKind.INVALID, 422))
        self._system.parts.requests.append((session.extension, number, note))

    def caller_id_requests(self) -> Sequence[CallerIdRequest]:
        mine = [one for one in self._system.parts.requests if one[0] == self._session().extension]
        return [CallerIdRequest(number, 0.0) for _, number, _ in reversed(mine)]

    def outbound_rules(self) -> Sequence[OutboundRuleEntry]:
        self._session()
        return list(self._system.parts.rules)

    def calls(self) -> Sequence[ServerCall]:
        return list(reversed(self._system.parts.calls.get(self._session().extension, [])))

    def deactivate_device(self, device_id: str) -> None:
        session = self._session()
        devices = self._system.devices[session.extension]
        if device_id not in {one.id for one in devices}:
            raise Refused(Failure(FailureKind.NOT_FOUND, 404))
        self._system.devices[session.extension] = [one for one in devices if one.id != device_id]
        self._system.end(device_id, "signed-out" if device_id == session.device else "replaced")
        self._system.change(session.extension, self._system.documents[session.extension][0])

    def setting_authors(self, since: str) -> Sequence[SettingAuthor]:
        session = self._session()
        version = int(since.strip('"').rpartition("-")[2])
        return self._authors_after(session.extension, version)

    def _authors_after(self, extension: str, version: int) -> tuple[SettingAuthor, ...]:
        """The last change of each member, the newest first."""
        latest: dict[str, SettingAuthor] = {}
        for made, author in reversed(self._system.parts.authors.get(extension, [])):
            if made > version:
                latest.setdefault(author.pointer, author)
        return tuple(latest.values())

    def _mine(self) -> list[Voicemail]:
        return self._system.parts.voicemails.setdefault(self._session().extension, [])

    def _one(self, voicemail_id: str) -> Voicemail:
        found = next((one for one in self._mine() if one.id == voicemail_id), None)
        if found is None:
            raise Refused(Failure(FailureKind.NOT_FOUND, 404))
        return found

    def _voicemail_changed(self) -> None:
        extension = self._session().extension
        self._system.tell("voicemail", self._system.new("voicemail"), extension)


def _differences(before: Any, after: Any, at: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            yield from _differences(before.get(name), after.get(name), f"{at}/{name}")
    elif before != after:
        yield at
