"""Menus of our own: rounded, with a shadow, one or two lines, headings, marks and checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QEnterEvent, QGuiApplication, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.motion import with_alpha
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import PaintedButton, fill_round, mirrored, start_rect, text_width
from softphone.ui.widgets.presence import Presence, paint_mark
from softphone.ui.widgets.shadow import WINDOW_MARGIN, ShadowFrame

_PADDING = 6
_SIDE = 10


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One line of a menu, or two with `detail`; `trailing` stands small at the end."""

    text: str
    on_chosen: Callable[[], object] | None = None
    icon: str | None = None
    mark: Presence | None = None
    detail: str = ""
    trailing: str = ""
    checked: bool = False
    enabled: bool = True
    accent: bool = False
    danger: bool = False


class MenuButton(PaintedButton):
    """A line of a menu."""

    focus_radius = 8

    def __init__(self, item: MenuItem, parent: QWidget) -> None:
        super().__init__(parent)
        self.item = item
        self.setProperty("ownFocus", True)
        name = ", ".join(part for part in (item.text, item.detail, item.trailing) if part)
        self.setAccessibleName(name)
        self.setText(item.text)
        self.setEnabled(item.enabled)
        if item.checked:
            self.setCheckable(True)
            self.setChecked(True)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _start(self) -> int:
        return _SIDE + (26 if self.item.icon or self.item.mark else 0)

    def sizeHint(self) -> QSize:
        t = theme()
        small = t.font("caption", tabular=True)
        words = max(text_width(t.font("body"), self.item.text), text_width(small, self.item.detail))
        width = self._start() + words + _SIDE
        if self.item.trailing:
            width += text_width(small, self.item.trailing) + 24
        if self.item.checked:
            width += 28
        return QSize(width + 8, t.size("row.menuTwoLine" if self.item.detail else "row.menu"))

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isEnabled() and (self.hasFocus() or self.isDown()):
            fill_round(painter, QRectF(self.rect()), 8, t.color("bg-pressed" if self.isDown() else "bg-hover"))
        item = self.item
        token = "danger-text" if item.danger else "accent-text" if item.accent else "text-primary"
        if not self.isEnabled():
            token = "text-disabled"
        self._paint_lead(painter, token)
        end = self.width() - _SIDE
        if item.checked:
            box = start_rect(self, QRect(end - 18, (self.height() - 18) // 2, 18, 18))
            paint_icon(painter, QRectF(box), "check", "accent-text", "regular")
            end -= 26
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        if item.trailing:
            painter.setFont(t.font("caption", tabular=True))
            painter.setPen(t.color("text-tertiary"))
            width = text_width(painter.font(), item.trailing)
            painter.drawText(start_rect(self, QRect(end - width, 0, width, self.height())), leading, item.trailing)
            end -= width + 12
        room = end - self._start()
        painter.setFont(t.font("body"))
        painter.setPen(t.color(token))
        text = painter.fontMetrics().elidedText(item.text, Qt.TextElideMode.ElideRight, room)
        if not item.detail:
            painter.drawText(start_rect(self, QRect(self._start(), 0, room, self.height())), leading, text)
            return
        body, small = t.line("body"), t.line("caption")
        top = (self.height() - body - small) // 2
        painter.drawText(start_rect(self, QRect(self._start(), top, room, body)), leading, text)
        painter.setFont(t.font("caption", tabular=True))
        painter.setPen(t.color("text-tertiary" if self.isEnabled() else "text-disabled"))
        detail = painter.fontMetrics().elidedText(item.detail, Qt.TextElideMode.ElideRight, room)
        painter.drawText(start_rect(self, QRect(self._start(), top + body, room, small)), leading, detail)

    def _paint_lead(self, painter: QPainter, token: str) -> None:
        item, t = self.item, theme()
        if item.mark is not None:
            box = start_rect(self, QRect(_SIDE + 3, (self.height() - 12) // 2, 12, 12))
            paint_mark(painter, QRectF(box), item.mark, t.color("bg-raised"))
        elif item.icon is not None:
            box = start_rect(self, QRect(_SIDE, (self.height() - 18) // 2, 18, 18))
            paint_icon(painter, QRectF(box), item.icon, token if token != "text-primary" else "text-secondary")


class _Heading(QWidget):
    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = text
        self.setAccessibleName(text)
        self.setFixedHeight(theme().scaled(28))

    def sizeHint(self) -> QSize:
        width = text_width(theme().font("micro", weight=600), self._text) + 2 * _SIDE
        return QSize(width, theme().scaled(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme().font("micro", weight=600))
        painter.setPen(theme().color("text-tertiary"))
        box = self.rect().adjusted(_SIDE, 0, -_SIDE, 0)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, self._text)


class Separator(QWidget):
    """A line of 1 px across, with room above and below."""

    def __init__(self, parent: QWidget | None = None, *, space: int = 6, inset: int = 4) -> None:
        super().__init__(parent)
        self._inset = inset
        self.setFixedHeight(2 * space + 1)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        line = QRect(self._inset, self.height() // 2, self.width() - 2 * self._inset, 1)
        QPainter(self).fillRect(line, theme().color("line-subtle"))


class PopupMenu(ShadowFrame):
    """Fill it, then `open_below(widget)` or `open_at(point)`; it closes by a choice, Esc or a click elsewhere."""

    def __init__(self, parent: QWidget, name: str = "", *, min_width: int = 180) -> None:
        super().__init__(parent, radius=12, elevation="e2")
        self.setWindowFlags(
            Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint
        )
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(name)
        self._entries: list[MenuItem | str | None] = []
        self._buttons: list[MenuButton] = []
        self._min_width = min_width
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(_PADDING, _PADDING, _PADDING, _PADDING)
        self._column.setSpacing(0)
        self._appear = QVariantAnimation(self)
        self._appear.valueChanged.connect(self._appearing)
        self._place = QPoint()

    def add_item(self, item: MenuItem) -> None:
        self._entries.append(item)

    def add_heading(self, text: str) -> None:
        self._entries.append(text)

    def add_separator(self) -> None:
        self._entries.append(None)

    def add_widget(self, widget: QWidget) -> None:
        """Something of the caller's own, below what was added so far."""
        self._build()
        self._column.addWidget(widget)

    def _build(self) -> None:
        for entry in self._entries:
            if entry is None:
                self._column.addWidget(Separator(self))
            elif isinstance(entry, str):
                self._column.addWidget(_Heading(entry, self))
            else:
                button = MenuButton(entry, self)
                button.clicked.connect(lambda _=False, chosen=entry: self._choose(chosen))
                self._buttons.append(button)
                self._column.addWidget(button)
        self._entries.clear()

    @property
    def items(self) -> list[MenuButton]:
        return list(self._buttons)

    def _choose(self, item: MenuItem) -> None:
        self.close()
        if item.on_chosen is not None:
            item.on_chosen()

    def open_below(self, widget: QWidget, *, gap: int = 6, align_end: bool = False, match_width: bool = False) -> None:
        """Below the widget (above it when there is no room), aligned with its start or end edge."""
        self._build()
        self.setLayoutDirection(widget.layoutDirection())
        if match_width:
            self._min_width = max(self._min_width, widget.width())
        size = self._fit()
        to_end = align_end != mirrored(widget)
        corner = widget.mapToGlobal(QPoint(widget.width() - size.width() if to_end else 0, widget.height() + gap))
        above = widget.mapToGlobal(QPoint(0, -gap)).y() - size.height()
        self._open(corner, size, above)

    def open_at(self, point: QPoint) -> None:
        """With its corner at a global point, as a context menu."""
        self._build()
        size = self._fit()
        self._open(point, size, point.y() - size.height())

    def _fit(self) -> QSize:
        margins = 2 * WINDOW_MARGIN
        hint = self.sizeHint()
        self.resize(max(hint.width(), self._min_width + margins), hint.height())
        return QSize(self.width() - margins, self.height() - margins)

    def _open(self, corner: QPoint, size: QSize, above: int) -> None:
        screen = QGuiApplication.screenAt(corner) or self.screen()
        area = screen.availableGeometry()
        x = max(area.left() + 4, min(corner.x(), area.right() - size.width() - 4))
        y = corner.y()
        if y + size.height() > area.bottom() - 4 and above >= area.top():
            y = above
        self._place = QPoint(x, max(area.top() + 4, y))
        self.move_box(self._place)
        milliseconds = theme().motion("small")
        if milliseconds:
            self.setWindowOpacity(0)
            self._appear.setStartValue(0.0)
            self._appear.setEndValue(1.0)
            self._appear.setDuration(milliseconds)
            self._appear.start()
        self.show()
        first = next((button for button in self._buttons if button.isEnabled()), None)
        chosen = next((button for button in self._buttons if button.item.checked), first)
        if chosen is not None:
            chosen.setFocus(Qt.FocusReason.PopupFocusReason)

    def _appearing(self, value: object) -> None:
        part = float(value)  # type: ignore[arg-type]
        self.setWindowOpacity(part)
        self.move_box(self._place - QPoint(0, round(4 * (1 - part))))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enabled = [button for button in self._buttons if button.isEnabled() and button.isVisible()]
        focus = self.focusWidget()
        at = enabled.index(focus) if isinstance(focus, MenuButton) and focus in enabled else -1
        key = event.key()
        if not enabled or key == Qt.Key.Key_Escape:
            self.close()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Tab):
            enabled[(at + 1) % len(enabled)].setFocus(Qt.FocusReason.TabFocusReason)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Backtab):
            enabled[(at - 1) % len(enabled)].setFocus(Qt.FocusReason.TabFocusReason)
        elif key == Qt.Key.Key_Home:
            enabled[0].setFocus(Qt.FocusReason.TabFocusReason)
        elif key == Qt.Key.Key_End:
            enabled[-1].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        key = Qt.Key.Key_Down if forward else Qt.Key.Key_Up
        self.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))
        return True

    def paint_box(self, painter: QPainter, box: QRect) -> None:
        painter.fillRect(box, theme().color("bg-raised"))
        if not theme().dark:
            edge = with_alpha(theme().color("line-subtle"), 0.6)
            fill_round(painter, QRectF(box), 12, None, edge)
