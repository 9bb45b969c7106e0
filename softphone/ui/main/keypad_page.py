"""The keypad page: the number as it is typed, who it may be, twelve keys and Call."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from softphone.phone.number import shown
from softphone.phone.phone import Phone
from softphone.ui import text_actions, text_pages
from softphone.ui.main.calling_as import CallerIdChoice, CallingAs
from softphone.ui.main.caret_button import CaretButton
from softphone.ui.main.dial_text import DialText
from softphone.ui.main.number_edit import NumberEdit
from softphone.ui.main.reading_direction import isolated
from softphone.ui.main.suggestions import Group, Suggester, Suggestion
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import Button, IconButton
from softphone.ui.widgets.keypad import Keypad
from softphone.ui.widgets.labels import TextBlock
from softphone.ui.widgets.popup import MenuItem, PopupMenu

_WIDTH = 316
_TONES = "0123456789*#"


class KeypadPage(QWidget):
    """Shares its text with the box. `call` asks to call it; `call_match` carries a `Suggestion`."""

    call = Signal()
    call_match = Signal(object)

    def __init__(
        self, phone: Phone, dial: DialText, suggester: Suggester, choice: CallerIdChoice, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._phone, self._dial, self._suggester = phone, dial, suggester
        self._matches: list[Suggestion] = []
        self._menu: PopupMenu | None = None
        self.edit = NumberEdit(dial, lambda: phone.region, self)
        self.edit.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.edit.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.edit.setAccessibleName(text_pages.number())
        self.edit.installEventFilter(self)
        self.edit.returnPressed.connect(self.call)
        self.backspace = IconButton("backspace", text_pages.delete_digit(), icon_size=22)
        self.backspace.clicked.connect(lambda _=False: self._backspace())
        self.matches = CaretButton("text-secondary", 400)
        self.matches.clicked.connect(lambda _=False: self._open_matches())
        self.error = TextBlock("", "caption", "danger-text", align=Qt.AlignmentFlag.AlignHCenter)
        self.error.hide()
        self.keypad = Keypad()
        self.keypad.pressed.connect(self._key)
        self.call_button = Button(text_actions.call(), "call", "phone", size="callBar")
        self.call_button.clicked.connect(lambda _=False: self.call.emit())
        self.calling_as = CallingAs(phone, choice, middle=True)
        self._lay_out()
        dial.changed.connect(lambda _: self.refresh())
        theme().changed.connect(self._dress)
        self._dress()
        self.refresh()

    def _lay_out(self) -> None:
        number = QHBoxLayout()
        number.setSpacing(0)
        number.addSpacing(36)
        number.addWidget(self.edit, 1)
        number.addWidget(self.backspace)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(0)
        column.addStretch(2)
        column.addLayout(number)
        column.addWidget(self.matches, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.error)
        column.addStretch(3)
        for widget in (self.keypad, self.call_button):
            across = QHBoxLayout()
            across.addStretch(1)
            widget.setMaximumWidth(_WIDTH)
            widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            across.addWidget(widget, 1000)
            across.addStretch(1)
            column.addLayout(across)
            column.addSpacing(14 if widget is self.keypad else 4)
        column.addWidget(self.calling_as)

    def _dress(self) -> None:
        self.edit.setFont(theme().font("display", tabular=True))
        self.edit.setFixedHeight(theme().line("display") + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_number()

    def _fit_number(self) -> None:
        """A long number is set smaller before it scrolls."""
        for name in ("display", "title1", "title3"):
            font = theme().font(name, weight=500, tabular=True)
            self.edit.setFont(font)
            if self.edit.fontMetrics().horizontalAdvance(self.edit.text()) <= self.edit.width() - 12:
                return

    @property
    def found(self) -> list[Suggestion]:
        """Whom the number may belong to."""
        return list(self._matches)

    def refresh(self) -> None:
        text = self._dial.text
        self._matches = [s for s in self._suggester.find(text) if s.group is not Group.TYPED]
        first = isolated(self._matches[0].name) if self._matches else ""
        more = len(self._matches)
        self.matches.setText(
            "" if not more else first if more == 1 else text_pages.and_matches(more, first)
        )  # fmt: skip
        self.matches.setEnabled(bool(more))
        self.matches.updateGeometry()
        self.backspace.setVisible(bool(text))
        callable_ = self._phone.can_call and self._suggester.can_dial(text)
        self.call_button.setEnabled(callable_)
        self.call_button.setToolTip("" if self._phone.can_call else text_actions.offline())
        self.show_error("")
        self._fit_number()

    def show_error(self, message: str) -> None:
        self.error.set_text(message)
        self.error.setVisible(bool(message))

    def focus_first(self) -> None:
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _key(self, key: str) -> None:
        if key in _TONES:
            self._phone.play_digit(key)
        self.edit.type_text(key)

    def _backspace(self) -> None:
        if self.edit.cursorPosition() == 0:
            self.edit.setCursorPosition(len(self.edit.text()))
        self.edit.backspace()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape and self._dial.text:
                self._dial.set("")
                return True
            if event.text() in _TONES and event.text() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._phone.play_digit(event.text())
        return False

    def _open_matches(self) -> None:
        menu = PopupMenu(self.matches, text_pages.matches(), min_width=240)
        for match in self._matches:
            menu.add_item(
                MenuItem(match.name, lambda m=match: self.call_match.emit(m), "phone",  # type: ignore[misc]
                         detail=isolated(shown(match.dial)), enabled=self._phone.can_call)
            )  # fmt: skip
        menu.destroyed.connect(self._menu_closed)
        self._menu = menu
        menu.open_below(self.matches)

    @property
    def menu(self) -> PopupMenu | None:
        """The matches while they are open."""
        return self._menu

    def _menu_closed(self) -> None:
        self._menu = None
