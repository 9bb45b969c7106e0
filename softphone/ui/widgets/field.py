"""Text fields: label above, one line of text in a frame, and the message below when something is wrong."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from softphone.ui import text_widgets
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import IconButton
from softphone.ui.widgets.labels import Label, TextBlock
from softphone.ui.widgets.painted_button import fill_round

_DOT_GAP = 4


class FieldFrame(QWidget):
    """The painted frame round a line edit; its edge tells focus and error."""

    def __init__(self, *, height: str = "default", radius: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._height = height
        self._radius = radius
        self._error = False
        self._dotted = False
        self.edit = QLineEdit(self)
        # The placeholder is words, so the dots' spacing comes with the first character.
        self.edit.textChanged.connect(lambda _text: self._dress())
        self.edit.setFrame(False)
        self.edit.installEventFilter(self)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 2, 12, 2)
        self._row.setSpacing(8)
        self._row.addWidget(self.edit, 1)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self._dress)
        self._dress()

    def add_trailing(self, widget: QWidget) -> None:
        self._row.setContentsMargins(12, 2, 4, 2)
        self._row.addWidget(widget)

    def set_error(self, on: bool) -> None:
        self._error = on
        self.update()

    def set_dotted(self, on: bool) -> None:
        """Hidden text: its dots stand apart."""
        self._dotted = on
        self._dress()

    def _dress(self) -> None:
        font = theme().font("body")
        if self._dotted and self.edit.text():
            font.setLetterSpacing(font.letterSpacingType(), _DOT_GAP)
        if font != self.edit.font():
            self.edit.setFont(font)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, theme().size(f"control.{self._height}"))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut, QEvent.Type.EnabledChange):
            self.update()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.edit.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        enabled = self.edit.isEnabled()
        strong = "danger-graphic" if self._error else "focus" if self.edit.hasFocus() else None
        if strong is None or not enabled:
            fill = t.color("bg-surface" if enabled else "bg-muted")
            fill_round(
                painter, QRectF(self.rect()), self._radius, fill, t.color("line-control" if enabled else "line-default")
            )
            return
        painter.setBrush(t.color("bg-surface"))
        painter.setPen(QPen(t.color(strong), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), self._radius - 1, self._radius - 1)


class _ErrorMark(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(14, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_icon(QPainter(self), QRectF(0, 1, 14, 14), "warning-circle", "danger-text", "fill")


class Field(QWidget):
    """A labelled field; with `password` it hides its text behind an eye, and hides it again with the window."""

    edited = Signal(str)
    returned = Signal()

    def __init__(
        self,
        label: str,
        placeholder: str = "",
        *,
        password: bool = False,
        height: str = "default",
        help_text: str = "",
        parent: QWidget | None = None,
    ) -> None:
        self.eye: IconButton | None = None  # first: events come while the rest is made
        super().__init__(parent)
        self._label = Label(label, "caption", "text-secondary", weight=500)
        self.frame = FieldFrame(height=height)
        self.edit = self.frame.edit
        self.edit.setPlaceholderText(placeholder)
        self.edit.setAccessibleName(label)
        self._label.setBuddy(self.edit)
        self.edit.textEdited.connect(self._was_edited)
        self.edit.returnPressed.connect(self.returned)
        self._help = TextBlock(help_text, "caption", "text-tertiary")
        self._help.setVisible(bool(help_text))
        self._error_row = QWidget()
        self._error = TextBlock("", "caption", "danger-text")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._label)
        column.addWidget(self.frame)
        column.addWidget(self._help)
        column.addWidget(self._error_row)
        row = QHBoxLayout(self._error_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(_ErrorMark(self._error_row), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._error, 1)
        self._error_row.hide()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        if password:
            self._add_eye()

    def _add_eye(self) -> None:
        self.eye = IconButton("eye", text_widgets.show_password(), box=32, icon_size=18)
        self.eye.setCheckable(True)
        self.eye.setCursor(Qt.CursorShape.ArrowCursor)
        self.eye.toggled.connect(self._reveal)
        self.frame.add_trailing(self.eye)
        self.edit.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self._reveal(False)

    def _reveal(self, shown: bool) -> None:
        self.edit.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self.frame.set_dotted(not shown)
        if self.eye is not None:
            self.eye.set_icon("eye-slash" if shown else "eye")

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowDeactivate and self.eye is not None:
            self.eye.setChecked(False)
        return super().event(event)

    def text(self) -> str:
        return self.edit.text()

    def set_text(self, text: str) -> None:
        self.edit.setText(text)

    def set_read_only(self, on: bool) -> None:
        self.edit.setReadOnly(on)

    @property
    def error(self) -> str:
        return self._error.plain_text() if self._error_row.isVisibleTo(self) else ""

    def set_error(self, message: str) -> None:
        """Empty takes it away; it also goes when the person types."""
        self.frame.set_error(bool(message))
        self._error.set_text(message)
        self._error_row.setVisible(bool(message))
        self._help.setVisible(bool(self._help.plain_text()) and not message)
        self.edit.setAccessibleDescription(message or self._help.plain_text())

    def _was_edited(self, text: str) -> None:
        if self.error:
            self.set_error("")
        self.edited.emit(text)
