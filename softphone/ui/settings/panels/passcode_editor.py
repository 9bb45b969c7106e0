"""The passcode: hidden, shown by the eye, changed in a field."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from softphone.extension.document import Json
from softphone.ui import text_my_extension as words
from softphone.ui.settings.editor import Editor
from softphone.ui.widgets.button import Button, IconButton
from softphone.ui.widgets.field import FieldFrame
from softphone.ui.widgets.labels import Label

_LEAST, _MOST = 4, 10
_DOTS = "•" * 6
_DOT_GAP = 4


class _Spaced(Label):
    """A label whose characters can stand apart."""

    _gap = 0

    def set_spacing(self, gap: int) -> None:
        self._gap = gap
        self._dress()

    def _dress(self) -> None:
        super()._dress()
        font = self.font()
        if self._gap:
            font.setLetterSpacing(font.letterSpacingType(), self._gap)
            self.setFont(font)


class PasscodeEditor(Editor):
    """The dots tell nothing of its length; it hides again with its page."""

    def __init__(self) -> None:
        super().__init__()
        self._value = ""
        self.label = _Spaced("", "body", tabular=True)
        self.eye = IconButton("eye", words.show_passcode(), box=32, icon_size=18)
        self.eye.setCheckable(True)
        self.change_button = Button(words.change(), size="compact")
        self.frame = FieldFrame()
        self.frame.setFixedWidth(140)
        self.edit = self.frame.edit
        self.edit.setMaxLength(40)
        self.edit.setPlaceholderText(words.passcode_field())
        self.edit.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData)
        self.edit.installEventFilter(self)
        self.edit.textEdited.connect(lambda _text: self.faulty.emit(""))
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        for widget in (self.label, self.eye, self.frame, self.change_button):
            box.addWidget(widget)
        self.eye.toggled.connect(lambda _on: self._show())
        self.change_button.clicked.connect(lambda _=False: self._begin())
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.frame.hide()
        self._show()

    def controls(self) -> list[QWidget]:
        return [self.edit] if self.changing else [self.eye, self.change_button]

    def set_name(self, name: str, description: str) -> None:
        self.edit.setAccessibleName(words.passcode_field())
        self.edit.setAccessibleDescription(words.passcode_rule())
        self.change_button.setAccessibleName(f"{words.change()}, {name}")
        self.label.setAccessibleName(self._value if self.eye.isChecked() else words.hidden_passcode())

    def set_usable(self, usable: bool, reason: str) -> None:
        self.change_button.setVisible(usable and not self.changing)

    def set_error(self, on: bool) -> None:
        self.frame.set_error(on)

    def show_value(self, value: Json) -> None:
        self._value = str(value or "")
        self._show()

    @property
    def changing(self) -> bool:
        """The field is open."""
        return not self.frame.isHidden()

    @property
    def editing(self) -> bool:
        return self.changing and bool(self.edit.text())

    @property
    def typed(self) -> Json:
        return self.edit.text().strip()

    def revert(self) -> None:
        self._end()

    def _show(self) -> None:
        shown = self.eye.isChecked()
        self.eye.set_icon("eye-slash" if shown else "eye")
        self.eye.setVisible(bool(self._value) and not self.changing)
        self.label.setVisible(not self.changing)
        # Dots stand apart, as in a field.
        self.label.set_spacing(_DOT_GAP if self._value and not shown else 0)
        self.label.setText((self._value if shown else _DOTS) if self._value else words.no_passcode())

    def _begin(self) -> None:
        self.edit.clear()
        self.frame.show()
        self.change_button.hide()
        self._show()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _end(self) -> None:
        held = self.edit.hasFocus()
        self.edit.clear()
        self.frame.hide()
        self.change_button.show()
        self.faulty.emit("")
        self._show()
        if held:
            self.change_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _decide(self) -> None:
        text = self.edit.text().strip()
        if not text or text == self._value:
            self._end()
        elif not text.isascii() or not text.isdigit() or not _LEAST <= len(text) <= _MOST:
            self.faulty.emit(words.passcode_rule())
        else:
            self._end()
            self.chosen.emit(text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._decide()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self._end()
                return True
        elsewhere = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        left = isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() not in elsewhere
        if left and self.changing:
            self._decide()
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Hide, QEvent.Type.WindowDeactivate) and hasattr(self, "eye"):
            self.eye.setChecked(False)
        return super().event(event)
