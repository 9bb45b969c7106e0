"""The question before quitting ends a call. The call goes on while it is asked."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from softphone.ui import text_actions, text_pages
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.labels import TextBlock
from softphone.ui.widgets.sheet import Sheet


class QuitSheet(Sheet):
    """`quit` when the person wants it all the same."""

    quit = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, theme().scaled(176), text_actions.quit_())
        stay = Button(text_pages.stay(), "secondary", size="hero")
        leave = Button(text_actions.quit_(), "danger", size="hero")
        stay.clicked.connect(lambda _=False: self.dismiss())
        leave.clicked.connect(lambda _=False: self.quit.emit())
        self.stay, self.leave_button = stay, leave
        column = QVBoxLayout()
        column.setContentsMargins(24, 8, 24, 24)
        column.setSpacing(4)
        column.addWidget(TextBlock(text_pages.on_a_call(), "title2", "text-primary"))
        column.addWidget(TextBlock(text_pages.quitting_ends_it(), "body", "text-secondary"))
        column.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(stay, 1)
        row.addWidget(leave, 1)
        column.addLayout(row)
        self.panel_layout.addLayout(column)
