"""Voice messages over HTTP. What belongs to another extension is not there."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from softphone.pbx.service.change_log import moment
from softphone.pbx.service.endpoints import NO_STORE, Asked
from softphone.pbx.service.message_endpoints import MP3_TYPE
from softphone.pbx.service.message_files import mp3_of
from softphone.pbx.service.models import Body
from softphone.pbx.service.operations import Operation
from softphone.pbx.service.problems import Problem
from softphone.pbx.service.voicemail_store import Voicemail, VoicemailStore


class ReadBody(Body):
    read: bool


class VoicemailModel(BaseModel):
    id: str
    caller: str = Field(description="A number or an extension; empty when it was hidden")
    caller_name: str
    at: str = Field(description="When its recording began, RFC 3339")
    seconds: float
    read: bool


class VoicemailEndpoints:
    """`changed` is told the extension whose messages a person has read or deleted."""

    def __init__(self, voicemails: VoicemailStore, changed: Callable[[str], object]) -> None:
        self._voicemails = voicemails
        self._changed = changed

    def voicemails(self, asked: Asked) -> Response:
        return JSONResponse([_json(one) for one in self._voicemails.all(asked.who.extension)], headers=NO_STORE)

    def voicemail_audio(self, asked: Asked) -> Response:
        file = self._voicemails.recording(self._asked_for(asked))
        if file is None:
            raise _gone()
        try:
            content = mp3_of(file)
        except FileNotFoundError:  # heard by telephone, or deleted, a moment ago
            moved = self._voicemails.recording(self._asked_for(asked))
            if moved is None:
                raise _gone() from None
            content = mp3_of(moved)
        return Response(content, media_type=MP3_TYPE, headers=NO_STORE)

    def mark_voicemail(self, asked: Asked) -> Response:
        body: ReadBody = asked.body
        self._voicemails.mark(self._asked_for(asked), read=body.read)
        self._changed(asked.who.extension)
        return JSONResponse(_json(self._asked_for(asked)), headers=NO_STORE)

    def delete_voicemail(self, asked: Asked) -> Response:
        self._voicemails.remove(self._asked_for(asked))
        self._changed(asked.who.extension)
        return Response(status_code=204, headers=NO_STORE)

    def _asked_for(self, asked: Asked) -> Voicemail:
        voicemail = self._voicemails.get(asked.who.extension, asked.path["voicemail_id"])
        if voicemail is None:
            raise _gone()
        return voicemail


VOICEMAIL_OPERATIONS = (
    Operation(
        "GET", "/voicemails", "Voice messages, newest first", VoicemailEndpoints.voicemails, list[VoicemailModel],
        problems=("token-expired",),
    ),
    Operation(
        "GET", "/voicemails/{voicemail_id}/audio", "The recording", VoicemailEndpoints.voicemail_audio,
        gives=MP3_TYPE, problems=("token-expired", "not-found"),
    ),
    Operation(
        "PATCH", "/voicemails/{voicemail_id}", "Mark as heard, or as new again", VoicemailEndpoints.mark_voicemail,
        VoicemailModel, body=ReadBody, problems=("token-expired", "not-found", "too-large", "invalid"),
    ),
    Operation(
        "DELETE", "/voicemails/{voicemail_id}", "Delete for ever", VoicemailEndpoints.delete_voicemail, status=204,
        problems=("token-expired", "not-found"),
    ),
)


def _json(voicemail: Voicemail) -> dict[str, object]:
    return {
        "id": voicemail.id, "caller": voicemail.caller, "caller_name": voicemail.caller_name,
        "at": moment(voicemail.at), "seconds": voicemail.seconds, "read": voicemail.read,
    }


def _gone() -> Problem:
    return Problem("not-found", "There is no such voicemail.")
