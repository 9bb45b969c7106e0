"""The card of the other call, on hold while this one is talked on."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from softphone.ui import text_stage
from softphone.ui.text_call import Caller, isolated
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.avatar import Avatar
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.labels import ElidedLabel
from softphone.ui.widgets.painted_button import fill_round


class HeldCard(QWidget):
    """Name, how long on hold, and Swap."""

    swap = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spoken = ""
        self._avatar = Avatar("", 40, row_color="warn-soft")
        self._name = ElidedLabel("", "bodyLarge", tabular=True)
        self._state = ElidedLabel("", "caption", "warn-text", weight=500, tabular=True)
        self.swap_button = Button(text_stage.swap(), "secondary", "swap", size="compact")
        self.swap_button.set_font("caption", 600)
        self.swap_button.setToolTip(text_stage.swap() + "  L")
        self.swap_button.clicked.connect(lambda _=False: self.swap.emit())
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(0)
        words.addWidget(self._name)
        words.addWidget(self._state)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(12)
        row.addWidget(self._avatar)
        row.addLayout(words, 1)
        row.addWidget(self.swap_button)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        self.swap_button.setFixedHeight(theme().scaled(32))
        self.update()

    def show_call(self, who: Caller, may_swap: bool) -> None:
        self._avatar.set_person(who.name, who.key or None, who.icon)
        self._name.setText(isolated(who.name))
        self._spoken = who.spoken
        self.swap_button.setAccessibleName(text_stage.swap_to(who.name))
        self.swap_button.setEnabled(may_swap)

    def show_time(self, state: str) -> None:
        """How long it has been on hold."""
        self._state.setText(state)
        self.setAccessibleName(f"{self._spoken}, {state}")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill_round(painter, QRectF(self.rect()), theme().radius("lg"), theme().color("warn-soft"))
