"""What a setting and a page are. Adding a setting to the window is one `Setting(...)` in its page's declaration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtWidgets import QWidget

from softphone.extension.document import Json

if TYPE_CHECKING:
    from softphone.ui.settings.context import SettingsContext
    from softphone.ui.settings.editor import Editor

Group = Literal["account", "calls", "phone", "app"]


@dataclass(frozen=True)
class Option:
    """One of several values; `help_text` and `tag` are for radio rows, `tone` is the tag's."""

    value: Json
    text: str
    help_text: str = ""
    tag: str = ""
    tone: Literal["muted", "accent", "success", "warn", "danger"] = "muted"
    enabled: bool = True


Options = Callable[["SettingsContext"], Sequence[Option]]


@dataclass(frozen=True)
class SwitchKind:
    """On or off."""


@dataclass(frozen=True)
class SelectKind:
    """One of many, in a menu."""

    options: Options
    icons: tuple[str, ...] = ()


@dataclass(frozen=True)
class SegmentedKind:
    """One of two or three, side by side."""

    options: Options


@dataclass(frozen=True)
class RadioKind:
    """One of some that need a line each; the rows fill the card, and the setting's own label is only spoken."""

    options: Options


@dataclass(frozen=True)
class TextKind:
    """One line. `check` gives the sentence about what is typed, "" when it is fine; `parse` makes the value of it."""

    placeholder: str = ""
    check: Callable[[str], str] | None = None
    parse: Callable[[str], Json] | None = None
    show: Callable[[Json], str] | None = None
    digits_only: bool = False


@dataclass(frozen=True)
class NumberKind:
    """A whole number, by a slider; `words` says it ("20 s")."""

    least: int
    most: int
    words: Callable[[int], str] = str
    page: int = 5


@dataclass(frozen=True)
class ChipsKind:
    """Several values. `parse` makes one of a typed text or None, `check` is the sentence about a value or "", `show`
    its words. `most` values at most, and `too_many` says so."""

    parse: Callable[[SettingsContext, str], str | None]
    check: Callable[[SettingsContext, str], str]
    show: Callable[[SettingsContext, str], str] = lambda _context, value: value
    placeholder: str = ""
    most: int = 0
    too_many: str = ""


@dataclass(frozen=True)
class ValueKind:
    """To read only. `tone` tells a value as a tag instead of words."""

    words: Callable[[Json], str] = str
    tone: Callable[[Json], Literal["muted", "accent", "success", "warn", "danger"]] | None = None


@dataclass(frozen=True)
class CustomKind:
    """A control of its own. `wide` puts it below the label, as wide as the row; `bare` makes it the row itself, and the
    label is only spoken and found. `words` says a value in a conflict."""

    make: Callable[[SettingsContext, Setting], Editor]
    wide: bool = False
    bare: bool = False
    words: Callable[[SettingsContext, Json], str] | None = None
    options: Options | None = None


Kind = (
    SwitchKind | SelectKind | SegmentedKind | RadioKind | TextKind | NumberKind | ChipsKind | ValueKind | CustomKind
)  # fmt: skip


def always(_context: SettingsContext) -> bool:
    return True


@dataclass(frozen=True)
class Setting:
    """One row, and one thing that the search finds.

    `pointer` names its member of the extension's settings document. Where the value is not a member as it is, `read`
    makes it of the context and `patch` makes the merge patch of a new value. A setting of this computer has no pointer:
    `read` and `write` do it all. `done` is the sentence of the Undo toast, for changes that move calls. `types` are the
    extension types it is for. `keywords` are words that people look for.
    """

    name: str
    label: str
    kind: Kind
    pointer: str = ""
    help_text: str = ""
    help_of: Callable[[SettingsContext], str] | None = None
    keywords: str = ""
    icon: str = ""
    types: tuple[str, ...] = ()
    shown: Callable[[SettingsContext], bool] = always
    enabled: Callable[[SettingsContext], bool] = always
    reason: Callable[[SettingsContext], str] | None = None
    read: Callable[[SettingsContext], Json] | None = None
    patch: Callable[[SettingsContext, Json], dict[str, Any]] | None = None
    write: Callable[[SettingsContext, Json], None] | None = None
    done: Callable[[SettingsContext, Json], str] | None = None


@dataclass(frozen=True)
class Rows:
    """A card of settings under a heading; `trailing` stands at the heading's end."""

    settings: tuple[Setting, ...]
    heading: str = ""
    trailing: Callable[[SettingsContext], str] | None = None


@dataclass(frozen=True)
class Explain:
    """The box with one live sentence; "" hides it. `strong` of text_settings marks its values."""

    icon: str
    words: Callable[[SettingsContext], str]
    kind: Literal["info", "warning"] = "info"


@dataclass(frozen=True)
class Footnote:
    """A small line below a card; "" hides it. `link` says what to click, `to` where it leads: (page, setting)."""

    words: Callable[[SettingsContext], str]
    icon: str = ""
    link: str = ""
    to: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Notice:
    """A banner: `words` gives (title, sentence), or None to hide it."""

    words: Callable[[SettingsContext], tuple[str, str] | None]
    kind: Literal["info", "warning", "problem", "success", "muted"] = "warning"


@dataclass(frozen=True)
class Block:
    """A widget of the page's own. It may have `refresh()`, which is called when anything changes."""

    make: Callable[[SettingsContext], QWidget]
    heading: str = ""


Part = Rows | Explain | Footnote | Notice | Block


@dataclass(frozen=True)
class Page:
    """A page of the window: `value` stands at the end of its row in the sidebar."""

    name: str
    title: str
    icon: str
    group: Group
    about: str
    parts: tuple[Part, ...]
    value: Callable[[SettingsContext], str] | None = None
    shown: Callable[[SettingsContext], bool] | None = None
    about_plain: str = ""  # instead of `about` with a plain SIP account, whose settings act here alone

    @property
    def settings(self) -> tuple[Setting, ...]:
        return tuple(one for part in self.parts if isinstance(part, Rows) for one in part.settings)
