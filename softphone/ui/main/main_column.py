"""The column of the main page: header, box, banner, and one of the pages below; the results lie over it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from softphone.phone.call import Call
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.number import is_short_code
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui import text_pages
from softphone.ui.availability import Availability
from softphone.ui.main.call_rows import CallRow
from softphone.ui.main.calling_as import CallerIdChoice
from softphone.ui.main.calls_page import CallsPage
from softphone.ui.main.dial_area import DialArea
from softphone.ui.main.dial_text import DialText
from softphone.ui.main.header import Header
from softphone.ui.main.in_call_bar import InCallBar
from softphone.ui.main.keypad_page import KeypadPage
from softphone.ui.main.note import show_note
from softphone.ui.main.notice_banner import NoticeBanner
from softphone.ui.main.search_results import SearchResults
from softphone.ui.main.suggestions import Group, Suggester, Suggestion, starts_like_number
from softphone.ui.text_call import caller
from softphone.ui.text_main import dial_refused
from softphone.ui.theme.theme import theme


class MainColumn(QWidget):
    """Pages by name: "calls", "keypad", and any other put in with `add_page`."""

    called = Signal()  # a call was placed from here
    settings_wanted = Signal(str)

    def __init__(
        self, phone: Phone, *, demo: bool, test_number: str | None, parent: QWidget | None = None
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._phone = phone
        self._test_number = test_number
        self._page = "calls"
        self.dial = DialText(self)
        self.choice = CallerIdChoice(phone, self)
        self.suggester = Suggester(phone)
        self.availability = Availability(phone, self)
        self.header = Header(phone, self.availability, demo=demo)
        self.area = DialArea(phone, self.dial, self.choice)
        self.box = self.area.box
        self.bar = InCallBar(phone)
        self.banner = NoticeBanner(phone, self.availability, demo=demo)
        self.calls = CallsPage(phone, test_call=test_number is not None)
        self._keypad: KeypadPage | None = None
        self._pages: dict[str, QWidget] = {"calls": self.calls}
        self._stack = QStackedLayout()
        self._stack.addWidget(self.calls)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.area)
        self._bar_place = QVBoxLayout()
        self._bar_place.addWidget(self.bar)
        column.addLayout(self._bar_place)
        column.addWidget(self.banner)
        column.addLayout(self._stack, 1)
        self.results = SearchResults(phone, self)
        self.show_call_bar(None)
        self._connect()

    def _connect(self) -> None:
        phone = self._phone
        self.dial.changed.connect(lambda _: self._search())
        for part in (self.header, self.area.calling_as, self.calls):
            part.settings_wanted.connect(self.settings_wanted)
        self.box.key.connect(self._box_key)
        self.box.call.connect(self.call_chosen)
        self.results.chosen.connect(self.call_suggestion)
        self.results.current_changed.connect(self._offer_call)
        self.calls.list.call_wanted.connect(self._call_row)
        self.calls.list.copy_wanted.connect(lambda row: self.copy(phone.address_of(row.newest.remote)))
        self.calls.list.delete_wanted.connect(self._delete)
        self.calls.test_call.connect(self.call_test)
        self.calls.call_wanted.connect(self.call_number)
        phone.on(Topic.DIRECTORY, lambda _: self._known_changed(self.suggester.forget_directory))
        phone.on(Topic.HISTORY, lambda _: self._known_changed(self.suggester.forget_recent))
        phone.on(Topic.REGISTRATION, lambda _: self._offer_call())
        phone.on(Topic.SESSION, lambda _: self._session_changed())

    def show_call_bar(self, call: Call | None) -> None:
        """While a call goes on and its stage is left; None takes the bar away, and its room."""
        self._bar_place.setContentsMargins(12, 2 if call else 0, 12, 6 if call else 0)
        self.bar.show_call(call)

    # --- pages ----------------------------------------------------------------------------------------------------

    @property
    def page(self) -> str:
        return self._page

    @property
    def keypad(self) -> KeypadPage:
        """Made when first looked at."""
        if self._keypad is None:
            self._keypad = KeypadPage(self._phone, self.dial, self.suggester, self.choice)
            self._keypad.call.connect(self.call_typed)
            self._keypad.call_match.connect(self.call_suggestion)
            self._keypad.calling_as.settings_wanted.connect(self.settings_wanted)
            self._phone.on(Topic.REGISTRATION, lambda _: self.keypad.refresh())
            self.add_page("keypad", self._keypad)
        return self._keypad

    def add_page(self, name: str, page: QWidget) -> None:
        self._pages[name] = page
        self._stack.addWidget(page)

    def show_page(self, name: str) -> None:
        if name == "keypad":
            self.keypad.refresh()
        self._page = name
        current = self._stack.currentWidget()
        if current is not self._pages[name] and current is not None:
            current.hide()  # before the other is shown: both may watch the levels
        self._stack.setCurrentWidget(self._pages[name])
        self.area.setVisible(name == "calls")
        self._search()

    def focus_page(self) -> None:
        if self._page == "keypad":
            self.keypad.focus_first()
        elif self._page == "calls":
            self.box.focus(select=False)

    # --- the box --------------------------------------------------------------------------------------------------

    def type_text(self, text: str) -> None:
        """Keys pressed anywhere in the window."""
        edit = self.keypad.edit if self._page == "keypad" else self.box.edit
        if not edit.hasFocus():
            edit.setFocus(Qt.FocusReason.OtherFocusReason)
            edit.end(False)
        edit.type_text(text)

    def paste(self, text: str) -> None:
        edit = self.keypad.edit if self._page == "keypad" else self.box.edit
        edit.setFocus(Qt.FocusReason.OtherFocusReason)
        edit.paste_text(text)

    def _search(self) -> None:
        text = self.dial.text
        if not text.strip() or self._page != "calls":
            self.results.hide()
        else:
            self.results.show_results(text, self.suggester.find(text))
            self._place_results()
            self.results.show()
            self.results.raise_()
        self._offer_call()

    def _known_changed(self, forget: Callable[[], None]) -> None:
        forget()
        if self.results.isVisible():
            self._search()

    def _session_changed(self) -> None:
        """Another account: nothing typed and nobody found for the last one stays."""
        self.suggester.forget_directory()
        if self._phone.session.identity is None:
            self.dial.set("")

    def _offer_call(self) -> None:
        chosen = self.results.current if self.dial.text.strip() else None
        name = "" if chosen is None else caller(self._phone, chosen.party).spoken
        self.box.set_callable(chosen is not None, name, offline=not self._phone.can_call)

    def _box_key(self, key: str) -> None:
        if key in ("down", "up", "page_down", "page_up") and self.results.isVisible():
            self.results.move({"down": 1, "up": -1, "page_down": 8, "page_up": -8}[key])
        elif key == "down":
            self.calls.focus_list()
        elif key == "enter" and self.dial.text.strip():
            self.call_chosen()
        elif key == "escape":
            self.dial.set("")

    # --- calling --------------------------------------------------------------------------------------------------

    def call_chosen(self) -> None:
        """What Enter means: the result that is chosen, else the text as typed."""
        chosen = self.results.current if self.results.isVisible() else None
        if chosen is not None:
            self.call_suggestion(chosen)
        elif starts_like_number(self.dial.text):
            self.call_typed()

    def call_suggestion(self, chosen: Suggestion) -> None:
        number = self.dial.text if chosen.group is Group.TYPED else chosen.dial
        self.call_number(number)

    def call_typed(self) -> None:
        """The text as it is; a name is no number, though its letters are on the keypad."""
        text = self.dial.text
        if starts_like_number(text):
            self.call_number(text)
        elif text.strip():
            self._refused(Failure(FailureKind.BAD_NUMBER), text)

    def call_test(self) -> None:
        if self._test_number is not None:
            self.call_number(self._test_number)

    def call_number(self, number: str) -> bool:
        """Dial, showing why not where it was asked. The text goes once the call is on its way."""
        caller_id = None if is_short_code(number.strip()) else self.choice.chosen
        try:
            self._phone.call(number, caller_id)
        except Refused as refused:
            self._refused(refused.failure, number)
            return False
        self.dial.set("")
        if caller_id is not None:
            self.choice.choose(None)  # it was for this call
        self.called.emit()
        return True

    def _refused(self, failure: Failure, number: str) -> None:
        """Below what was typed; a note where nothing was, as from a row of the list."""
        sentence = dial_refused(failure, number=number)
        if self.dial.text and self._page == "keypad":
            self.keypad.show_error(sentence)
        elif self.dial.text and self._page == "calls":
            self.area.show_error(sentence)
            self._place_results()
        else:
            show_note(self.window(), sentence, icon="warning")

    def _call_row(self, row: CallRow) -> None:
        self.call_number(self._phone.address_of(row.newest.remote))

    def copy(self, number: str) -> None:
        QGuiApplication.clipboard().setText(number)
        show_note(self.window(), text_pages.number_copied(), icon="check-circle")

    def _delete(self, row: CallRow) -> None:
        for entry in row.entries:
            self._phone.remove_from_history(entry.id)
        self.calls.list.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- place ----------------------------------------------------------------------------------------------------

    def _place_results(self) -> None:
        self.layout().activate()  # type: ignore[union-attr]
        self.area.layout().activate()  # type: ignore[union-attr]
        bottom = self.area.error if not self.area.error.isHidden() else self.box
        top = bottom.mapTo(self, QPoint(0, bottom.height())).y() + 8
        self.results.setGeometry(QRect(0, top, self.width(), self.height() - top))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.results.isHidden():
            self._place_results()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().color("bg-window"))
