"""The program with its windows: the telephone, its ports, what it shows, and how it ends."""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from softphone import __version__
from softphone.account_jobs import AccountJobs
from softphone.control.server import ControlServer
from softphone.control.verbs import Verbs
from softphone.demo import TEST_NUMBER, Demo, DemoAccount, demo_available
from softphone.early_post import EarlyPost
from softphone.phone import events as ev
from softphone.phone.account import ThisDevice
from softphone.phone.failure import Failure, FailureKind
from softphone.phone.phone import Phone, PhoneConfig
from softphone.phone.ports import AccountService
from softphone.phone.publisher import Topic
from softphone.phone.secret import Secret
from softphone.phone.session import SessionState
from softphone.resources import resource
from softphone.store.credentials import Credentials
from softphone.store.history import HistoryFile
from softphone.store.paths import Paths
from softphone.store.preferences import PreferencesFile, Remembered
from softphone.store.settings_file import SettingsFile
from softphone.store.sound_cache import SoundCache
from softphone.this_computer import computer_name, forward_signals, system_details, this_region
from softphone.ui.choices import Choices
from softphone.ui.inbox import Inbox
from softphone.ui.text import PRODUCT
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.logo import application_icon
from softphone.ui.windows import Windows
from softphone.user_agent.process import UserAgentProcess
from softphone.worker import Worker

if TYPE_CHECKING:
    from softphone.tour.ears import VirtualEars

log = logging.getLogger(__name__)

MEASURE_MS = 1000
#: A background job may take this long when the program ends.
STOP_SECONDS = 3.0
#: Statistics are asked for this rarely when nobody looks: they go into the log and `status`.
MEASURE_EVERY_UNWATCHED = 5


class _SystemClock:
    def now(self) -> float:
        import time

        return time.time()


class _MainThread(QObject):
    """Runs a function on the main thread, asked from any other."""

    _asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._asked.connect(lambda job: job(), Qt.ConnectionType.QueuedConnection)

    def run(self, job: Callable[[], None]) -> None:
        self._asked.emit(job)


def _load_country_table() -> None:
    """Loaded off the main thread, for the first number that is shown or typed."""
    import phonenumbers

    phonenumbers.parse("+6561234567")


