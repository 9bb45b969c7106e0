"""The free place between who is on the call and the buttons: one notice, and Resume while on hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from softphone.ui.text import tr
from softphone.ui.widgets.banner import Banner, BannerKind
from softphone.ui.widgets.button import Button

_WIDTH = 340


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
        self.resume_button = Button(tr("Resume call"), "secondary", "play", icon_weight="fill")
        self.resume_button.set_icon("play", size=16, weight="fill")
        self.resume_button.setToolTip(tr("Resume call") + "  Ctrl H")
        self.resume_button.clicked.connect(lambda _=False: self.resume.emit())
        self.resume_button.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 0, 20, 0)
        self._column.setSpacing(10)
        self._column.addWidget(self.resume_button, 0, Qt.AlignmentFlag.AlignHCenter)
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
            self._banner.setMaximumWidth(_WIDTH)
            self._banner.action.connect(self._act)
            self._column.insertWidget(0, self._banner)
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
        parts = []
        if self._banner is not None and self._notice is not None:
            room = min(_WIDTH, width - 40)
            layout = self._banner.layout()
            wish = layout.heightForWidth(room) if layout is not None and layout.hasHeightForWidth() else -1
            parts.append(max(wish, self._banner.minimumSizeHint().height()))
        if not self.resume_button.isHidden():
            parts.append(self.resume_button.sizeHint().height())
        return sum(parts) + self._column.spacing() * max(0, len(parts) - 1)

    def _act(self) -> None:
        if self._notice is not None and self._notice.on_button is not None:
            self._notice.on_button()
