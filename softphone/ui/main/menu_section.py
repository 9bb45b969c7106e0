"""A menu of which some lines open in place and show more lines."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from softphone.ui import text_status
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import fill_round, mirrored, start_rect
from softphone.ui.widgets.popup import MenuButton, MenuItem, PopupMenu

_CARET = 16
_INDENT = 26


class SectionHead(MenuButton):
    """The line that opens the section; its caret says which way."""

    def __init__(self, item: MenuItem, parent: QWidget) -> None:
        super().__init__(item, parent)
        self.open = False
        self._name = self.accessibleName()
        self.set_open(False)

    def set_open(self, is_open: bool) -> None:
        self.open = is_open
        self.setAccessibleName(text_status.open_section(self._name, is_open))
        self.update()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width() + _CARET + 8, hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        box = start_rect(self, QRect(self.width() - 10 - _CARET, (self.height() - _CARET) // 2, _CARET, _CARET))
        name = "caret-up" if self.open else "caret-down"
        paint_icon(QPainter(self), QRectF(box), name, "text-secondary" if self.isEnabled() else "text-disabled", "bold")


class Section(QWidget):
    """A head, and below it what it opens."""

    def __init__(self, head: MenuItem, parent: QWidget) -> None:
        super().__init__(parent)
        self.head = SectionHead(head, self)
        self.body = QWidget(self)
        self.body.hide()
        inside = QVBoxLayout(self.body)
        inside.setContentsMargins(_INDENT, 0, 6, 6)
        inside.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.body)

    def set_open(self, is_open: bool) -> None:
        self.head.set_open(is_open)
        self.body.setVisible(is_open)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.head.open:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            fill_round(painter, QRectF(self.rect()), 8, theme().color("bg-hover"))


class SectionMenu(PopupMenu):
    """One section is open at a time. The arrow keys open and close the one that has the focus."""

    def __init__(self, parent: QWidget, name: str, *, min_width: int = 240) -> None:
        super().__init__(parent, name, min_width=min_width)
        self.sections: list[Section] = []

    def add_section(self, head: MenuItem, items: Sequence[MenuItem], *, is_open: bool = False) -> Section:
        self._build()
        section = Section(head, self)
        section.head.clicked.connect(lambda _=False: self.toggle(section))
        self._buttons.append(section.head)
        inside = section.body.layout()
        for item in items:
            button = MenuButton(item, section.body)
            button.clicked.connect(lambda _=False, chosen=item: self._choose(chosen))
            self._buttons.append(button)
            if inside is not None:
                inside.addWidget(button)
        self._column.addWidget(section)
        self.sections.append(section)
        section.set_open(is_open)
        return section

    def toggle(self, section: Section) -> None:
        """Open it and close the others, or close it."""
        opens = not section.head.open
        for one in self.sections:
            one.set_open(one is section and opens)
        for layout in (*(one.layout() for one in self.sections), self.layout()):
            if layout is not None:
                layout.invalidate()
                layout.activate()
        size = self._fit()
        area = self.screen().availableGeometry()
        top = max(area.top() + 4, min(self._place.y(), area.bottom() - size.height() - 4))
        self._place = QPoint(self._place.x(), top)
        self.move_box(self._place)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        section = next((one for one in self.sections if one.head.hasFocus()), None)
        open_key, close_key = Qt.Key.Key_Right, Qt.Key.Key_Left
        if mirrored(self):
            open_key, close_key = close_key, open_key
        if section is not None and event.key() in (open_key, close_key):
            if section.head.open != (event.key() == open_key):
                self.toggle(section)
            return
        super().keyPressEvent(event)
