"""The design tokens of `resources/design/tokens.json`, and WCAG contrast computed from them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from softphone.resources import resource

Scheme = Literal["light", "dark"]
Rgba = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class TypeStyle:
    """One row of the type table; sizes in pixels."""

    size: int
    line: int
    weight: int
    tracking: float
    tabular: bool = False


# Named in DESIGN 2.3 below the table, so not in the file.
_EXTRA_TYPES = {
    "callerName": TypeStyle(18, 24, 600, -0.3),
    "headerLabel": TypeStyle(14, 18, 600, -0.05),
    "timer": TypeStyle(17, 24, 600, -0.2, tabular=True),
}
_HIGH_CONTRAST = {
    "line-subtle": "line-control",
    "line-default": "line-control",
    "text-tertiary": "text-secondary",
    "wash-ring": "bg-window",
    "wash-active": "bg-window",
    "wash-hold": "bg-window",
    "wash-fail": "bg-window",
    "wash-ended": "bg-window",
}


class Tokens:
    """Every value of the design by name; a name that does not exist is a KeyError."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self._raw = raw
        self.types = {name: _type_style(row) for name, row in raw["type"].items()} | _EXTRA_TYPES

    def hex(self, scheme: Scheme, token: str, *, high_contrast: bool = False) -> str:
        name = _HIGH_CONTRAST.get(token, token) if high_contrast else token
        return str(self._raw["theme"][scheme][name])

    def rgba(self, scheme: Scheme, token: str, *, high_contrast: bool = False) -> Rgba:
        return parse_hex(self.hex(scheme, token, high_contrast=high_contrast))

    def names(self) -> tuple[str, ...]:
        return tuple(self._raw["theme"]["light"])

    def number(self, path: str) -> int:
        """A whole number by its dotted path, e.g. `number("size.control.default")`."""
        value = self.value(path)
        if not isinstance(value, int):
            raise KeyError(path)
        return value

    def value(self, path: str) -> Any:
        found: Any = self._raw
        for part in path.split("."):
            found = found[part]
        return found


def _type_style(row: dict[str, Any]) -> TypeStyle:
    return TypeStyle(row["size"], row["line"], row["weight"], float(row["tracking"]), bool(row.get("tabular")))


@lru_cache(maxsize=1)
def tokens() -> Tokens:
    return Tokens(json.loads(resource("design", "tokens.json").read_text(encoding="utf-8")))


def parse_hex(text: str) -> Rgba:
    """`#RRGGBB` or `#RRGGBBAA` (alpha last, as in CSS)."""
    digits = text.lstrip("#")
    if len(digits) not in (6, 8):
        raise ValueError(f"not a colour: {text}")
    red, green, blue = (int(digits[i : i + 2], 16) for i in (0, 2, 4))
    return red, green, blue, int(digits[6:8], 16) if len(digits) == 8 else 255


def luminance(colour: Rgba) -> float:
    """Relative luminance, WCAG 2.2."""

    def linear(channel: int) -> float:
        value = channel / 255
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(channel) for channel in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgba, other: Rgba) -> float:
    """Contrast ratio of two opaque colours, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
