"""Several lines of text in a frame, with a count of them; decided on leaving it or Ctrl Enter, restored by Esc."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from softphone.ui.theme.theme import theme
from softphone.ui.widgets.labels import Label
from softphone.ui.widgets.painted_button import fill_round

_LINES = 3


class TextArea(QWidget):
    """`edited` at each key, `decided` when the person is done with it."""

    edited = Signal()
    decided = Signal()
    restored = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._error = False
        self.edit = QPlainTextEdit()
        self.edit.setFrameShape(QFrame.Shape.NoFrame)
        self.edit.setTabChangesFocus(True)
        self.edit.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.edit.setProperty("ownFocus", True)
        self.edit.document().setDocumentMargin(0)
        self.edit.viewport().setAutoFillBackground(False)
        self.edit.installEventFilter(self)
        self.edit.textChanged.connect(self.edited)
        self.count = Label("", "caption", "text-tertiary", tabular=True, align=Qt.AlignmentFlag.AlignTrailing)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 6)
        column.setSpacing(2)
        column.addWidget(self.edit, 1)
        column.addWidget(self.count)
        self.setFocusProxy(self.edit)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        t = theme()
        self.edit.setFont(t.font("body"))
        palette = QPalette(self.edit.palette())
        palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        palette.setColor(QPalette.ColorRole.Text, t.color("text-primary"))
        palette.setColor(QPalette.ColorRole.PlaceholderText, t.color("text-tertiary"))
        self.edit.setPalette(palette)
        self.setFixedHeight(_LINES * t.line("body") + t.line("caption") + 20)
        self.update()

    @property
    def text(self) -> str:
        return self.edit.toPlainText()

    def set_text(self, text: str) -> None:
        if text != self.edit.toPlainText():
            self.edit.setPlainText(text)

    def set_error(self, on: bool) -> None:
        self._error = on
        self.count.set_color("danger-text" if on else "text-tertiary")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, self.minimumHeight())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and control:
                self.decided.emit()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.restored.emit()
                return True
        elif event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut) and isinstance(event, QFocusEvent):
            self.update()
            # A menu of its own, or another window for a moment, is not leaving it.
            aside = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
            if event.lostFocus() and event.reason() not in aside:
                self.decided.emit()
        return False

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