class Desktop:
    """One run of the program."""

    def __init__(
        self,
        paths: Paths,
        user_agent: UserAgentProcess,
        early: EarlyPost,
        *,
        demo: bool,
        tour: Path | None,
        ears: VirtualEars | None,
        link: str,
    ) -> None:
        self._paths, self._user_agent, self._link = paths, user_agent, link
        self._tour, self._ears = tour, ears
        self._exit_code = 0
        self._app = QApplication([PRODUCT])
        self._app.setApplicationName(PRODUCT)
        self._app.setApplicationVersion(__version__)
        self._app.setDesktopFileName("softphone")
        self._app.setQuitOnLastWindowClosed(False)
        self._app.setWindowIcon(application_icon())
        self._disk, self._account_worker = Worker("disk"), Worker("account")
        self._preferences = PreferencesFile(paths.preferences, self._disk.submit)
        preferences = self._preferences.current
        theme().install(self._app)

        self._ca_file = os.environ.get("SOFTPHONE_CA_FILE") or None
        inbox = Inbox(self._deliver)
        credentials = Credentials(paths.profile)
        self._account = AccountJobs(
            self._new_service,
            credentials,
            self._account_worker,
            inbox.post,
            ThisDevice(preferences.installation_id, computer_name(), platform.system().lower(), __version__),
            SoundCache(paths.cache / "sounds"),
        )

        def store_failed(what: str, failure: Failure) -> None:
            inbox.post(ev.StoreFailed(what, failure))

        self._history = HistoryFile(paths.history, self._disk.submit, store_failed)
        self._preferences.on_failure = lambda problem: inbox.post(
            ev.StoreFailed("preferences", Failure(FailureKind.DISK_FULL, problem.errno, str(problem)))
        )
        self.phone = Phone(
            user_agent,
            self._account,
            self._history,
            _SystemClock(),
            PhoneConfig(
                preferences.installation_id,
                ca_file=self._ca_file,
                region=this_region(),
                service=os.environ.get("SOFTPHONE_SERVICE") or None,
                sound=preferences.sound,
            ),
            SettingsFile(paths.settings, self._disk.submit, store_failed),
        )
        self._inbox = inbox
        self._main_thread = _MainThread()
        remembered = Remembered(self._preferences)
        self._windows = Windows(
            self.phone,
            remembered,
            choices=Choices(remembered),
            services={"details": lambda: system_details(__version__, self.phone), "log_folder": paths.logs},
            demo=demo,
            try_demo=self._start_demo if demo_available() else None,
            test_number=TEST_NUMBER if demo else None,
            quit_=self.quit,
        )
        self._disk.submit(_load_country_table)
        self._control = ControlServer(self._verbs().answer)
        self._demo: Demo | None = None
        self._demo_ca: str | None = None  # trusted as long as the demo is signed in to
        self.phone.on(Topic.SESSION, self._session_changed)
        self._measure_ticks = 0
        self._measure = QTimer()
        self._measure.setInterval(MEASURE_MS)
        self._measure.timeout.connect(self._measured_tick)
        self.phone.on(Topic.CALLS, self._calls_changed)
        self.phone.on(Topic.SOUND, self._sound_changed)
        early.open(inbox.post)
        self._wants_demo = demo

    def run(self) -> int:
        """Show, serve, and return the exit code after the end."""
        self._windows.start(self._link)
        if not self._control.listen(self._paths.control_socket):
            log.warning("the command line cannot reach this program")
        stop_signals = forward_signals(self.quit)
        self._history.load(lambda entries: self._inbox.post(ev.HistoryLoaded(entries)))
        if self._wants_demo:
            self.phone.handle(ev.NothingSaved())
            self._start_demo()
        else:
            self.phone.start()
        if self._tour is not None and self._ears is not None:
            from softphone.tour.tour import Tour

            self._running_tour = Tour(self.phone, self._windows, self._tour, self._ears, self.finish)
        try:
            self._app.exec()
        finally:
            stop_signals()
            self._close()
        return self._exit_code

    def finish(self, exit_code: int) -> None:
        self._exit_code = exit_code
        self.quit()

    def quit(self) -> None:
        """End calls, leave the registrar, go."""
        self.phone.calls.close()
        self._windows.close()
        self._app.quit()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _deliver(self, event: ev.Event) -> None:
        self.phone.handle(event)

    def _close(self) -> None:
        self._control.close()
        self._user_agent.stop()
        self._history.close()
        for worker in (self._disk, self._account_worker):  # what they were given, a sign-out perhaps, is done first
            if not worker.stop(STOP_SECONDS):
                log.warning("a background job did not end in time")
        self._account.close()
        if self._demo is not None:
            self._demo.stop()

    def _new_service(self, rotated: Callable[[Secret], None]) -> AccountService:
        from softphone.account.client import AccountClient

        ca_file = self._demo_ca or self._ca_file
        return AccountClient(
            on_rotated=rotated, ca_file=Path(ca_file) if ca_file else None, preset=resource("account-service.json")
        )

    def _verbs(self) -> Verbs:
        from softphone.ui.text_main import failure_sentence

        def later(seconds: float, job: Callable[[], None]) -> Callable[[], None]:
            timer = QTimer(self._main_thread)
            timer.setSingleShot(True)
            timer.timeout.connect(job)
            timer.start(int(seconds * 1000))

            def cancel() -> None:
                if isValid(timer):
                    timer.stop()
                    timer.deleteLater()

            return cancel

        return Verbs(
            self.phone,
            profile=self._paths.profile,
            version=__version__,
            sentence=failure_sentence,
            later=later,
            show=self._windows.show_main,
            quit_=lambda: QTimer.singleShot(50, self.quit),
            timings=self._windows.timings,
        )

    def _calls_changed(self, _: object) -> None:
        if self.phone.calls.alive:
            if not self._measure.isActive():
                self._measure.start()
        else:
            self._measure.stop()

    def _measured_tick(self) -> None:
        self._measure_ticks += 1
        self.phone.tick()
        if self.phone.quality_watched or self._measure_ticks % MEASURE_EVERY_UNWATCHED == 0:
            self.phone.measure()

    def _sound_changed(self, _: object) -> None:
        choice = self.phone.sound_choice
        self._preferences.change(
            microphone=choice.microphone,
            speaker=choice.speaker,
            ringer=choice.ringer,
            echo_cancellation=choice.echo_cancellation,
            noise_suppression=choice.noise_suppression,
        )

    def _start_demo(self) -> None:
        """Sign in to a local phone system beside us; it is started first, once."""
        self.phone.session.prepare()
        self._windows.main.set_demo()
        if self._demo is None:
            self._demo = Demo(
                self._paths.data / "phone-system", self._main_thread.run, self._demo_ready, self._demo_failed
            )
        elif self._demo.account is not None:
            self._demo_ready(self._demo.account)

    def _demo_ready(self, account: DemoAccount) -> None:
        if not self.phone.session.preparing:
            return  # cancelled meanwhile
        self._demo_ca = account.ca_file
        self.phone.trust(account.ca_file)
        self.phone.session.sign_in(account.email, account.password, service=account.service, keep=False)

    def _demo_failed(self, detail: str) -> None:
        log.error("the local phone system did not start: %s", detail)
        self._demo = None
        self.phone.handle(ev.SignInRefused(Failure(FailureKind.INTERNAL, detail=detail)))

    def _session_changed(self, _: object) -> None:
        if self.phone.session.state is SessionState.SIGNED_OUT and self._demo_ca is not None:
            self._demo_ca = None
            self.phone.trust(self._ca_file)
