"""My extension: who one is, what the administrator manages, and signing out."""

from __future__ import annotations

from softphone.extension.document import Json
from softphone.ui import text_my_extension as words
from softphone.ui import text_settings
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.panels.account_card import AccountCard
from softphone.ui.settings.panels.passcode_editor import PasscodeEditor
from softphone.ui.settings.setting import Block, CustomKind, Notice, Page, Rows, Setting, TextKind, ValueKind

_LONGEST_LABEL = 100


def page() -> Page:
    found = words.keywords()
    key, label, passcode = words.key(), words.label(), words.passcode()
    group, hot_desking = words.call_group(), words.hot_desking()
    return Page(
        "my_extension", words.my_extension(), "identification-card", "account", words.about(),
        about_plain=words.about_plain(), shown=lambda _: True,
        parts=(
            Block(AccountCard),
            Notice(_not_loaded, "info"),
            Rows((
                Setting("key", key[0], ValueKind(), "/key", key[1], keywords=found["key"]),
                Setting("label", label[0], TextKind(check=_check_label), "/label", label[1], keywords=found["label"]),
                Setting("passcode", passcode[0], CustomKind(_passcode, words=lambda *_: words.hidden_passcode()),
                        "/passcode", passcode[1], keywords=found["passcode"]),
            )),
            Rows((
                Setting("assignee", words.assignee(), ValueKind(_assignee), "/assignee", keywords=found["assignee"]),
                Setting("type", words.type_and_role(), ValueKind(), "/type", keywords=found["type"],
                        read=_type_and_role),
                Setting("call_group", group[0], ValueKind(), "/call_group", group[1], keywords=found["call_group"],
                        read=_call_group, shown=lambda context: bool(_call_group(context))),
                Setting("hot_desking", hot_desking[0],
                        ValueKind(lambda on: text_settings.on_or_off(bool(on)),
                                  lambda on: "success" if on else "muted"),
                        "/hot_desking", hot_desking[1], keywords=found["hot_desking"]),
            ), words.managed()),
            Rows((
                Setting("debug_mode", words.debug_mode(),
                        ValueKind(lambda on: text_settings.on_or_off(bool(on)),
                                  lambda on: "success" if on else "muted"),
                        "/debug_mode", keywords=found["debug_mode"], help_of=_debug_help),
            ), words.help_with_problems()),
        ),
    )  # fmt: skip


def _not_loaded(context: SettingsContext) -> tuple[str, str] | None:
    return ("", text_settings.not_loaded()) if context.document is None else None


def _check_label(text: str) -> str:
    if not text:
        return words.label_missing()
    return words.label_long() if len(text) > _LONGEST_LABEL else ""


def _passcode(context: SettingsContext, _setting: Setting) -> Editor:
    return PasscodeEditor()


def _assignee(value: Json) -> str:
    return str(value["name"]) if isinstance(value, dict) and value.get("name") else words.nobody()


def _type_and_role(context: SettingsContext) -> Json:
    document = context.document
    return words.type_and_role_words(document.type, document.role) if document is not None else ""


def _call_group(context: SettingsContext) -> Json:
    key = context.document.call_group if context.document is not None else None
    if not key:
        return ""
    entry = context.phone.directory.get(key)
    return f"{key} {entry.label}" if entry is not None else key


def _debug_help(context: SettingsContext) -> str:
    return words.debug_mode_help(context.document is not None and context.document.debug_mode)
