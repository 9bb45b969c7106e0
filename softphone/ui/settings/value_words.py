"""A setting's value in words, for a conflict; and all its choices, for the search."""

from __future__ import annotations

from softphone.extension.document import Json
from softphone.ui import text_settings
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.setting import (
    ChipsKind,
    CustomKind,
    NumberKind,
    RadioKind,
    SegmentedKind,
    SelectKind,
    Setting,
    TextKind,
    ValueKind,
)


def value_words(context: SettingsContext, setting: Setting, value: Json) -> str:
    kind = setting.kind
    if value is None or value == [] or value == "":
        return text_settings.nothing()
    if isinstance(value, bool):
        return text_settings.on_or_off(value)
    if isinstance(kind, SelectKind | SegmentedKind | RadioKind):
        return next((option.text for option in kind.options(context) if option.value == value), str(value))
    if isinstance(kind, CustomKind) and kind.words is not None:
        return kind.words(context, value)
    if isinstance(kind, ChipsKind):
        values = value if isinstance(value, list) else [value]
        return ", ".join(kind.show(context, str(one)) for one in values)
    if isinstance(kind, NumberKind) and isinstance(value, int):
        return kind.words(value)
    if isinstance(kind, ValueKind):
        return kind.words(value)
    if isinstance(kind, TextKind) and kind.show is not None:
        return kind.show(value)
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)


def choice_words(context: SettingsContext, setting: Setting) -> str:
    """What can be chosen, one after the other; "" where there is nothing to choose from."""
    kind = setting.kind
    if isinstance(kind, SelectKind | SegmentedKind | RadioKind | CustomKind) and kind.options is not None:
        return " ".join(option.text for option in kind.options(context))
    return ""
