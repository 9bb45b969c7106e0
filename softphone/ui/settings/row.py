"""One row of a page: a setting's words, its control, and how its last change stands."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, QVariantAnimation
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from softphone.extension.document import Json
from softphone.phone.failure import FailureKind, Refused
from softphone.phone.settings_change import SettingState
from softphone.ui import text_settings
from softphone.ui.settings.below_row import BelowRow
from softphone.ui.settings.cards import fill_in_card
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editors import ValueEditor
from softphone.ui.settings.fault_line import Fault
from softphone.ui.settings.make_editor import make_editor
from softphone.ui.settings.sentences import FootLine
from softphone.ui.settings.setting import (
    ChipsKind,
    CustomKind,
    NumberKind,
    RadioKind,
    SegmentedKind,
    SelectKind,
    Setting,
    SwitchKind,
    TextKind,
    ValueKind,
)
from softphone.ui.settings.state_mark import Mark as StateName
from softphone.ui.settings.state_mark import StateMark
from softphone.ui.settings.strips import Mark
from softphone.ui.settings.value_words import value_words
from softphone.ui.text_main import failure_sentence
from softphone.ui.theme.motion import mix
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.announce import announce
from softphone.ui.widgets.labels import TextBlock

_NARROW, _UNBOUND = 460, 16_777_215
FLASH_MS, STILL_MS = 900, 2000
_CHANGED_BY_HAND = (SelectKind, SegmentedKind, TextKind, NumberKind, ChipsKind)
_OPEN = (SettingState.PENDING, SettingState.WAITING, SettingState.REFUSED, SettingState.CONFLICT)


class SettingRow(QWidget):
    """`refresh` shows the value and the state as they are now; what the person decides goes through the context."""

    def __init__(self, context: SettingsContext, setting: Setting) -> None:
        super().__init__()
        self.context, self.setting = context, setting
        self.editor = make_editor(context, setting)
        # A value that an administrator sets is told in words; a switch is one already.
        self.locked_value = ValueEditor(ValueKind(lambda value: value_words(context, setting, value)))
        self.locked_value.hide()
        self.mark = StateMark()
        self.fault = Fault()
        self.below = BelowRow()
        # Where the control is the row, and the person's to change: who it is that has locked it.
        self.lock_line = FootLine("lock-simple")
        self.lock_line.setContentsMargins(14, 0, 14, 10)
        self.lock_line.hide()
        self._wanted: Json = None  # of the question before nobody gets through
        self._saved: Json = None
        self._state = SettingState.SAVED
        self._seen = False
        self._met: list[Json] = []  # the value that somebody else saved while something was typed here
        self._flash = QVariantAnimation(self)
        self._flash.valueChanged.connect(lambda _value: self.update())
        self._flash.finished.connect(self.update)
        self._label = TextBlock(setting.label, "body", "text-primary", weight=500)
        self._help = TextBlock("", "caption", "text-tertiary")
        self._lay_out()
        self.editor.chosen.connect(self._chosen)
        self.editor.faulty.connect(self.set_fault)
        settings, pointer = context.settings, setting.pointer
        self.below.retry.connect(lambda: settings.retry(pointer))
        self.below.discard.connect(lambda: settings.discard(pointer))
        self.below.keep_mine.connect(self._keep_mine)
        self.below.use_theirs.connect(self._use_theirs)
        self.below.anyway.connect(self._anyway)
        self.below.closed.connect(self.focus_control)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        theme().changed.connect(self._fit)
        self._fit()

    # --- layout ---------------------------------------------------------------------------------------------------

    @property
    def _bare(self) -> bool:
        """The control is the row: radio rows, and a custom control without a label."""
        kind = self.setting.kind
        return isinstance(kind, RadioKind) or (isinstance(kind, CustomKind) and kind.bare)

    def _lay_out(self) -> None:
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self._side = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._side.setSpacing(4)
        self._side.addWidget(self.editor)
        self._side.addWidget(self.locked_value)
        self._side.addWidget(self.fault)
        if self._bare:
            self.fault.setContentsMargins(14, 0, 16, 12)
            self._outer.addLayout(self._side)
            self._outer.addWidget(self.lock_line)
            self._outer.addWidget(self.below)
            unseen = QWidget(self)
            unseen.hide()
            for widget in (self._label, self._help, self.mark):  # without a parent they would be windows
                widget.setParent(unseen)
            return
        top = QWidget()
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, top)
        self._box.setContentsMargins(16, 10, 16, 10)
        self._box.setSpacing(16)
        middle = Qt.AlignmentFlag.AlignVCenter
        first = QHBoxLayout()
        first.setSpacing(16)
        if self.setting.icon:
            first.addWidget(Mark(self.setting.icon, "text-secondary", size=20), 0, middle)
        first.addLayout(self._words(), 1)
        first.addWidget(self.mark, 0, middle)
        self._box.addLayout(first, 1)
        wide = isinstance(self.setting.kind, CustomKind) and self.setting.kind.wide
        if wide:
            self._box.setDirection(QBoxLayout.Direction.TopToBottom)
            self._box.addLayout(self._side)
        else:
            self._box.addLayout(self._side)
            self._side.setAlignment(self.editor, Qt.AlignmentFlag(0))
        if self.editor.row_target() is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._outer.addWidget(top)
        self._outer.addWidget(self.lock_line)
        self._outer.addWidget(self.below)

    def _words(self) -> QVBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(1)
        if self.editor.grows:
            words.addSpacing(6)
        else:
            words.addStretch(1)
        words.addWidget(self._label)
        words.addWidget(self._help)
        words.addStretch(1)
        return words

    def _fit(self) -> None:
        self.setMinimumHeight(theme().size("row.setting"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._bare or (isinstance(self.setting.kind, CustomKind) and self.setting.kind.wide):
            return
        narrow = self.width() < _NARROW and self.editor.width_beside > 0
        beside = min(self.editor.width_beside, max(120, self.width() * 13 // 20)) if not narrow else 0
        self.editor.setMinimumWidth(beside)
        self.editor.setMaximumWidth(_UNBOUND if narrow or not self.editor.width_beside else beside)
        self.fault.setMaximumWidth(_UNBOUND if narrow or not beside else beside)
        self._box.setSpacing(8 if narrow else 16)
        ways = QBoxLayout.Direction
        self._box.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)

    # --- what is shown --------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Value, words, state: as they are now."""
        context, setting = self.context, self.setting
        self.setVisible(context.is_shown(setting))
        if self.isHidden():
            return
        self._show_value()
        self._show_words()
        self._show_state()

    def _show_value(self) -> None:
        value, saved = self.context.value(self.setting), self._saved_value()
        elsewhere = self._seen and saved != self._saved and self._state is SettingState.SAVED
        self._elsewhere = elsewhere and not self.context.changing and value != self._asked
        if not self.editor.editing:
            self.editor.show_value(value)
        elif self._elsewhere:
            self._met = [saved]
        self._saved, self._seen = saved, True

    _elsewhere = False
    _asked: Json = None

    def _saved_value(self) -> Json:
        """Of what the service has; of a setting of this computer, its value."""
        if self.setting.pointer:
            return self.context.settings.theirs(self.setting.pointer)
        return self.context.value(self.setting)

    def _show_words(self) -> None:
        context, setting = self.context, self.setting
        fits, locked = context.is_for_this_type(setting), context.is_locked(setting)
        enabled = fits and not locked and setting.enabled(context)
        help_text = setting.help_of(context) if setting.help_of is not None else setting.help_text
        as_words = locked and isinstance(setting.kind, _CHANGED_BY_HAND)
        self.editor.setVisible(not as_words)
        self.locked_value.setVisible(as_words)
        if as_words:
            self.locked_value.show_value(context.value(setting))
            self.locked_value.set_usable(False, text_settings.set_by_administrator())
            self.locked_value.set_name(setting.label, text_settings.set_by_administrator())
            help_text = help_text or text_settings.set_by_administrator()
        reason = setting.reason(context) if setting.reason is not None else ""
        if not fits:
            help_text = text_settings.only_normal(context.document.type if context.document is not None else "")
        elif not enabled and not locked and reason:
            help_text = reason
        if help_text != self._help.plain_text():
            self._help.set_text(help_text)
        self._help.setVisible(bool(help_text))
        changeable = isinstance(setting.kind, RadioKind) or setting.patch is not None
        self.lock_line.show_text(text_settings.set_by_administrator() if self._bare and changeable and locked else "")
        dim = not enabled and not locked
        self._label.set_color("text-disabled" if dim else "text-primary")
        why = text_settings.set_by_administrator() if locked else help_text
        self.editor.set_usable(enabled, why)
        described = ". ".join(part for part in (help_text, text_settings.set_by_administrator() * locked) if part)
        self.editor.set_name(setting.label, described)

    def _show_state(self) -> None:
        state = self.context.state(self.setting)
        before, self._state = self._state, state
        mark: StateName = ""
        if state is SettingState.PENDING:
            mark = "saving"
        elif state is SettingState.WAITING:
            mark = "waiting"
        elif state is SettingState.SAVED and before in _OPEN and before is not SettingState.CONFLICT:
            mark = "saved"
        elif state is SettingState.SAVED and self._elsewhere and not self._met:
            mark = "updated"
        elif self._is_locked_switch():
            mark = "locked"
        if mark or state is not SettingState.SAVED or self.mark.mark not in ("saved", "updated"):
            self.mark.set_mark(mark)
        if mark == "saved" and before is not state:
            announce(self, text_settings.saved())
        self.below.show_refused(self._why_refused() if state is SettingState.REFUSED else None)
        self._show_conflict(state)
        if self._wanted == self.context.value(self.setting):
            self.below.drop_question()

    def _is_locked_switch(self) -> bool:
        return self.context.is_locked(self.setting) and isinstance(self.setting.kind, SwitchKind)

    def _why_refused(self) -> str:
        """The service's own sentence, else ours; "" when it did not answer."""
        settings, pointer = self.context.settings, self.setting.pointer
        failure, said = settings.failure(pointer), settings.fault(pointer)
        if said or failure is None or failure.kind in (FailureKind.SERVER, FailureKind.TIMED_OUT):
            return said
        return failure_sentence(failure)

    def _show_conflict(self, state: SettingState) -> None:
        if state is not SettingState.CONFLICT and not self._met:
            self.below.show_conflict("")
            return
        context, setting = self.context, self.setting
        author = context.settings.changed_by(setting.pointer)
        at = datetime.fromtimestamp(author.at).astimezone() if author is not None else None
        yours = self.editor.typed if self._met else context.value(setting)
        self.below.show_conflict(
            text_settings.changed_while_editing(setting.label, author.name if author is not None else "", at),
            value_words(context, setting, yours), value_words(context, setting, self._saved_value()),
        )  # fmt: skip

    def _keep_mine(self) -> None:
        if self._met:
            self._met = []
            self._apply(self.editor.typed)
        else:
            self.context.settings.keep_mine(self.setting.pointer)
        self.refresh()

    def _use_theirs(self) -> None:
        if self._met:
            self._met = []
            self.editor.revert()
        else:
            self.context.settings.take_theirs(self.setting.pointer)
        self.refresh()

    # --- what the person does -------------------------------------------------------------------------------------

    def set_fault(self, sentence: str) -> None:
        """Said once, next to the control; the value is not sent."""
        if sentence != self.fault.text:
            self.fault.set_text(sentence)
            if sentence:
                announce(self, sentence)
        self.editor.set_error(bool(sentence))

    def _chosen(self, value: Json) -> None:
        if self._met:
            return  # yours or theirs is asked first
        self.set_fault("")
        reason = self.context.makes_unreachable(self.setting, value)
        if reason is None:
            self.below.drop_question()
            self._apply(value)
            return
        self._wanted = value
        self.editor.show_value(self.context.value(self.setting))
        self.below.ask(text_settings.unreachable(reason.value))

    def _anyway(self) -> None:
        value = self._wanted
        self.below.drop_question()
        self._apply(value)

    def _apply(self, value: Json) -> None:
        self._asked = value
        try:
            self.context.change(self.setting, value)
        except Refused as refused:
            failure = refused.failure
            self.set_fault(failure.faults[0].detail if failure.faults else failure_sentence(failure))
            if isinstance(self.setting.kind, SwitchKind | RadioKind):
                self.editor.show_value(self.context.value(self.setting))
            return
        if not self.setting.pointer or self.context.plain:
            self.mark.set_mark("saved")
        if not self.editor.editing:
            return
        self.editor.show_value(self.context.value(self.setting))

    # --- a search's result ----------------------------------------------------------------------------------------

    def flash(self) -> None:
        """Twice; once and still with reduced motion."""
        self._flash.stop()
        still = theme().reduced_motion
        self._flash.setDuration(STILL_MS if still else FLASH_MS)
        self._flash.setStartValue(0.0)
        self._flash.setEndValue(1.0)
        self._flash.start()

    def focus_control(self) -> None:
        for widget in self.editor.controls():
            if widget.isEnabled() and widget.isVisible():
                widget.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.setAccepted(self.editor.row_target() is not None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        target = self.editor.row_target()
        point = event.position().toPoint()
        if target is not None and not self.below.covers(point) and self.rect().contains(point):
            target.click()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._flash.state() is not QVariantAnimation.State.Running:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        t = theme()
        part = float(self._flash.currentValue())
        light = 1.0 if t.reduced_motion else abs(1 - abs(4 * (part % 0.5) - 1))
        fill_in_card(painter, self, mix(t.color("bg-surface"), t.color("bg-selected"), min(1.0, light)))
