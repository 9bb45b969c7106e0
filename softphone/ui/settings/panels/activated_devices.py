"""The devices that the extension is active on, and signing another one out."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from softphone.extension.document import Json
from softphone.extension.moment import parse_moment
from softphone.extension.settings import Device
from softphone.phone import events as ev
from softphone.phone.failure import Refused
from softphone.phone.publisher import Topic
from softphone.ui import text_devices as words
from softphone.ui import text_settings
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.strips import Amber, strip_buttons
from softphone.ui.text_main import failure_sentence
from softphone.ui.text_next_call import device_kind
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import IconButton
from softphone.ui.widgets.chip import Tag
from softphone.ui.widgets.labels import Label, TextBlock
from softphone.ui.widgets.painted_button import fill_round
from softphone.ui.widgets.popup import MenuItem, PopupMenu

KINDS = ("desktop", "ip_phone", "mobile")
ICONS = {"desktop": "desktop", "ip_phone": "device-tablet-speaker", "mobile": "device-mobile"}


class _Disc(QWidget):
    """The device's icon on a soft square."""

    def __init__(self, icon: str) -> None:
        super().__init__()
        self._icon = icon
        self.setFixedSize(36, 36)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill_round(painter, QRectF(self.rect()), 8, theme().color("bg-muted"))
        paint_icon(painter, QRectF(8, 8, 20, 20), self._icon, "text-secondary")


class DeviceRow(QWidget):
    """Kind, name, last use; a menu to sign another device out."""

    def __init__(self, context: SettingsContext, kind: str, first: bool) -> None:
        super().__init__()
        self._context, self.kind, self._first = context, kind, first
        self.device: Device | None = None
        self._asked = ""  # id of the device that is being deactivated
        self.question: Amber | None = None
        self.title = Label(device_kind(kind), "body", weight=500)
        self.here = Tag(words.this_device(), "accent")
        self.under = TextBlock("", "caption", "text-tertiary")
        self.active = Tag(words.active(), "success", "check")
        self.more = IconButton("dots-three", words.more_about(device_kind(kind)), box=28)
        self.more.clicked.connect(lambda _=False: self._open_menu())
        self.menu: PopupMenu | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._first_line = self._line()
        outer.addWidget(self._first_line)
        self._outer = outer
        theme().changed.connect(self._fit)
        self._fit()

    def _line(self) -> QWidget:
        line = QWidget()
        first = QHBoxLayout()
        first.setSpacing(6)
        first.addWidget(self.title)
        first.addWidget(self.here)
        first.addStretch(1)
        lines = QVBoxLayout()
        lines.setSpacing(1)
        lines.addStretch(1)
        lines.addLayout(first)
        lines.addWidget(self.under)
        lines.addStretch(1)
        box = QHBoxLayout(line)
        box.setContentsMargins(16, 8, 16, 8)
        box.setSpacing(16)
        middle = Qt.AlignmentFlag.AlignVCenter
        box.addWidget(_Disc(ICONS[self.kind]), 0, middle)
        box.addLayout(lines, 1)
        box.addWidget(self.active, 0, middle)
        box.addWidget(self.more, 0, middle)
        return line

    def _fit(self) -> None:
        self._first_line.setMinimumHeight(theme().size("row.setting"))

    def show_device(self, device: Device | None, now: datetime) -> None:
        self.device = device
        active = device is not None and device.activated
        self.here.setVisible(active and device is not None and device.this_device)
        self.active.setVisible(active)
        under = _under(device, self.kind, now)
        if under != self.under.plain_text():
            self.under.set_text(under)
        may = active and device is not None and not device.this_device and self._context.phone.offers("device")
        policy = self.more.sizePolicy()
        policy.setRetainSizeWhenHidden(active)
        self.more.setSizePolicy(policy)
        self.more.setVisible(may)
        if not may and self.question is not None:
            self.question.hide()

    def _open_menu(self) -> None:
        self.menu = PopupMenu(self.more, words.more_about(device_kind(self.kind)))
        self.menu.add_item(MenuItem(words.deactivate(), self._ask, "power", danger=True))
        self.menu.open_below(self.more, align_end=True)

    def _ask(self) -> None:
        """It signs somebody's telephone out: said before it is done."""
        if self.device is None:
            return
        if self.question is None:
            name = words.deactivate_title(device_kind(self.kind))
            buttons = strip_buttons((words.deactivate(), "soft-danger"), (text_settings.leave_it(), "quiet"))
            self.question = Amber("warning", name, buttons)
            self.question.first.connect(self._deactivate)
            self.question.second.connect(self.question.hide)
            self._outer.addWidget(self.question)
        self.question.first_button.set_busy(False)
        self.question.set_sentence(words.deactivate_question(self.device.name or device_kind(self.kind)))
        self.question.show()
        self.question.first_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _deactivate(self) -> None:
        if self.device is None or self.question is None:
            return
        self._asked = self.device.id
        self.question.first_button.set_busy(True)
        try:
            self._context.phone.deactivate_device(self.device.id)
        except Refused as refused:
            self._say_why(failure_sentence(refused.failure))

    def answered(self, event: object) -> None:
        """What the service says to it."""
        if isinstance(event, ev.RequestDone) and event.what == "device" and event.subject == self._asked != "":
            self._asked = ""
            if self.question is not None:
                self.question.hide()
        elif isinstance(event, ev.RequestRefused) and event.what == "device" and self._asked:
            self._asked = ""
            self._say_why(event.failure.sentence or failure_sentence(event.failure))

    def _say_why(self, sentence: str) -> None:
        if self.question is not None:
            self.question.first_button.set_busy(False)
            self.question.set_sentence(sentence)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._first:
            QPainter(self).fillRect(1, 0, self.width() - 2, 1, theme().color("line-subtle"))


def _under(device: Device | None, kind: str, now: datetime) -> str:
    if device is None or not device.activated:
        return words.not_activated(kind)
    parts = [device.name, device.mac or ""]
    seen = parse_moment(device.last_seen) if device.last_seen else None
    if device.this_device:
        parts.append(words.active_now())
    elif seen is not None:
        parts.append(words.last_active(words.moment(seen, now)))
    return " · ".join(part for part in parts if part)


class ActivatedDevices(Editor):
    """Desktop, IP phone, mobile phone: a row each, there or not."""

    def __init__(self, context: SettingsContext) -> None:
        super().__init__()
        self._context = context
        self.rows = {kind: DeviceRow(context, kind, number == 0) for number, kind in enumerate(KINDS)}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for row in self.rows.values():
            column.addWidget(row)
        off = context.phone.on(Topic.SERVICE, self._answered)
        self.destroyed.connect(lambda _=None: off())

    def _answered(self, event: object) -> None:
        for row in self.rows.values():
            row.answered(event)

    def controls(self) -> list[QWidget]:
        return [row.more for row in self.rows.values()]

    def set_name(self, name: str, description: str) -> None:
        """Each device says its own."""

    def set_usable(self, usable: bool, reason: str) -> None:
        """The list is the administrator's; signing a device out is the person's all the same."""

    def show_value(self, value: Json) -> None:
        document, now = self._context.document, self._context.now()
        devices = document.devices if document is not None else ()
        for kind, row in self.rows.items():
            found = [device for device in devices if device.type == kind]
            row.show_device(next((d for d in found if d.activated), found[0] if found else None), now)
