"""What every control of a settings row answers to."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from softphone.extension.document import Json


class Editor(QWidget):
    """`chosen`: the person has decided on a value (plain JSON), and it is a valid one. `faulty`: a sentence about what
    is typed, "" when it is fine; what is not fine is never `chosen`."""

    chosen = Signal(object)
    faulty = Signal(str)

    #: How wide it wants to be beside the words; 0: as its size hint says.
    width_beside = 0
    #: It grows downwards: the words stay beside its first line.
    grows = False

    def show_value(self, value: Json) -> None:
        """What is saved, or on its way. Not while `editing`."""
        raise NotImplementedError

    def set_name(self, name: str, description: str) -> None:
        """What screen readers say."""
        for widget in self.controls():
            widget.setAccessibleName(name)
            widget.setAccessibleDescription(description)

    def controls(self) -> list[QWidget]:
        """What can have the focus, in order."""
        return []

    def set_usable(self, usable: bool, reason: str) -> None:
        """Off with its reason: locked, or not for this extension."""
        for widget in self.controls():
            widget.setEnabled(usable)
            widget.setToolTip("" if usable else reason)

    def set_error(self, on: bool) -> None:
        """What is typed is not fine: its edge says so too."""

    @property
    def editing(self) -> bool:
        """The person is typing something that is not decided yet."""
        return False

    @property
    def typed(self) -> Json:
        """While `editing`: the value as it would be chosen now."""
        return None

    def revert(self) -> None:
        """Give up what is typed."""

    def row_target(self) -> QAbstractButton | None:
        """What a click anywhere on the row clicks."""
        return None


class Single(Editor):
    """An editor round one widget."""

    def __init__(self, widget: QWidget, *, width: int = 0) -> None:
        super().__init__()
        self.widget = widget
        self.width_beside = width
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(widget)
        self.setFocusProxy(widget)
        self.setSizePolicy(widget.sizePolicy().horizontalPolicy(), QSizePolicy.Policy.Fixed)

    def controls(self) -> list[QWidget]:
        return [self.widget]
