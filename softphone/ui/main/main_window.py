"""The one window: the sign-in page, or the main page."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QMoveEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QStackedLayout, QWidget

from softphone.phone.account import Identity
from softphone.phone.failure import Failure
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.phone.session import SessionState
from softphone.ui.main.call_keys import CallKeys
from softphone.ui.main.sizes import DEFAULT, LIST_WIDTH, SMALLEST
from softphone.ui.shortcuts import bind, bind_action
from softphone.ui.text import PRODUCT
from softphone.ui.text_main import failure_sentence, first_close
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.focus_ring import FocusRing

if TYPE_CHECKING:  # each is loaded when it is first needed: the window is painted before that
    from softphone.ui.main.main_page import MainPage, StageFactory
    from softphone.ui.main.quit_sheet import QuitSheet
    from softphone.ui.main.sign_in_binding import SignInBinding

_SAVE_MS = 800
_FIRST_CLOSE_MS = 4000


class WindowPlace(Protocol):
    """Where the window's size and place are kept between runs."""

    def load(self) -> bytes: ...

    def save(self, place: bytes) -> None: ...


class MainWindow(QWidget):
    """Closing hides it while `has_tray()` says that it can be found again, else it minimises; or it quits, where that
    is what the person chose."""

    close_requested = Signal()  # it was closed, and is hidden now
    quit_requested = Signal()  # for good; asked already when a call would end
    mini_bar_wanted = Signal()
    settings_wanted = Signal(str)  # a page of the settings window by its name, "" for the first

    def __init__(
        self,
        phone: Phone,
        *,
        stage_factory: StageFactory,
        place: WindowPlace | None = None,
        has_tray: Callable[[], bool] = lambda: False,
        told_about_tray: bool = True,
        on_told_about_tray: Callable[[], object] | None = None,
        keep_running: Callable[[], bool] = lambda: True,
        demo: bool = False,
        try_demo: Callable[[], object] | None = None,
        test_number: str | None = None,
        last_email: str = "",
        remember_email: Callable[[str], object] | None = None,
    ) -> None:
        super().__init__()
        self._phone = phone
        self._stage_factory = stage_factory
        self._place = place
        self._has_tray = has_tray
        self._told_about_tray = told_about_tray
        self._on_told = on_told_about_tray
        self._keep_running = keep_running
        self._demo, self._try_demo, self._test_number = demo, try_demo, test_number
        self._last_email, self._remember_email = last_email, remember_email
        self._keychain = True
        self._known: Identity | None = None  # of the account last signed in, also once it is signed out
        self._leaving = self._painted = False
        self._link = ""  # to dial, once there is a page for it
        self._list_width = LIST_WIDTH
        self._sign_in: SignInBinding | None = None
        self._page: MainPage | None = None
        self._quit_sheet: QuitSheet | None = None
        self.setWindowTitle(PRODUCT)
        self.setMinimumSize(QSize(*SMALLEST))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._stack = QStackedLayout(self)
        self._blank = QWidget()
        self._stack.addWidget(self._blank)
        self._ring = FocusRing(self)
        self.keys = CallKeys(phone)
        self._save = QTimer(self)
        self._save.setSingleShot(True)
        self._save.setInterval(_SAVE_MS)
        self._save.timeout.connect(self._save_place)
        self._hide_soon = QTimer(self)
        self._hide_soon.setSingleShot(True)
        self._hide_soon.setInterval(_FIRST_CLOSE_MS)
        self._hide_soon.timeout.connect(self._put_away)
        self._bind_keys()
        self._restore_place()
        theme().changed.connect(self.update)
        phone.on(Topic.SESSION, lambda _: self._session_changed())
        phone.on(Topic.NOTICE, self._notice)
        self._session_changed()

    # --- what it shows --------------------------------------------------------------------------------------------

    @property
    def page(self) -> MainPage | None:
        """The main page, once somebody has signed in."""
        return self._page

    @property
    def sign_in(self) -> SignInBinding | None:
        """The sign-in page with its binding, once it has been needed."""
        return self._sign_in

    @property
    def signed_in(self) -> bool:
        return self._page is not None and self._stack.currentWidget() is self._page

    def set_demo(self) -> None:
        """Whoever signs in next is on the demo's phone system."""
        self._demo = True

    def set_keychain_available(self, available: bool) -> None:
        self._keychain = available
        if self._sign_in is not None:
            self._sign_in.view.set_keychain_available(available)

    def bring_up(self) -> None:
        """In front, whatever it was before."""
        self._hide_soon.stop()
        if self.isMinimized():
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def show_call(self) -> None:
        """In front, with the call's stage."""
        self.bring_up()
        if self._page is not None:
            self._page.back_to_call()

    def show_missed(self) -> None:
        self.bring_up()
        if self._page is not None:
            self._page.show_page("calls")
            self._page.column.calls.show_missed()

    def show_voicemail(self) -> None:
        self.bring_up()
        if self._page is not None:
            self._page.show_page("calls")
            self._page.column.calls.show_voicemail()

    def focus_box(self) -> None:
        if self._page is not None and self.signed_in:
            self._page.focus_box()

    def dial(self, text: str) -> None:
        """A `tel:` or `sip:` link: in the box, for the person to call."""
        self.bring_up()
        self._link = text
        self._dial_link()

    def _dial_link(self) -> None:
        """At once, or when somebody has signed in."""
        if self._link and self._page is not None and self.signed_in:
            text, self._link = self._link, ""
            self.focus_box()
            self._page.column.dial.set_pasted(text)

    def _session_changed(self) -> None:
        state, identity = self._phone.session.state, self._phone.session.identity
        if identity is not None and identity.kind == "account":
            self._known = identity
        if state is SessionState.SIGNED_IN:
            if self._page is None:
                from softphone.ui.main.main_page import MainPage

                self._page = MainPage(self._phone, self._stage_factory, demo=self._demo, test_number=self._test_number)
                self._page.mini_bar_wanted.connect(self.mini_bar_wanted)
                self._page.settings_wanted.connect(self.settings_wanted)
                self._page.column.header.quit_wanted.connect(self.ask_to_quit)
                self._page.set_list_width(self._list_width)
                self._stack.addWidget(self._page)
            if not self.signed_in:
                self._stack.setCurrentWidget(self._page)
                self._page.column.box.focus(select=False)
                self._dial_link()
        elif state is not SessionState.STARTING and (self._sign_in is None or self.signed_in or self._is_blank()):
            self._show_sign_in()
        if self._sign_in is not None:
            if self._known is not None:
                self._sign_in.view.set_who(self._known.email, self._known.address, self._known.label)
            self._sign_in.follow()

    def _is_blank(self) -> bool:
        return self._stack.currentWidget() is self._blank

    def _show_sign_in(self) -> None:
        if self._sign_in is None:
            from softphone.ui.main.sign_in_binding import SignInBinding

            self._sign_in = SignInBinding(self._phone, try_demo=self._try_demo, remember_email=self._remember_email)
            self._sign_in.view.set_email(self._known.email if self._known is not None else self._last_email)
            self._sign_in.view.set_keychain_available(self._keychain)
            self._stack.addWidget(self._sign_in.view)
        self._stack.setCurrentWidget(self._sign_in.view)
        self._sign_in.view.focus_first()

    def _notice(self, payload: object) -> None:
        if isinstance(payload, Failure) and self.isVisible():
            self._note(failure_sentence(payload), "warning")

    def _note(self, text: str, icon: str) -> None:
        from softphone.ui.main.note import show_note

        show_note(self, text, icon=icon)

    # --- keys -----------------------------------------------------------------------------------------------------

    def _bind_keys(self) -> None:
        self.keys.bind_to(self, nothing_rings=self._call_as_typed)
        bind_action(self, "find", self.focus_box)
        bind_action(self, "calls", lambda: self._show_page("calls"))
        bind_action(self, "keypad", lambda: self._show_page("keypad"))
        bind_action(self, "call_keypad", self._toggle_call_keypad)
        bind_action(self, "settings", lambda: self.settings_wanted.emit("") if self.signed_in else None)
        bind_action(self, "do_not_disturb", self._toggle_quiet)
        bind(self, "Ctrl+Q", self.ask_to_quit)
        bind(self, "Ctrl+W", self.close)
        bind(self, "F6", self._next_part)

    def _show_page(self, name: str) -> None:
        if self._page is not None and self.signed_in:
            self._page.show_page(name)

    def _toggle_call_keypad(self) -> None:
        if self._page is not None:
            self._page.toggle_call_keypad()

    def _toggle_quiet(self) -> None:
        if self._page is not None and self.signed_in:
            self._page.column.availability.toggle_quiet()

    def _call_as_typed(self) -> None:
        if self._page is not None and self.signed_in:
            self._page.column.call_typed()

    def _next_part(self) -> None:
        """F6: between the list and what is beside it; in the narrow window between box and list."""
        page = self._page
        if page is None or not self.signed_in:
            return
        reason, focused = Qt.FocusReason.ShortcutFocusReason, QApplication.focusWidget()
        beside = page.pane if page.wide else page.column.calls.list
        inside = focused is not None and (focused is beside or beside.isAncestorOf(focused))
        target: QWidget | None = page.column.box.edit
        if not inside:
            target = beside if not page.wide else _first_focusable(beside)
        if target is not None:
            target.setFocus(reason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What nobody else wanted: text goes to the box."""
        page = self._page
        if page is None or not self.signed_in or (page.stage_shown and not page.wide):
            super().keyPressEvent(event)
            return
        text, control = event.text(), Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        if event.matches(QKeySequence.StandardKey.Paste):
            page.column.paste(QGuiApplication.clipboard().text())
        elif text and text.isprintable() and not text.isspace() and not event.modifiers() & control:
            page.column.type_text(text)
        elif event.key() == Qt.Key.Key_Escape and page.column.dial.text:
            page.column.dial.set("")
        else:
            super().keyPressEvent(event)

    # --- closing and quitting -------------------------------------------------------------------------------------

    def ask_to_quit(self) -> None:
        """Quit; during a call only after a question, which does not stop the call."""
        if not self._phone.calls.alive:
            self.quit_requested.emit()
            return
        self.bring_up()
        if self._quit_sheet is None:
            from softphone.ui.main.quit_sheet import QuitSheet

            self._quit_sheet = QuitSheet(self)
            self._quit_sheet.quit.connect(self.quit_requested)
        self._quit_sheet.open()

    def leave(self) -> None:
        """The program ends: close for good."""
        self._leaving = True
        self._save_place()
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._leaving:
            event.accept()
            return
        event.ignore()
        if not self._keep_running():
            self.ask_to_quit()
        elif not self._has_tray():
            self.showMinimized()
        elif self._told_about_tray or self._hide_soon.isActive():
            self._put_away()
        else:
            self._told_about_tray = True
            if self._on_told is not None:
                self._on_told()
            self._note(first_close(), "info")
            self._hide_soon.start()

    def _put_away(self) -> None:
        self._hide_soon.stop()
        self.hide()
        self.close_requested.emit()

    # --- place ----------------------------------------------------------------------------------------------------

    def _restore_place(self) -> None:
        saved = self._place.load() if self._place is not None else b""
        geometry, width = saved[:-2], int.from_bytes(saved[-2:], "big")
        if not geometry or not self.restoreGeometry(QByteArray(geometry)):
            self.resize(QSize(*DEFAULT))
        elif width:
            self._list_width = width
        self._save.stop()

    def _save_place(self) -> None:
        self._save.stop()
        if self._place is None or self.isMinimized():
            return
        if self._page is not None:
            self._list_width = self._page.list_width
        self._place.save(bytes(self.saveGeometry().data()) + self._list_width.to_bytes(2, "big"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.isVisible():
            self._save.start()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        if self.isVisible():
            self._save.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self._save_place()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().color("bg-window"))
        if not self._painted:
            self._painted = True
            # Once it is on the screen, while a saved account is looked for, there is time to load what it needs.
            QTimer.singleShot(0, lambda: import_module("softphone.ui.main.main_page"))


def _first_focusable(part: QWidget) -> QWidget | None:
    """The first widget inside that Tab would stop at."""
    widget = part.nextInFocusChain()
    while widget is not None and widget is not part:
        wanted = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if wanted and part.isAncestorOf(widget) and widget.isEnabled() and widget.isVisibleTo(part):
            return widget
        widget = widget.nextInFocusChain()
    return None
