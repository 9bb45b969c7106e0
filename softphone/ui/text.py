"""Every sentence a person reads is made here or in the `text_*` modules beside it, from a state, a reason or a failure.

`tr` marks a text for translation: Qt's translator finds it by the text itself. Full sentences with named places, never
glued parts.
"""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication

PRODUCT = "Softphone"


def tr(text: str, count: int = -1, **values: object) -> str:
    """The text in the person's language, its `{places}` filled in; `count` chooses the plural (`%n` in the text)."""
    translated = QCoreApplication.translate("Softphone", text, None, count)
    if count >= 0:
        translated = translated.replace("%n", str(count))
    return translated.format(**values) if values else translated


def joined(items: list[str]) -> str:
    """ "a", "a and b", "a, b and c", then "a, b, c and 4 others"."""
    if len(items) <= 1:
        return "".join(items)
    if len(items) == 2:
        return tr("{a} and {b}", a=items[0], b=items[1])
    if len(items) == 3:
        return tr("{a}, {b} and {c}", a=items[0], b=items[1], c=items[2])
    if len(items) == 4:
        return tr("{a}, {b}, {c} and 1 other", a=items[0], b=items[1], c=items[2])
    return tr("{a}, {b}, {c} and {n} others", a=items[0], b=items[1], c=items[2], n=len(items) - 3)


def timer(seconds: float) -> str:
    """A running time: 4:12, 1:02:06."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def duration(seconds: float) -> str:
    """A length of time in words: 52 s, 4 min 12 s, 1 h 2 min."""
    whole = int(seconds)
    if whole < 60:
        return tr("{s} s", s=whole)
    if whole < 3600:
        return tr("{m} min {s} s", m=whole // 60, s=whole % 60) if whole % 60 else tr("{m} min", m=whole // 60)
    return tr("{h} h {m} min", h=whole // 3600, m=whole % 3600 // 60)


_twelve_hours = False


def set_twelve_hours(on: bool) -> None:
    """How the person wants to read the time."""
    global _twelve_hours
    _twelve_hours = on


def clock(moment: datetime) -> str:
    """A time of day: 14:20, or 2:20 pm."""
    if not _twelve_hours:
        return f"{moment:%H:%M}"
    hour, half = moment.hour % 12 or 12, tr("am") if moment.hour < 12 else tr("pm")
    return tr("{hour}:{minute} {half}", hour=hour, minute=f"{moment:%M}", half=half)
