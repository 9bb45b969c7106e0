"""The keys of an action: shown as caps, changed by pressing others."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from softphone.extension.document import Json
from softphone.ui import text_shortcuts as words
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.key_conflict import KeyConflict
from softphone.ui.shortcuts import may_be_chosen, parts, portable, shortcuts
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import IconButton
from softphone.ui.widgets.painted_button import fill_round, start_rect, text_width

_CAP, _GAP, _PAD = 24, 5, 8
_FIELD = 190
_ONLY_HELD = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)


class KeyCaps(QWidget):
    """Keys as caps, in the order in which they are held."""

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._keys = ""
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)

    def set_keys(self, keys: str) -> None:
        self._keys = keys
        self.updateGeometry()
        self.update()

    def _widths(self) -> list[int]:
        font = theme().font("caption", weight=500)
        return [max(theme().scaled(_CAP), text_width(font, cap) + 2 * _PAD) for cap in parts(self._keys)]

    def sizeHint(self) -> QSize:
        widths = self._widths()
        if not widths:
            return QSize(text_width(theme().font("caption"), words.no_keys()), theme().scaled(_CAP))
        return QSize(sum(widths) + _GAP * (len(widths) - 1), theme().scaled(_CAP) + 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(t.font("caption", weight=500))
        caps = parts(self._keys)
        if not caps:
            painter.setPen(t.color("text-tertiary"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words.no_keys())
            return
        x, high = 0, self.height() - 1
        for cap, width in zip(caps, self._widths(), strict=True):
            box = QRectF(start_rect(self, QRect(x, 0, width, high)))
            fill_round(painter, box.translated(0, 1), 5, t.color("line-default"))
            fill_round(painter, box, 5, t.color("bg-control"), t.color("line-default"))
            painter.setPen(t.color("text-primary"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, cap)
            x += width + _GAP


class KeyField(QWidget):
    """Takes the next keys, whatever they would do elsewhere. `given_up`: Esc, or the focus went."""

    pressed = Signal(str)
    impossible = Signal()
    given_up = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("ownFocus", True)
        self.setFixedWidth(_FIELD)
        self.setAccessibleName(words.press_new_keys())
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(_FIELD, theme().scaled(32))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        return super().event(event)

    def _key(self, event: QKeyEvent) -> bool:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        bare = not modifiers & ~Qt.KeyboardModifier.ShiftModifier
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return super().event(event)
        if key == Qt.Key.Key_Escape and bare:
            self.given_up.emit()
        elif key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete) and bare:
            self.pressed.emit("")
        elif key not in _ONLY_HELD:
            # Shift of a sign is part of the sign; the number pad's keys are the same keys.
            keys = QKeySequence(event.keyCombination().toCombined() & ~Qt.KeyboardModifier.KeypadModifier.value)
            keys = QKeySequence(portable(keys).replace("Enter", "Return"))
            if may_be_chosen(keys):
                self.pressed.emit(portable(keys))
            else:
                self.impossible.emit()
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.ActiveWindowFocusReason:
            self.given_up.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill_round(painter, QRectF(self.rect()), 8, t.color("focus"))
        fill_round(painter, QRectF(self.rect()).adjusted(2, 2, -2, -2), 6, t.color("bg-surface"))
        painter.setFont(t.font("body"))
        painter.setPen(t.color("text-tertiary"))
        box = self.rect().adjusted(12, 0, -12, 0)
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, leading, words.press_new_keys())


class KeyEditor(Editor):
    """Keys that another action has are asked about in the page's banner."""

    def __init__(self, action: str, conflict: KeyConflict) -> None:
        super().__init__()
        self._action, self._conflict = action, conflict
        self.caps = KeyCaps()
        self.field = KeyField()
        self.button = IconButton("pencil-simple", words.change(action), box=32, icon_size=18)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        box.addStretch(1)
        box.addWidget(self.caps, 0, Qt.AlignmentFlag.AlignVCenter)
        box.addWidget(self.field, 0, Qt.AlignmentFlag.AlignVCenter)
        box.addWidget(self.button)
        self.field.hide()
        self.caps.clicked.connect(self.begin)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click that ends the change must not end it twice
        self.button.clicked.connect(lambda _=False: self.revert() if self.editing else self.begin())
        self.field.pressed.connect(self._pressed)
        self.field.impossible.connect(lambda: self.faulty.emit(words.not_possible()))
        self.field.given_up.connect(self.revert)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def controls(self) -> list[QWidget]:
        return [self.button]

    def set_name(self, name: str, description: str) -> None:
        said = words.spoken(shortcuts().words(self._action))
        self.button.setAccessibleDescription(said)
        self.caps.setAccessibleName(f"{name}, {said}")

    def show_value(self, value: Json) -> None:
        self.caps.set_keys(str(value or ""))

    @property
    def editing(self) -> bool:
        return not self.field.isHidden()

    def begin(self) -> None:
        self._conflict.forget()
        self._show(editing=True)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def revert(self) -> None:
        if self.editing:
            self._end()
            self.faulty.emit("")

    def _end(self) -> None:
        had_focus = self.field.hasFocus()
        self._show(editing=False)
        if had_focus:
            self.button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, *, editing: bool) -> None:
        self.field.setVisible(editing)
        self.caps.setVisible(not editing)
        self.button.set_icon("x" if editing else "pencil-simple")
        self.button.set_name(words.cancel() if editing else words.change(self._action))

    def _pressed(self, keys: str) -> None:
        self.faulty.emit("")
        other = shortcuts().used_by(keys, self._action)
        self._end()
        if other is None:
            self.chosen.emit(keys)
        else:
            self._conflict.ask(keys, other, lambda: self.chosen.emit(keys))
