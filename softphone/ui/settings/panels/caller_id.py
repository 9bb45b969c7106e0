"""Caller ID: the number shown when calling, and whom the next one sees when a call is passed on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from softphone.extension.document import Json
from softphone.phone.number import shown, to_e164
from softphone.ui import text_caller_id as words
from softphone.ui.main.reading_direction import isolated
from softphone.ui.settings.caller_id_editor import CallerIdEditor, choices_of
from softphone.ui.settings.caller_id_request import RequestEditor, RequestsEditor, request_log
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.presentation_editor import PresentationEditor
from softphone.ui.settings.setting import CustomKind, Option, Page, Rows, Setting, SwitchKind, TextKind


def page() -> Page:
    return Page(
        "caller_id", words.title(), "identification-badge", "calls", words.about(),
        parts=(
            Rows((
                Setting(
                    "caller_id", words.title(),
                    CustomKind(lambda context, _: CallerIdEditor(context), bare=True, words=_shown_words,
                               options=_ways),
                    "/caller_id/number", keywords=words.keywords(), shown=lambda context: not context.plain,
                    read=_chosen, patch=_patch, done=_done,
                ),
                Setting(
                    "own_number", words.own_number(),
                    TextKind(words.number_example(), _number_fault, _number, _grouped), "/caller_id/number",
                    words.own_number_help(), keywords=words.keywords(), shown=lambda context: context.plain,
                ),
                Setting(
                    "show_number", words.show_my_number(), SwitchKind(), help_text=words.show_my_number_help(),
                    keywords=words.keywords(), shown=lambda context: context.plain,
                    read=lambda context: not context.settings.hide_number,
                    write=lambda context, on: context.settings.show_number(bool(on)),
                ),
            ), words.when_i_call()),
            Rows((
                Setting(
                    "request_number", words.request_number(),
                    CustomKind(lambda context, _: RequestEditor(context)), help_text=words.request_help(),
                    keywords=words.request_keywords(), shown=_may_request, read=lambda _: None,
                ),
                Setting(
                    "requests", "", CustomKind(lambda context, _: RequestsEditor(), bare=True),
                    shown=lambda context: _may_request(context) and bool(request_log(context).shown(context)),
                    read=lambda context: request_log(context).shown(context),
                ),
            )),
            Rows((
                _presentation("transfer", "internal", words.transfer_to_extension()),
                _presentation("transfer", "external", words.transfer_to_number()),
                _presentation("forward", "internal", words.forward_to_extension()),
                _presentation("forward", "external", words.forward_to_number()),
            ), words.other_side_sees()),
        ),
        about_plain=words.about_plain(),
    )  # fmt: skip


# --- when I call ------------------------------------------------------------------------------------------------------


def _chosen(context: SettingsContext) -> Json:
    value = context.settings.value("/caller_id") or {}
    return {"mode": value.get("mode"), "number": value.get("number")}


def _ways(context: SettingsContext) -> Sequence[Option]:
    document = context.document
    return [choice.option for choice in choices_of(document.caller_id)] if document is not None else []


def _patch(_context: SettingsContext, value: Json) -> dict[str, Any]:
    return {"caller_id": {"mode": value["mode"], "number": value["number"]}}


def _done(_context: SettingsContext, value: Json) -> str:
    return words.now_shows(_grouped(value["number"])) if value["number"] else words.now_random()


def _shown_words(_context: SettingsContext, value: Json) -> str:
    """Of the member that is told: the number."""
    number = value.get("number") if isinstance(value, dict) else value
    return _grouped(number) if number else words.random_number()


def _number_fault(text: str) -> str:
    return words.bad_number() if text and to_e164(text, None) is None else ""


def _number(text: str) -> Json:
    return to_e164(text, None) if text else None


def _grouped(number: Json) -> str:
    return isolated(shown(str(number))) if number else ""


def _may_request(context: SettingsContext) -> bool:
    return context.phone.offers("caller_id_request")


# --- what the other side sees -----------------------------------------------------------------------------------------


def _presentation(what: str, where: str, label: str) -> Setting:
    kind = CustomKind(
        lambda context, _: PresentationEditor(context, _sides(context, where)),
        words=lambda context, value: next(one.text for one in _sides(context, where) if one.value == value),
        options=lambda context: _sides(context, where),
    )
    return Setting(
        f"{what}_{where}", label, kind, f"/caller_id/{what}/{where}", keywords=words.presentation_keywords(),
        shown=lambda context: not context.plain,
    )  # fmt: skip


def _sides(context: SettingsContext, where: str) -> Sequence[Option]:
    if where == "internal":
        key = context.document.key if context.document is not None else ""
        own = Option("extension_key", words.my_extension(key))
    else:
        own = Option("assigned_caller_id", words.my_caller_id())
    return own, Option("caller_number", words.callers_number())
