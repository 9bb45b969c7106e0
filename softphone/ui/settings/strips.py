"""What opens below a row: not saved, changed elsewhere, and the question before nobody gets through."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from softphone.ui import text_settings
from softphone.ui.settings.cards import fill_in_card
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import Button, Kind
from softphone.ui.widgets.labels import Label, TextBlock
from softphone.ui.widgets.painted_button import fill_round


class Mark(QWidget):
    """An icon of 18 in a colour of the theme."""

    def __init__(self, name: str, token: str, *, size: int = 18, weight: str | None = None) -> None:
        super().__init__()
        self._name, self._token, self._weight = name, token, weight
        self.setFixedSize(size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_icon(QPainter(self), QRectF(self.rect()), self._name, self._token, self._weight)  # type: ignore[arg-type]


class _Strip(QWidget):
    """A soft ground as wide as the card."""

    tone = "danger-soft"

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill_in_card(painter, self, theme().color(self.tone))


def strip_buttons(*texts: tuple[str, Kind]) -> list[Button]:
    return [Button(text, kind, size="compact") for text, kind in texts]


class RefusedStrip(_Strip):
    """Not saved, with the reason."""

    retry = Signal()
    undo = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._reason = TextBlock("", "caption", "text-secondary")
        self.retry_button, self.undo_button = strip_buttons(
            (text_settings.retry(), "secondary"), (text_settings.undo(), "quiet")
        )
        self.retry_button.clicked.connect(lambda _=False: self.retry.emit())
        self.undo_button.clicked.connect(lambda _=False: self.undo.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(10)
        row.addWidget(Mark("warning-circle", "danger-text", size=16, weight="fill"))
        row.addWidget(self._reason, 1)
        row.addWidget(self.retry_button)
        row.addWidget(self.undo_button)

    @property
    def text(self) -> str:
        return self._reason.plain_text()

    def set_reason(self, reason: str) -> None:
        sentence = text_settings.not_saved_because(reason)
        if sentence != self._reason.plain_text():
            self._reason.set_text(sentence)


class _Values(QWidget):
    """Yours and theirs, on the surface."""

    def __init__(self) -> None:
        super().__init__()
        self.yours = TextBlock("", "caption", "text-primary", weight=500)
        self.theirs = TextBlock("", "caption", "text-primary", weight=500)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(12)
        grid.setColumnStretch(1, 1)
        lines = ((text_settings.yours(), self.yours), (text_settings.theirs(), self.theirs))
        for at, (name, value) in enumerate(lines):
            grid.addWidget(Label(name, "caption", "text-secondary"), at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, at, 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill_round(painter, QRectF(self.rect()), 8, t.color("bg-surface"), t.color("line-subtle"))
        painter.fillRect(12, self.height() // 2, self.width() - 24, 1, t.color("line-subtle"))


class Amber(_Strip):
    """Title, sentence, two buttons."""

    tone = "warn-soft"
    first = Signal()
    second = Signal()

    def __init__(self, icon: str, title: str, buttons: list[Button], extra: QWidget | None = None) -> None:
        super().__init__()
        self._sentence = TextBlock("", "caption", "text-secondary")
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(Label(title, "bodyStrong", "warn-text"))
        column.addWidget(self._sentence)
        if extra is not None:
            column.addSpacing(8)
            column.addWidget(extra)
        column.addSpacing(8)
        self.first_button, self.second_button = buttons
        self.first_button.clicked.connect(lambda _=False: self.first.emit())
        self.second_button.clicked.connect(lambda _=False: self.second.emit())
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.first_button)
        line.addWidget(self.second_button)
        line.addStretch(1)
        column.addLayout(line)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 14, 12)
        row.setSpacing(10)
        row.addWidget(Mark(icon, "warn-text"), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)

    @property
    def text(self) -> str:
        return self._sentence.plain_text()

    def set_sentence(self, sentence: str) -> None:
        if sentence != self._sentence.plain_text():
            self._sentence.set_text(sentence)
        self.setAccessibleName(sentence)


class ConflictCard(Amber):
    """`first`: keep mine; `second`: use theirs."""

    def __init__(self) -> None:
        self._values = _Values()
        buttons = strip_buttons((text_settings.keep_mine(), "secondary"), (text_settings.use_theirs(), "secondary"))
        super().__init__("arrows-left-right", text_settings.changed_elsewhere(), buttons, self._values)

    @property
    def values(self) -> tuple[str, str]:
        return self._values.yours.plain_text(), self._values.theirs.plain_text()

    def set_values(self, yours: str, theirs: str) -> None:
        for block, words in ((self._values.yours, yours), (self._values.theirs, theirs)):
            if block.plain_text() != words:
                block.set_text(words)


class UnreachableCard(Amber):
    """`first`: do it anyway; `second`: leave it."""

    def __init__(self) -> None:
        buttons = strip_buttons((text_settings.do_it_anyway(), "secondary"), (text_settings.leave_it(), "quiet"))
        super().__init__("warning", text_settings.unreachable_title(), buttons)
