"""The text's size: a slider from a small A to a big one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from softphone.extension.document import Json
from softphone.ui import text_application as words
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.slider import Slider
from softphone.ui.widgets.labels import Label


class TextSizeEditor(Editor):
    """Its steps are the sizes there are, in per cent; decided on release, since the slider itself would move."""

    width_beside = 250

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        self._sizes = tuple(sizes)
        self.slider = Slider(0, len(self._sizes) - 1, page=1)
        self._percent = Label("", "caption", "text-secondary", tabular=True, align=Qt.AlignmentFlag.AlignTrailing)
        self._percent.setMinimumWidth(44)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(Label("A", "micro", "text-primary"))
        box.addWidget(self.slider, 1)
        box.addWidget(Label("A", "title2", "text-primary"))
        box.addWidget(self._percent)
        self.slider.moved.connect(self._moved)
        self.slider.decided.connect(lambda step: self.chosen.emit(self._sizes[step]))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def controls(self) -> list[QWidget]:
        return [self.slider]

    def show_value(self, value: Json) -> None:
        if value in self._sizes and not self.slider.held:
            step = self._sizes.index(int(str(value)))
            self.slider.set_value(step)
            self._moved(step)

    def _moved(self, step: int) -> None:
        said = words.per_cent(self._sizes[step])
        self._percent.setText(said)
        self.slider.set_words(said)
