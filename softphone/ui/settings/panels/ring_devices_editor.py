"""One switch per activated device; where only one may ring, they act as one choice."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from softphone.extension.document import Json
from softphone.ui import text_devices as words
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.panels.activated_devices import ICONS, KINDS
from softphone.ui.settings.strips import Mark
from softphone.ui.text_next_call import device_kind
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.labels import Label
from softphone.ui.widgets.switch import Switch


class _DeviceRow(QWidget):
    """Icon, kind, and why it cannot ring; the whole row is the switch's target."""

    def __init__(self, kind: str, first: bool) -> None:
        super().__init__()
        self.kind, self._first = kind, first
        self.switch = Switch(device_kind(kind))
        self._label = Label(device_kind(kind), "body", weight=500)
        self._help = Label(words.activate_first(), "caption", "text-tertiary")
        lines = QVBoxLayout()
        lines.setSpacing(1)
        lines.addStretch(1)
        lines.addWidget(self._label)
        lines.addWidget(self._help)
        lines.addStretch(1)
        box = QHBoxLayout(self)
        box.setContentsMargins(16, 8, 16, 8)
        box.setSpacing(16)
        box.addWidget(Mark(ICONS[kind], "text-secondary", size=20), 0, Qt.AlignmentFlag.AlignVCenter)
        box.addLayout(lines, 1)
        box.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignVCenter)
        theme().changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        self.setMinimumHeight(theme().size("row.setting"))

    def show_state(self, *, active: bool, on: bool, usable: bool, reason: str) -> None:
        self._help.setVisible(not active)
        self._label.set_color("text-primary" if active else "text-disabled")
        if self.switch.isChecked() != on:
            self.switch.setChecked(on)
        self.switch.setEnabled(active and usable)
        self.switch.setToolTip(words.activate_first() if not active else "" if usable else reason)
        self.switch.setAccessibleDescription(words.activate_first() if not active else "")
        pointing = active and usable
        self.setCursor(Qt.CursorShape.PointingHandCursor if pointing else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.switch.click()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._first:
            QPainter(self).fillRect(1, 0, self.width() - 2, 1, theme().color("line-subtle"))


class RingDevicesEditor(Editor):
    """The value is the kinds that ring."""

    def __init__(self, context: SettingsContext, read: Callable[[SettingsContext], Json]) -> None:
        super().__init__()
        self._context, self._read = context, read
        self._kinds: list[str] = []
        self._usable, self._reason = True, ""
        self.rows = {kind: _DeviceRow(kind, number == 0) for number, kind in enumerate(KINDS)}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for row in self.rows.values():
            column.addWidget(row)
            row.switch.clicked.connect(lambda on=False, kind=row.kind: self._switched(kind, bool(on)))

    def controls(self) -> list[QWidget]:
        return [row.switch for row in self.rows.values()]

    def set_name(self, name: str, description: str) -> None:
        for row in self.rows.values():
            row.switch.setAccessibleName(f"{name}, {device_kind(row.kind)}")

    def set_usable(self, usable: bool, reason: str) -> None:
        self._usable, self._reason = usable, reason
        self._show()

    def show_value(self, value: Json) -> None:
        self._kinds = [str(kind) for kind in value or ()]
        self._show()

    def _show(self) -> None:
        document = self._context.document
        active = {device.type for device in document.devices if device.activated} if document is not None else set()
        for kind, row in self.rows.items():
            row.show_state(
                active=kind in active, on=kind in self._kinds, usable=self._usable, reason=self._reason
            )

    def _switched(self, kind: str, on: bool) -> None:
        document = self._context.document
        one = document is not None and (document.type == "contact_center" or document.call_group is not None)
        others = [other for other in self._kinds if other != kind]
        self.chosen.emit(([kind] if one else [*others, kind]) if on else others)
        self.show_value(self._read(self._context))  # one that was refused is as before
