"""Avatars: initials or an icon on a colour of the person's own; with presence."""

from __future__ import annotations

import unicodedata
import zlib

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import mirrored
from softphone.ui.widgets.presence import Presence, paint_presence

_TITLES = {"dr", "mr", "mrs", "ms", "mx", "prof", "sir", "herr", "frau", "mme", "mlle"}
_COLOURS = 8


def initials(name: str) -> str:
    """Up to two letters: of the first and the last word, titles such as Dr. skipped; empty if it has no letters."""
    words = [word for word in name.split() if any(ch.isalpha() for ch in word)]
    kept = [word for word in words if word.strip(".").casefold() not in _TITLES] or words
    letters = [next(ch for ch in word if ch.isalpha()) for word in kept]
    if not letters:
        return ""
    chosen = letters[:1] if len(letters) == 1 else [letters[0], letters[-1]]
    return "".join(unicodedata.normalize("NFC", letter).upper()[:1] for letter in chosen)


def avatar_colour(key: str) -> int:
    """1 to 8, the same for the same contact on every start."""
    return zlib.crc32(key.encode("utf-8", "replace")) % _COLOURS + 1


def paint_avatar(
    painter: QPainter,
    rect: QRectF,
    name: str,
    *,
    key: str | None = None,
    icon: str | None = None,
    presence: Presence | None = None,
    row_color: QColor | None = None,
    rtl: bool = False,
) -> None:
    """For delegates too: the circle with letters or icon, and the presence mark on a disc of the row's colour."""
    t = theme()
    letters = "" if icon else initials(name)
    # A number or nothing: nobody we know.
    number = 8 if not letters and icon in (None, "user") else avatar_colour(key or name)
    side = min(rect.width(), rect.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(t.color(f"avatar-{number}-bg"))
    painter.drawEllipse(rect)
    ink = t.color(f"avatar-{number}-fg")
    if letters:
        font = t.font("bodyStrong")
        font.setPixelSize(max(9, round(side * 0.36)))
        font.setLetterSpacing(font.letterSpacingType(), -side * 0.004)
        painter.setFont(font)
        painter.setPen(ink)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, letters)
    else:
        icon_side = round(side * 0.5)
        box = QRectF(0, 0, icon_side, icon_side)
        box.moveCenter(rect.center())
        paint_icon(painter, box, icon or "user", ink, "regular")
    if presence is not None:
        paint_presence(painter, rect, presence, row_color or t.color("bg-window"), rtl=rtl)
    painter.restore()


class Avatar(QWidget):
    """A person's circle; it has no accessible name of its own, the words beside it do."""

    def __init__(
        self,
        name: str = "",
        size: int = 36,
        *,
        key: str | None = None,
        icon: str | None = None,
        presence: Presence | None = None,
        row_color: str = "bg-window",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name, self._key, self._icon = name, key, icon
        self._presence = presence
        self._row_color = row_color
        self._size = size
        self.setFixedSize(size, size)
        theme().changed.connect(self.update)

    def set_person(self, name: str, key: str | None = None, icon: str | None = None) -> None:
        self._name, self._key, self._icon = name, key, icon
        self.update()

    def set_presence(self, presence: Presence | None) -> None:
        self._presence = presence
        self.update()

    def set_size(self, size: int) -> None:
        self._size = size
        self.setFixedSize(size, size)

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_avatar(
            QPainter(self),
            QRectF(self.rect()),
            self._name,
            key=self._key,
            icon=self._icon,
            presence=self._presence,
            row_color=theme().color(self._row_color),
            rtl=mirrored(self),
        )
