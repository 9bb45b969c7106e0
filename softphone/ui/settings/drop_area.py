"""Where a file is dropped, or chosen."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from softphone.ui.settings.strips import Mark
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.labels import Label

_HEIGHT = 128


class DropArea(QWidget):
    """`dropped`: the path of a file of this computer; `asked`: the person wants to choose one."""

    dropped = Signal(str)
    asked = Signal()

    def __init__(self, before: str, choose: str, limits: str) -> None:
        super().__init__()
        self._over = False
        self.setAcceptDrops(True)
        self.choose = Button(choose, "link", size="compact")
        self.choose.set_font("body", 500)
        self.choose.set_flush()
        self.choose.clicked.connect(lambda _=False: self.asked.emit())
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addStretch(1)
        line.addWidget(Label(before, "body", weight=500))
        line.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(4)
        column.addStretch(1)
        column.addWidget(Mark("upload-simple", "text-secondary", size=24), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(line)
        column.addWidget(Label(limits, "caption", "text-tertiary", align=Qt.AlignmentFlag.AlignHCenter))
        column.addStretch(1)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        return QSize(400, theme().scaled(_HEIGHT))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isEnabled() and self.rect().contains(event.position().toPoint()):
            self.asked.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._file(event) and self.isEnabled():
            event.acceptProposedAction()
            self._set_over(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._set_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._set_over(False)
        path = self._file(event)
        if path:
            event.acceptProposedAction()
            self.dropped.emit(path)

    def _file(self, event: QDropEvent) -> str:
        """One file of this computer; several, or something else, is nothing."""
        urls = event.mimeData().urls()
        return urls[0].toLocalFile() if len(urls) == 1 and urls[0].isLocalFile() else ""

    def _set_over(self, over: bool) -> None:
        self._over = over
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(t.color("accent-fill" if self._over else "line-control"), 1)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(t.color("accent-soft") if self._over else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
