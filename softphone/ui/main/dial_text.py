"""The one text that the box and the keypad share, grouped as a number while it is typed."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from softphone.phone.number import clean_paste, shown_as_typed

_IGNORED = set(" -()./\u00a0")


def grouped(text: str, cursor: int, region: str | None) -> tuple[str, int]:
    """The text with its digits grouped, and where the cursor goes: after the same digits as before."""
    after = shown_as_typed(text, region)
    if after == text:
        return text, cursor
    before_cursor = sum(1 for c in text[:cursor] if c not in _IGNORED)
    seen = 0
    for place, character in enumerate(after):
        if seen == before_cursor:
            return after, place
        if character not in _IGNORED:
            seen += 1
    return after, len(after)


class DialText(QObject):
    """What is being typed to call; `changed` when it is another text."""

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._text = ""

    @property
    def text(self) -> str:
        return self._text

    def set(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.changed.emit(text)

    def set_pasted(self, text: str) -> None:
        self.set(clean_paste(text))
