"""Buttons with icon and text, and icon-only buttons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from softphone.ui.theme.icons import Weight, paint_icon
from softphone.ui.theme.motion import frame_clock, mix, with_alpha
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import PaintedButton, fill_round, mirrored, text_width
from softphone.ui.widgets.spinner import paint_spinner

Kind = Literal["primary", "call", "danger", "secondary", "quiet", "soft", "soft-danger", "link"]
Size = Literal["compact", "default", "signIn", "hero", "callBar"]


@dataclass(frozen=True, slots=True)
class _Look:
    fill: str | None
    hover: str | None
    pressed: str | None
    text: str
    edge: str | None = None
    tint: str | None = None  # soft kinds: hover is the fill with a little of this


_LOOKS: dict[Kind, _Look] = {
    "primary": _Look("accent-fill", "accent-hover", "accent-pressed", "accent-on"),
    "call": _Look("call-fill", "call-hover", "call-pressed", "call-on"),
    "danger": _Look("danger-fill", "danger-hover", "danger-pressed", "danger-on"),
    "secondary": _Look("bg-control", "bg-hover", "bg-pressed", "text-primary", edge="line-default"),
    "quiet": _Look(None, "bg-hover", "bg-pressed", "text-secondary"),
    "soft": _Look("accent-soft", None, None, "accent-text", tint="accent-fill"),
    "soft-danger": _Look("danger-soft", None, None, "danger-text", tint="danger-fill"),
    "link": _Look(None, None, None, "accent-text", tint="accent-fill"),
}
_FILLED = {"primary", "call", "danger", "soft-danger"}
_RADIUS: dict[Size, int] = {"compact": 6, "default": 8, "signIn": 8, "hero": 10, "callBar": 14}
_FONT: dict[Size, str] = {
    "compact": "bodyStrong",
    "default": "bodyStrong",
    "signIn": "bodyStrong",
    "hero": "title3",
    "callBar": "title3",
}
_PADDING: dict[Size, int] = {"compact": 10, "default": 14, "signIn": 14, "hero": 14, "callBar": 20}
_ICON: dict[Size, int] = {"compact": 16, "default": 18, "signIn": 18, "hero": 20, "callBar": 22}
_GAP = 8
_CLICK_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Select)


class Button(PaintedButton):
    """A button of one kind; busy keeps the label, shows a spinner before it and takes no click."""

    def __init__(
        self,
        text: str = "",
        kind: Kind = "secondary",
        icon: str | None = None,
        *,
        size: Size = "default",
        icon_weight: Weight | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind: Kind = kind
        self._size: Size = size
        self._icon = icon
        self._icon_weight = icon_weight
        self._busy = False
        self._small_icon: int | None = None
        self._font_name: str | None = None
        self._font_weight: int | None = None
        self._flush = False
        self._mark_box = QRect()
        self._ticking = False  # most buttons are never busy, so they do not listen to the clock
        self.focus_radius = _RADIUS[size]
        self.setText(text)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        if kind == "link":
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def kind(self) -> Kind:
        return self._kind

    @property
    def busy(self) -> bool:
        return self._busy

    def set_kind(self, kind: Kind) -> None:
        self._kind = kind
        self.update()

    def set_icon(self, name: str | None, *, size: int | None = None, weight: Weight | None = None) -> None:
        self._icon, self._icon_weight, self._small_icon = name, weight, size
        self.updateGeometry()
        self.update()

    def set_font(self, name: str, weight: int | None = None) -> None:
        """Another type name than the size's own, for the rare button that is quieter or louder."""
        self._font_name, self._font_weight = name, weight
        self.updateGeometry()
        self.update()

    def set_flush(self) -> None:
        """No padding and no fill: words that stand on the margin, for links; hover and press change the ink."""
        self._flush = True
        self.focus_radius = 4
        self.updateGeometry()

    def set_busy(self, busy: bool) -> None:
        if busy == self._busy:
            return
        self._busy = busy
        self._turn()
        self.updateGeometry()
        self.update()

    def _turn(self) -> None:
        clock = frame_clock()
        if self._busy and self.isVisible():
            if not self._ticking:
                self._ticking = True
                clock.tick.connect(self._tick)
            clock.join(self)
        else:
            clock.leave(self)

    def _tick(self) -> None:
        if self._busy:
            self.update(self._mark_box)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._turn()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        frame_clock().leave(self)

    def click(self) -> None:
        if not self._busy:
            super().click()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._busy:
            event.accept()
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._busy and event.key() in _CLICK_KEYS:
            return
        super().keyPressEvent(event)

    def _font_key(self) -> tuple[str, int | None]:
        return self._font_name or _FONT[self._size], self._font_weight

    def _icon_size(self) -> int:
        return 16 if self._busy else self._small_icon or _ICON[self._size]

    def sizeHint(self) -> QSize:
        name, weight = self._font_key()
        width = text_width(theme().font(name, weight=weight), self.text())
        if self._icon or self._busy:
            width += self._icon_size() + (_GAP if self.text() else 0)
        return QSize(width + 2 * self._padding(), theme().size(f"control.{self._size}"))

    def _padding(self) -> int:
        return 1 if self._flush else _PADDING[self._size]

    def minimumSizeHint(self) -> QSize:
        if self._flush:
            return self.sizeHint()
        return QSize(min(self.sizeHint().width(), theme().size(f"control.{self._size}")), self.sizeHint().height())

    def _fill(self) -> QColor | None:
        look, t = _LOOKS[self._kind], theme()
        if look.tint is not None:
            tint = t.color(look.tint)
            rest = t.color(look.fill) if look.fill else with_alpha(tint, 0)
            if look.fill:
                return self.state_color(rest, mix(rest, tint, 0.08), mix(rest, tint, 0.16))
            return self.state_color(rest, with_alpha(tint, 0.08), with_alpha(tint, 0.16))
        hover = t.color(look.hover or "bg-hover")
        rest = t.color(look.fill) if look.fill else with_alpha(hover, 0)
        return self.state_color(rest, hover, t.color(look.pressed or "bg-pressed"))

    def paintEvent(self, event: QPaintEvent) -> None:
        look, t = _LOOKS[self._kind], theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            ink = t.color("text-disabled")
            fill = None if look.fill is None else t.color("bg-muted")
            edge = None
        else:
            ink, fill = t.color(look.text), None if self._flush else self._fill()
            if self._flush:
                ink = self.state_color(ink, mix(ink, t.color("text-primary"), 0.35), t.color("text-primary"))
            edge = t.color(look.edge) if look.edge else None
        fill_round(painter, QRectF(self.rect()), self.focus_radius, fill, edge)
        self._paint_content(painter, ink)

    def _paint_content(self, painter: QPainter, ink: QColor) -> None:
        name, weight = self._font_key()
        painter.setFont(theme().font(name, weight=weight))
        metrics = painter.fontMetrics()
        mark = self._icon_size() if self._icon or self._busy else 0
        gap = _GAP if mark and self.text() else 0
        room = self.width() - 2 * min(self._padding(), 8) - mark - gap
        text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, max(0, room))
        words = text_width(painter.font(), text)
        left = (self.width() - (mark + gap + words)) / 2
        rtl = mirrored(self)
        mark_x = left + words + gap if rtl else left
        text_x = left if rtl else left + mark + gap
        mark_box = QRectF(round(mark_x), (self.height() - mark) / 2, mark, mark)
        if self._busy:
            self._mark_box = mark_box.toAlignedRect()
            paint_spinner(painter, mark_box, ink)
        elif self._icon:
            fallback: Weight | None = "fill" if self._kind in _FILLED else None
            paint_icon(painter, mark_box, self._icon, ink, self._icon_weight or fallback)
        painter.setPen(ink)
        painter.drawText(QRectF(text_x, 0, words + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, text)


class IconButton(PaintedButton):
    """An icon without words: its accessible name and tooltip are required."""

    def __init__(
        self,
        icon: str,
        name: str,
        *,
        box: int = 36,
        icon_size: int | None = None,
        color: str = "text-secondary",
        weight: Weight | None = None,
        shortcut: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        self._box = box
        self._icon_size = icon_size or (20 if box >= 36 else 16)
        self._color = color
        self._weight = weight
        self._kind: Kind | None = None
        self.focus_radius = 8 if box >= 32 else 6
        self.set_name(name, shortcut)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_name(self, name: str, shortcut: str = "") -> None:
        self.setAccessibleName(name)
        self.setToolTip(f"{name}  {shortcut}" if shortcut else name)

    def set_icon(self, icon: str, weight: Weight | None = None) -> None:
        self._icon, self._weight = icon, weight
        self.update()

    def set_color(self, token: str) -> None:
        self._color = token
        self.update()

    def set_kind(self, kind: Kind | None, radius: int | None = None) -> None:
        """A filled icon button, e.g. the call button of the box; None is the plain one."""
        self._kind = kind
        if radius is not None:
            self.focus_radius = radius
        self.update()

    def sizeHint(self) -> QSize:
        side = theme().scaled(self._box)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = None
        weight = self._weight
        if self._kind is None:
            hover = t.color("bg-hover")
            fill = self.state_color(with_alpha(hover, 0), hover, t.color("bg-pressed"))
            if self.isCheckable() and self.isChecked():
                fill = t.color("bg-pressed")
            ink = t.color(self._color if self.isEnabled() else "text-disabled")
        elif not self.isEnabled():
            fill, ink = t.color("bg-muted"), t.color("text-disabled")
        else:
            look = _LOOKS[self._kind]
            hover = t.color(look.hover or "bg-hover")
            rest = t.color(look.fill) if look.fill else with_alpha(hover, 0)
            fill = self.state_color(rest, hover, t.color(look.pressed or "bg-pressed"))
            ink = t.color(look.text)
            edge = t.color(look.edge) if look.edge else None
        if self._kind in _FILLED and weight is None:
            weight = "fill"
        fill_round(painter, QRectF(self.rect()), self.focus_radius, fill, edge)
        side = self._icon_size
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        paint_icon(painter, box, self._icon, ink, weight)
