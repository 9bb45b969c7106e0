"""Cards: a surface with an edge, and rows split by a line."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.labels import Label, TextBlock
from softphone.ui.widgets.painted_button import fill_round

_CONTROL, _UNBOUND = 300, 16_777_215
_NARROW = 420  # below this a row's control goes under its words


class Card(QWidget):
    """Add rows with `add_row`; a line is painted above each but the first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[QWidget, bool]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        theme().changed.connect(self.update)

    def add_row(self, row: QWidget, *, line: bool = True) -> None:
        self._rows.append((row, line))
        self._column.addWidget(row)

    def clear(self) -> None:
        for row, _ in self._rows:
            row.hide()
            row.deleteLater()
        self._rows.clear()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill_round(painter, QRectF(self.rect()), 12, t.color("bg-surface"), t.color("line-subtle"))
        shown = [(row, line) for row, line in self._rows if not row.isHidden()]
        for row, line in shown[1:]:
            if line:
                painter.fillRect(1, row.y(), self.width() - 2, 1, t.color("line-subtle"))


class _Icon(QWidget):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.setFixedSize(20, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_icon(QPainter(self), QRectF(self.rect()), self._name, "text-secondary")


class _RoundIcon(QWidget):
    """An icon on a green disc, for what starts a call."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.setFixedSize(40, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill_round(painter, QRectF(self.rect()), 20, theme().color("success-soft"))
        paint_icon(painter, QRectF(10, 10, 20, 20), self._name, "success-text", "fill")


class SettingRow(QWidget):
    """Label 500, help below, control at the end; a click on a row with a switch is a click on the switch."""

    def __init__(
        self, label: str, control: QWidget, *, help_text: str = "", icon: str = "", call_icon: str = "",
        extra: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self._control = control
        self._toggles = isinstance(control, QAbstractButton) and control.isCheckable()
        if self._toggles:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(Label(label, "body", weight=500))
        if help_text:
            words.addWidget(TextBlock(help_text, "caption", "text-tertiary"))
            control.setAccessibleDescription(help_text)
        if extra is not None:
            words.addSpacing(3)
            words.addWidget(extra)
        words.addStretch(1)
        first = QHBoxLayout()
        first.setSpacing(14)
        if icon:
            first.addWidget(_Icon(icon), 0, Qt.AlignmentFlag.AlignVCenter)
        if call_icon:
            first.addWidget(_RoundIcon(call_icon), 0, Qt.AlignmentFlag.AlignVCenter)
        first.addLayout(words, 1)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(16, 10, 16, 10)
        self._box.setSpacing(16)
        self._box.addLayout(first, 1)
        self._fills = control.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Expanding
        self._box.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter if not self._fills else Qt.AlignmentFlag(0))
        self.setMinimumHeight(theme().size("row.setting"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._toggles:
            narrow = self.width() < _NARROW
            if self._fills:
                least = 0 if narrow else min(_CONTROL, self.width() // 2)
                self._control.setMinimumWidth(least)
                self._control.setMaximumWidth(_UNBOUND if narrow else least)
            self._box.setSpacing(10 if narrow else 16)
            ways = QBoxLayout.Direction
            self._box.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.setAccepted(self._toggles)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._toggles and self.rect().contains(event.position().toPoint()):
            self._control.click()  # type: ignore[attr-defined]
