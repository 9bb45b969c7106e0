"""One voicemail: who, when and how long; open while it is listened to, with its waveform and what can be done."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from softphone.phone.voicemail import Voicemail
from softphone.ui import text_voicemail
from softphone.ui.main.reading_direction import isolated, set_margins
from softphone.ui.text_call import Caller
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.avatar import paint_avatar
from softphone.ui.widgets.button import Button, IconButton
from softphone.ui.widgets.labels import Label
from softphone.ui.widgets.painted_button import PaintedButton, mirrored, start_rect
from softphone.ui.widgets.presence import Presence
from softphone.ui.widgets.waveform import Waveform

SIDE, AVATAR, GAP = 16, 36, 12
_DOT = 6
_ROUND = 32
_CALL = 34


class _Head(PaintedButton):
    """The line of a closed row, and the top of an open one."""

    focus_radius = 8
    menu_wanted = Signal()
    delete_wanted = Signal()
    moved = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("ownFocus", True)
        self.entry: Voicemail | None = None
        self.who: Caller | None = None
        self.presence: Presence = "unknown"
        self.is_open = False
        self.by_key = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, theme().size("row.list"))

    def end_room(self) -> int:
        """What the buttons at the end take."""
        return SIDE + theme().scaled(_CALL if self.is_open else _ROUND) + GAP

    def paintEvent(self, event: QPaintEvent) -> None:
        entry, who = self.entry, self.who
        if entry is None or who is None:
            return
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rest = t.color("bg-selected" if self.is_open else "bg-surface")
        paper = self.state_color(rest, rest if self.is_open else t.color("bg-hover"), t.color("bg-pressed"))
        painter.fillRect(self.rect(), paper)
        if not entry.read:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(t.color("accent-fill"))
            painter.drawEllipse(start_rect(self, QRect(5, (self.height() - _DOT) // 2, _DOT, _DOT)))
        circle = start_rect(self, QRect(SIDE, (self.height() - AVATAR) // 2, AVATAR, AVATAR))
        paint_avatar(
            painter, QRectF(circle), who.name, key=who.key or None, icon=who.icon, presence=self.presence,
            row_color=paper, rtl=mirrored(self),
        )  # fmt: skip
        self._paint_words(painter, entry, who)
        if self.hasFocus() and self.by_key:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(t.color("focus"))
            for inset in (5.0, 6.0):
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset - 2, -inset, 2 - inset), 8, 8)

    def _paint_words(self, painter: QPainter, entry: Voicemail, who: Caller) -> None:
        t = theme()
        end = self.width() - self.end_room()
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        if not self.is_open:
            painter.setFont(t.font("caption", tabular=True))
            painter.setPen(t.color("text-tertiary"))
            length = text_voicemail.length(entry.seconds)
            width = painter.fontMetrics().horizontalAdvance(length) + 1
            painter.drawText(start_rect(self, QRect(end - width, 0, width, self.height())), leading, length)
            end -= width + GAP
        start = SIDE + AVATAR + GAP
        high, low = t.line("bodyLarge"), t.line("caption")
        top = (self.height() - high - low) // 2
        font = t.font("bodyLarge", weight=500 if entry.read else 600, tabular=not any(c.isalpha() for c in who.name))
        painter.setFont(font)
        painter.setPen(t.color("text-primary"))
        name = QFontMetrics(font).elidedText(who.name, Qt.TextElideMode.ElideRight, max(0, end - start))
        painter.drawText(start_rect(self, QRect(start, top, end - start, high)), leading, isolated(name))
        font = t.font("caption", tabular=True)
        painter.setFont(font)
        painter.setPen(t.color("text-secondary"))
        line = text_voicemail.line(who, datetime.fromtimestamp(entry.at))
        line = QFontMetrics(font).elidedText(line, Qt.TextElideMode.ElideRight, max(0, end - start))
        painter.drawText(start_rect(self, QRect(start, top + high, end - start, low)), leading, line)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Home: -10_000, Qt.Key.Key_End: 10_000,
                 Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}  # fmt: skip
        if event.key() in steps:
            self.moved.emit(steps[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit()


class VoicemailRow(QWidget):
    """Asks by signals; the list knows which message it is."""

    play = Signal()
    call = Signal()
    sought = Signal(float)
    save = Signal()
    delete = Signal()
    menu = Signal()
    device_menu = Signal(object)  # the button it opens below
    moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head = _Head(self)
        self.head.clicked.connect(lambda _=False: self.play.emit())
        self.head.menu_wanted.connect(self.menu)
        self.head.delete_wanted.connect(self.delete)
        self.head.moved.connect(self.moved)
        self.play_button = IconButton("play", "", box=_ROUND, icon_size=16, color="text-primary", weight="fill")
        self.play_button.setParent(self.head)
        self.play_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Enter and Space on the row do the same
        self.play_button.clicked.connect(lambda _=False: self.play.emit())
        self.call_button = IconButton("phone", "", box=_CALL, icon_size=18)
        self.call_button.set_kind("call", 9)
        self.call_button.setParent(self.head)
        self.call_button.clicked.connect(lambda _=False: self.call.emit())
        self._detail: QWidget | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        self.call_button.hide()
        theme().changed.connect(self._round)
        self._round()

    @property
    def is_open(self) -> bool:
        return self.head.is_open

    def set_entry(self, entry: Voicemail, who: Caller, presence: Presence, now: datetime, *, can_call: bool) -> None:
        head = self.head
        head.entry, head.who, head.presence = entry, who, presence
        head.setAccessibleName(text_voicemail.spoken(entry, who, now))
        self.play_button.set_name(text_voicemail.play(who.spoken))
        self.call_button.set_name(text_voicemail.call_back(who.spoken))
        self.call_button.setEnabled(can_call and bool(who.number))
        head.update()

    def set_open(self, is_open: bool) -> None:
        if is_open == self.is_open:
            return
        self.head.is_open = is_open
        if is_open and self._detail is None:
            self._build_detail()
        if self._detail is not None:
            self._detail.setVisible(is_open)
        self.play_button.setVisible(not is_open)
        self.call_button.setVisible(is_open)
        self._place()
        self.head.update()
        self.update()

    def _build_detail(self) -> None:
        self.toggle_button = IconButton("play", text_voicemail.play_on(), box=36, icon_size=18, weight="fill")
        self.toggle_button.clicked.connect(lambda _=False: self.play.emit())
        self.wave = Waveform(text_voicemail.message())
        self.wave.sought.connect(self.sought)
        self.time = Label("", "caption", "text-secondary", tabular=True)
        first = QHBoxLayout()
        first.setSpacing(10)
        first.addWidget(self.toggle_button)
        first.addWidget(self.wave, 1)
        first.addWidget(self.time)
        self.device = Button("", "quiet", "speaker-high", size="compact")
        self.device.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.device.clicked.connect(lambda _=False: self.device_menu.emit(self.device))
        self.save_button = IconButton("download-simple", text_voicemail.save(), box=32, icon_size=18)
        self.save_button.clicked.connect(lambda _=False: self.save.emit())
        self.delete_button = IconButton("trash", text_voicemail.delete(), box=32, icon_size=18)
        self.delete_button.clicked.connect(lambda _=False: self.delete.emit())
        second = QHBoxLayout()
        second.setSpacing(4)
        second.addWidget(self.device)
        second.addStretch(1)
        second.addWidget(self.save_button)
        second.addWidget(self.delete_button)
        self._detail = QWidget(self)
        column = QVBoxLayout(self._detail)
        set_margins(column, SIDE, 2, SIDE, 8)
        column.setSpacing(6)
        column.addLayout(first)
        column.addLayout(second)
        layout = self.layout()
        if layout is not None:
            layout.addWidget(self._detail)
        self._round()

    def _round(self) -> None:
        """Buttons that are discs stay discs at every text size."""
        self.play_button.set_kind("secondary", theme().scaled(_ROUND) // 2)
        if self._detail is not None:
            self.toggle_button.set_kind("primary", theme().scaled(36) // 2)

    def show_progress(self, *, playing: bool, loading: bool, at: float, seconds: float, bars: tuple[float, ...],
                      device: str) -> None:  # fmt: skip
        """How far the open row is."""
        if self._detail is None:
            return
        self.toggle_button.set_icon("pause" if playing else "play", "fill")
        self.toggle_button.set_name(text_voicemail.pause() if playing else text_voicemail.play_on())
        self.toggle_button.setEnabled(not loading)
        if self.wave.seconds != seconds or bars != self.wave.bars:
            self.wave.set_sound(seconds, bars)
        self.wave.set_at(at)
        self.time.setText(text_voicemail.loading() if loading else text_voicemail.progress(at, seconds))
        if self.device.text() != device:
            self.device.setText(device)
            self.device.setAccessibleName(text_voicemail.play_through(device))
            self.device.updateGeometry()

    def _place(self) -> None:
        for button in (self.play_button, self.call_button):
            side = button.sizeHint().width()
            place = QRect(self.head.width() - SIDE - side, (self.head.height() - side) // 2, side, side)
            button.setGeometry(start_rect(self.head, place))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.head.resize(self.width(), self.head.sizeHint().height())
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().color("bg-selected" if self.is_open else "bg-surface"))
