"""The bar at the top of the stage: back to the list, the pill, the mini bar."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from softphone.ui import text_stage
from softphone.ui.stage.pill import CallPill
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import IconButton
from softphone.ui.widgets.painted_button import start_rect

_SIDE = 10


class StageTopBar(QWidget):
    """The pill stays in the middle of the window whatever stands beside it."""

    back = Signal()
    mini_bar = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pill = CallPill(self)
        self.back_button = IconButton("caret-down", text_stage.back_to_list(), weight="bold", parent=self)
        self.mini_button = IconButton("picture-in-picture", text_stage.mini_bar(), parent=self)
        self.back_button.clicked.connect(lambda _=False: self.back.emit())
        self.mini_button.clicked.connect(lambda _=False: self.mini_bar.emit())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)

    def set_beside_list(self, beside: bool) -> None:
        """In the wide window the list stays in view: nothing to go back to."""
        self.back_button.setHidden(beside)

    def sizeHint(self) -> QSize:
        return QSize(2 * (36 + _SIDE) + self.pill.sizeHint().width(), theme().scaled(28) + 24)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, self.sizeHint().height())

    def refit(self) -> None:
        pill, box = self.pill.sizeHint(), self.back_button.sizeHint()
        self.pill.setGeometry((self.width() - pill.width()) // 2, 12, pill.width(), pill.height())
        top = 12 + (pill.height() - box.height()) // 2
        self.back_button.setGeometry(start_rect(self, QRect(_SIDE, top, box.width(), box.height())))
        end = QRect(self.width() - _SIDE - box.width(), top, box.width(), box.height())
        self.mini_button.setGeometry(start_rect(self, end))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.refit()
