"""The value chips of a setting: each value is checked when it is added, and what is not fine stays, in red, unsaved."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from softphone.extension.document import Json
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editor import Single
from softphone.ui.settings.setting import ChipsKind
from softphone.ui.settings.value_chips import ValueChips

_WIDTH = 340


class ChipsEditor(Single):
    """While one value is bad nothing is saved; its sentence stands below the field."""

    grows = True

    def __init__(self, context: SettingsContext, kind: ChipsKind, *, width: int = _WIDTH) -> None:
        self.field = ValueChips(kind.placeholder)
        super().__init__(self.field, width=width)
        self._context, self._kind = context, kind
        self._saved: list[str] = []
        self.values: list[str] = []
        self.field.added.connect(self._added)
        self.field.removed.connect(self._removed)
        self.field.typed_changed.connect(self._tell)

    def controls(self) -> list[QWidget]:
        return [self.field.edit]

    def set_usable(self, usable: bool, reason: str) -> None:
        self.field.setEnabled(usable)
        self.field.setToolTip("" if usable else reason)

    def set_error(self, on: bool) -> None:
        self.field.set_error(on)

    def show_value(self, value: Json) -> None:
        if isinstance(value, str):
            value = [value]
        self._saved = [str(one) for one in value or ()]
        self.values = list(self._saved)
        self._show()

    @property
    def editing(self) -> bool:
        return self.values != self._saved or bool(self.field.text)

    @property
    def typed(self) -> Json:
        return self._plain(self.values)

    def revert(self) -> None:
        self.values = list(self._saved)
        self.field.edit.clear()
        self._show()
        self.faulty.emit("")

    def _plain(self, values: list[str]) -> Json:
        if self._kind.most == 1:
            return values[0] if values else None
        return values

    def fault_of(self, value: str) -> str:
        return self._kind.check(self._context, value)

    def _show(self) -> None:
        show = self._kind.show
        self.field.set_values(
            [(value, show(self._context, value), bool(self.fault_of(value))) for value in self.values]
        )

    def _added(self, texts: list[str]) -> None:
        for text in texts:
            value = self._kind.parse(self._context, text)
            value = text if value is None else value
            if value in self.values:
                continue
            if self._kind.most and len(self.values) >= self._kind.most:
                self.field.put_back(text)
                self.faulty.emit(self._kind.too_many)
                return
            self.values.append(value)
        self._show()
        self._tell()

    def _removed(self, place: int) -> None:
        del self.values[place]
        self._show()
        self._tell()

    def _tell(self) -> None:
        """Decide when every value is fine; else say what is wrong."""
        fault = next((fault for value in self.values if (fault := self.fault_of(value))), "")
        self.faulty.emit(fault)
        if not fault and self.values != self._saved:
            self.chosen.emit(self._plain(self.values))
