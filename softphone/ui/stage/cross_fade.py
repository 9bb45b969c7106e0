"""Stage to stage: what was shown fades out over what is shown now."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, Qt, QVariantAnimation
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from softphone.ui.theme.theme import theme


class CrossFade(QWidget):
    """Call `keep()` before the content changes and `run()` after; nothing happens while hidden or with less motion."""

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._before = QPixmap()
        self._part = 1.0
        self._steps = QVariantAnimation(self)
        self._steps.setStartValue(1.0)
        self._steps.setEndValue(0.0)
        self._steps.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._steps.valueChanged.connect(self._moved)
        self._steps.finished.connect(self._over)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.hide()

    def keep(self) -> None:
        page = self.parentWidget()
        if page is not None and page.isVisible() and theme().motion("page"):
            self.hide()
            self._before = page.grab()

    def run(self) -> None:
        page = self.parentWidget()
        if page is None or self._before.isNull():
            return
        self._steps.stop()
        self._part = 1.0
        self.setGeometry(page.rect())
        self.show()
        self.raise_()
        self._steps.setDuration(theme().motion("page"))
        self._steps.start()

    def _moved(self, value: object) -> None:
        if isinstance(value, float):
            self._part = value
            self.update()

    def _over(self) -> None:
        self._before = QPixmap()
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setOpacity(self._part)
        painter.drawPixmap(0, 0, self._before)
