"""The segmented control: two or three choices, one of them chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from softphone.ui.theme.motion import Fade
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import PaintedButton, fill_round, mirrored, text_width
from softphone.ui.widgets.shadow import paint_shadow

_PAD = 2


class _Segment(PaintedButton):
    focus_radius = 6

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        words = text_width(theme().font("caption", weight=600), self.text())
        return QSize(words + 24, theme().scaled(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setFont(t.font("caption", weight=600))
        tone = "text-primary" if self.isChecked() else "text-secondary"
        painter.setPen(t.color(tone if self.isEnabled() else "text-disabled"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class Segmented(QWidget):
    """Equal widths, one stop for Tab; arrows move the choice."""

    changed = Signal(int)

    def __init__(self, options: Sequence[str], index: int = 0, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._segments = [_Segment(text, self) for text in options]
        self._index = index
        row = QHBoxLayout(self)
        row.setContentsMargins(_PAD, _PAD, _PAD, _PAD)
        row.setSpacing(0)
        widest = max(segment.sizeHint().width() for segment in self._segments)
        for number, segment in enumerate(self._segments):
            segment.setMinimumWidth(widest)
            segment.clicked.connect(lambda _=False, n=number: self.set_index(n))
            segment.installEventFilter(self)
            row.addWidget(segment)
        self._place = Fade(self, float(index))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._mark()

    @property
    def index(self) -> int:
        return self._index

    def set_index(self, index: int) -> None:
        moved = index != self._index
        self._index = index
        self._mark()
        self._place.to(float(index))
        if moved:
            self.changed.emit(index)

    def _mark(self) -> None:
        for number, segment in enumerate(self._segments):
            segment.setChecked(number == self._index)
            chosen = number == self._index
            segment.setFocusPolicy(Qt.FocusPolicy.StrongFocus if chosen else Qt.FocusPolicy.ClickFocus)

    def eventFilter(self, watched: object, event: object) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            ahead = Qt.Key.Key_Left if mirrored(self) else Qt.Key.Key_Right
            back = Qt.Key.Key_Right if mirrored(self) else Qt.Key.Key_Left
            if event.key() in (ahead, back):
                self._step(1 if event.key() == ahead else -1)
                return True
        return False

    def _step(self, by: int) -> None:
        index = min(len(self._segments) - 1, max(0, self._index + by))
        self.set_index(index)
        self._segments[index].setFocus(Qt.FocusReason.TabFocusReason)

    def sizeHint(self) -> QSize:
        widest = max(segment.sizeHint().width() for segment in self._segments)
        return QSize(widest * len(self._segments) + 2 * _PAD, theme().scaled(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill_round(painter, QRectF(self.rect()), t.radius("md"), t.color("bg-muted"))
        width = (self.width() - 2 * _PAD) / len(self._segments)
        place = len(self._segments) - 1 - self._place.value if mirrored(self) else self._place.value
        thumb = QRectF(_PAD + width * place, _PAD, width, self.height() - 2 * _PAD)
        paint_shadow(painter, thumb.toRect(), t.radius("sm"), "e1")
        fill_round(painter, thumb, t.radius("sm"), t.color("bg-segment"))

    def thumb(self) -> QRect:
        """Where the chosen segment is, for tests."""
        return self._segments[self._index].geometry()
