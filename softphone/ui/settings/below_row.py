"""What opens below a row: not saved, changed elsewhere, and the question before a change. Made when first needed."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from softphone.ui import text_settings
from softphone.ui.settings.strips import ConflictCard, RefusedStrip, UnreachableCard
from softphone.ui.widgets.announce import announce


class BelowRow(QWidget):
    """`closed`: the question was answered while it had the focus."""

    retry = Signal()
    discard = Signal()
    keep_mine = Signal()
    use_theirs = Signal()
    anyway = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.refused: RefusedStrip | None = None
        self.conflict: ConflictCard | None = None
        self.unreachable: UnreachableCard | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.hide()

    def covers(self, point: QPoint) -> bool:
        """A click there is not one on the row."""
        return self.isVisible() and self.geometry().contains(point)

    def show_refused(self, reason: str | None) -> None:
        """None: it is not refused, or not any more."""
        if reason is None:
            self._close(self.refused)
            return
        if self.refused is None:
            self.refused = RefusedStrip()
            self.refused.retry.connect(self.retry)
            self.refused.undo.connect(self.discard)
            self._column.addWidget(self.refused)
        self.refused.set_reason(reason)
        new = self.refused.isHidden() or self.isHidden()
        self._open(self.refused)
        if new:
            announce(self, self.refused.text, at_once=True)

    def show_conflict(self, sentence: str, yours: str = "", theirs: str = "") -> None:
        """"": there is none, or none any more."""
        if not sentence:
            self._close(self.conflict)
            return
        if self.conflict is None:
            self.conflict = ConflictCard()
            self.conflict.first.connect(self.keep_mine)
            self.conflict.second.connect(self.use_theirs)
            self._column.addWidget(self.conflict)
        self.conflict.set_sentence(sentence)
        self.conflict.set_values(yours, theirs)
        new = self.conflict.isHidden() or self.isHidden()
        self._open(self.conflict)
        if new:
            announce(self, sentence, at_once=True)

    def ask(self, sentence: str) -> None:
        """Whether to do it although nobody gets through then."""
        if self.unreachable is None:
            self.unreachable = UnreachableCard()
            self.unreachable.first.connect(self.anyway)
            self.unreachable.second.connect(self.drop_question)
            self._column.addWidget(self.unreachable)
        self.unreachable.set_sentence(sentence)
        self._open(self.unreachable)
        self.unreachable.first_button.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, f"{text_settings.unreachable_title()}. {sentence}", at_once=True)

    def drop_question(self) -> None:
        if self.unreachable is None or self.unreachable.isHidden():
            return
        focus = QApplication.focusWidget()
        inside = focus is not None and self.unreachable.isAncestorOf(focus)
        self._close(self.unreachable)
        if inside:
            self.closed.emit()

    def _open(self, strip: QWidget) -> None:
        strip.show()
        self.show()

    def _close(self, strip: QWidget | None) -> None:
        if strip is not None:
            strip.hide()
            strips = (self.refused, self.conflict, self.unreachable)
            self.setVisible(any(one is not None and not one.isHidden() for one in strips))
