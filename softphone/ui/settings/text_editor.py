"""One line of text: decided on Enter or on leaving it; Esc restores."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from softphone.extension.document import Json
from softphone.ui.settings.editor import Single
from softphone.ui.settings.setting import TextKind
from softphone.ui.widgets.field import FieldFrame

_WIDTH = 220


class TextEditor(Single):
    """What does not pass the check is said beside it, and kept in the field."""

    def __init__(self, kind: TextKind, *, width: int = _WIDTH) -> None:
        self.frame = FieldFrame()
        self.edit = self.frame.edit
        super().__init__(self.frame, width=width)
        self._kind = kind
        self._shown = ""
        self.setFocusProxy(self.edit)
        self.edit.setPlaceholderText(kind.placeholder)
        self.edit.setMaxLength(500)
        if kind.digits_only:
            self.edit.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        self.edit.installEventFilter(self)
        self.edit.textEdited.connect(lambda _text: self.faulty.emit(""))

    def controls(self) -> list[QWidget]:
        return [self.edit]

    def show_value(self, value: Json) -> None:
        self._shown = self._kind.show(value) if self._kind.show is not None else str(value or "")
        if self.edit.text() != self._shown:
            self.edit.setText(self._shown)
            self.edit.setCursorPosition(0)

    def set_error(self, on: bool) -> None:
        self.frame.set_error(on)

    @property
    def editing(self) -> bool:
        return self.edit.text() != self._shown

    @property
    def typed(self) -> Json:
        text = self.edit.text().strip()
        return self._kind.parse(text) if self._kind.parse is not None else text

    def revert(self) -> None:
        self.edit.setText(self._shown)
        self.faulty.emit("")

    def decide(self) -> None:
        """Enter, or the focus goes elsewhere."""
        if not self.editing:
            return
        text = self.edit.text().strip()
        fault = self._kind.check(text) if self._kind.check is not None else ""
        if fault:
            self.faulty.emit(fault)
        else:
            self.chosen.emit(self.typed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.decide()
                return True
            if event.key() == Qt.Key.Key_Escape and self.editing:
                self.revert()
                return True
        left = isinstance(event, QFocusEvent) and event.lostFocus()
        if left and event.reason() is not Qt.FocusReason.PopupFocusReason:  # type: ignore[attr-defined]
            self.decide()
        return False
