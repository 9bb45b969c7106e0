"""The list of pages: search on top, the account, then the groups. One stop for Tab; arrows move inside."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from softphone.ui import text_settings
from softphone.ui.settings.setting import Page
from softphone.ui.theme.icons import Weight, paint_icon
from softphone.ui.theme.motion import with_alpha
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.avatar import paint_avatar
from softphone.ui.widgets.labels import Label
from softphone.ui.widgets.overlay_scroll_bar import OverlayScrollBar
from softphone.ui.widgets.painted_button import PaintedButton, fill_round, mirrored, start_rect, text_width

WIDTH = 236
_SIDE = 10


class _Item(PaintedButton):
    """One page: icon, title, and its value at the end."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.value = ""
        self.setText(page.title)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_value("")

    def set_value(self, value: str) -> None:
        self.value = value
        self.setAccessibleName(text_settings.page_and_value(self.page.title, value))
        self.update()

    def nextCheckState(self) -> None:
        """The list says which page is shown."""

    def focus_shape(self) -> tuple[QRect, float]:
        return self.rect().adjusted(3, 3, -3, -3), 6.0

    def sizeHint(self) -> QSize:
        return QSize(WIDTH - 20, theme().scaled(32))

    def _ground(self, painter: QPainter) -> str:
        t = theme()
        chosen = self.isChecked()
        rest = t.color("bg-selected") if chosen else with_alpha(t.color("bg-hover"), 0)
        hover = rest if chosen else t.color("bg-hover")
        fill_round(painter, QRectF(self.rect()), 8, self.state_color(rest, hover, t.color("bg-pressed")))
        return "accent-text" if chosen else "text-primary"

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = self._ground(painter)
        chosen = self.isChecked()
        box = start_rect(self, QRect(_SIDE, (self.height() - 18) // 2, 18, 18))
        weight: Weight = "fill" if chosen else "regular"
        paint_icon(painter, QRectF(box), self.page.icon, ink if chosen else "text-secondary", weight)
        end = self.width() - _SIDE
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        if self.value:
            painter.setFont(t.font("micro", tabular=True))
            painter.setPen(t.color(ink if chosen else "text-tertiary"))
            width = min(text_width(painter.font(), self.value), 76)
            words = painter.fontMetrics().elidedText(self.value, Qt.TextElideMode.ElideRight, width)
            painter.drawText(start_rect(self, QRect(end - width, 0, width, self.height())), leading, words)
            end -= width + 8
        painter.setFont(t.font("body", weight=600 if chosen else 400))
        painter.setPen(t.color(ink))
        room = end - _SIDE - 28
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(start_rect(self, QRect(_SIDE + 28, 0, room, self.height())), leading, text)


class _Account(_Item):
    """The account: avatar, name, and below it the extension."""

    def __init__(self, page: Page) -> None:
        self.name, self.under = "", ""
        super().__init__(page)

    def set_account(self, name: str, under: str) -> None:
        self.name, self.under = name, under
        self.setAccessibleName(text_settings.page_and_value(name, under))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH - 20, theme().scaled(48))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = self._ground(painter)
        box = start_rect(self, QRect(_SIDE, (self.height() - 32) // 2, 32, 32))
        paint_avatar(painter, QRectF(box), self.name)
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        start, room = _SIDE + 42, self.width() - _SIDE - 42 - _SIDE
        below = ink if self.isChecked() else "text-tertiary"
        lines = (
            (self.name, t.font("body", weight=600), ink, t.line("body")),
            (self.under, t.font("caption"), below, t.line("caption")),
        )
        top = (self.height() - sum(line[3] for line in lines)) // 2
        for text, font, token, high in lines:
            painter.setFont(font)
            painter.setPen(t.color(token))
            words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(start_rect(self, QRect(start, top, room, high)), leading, words)
            top += high


class Sidebar(QWidget):
    """`chosen` tells the name of the page asked for, `pointed` the one that an arrow key went to."""

    chosen = Signal(str)
    pointed = Signal(str)

    def __init__(self, pages: Sequence[Page], head: QWidget) -> None:
        super().__init__()
        self.items: dict[str, _Item] = {}
        self._groups: list[tuple[str, QWidget]] = []
        self.setAccessibleName(text_settings.pages())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(10, 12, 11, 0)
        outer.setSpacing(8)
        outer.addWidget(head)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(0)
        group = "account"
        for page in pages:
            if page.group != group:
                group = page.group
                column.addWidget(self._heading(group))
            item = _Account(page) if page.group == "account" else _Item(page)
            item.clicked.connect(lambda _=False, name=page.name: self.chosen.emit(name))
            item.installEventFilter(self)
            self.items[page.name] = item
            column.addWidget(item)
        column.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        area.setWidget(inside)
        inside.setAutoFillBackground(False)  # setWidget turns it on
        self._area = area
        self._bar = OverlayScrollBar(area)
        outer.addWidget(area, 1)
        self._current = ""
        theme().changed.connect(self.update)

    def _heading(self, group: str) -> QWidget:
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(_SIDE, 12, _SIDE, 4)
        box.addWidget(Label(text_settings.group(group), "micro", "text-tertiary", weight=600))
        self._groups.append((group, holder))
        return holder

    def account_item(self) -> _Account | None:
        return next((item for item in self.items.values() if isinstance(item, _Account)), None)

    def set_shown(self, names: set[str]) -> None:
        for name, item in self.items.items():
            item.setVisible(name in names)
        for group, heading in self._groups:
            heading.setVisible(any(item.page.group == group and name in names for name, item in self.items.items()))
        self.set_current(self._current)

    def set_current(self, name: str) -> None:
        """The page shown; "" for none."""
        self._current = name
        shown = [key for key, item in self.items.items() if not item.isHidden()]
        stop = name if name in shown else next(iter(shown), "")
        for key, item in self.items.items():
            item.setChecked(key == name)
            item.setFocusPolicy(Qt.FocusPolicy.StrongFocus if key == stop else Qt.FocusPolicy.ClickFocus)

    def focus_current(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        for item in self.items.values():
            if item.focusPolicy() == Qt.FocusPolicy.StrongFocus:
                item.setFocus(reason)
                self._area.ensureWidgetVisible(item)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        shown = [item for item in self.items.values() if not item.isHidden()]
        if watched not in shown:
            return False
        at = shown.index(watched)
        places = {
            Qt.Key.Key_Down: min(at + 1, len(shown) - 1), Qt.Key.Key_Up: max(at - 1, 0),
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(shown) - 1,
        }  # fmt: skip
        to = places.get(Qt.Key(event.key()))
        if to is None:
            return False
        shown[to].setFocus(Qt.FocusReason.TabFocusReason)
        self._area.ensureWidgetVisible(shown[to])
        self.pointed.emit(shown[to].page.name)
        return True

    def sizeHint(self) -> QSize:
        return QSize(theme().scaled(WIDTH), 400)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), t.color("bg-surface"))
        painter.fillRect(0 if mirrored(self) else self.width() - 1, 0, 1, self.height(), t.color("line-subtle"))
