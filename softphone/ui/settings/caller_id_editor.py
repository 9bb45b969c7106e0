"""Which number is shown: one of one's own, one that the administrator assigned, or another one for each call."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from softphone.extension.document import Json
from softphone.extension.settings import CallerId
from softphone.phone.number import shown
from softphone.ui import text_caller_id as words
from softphone.ui.main.reading_direction import isolated
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.radio_row import RadioRow
from softphone.ui.settings.setting import Option
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import start_rect
from softphone.ui.widgets.select import Select

_SELECT, _SIDE = 240, 16


@dataclass(frozen=True)
class Choice:
    """A way to be shown, and the numbers there are to choose from in it."""

    mode: str
    option: Option
    numbers: tuple[str, ...] = ()


def choices_of(caller_id: CallerId) -> list[Choice]:
    """A list that the administrator assigned is the only choice; where there is none, there is no such row."""
    assigned = caller_id.assigned
    own = Option("fixed", words.one_of_my_numbers(), enabled=bool(caller_id.numbers) and not assigned)
    if assigned:
        own = Option("fixed", words.one_of_my_numbers(), words.administrator_chooses(), enabled=False)
    elif not caller_id.numbers:
        own = Option("fixed", words.one_of_my_numbers(), words.no_numbers(), enabled=False)
    found = [Choice("fixed", own, caller_id.numbers if own.enabled else ())]
    if assigned:
        by_administrator = Option("assigned", words.assigned_number(), words.assigned_count(len(assigned)))
        found.append(Choice("assigned", by_administrator, assigned))
    random = Option("random", words.random_number(), words.random_help(), enabled=bool(caller_id.allowed))
    return [*found, Choice("random", random)]


class NumberRow(RadioRow):
    """A radio row with a select of numbers at its end; `select` is off while another row is chosen."""

    def __init__(self, parent: QWidget, *, first: bool) -> None:
        super().__init__(parent, first=first)
        self.select = Select(words.choose_a_number(), [words.choose_a_number()], parent=self)
        self.offered: tuple[str | None, ...] = ()

    def show_numbers(self, choice: Choice, chosen: str | None) -> None:
        numbers = choice.numbers
        # While none is chosen, the select says so in a line before them.
        self.offered = numbers if chosen in numbers else (None, *numbers)
        self.select.setVisible(bool(numbers))
        texts = [isolated(shown(one)) if one is not None else words.choose_a_number() for one in self.offered]
        self.select.set_options(texts, self.offered.index(chosen if chosen in numbers else None))
        self.select.setAccessibleName(f"{words.number_of(choice.option.text)}, {self.select.text()}")
        self.select.setEnabled(self.isEnabled() and self.isChecked())

    def _paint_tag(self, painter: QPainter) -> int:
        """The room that the select takes."""
        return 0 if self.select.isHidden() else self.select.width() + 12

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width, height = min(_SELECT, self.width() * 45 // 100), theme().scaled(32)
        box = QRect(self.width() - _SIDE - width, (self.height() - height) // 2, width, height)
        self.select.setGeometry(start_rect(self, box))


class CallerIdEditor(Editor):
    """The value is `{"mode": ..., "number": ...}`. Arrows move inside; a choice acts, so Space or Enter makes it."""

    def __init__(self, context: SettingsContext) -> None:
        super().__init__()
        self._context = context
        self._name, self._description = "", ""
        self._usable, self._reason = True, ""
        self.rows: list[NumberRow] = []
        self.choices: list[Choice] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def controls(self) -> list[QWidget]:
        return [widget for row in self.rows for widget in (row, row.select)]

    def row(self, mode: str) -> NumberRow:
        return next(row for row, choice in zip(self.rows, self.choices, strict=True) if choice.mode == mode)

    def show_value(self, value: Json) -> None:
        value = value or {}
        document = self._context.document
        self.choices = choices_of(document.caller_id if document is not None else CallerId())
        self._make_rows(len(self.choices))
        for row, choice in zip(self.rows, self.choices, strict=True):
            chosen = value.get("mode") == choice.mode
            row.show_option(choice.option, chosen)
            row.setEnabled(self._usable and choice.option.enabled)
            row.last = row is self.rows[-1]
            row.show_numbers(choice, value.get("number") if chosen else None)
        first = next((row for row in self.rows if row.isChecked()), self.rows[0])
        for row in self.rows:
            row.setFocusPolicy(Qt.FocusPolicy.StrongFocus if row is first else Qt.FocusPolicy.ClickFocus)
        self.set_name(self._name, self._description)

    def _make_rows(self, count: int) -> None:
        while len(self.rows) > count:
            row = self.rows.pop()
            row.hide()
            row.deleteLater()
        while len(self.rows) < count:
            row = NumberRow(self, first=not self.rows)
            place = len(self.rows)
            row.clicked.connect(lambda _=False, n=place: self._choose(n))
            row.stepped.connect(lambda by, n=place: self._step(n, by))
            row.select.changed.connect(lambda index, n=place: self._choose_number(n, index))
            self._column.addWidget(row)
            self.rows.append(row)

    def set_name(self, name: str, description: str) -> None:
        self._name, self._description = name, description
        for row in self.rows:
            row.setAccessibleName(f"{name}, {row.option.text}")
            row.setAccessibleDescription(row.option.help_text or description)

    def set_usable(self, usable: bool, reason: str) -> None:
        self._usable, self._reason = usable, reason
        for row in self.rows:
            row.setEnabled(usable and row.option.enabled)
            row.select.setEnabled(row.isEnabled() and row.isChecked())
            row.setToolTip("" if usable else reason)

    def _choose(self, place: int) -> None:
        """A mode with numbers takes the one shown until now where it has it, else its first."""
        choice = self.choices[place]
        now = self._context.settings.value("/caller_id/number")
        number = now if now in choice.numbers else next(iter(choice.numbers), None)
        self.chosen.emit({"mode": choice.mode, "number": number})

    def _choose_number(self, place: int, index: int) -> None:
        number = self.rows[place].offered[index]
        if number is not None:
            self.chosen.emit({"mode": self.choices[place].mode, "number": number})

    def _step(self, place: int, by: int) -> None:
        at = place + by
        while 0 <= at < len(self.rows) and not self.rows[at].isEnabled():
            at += by
        if 0 <= at < len(self.rows):
            self.rows[at].setFocus(Qt.FocusReason.TabFocusReason)
