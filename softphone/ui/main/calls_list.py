"""The list of calls: days that stay in view, actions under the pointer, the same by keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QToolTip, QWidget

from softphone.ui import text_actions, text_pages
from softphone.ui.main.call_row_delegate import CallRowDelegate, action_rects, heading_height, paint_heading
from softphone.ui.main.call_rows import CallRow, DayRow
from softphone.ui.main.calls_model import CallsModel
from softphone.ui.text_main import row_text
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.overlay_scroll_bar import OverlayScrollBar
from softphone.ui.widgets.popup import MenuItem, PopupMenu

_BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class _StickyHeading(QWidget):
    """The day of the topmost row, over the list; the next day's heading pushes it away."""

    def __init__(self, view: CallsList) -> None:
        super().__init__(view)
        self._view = view
        self.text = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("bg-surface"))
        paint_heading(painter, self.rect(), self.text)


class CallsList(QListView):
    """Asks by signals; every one carries the row's `CallRow`."""

    call_wanted = Signal(object)
    copy_wanted = Signal(object)
    delete_wanted = Signal(object)
    chosen = Signal(object)  # by click or key: its person is shown beside the list
    live_wanted = Signal(object)

    def __init__(self, model: CallsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = model
        self._delegate = CallRowDelegate(model, self)
        self._sticky = _StickyHeading(self)
        self.scroll_bar = OverlayScrollBar(self)
        self._menu: PopupMenu | None = None
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(200)
        self.setMouseTracking(True)
        self.setProperty("ownFocus", True)
        self.setAccessibleName(text_pages.calls())
        self.verticalScrollBar().valueChanged.connect(lambda _: self._settle_heading())
        for changed in (model.rowsInserted, model.rowsRemoved, model.modelReset, model.dataChanged):
            changed.connect(lambda *_: self._settle_heading())
        self.doubleClicked.connect(self._double_clicked)
        theme().changed.connect(self._theme_changed)

    # --- what the page tells --------------------------------------------------------------------------------------

    @property
    def menu(self) -> PopupMenu | None:
        """The row menu while it is open."""
        return self._menu

    def set_can_call(self, can_call: bool) -> None:
        self._delegate.can_call = can_call
        self.viewport().update()

    def set_selection_shown(self, shown: bool) -> None:
        """Beside a detail pane the selected row stays marked."""
        self._delegate.selection_shown = shown
        self.viewport().update()

    def set_live_times(self, times: dict[str, str]) -> None:
        if times != self._delegate.live_time:
            self._delegate.live_time = times
            self.viewport().update()

    def select_first(self) -> None:
        index = self._calls.next_call(0, 1)
        if index.isValid():
            self.setCurrentIndex(index)

    # --- headings -------------------------------------------------------------------------------------------------

    def _settle_heading(self) -> None:
        top = self.indexAt(QPoint(4, 0))
        found = self._calls.heading_at(top.row()) if top.isValid() else None
        if found is None or self.visualRect(self._calls.index(found[1])).top() >= 0:
            self._sticky.hide()
            return
        heading, _ = found
        height = heading_height()
        shift = 0
        for y in range(0, height, 8):
            below = self.indexAt(QPoint(4, y))
            if below.isValid() and isinstance(self._calls.row(below), DayRow):
                top_of_next = self.visualRect(below).top()
                if 0 < top_of_next < height:
                    shift = top_of_next - height
        self._sticky.text = self._calls.heading(heading)
        self._sticky.setGeometry(0, shift, self.viewport().width(), height)
        self._sticky.show()
        self._sticky.stackUnder(self.scroll_bar)
        self._sticky.update()

    def _theme_changed(self) -> None:
        self.scheduleDelayedItemsLayout()
        self._sticky.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle_heading()

    # --- pointer --------------------------------------------------------------------------------------------------

    def _action_at(self, point: QPoint) -> tuple[CallRow, QModelIndex, str] | None:
        index = self.indexAt(point)
        row = self._calls.call_row(index)
        if row is None or row.live:
            return None
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        for name, rect in action_rects(self.visualRect(index), rtl).items():
            if rect.contains(point):
                return row, index, name
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._delegate.pointer = event.position().toPoint()
        self.viewport().update()
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._delegate.pointer = None
        self.viewport().update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._delegate.focus_shown = False
        self._delegate.pointer = event.position().toPoint()
        found = self._action_at(self._delegate.pointer)
        if event.button() == Qt.MouseButton.LeftButton and found is not None:
            self._delegate.pressed = (found[1].row(), found[2])
            self.viewport().update()
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        pressed, self._delegate.pressed = self._delegate.pressed, None
        self.viewport().update()
        if pressed is not None:
            found = self._action_at(point)
            if found is not None and (found[1].row(), found[2]) == pressed:
                if found[2] == "more":
                    self._open_menu(found[1], None)
                elif self._delegate.can_call:
                    self.call_wanted.emit(found[0])
            return
        super().mouseReleaseEvent(event)
        row = self._calls.call_row(self.indexAt(point))
        if event.button() == Qt.MouseButton.LeftButton and row is not None:
            (self.live_wanted if row.live else self.chosen).emit(row)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._action_at(event.position().toPoint()) is None:
            super().mouseDoubleClickEvent(event)

    def _double_clicked(self, index: QModelIndex) -> None:
        self._activate(index)

    def _activate(self, index: QModelIndex) -> None:
        row = self._calls.call_row(index)
        if row is not None:
            (self.live_wanted if row.live else self.call_wanted).emit(row)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip_at(event.pos()), self)
            return True
        return super().viewportEvent(event)

    def _tip_at(self, point: QPoint) -> str:
        found = self._action_at(point)
        if found is not None:
            if found[2] == "more":
                return text_pages.more()
            return text_actions.call() if self._delegate.can_call else text_actions.offline()
        row = self._calls.call_row(self.indexAt(point))
        if row is None:
            return ""
        words = row_text(row.newest, self._calls.who(row))
        return f"{words.name}\n{words.line}"

    # --- keys -----------------------------------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._delegate.focus_shown = event.reason() in _BY_KEY
        by_pointer = event.reason() is Qt.FocusReason.MouseFocusReason  # which says itself which row, or none
        if self._calls.call_row(self.currentIndex()) is None and not by_pointer:
            self.select_first()
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        row = self._calls.call_row(self.currentIndex())
        self._delegate.focus_shown = True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and not event.modifiers():
            self._activate(self.currentIndex())
        elif key == Qt.Key.Key_Menu or (
            key == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        ):
            self._open_menu(self.currentIndex(), None)
        elif key == Qt.Key.Key_Delete and row is not None and not row.live:
            self.delete_wanted.emit(row)
        elif event.matches(QKeySequence.StandardKey.Copy) and row is not None:
            self.copy_wanted.emit(row)
        elif key in _MOVES:
            super().keyPressEvent(event)
            moved = self._calls.call_row(self.currentIndex())
            if moved is None:
                step = -1 if key in (Qt.Key.Key_Up, Qt.Key.Key_End, Qt.Key.Key_PageUp) else 1
                near = self._calls.next_call(self.currentIndex().row(), step)
                self.setCurrentIndex(near if near.isValid() else self._calls.next_call(0, 1))
                moved = self._calls.call_row(self.currentIndex())
            if self.currentIndex().row() <= 1:
                self.scrollToTop()
            if moved is not None and not moved.live:
                self.chosen.emit(moved)
        else:
            event.ignore()  # what is typed goes to the box

    def scrollTo(
        self,
        index: QModelIndex,  # type: ignore[override]
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Not behind the heading that stays in view."""
        super().scrollTo(index, hint)
        hidden = heading_height() - self.visualRect(index).top()
        if hidden > 0 and self.verticalScrollBar().value() > 0:
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() - hidden)

    # --- menu -----------------------------------------------------------------------------------------------------

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        self._open_menu(self.currentIndex() if by_key else index, None if by_key else event.globalPos())

    def _open_menu(self, index: QModelIndex, at: QPoint | None) -> None:
        row = self._calls.call_row(index)
        if row is None or row.live:
            return
        hidden = row.newest.remote.hidden
        menu = PopupMenu(self, text_pages.call_with(self._calls.who(row).name))
        menu.add_item(
            MenuItem(text_actions.call(), lambda: self.call_wanted.emit(row), "phone",
                     enabled=self._delegate.can_call and not hidden)
        )  # fmt: skip
        menu.add_item(
            MenuItem(text_actions.copy_number(), lambda: self.copy_wanted.emit(row), "copy", enabled=not hidden)
        )
        menu.add_separator()
        menu.add_item(MenuItem(text_pages.delete(), lambda: self.delete_wanted.emit(row), "trash", danger=True))
        menu.destroyed.connect(self._menu_closed)
        self._menu = menu
        self._delegate.actions_row = index.row()
        self.viewport().update()
        if at is not None:
            menu.open_at(at)
            return
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        more: QRect = action_rects(self.visualRect(index), rtl)["more"]
        menu.open_at(self.viewport().mapToGlobal(more.bottomLeft() + QPoint(0, 4)))

    def _menu_closed(self) -> None:
        self._menu = None
        self._delegate.actions_row = -1
        self.viewport().update()
