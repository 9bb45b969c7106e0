"""How a change stands, beside its control or at the page's top: a mark and a word."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from softphone.ui import text_settings
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.motion import frame_clock
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import start_rect, text_width
from softphone.ui.widgets.spinner import paint_spinner

Mark = Literal["", "saving", "saved", "waiting", "refused", "locked", "updated"]

#: A save quicker than that is shown as saved only.
SAVING_AFTER_MS, SAVED_MS, UPDATED_MS = 400, 2000, 4000
_ICON = 16
_LOOKS = {
    "saved": ("check", "success-text", "regular"),
    "waiting": ("clock", "text-secondary", "regular"),
    "refused": ("warning-circle", "danger-text", "fill"),
    "locked": ("lock-simple", "text-tertiary", "regular"),
    "updated": ("arrow-clockwise", "accent-text", "regular"),
}


class StateMark(QWidget):
    """"saving" shows after a moment, "saved" and "updated" go by themselves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted: Mark = ""
        self.mark: Mark = ""
        self._ticking = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._time_up)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)
        self.hide()

    @property
    def text(self) -> str:
        return self._words() if self.mark else ""

    def set_mark(self, mark: Mark) -> None:
        if mark == self._wanted:
            return
        before, self._wanted = self._wanted, mark
        self._timer.stop()
        if mark == "saving" and before != "saving":
            self._show("")
            self._timer.start(SAVING_AFTER_MS)
            return
        self._show(mark)
        if mark == "saved":
            self._timer.start(SAVED_MS)
        elif mark == "updated":
            self._timer.start(UPDATED_MS)

    def _time_up(self) -> None:
        if self._wanted == "saving":
            self._show("saving")
        else:
            self._wanted = ""
            self._show("")

    def _show(self, mark: Mark) -> None:
        self.mark = mark
        self.setAccessibleName(self._words() if mark else "")
        self.setVisible(bool(mark))
        self.updateGeometry()
        self.update()
        self._turn()

    def _words(self) -> str:
        words = {
            "saving": text_settings.saving, "saved": text_settings.saved, "waiting": text_settings.will_save,
            "refused": text_settings.not_saved, "locked": text_settings.set_by_administrator,
            "updated": text_settings.updated,
        }  # fmt: skip
        return words[self.mark]() if self.mark else ""

    def _turn(self) -> None:
        clock = frame_clock()
        if self.mark == "saving" and self.isVisible():
            if not self._ticking:
                self._ticking = True
                clock.tick.connect(self.update)
            clock.join(self)
        elif self._ticking:
            self._ticking = False
            clock.tick.disconnect(self.update)
            clock.leave(self)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._turn()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._turn()

    def sizeHint(self) -> QSize:
        return QSize(_ICON + 8 + text_width(theme().font("caption"), self._words()), theme().line("body"))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(start_rect(self, QRect(0, (self.height() - _ICON) // 2, _ICON, _ICON)))
        if self.mark == "saving":
            paint_spinner(painter, box.adjusted(1, 1, -1, -1), t.color("accent-fill"))
        elif self.mark:
            name, token, weight = _LOOKS[self.mark]
            paint_icon(painter, box, name, token, weight)  # type: ignore[arg-type]
        painter.setFont(t.font("caption"))
        painter.setPen(t.color("text-tertiary" if self.mark == "locked" else "text-secondary"))
        words = start_rect(self, QRect(_ICON + 7, 0, self.width() - _ICON - 7, self.height()))
        painter.drawText(words, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, self._words())
