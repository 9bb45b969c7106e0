"""The bar on top of other windows while a call goes on and the main window is not in front."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QHideEvent, QMouseEvent, QPainter, QScreen, QShowEvent
from PySide6.QtWidgets import QWidget

from softphone.phone.call import Call, CallState, Intent
from softphone.phone.failure import Refused
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui import text_actions
from softphone.ui import text_call as words
from softphone.ui.incoming.incoming_window import FLAGS
from softphone.ui.mini_bar.bar_toggle import BarToggle
from softphone.ui.stage.stage_state import StageState, stage_state
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.avatar import Avatar
from softphone.ui.widgets.button import IconButton
from softphone.ui.widgets.labels import ElidedLabel
from softphone.ui.widgets.painted_button import fill_round, start_rect
from softphone.ui.widgets.quality_bars import QualityBars
from softphone.ui.widgets.shadow import ShadowFrame

BEHIND_MS = 2000
_EDGE = 16
_COLOURS = {"success-text": "success-graphic", "warn-text": "warn-graphic", "accent-text": "accent-fill"}


class BarPlaces(Protocol):
    """Where the bar was left, by screen name."""

    def load(self, screen: str) -> tuple[int, int] | None: ...
    def save(self, screen: str, place: tuple[int, int]) -> None: ...


class PlacesOfThisRun:
    """Forgotten at the end."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[int, int]] = {}

    def load(self, screen: str) -> tuple[int, int] | None:
        return self._places.get(screen)

    def save(self, screen: str, place: tuple[int, int]) -> None:
        self._places[screen] = place


