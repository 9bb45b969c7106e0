"""Right to left: margins from start to end, and numbers that keep their own direction."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLayout

_LEFT_TO_RIGHT_ISOLATE, _POP_ISOLATE = "\u2066", "\u2069"  # Unicode TR9


def runs_right_to_left() -> bool:
    return QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft


def set_margins(layout: QLayout, start: int, top: int, end: int, bottom: int) -> None:
    """Qt mirrors what is in a layout, but not its margins."""
    if runs_right_to_left():
        start, end = end, start
    layout.setContentsMargins(start, top, end, bottom)


def isolated(text: str) -> str:
    """A number or SIP address among text that runs right to left; other text, and all of it otherwise, as it is."""
    if not runs_right_to_left() or not text:
        return text
    number = text[0] in "+*#(0123456789" and not any(c.isalpha() for c in text)
    return f"{_LEFT_TO_RIGHT_ISOLATE}{text}{_POP_ISOLATE}" if number or "@" in text else text
