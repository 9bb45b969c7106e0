"""The box with what belongs to it: why a call was refused, and the number people will see."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui.main.calling_as import CallerIdChoice, CallingAs
from softphone.ui.main.dial_text import DialText
from softphone.ui.main.number_box import NumberBox
from softphone.ui.widgets.announce import announce
from softphone.ui.widgets.labels import TextBlock


class DialArea(QWidget):
    """Above the list; the same in both widths."""

    def __init__(self, phone: Phone, dial: DialText, choice: CallerIdChoice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = NumberBox(dial, lambda: phone.region)
        self.calling_as = CallingAs(phone, choice)
        self.error = TextBlock("", "caption", "danger-text")
        self.error.setContentsMargins(4, 4, 4, 0)
        self.error.hide()
        frame = QVBoxLayout()
        frame.setContentsMargins(16, 4, 16, 4)
        frame.setSpacing(4)
        frame.addWidget(self.box)
        frame.addWidget(self.error)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(frame)
        row = QHBoxLayout()
        row.addWidget(self.calling_as)
        column.addLayout(row)
        dial.changed.connect(lambda _: self.show_error(""))
        phone.on(Topic.REGISTRATION, lambda _: self.show_error("") if phone.can_call else None)

    def show_error(self, message: str) -> None:
        if message == self.error.plain_text():
            return
        self.error.set_text(message)
        self.error.setVisible(bool(message))
        self.box.set_error(bool(message))
        self.box.edit.setAccessibleDescription(message)
        if message:
            announce(self.box, message, at_once=True)
