"""One ringing call above all other windows; it never takes the focus by itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from softphone.phone.call import Call
from softphone.phone.phone import Phone
from softphone.ui import text_actions
from softphone.ui.incoming.incoming_card import WIDTH, IncomingCard
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.focus_ring import FocusRing
from softphone.ui.widgets.shadow import ShadowFrame
from softphone.ui.widgets.wash import paint_wash

_WASH = 120
_DROP = 12
#: A click or key meant for something else must not answer: this long after the first paint, none counts.
DEAF_SECONDS = 0.3
_DEAF_TO = {
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.TouchBegin,
    QEvent.Type.KeyPress,
    QEvent.Type.Shortcut,
}
FLAGS = (
    Qt.WindowType.Tool
    | Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.WindowStaysOnTopHint
    | Qt.WindowType.NoDropShadowWindowHint
)


class IncomingWindow(ShadowFrame):
    """A window of its own, or with a parent the same card at the top of that window (where windows have no place)."""

    painted = Signal()

    def __init__(self, phone: Phone, monotonic: Callable[[], float], host: QWidget | None = None) -> None:
        super().__init__(host, radius=16, elevation="e3")
        self._phone = phone
        self._monotonic = monotonic
        self.call: Call | None = None
        self._hears_from: float | None = None
        if host is None:
            self.setWindowFlags(FLAGS)
            self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
            self.setAttribute(Qt.WidgetAttribute.WA_MacAlwaysShowToolWindow)
            self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
            FocusRing(self)
        self.card = IncomingCard(self)
        for button in self.card.buttons:
            button.installEventFilter(self)
        self._place = QPoint()
        self._appear = QVariantAnimation(self)
        self._appear.setEndValue(1.0)
        self._appear.valueChanged.connect(self._appearing)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._second_passed)
        theme().changed.connect(self.refit)
        self.refit()

    # --- what it shows --------------------------------------------------------------------------------------------

    def take(self, call: Call) -> None:
        self.call = call
        self._hears_from = None
        self.refresh()

    def refresh(self) -> None:
        if self.call is None:
            return
        self.card.show_call(self._phone, self.call)
        name = self.card.announce_text(self._phone, self.call)
        self.setAccessibleName(name)
        self.setWindowTitle(text_actions.incoming_call())
        self.refit()

    def refit(self) -> None:
        margins = self.contentsMargins()
        high = self.card.height_for_content()
        self.setFixedSize(WIDTH + margins.left() + margins.right(), high + margins.top() + margins.bottom())
        self.card.setGeometry(QRect(margins.left(), margins.top(), WIDTH, high))

    @property
    def box_height(self) -> int:
        return self.card.height()

    def appear(self, at: QPoint) -> None:
        """Show it with its box at a place: global, or of the host window."""
        self._place = at
        milliseconds = theme().motion("small")
        if milliseconds and not self.isVisible():
            # The first frame is seen already: nothing may hide a ringing call, not even a busy moment.
            self._appear.setStartValue(0.4)
            self._appear.setDuration(milliseconds)
            self._appearing(0.4)
            self._appear.start()
        else:
            self.move_box(at)
        self.show()
        self.raise_()
        self.card.focus_first()

    def shift(self, at: QPoint) -> None:
        """Move up in the stack. Buttons are deaf again: the pointer may be over another call's now."""
        if at != self._place:
            self._place = at
            self._appear.stop()
            self._appearing(1.0)
            self._hears_from = self._monotonic() + DEAF_SECONDS

    def leave(self) -> None:
        self.call = None
        self._appear.stop()
        self.hide()

    def _appearing(self, value: object) -> None:
        part = value if isinstance(value, float) else 1.0
        if self.isWindow():
            self.setWindowOpacity(part)
        self.move_box(self._place - QPoint(0, round(_DROP * (1 - part))))

    # --- clicks and keys ------------------------------------------------------------------------------------------

    @property
    def deaf(self) -> bool:
        return self._hears_from is None or self._monotonic() < self._hears_from

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        return event.type() in _DEAF_TO and self.deaf

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.deaf or self.call is None:
            event.accept()
        elif event.key() == Qt.Key.Key_Escape:
            self.card.silence.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.card.answer_button.click()
        else:
            super().keyPressEvent(event)

    # --- painting, time -------------------------------------------------------------------------------------------

    def paint_box(self, painter: QPainter, box: QRect) -> None:
        t = theme()
        paint_wash(painter, box, t.color("wash-active"), t.color("bg-raised"), _WASH)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._hears_from is None and self.call is not None:
            self._hears_from = self._monotonic() + DEAF_SECONDS
            # Once this pass has painted the children too and the frame has gone to the screen.
            QTimer.singleShot(0, self.painted.emit)

    def _second_passed(self) -> None:
        if self.call is not None:
            self.card.tick(self._phone, self.call)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._second.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._second.stop()
