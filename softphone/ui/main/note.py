"""A toast whose sentence may take two lines: ours are whole sentences, and a narrow window is 340 wide."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from softphone.ui.theme.theme import theme
from softphone.ui.widgets.labels import TextBlock
from softphone.ui.widgets.toast import Toast, show_toast

_AROUND = 24 + 42 + 16


class _Note(Toast):
    """The kit's toast, grown to the lines its sentence needs."""

    def __init__(self, parent: QWidget, text: str, *, icon: str) -> None:
        super().__init__(parent, text, icon=icon)
        self._block = TextBlock(text, "body", "text-inverse")
        layout = self.layout()
        if layout is not None:
            layout.replaceWidget(self._label, self._block)
        self._label.hide()

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        super()._place()
        layout = self.layout()
        shadow = layout.contentsMargins().top() if layout is not None else 0
        lines = max(1, round(self._block.heightForWidth(parent.width() - _AROUND) / theme().line("body")))
        more = (lines - 1) * theme().line("body")
        top, height = self.y() - more, self.height() + more
        self.setGeometry(12 - shadow, top, parent.width() - 24 + 2 * shadow, height)


def show_note(window: QWidget, text: str, *, icon: str) -> Toast:
    """One at a time, as with the kit's toast; only a sentence too long for one line is set in several."""
    if QFontMetrics(theme().font("body")).horizontalAdvance(text) <= window.width() - _AROUND:
        return show_toast(window, text, icon=icon)
    for old in window.findChildren(Toast, options=Qt.FindChildOption.FindDirectChildrenOnly):
        old.dismiss()
    note = _Note(window, text, icon=icon)
    note.appear()
    return note
