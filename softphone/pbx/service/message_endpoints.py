"""The no-answer message over HTTP: heard, replaced by an MP3 file, and spoken for a trial."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import unquote

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from softphone.extension.document import Fault
from softphone.extension.settings import PLAIN, SPOKEN, Settings, Speech
from softphone.pbx.media import mp3
from softphone.pbx.media.languages import LANGUAGES
from softphone.pbx.media.sound_work import check_mp3
from softphone.pbx.media.speech import NothingToSay, SpeechFailed
from softphone.pbx.service.change_log import Author
from softphone.pbx.service.endpoints import NO_STORE, Asked
from softphone.pbx.service.message_files import LONGEST_SECONDS, PADDING_SECONDS, NoAnswerMessages, spoken
from softphone.pbx.service.models import Body
from softphone.pbx.service.operations import Operation
from softphone.pbx.service.problems import Problem
from softphone.pbx.service.requests import entity_tags
from softphone.pbx.service.store import Store

MP3_TYPE = "audio/mpeg"
MEGABYTES_AT_MOST = 5
LETTERS_AT_MOST = 1000
_AUDIO = "/no_answer/message/audio"
_LONGEST_NAME = 200


class SpeechBody(Body):
    """As in the settings; the sentences about its text are those that a person is shown."""

    language: str = Field("en", max_length=20, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    gender: Literal["female", "male"] = "female"
    pitch: int = Field(5, ge=0, le=9)
    rate: int = Field(5, ge=0, le=9)
    text: str = Field(pattern=SPOKEN, json_schema_extra={"minLength": 1, "maxLength": LETTERS_AT_MOST})


class LanguageModel(BaseModel):
    code: str = Field(description="BCP 47, for `language` of a speech")
    name: str = Field(description="In English")
    own_name: str = Field(description="In the language itself")


class MessageEndpoints:
    def __init__(self, store: Store, messages: NoAnswerMessages) -> None:
        self._store = store
        self._messages = messages

    def message_audio(self, asked: Asked) -> Response:
        content = self._messages.as_heard(asked.who.extension)
        if content is None:
            raise Problem("not-found", "There is no message yet.")
        return Response(content, media_type=MP3_TYPE, headers=NO_STORE)

    def upload_message(self, asked: Asked) -> Response:
        """Checked, then the settings are changed as by a PATCH, then it takes the place of the former one."""
        who, name, content = asked.who, file_name(asked.headers.get("content-disposition", "")), asked.body
        if len(content) > MEGABYTES_AT_MOST * 1024 * 1024:
            raise Problem("too-large", f"{name} is larger than {MEGABYTES_AT_MOST} MB.")
        try:
            seconds = check_mp3(content, LONGEST_SECONDS + PADDING_SECONDS)
        except mp3.NoMp3:
            raise _invalid(
                _AUDIO, "not-mp3", f"{name} is not an MP3 file. Convert it to MP3, then try again."
            ) from None
        except mp3.TooLong:
            raise _invalid(_AUDIO, "too-long", f"{name} is longer than 1 minute.") from None
        audio = {"name": name, "seconds": min(LONGEST_SECONDS, round(seconds, 1))}
        patch = {"no_answer": {"message": {"kind": "audio", "audio": audio}}}
        document, etag = self._store.extensions.patch(
            who.extension, patch, entity_tags(asked.headers.get("if-match")) or {"*"}, who.device_id,
            Author(who.name, who.device_name),
        )
        self._messages.keep_upload(who.extension, content)
        self._messages.order(who.extension)
        return JSONResponse(document, headers={"ETag": etag} | NO_STORE)

    def preview_message(self, asked: Asked) -> Response:
        body: SpeechBody = asked.body
        if not body.text.strip():
            raise _invalid("/text", "required", "Type the message callers will hear.")
        if len(body.text) > LETTERS_AT_MOST:
            raise _invalid("/text", "max-length", f"Shorten it to {LETTERS_AT_MOST} characters.")
        try:
            content = spoken(Speech(body.language, body.gender, body.pitch, body.rate, body.text))
        except NothingToSay:
            raise _invalid("/text", "required", "Type the message callers will hear.") from None
        except SpeechFailed:
            raise _invalid("/language", "unknown", "There is no voice that speaks this.") from None
        return Response(content, media_type=MP3_TYPE, headers=NO_STORE)

    def languages(self, asked: Asked) -> Response:
        return JSONResponse(
            [{"code": one.code, "name": one.name, "own_name": one.own_name} for one in LANGUAGES], headers=NO_STORE
        )


MESSAGE_OPERATIONS = (
    Operation(
        "GET", "/extension/no-answer/message", "The no-answer message as callers hear it",
        MessageEndpoints.message_audio, gives=MP3_TYPE, problems=("token-expired", "not-found"),
    ),
    Operation(
        "PUT", "/extension/no-answer/message",
        f"Upload an MP3 file of at most {MEGABYTES_AT_MOST} MB and 60 seconds as the message; its name is the filename "
        "of Content-Disposition. Answers the settings, which then have it; If-Match may be sent",
        MessageEndpoints.upload_message, Settings, takes=MP3_TYPE, takes_at_most=(MEGABYTES_AT_MOST + 1) * 1024 * 1024,
        problems=("token-expired", "no-extension", "locked", "conflict", "too-large", "invalid"),
    ),
    Operation(
        "POST", "/extension/no-answer/message/preview", "Speak a text as the message would be spoken",
        MessageEndpoints.preview_message, body=SpeechBody, gives=MP3_TYPE,
        problems=("token-expired", "too-large", "invalid"),
    ),
    Operation(
        "GET", "/extension/no-answer/languages", "The languages that messages are spoken in",
        MessageEndpoints.languages, list[LanguageModel], problems=("token-expired",),
    ),
)


def file_name(disposition: str) -> str:
    """The name of an upload (RFC 6266), without folders; "The file" when it has none."""
    extended = re.search(r"filename\*\s*=\s*utf-8'[^']*'([^;\s]+)", disposition, re.IGNORECASE)
    quoted = re.search(r'filename\s*=\s*"((?:[^"\\]|\\.)*)"', disposition, re.IGNORECASE)
    token = re.search(r"filename\s*=\s*([^;\s\"]+)", disposition, re.IGNORECASE)
    if extended:
        name = unquote(extended[1], errors="replace")
    elif quoted:
        name = re.sub(r"\\(.)", r"\1", quoted[1])
    else:
        name = token[1] if token else ""
    name = re.split(r"[/\\]", name)[-1].strip()[:_LONGEST_NAME]
    return name if name and re.fullmatch(PLAIN, name) else "The file"


def _invalid(where: str, code: str, detail: str) -> Problem:
    return Problem("invalid", detail, errors=[Fault(where, code, detail)])
