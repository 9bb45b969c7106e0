"""The select: a field that opens a menu of choices."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import PaintedButton, fill_round, start_rect
from softphone.ui.widgets.popup import MenuItem, PopupMenu


class Select(PaintedButton):
    """One of some options; `changed` tells the index. Up and Down change it, Enter or Space opens the menu."""

    changed = Signal(int)

    def __init__(
        self,
        name: str,
        options: Sequence[str] = (),
        index: int = 0,
        *,
        height: str = "default",
        icons: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._options = list(options)
        self._icons = list(icons)
        self._index = index
        self._height = height
        self._menu: PopupMenu | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda _=False: self.open_menu())
        self._show()

    @property
    def index(self) -> int:
        return self._index

    @property
    def menu(self) -> PopupMenu | None:
        return self._menu

    def set_options(self, options: Sequence[str], index: int = 0) -> None:
        self._options = list(options)
        self._index = index
        self._show()

    def set_index(self, index: int) -> None:
        if not 0 <= index < len(self._options) or index == self._index:
            return
        self._index = index
        self._show()
        self.changed.emit(index)

    def _show(self) -> None:
        self.setText(self._options[self._index] if self._options else "")
        self.setAccessibleName(f"{self._name}, {self.text()}")
        self.update()

    def open_menu(self) -> None:
        menu = PopupMenu(self, self._name)
        for number, text in enumerate(self._options):
            menu.add_item(
                MenuItem(text, lambda n=number: self.set_index(n), checked=number == self._index)  # type: ignore[misc]
            )
        menu.destroyed.connect(self._closed)
        self._menu = menu
        menu.open_below(self, gap=4, match_width=True)

    def _closed(self) -> None:
        self._menu = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.set_index(self._index + (1 if event.key() == Qt.Key.Key_Down else -1))
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(180, theme().size(f"control.{self._height}"))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        enabled = self.isEnabled()
        fill = self.state_color(t.color("bg-surface"), t.color("bg-hover"), t.color("bg-pressed"))
        if self._menu is not None and enabled:
            painter.setBrush(t.color("bg-surface"))
            painter.setPen(QPen(t.color("focus"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 7, 7)
        else:
            edge = t.color("line-control" if enabled else "line-default")
            fill_round(painter, QRectF(self.rect()), 8, fill if enabled else t.color("bg-muted"), edge)
        start = 12
        if self._icons:
            box = start_rect(self, QRect(12, (self.height() - 16) // 2, 16, 16))
            paint_icon(painter, QRectF(box), self._icons[self._index], self._icon_color(), "fill")
            start = 36
        caret = start_rect(self, QRect(self.width() - 28, (self.height() - 16) // 2, 16, 16))
        paint_icon(painter, QRectF(caret), "caret-down" if enabled else "lock-simple", "text-secondary", "regular")
        painter.setFont(t.font("body"))
        painter.setPen(t.color("text-primary" if enabled else "text-disabled"))
        room = self.width() - start - 36
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        box = start_rect(self, QRect(start, 0, room, self.height()))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, text)

    def _icon_color(self) -> str:
        if not self.isEnabled():
            return "text-disabled"
        return "success-text" if self._icons[self._index] == "lock-simple" else "text-tertiary"
