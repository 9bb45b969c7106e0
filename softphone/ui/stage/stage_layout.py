"""Where the parts of the stage stand: from the top down to the state line, from the bottom up to the buttons."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect

from softphone.ui.stage.controls import CallControls
from softphone.ui.stage.dial_page import DialPage
from softphone.ui.stage.end_buttons import EndButtons
from softphone.ui.stage.held_card import HeldCard
from softphone.ui.stage.identity import CallIdentity, Shape
from softphone.ui.stage.notice_slot import NoticeSlot
from softphone.ui.stage.top_bar import StageTopBar

_BOTTOM = 24
_ABOVE_END = 23
_ABOVE_RING = 26
_ENDED_TOP = 93
_LOW, _VERY_LOW = 620, 590  # DESIGN 3


@dataclass(frozen=True)
class StageParts:
    top_bar: StageTopBar
    identity: CallIdentity
    held_card: HeldCard
    slot: NoticeSlot
    dial_page: DialPage
    controls: CallControls
    buttons: EndButtons


def arrange(parts: StageParts, area: QRect, *, over: bool, keypad: bool) -> None:
    """Controls and the end button keep their place at the bottom; the ring gives way first."""
    width, height = area.width(), area.height()
    buttons = parts.buttons.sizeHint().height()
    end_top = height - _BOTTOM - buttons
    parts.buttons.setGeometry(0, end_top, width, buttons)
    bar = parts.top_bar.sizeHint().height()
    parts.top_bar.setGeometry(0, 0, width, bar)
    if keypad:
        _arrange_keypad(parts, width, bar, end_top)
    elif over:
        _arrange_ended(parts, width, height, end_top)
    else:
        _arrange_call(parts, width, height, bar, end_top)


def _arrange_keypad(parts: StageParts, width: int, bar: int, end_top: int) -> None:
    parts.identity.set_shape("slim")
    high = parts.identity.height_at("slim", width)
    parts.identity.setGeometry(0, bar + 6, width, high)
    top = bar + 6 + high + 16
    parts.dial_page.fit(width, end_top - 12 - top)
    page = parts.dial_page.sizeHint().height()
    parts.dial_page.setGeometry(0, min(top, max(bar + high, end_top - page - 8)), width, page)


def _arrange_ended(parts: StageParts, width: int, height: int, end_top: int) -> None:
    slot = parts.slot.height_at(width)
    room = end_top - 16 - (slot + 12 if slot else 0)
    shape = _choose(parts.identity, width, room - 12, "large" if height >= _LOW else "small")
    high = parts.identity.height_at(shape, width)
    top = min(_ENDED_TOP + _lowered(height), max(12, (room - high) // 2))
    parts.identity.set_shape(shape)
    parts.identity.setGeometry(0, top, width, high)
    parts.slot.setGeometry(0, end_top - 16 - slot, width, slot)
    parts.slot.arrange()


def _arrange_call(parts: StageParts, width: int, height: int, bar: int, end_top: int) -> None:
    parts.controls.set_gap(8 if height < _LOW else 14)
    grid = parts.controls.sizeHint().height()
    grid_top = end_top - (_ABOVE_END if height >= _LOW else 16) - grid
    parts.controls.setGeometry(0, grid_top, width, grid)
    top, gap = bar, _ABOVE_RING
    if not parts.held_card.isHidden():
        card = parts.held_card.sizeHint().height()
        margin = 16 + max(0, (width - 32 - 400) // 2)
        parts.held_card.setGeometry(margin, bar, width - 2 * margin, card)
        top, gap = bar + card, 12
    slot = parts.slot.height_at(width)
    room = grid_top - top - (slot + 16 if slot else 8)
    shape = _choose(parts.identity, width, room, _first_shape(height, gap == 12))
    high = parts.identity.height_at(shape, width)
    top += max(0, min(gap + _lowered(height), room - high))
    parts.identity.set_shape(shape)
    parts.identity.setGeometry(0, top, width, high)
    below = top + high
    slot = min(slot, max(0, grid_top - below - 4))
    parts.slot.setGeometry(0, below + max(0, (grid_top - below - slot) // 2), width, slot)
    parts.slot.arrange()


def _lowered(height: int) -> int:
    """In a tall window the ring comes down a part of the way."""
    return max(0, height - 680) // 4


def _first_shape(height: int, two_calls: bool) -> Shape:
    if height < _VERY_LOW:
        return "row"
    if height < _LOW:
        return "small"
    return "medium" if two_calls else "large"


def _choose(identity: CallIdentity, width: int, room: int, first: Shape) -> Shape:
    shapes: list[Shape] = ["large", "medium", "small", "row"]
    for shape in shapes[shapes.index(first) :]:
        if identity.height_at(shape, width) <= room:
            return shape
    return "row"
