"""Who is on the call and how it stands: ring, name, number, state; large, in one row, or slim above the keypad."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from softphone.ui.stage.stage_ring import StageRing
from softphone.ui.text_call import Caller, isolated
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.avatar import Avatar
from softphone.ui.widgets.labels import ElidedLabel, TextBlock
from softphone.ui.widgets.painted_button import start_rect
from softphone.ui.widgets.spinner import Spinner
from softphone.ui.widgets.state_ring import RingState

Shape = Literal["large", "medium", "small", "row", "slim"]
_AVATAR: dict[Shape, int] = {"large": 112, "medium": 96, "small": 88, "row": 64, "slim": 44}
_SIDE = 25
_MOST_LINES = 2


class NameLabel(QWidget):
    """A name in the middle, on two lines at most, then elided with the whole in the tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""

    def setText(self, text: str) -> None:
        self._text = text
        self.setAccessibleName(text)
        self.update()

    def text(self) -> str:
        return self._text

    def _lines(self, width: int) -> tuple[list[str], bool]:
        """The lines at a width, and whether the text was cut."""
        font = theme().font("title1", tabular=True)
        layout = QTextLayout(self._text, font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        starts: list[int] = []
        while len(starts) <= _MOST_LINES:
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
            starts.append(line.textStart())
        layout.endLayout()
        if len(starts) <= _MOST_LINES:
            bounds = [*starts, len(self._text)]
            return [self._text[a:b].strip() for a, b in pairwise(bounds)], False
        last = QFontMetrics(font).elidedText(self._text[starts[1] :], Qt.TextElideMode.ElideRight, width)
        return [self._text[: starts[1]].strip(), last], True

    def height_for(self, width: int) -> int:
        return max(1, len(self._lines(width)[0])) * theme().line("title1")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setToolTip(self._text if self._lines(self.width())[1] else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setFont(t.font("title1", tabular=True))
        painter.setPen(t.color("text-primary"))
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        step = t.line("title1")
        for number, line in enumerate(self._lines(self.width())[0]):
            painter.drawText(QRect(0, number * step, self.width(), step), Qt.AlignmentFlag.AlignCenter, line)


class CallIdentity(QWidget):
    """Laid out by hand: the same words take five shapes, by how much height there is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape: Shape = "large"
        self.ring = StageRing(parent=self)
        self.avatar = Avatar("", _AVATAR["slim"], parent=self)
        self.name = NameLabel(self)
        self.name_line = ElidedLabel("", "title3", tabular=True, parent=self)
        self.number = ElidedLabel("", "bodyLarge", "text-secondary", weight=400, tabular=True, parent=self)
        self.state = ElidedLabel("", "timer", parent=self)
        self.note = ElidedLabel("", "caption", "text-secondary", tabular=True, parent=self)
        self.sentence = TextBlock("", "body", "text-secondary", align=Qt.AlignmentFlag.AlignHCenter, parent=self)
        self._spinner = Spinner(16, "warn-graphic", parent=self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self._refit)
        theme().changed.connect(self.ring.forget_pictures)

    @property
    def shape_name(self) -> Shape:
        return self._shape

    def set_shape(self, shape: Shape) -> None:
        if shape == self._shape:
            return
        self._shape = shape
        if shape != "slim":
            self.ring.set_avatar_size(_AVATAR[shape])
        self._refit()

    def show_caller(self, who: Caller) -> None:
        self.ring.set_person(who.name, who.key or None, who.icon)
        self.avatar.set_person(who.name, who.key or None, who.icon)
        self.name.setText(who.name)
        self.name_line.setText(isolated(who.name))
        self.number.setText(isolated(who.line))
        self._refit()

    def show_state(
        self, ring: RingState, text: str, color: str, *, style: str = "timer", weight: int | None = None,
        note: str = "", sentence: str = "", waiting: bool = False,
    ) -> None:  # fmt: skip
        """`note` is the caption below the state, `sentence` the reason below an end; `waiting` shows a spinner."""
        self.ring.set_state(ring)
        self.state.set_type(style, weight)
        self.state.set_color(color)
        self.state.setText(text)
        self.note.setText(note)
        if sentence != self.sentence.plain_text():
            self.sentence.set_text(sentence)
        self._spinner.setVisible(waiting)
        self._refit()

    def show_time(self, text: str) -> None:
        """The state line's running time; figures are of one width, so that a longer text alone moves anything."""
        moves = len(text) != len(self.state.text())
        if text != self.state.text():
            self.state.setText(text)
        if moves:
            self._refit()

    def _refit(self) -> None:
        self.setFixedHeight(self.height_at(self._shape, self.width()))
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._refit()

    def sizeHint(self) -> QSize:
        return QSize(300, self.height_at(self._shape, max(300, self.width())))

    def height_at(self, shape: Shape, width: int) -> int:
        """The height this shape takes with what is shown now."""
        t = theme()
        if shape == "slim":
            return max(_AVATAR["slim"], t.line("title3") + t.line("caption")) + 4
        text = self._extra_height(width)
        if shape == "row":
            return max(_AVATAR["row"] + 24, self._row_words()) + (text + 4 if self.sentence.plain_text() else 0)
        ring = _AVATAR[shape] + 36
        name = self.name.height_for(width - 2 * 16)
        number = t.line("bodyLarge") if self.number.text() else 0
        return ring + 10 + name + number + self._state_gap() + self._state_height() + (text + 4 if text else 0)

    def _row_words(self) -> int:
        """Height of the words beside the ring."""
        t = theme()
        note = self.note.height() if self.note.text() else 0
        return t.line("title3") + t.line("bodyLarge") + 2 + self._state_height() + note

    def _ended(self) -> bool:
        return self.ring.state in ("ended", "failed")

    def _state_gap(self) -> int:
        return 10 if self._ended() else 5

    def _state_height(self) -> int:
        return self.state.height()

    def _extra_height(self, width: int) -> int:
        height = self.note.height() if self.note.text() else 0
        if self.sentence.plain_text():
            height += self.sentence.heightForWidth(min(width - 2 * _SIDE, 330)) + 2
        return height

    def _arrange(self) -> None:
        slim, row = self._shape == "slim", self._shape == "row"
        self.avatar.setVisible(slim)
        self.ring.setHidden(slim)
        self.name.setHidden(slim or row)
        self.name_line.setVisible(slim or row)
        self.note.setVisible(bool(self.note.text()) and not slim)
        self.sentence.setVisible(bool(self.sentence.plain_text()) and not slim)
        self.number.set_type("caption" if slim else "bodyLarge", 400)
        middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        start = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        for label in (self.number, self.state, self.note):
            label.setAlignment(start if slim or row else middle)
        if slim:
            self._arrange_slim()
        elif row:
            self._arrange_row()
        else:
            self._arrange_column()

    def _put(self, widget: QWidget, x: int, y: int, width: int, height: int) -> None:
        widget.setGeometry(start_rect(self, QRect(x, y, max(0, width), height)))

    def _arrange_column(self) -> None:
        width, side = self.width(), self.ring.width()
        self.ring.move((width - side) // 2, 0)
        y = self.ring.height() + 10
        name = self.name.height_for(width - 32)
        self._put(self.name, 16, y, width - 32, name)
        y += name
        if self.number.text():
            self._put(self.number, 16, y, width - 32, self.number.height())
            y += self.number.height()
        y += self._state_gap()
        self._put(self.state, 16, y, width - 32, self.state.height())
        self._put_spinner(QFontMetrics(self.state.font()).horizontalAdvance(self.state.text()), y)
        self._arrange_extra(y + self.state.height() + 4, _SIDE, width - 2 * _SIDE)

    def _put_spinner(self, text_width: int, y: int) -> None:
        size = self._spinner.width()
        x = (self.width() - text_width) // 2 - size - 8
        self._put(self._spinner, x, y + (self.state.height() - size) // 2, size, size)

    def _arrange_extra(self, y: int, x: int, width: int) -> None:
        if self.note.text():
            self._put(self.note, x, y - 1, width, self.note.height())
            y += self.note.height()
        if self.sentence.plain_text():
            room = min(width, 330)
            high = self.sentence.heightForWidth(room)
            self._put(self.sentence, x + (width - room) // 2, y + 2, room, high)

    def _arrange_row(self) -> None:
        ring = self.ring.width()
        x, width = 16 + ring + 8, self.width() - 16 - ring - 8 - 16
        words = self._row_words()
        y = max(0, (ring - words) // 2)
        self._put(self.ring, 16, 0, ring, ring)
        self._put(self.name_line, x, y, width, self.name_line.height())
        y += self.name_line.height()
        self._put(self.number, x, y, width, self.number.height())
        y += self.number.height() + 2
        text = QFontMetrics(self.state.font()).horizontalAdvance(self.state.text())
        spinning = self._spinner.isVisibleTo(self) and text + self._spinner.width() + 8 <= width
        self._spinner.setVisible(spinning)
        shift = self._spinner.width() + 8 if spinning else 0
        self._put(self._spinner, x, y + (self.state.height() - 16) // 2, 16, 16)
        self._put(self.state, x + shift, y, width - shift, self.state.height())
        self._put(self.note, x, y + self.state.height(), width, self.note.height())
        if self.sentence.plain_text():
            room = self.width() - 2 * _SIDE
            high = self.sentence.heightForWidth(room)
            self._put(self.sentence, _SIDE, max(ring, words) + 4, room, high)

    def _arrange_slim(self) -> None:
        size, side = _AVATAR["slim"], max(_SIDE, (self.width() - 330) // 2)
        state = min(QFontMetrics(self.state.font()).horizontalAdvance(self.state.text()) + 4, self.width() // 2)
        x, end = side + size + 12, self.width() - side - state
        self._put(self.avatar, side, (self.height() - size) // 2, size, size)
        words = self.name_line.height() + self.number.height()
        y = (self.height() - words) // 2
        self._put(self.name_line, x, y, end - 8 - x, self.name_line.height())
        self._put(self.number, x, y + self.name_line.height(), end - 8 - x, self.number.height())
        self._put(self.state, end, (self.height() - self.state.height()) // 2, state, self.state.height())
        self._spinner.hide()
