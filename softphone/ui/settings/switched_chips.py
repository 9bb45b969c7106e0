"""Value chips behind a switch: off is an empty list, and on again brings back what was in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from softphone.extension.document import Json
from softphone.ui.settings.chips_editor import ChipsEditor
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.setting import ChipsKind
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.switch import Switch

_CHIPS, _GAP = 340, 16

#: The sentence about a value among all those of its field; "" when it is fine.
FaultOf = Callable[[SettingsContext, str, Sequence[str]], str]


class CheckedChips(ChipsEditor):
    """Chips that are checked beside each other, too."""

    def __init__(self, context: SettingsContext, kind: ChipsKind, fault: FaultOf) -> None:
        self._fault = fault
        super().__init__(context, kind)

    def fault_of(self, value: str) -> str:
        return self._fault(self._context, value, self.values)


class SwitchedChips(Editor):
    """The field shows only while its switch is on."""

    grows = True
    width_beside = _CHIPS + _GAP + 38

    def __init__(self, context: SettingsContext, kind: ChipsKind, fault: FaultOf) -> None:
        super().__init__()
        self.chips = CheckedChips(context, kind, fault)
        self.switch = Switch()
        self._context = context
        self._none: Json = None if kind.most == 1 else []
        self._kept: Json = self._none
        self._open = False
        self._value: Json = self._none
        self._margin = QVBoxLayout()
        self._margin.addWidget(self.switch)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        row.addStretch(0)
        row.addWidget(self.chips, 1, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._margin)
        row.setAlignment(self._margin, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignTrailing)
        self.chips.chosen.connect(self._chosen)
        self.chips.faulty.connect(self.faulty)
        self.switch.clicked.connect(lambda on=False: self._switched(bool(on)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        theme().changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        """The switch stands in the middle of the field's first line."""
        self._margin.setContentsMargins(0, max(0, (theme().scaled(26) + 10 - self.switch.height()) // 2), 0, 0)

    def controls(self) -> list[QWidget]:
        return [*self.chips.controls(), self.switch]

    def set_usable(self, usable: bool, reason: str) -> None:
        self.chips.set_usable(usable, reason)
        super().set_usable(usable, reason)

    def set_error(self, on: bool) -> None:
        self.chips.set_error(on)

    def show_value(self, value: Json) -> None:
        self._value = value
        self._open = self._open or bool(value)
        self.chips.show_value(value)
        self._show()

    @property
    def editing(self) -> bool:
        return self._open and self.chips.editing

    @property
    def typed(self) -> Json:
        return self.chips.typed

    def revert(self) -> None:
        self.chips.revert()

    def row_target(self) -> QAbstractButton | None:
        return self.switch

    def _show(self) -> None:
        self.chips.setVisible(self._open)
        if self.switch.isChecked() != self._open:
            self.switch.setChecked(self._open)
        self.updateGeometry()

    def _chosen(self, value: Json) -> None:
        self.chosen.emit(value)

    def _switched(self, on: bool) -> None:
        self._open = on
        if on:
            self._show()
            self.chips.field.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            if self._kept:
                self.chosen.emit(self._kept)
        else:
            self._kept = self._value
            self.chips.revert()
            self._show()
            if self._value:
                self.chosen.emit(self._none)
        self._context.refresh()  # where the change was refused, the switch goes back
