"""The control that a kind of setting has."""

from __future__ import annotations

from softphone.ui.settings.chips_editor import ChipsEditor
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.editors import (
    NumberEditor,
    RadioEditor,
    SegmentedEditor,
    SelectEditor,
    SwitchEditor,
    ValueEditor,
)
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
from softphone.ui.settings.text_editor import TextEditor


def make_editor(context: SettingsContext, setting: Setting) -> Editor:
    kind = setting.kind
    if isinstance(kind, CustomKind):
        return kind.make(context, setting)
    if isinstance(kind, SelectKind):
        return SelectEditor(context, kind)
    if isinstance(kind, SegmentedKind):
        return SegmentedEditor(context, kind)
    if isinstance(kind, RadioKind):
        return RadioEditor(context, kind)
    if isinstance(kind, TextKind):
        return TextEditor(kind)
    if isinstance(kind, NumberKind):
        return NumberEditor(kind)
    if isinstance(kind, ChipsKind):
        return ChipsEditor(context, kind)
    if isinstance(kind, ValueKind):
        return ValueEditor(kind)
    return SwitchEditor()
