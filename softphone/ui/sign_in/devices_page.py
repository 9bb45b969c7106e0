"""Three devices already: choose the one this computer replaces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout

from softphone.phone.account import ActivatedDevice
from softphone.phone.failure import Failure
from softphone.ui import text_actions
from softphone.ui import text_sign_in as text
from softphone.ui.sign_in.intents import SignInIntents
from softphone.ui.sign_in.page import Page, paint_tile
from softphone.ui.theme.motion import Fade
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.banner import Banner
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.check_box import paint_radio
from softphone.ui.widgets.labels import Label, TextBlock
from softphone.ui.widgets.painted_button import PaintedButton, fill_round, start_rect


class DeviceCard(PaintedButton):
    """One device as a radio card: kind, name and last use."""

    focus_radius = 12

    def __init__(self, device: ActivatedDevice, now: datetime) -> None:
        super().__init__()
        self.device = device
        self._kind, self._icon = text.device_kind(device)
        self._line = text.device_line(device, now)
        self.setCheckable(True)
        self.setText(self._kind)
        self.setAccessibleName(f"{self._kind}, {self._line}")
        self._mark = Fade(self, 0.0)
        self.toggled.connect(lambda on: self._mark.to(1.0 if on else 0.0))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, theme().scaled(62))

    def nextCheckState(self) -> None:
        self.setChecked(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        if chosen:
            painter.setBrush(t.color("bg-selected"))
            painter.setPen(QPen(t.color("accent-fill"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 11, 11)
        else:
            fill = self.state_color(t.color("bg-surface"), t.color("bg-hover"), t.color("bg-pressed"))
            fill_round(painter, QRectF(self.rect()), 12, fill, t.color("line-default"))
        tile = start_rect(self, QRect(15, (self.height() - 36) // 2, 36, 36))
        paint_tile(painter, tile, self._icon, 8, "bg-surface" if chosen else "bg-muted", "text-secondary", 20)
        large, small = t.line("bodyLarge"), t.line("caption")
        top = (self.height() - large - small) // 2
        room = self.width() - 63 - 18 - 15 - 12
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        for name, token, line, y, height in (
            ("bodyLarge", "text-primary", self._kind, top, large),
            ("caption", "text-secondary", self._line, top + large, small),
        ):
            painter.setFont(t.font(name))
            painter.setPen(t.color(token))
            cut = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, room)
            painter.drawText(start_rect(self, QRect(63, y, room, height)), leading, cut)
        radio = start_rect(self, QRect(self.width() - 15 - 18, (self.height() - 18) // 2, 18, 18))
        paint_radio(painter, QRectF(radio), self._mark.value)


class DevicesPage(Page):
    """Nothing is chosen at first; the button names the device."""

    other_account = Signal()

    def __init__(self, intents: SignInIntents) -> None:
        super().__init__()
        self._intents = intents
        self.cards: list[DeviceCard] = []
        self._intro = TextBlock("")
        self._list = QVBoxLayout()
        self._list.setSpacing(10)
        self.note = Banner("muted", "", "")
        self.failure = Banner("problem")
        self.replace = Button(text.replace(), "primary", size="signIn")
        self.replace.clicked.connect(lambda _=False: self._replace())
        self.other = Button(text.another_account(), "quiet")
        self.other.clicked.connect(lambda _=False: self.other_account.emit())
        column = self.column
        column.addWidget(Label(text.replace_a_device(), "title1"))
        column.addSpacing(10)
        column.addWidget(self._intro)
        column.addSpacing(22)
        column.addLayout(self._list)
        column.addSpacing(22)
        column.addWidget(self.note)
        column.addWidget(self.failure)
        column.addSpacing(22)
        column.addWidget(self.replace)
        column.addSpacing(8)
        column.addWidget(self.other, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def show_devices(self, devices: Sequence[ActivatedDevice], extension: str, now: datetime) -> None:
        for card in self.cards:
            self._list.removeWidget(card)
            card.deleteLater()
        self._intro.set_text(text.device_limit(extension, len(devices)))
        self.cards = [DeviceCard(device, now) for device in devices]
        for number, card in enumerate(self.cards):
            card.clicked.connect(lambda _=False, chosen=card: self._choose(chosen))
            card.installEventFilter(self)
            card.setFocusPolicy(Qt.FocusPolicy.StrongFocus if number == 0 else Qt.FocusPolicy.ClickFocus)
            self._list.addWidget(card)
        self.setTabOrder(self.replace, self.other)
        for card in reversed(self.cards):
            self.setTabOrder(card, self.replace)
        self.failure.hide()
        self.set_busy(False)
        self._show_choice()

    @property
    def chosen(self) -> ActivatedDevice | None:
        return next((card.device for card in self.cards if card.isChecked()), None)

    def set_busy(self, busy: bool) -> None:
        self.replace.set_busy(busy)
        self.other.setText(text_actions.cancel() if busy else text.another_account())
        for card in self.cards:
            card.setEnabled(not busy)

    def show_failure(self, failure: Failure) -> None:
        """What went wrong while replacing, beside the devices."""
        self.set_busy(False)
        said = text.notice(failure, sip=False)
        self.failure.set_content(said.kind, said.title, said.text, icon=said.icon)
        self.failure.show()
        self.note.hide()

    def _choose(self, chosen: DeviceCard) -> None:
        for card in self.cards:
            card.setChecked(card is chosen)
            card.setFocusPolicy(Qt.FocusPolicy.StrongFocus if card is chosen else Qt.FocusPolicy.ClickFocus)
        self._show_choice()

    def _show_choice(self) -> None:
        device = self.chosen
        self.replace.setEnabled(device is not None)
        self.replace.setText(text.replace_button(device.name) if device else text.replace())
        self.replace.setToolTip("" if device else text.choose_first())
        self.note.setVisible(device is not None)
        if device is not None:
            self.failure.hide()
            self.note.set_content("muted", "", text.replace_note(device.name))

    def _replace(self) -> None:
        device = self.chosen
        if device is not None:
            self.set_busy(True)
            self._intents.replace_device(device.id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and isinstance(watched, DeviceCard):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}.get(
                Qt.Key(event.key())
            )
            if step is not None:
                card = self.cards[(self.cards.index(watched) + step) % len(self.cards)]
                self._choose(card)
                card.setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return False
