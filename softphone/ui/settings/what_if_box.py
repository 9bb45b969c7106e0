""" "What if...": where a call from anyone, at any time, would go, by the same rules that send it there."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from softphone.extension.call_rules import Incoming, LineState
from softphone.extension.document import Json
from softphone.extension.explain import explain
from softphone.phone.number import ascii_digits
from softphone.ui import text_what_if as words
from softphone.ui.settings.cards import Card
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.panels.forwarding_targets import chip_words, party_from
from softphone.ui.settings.sentences import Sentence
from softphone.ui.settings.strips import Mark
from softphone.ui.text_next_call import day_and_month
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.field import Field
from softphone.ui.widgets.labels import Label, TextBlock
from softphone.ui.widgets.select import Select

_DAYS, _NARROW = 8, 520
_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.h]?([0-5][0-9])?")
_INKS = {"passed": "text-tertiary", "decided": "accent-text", "then": "text-secondary"}


class WhatIfBox(Editor):
    """A row that changes no setting: nothing is called and nothing is sent.

    `explain` is asked again at each key and at each change of a setting.
    """

    def __init__(self, context: SettingsContext) -> None:
        super().__init__()
        self._context = context
        self._told: list[words.Line] = []
        self._since: datetime | None = None
        self.caller = Field(words.caller(), words.caller_placeholder())
        self.day = _Chosen(words.day())
        self.time = Field(words.time(), words.now())
        self.calls_up = _Chosen(words.while_i_am(), [words.calls_up(count) for count in range(3)])
        self.lines: list[_PathLine] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._question())
        self._path = QWidget()
        self._path.setAccessibleName(words.path())
        self._lines = QVBoxLayout(self._path)
        self._lines.setContentsMargins(16, 12, 16, 12)
        self._lines.setSpacing(8)
        column.addWidget(self._path)
        self.caller.edited.connect(lambda _text: self.refresh())
        self.time.edited.connect(lambda _text: self.refresh())
        self.day.select.changed.connect(lambda _index: self.refresh())
        self.calls_up.select.changed.connect(lambda _index: self.refresh())

    def _question(self) -> QWidget:
        question = QWidget()
        column = QVBoxLayout(question)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(2)
        column.addWidget(Label(words.title(), "body", weight=500))
        column.addWidget(TextBlock(words.help_text(), "caption", "text-tertiary"))
        column.addSpacing(8)
        self._fields = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._fields.setSpacing(12)
        top = Qt.AlignmentFlag.AlignTop
        for widget, share in ((self.caller, 5), (self.day, 3), (self.time, 2), (self.calls_up, 3)):
            self._fields.addWidget(widget, share, top)
        column.addLayout(self._fields)
        return question

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        self._fields.setDirection(ways.TopToBottom if self.width() < theme().scaled(_NARROW) else ways.LeftToRight)

    # --- as a row of a page ---------------------------------------------------------------------------------------

    def show_value(self, value: Json) -> None:
        self.refresh()

    def controls(self) -> list[QWidget]:
        return [self.caller.edit, self.day.select, self.time.edit, self.calls_up.select]

    def set_name(self, name: str, description: str) -> None:
        """Each field has a name of its own."""

    def set_usable(self, usable: bool, reason: str) -> None:
        """To ask is always possible."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._path.isVisible():
            QPainter(self).fillRect(1, self._path.y(), self.width() - 2, 1, theme().color("line-subtle"))

    # --- what is asked --------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """The path, with the settings as they are now."""
        document = self._context.document
        self.setVisible(document is not None)
        if document is None:
            return
        self._show_days()
        later = self.day.select.index > 0
        self.time.edit.setPlaceholderText(f"{self._context.now():%H:%M}" if later else words.now())
        caller, moment = self._caller(), self._moment()
        if caller is None or moment is None:
            self._show([])
            return
        state = LineState(calls_up=self.calls_up.select.index)
        steps = explain(Incoming(caller), document, moment, state)
        self._show(words.path_of(steps, moment, self._name_of, document.no_answer.emails))

    def _caller(self) -> str | None:
        """A number, a key, "" when it is hidden; None when what is typed is neither."""
        text = self.caller.text().strip()
        found = party_from(self._context, text) if text else ""
        self.caller.set_error(words.bad_caller() if found is None else "")
        return found

    def _moment(self) -> datetime | None:
        """Empty is now; on another day, the same time of day."""
        now = self._context.now()
        text = ascii_digits(self.time.text().strip())
        match = _TIME.fullmatch(text)
        self.time.set_error(words.bad_time() if text and match is None else "")
        if text and match is None:
            return None
        day = now.date() + timedelta(days=self.day.select.index)
        clock = time(int(match.group(1)), int(match.group(2) or 0)) if match is not None else now.time()
        # Each day has its own offset where the clocks change.
        return datetime.combine(day, clock).astimezone()

    def _show_days(self) -> None:
        today = self._context.now()
        if self._since is None or self._since.date() != today.date():
            self._since = today
            later = [day_and_month(today + timedelta(days=ahead)) for ahead in range(2, _DAYS)]
            self.day.select.set_options([words.today(), words.tomorrow(), *later], self.day.select.index)

    def _name_of(self, party: str) -> str:
        return chip_words(self._context, party)

    # --- what is told ---------------------------------------------------------------------------------------------

    @property
    def told(self) -> list[words.Line]:
        """The path on the screen."""
        return self._told

    def _show(self, lines: list[words.Line]) -> None:
        self._path.setVisible(bool(lines))
        if lines == self._told:
            return
        self._told = lines
        while len(self.lines) < len(lines):
            made = _PathLine()
            self._lines.addWidget(made)
            self.lines.append(made)
        for number, widget in enumerate(self.lines):
            widget.setVisible(number < len(lines))
            if number < len(lines):
                widget.show_line(lines[number])
        self._path.updateGeometry()
        self.update()


