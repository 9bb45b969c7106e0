"""The free place between who is on the call and the buttons: one notice, and Resume while on hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from softphone.ui import text_stage
from softphone.ui.shortcuts import with_keys
from softphone.ui.widgets.banner import Banner, BannerKind
from softphone.ui.widgets.button import Button

_WIDTH, _GAP = 340, 10


@dataclass(frozen=True)
class Notice:
    kind: BannerKind
    title: str
    text: str = ""
    icon: str | None = None
    button: str = ""
    on_button: Callable[[], object] | None = None


class NoticeSlot(QWidget):
    resume = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notice: Notice | None = None
        self._banner: Banner | None = None
        self.resume_button = Button(text_stage.resume_call(), "secondary", "play", parent=self)
        self.resume_button.set_icon("play", size=16, weight="fill")
        self.resume_button.setToolTip(with_keys(text_stage.resume_call(), "hold"))
        self.resume_button.clicked.connect(lambda _=False: self.resume.emit())
        self.resume_button.hide()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def notice(self) -> Notice | None:
        return self._notice

    def show_notice(self, notice: Notice | None) -> bool:
        """True when it changed."""
        if notice == self._notice:
            return False
        self._notice = notice
        if notice is None:
            if self._banner is not None:
                self._banner.hide()
            return True
        if self._banner is None:
            self._banner = Banner(parent=self)
            self._banner.action.connect(self._act)
            QWidget.setTabOrder(self._banner.button, self.resume_button)
        self._banner.set_content(notice.kind, notice.title, notice.text, icon=notice.icon, button=notice.button)
        self._banner.show()
        return True

    def show_resume(self, shown: bool, enabled: bool) -> bool:
        """True when it appeared or went."""
        changed = self.resume_button.isHidden() == shown
        self.resume_button.setVisible(shown)
        self.resume_button.setEnabled(enabled)
        return changed

    def height_at(self, width: int) -> int:
        """The height its content takes at a width; 0 when there is none."""
        return _stacked([high for _, high in self._parts(width)])

    def _parts(self, width: int) -> list[tuple[QWidget, int]]:
        parts: list[tuple[QWidget, int]] = []
        layout = self._banner.layout() if self._banner is not None and self._notice is not None else None
        if self._banner is not None and layout is not None:
            # Its minimum counts a line too many for text that wraps; its height for the width is right.
            parts.append((self._banner, layout.heightForWidth(min(_WIDTH, width - 40))))
        if not self.resume_button.isHidden():
            parts.append((self.resume_button, self.resume_button.sizeHint().height()))
        return parts

    def arrange(self) -> None:
        """Within its height: what does not fit is left out, Resume first, as On hold among the buttons resumes too."""
        parts, y = self._parts(self.width()), 0
        while len(parts) > 1 and _stacked([high for _, high in parts]) > self.height():
            parts.pop()[0].move(0, self.height() + _GAP)
        for widget, high in parts:
            wish = widget.sizeHint().width() if widget is self.resume_button else _WIDTH
            wide = min(wish, self.width() - 40)
            widget.setGeometry((self.width() - wide) // 2, y, wide, high)
            y += high + _GAP

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def _act(self) -> None:
        if self._notice is not None and self._notice.on_button is not None:
            self._notice.on_button()


def _stacked(heights: list[int]) -> int:
    return max(0, sum(heights) + _GAP * (len(heights) - 1))
