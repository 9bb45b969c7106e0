"""A sheet that slides up over its parent, with a scrim behind it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import fill_round

_GRIP = (36, 4)
_DRAG_TO_CLOSE = 80


class _Panel(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 20, 0, 0)
        self.column.setSpacing(0)
        self._drag: float | None = None

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = t.radius("xl")
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.rect()).adjusted(0, 0, 0, radius), radius, radius)
        painter.fillPath(path, t.color("bg-raised"))
        if t.dark:
            painter.setPen(t.color("line-subtle"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, radius), radius, radius)
        grip = QRectF((self.width() - _GRIP[0]) / 2, 8, *_GRIP)
        fill_round(painter, grip, _GRIP[1] / 2, t.color("line-default"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._drag = event.globalPosition().y() if event.position().y() < 28 else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        sheet = self.parentWidget()
        pulled = self._drag is not None and event.globalPosition().y() - self._drag > _DRAG_TO_CLOSE
        self._drag = None
        if pulled and isinstance(sheet, Sheet):
            sheet.dismiss()


class Sheet(QWidget):
    """Put content into `panel_layout`, then `open()`. Esc, the scrim or a drag down close it; `closed` tells."""

    closed = Signal()

    def __init__(self, parent: QWidget, height: int, name: str = "") -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._height = height
        self._part = 0.0
        self._panel = _Panel(self)
        self.panel_layout = self._panel.column
        self._slide = QVariantAnimation(self)
        self._slide.valueChanged.connect(self._moved)
        self._slide.finished.connect(self._arrived)
        self._closing = False
        self._opener: QWidget | None = None
        self.hide()
        parent.installEventFilter(self)
        theme().changed.connect(self.update)

    def open(self) -> None:
        self._opener = QApplication.focusWidget()
        self._closing = False
        self._cover()
        self.show()
        self.raise_()
        self._run(1.0)
        first = self._focusable()
        if first:
            first[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def dismiss(self) -> None:
        if self._closing or not self.isVisible():
            return
        self._closing = True
        self._run(0.0)

    def _run(self, target: float) -> None:
        milliseconds = theme().motion("sheet")
        self._slide.stop()
        if milliseconds == 0:
            self._moved(target)
            self._arrived()
            return
        self._slide.setStartValue(self._part)
        self._slide.setEndValue(target)
        self._slide.setDuration(milliseconds)
        self._slide.start()

    def _moved(self, value: object) -> None:
        self._part = float(value)  # type: ignore[arg-type]
        self._place()
        self.update()

    def _arrived(self) -> None:
        if self._closing:
            self.hide()
            self._closing = False
            if self._opener is not None and self._opener.isVisible():
                self._opener.setFocus(Qt.FocusReason.OtherFocusReason)
            self.closed.emit()

    def _cover(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self._place()

    def _place(self) -> None:
        height = min(self._height, self.height() - 24)
        self._panel.setGeometry(QRect(0, self.height() - round(height * self._part), self.width(), height))

    def _focusable(self) -> list[QWidget]:
        """In Tab order, what can take the focus inside."""
        found: list[QWidget] = []
        widget = self.nextInFocusChain()
        while widget is not None and widget is not self:
            wanted = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            if wanted and self.isAncestorOf(widget) and widget.isEnabled() and widget.isVisibleTo(self):
                found.append(widget)
            widget = widget.nextInFocusChain()
        return found

    def focusNextPrevChild(self, forward: bool) -> bool:
        chain = self._focusable()
        if not chain:
            return True
        focus = QApplication.focusWidget()
        at = chain.index(focus) if focus in chain else -1
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        chain[(at + (1 if forward else -1)) % len(chain)].setFocus(reason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._panel.geometry().contains(event.position().toPoint()):
            self.dismiss()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._cover()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        scrim = theme().color("scrim")
        scrim.setAlphaF(scrim.alphaF() * self._part)
        QPainter(self).fillRect(self.rect(), scrim)
