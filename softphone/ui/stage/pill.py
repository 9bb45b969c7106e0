"""The pill at the top of a call: is it encrypted, how good is it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from softphone.ui import text_stage
from softphone.ui.text_call import encryption
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import fill_round, mirrored
from softphone.ui.widgets.quality_bars import paint_quality_bars

_PADDING, _GAP, _LOCK = 12, 8, 14
_BARS = QSize(18, 14)


class CallPill(QWidget):
    """Lock and word, then bars and word once there is something to measure. Words carry it for screen readers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._encrypted: bool | None = None
        self._bars: int | None = None
        self._word = ""
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.hide()
        theme().changed.connect(self._changed)

    @property
    def words(self) -> tuple[str, str]:
        return ("" if self._encrypted is None else encryption(self._encrypted), self._word)

    def show_call(self, encrypted: bool | None, quality: tuple[int, str] | None) -> None:
        """`encrypted` None: not known before the media is agreed on; with neither, the pill is not there."""
        bars, word = quality if quality is not None else (None, "")
        if (encrypted, bars, word) == (self._encrypted, self._bars, self._word):
            return
        self._encrypted, self._bars, self._word = encrypted, bars, word
        lock, _ = self.words
        self.setAccessibleName(text_stage.lock_and_quality(lock, word))
        self.setToolTip(text_stage.not_encrypted() if encrypted is False else "")
        self.setVisible(encrypted is not None or bars is not None)
        self._changed()

    def _changed(self) -> None:
        self.updateGeometry()
        self.update()

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(theme().font("caption", weight=500))

    def sizeHint(self) -> QSize:
        metrics, (lock, word) = self._metrics(), self.words
        width = 2 * _PADDING
        if lock:
            width += _LOCK + _GAP + metrics.horizontalAdvance(lock)
        if lock and self._bars is not None:
            width += 2 * _GAP + 1
        if self._bars is not None:
            width += _BARS.width() + _GAP + metrics.horizontalAdvance(word)
        return QSize(width, theme().scaled(28))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = t.color("line-subtle") if t.dark or t.high_contrast else None
        fill_round(painter, QRectF(self.rect()), self.height() / 2, t.color("bg-surface"), edge)
        painter.setFont(t.font("caption", weight=500))
        lock, word = self.words
        x = _PADDING
        if lock:
            token = "success-text" if self._encrypted else "warn-text"
            name = "lock-simple" if self._encrypted else "lock-simple-open"
            paint_icon(painter, QRectF(self._place(x, _LOCK, _LOCK)), name, token, "fill")
            x = self._words(painter, x + _LOCK + _GAP, lock)
        if lock and self._bars is not None:
            painter.fillRect(self._place(x + _GAP, 1, 14), t.color("line-default"))
            x += 2 * _GAP + 1
        if self._bars is not None:
            paint_quality_bars(painter, QRectF(self._place(x, _BARS.width(), _BARS.height())), self._bars)
            self._words(painter, x + _BARS.width() + _GAP, word)

    def _words(self, painter: QPainter, x: int, text: str) -> int:
        width = painter.fontMetrics().horizontalAdvance(text)
        painter.setPen(theme().color("text-secondary"))
        painter.drawText(self._place(x, width + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
        return x + width

    def _place(self, x: int, width: int, height: int) -> QRect:
        start = self.width() - x - width if mirrored(self) else x
        return QRect(start, (self.height() - height) // 2, width, height)
