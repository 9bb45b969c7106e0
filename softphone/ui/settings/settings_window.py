"""The settings window: the list of pages beside the page, or one of them at a time where it is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from softphone.extension.document import Json
from softphone.phone.failure import Refused
from softphone.phone.phone import Phone
from softphone.phone.session import SessionState
from softphone.phone.settings_change import SettingState
from softphone.ui import text_settings
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.next_call_line import NextCallLine
from softphone.ui.settings.page_view import PageView
from softphone.ui.settings.search import Results, SearchField, find
from softphone.ui.settings.setting import Page, Setting
from softphone.ui.settings.sidebar import WIDTH, Sidebar
from softphone.ui.settings.value_words import choice_words
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.announce import announce
from softphone.ui.widgets.focus_ring import FocusRing
from softphone.ui.widgets.toast import Toast, show_toast

WIDE, DEFAULT, SMALLEST = 760, (920, 680), (640, 480)
MOST_PAGES = 4  # kept alive
RESULTS_SAID_MS = 500
_NOT_SAVED = (SettingState.REFUSED, SettingState.CONFLICT)


class SettingsWindow(QWidget):
    """`services` is what pages need of the application, by name; each page's text says which."""

    closed = Signal()

    def __init__(self, phone: Phone, pages: Sequence[Page], services: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.context = SettingsContext(phone, services)
        self.pages = tuple(pages)
        self.views: dict[str, PageView] = {}
        self.current = ""
        self._toasted: Setting | None = None  # what the Undo on the screen is about
        self._whose = ""  # address of the account that the pages were made for
        self._results_said = QTimer(self)
        self._results_said.setSingleShot(True)
        self._results_said.setInterval(RESULTS_SAID_MS)
        self._results_said.timeout.connect(self._say_results)
        self.search = SearchField()
        self.sidebar = Sidebar(self.pages, self.search)
        self.next_call = NextCallLine(self.context)
        self.results = Results()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.results)
        self._lay_out()
        self._ring = FocusRing(self)
        self._connect()
        self.resize(*DEFAULT)
        self.setMinimumSize(*SMALLEST)
        self.setWindowTitle(text_settings.settings())
        self._list_first = True  # narrow: the list is shown, not the page

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        self._right = QWidget()
        column = QVBoxLayout(self._right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.next_call)
        column.addWidget(self._stack, 1)
        row.addWidget(self._right, 1)

    def _connect(self) -> None:
        self.sidebar.chosen.connect(self._chosen)
        self.sidebar.pointed.connect(self._pointed)
        self.search.changed.connect(self._search)
        self.search.moved.connect(self._move_result)
        self.search.entered.connect(self.results.open_chosen)
        self.results.opened.connect(self._open_result)
        self.context.updated.connect(self.refresh)
        self.context.changed.connect(self._changed)
        self.context.asked_for.connect(self.open)
        for keys, do in (
            (QKeySequence(Qt.Modifier.CTRL | Qt.Key.Key_F), self.focus_search),
            (QKeySequence(Qt.Modifier.CTRL | Qt.Key.Key_Z), self.undo),
            (QKeySequence(Qt.Modifier.CTRL | Qt.Key.Key_W), self.close),
            (QKeySequence(Qt.Key.Key_F6), self._jump),
        ):
            QShortcut(keys, self, do)

    # --- where one is ---------------------------------------------------------------------------------------------

    @property
    def narrow(self) -> bool:
        return self.width() < WIDE

    @property
    def view(self) -> PageView | None:
        """The page on the screen."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, PageView) else None

    def shown_pages(self) -> list[Page]:
        return [page for page in self.pages if self.context.page_is_shown(page)]

    def open(self, page: str = "", setting: str = "") -> None:
        """Show a page, the one shown last without a name, and mark a setting on it."""
        self._begin_anew()
        names = [one.name for one in self.shown_pages()]
        name = page if page in names else self.current if self.current in names else next(iter(names), "")
        if not name:
            return
        if page:
            self._list_first = False
        self.search.edit.clear()
        self._show_page(name)
        if setting:
            self.views[name].show_setting(setting)

    def _chosen(self, name: str) -> None:
        self.open(name)
        if self.narrow:
            self.views[name].focus_first()

    def _pointed(self, name: str) -> None:
        """In a list alone in the window, an arrow goes nowhere yet."""
        if not self.narrow:
            self.search.edit.clear()
            self._show_page(name)

    def _show_page(self, name: str) -> None:
        self.current = name
        view = self.views.get(name)
        if view is None:
            view = PageView(self.context, next(page for page in self.pages if page.name == name))
            view.back.connect(self.go_back)
            self.views[name] = view
            self._stack.addWidget(view)
        self.views[name] = self.views.pop(name)  # the newest last
        view.refresh()
        self._stack.setCurrentWidget(view)
        self._forget_oldest()
        self.sidebar.set_current(name)
        self._fit()

    def _begin_anew(self) -> None:
        """Nothing of an account stays in the window for the next one."""
        identity = self.context.phone.session.identity
        whose = identity.address if identity is not None else ""
        if whose == self._whose:
            return
        self._whose, self.current, self._list_first = whose, "", True
        self.context.memory.clear()
        self.search.edit.clear()
        self._stack.setCurrentWidget(self.results)
        self._forget_oldest(0)

    def _forget_oldest(self, most: int = MOST_PAGES) -> None:
        """A page is quick to make again, and each one alive slows down a change of theme or text size."""
        for name in list(self.views)[: max(0, len(self.views) - most)]:
            view = self.views.pop(name)
            self._stack.removeWidget(view)
            view.deleteLater()

    def go_back(self) -> None:
        """Narrow: from the page to the list."""
        if self.narrow and not self._list_first:
            self._list_first = True
            self._fit()
            self.sidebar.focus_current()

    def _fit(self) -> None:
        narrow = self.narrow
        searching = bool(self.search.edit.text())
        self.sidebar.setVisible(not narrow or self._list_first)
        self._right.setVisible(not narrow or not self._list_first or searching)
        if narrow and searching:
            self.sidebar.show()
            self._right.show()
        alone = narrow and self._list_first and not searching
        self.sidebar.setMaximumWidth(16_777_215 if alone else theme().scaled(WIDTH))
        self.sidebar.setMinimumWidth(theme().scaled(WIDTH))
        if self.view is not None:
            self.view.set_narrow(narrow)

    # --- search ---------------------------------------------------------------------------------------------------

    def focus_search(self) -> None:
        if self.narrow and not self._list_first:
            self.go_back()
        self.search.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.edit.selectAll()

    def _search(self, text: str) -> None:
        if not text:
            self._results_said.stop()
            if self.current:
                self._show_page(self.current)
            return
        shown = [
            setting.name for page in self.shown_pages() for setting in page.settings if self.context.is_shown(setting)
        ]
        choices = partial(choice_words, self.context)
        self.results.show_found(text, find(self.shown_pages(), shown, text, choices))
        self._stack.setCurrentWidget(self.results)
        self.sidebar.set_current("")
        self._fit()
        self._results_said.start()

    def _say_results(self) -> None:
        words = [self.results.count_text, self.results.chosen_name()]
        announce(self, ". ".join(word for word in words if word))

    def _move_result(self, by: int) -> None:
        if self._stack.currentWidget() is self.results:
            self.results.step(by)
            announce(self.search.edit, self.results.chosen_name())
        elif by > 0:
            self.sidebar.focus_current(Qt.FocusReason.TabFocusReason)

    def _open_result(self, page: str, setting: str) -> None:
        self.open(page, setting)

    # --- what changed ---------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Sidebar, header and the page on the screen, as they are now."""
        context = self.context
        if context.phone.session.state is SessionState.SIGNED_OUT:
            self.close()
            self._begin_anew()
            return
        pages = self.shown_pages()
        self.sidebar.set_shown({page.name for page in pages})
        for page in pages:
            item = self.sidebar.items[page.name]
            value = page.value(context) if page.value is not None else ""
            if value != item.value:
                item.set_value(value)
        self._show_account()
        self.next_call.refresh()
        if self._toasted is not None and context.state(self._toasted) in _NOT_SAVED:
            self._drop_toast()  # its row says that it is not so
        if self.current not in {page.name for page in pages}:
            self.open()
        if self.view is not None:
            self.view.refresh()

    def _show_account(self) -> None:
        item, document = self.sidebar.account_item(), self.context.document
        if item is None:
            return
        identity = self.context.phone.session.identity
        name = document.label if document is not None else identity.label if identity is not None else ""
        key = document.key if document is not None and not self.context.plain else ""
        item.set_account(name, text_settings.account_row(key))

    def _changed(self, setting: Setting, value: Json) -> None:
        sentence = setting.done(self.context, value) if setting.done is not None else ""
        self._drop_toast()  # its Undo would take this change back instead of its own
        if sentence:
            self.toast_undo(sentence)
            self._toasted = setting

    def _drop_toast(self) -> None:
        for toast in self.findChildren(Toast, options=Qt.FindChildOption.FindDirectChildrenOnly):
            toast.dismiss()
        self._toasted = None

    def toast_undo(self, sentence: str) -> None:
        """A change that moves calls can be taken back for a while."""
        show_toast(
            self, sentence, icon="check-circle", action=text_settings.undo(), on_action=self.undo, undo=True
        )

    def undo(self) -> None:
        """The last change that was made here."""
        if not self.context.settings.can_undo:
            return
        try:
            self.context.undo()
        except Refused as refused:
            sentence = refused.failure.faults[0].detail if refused.failure.faults else refused.failure.sentence
            show_toast(self, text_settings.not_saved_because(sentence), icon="warning-circle")
            return
        show_toast(self, text_settings.undone(), icon="check-circle")

    # --- keys and life --------------------------------------------------------------------------------------------

    def _jump(self) -> None:
        """F6: between the list and the page."""
        focus = self.focusWidget()
        if self.narrow:
            return
        if focus is not None and self._right.isAncestorOf(focus):
            self.sidebar.focus_current(Qt.FocusReason.TabFocusReason)
        elif self.view is not None:
            self.view.focus_first()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.narrow and not self._list_first:
            self.go_back()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.context.listen(True)
        self.refresh()
        if not self.current:
            self.open()
        self._fit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.context.listen(False)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().color("bg-window"))


