"""The pages of the main window: a bar at the bottom when it is narrow, a rail at the start when it is wide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from softphone.ui import text_pages
from softphone.ui.shortcuts import shortcuts, with_keys
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.motion import with_alpha
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.chip import paint_badge
from softphone.ui.widgets.painted_button import PaintedButton, fill_round, mirrored

BAR, RAIL = 60, 76
_PILL = (52, 28)


@dataclass(frozen=True, slots=True)
class Place:
    """A page one can go to, by its action in the table of keys too; `last` stands apart at the end of the rail."""

    name: str
    text: str
    icon: str
    last: bool = False


class _Item(PaintedButton):
    focus_radius = 8

    def __init__(self, place: Place, parent: QWidget) -> None:
        super().__init__(parent)
        self.place = place
        self.count = 0
        self.setText(place.text)
        self.setCheckable(True)
        self.setAutoExclusive(False)
        self.set_count(0)
        shortcuts().changed.connect(self._show_keys)
        self._show_keys()

    def _show_keys(self, _action: str = "") -> None:
        self.setToolTip(with_keys(self.place.text, self.place.name))

    def set_count(self, count: int) -> None:
        self.count = count
        self.setAccessibleName(text_pages.page_with_new(self.place.text, count) if count else self.place.text)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme().scaled(RAIL), theme().scaled(60))

    def nextCheckState(self) -> None:
        """Stays chosen; the bar says which one is."""

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        pill = QRectF((self.width() - _PILL[0]) / 2, t.scaled(8), *_PILL)
        hover = t.color("bg-hover")
        rest = t.color("accent-soft") if chosen else with_alpha(hover, 0)
        fill_round(
            painter, pill, _PILL[1] / 2, self.state_color(rest, rest if chosen else hover, t.color("bg-pressed"))
        )
        ink = "accent-text" if chosen else "text-secondary"
        icon = QRectF(0, 0, 22, 22)
        icon.moveCenter(pill.center())
        paint_icon(painter, icon, self.place.icon, ink, "fill" if chosen else "regular")
        painter.setFont(t.font("micro", weight=600 if chosen else 500))
        painter.setPen(t.color(ink))
        words = QRectF(0, pill.bottom() + 3, self.width(), t.line("micro"))
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self.text())
        if self.count:
            end = pill.center().x() + 24
            if mirrored(self):
                end = pill.center().x() - 8
            paint_badge(painter, end, pill.top() - 4, self.count, 16)


class Navigation(QWidget):
    """One stop for Tab; arrows move inside. `chosen` tells the name of the page asked for."""

    chosen = Signal(str)

    def __init__(self, places: Sequence[Place], *, rail: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rail = rail
        self._items: dict[str, _Item] = {}
        self.setAccessibleName(text_pages.pages())
        direction = QBoxLayout.Direction.TopToBottom if rail else QBoxLayout.Direction.LeftToRight
        box = QBoxLayout(direction, self)
        box.setContentsMargins(0, 10 if rail else 1, 1 if rail else 0, 10 if rail else 0)
        box.setSpacing(0)
        for place in places:
            item = _Item(place, self)
            item.installEventFilter(self)
            item.clicked.connect(lambda _=False, name=place.name: self.chosen.emit(name))
            self._items[place.name] = item
            if rail and place.last:
                box.addStretch(1)
            box.addWidget(item, 0 if rail else 1)
            item.setSizePolicy(
                QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed if rail else QSizePolicy.Policy.Expanding
            )  # fmt: skip
        if rail and not any(place.last for place in places):
            box.addStretch(1)
        policy, fixed = QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed
        self.setSizePolicy(fixed if rail else policy, policy if rail else fixed)
        self.set_current(places[0].name)
        theme().changed.connect(self.updateGeometry)

    def item(self, name: str) -> _Item:
        return self._items[name]

    def set_current(self, name: str) -> None:
        for key, item in self._items.items():
            item.setChecked(key == name)
            item.setFocusPolicy(Qt.FocusPolicy.StrongFocus if key == name else Qt.FocusPolicy.ClickFocus)

    def set_count(self, name: str, count: int) -> None:
        self._items[name].set_count(count)

    def sizeHint(self) -> QSize:
        return QSize(theme().scaled(RAIL), 200) if self._rail else QSize(300, theme().scaled(BAR))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint() if self._rail else QSize(200, self.sizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Before the button does: its own arrow keys know nothing of rows and reading direction."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        forward, back = (Qt.Key.Key_Down, Qt.Key.Key_Up) if self._rail else (Qt.Key.Key_Right, Qt.Key.Key_Left)
        if not self._rail and mirrored(self):
            forward, back = back, forward
        if event.key() not in (forward, back):
            return False
        items = list(self._items.values())
        step = 1 if event.key() == forward else -1
        at = next((n for n, item in enumerate(items) if item is watched), 0)
        items[(at + step) % len(items)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), t.color("bg-surface"))
        line = t.color("line-subtle")
        if not self._rail:
            painter.fillRect(0, 0, self.width(), 1, line)
        else:
            painter.fillRect(0 if mirrored(self) else self.width() - 1, 0, 1, self.height(), line)
