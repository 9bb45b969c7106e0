"""A window for each ringing call: shown at once, confirmed when painted, escalated when it was not."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QImage, QScreen
from PySide6.QtWidgets import QWidget

from softphone.phone.call import Call
from softphone.phone.failure import Refused
from softphone.phone.number import region_of, shown
from softphone.phone.party import Party
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui.incoming.incoming_card import WIDTH
from softphone.ui.incoming.incoming_window import IncomingWindow

log = logging.getLogger(__name__)

PAINT_WITHIN_MS = 300
EDGE, BETWEEN, MOST = 16, 12, 3


class IncomingWindows(QObject):
    """`painted` tells that a call's window is on the screen, and the milliseconds since it began to ring here.

    `near` is the main window: its screen is taken, and where windows may not be placed (Wayland) the cards are laid
    over it. `escalate` is called when a window was not painted in time, or can only be seen inside the main window.
    """

    painted = Signal(str, float)

    def __init__(
        self,
        phone: Phone,
        *,
        escalate: Callable[[Call], object],
        near: Callable[[], QWidget | None],
        monotonic: Callable[[], float] = time.monotonic,
        may_place: bool | None = None,
    ) -> None:
        super().__init__()
        self._phone = phone
        self._escalate = escalate
        self._near = near
        self._monotonic = monotonic
        self._may_place = QGuiApplication.platformName() != "wayland" if may_place is None else may_place
        self._spare: list[IncomingWindow] = []
        self._shown: list[IncomingWindow] = []
        self._since: dict[str, float] = {}
        self._host: QWidget | None = None
        phone.on(Topic.INCOMING, self._incoming)
        phone.on(Topic.CALLS, self._changed)
        phone.on(Topic.DIRECTORY, self._changed)

    def prepare(self) -> None:
        """Build the first window ahead, so that the first ring is as quick as the next; call it after start-up."""
        if self._spare or self._shown or not self._may_place:
            return
        window = self._new(None)
        # Fonts, icons, the shadow and the country table are in their caches once it was painted out of sight.
        nobody = Call("", "", False, Party("+6561234567", name="A B"), 0.0, called="100")
        window.take(nobody)
        picture = QImage(window.size() * window.devicePixelRatioF(), QImage.Format.Format_ARGB32_Premultiplied)
        picture.setDevicePixelRatio(window.devicePixelRatioF())
        window.render(picture)
        window.leave()
        window.winId()  # the system's window exists, hidden
        shown("+442079460018")
        region_of("+442079460018")
        self._spare.append(window)

    def ring(self, call: Call, since: float | None = None) -> None:
        """Show a call; `since` is the monotonic time at which it reached this process."""
        if len(self._shown) >= MOST or any(window.call is call for window in self._shown):
            return
        self._since[call.id] = self._monotonic() if since is None else since
        host = None if self._may_place else self._near()
        window = self._spare.pop() if host is None and self._spare else self._new(host)
        window.take(call)
        self._shown.append(window)
        if host is not None:
            self._follow(host)
        window.appear(self._place_of(window))
        QTimer.singleShot(PAINT_WITHIN_MS, lambda: self._check(call))
        if not self._may_place:
            self._escalate(call)

    def window_of(self, call_id: str) -> IncomingWindow | None:
        return next((w for w in self._shown if w.call is not None and w.call.id == call_id), None)

    @property
    def stack_height(self) -> int:
        """Pixels that the ringing calls take at the screen's edge."""
        return sum(window.box_height + BETWEEN for window in self._shown)

    def show_again(self) -> bool:
        """Bring the ringing calls to the front; False when none rings."""
        for window in self._shown:
            window.show()
            window.raise_()
        return bool(self._shown)

    # --- what the telephone tells ---------------------------------------------------------------------------------

    def _incoming(self, payload: object) -> None:
        if isinstance(payload, Call):
            self.ring(payload)

    def _changed(self, _payload: object) -> None:
        gone = [window for window in self._shown if window.call is None or not window.call.ringing_here]
        for window in gone:
            if window.call is not None:
                self._since.pop(window.call.id, None)
            self._shown.remove(window)
            window.leave()
            if window.isWindow() and not self._spare:
                self._spare.append(window)
            else:
                window.deleteLater()
        for window in self._shown:
            window.refresh()
            window.shift(self._place_of(window))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _new(self, host: QWidget | None) -> IncomingWindow:
        window = IncomingWindow(self._phone, self._monotonic, host)
        calls = self._phone.calls
        window.card.answer.connect(lambda others: self._ask(window, lambda call: calls.answer(call.id, others=others)))
        window.card.decline.connect(lambda: self._ask(window, lambda call: calls.decline(call.id)))
        window.card.silence.connect(lambda: self._ask(window, lambda call: calls.silence(call.id)))
        window.painted.connect(lambda: self._was_painted(window))
        return window

    def _ask(self, window: IncomingWindow, intent: Callable[[Call], object]) -> None:
        if window.call is None:
            return
        try:
            intent(window.call)
        except Refused as refused:
            log.debug("too late: %s", refused)  # the call went away under the pointer

    def _was_painted(self, window: IncomingWindow) -> None:
        call = window.call
        if call is not None and call.id in self._since:
            milliseconds = (self._monotonic() - self._since.pop(call.id)) * 1000
            log.info("call %s is on the screen after %.1f ms", call.id, milliseconds)
            self.painted.emit(call.id, milliseconds)

    def _check(self, call: Call) -> None:
        if call.id in self._since and call.ringing_here:
            log.warning("call %s is not on the screen after %d ms", call.id, PAINT_WITHIN_MS)
            self._escalate(call)

    def _place_of(self, window: IncomingWindow) -> QPoint:
        """Top end corner of the usable area, below the calls that ring already."""
        down = 0
        for above in self._shown:
            if above is window:
                break
            down += above.box_height + BETWEEN
        host = window.parentWidget()
        if host is not None:
            return QPoint((host.width() - WIDTH) // 2, EDGE // 2 + down)
        area = self._screen().availableGeometry()
        return QPoint(area.right() + 1 - EDGE - WIDTH, area.top() + EDGE + down)

    def _screen(self) -> QScreen:
        main = self._near()
        return main.screen() if main is not None else QGuiApplication.primaryScreen()

    def _follow(self, host: QWidget) -> None:
        if self._host is not host:
            self._host = host
            host.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._host:
            for window in self._shown:
                window.shift(self._place_of(window))
        return False
