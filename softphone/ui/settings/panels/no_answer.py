"""No answer: what becomes of a call that nobody picks up, after how long, and what its caller hears."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from softphone.extension.document import Json
from softphone.extension.settings import DEFAULT_GREETING, EMAIL, NoAnswer, Speech
from softphone.phone.number import ascii_digits, shown, to_e164
from softphone.ui import text_no_answer as words
from softphone.ui import text_settings
from softphone.ui.main.reading_direction import isolated
from softphone.ui.settings.chips_editor import ChipsEditor
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.message_file_editor import MessageFileEditor
from softphone.ui.settings.setting import (
    Block,
    ChipsKind,
    CustomKind,
    Explain,
    Notice,
    NumberKind,
    Option,
    Page,
    RadioKind,
    Rows,
    SegmentedKind,
    Setting,
    TextKind,
)
from softphone.ui.settings.speech_editor import SpeechEditor
from softphone.ui.settings.text_editor import TextEditor
from softphone.ui.settings.wait_editor import WaitEditor
from softphone.ui.settings.what_if_box import WhatIfCard

_LEAST, _MOST = 5, 60
_FORWARD, _MAILED, _SPOKEN = "forward", ("record_number", "voicemail"), "voicemail"
_NORMAL = ("normal",)
#: With a plain SIP account, what rings on until the caller gives up: a server alone could record anything.
_RINGS_ON = "voicemail"


def page() -> Page:
    wait = NumberKind(_LEAST, _MOST, words.seconds)
    emails = ChipsKind(lambda _, text: text.strip(), _email_fault, placeholder=words.add_email())
    kinds = SegmentedKind(lambda _: (Option("speech", words.text_to_speech()), Option("audio", words.mp3_file())))
    return Page(
        "no_answer", words.title(), "voicemail", "calls", words.about(),
        parts=(
            Notice(_only_normal, "muted"),
            Rows((
                Setting(
                    "no_answer", words.title(), RadioKind(_actions), "/no_answer/action", keywords=words.keywords(),
                    types=_NORMAL, read=_action, patch=_action_patch, done=_done_action,
                ),
            ), words.if_i_dont_answer()),
            Explain("voicemail", _sentence),
            Explain("warning", _missing, "warning"),
            Rows((
                Setting(
                    "no_answer_number", words.phone_number(), CustomKind(_number_editor), "/no_answer/number",
                    keywords=words.keywords(), types=_NORMAL, shown=lambda context: _action(context) == _FORWARD,
                    patch=_number_patch, done=lambda *_: words.changed(),
                ),
                Setting(
                    "no_answer_wait", words.wait_for(), CustomKind(lambda *_: WaitEditor(wait), words=_seconds),
                    "/no_answer/after_seconds", keywords=words.wait_keywords(), types=_NORMAL,
                    shown=lambda context: not (context.plain and _action(context) == _RINGS_ON),
                    done=lambda *_: words.changed(),
                ),
                Setting(
                    "no_answer_emails", words.notify_by_email(), _wide(emails), "/no_answer/emails",
                    keywords=words.email_keywords(), types=_NORMAL,
                    shown=lambda context: not context.plain and _action(context) in _MAILED,
                    done=lambda *_: words.emails_changed(),
                ),
            )),
            Rows((
                Setting(
                    "message_kind", words.message(), kinds, "/no_answer/message", words.message_help(),
                    keywords=words.message_keywords(), types=_NORMAL, shown=_has_message,
                    read=_message_kind, patch=_kind_patch,
                ),
                Setting(
                    "message_text", words.text_to_speech(),
                    CustomKind(lambda context, _: SpeechEditor(context), bare=True, words=_text_of),
                    "/no_answer/message", keywords=words.message_keywords(), types=_NORMAL,
                    shown=lambda context: _has_message(context) and _message_kind(context) == "speech",
                    read=_speech, patch=_speech_patch, done=lambda *_: words.message_changed(),
                ),
                Setting(
                    "message_file", words.mp3_file(),
                    CustomKind(lambda context, _: MessageFileEditor(context), bare=True, words=_text_of),
                    "/no_answer/message", keywords=words.message_keywords(), types=_NORMAL,
                    shown=lambda context: _has_message(context) and _message_kind(context) == "audio",
                    read=_audio, patch=_remove_patch, done=lambda *_: words.message_changed(),
                ),
            )),
            Block(WhatIfCard),
        ),
        about_plain=words.about_plain(),
    )  # fmt: skip


@dataclass
class _Draft:
    """What is chosen on the page while nothing can be sent for it: forwarding without a number, an MP3 without one."""

    key: str = ""
    forwards: bool = False
    wants_file: bool = False


def _draft(context: SettingsContext) -> _Draft:
    key = context.document.key if context.document is not None else ""
    found = context.memory.get("no_answer")
    if not isinstance(found, _Draft) or found.key != key:
        found = context.memory["no_answer"] = _Draft(key)
    return found


def _saved(context: SettingsContext) -> NoAnswer:
    return context.document.no_answer if context.document is not None else NoAnswer()


# --- the action -------------------------------------------------------------------------------------------------------


def _actions(context: SettingsContext) -> tuple[Option, ...]:
    if context.plain:
        return (
            Option(_FORWARD, words.action(_FORWARD)), Option("hang_up", words.action("hang_up")),
            Option(_RINGS_ON, words.keep_ringing(), words.keep_ringing_help()),
        )  # fmt: skip
    names = (_FORWARD, "hang_up", *_MAILED)
    return tuple(Option(name, words.action(name), words.action_help(name)) for name in names)


def _action(context: SettingsContext) -> Json:
    """As the page shows it."""
    action = context.settings.value("/no_answer/action")
    if _draft(context).forwards and not _saved(context).number:
        return _FORWARD
    return _RINGS_ON if context.plain and action == "record_number" else action


def _action_patch(context: SettingsContext, action: Json) -> dict[str, Any]:
    """Forwarding is sent once there is a number."""
    missing = action == _FORWARD and not _saved(context).number
    _draft(context).forwards = missing
    return {} if missing else {"no_answer": {"action": action}}


def _done_action(context: SettingsContext, _action_: Json) -> str:
    return "" if _draft(context).forwards else words.changed()


def _number_editor(context: SettingsContext, _setting: Setting) -> TextEditor:
    def number(text: str) -> Json:
        return to_e164(ascii_digits(text), context.phone.region)

    def fault(text: str) -> str:
        return "" if number(text) else words.bad_number()

    def grouped(value: Json) -> str:
        return isolated(shown(str(value))) if value else ""

    return TextEditor(TextKind(words.number_example(), fault, number, grouped))


def _number_patch(context: SettingsContext, number: Json) -> dict[str, Any]:
    if _saved(context).action == _FORWARD:
        return {"no_answer": {"number": number}}
    return {"no_answer": {"number": number, "action": _FORWARD}}


# --- sentences --------------------------------------------------------------------------------------------------------


def _only_normal(context: SettingsContext) -> tuple[str, str] | None:
    document = context.document
    if document is None or document.type in _NORMAL:
        return None
    return "", text_settings.only_normal(document.type)


def _sentence(context: SettingsContext) -> str:
    document = context.document
    if document is None or document.type not in _NORMAL or _missing(context):
        return ""
    if context.plain and document.no_answer.action in _MAILED:
        return ""
    number = document.no_answer.number
    return words.sentence(document.no_answer, isolated(shown(number)) if number else "")


def _missing(context: SettingsContext) -> str:
    if _action(context) == _FORWARD and not _saved(context).number:
        before = next(one.text for one in _actions(context) if one.value == context.settings.value("/no_answer/action"))
        return words.add_a_number(before)
    if not context.plain and _saved(context).action == "record_number" and not _saved(context).emails:
        return words.no_email_yet()
    return ""


def _seconds(_context: SettingsContext, value: Json) -> str:
    return words.seconds(int(value))


def _wide(kind: ChipsKind) -> CustomKind:
    """Addresses are long: two stand side by side."""
    return CustomKind(lambda context, _: ChipsEditor(context, kind, width=380), words=_addresses)


def _addresses(_context: SettingsContext, value: Json) -> str:
    return ", ".join(str(one) for one in value)


def _email_fault(_context: SettingsContext, value: str) -> str:
    """With a dot in its domain: the service takes less, people seldom mean it."""
    _, _, domain = value.partition("@")
    return "" if re.fullmatch(EMAIL, value) and "." in domain.strip(".") else words.bad_email(value)


# --- the message ------------------------------------------------------------------------------------------------------


def _has_message(context: SettingsContext) -> bool:
    return not context.plain and _action(context) == _SPOKEN


def _message(context: SettingsContext) -> dict[str, Any]:
    return context.settings.value("/no_answer/message") or {}


def _message_kind(context: SettingsContext) -> Json:
    draft, kind = _draft(context), _message(context).get("kind")
    if kind == "audio":
        draft.wants_file = False
    return "audio" if draft.wants_file else kind


def _kind_patch(context: SettingsContext, kind: Json) -> dict[str, Any]:
    """A file that is not there yet is waited for; until then the spoken message stays."""
    message = _message(context)
    waits = kind == "audio" and not message.get("audio")
    _draft(context).wants_file = waits
    if waits or kind == message.get("kind"):
        return {}
    if kind == "audio":
        return {"no_answer": {"message": {"kind": "audio"}}}
    return {"no_answer": {"message": {"kind": "speech", "speech": _speech(context)}}}


def _speech(context: SettingsContext) -> Json:
    return _message(context).get("speech") or asdict(Speech(text=DEFAULT_GREETING))


def _speech_patch(_context: SettingsContext, speech: Json) -> dict[str, Any]:
    return {"no_answer": {"message": {"kind": "speech", "speech": speech}}}


def _audio(context: SettingsContext) -> Json:
    """Where the service still has a file, but speaks, it is not on the page: it is not what callers hear."""
    message = _message(context)
    return message.get("audio") if message.get("kind") == "audio" else None


def _remove_patch(context: SettingsContext, _value: Json) -> dict[str, Any]:
    _draft(context).wants_file = True
    return {"no_answer": {"message": {"kind": "speech", "speech": _speech(context), "audio": None}}}


def _text_of(_context: SettingsContext, value: Json) -> str:
    """Of the message, for a conflict."""
    message = value if isinstance(value, dict) else {}
    if message.get("kind") == "audio":
        return str((message.get("audio") or {}).get("name") or words.mp3_file())
    speech = message.get("speech") or message
    return str(speech.get("text") or speech.get("name") or words.message())
