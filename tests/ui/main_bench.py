"""A telephone, a main window over it, and hands to work it."""

from datetime import datetime

from PySide6.QtCore import QPoint, Qt

from softphone.phone import events as ev
from softphone.phone.account import DirectoryEntry
from softphone.phone.failure import Failure, FailureKind
from softphone.phone.history import HistoryEntry, Outcome
from softphone.phone.party import Party
from softphone.phone.registration import RegistrationState
from softphone.phone.session import LINE
from softphone.ui.main.main_window import MainWindow
from softphone.ui.stage.call_stage import CallStage
from tests.fakes.phone_ports import make_phone

HOME = "phone.example.com"
PEOPLE = (
    DirectoryEntry("101", "Arun Krishnan", presence="available"),
    DirectoryEntry("102", "Priya Nair", presence="available"),
    DirectoryEntry("104", "Daniel Okafor", presence="on_call"),
    DirectoryEntry("115", "Priscilla Wong", presence="offline"),
    DirectoryEntry("800", "Sales", "group"),
)
#: Noon, so that minutes before it are on the same day.
NOON = datetime(2026, 11, 22, 12, 0).timestamp()
MINUTE, DAY = 60.0, 86_400.0


def past(entry_id, user, ago, *, outgoing=False, outcome=Outcome.ANSWERED, talk=60.0, seen=True, name=""):
    """A call of the history, `ago` seconds before noon."""
    return HistoryEntry(
        entry_id, outgoing, Party(user, HOME, name), NOON - ago, outcome, talk if outcome is Outcome.ANSWERED else 0.0,
        seen=seen,
    )  # fmt: skip


def missed(entry_id, user, ago, *, seen=False):
    return past(entry_id, user, ago, outcome=Outcome.MISSED, seen=seen)


class RememberedPlace:
    def __init__(self, place=b""):
        self.place = place

    def load(self):
        return self.place

    def save(self, place):
        self.place = place


class MainBench:
    """`show()` makes the window; the telephone can be prepared before."""

    def __init__(self, qtbot, *, signed_in=True, registered=True):
        self.qtbot = qtbot
        made = make_phone(signed_in=signed_in, registered=registered)
        self.phone, self.user_agent, self.account, self.history, self.clock = made
        self.clock.time = NOON
        self.window = None
        self.asked = []

    def show(self, width=380, height=680, **options):
        self.window = MainWindow(self.phone, stage_factory=lambda **asks: CallStage(self.phone, **asks), **options)
        self.qtbot.addWidget(self.window, before_close_func=lambda window: window.leave())
        self.window.quit_requested.connect(lambda: self.asked.append("quit"))
        self.window.close_requested.connect(lambda: self.asked.append("close"))
        self.window.resize(width, height)
        self.window.show()
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow)
        return self.window

    def knows(self, *entries, people=PEOPLE):
        self.phone.handle(ev.DirectoryLoaded(people))
        self.phone.handle(ev.HistoryLoaded(tuple(entries)))

    def loses_registration(self, kind=FailureKind.NO_NETWORK, retry_in=8.0):
        failed = ev.RegistrationChanged(LINE, RegistrationState.FAILED, Failure(kind), retry_in=retry_in)
        self.phone.handle(failed)

    def registers(self):
        self.phone.handle(ev.RegistrationChanged(LINE, RegistrationState.REGISTERED, expires=120, transport="udp"))

    def ends(self, call_id, code=200, failure=None):
        self.phone.handle(ev.CallDisconnected(call_id, code, failure=failure))

    @property
    def page(self):
        return self.window.page

    @property
    def column(self):
        return self.page.column

    @property
    def box(self):
        return self.column.box.edit

    @property
    def list(self):
        return self.column.calls.list

    @property
    def rows(self):
        """What the list shows, as texts."""
        model = self.column.calls.model
        return [model.index(n).data() for n in range(model.rowCount())]

    def index_of(self, name):
        return self.column.calls.model.index(self.rows.index(name))

    def middle_of(self, name):
        return self.list.visualRect(self.index_of(name)).center()

    def type(self, text):
        self.qtbot.keyClicks(self.window.focusWidget() or self.window, text)

    def press(self, key, modifier=Qt.KeyboardModifier.NoModifier, widget=None):
        self.qtbot.keyClick(widget or self.window.focusWidget() or self.window, key, modifier)

    def click(self, widget, at=None):
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or QPoint())
