"""The windows and what joins them: which one comes when, and what one asks of another."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from softphone.phone.call import Call
from softphone.phone.failure import Refused
from softphone.phone.history import HistoryEntry
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.phone.registration import RegistrationState
from softphone.ui.choices import Choices
from softphone.ui.incoming.incoming_windows import IncomingWindows
from softphone.ui.incoming.missed_notice import MissedNotice
from softphone.ui.main.main_window import MainWindow
from softphone.ui.mini_bar.mini_bar import MiniBar
from softphone.ui.notices import Notices
from softphone.ui.stage.announcer import CallAnnouncer
from softphone.ui.stage.call_stage import CallStage
from softphone.ui.tray.tray import Tray, TrayActions

if TYPE_CHECKING:
    from softphone.ui.settings.settings_window import SettingsWindow

#: What is not needed for the first picture is built this long after it.
AFTER_START_MS = 400
#: Of ringing calls.
KEPT_TIMINGS = 10


class Remembered(Protocol):
    """What the windows keep between runs."""

    window_place: bytes
    last_email: str
    told_about_tray: bool
    bar_places: dict[str, list[int]]


class Windows(QObject):
    """`timings` holds monotonic seconds of firsts: window_painted, page_painted, registered, ring_painted <call id>.

    The page comes once a saved account has been looked for.
    """

    def __init__(
        self,
        phone: Phone,
        remembered: Remembered,
        *,
        demo: bool,
        try_demo: Callable[[], object] | None,
        test_number: str | None,
        quit_: Callable[[], object],
        choices: Choices | None = None,
        services: Mapping[str, Any] | None = None,
    ) -> None:
        """`services`: what pages of the settings need of the program beside what is here."""
        super().__init__()
        self._phone = phone
        self._quit = quit_
        self._test_number = test_number
        self._more_services = services or {}
        self.choices = choices or Choices()
        self.choices.apply()
        self.timings: dict[str, float] = {}
        self.main = MainWindow(
            phone,
            stage_factory=lambda **asks: CallStage(phone, **asks),
            place=_Place(remembered),
            has_tray=lambda: self._tray is not None and self._tray.available,
            told_about_tray=remembered.told_about_tray,
            on_told_about_tray=lambda: setattr(remembered, "told_about_tray", True),
            demo=demo,
            try_demo=try_demo,
            test_number=test_number,
            keep_running=lambda: self.choices.is_on("keep_running"),
            last_email=remembered.last_email,
            remember_email=lambda email: setattr(remembered, "last_email", email),
        )
        self.main.quit_requested.connect(quit_)
        self.main.mini_bar_wanted.connect(self._show_mini_bar)
        self.main.settings_wanted.connect(self.show_settings)
        self.main.installEventFilter(self)
        phone.on(Topic.REGISTRATION, self._registration_changed)
        phone.on(Topic.SESSION, self._await_page)
        phone.on(Topic.SESSION, self._session_changed)
        self._places = _BarPlaces(remembered)
        self._announcer = CallAnnouncer(phone)
        self._tray: Tray | None = None
        self._incoming: IncomingWindows | None = None
        self._missed: MissedNotice | None = None
        self._mini_bar: MiniBar | None = None
        self._settings: SettingsWindow | None = None
        self._notices: Notices | None = None

    def start(self, link: str) -> None:
        """Show the main window; build the rest once it is on the screen."""
        self.main.show()
        if link:
            self.main.dial(link)
        QTimer.singleShot(AFTER_START_MS, self._build_the_rest)

    def show_main(self, link: str = "") -> None:
        """Asked by a second start."""
        if link:
            self.main.dial(link)
        else:
            self.main.bring_up()

    def show_settings(self, page: str = "", setting: str = "") -> None:
        """The settings window, made when it is first wanted; a page and a setting of it by their names."""
        if self._settings is None:
            from softphone.ui.settings.pages import all_pages
            from softphone.ui.settings.settings_window import SettingsWindow

            self._settings = SettingsWindow(self._phone, all_pages(), self._services())
            self.main.keys.bind_to(self._settings)
        self._settings.open(page, setting)
        self._settings.show()
        self._settings.raise_()
        self._settings.activateWindow()

    @property
    def settings_window(self) -> QWidget | None:
        """Once it has been wanted."""
        return self._settings

    def _services(self) -> dict[str, Any]:
        """What pages of the settings need of the program."""
        found: dict[str, Any] = {"choices": self.choices, **self._more_services}
        if self._test_number is not None:
            found["test_call"] = self._test_call
        return found

    def _test_call(self) -> None:
        if self._test_number is not None:
            self.main.show_call()
            self._call(self._test_number)

    def incoming_windows(self) -> list[QWidget]:
        """Those on the screen, in the order in which the calls came."""
        if self._incoming is None:
            return []
        windows = (self._incoming.window_of(call.id) for call in self._phone.calls.ringing)
        return [window for window in windows if window is not None]

    def close(self) -> None:
        """The program ends."""
        self.main.leave()
        for window in (self._mini_bar, self._missed, self._settings):
            if window is not None:
                window.hide()
        if self._tray is not None:
            self._tray.icon.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The first painted pictures of the main window and of its page, for `timings`."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            name = "window_painted" if watched is self.main else "page_painted"
            # Once this pass has painted the children too and the picture has gone to the screen.
            QTimer.singleShot(0, lambda: self.timings.setdefault(name, time.monotonic()))
        return False

    # --- inside ---------------------------------------------------------------------------------------------------

    def _session_changed(self, _: object) -> None:
        if not self._phone.session.keychain:
            self.main.set_keychain_available(False)

    def _build_the_rest(self) -> None:
        """One piece a turn of the event loop, so that no turn is long."""
        pieces = iter((self._build_incoming, self._build_notices, self._build_tray))

        def next_piece() -> None:
            build = next(pieces, None)
            if build is not None:
                build()
                QTimer.singleShot(0, next_piece)

        next_piece()

    def _build_incoming(self) -> None:
        self._incoming = IncomingWindows(self._phone, escalate=self._escalate, near=self._near)
        self._incoming.painted.connect(self._ring_painted)
        for call in self._phone.calls.ringing:  # it was quicker than we
            self._incoming.ring(call)
        QTimer.singleShot(0, self._incoming.prepare)

    def _build_notices(self) -> None:
        phone = self._phone
        self._missed = MissedNotice(
            phone,
            call_back=self._call_back,
            show_missed=self.main.show_missed,
            near=self._near,
            below=lambda: self._incoming.stack_height if self._incoming is not None else 0,
            wanted=lambda: self.choices.is_on("tell_missed"),
            with_names=lambda: self.choices.is_on("names_in_notices"),
        )
        self._mini_bar = MiniBar(
            phone, self.main, open_stage=self.main.show_call, places=self._places,
            wanted=lambda: self.choices.is_on("small_bar"),
        )  # fmt: skip
        self._notices = Notices(
            phone, self.choices, tell=self._tell, show_missed=self._missed.show_entry, show_call=self.main.show_call
        )

    def _build_tray(self) -> None:
        self._tray = Tray(
            self._phone,
            TrayActions(
                show_or_hide=self._show_or_hide,
                open_window=self.main.bring_up,
                new_call=self._new_call,
                show_missed=self.main.show_missed,
                show_call=self.main.show_call,
                show_ringing=lambda: self._incoming is not None and self._incoming.show_again(),
                show_voicemail=self.main.show_voicemail,
                settings=self.show_settings,
                quit=self.main.ask_to_quit,
            ),
        )
        if self._tray.available:
            self._tray.show()

    def _new_call(self) -> None:
        self.main.bring_up()
        self.main.focus_box()

    def _show_or_hide(self) -> None:
        if self.main.isVisible() and self.main.isActiveWindow():
            self.main.close()
        else:
            self.main.bring_up()

    def _show_mini_bar(self) -> None:
        if self._mini_bar is not None:
            self._mini_bar.show_now()

    def _call_back(self, entry: HistoryEntry) -> None:
        self.main.bring_up()
        self._call(self._phone.address_of(entry.remote))

    def _call(self, number: str) -> None:
        try:
            self._phone.call(number)
        except Refused as refused:
            self._phone.publisher.publish(Topic.NOTICE, refused.failure)

    def _escalate(self, call: Call) -> None:
        if self._tray is not None:
            self._tray.call_attention(call)
        QApplication.alert(self.main)

    def _near(self) -> QWidget | None:
        """Whose screen is taken; where windows may not be placed, the card lies over the main window all the same."""
        placeable = QGuiApplication.platformName() != "wayland"
        if placeable and self.choices.get("incoming_place") == "primary":
            return None
        return self.main if self.main.isVisible() else None

    def _tell(self, title: str, text: str) -> None:
        if self._tray is not None:
            self._tray.tell(title, text)

    def _ring_painted(self, call_id: str, _milliseconds: float) -> None:
        for name in [name for name in self.timings if name.startswith("ring_painted")][:-KEPT_TIMINGS]:
            del self.timings[name]
        self.timings[f"ring_painted {call_id}"] = time.monotonic()

    def _await_page(self, _: object) -> None:
        page = self.main.page or (self.main.sign_in.view if self.main.sign_in is not None else None)
        if page is not None and "page_painted" not in self.timings:
            page.installEventFilter(self)

    def _registration_changed(self, _: object) -> None:
        if self._phone.registration.state is RegistrationState.REGISTERED:
            self.timings.setdefault("registered", time.monotonic())


class _Place:
    """Size and place of the main window, as the main window wants them."""

    def __init__(self, remembered: Remembered) -> None:
        self._remembered = remembered

    def load(self) -> bytes:
        return self._remembered.window_place

    def save(self, place: bytes) -> None:
        self._remembered.window_place = place


class _BarPlaces:
    """Where the mini bar was left on each screen."""

    def __init__(self, remembered: Remembered) -> None:
        self._remembered = remembered

    def load(self, screen: str) -> tuple[int, int] | None:
        place = self._remembered.bar_places.get(screen)
        return (int(place[0]), int(place[1])) if place is not None and len(place) == 2 else None

    def save(self, screen: str, place: tuple[int, int]) -> None:
        self._remembered.bar_places = {**self._remembered.bar_places, screen: list(place)}
