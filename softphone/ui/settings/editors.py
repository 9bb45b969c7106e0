"""Controls that decide with one click: switch, select, segmented, radio rows, number, and the value to read only."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from softphone.extension.document import Json
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editor import Editor, Single
from softphone.ui.settings.radio_row import RadioRow
from softphone.ui.settings.setting import NumberKind, RadioKind, SegmentedKind, SelectKind, ValueKind
from softphone.ui.settings.slider import Slider
from softphone.ui.theme.icons import paint_icon
from softphone.ui.widgets.chip import Tag
from softphone.ui.widgets.labels import ElidedLabel, Label
from softphone.ui.widgets.painted_button import text_width
from softphone.ui.widgets.segmented import Segmented
from softphone.ui.widgets.select import Select
from softphone.ui.widgets.switch import Switch

_SELECT = 220


class SwitchEditor(Single):
    """The switch; the whole row is its target."""

    def __init__(self) -> None:
        self.switch = Switch()
        super().__init__(self.switch)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.switch.clicked.connect(lambda on=False: self.chosen.emit(bool(on)))

    def show_value(self, value: Json) -> None:
        if self.switch.isChecked() != bool(value):
            self.switch.setChecked(bool(value))

    def row_target(self) -> QAbstractButton | None:
        return self.switch


class SelectEditor(Single):
    """One of many; a value that is not among the options shows as itself."""

    def __init__(self, context: SettingsContext, kind: SelectKind) -> None:
        self.select = Select("", icons=kind.icons)
        super().__init__(self.select, width=_SELECT)
        self._context, self._kind = context, kind
        self._values: list[Json] = []
        self._showing = False
        self.select.changed.connect(self._changed)

    def show_value(self, value: Json) -> None:
        options = list(self._kind.options(self._context))
        self._values = [option.value for option in options]
        texts = [option.text for option in options]
        if value not in self._values:
            self._values.append(value)
            texts.append("" if value is None else str(value))
        self._showing = True
        self.select.set_options(texts, self._values.index(value))
        self._showing = False

    def set_name(self, name: str, description: str) -> None:
        # The kit's select says its own name with its value.
        self.select.setAccessibleName(f"{name}, {self.select.text()}")
        self.select.setAccessibleDescription(description)

    def _changed(self, index: int) -> None:
        if not self._showing:
            self.chosen.emit(self._values[index])


class SegmentedEditor(Single):
    """One of two or three."""

    def __init__(self, context: SettingsContext, kind: SegmentedKind) -> None:
        options = list(kind.options(context))
        self._values = [option.value for option in options]
        self.segmented = Segmented([option.text for option in options])
        super().__init__(self.segmented)
        self._showing = False
        self.segmented.changed.connect(self._changed)

    def show_value(self, value: Json) -> None:
        if value in self._values and self._values.index(value) != self.segmented.index:
            self._showing = True
            self.segmented.set_index(self._values.index(value))
            self._showing = False

    def controls(self) -> list[QWidget]:
        return [self.segmented, *self.segmented.findChildren(QAbstractButton)]

    def set_name(self, name: str, description: str) -> None:
        self.segmented.setAccessibleName(name)
        for segment in self.segmented.findChildren(QAbstractButton):
            segment.setAccessibleName(f"{name}, {segment.text()}")
            segment.setAccessibleDescription(description)

    def _changed(self, index: int) -> None:
        if not self._showing:
            self.chosen.emit(self._values[index])


class RadioEditor(Editor):
    """One of some, a row each, one stop for Tab. Arrows move inside; a choice acts, so Space or Enter makes it."""

    def __init__(self, context: SettingsContext, kind: RadioKind) -> None:
        super().__init__()
        self._context, self._kind = context, kind
        self._name, self._description = "", ""
        self._usable, self._reason = True, ""
        self.rows: list[RadioRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def show_value(self, value: Json) -> None:
        options = list(self._kind.options(self._context))
        while len(self.rows) > len(options):
            row = self.rows.pop()
            row.hide()
            row.deleteLater()
        for number, option in enumerate(options):
            if number == len(self.rows):
                row = RadioRow(self, first=number == 0)
                row.clicked.connect(lambda _=False, n=number: self._click(n))
                row.stepped.connect(lambda by, n=number: self._step(n, by))
                self._column.addWidget(row)
                self.rows.append(row)
            self.rows[number].show_option(option, option.value == value)
        chosen = next((row for row in self.rows if row.isChecked()), self.rows[0] if self.rows else None)
        for row in self.rows:
            row.setFocusPolicy(Qt.FocusPolicy.StrongFocus if row is chosen else Qt.FocusPolicy.ClickFocus)
            row.last = row is self.rows[-1]
        self.set_name(self._name, self._description)
        self.set_usable(self._usable, self._reason)

    def controls(self) -> list[QWidget]:
        return list(self.rows)

    def set_name(self, name: str, description: str) -> None:
        self._name, self._description = name, description
        for row in self.rows:
            row.setAccessibleName(f"{name}, {row.option.text}")
            row.setAccessibleDescription(row.option.help_text or description)

    def set_usable(self, usable: bool, reason: str) -> None:
        self._usable, self._reason = usable, reason
        for row in self.rows:
            row.setEnabled(usable and row.option.enabled)
            row.setToolTip("" if usable else reason)

    def _click(self, number: int) -> None:
        self.chosen.emit(self.rows[number].option.value)

    def _step(self, number: int, by: int) -> None:
        at = number + by
        while 0 <= at < len(self.rows) and not self.rows[at].isEnabled():
            at += by
        if 0 <= at < len(self.rows):
            self.rows[at].setFocus(Qt.FocusReason.TabFocusReason)


class NumberEditor(Editor):
    """A slider with its value in words; decided on release, or by keys."""

    width_beside = 260

    def __init__(self, kind: NumberKind) -> None:
        super().__init__()
        self._kind = kind
        self.slider = Slider(kind.least, kind.most, page=kind.page)
        self._words = Label("", "body", tabular=True, align=Qt.AlignmentFlag.AlignTrailing)
        widest = max(text_width(self._words.font(), kind.words(value)) for value in (kind.least, kind.most))
        self._words.setMinimumWidth(widest)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        box.addWidget(self.slider, 1)
        box.addWidget(self._words)
        self.slider.moved.connect(self._moved)
        self.slider.decided.connect(lambda value: self.chosen.emit(value))
        self.setFocusProxy(self.slider)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def controls(self) -> list[QWidget]:
        return [self.slider]

    def show_value(self, value: Json) -> None:
        if isinstance(value, int) and not self.slider.held:
            self.slider.set_value(value)
            self._moved(value)

    def _moved(self, value: int) -> None:
        self._words.setText(self._kind.words(value))
        self.slider.set_words(self._kind.words(value))


class ValueEditor(Editor):
    """Words, or a tag; with a lock where an administrator sets it."""

    def __init__(self, kind: ValueKind) -> None:
        super().__init__()
        self._kind = kind
        self.label = ElidedLabel("", "body", "text-primary", align=Qt.AlignmentFlag.AlignTrailing)
        self.tag = Tag("")
        self._lock = LockMark()
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(10)
        box.addStretch(1)
        box.addWidget(self.label)
        box.addWidget(self.tag, 0, Qt.AlignmentFlag.AlignVCenter)
        box.addWidget(self._lock)
        self.label.setVisible(kind.tone is None)
        self.tag.setVisible(kind.tone is not None)
        self._lock.hide()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def text(self) -> str:
        return self.tag.accessibleName() if self._kind.tone is not None else self.label.text()

    def show_value(self, value: Json) -> None:
        words = self._kind.words(value)
        self.label.setText(words)
        if self._kind.tone is not None:
            self.tag.set_text(words, self._kind.tone(value))

    def set_name(self, name: str, description: str) -> None:
        self.setAccessibleName(f"{name}, {self.text}")
        self.setAccessibleDescription(description)

    def set_usable(self, usable: bool, reason: str) -> None:
        self._lock.setVisible(not usable)
        self._lock.setToolTip(reason)


class LockMark(QWidget):
    """The lock of what an administrator sets."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(16, 16)

    def sizeHint(self) -> QSize:
        return QSize(16, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_icon(QPainter(self), QRectF(self.rect()), "lock-simple", "text-tertiary", "regular")