class MiniBar(ShadowFrame):
    """Appears after two seconds behind other windows while it is `wanted`, or at once by `show_now`.

    Goes when `main` is in front again.
    """

    def __init__(
        self,
        phone: Phone,
        main: QWidget,
        *,
        open_stage: Callable[[], object],
        places: BarPlaces | None = None,
        behind_ms: int = BEHIND_MS,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(None, radius=16, elevation="e3")
        self._phone = phone
        self._main = main
        self._open_stage = open_stage
        self._wanted = wanted
        self._places = places or PlacesOfThisRun()
        self._state: StageState | None = None
        self._built = False
        self._drag: QPoint | None = None
        self._behind = QTimer(self)
        self._behind.setSingleShot(True)
        self._behind.setInterval(behind_ms)
        self._behind.timeout.connect(self._been_behind)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._second_passed)
        main.installEventFilter(self)
        self._off = phone.on(Topic.CALLS, lambda _payload: self._calls_changed())

    def _build(self) -> None:
        self._built = True
        self.setWindowFlags(FLAGS | Qt.WindowType.WindowDoesNotAcceptFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_MacAlwaysShowToolWindow)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self._avatar = Avatar("", 36, row_color="bg-raised", parent=self)
        self.name = ElidedLabel("", "bodyLarge", weight=600, tabular=True, parent=self)
        self.line = ElidedLabel("", "caption", weight=500, tabular=True, parent=self)
        self.bars = QualityBars(parent=self)
        self.mute = BarToggle("microphone", text_actions.mute(), self)
        self.hold = BarToggle("pause", text_actions.hold(), self)
        self.end = IconButton("phone-disconnect", text_actions.end_call(), icon_size=20, parent=self)
        self.end.set_kind("danger", 10)
        self.end.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.mute.clicked.connect(lambda on: self._ask(lambda call: phone.calls.set_muted(call.id, on)))
        self.hold.clicked.connect(
            lambda on: self._ask(lambda call: phone.calls.hold(call.id) if on else phone.calls.resume(call.id))
        )
        self.end.clicked.connect(lambda _=False: self._ask(lambda call: phone.calls.hang_up(call.id)))
        phone = self._phone
        self._refit()
        theme().changed.connect(self._refit)

    # --- when ----------------------------------------------------------------------------------------------------

    def show_now(self) -> None:
        """By the stage's button: the main window gives way to the bar."""
        if self._phone.calls.active is not None:
            if self._main.isVisible():
                self._main.showMinimized()
            self._appear()

    def dispose(self) -> None:
        """Stop following the telephone and the main window, before either goes."""
        self._off()
        self._main.removeEventFilter(self)
        self._behind.stop()
        self.hide()

    def main_in_front(self) -> bool:
        main = self._main
        return main.isVisible() and not main.isMinimized() and main.isActiveWindow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._main and event.type() in (
            QEvent.Type.WindowActivate,
            QEvent.Type.WindowDeactivate,
            QEvent.Type.Show,
            QEvent.Type.Hide,
            QEvent.Type.WindowStateChange,
        ):
            self._follow()
        return False

    def _calls_changed(self) -> None:
        self._follow()
        if self.isVisible():
            self.refresh()

    def _follow(self) -> None:
        if self._phone.calls.active is None or self.main_in_front():
            self._behind.stop()
            self.hide()
        elif not self.isVisible() and not self._behind.isActive() and self._wanted():
            self._behind.start()

    def _been_behind(self) -> None:
        if self._phone.calls.active is not None and not self.main_in_front() and self._wanted():
            self._appear()

    def _appear(self) -> None:
        if not self._built:
            self._build()
        self.refresh()
        if not self.isVisible():
            self.move_box(self._remembered())
            self.show()
        self.raise_()

    # --- what ----------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        call = self._phone.calls.active
        if call is None or not self._built:
            return
        now = self._state = stage_state(self._phone, call)
        self._avatar.set_person(now.who.name, now.who.key or None, now.who.icon)
        self.name.setText(words.isolated(now.who.name))
        talking = call.state is CallState.CONFIRMED and now.ring == "talking"
        self.line.setText(
            words.timer_and_muted(call.talk_seconds(self._phone.now()), call.muted) if talking else now.text
        )
        self.line.set_color(now.color)
        self.bars.setVisible(talking and now.quality is not None)
        if now.quality is not None:
            self.bars.set_bars(now.quality[0])
        self.mute.setChecked(call.muted)
        self.mute.set_icon("microphone-slash" if call.muted else "microphone")
        self.mute.setEnabled(call.may(Intent.MUTE))
        self.hold.setChecked(call.held_local)
        self.hold.setEnabled(call.may(Intent.RESUME if call.held_local else Intent.HOLD))
        self.end.set_name(text_actions.end_call_with(now.who.spoken))
        self.setAccessibleName(f"{now.who.spoken}, {self.line.text()}")
        self._arrange()
        self.update()

    def _ask(self, intent: Callable[[Call], object]) -> None:
        call = self._phone.calls.active
        if call is not None:
            try:
                intent(call)
            except Refused:
                self.refresh()  # too late: show what is

    def _second_passed(self) -> None:
        if not self._phone.quality_watched:  # else it is measured already, for the stage
            self._phone.measure()
        self.refresh()

    # --- where ----------------------------------------------------------------------------------------------------

    def _refit(self) -> None:
        margins, t = self.contentsMargins(), theme()
        width, high = 364, t.scaled(64)
        self.setFixedSize(width + margins.left() + margins.right(), high + margins.top() + margins.bottom())
        self._arrange()

    def _put(self, widget: QWidget, x: int, y: int, width: int, height: int) -> None:
        margins = self.contentsMargins()
        mirrored_in_box = start_rect(self, QRect(x + margins.left(), y + margins.top(), width, height))
        widget.setGeometry(mirrored_in_box)

    def _arrange(self) -> None:
        high = self.box().height()
        middle = high // 2
        self._put(self._avatar, 27, middle - 18, 36, 36)
        words_high = self.name.height() + self.line.height()
        top = middle - words_high // 2
        end = 364 - 12
        self._put(self.end, end - 40, middle - 18, 40, 36)
        self._put(self.hold, end - 40 - 10 - 36, middle - 18, 36, 36)
        self._put(self.mute, end - 40 - 10 - 36 - 10 - 36, middle - 18, 36, 36)
        room = end - 132 - 8 - 73
        self._put(self.name, 73, top, room, self.name.height())
        y = top + self.name.height()
        shift = 24 if not self.bars.isHidden() else 0
        self._put(self.bars, 73, y + (self.line.height() - 14) // 2, 18, 14)
        self._put(self.line, 73 + shift, y, room - shift, self.line.height())

    def _remembered(self) -> QPoint:
        """Where it was left on the main window's screen, else the bottom end corner; always wholly on the screen."""
        screen = self._main.screen() or QGuiApplication.primaryScreen()
        area, box = screen.availableGeometry(), self.box()
        left = self._places.load(screen.name())
        place = (
            QPoint(*left)
            if left is not None
            else QPoint(area.right() + 1 - _EDGE - box.width(), area.bottom() + 1 - _EDGE - box.height())
        )
        x = max(area.left(), min(place.x(), area.right() + 1 - box.width()))
        return QPoint(x, max(area.top(), min(place.y(), area.bottom() + 1 - box.height())))

    def _remember(self) -> None:
        margins = self.contentsMargins()
        corner = self.pos() + QPoint(margins.left(), margins.top())
        screen: QScreen | None = QGuiApplication.screenAt(corner + self.box().center() - self.box().topLeft())
        if screen is not None:
            self._places.save(screen.name(), (corner.x(), corner.y()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = event.globalPosition().toPoint() - self.pos()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is None:
            return
        handle = self.windowHandle()
        far = (event.globalPosition().toPoint() - self.pos() - self._drag).manhattanLength() > 4
        # Where the system moves windows itself (Wayland), it must be asked; elsewhere following the pointer is enough.
        if QGuiApplication.platformName() == "wayland":
            if far and handle is not None:
                self._drag = None
                handle.startSystemMove()
        else:
            self.move(event.globalPosition().toPoint() - self._drag)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            self._drag = None
            self._remember()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._drag = None
        self._open_stage()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._second.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._second.stop()

    def paint_box(self, painter: QPainter, box: QRect) -> None:
        t = theme()
        painter.fillRect(box, t.color("bg-raised"))
        token = _COLOURS.get(self._state.color if self._state else "", "line-control")
        bar = start_rect(self, QRect(box.left() + 13, box.center().y() - 17, 4, 36))
        fill_round(painter, QRectF(bar), 2, t.color(token))
