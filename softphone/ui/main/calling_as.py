"""Which of the account's numbers the people called will see."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from softphone.extension.outgoing_rules import shown_number
from softphone.phone.number import shown
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui import text_pages, text_status
from softphone.ui.main.caret_button import CaretButton
from softphone.ui.main.reading_direction import isolated, set_margins
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.labels import Label
from softphone.ui.widgets.popup import MenuItem, PopupMenu


class CallerIdChoice(QObject):
    """The number for the next call alone; None leaves it to the account. `changed` when it is another."""

    changed = Signal()

    def __init__(self, phone: Phone, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._phone = phone
        self._chosen: str | None = None

    @property
    def numbers(self) -> tuple[str, ...]:
        """Those that may be shown: the administrator's list, where there is one, is all there is."""
        document = self._phone.settings.document
        return document.caller_id.allowed if document is not None else ()

    @property
    def usual(self) -> str | None:
        """What the account shows; "" takes another number for each call, None has no number."""
        document = self._phone.settings.document
        return shown_number(document, lambda _: "") if document is not None else None

    @property
    def random(self) -> bool:
        return self.usual == ""

    @property
    def chosen(self) -> str | None:
        return self._chosen if self._chosen in self.numbers else None

    def choose(self, number: str | None) -> None:
        wanted = None if number == self.usual else number
        if wanted != self._chosen:
            self._chosen = wanted
            self.changed.emit()


class CallingAs(QWidget):
    """34 high; hidden when the account has one number."""

    settings_wanted = Signal(str)

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
        choice.changed.connect(self.refresh)
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
        number = choice.chosen or choice.usual or ""
        text = shown(number) if number else text_pages.random_number()
        if choice.chosen is not None:
            text = text_status.next_call_only(isolated(text))
        self.button.setText(isolated(text))
        self.button.setAccessibleName(text_pages.calling_as_menu(text))
        self.button.updateGeometry()

    def open_menu(self) -> None:
        choice = self._choice
        menu = PopupMenu(self.button, text_pages.calling_as(), min_width=280)
        menu.add_heading(text_status.next_call_will_see())
        current = choice.chosen or choice.usual
        for number in choice.numbers:
            usual = text_status.your_number() if number == choice.usual else ""
            menu.add_item(
                MenuItem(isolated(shown(number)), lambda n=number: choice.choose(n),  # type: ignore[misc]
                         detail=usual, checked=number == current)
            )  # fmt: skip
        if choice.random:
            menu.add_item(
                MenuItem(text_pages.random_number_each(), lambda: choice.choose(None), "shuffle",
                         detail=text_pages.from_your_numbers(len(choice.numbers)), checked=choice.chosen is None)
            )  # fmt: skip
        menu.add_separator()
        menu.add_item(
            MenuItem(text_status.caller_id_settings(), lambda: self.settings_wanted.emit("caller_id"), "gear-six")
        )
        menu.destroyed.connect(self._menu_closed)
        self._menu = menu
        menu.open_below(self.button)

    def _menu_closed(self) -> None:
        self._menu = None
