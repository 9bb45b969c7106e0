"""Several values in one field: chips and a line to add more; the field grows by rows."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QSizePolicy, QWidget

from softphone.ui import text_settings
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import PaintedButton, fill_round, mirrored, start_rect, text_width

_PAD, _GAP, _CHIP, _REMOVE = 5, 6, 26, 18
_LEAST_EDIT = 70
_BETWEEN = re.compile(r"[,;\n\t]+")


class ValueChip(PaintedButton):
    """26 high; Delete, or a click on its cross, removes it. Red where its value is not fine."""

    focus_radius = 6
    removed = Signal()

    def __init__(self, text: str, bad: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.bad = bad
        self.setText(text)
        self.setAccessibleName(text)
        self.setAccessibleDescription(text_settings.delete_removes_it())
        self.setToolTip(text)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def sizeHint(self) -> QSize:
        words = text_width(theme().font("caption", weight=500, tabular=True), self.text())
        return QSize(9 + words + 4 + _REMOVE + 5, theme().scaled(_CHIP))

    def cross(self) -> QRect:
        return start_rect(self, QRect(self.width() - _REMOVE - 5, (self.height() - _REMOVE) // 2, _REMOVE, _REMOVE))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self.isEnabled() and self.cross().adjusted(-3, -4, 5, 4).contains(event.position().toPoint()):
            self.removed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone = "danger" if self.bad else "accent"
        enabled = self.isEnabled()
        fill = t.color(f"{tone}-soft" if enabled else "bg-muted")
        fill_round(painter, QRectF(self.rect()), 6, fill, t.color("danger-graphic") if self.bad else None)
        painter.setFont(t.font("caption", weight=500, tabular=True))
        ink = "text-primary" if not self.bad else "danger-text"
        painter.setPen(t.color(ink if enabled else "text-disabled"))
        room = self.width() - 9 - 4 - _REMOVE - 5
        words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room + 1)
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(start_rect(self, QRect(9, 0, room + 1, self.height())), leading, words)
        cross = QRectF(0, 0, 12, 12)
        cross.moveCenter(QRectF(self.cross()).center())
        paint_icon(painter, cross, "x", ink if self.bad else "text-secondary", "bold")


class _Line(QLineEdit):
    """Pastes many values as many."""

    pasted = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            text = QApplication.clipboard().text()
            if _BETWEEN.search(text.strip()):
                self.pasted.emit(text)
                return
        super().keyPressEvent(event)


class ValueChips(QWidget):
    """`set_values` shows them as (value, words, whether it is bad). `added`: texts that were typed or pasted;
    `removed`: the place of a value that goes; `typed_changed`: something is being typed."""

    added = Signal(list)
    removed = Signal(int)
    typed_changed = Signal()

    def __init__(self, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._error = False
        self._seen: list[tuple[str, str, bool]] = []
        self.chips: list[ValueChip] = []
        self.edit = _Line(self)
        self.edit.setFrame(False)
        self.edit.setPlaceholderText(placeholder)
        self.edit.setMaxLength(2000)
        self.edit.installEventFilter(self)
        self.edit.pasted.connect(self._add)
        self.edit.textEdited.connect(lambda _text: self._edited())
        self.setFocusProxy(self.edit)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme().changed.connect(self._dress)
        self._dress()

    def set_values(self, values: list[tuple[str, str, bool]]) -> None:
        if values == self._seen:
            return
        self._seen = values
        focused = next((n for n, chip in enumerate(self.chips) if chip.hasFocus()), -1)
        for chip in self.chips:
            chip.hide()
            chip.deleteLater()
        self.chips = []
        for number, (_, words, bad) in enumerate(values):
            chip = ValueChip(words, bad, self)
            chip.setEnabled(self.isEnabled())
            chip.setCursor(Qt.CursorShape.ArrowCursor)
            chip.removed.connect(lambda n=number: self.removed.emit(n))
            chip.installEventFilter(self)
            chip.show()
            self.chips.append(chip)
        self._arrange()
        if focused >= 0:
            place = min(focused, len(self.chips) - 1)
            (self.chips[place] if place >= 0 else self.edit).setFocus(Qt.FocusReason.OtherFocusReason)

    def set_error(self, on: bool) -> None:
        self._error = on
        self.update()

    @property
    def text(self) -> str:
        return self.edit.text().strip()

    def _edited(self) -> None:
        if _BETWEEN.search(self.edit.text()):
            self._add(self.edit.text())
        self.typed_changed.emit()

    def _add(self, text: str) -> None:
        found = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
        if found:
            self.edit.clear()
            self.added.emit(found)

    def put_back(self, text: str) -> None:
        """What could not be added stays typed."""
        self.edit.setText(text)

    def commit(self) -> None:
        if self.text:
            self._add(self.text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(watched, event)
        if watched is self.edit and isinstance(event, QFocusEvent):
            if event.lostFocus() and event.reason() is not Qt.FocusReason.PopupFocusReason:
                self.commit()
            self.update()
        return False

    def _key(self, watched: QObject, event: QKeyEvent) -> bool:
        key, at_edit = event.key(), watched is self.edit
        back = Qt.Key.Key_Right if mirrored(self) else Qt.Key.Key_Left
        ahead = Qt.Key.Key_Left if mirrored(self) else Qt.Key.Key_Right
        if at_edit and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.commit()
            return True
        if at_edit and key == Qt.Key.Key_Escape and self.edit.text():
            self.edit.clear()
            self.typed_changed.emit()
            return True
        if at_edit and not self.edit.text() and self.chips and key in (Qt.Key.Key_Backspace, back):
            if key == Qt.Key.Key_Backspace:
                self.removed.emit(len(self.chips) - 1)
            else:
                self.chips[-1].setFocus(Qt.FocusReason.TabFocusReason)
            return True
        if not at_edit and key in (back, ahead) and isinstance(watched, ValueChip):
            place = self.chips.index(watched) + (1 if key == ahead else -1)
            target: QWidget = self.edit if place >= len(self.chips) else self.chips[max(0, place)]
            target.setFocus(Qt.FocusReason.TabFocusReason)
            return True
        return False

    # --- layout ---------------------------------------------------------------------------------------------------

    def _dress(self) -> None:
        self.edit.setFont(theme().font("body"))
        self._arrange()

    def _places(self, width: int) -> tuple[list[QRect], QRect, int]:
        """Of the chips and of the line, and the height they need."""
        high, x, y = theme().scaled(_CHIP), _PAD, _PAD
        inside = max(_LEAST_EDIT, width - 2 * _PAD)
        places = []
        for chip in self.chips:
            wide = min(chip.sizeHint().width(), inside)
            if x > _PAD and x + wide > _PAD + inside:
                x, y = _PAD, y + high + _GAP
            places.append(QRect(x, y, wide, high))
            x += wide + _GAP
        if x > _PAD and x + _LEAST_EDIT > _PAD + inside:
            x, y = _PAD, y + high + _GAP
        line = QRect(x + 4, y, _PAD + inside - x - 8, high)
        return places, line, y + high + _PAD

    def _arrange(self) -> None:
        places, line, height = self._places(self.width())
        for chip, place in zip(self.chips, places, strict=True):
            chip.setGeometry(start_rect(self, place))
        self.edit.setGeometry(start_rect(self, line))
        if height != self.height():
            self.setFixedHeight(height)
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._places(width)[2]

    def sizeHint(self) -> QSize:
        return QSize(340, self._places(self.width() if self.width() > 100 else 340)[2])

    def minimumSizeHint(self) -> QSize:
        return QSize(120, theme().scaled(_CHIP) + 2 * _PAD)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._arrange()
        super().changeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.edit.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        enabled = self.isEnabled()
        strong = "danger-graphic" if self._error else "focus" if self.edit.hasFocus() else None
        if strong is None or not enabled:
            fill = t.color("bg-surface" if enabled else "bg-muted")
            fill_round(painter, QRectF(self.rect()), 8, fill, t.color("line-control" if enabled else "line-default"))
            return
        painter.setBrush(t.color("bg-surface"))
        painter.setPen(QPen(t.color(strong), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 7, 7)
