"""The bar above the list while a call goes on and its stage is left: back to it, mute, end."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from softphone.phone.call import Call, Intent
from softphone.phone.failure import Refused
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui import text_actions, text_pages
from softphone.ui.main.reading_direction import isolated, set_margins
from softphone.ui.text import timer
from softphone.ui.text_call import being_set_up, caller
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.motion import mix, with_alpha
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import PaintedButton, fill_round, start_rect


class _BarButton(PaintedButton):
    """White on green; `filled` stands on a lighter square."""

    def __init__(self, icon: str, name: str, *, filled: bool = False) -> None:
        super().__init__()
        self._icon, self._filled = icon, filled
        self.set_name(icon, name)
        self.setFixedSize(34, 34)

    def set_name(self, icon: str, name: str) -> None:
        self._icon = icon
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = t.color("call-on")
        rest = 0.2 if self._filled or self.isChecked() else 0.0
        fill = self.state_color(with_alpha(ink, rest), with_alpha(ink, rest + 0.12), with_alpha(ink, rest + 0.2))
        fill_round(painter, QRectF(self.rect()), 9, fill)
        icon = QRectF(0, 0, 20, 20)
        icon.moveCenter(QRectF(self.rect()).center())
        painter.setOpacity(1.0 if self.isEnabled() else 0.5)
        weight = "fill" if self._filled or self.isChecked() else "regular"
        paint_icon(painter, icon, self._icon, "call-on", weight)  # type: ignore[arg-type]


class InCallBar(PaintedButton):
    """A click anywhere else goes back to the call. `show_call(None)` hides it."""

    focus_radius = 10
    back = Signal()

    def __init__(self, phone: Phone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phone = phone
        self._call: Call | None = None
        self._name = self._line = ""
        self.mute = _BarButton("microphone", text_actions.mute())
        self.mute.setCheckable(True)
        self.mute.clicked.connect(lambda on=False: self._ask(lambda call: phone.calls.set_muted(call.id, on)))
        self.end = _BarButton("phone-disconnect", text_actions.end_call(), filled=True)
        self.end.clicked.connect(lambda _=False: self._ask(lambda call: phone.calls.hang_up(call.id)))
        row = QHBoxLayout(self)
        set_margins(row, 12, 0, 8, 0)
        row.setSpacing(12)
        row.addStretch(1)
        row.addWidget(self.mute)
        row.addWidget(self.end)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda _=False: self.back.emit())
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self.refresh)
        for topic in (Topic.CALLS, Topic.DIRECTORY):
            phone.on(topic, lambda _: self.refresh())
        self.hide()

    @property
    def text(self) -> tuple[str, str]:  # type: ignore[override]
        return self._name, self._line

    def show_call(self, call: Call | None) -> None:
        self._call = call
        self.setVisible(call is not None)
        self.refresh()

    def sizeHint(self) -> QSize:
        return QSize(240, theme().scaled(50))

    def refresh(self) -> None:
        call = self._call
        if call is None or not call.alive:
            return
        who = caller(self._phone, call.remote)
        if call.answered_at is None:
            line = text_pages.setting_up_back_to_call(being_set_up(call))
        else:
            time = timer(call.talk_seconds(self._phone.now()))
            line = (
                text_pages.held_back_to_call(time)
                if call.held_local
                else text_pages.back_to_call(time)
            )
        if (who.name, line) != (self._name, self._line):
            self._name, self._line = who.name, line
            self.setAccessibleName(text_pages.back_to_call_with(who.name))
            self.update()
        self.mute.setChecked(call.muted)
        self.mute.set_name("microphone-slash" if call.muted else "microphone", text_actions.mute())
        self.mute.setEnabled(call.may(Intent.MUTE))
        self.end.set_name("phone-disconnect", text_actions.end_call_with(who.name))
        self.end.setEnabled(call.may(Intent.HANG_UP))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._second.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._second.stop()

    def _ask(self, intent: Callable[[Call], object]) -> None:
        if self._call is not None:
            try:
                intent(self._call)
            except Refused:
                self.refresh()  # too late: the call has moved on, and the bar shows how

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = self.state_color(t.color("call-fill"), t.color("call-hover"), t.color("call-pressed"))
        fill_round(painter, QRectF(self.rect()), 10, fill)
        icon = start_rect(self, QRect(12, (self.height() - 20) // 2, 20, 20))
        paint_icon(painter, QRectF(icon), "phone-call", "call-on", "fill")
        high, low = t.line("bodyStrong"), t.line("caption")
        top = (self.height() - high - low) // 2
        room = self.width() - 42 - 34 * 2 - 12 - 8 - 12
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(t.font("bodyStrong"))
        painter.setPen(t.color("call-on"))
        name = painter.fontMetrics().elidedText(isolated(self._name), Qt.TextElideMode.ElideRight, room)
        painter.drawText(start_rect(self, QRect(42, top, room, high)), leading, name)
        painter.setFont(t.font("caption", tabular=True))
        painter.setPen(mix(t.color("call-on"), t.color("call-fill"), 0.08))
        line = painter.fontMetrics().elidedText(self._line, Qt.TextElideMode.ElideRight, room)
        painter.drawText(start_rect(self, QRect(42, top + high, room, low)), leading, line)
