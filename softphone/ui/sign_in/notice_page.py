"""The password is right, but an administrator must act first: the reason, and a message to copy."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from softphone.ui import text_actions
from softphone.ui import text_sign_in as text
from softphone.ui.sign_in.page import Card, Page, Tile
from softphone.ui.widgets.announce import announce
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.labels import Label, TextBlock

_COPIED_MS = 2000


class NoticePage(Page):
    """No desktop licence, or no extension."""

    again = Signal()
    other_account = Signal()

    def __init__(self) -> None:
        super().__init__(top=76)
        self.title = TextBlock("", "title1", "text-primary")
        self.body = TextBlock("")
        self.message = TextBlock("", "caption", "text-secondary")
        self.copy = Button(text.copy_message(), "link", "copy")
        self.copy.set_font("caption", 600)
        self.copy.set_flush()
        self.copy.set_icon("copy", size=14)
        self.copy.clicked.connect(lambda _=False: self._copy())
        self.again_button = Button(text.try_again(), "primary", size="signIn")
        self.again_button.clicked.connect(lambda _=False: self.again.emit())
        self.other = Button(text.another_account(), "quiet")
        self.other.clicked.connect(lambda _=False: self.other_account.emit())
        self._copied = QTimer(self)
        self._copied.setSingleShot(True)
        self._copied.setInterval(_COPIED_MS)
        self._copied.timeout.connect(self._show_copy)
        self._lay_out()

    def _lay_out(self) -> None:
        card = Card()
        card.column.addWidget(Label(text.message_for_administrator(), "caption", "text-tertiary"))
        card.column.addWidget(self.message)
        card.column.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeading)
        column = self.column
        column.addWidget(
            Tile("identification-card", 64, 18, "warn-soft", "warn-text", 28), 0, Qt.AlignmentFlag.AlignLeading
        )
        column.addSpacing(16)
        column.addWidget(self.title)
        column.addSpacing(16)
        column.addWidget(self.body)
        column.addSpacing(22)
        column.addWidget(card)
        column.addSpacing(22)
        column.addWidget(self.again_button)
        column.addSpacing(8)
        column.addWidget(self.other, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def show_no_licence(self, extension: str, person: str) -> None:
        self._show(*text.no_licence(extension), text.licence_request(extension, person))

    def show_no_extension(self, person: str) -> None:
        self._show(*text.no_extension(), text.extension_request(person))

    def _show(self, title: str, body: str, message: str) -> None:
        self.set_busy(False)
        self.title.set_text(title)
        self.body.set_text(body)
        self.message.set_text(message)
        announce(self, f"{title}. {body}", at_once=True)

    def set_busy(self, busy: bool) -> None:
        self.again_button.set_busy(busy)
        self.other.setText(text_actions.cancel() if busy else text.another_account())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.message.plain_text())
        self.copy.setText(text.copied())
        self.copy.set_icon("check", size=14)
        self._copied.start()
        announce(self.copy, text.copied())

    def _show_copy(self) -> None:
        self.copy.setText(text.copy_message())
        self.copy.set_icon("copy", size=14)
