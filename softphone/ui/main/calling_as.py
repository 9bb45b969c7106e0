"""Which of the account's numbers the people called will see."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from softphone.phone.number import shown
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui import text_pages
from softphone.ui.main.caret_button import CaretButton
from softphone.ui.main.reading_direction import isolated, set_margins
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.labels import Label
from softphone.ui.widgets.popup import MenuItem, PopupMenu


class CallerIdChoice:
    """The number chosen for the calls to come; None leaves it to the account."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._chosen: str | None = None

    @property
    def numbers(self) -> tuple[str, ...]:
        identity = self._phone.session.identity
        return identity.caller_ids if identity is not None else ()

    @property
    def random(self) -> bool:
        """The account takes another of its numbers for each call."""
        caller_id = self._phone.session.document.get("caller_id")
        return isinstance(caller_id, dict) and caller_id.get("mode") == "random"

    @property
    def chosen(self) -> str | None:
        return self._chosen if self._chosen in self.numbers else None

    def choose(self, number: str | None) -> None:
        default = None if self.random or not self.numbers else self.numbers[0]
        self._chosen = None if number == default else number


class CallingAs(QWidget):
    """34 high; hidden when the account has one number. `changed` when another is chosen."""

    changed = Signal()

    def __init__(
        self, phone: Phone, choice: CallerIdChoice, *, middle: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._choice = choice
        self._menu: PopupMenu | None = None
        self.button = CaretButton()
        self.button.clicked.connect(lambda _=False: self.open_menu())
        row = QHBoxLayout(self)
        set_margins(row, 20, 0, 16, 0)
        row.setSpacing(3)
        if middle:
            row.addStretch(1)
        row.addWidget(Label(text_pages.calling_as(), "body", "text-secondary"))
        row.addWidget(self.button)
        row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for topic in (Topic.SESSION, Topic.SETTINGS):
            phone.on(topic, lambda _: self.refresh())
        self.refresh()

    @property
    def menu(self) -> PopupMenu | None:
        """The menu while it is open."""
        return self._menu

    def sizeHint(self) -> QSize:
        return QSize(200, theme().scaled(34))

    def refresh(self) -> None:
        choice = self._choice
        self.setVisible(len(choice.numbers) > 1)
        if not choice.numbers:
            return
        if choice.chosen is None and choice.random:
            text = text_pages.random_number()
        else:
            text = shown(choice.chosen or choice.numbers[0])
        self.button.setText(isolated(text))
        self.button.setAccessibleName(text_pages.calling_as_menu(text))
        self.button.updateGeometry()

    def open_menu(self) -> None:
        choice = self._choice
        menu = PopupMenu(self.button, text_pages.calling_as(), min_width=280)
        menu.add_heading(text_pages.seen_by_others())
        current = choice.chosen or (None if choice.random else choice.numbers[0])
        for number in choice.numbers:
            menu.add_item(
                MenuItem(isolated(shown(number)), lambda n=number: self._choose(n), checked=number == current)  # type: ignore[misc]
            )
        if choice.random:
            menu.add_item(
                MenuItem(text_pages.random_number_each(), lambda: self._choose(None), "shuffle",
                         detail=text_pages.from_your_numbers(len(choice.numbers)), checked=current is None)
            )  # fmt: skip
        menu.destroyed.connect(self._menu_closed)
        self._menu = menu
        menu.open_below(self.button)

    def _menu_closed(self) -> None:
        self._menu = None

    def _choose(self, number: str | None) -> None:
        self._choice.choose(number)
        self.refresh()
        self.changed.emit()
