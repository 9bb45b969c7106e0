"""The account on top of "My extension": picture, name, e-mail, and Sign out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from softphone.phone.failure import Refused
from softphone.ui import text_my_extension as words
from softphone.ui.settings.cards import Card
from softphone.ui.settings.context import SettingsContext
from softphone.ui.widgets.avatar import Avatar
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.labels import ElidedLabel


class AccountCard(Card):
    """Signing out closes the settings with it."""

    def __init__(self, context: SettingsContext) -> None:
        super().__init__()
        self._context = context
        self.avatar = Avatar("", 56)
        self.name = ElidedLabel("", "title2")
        self.address = ElidedLabel("", "body", "text-secondary")
        self.sign_out_button = Button(words.sign_out())
        self.sign_out_button.clicked.connect(lambda _=False: self._sign_out())
        row = QWidget()
        box = QHBoxLayout(row)
        box.setContentsMargins(16, 10, 16, 10)
        box.setSpacing(12)
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addStretch(1)
        lines.addWidget(self.name)
        lines.addWidget(self.address)
        lines.addStretch(1)
        box.addWidget(self.avatar)
        box.addLayout(lines, 1)
        box.addWidget(self.sign_out_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.add_row(row)

    def refresh(self) -> None:
        document, identity = self._context.document, self._context.phone.session.identity
        name = document.label if document is not None else identity.label if identity is not None else ""
        address = (identity.email or identity.address) if identity is not None else ""
        self.avatar.set_person(name)
        self.name.setText(name)
        self.address.setText(address)

    def _sign_out(self) -> None:
        try:
            self._context.phone.sign_out()
        except Refused:
            self._context.refresh()  # signed out already