class WhatIfCard(Card):
    """The box as a card of its own, for a page whose search it is not found on."""

    def __init__(self, context: SettingsContext) -> None:
        super().__init__()
        self.box = WhatIfBox(context)
        self.add_row(self.box)

    def refresh(self) -> None:
        self.box.refresh()


class _Chosen(QWidget):
    """A select under its label, as a field stands under its own."""

    def __init__(self, label: str, options: list[str] | None = None) -> None:
        super().__init__()
        self.select = Select(label, options or [""])
        self.select.setMinimumWidth(90)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(Label(label, "caption", "text-secondary", weight=500))
        column.addWidget(self.select)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)


class _PathLine(QWidget):
    """One step: its icon and its sentence; the one that decided is heavier."""

    def __init__(self) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(10)
        self._middle = QVBoxLayout()  # the icon stands beside the first line
        self._row.addLayout(self._middle)
        self._mark: Mark | None = None
        self._words = Sentence("", "body", "text-primary")
        self._row.addWidget(self._words, 1)

    @property
    def text(self) -> str:
        return self._words.plain_text()

    def show_line(self, line: words.Line) -> None:
        if self._mark is not None:
            self._middle.removeWidget(self._mark)
            self._mark.hide()
            self._mark.deleteLater()
        self._mark = Mark(line.icon, _INKS[line.kind], size=16, weight="fill" if line.kind == "decided" else "regular")
        self._middle.setContentsMargins(0, max(0, (theme().line("body") + 1 - 16) // 2), 0, 0)
        self._middle.addWidget(self._mark)
        self._middle.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._words.set_color("text-primary" if line.kind != "passed" else "text-tertiary")
        self._words.set_type("body", 500 if line.kind == "decided" else 400)
        self._words.show_text(line.text)
        self.setAccessibleName(words.step_name(line.kind, self.text))
