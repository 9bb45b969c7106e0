"""The IP address of the office's SIP server: a field, and the switch that shows it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from softphone.extension.document import Json
from softphone.ui import text_network as words
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.setting import TextKind
from softphone.ui.settings.text_editor import TextEditor
from softphone.ui.widgets.switch import Switch


class LocalServerEditor(Editor):
    """On without an address saves nothing yet; off forgets it."""

    width_beside = 280

    def __init__(self) -> None:
        super().__init__()
        self.text = TextEditor(TextKind(words.example_address(), words.address_fault, lambda text: text or None))
        self.edit = self.text.edit
        self.switch = Switch()
        self._opened = False
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        box.addStretch(0)
        box.addWidget(self.text, 1)
        box.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignVCenter)
        self.text.chosen.connect(self.chosen)
        self.text.faulty.connect(self.faulty)
        self.switch.clicked.connect(lambda on=False: self._switched(bool(on)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy = self.text.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.text.setSizePolicy(policy)

    def controls(self) -> list[QWidget]:
        return [self.edit, self.switch]

    def show_value(self, value: Json) -> None:
        self.text.show_value(value)
        if value:
            self._opened = True
        elif not self.edit.hasFocus():
            self._opened = False
        self._show()

    def set_name(self, name: str, description: str) -> None:
        self.text.set_name(name, description)
        self.switch.setAccessibleName(words.local_server_switch())

    def set_error(self, on: bool) -> None:
        self.text.set_error(on)

    @property
    def editing(self) -> bool:
        return self.text.editing

    @property
    def typed(self) -> Json:
        return self.text.typed

    def revert(self) -> None:
        self.text.revert()

    def _show(self) -> None:
        self.text.setVisible(self._opened)
        if self.switch.isChecked() != self._opened:
            self.switch.setChecked(self._opened)

    def _switched(self, on: bool) -> None:
        self._opened = on
        self._show()
        if on:
            self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.edit.clear()
        self.faulty.emit("")
        self.chosen.emit(None)
