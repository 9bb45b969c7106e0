"""A number of seconds: the slider between its ends, and the value in a box."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from softphone.extension.document import Json
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.setting import NumberKind
from softphone.ui.settings.slider import Slider
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.labels import Label
from softphone.ui.widgets.painted_button import fill_round

_BOX = 60


class WaitEditor(Editor):
    """Decided on release, or by keys."""

    width_beside = 390

    def __init__(self, kind: NumberKind) -> None:
        super().__init__()
        self._kind = kind
        self.slider = Slider(kind.least, kind.most, page=kind.page)
        self.box = _Box()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(Label(kind.words(kind.least), "caption", "text-tertiary"))
        row.addWidget(self.slider, 1)
        row.addWidget(Label(kind.words(kind.most), "caption", "text-tertiary"))
        row.addWidget(self.box)
        self.slider.moved.connect(self._moved)
        self.slider.decided.connect(lambda value: self.chosen.emit(value))
        self.setFocusProxy(self.slider)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def controls(self) -> list[QWidget]:
        return [self.slider]

    def show_value(self, value: Json) -> None:
        if isinstance(value, int) and not self.slider.held:
            self.slider.set_value(value)
            self._moved(value)

    def _moved(self, value: int) -> None:
        self.box.show_text(self._kind.words(value))
        self.slider.set_words(self._kind.words(value))


class _Box(QWidget):
    """The value, framed like a field; the slider is what changes it."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)

    @property
    def text(self) -> str:
        return self._text

    def show_text(self, text: str) -> None:
        self._text = text
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme().scaled(_BOX), theme().scaled(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = t.color("bg-surface" if self.isEnabled() else "bg-muted")
        fill_round(painter, QRectF(self.rect()), 8, fill, t.color("line-default"))
        painter.setFont(t.font("body", tabular=True))
        painter.setPen(t.color("text-primary" if self.isEnabled() else "text-disabled"))
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # as the words run, not the page
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)
