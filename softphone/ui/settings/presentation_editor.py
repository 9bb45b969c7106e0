"""Whom the other side sees: two choices side by side, as wide in every row of their card."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QAbstractButton

from softphone.ui import text_caller_id as words
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editors import SegmentedEditor
from softphone.ui.settings.setting import Option, SegmentedKind
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import text_width

_PADDING = 24


class PresentationEditor(SegmentedEditor):
    """Equal widths in the group: the longest text of all gives them."""

    def __init__(self, context: SettingsContext, options: Sequence[Option]) -> None:
        super().__init__(context, SegmentedKind(lambda _context: options))
        key = context.document.key if context.document is not None else ""
        self._texts = (words.my_extension(key), words.my_caller_id(), words.callers_number())
        theme().changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        font = theme().font("caption", weight=600)
        widest = max(text_width(font, text) for text in self._texts) + _PADDING
        for segment in self.segmented.findChildren(QAbstractButton):
            segment.setMinimumWidth(widest)
