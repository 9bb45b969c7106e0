"""The page of a call: it shows what `stage_state` says and asks the telephone for what its buttons mean."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import pairwise

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from softphone.phone.call import Call
from softphone.phone.events import LevelsMeasured
from softphone.phone.failure import FailureKind, Refused
from softphone.phone.party import Party
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui import text_actions, text_stage
from softphone.ui import text_call as words
from softphone.ui.stage.audio_menu import audio_menu
from softphone.ui.stage.controls import CallControls
from softphone.ui.stage.cross_fade import CrossFade
from softphone.ui.stage.dial_page import DialPage
from softphone.ui.stage.end_buttons import EndButtons
from softphone.ui.stage.held_card import HeldCard
from softphone.ui.stage.identity import CallIdentity
from softphone.ui.stage.notice_slot import Notice, NoticeSlot
from softphone.ui.stage.stage_layout import StageParts, arrange
from softphone.ui.stage.stage_state import StageState, shown_call, stage_state
from softphone.ui.stage.stage_view import StageView, stage_view
from softphone.ui.stage.top_bar import StageTopBar
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.wash import Wash

_DIGITS = "0123456789*#"
_TROUBLE_MS = 8000


class CallStage(Wash):
    """Show it while `shown_call(phone)` is not None; `finished` says that it is over and was closed."""

    finished = Signal()
    back = Signal()
    mini_bar = Signal()

    def __init__(
        self,
        phone: Phone,
        *,
        show_audio: Callable[[], object],
        add_call: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("none", parent=parent)
        self._phone = phone
        self._show_audio = show_audio
        self._add_call = add_call
        self._shown: StageState | None = None
        self._view: StageView | None = None  # what the widgets show; None: set them all
        self._keypad_open = False
        self._refreshing = False
        self._watching = False
        self._trouble: Notice | None = None
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.top_bar = StageTopBar(self)
        self.identity = CallIdentity(self)
        self.held_card = HeldCard(self)
        self.slot = NoticeSlot(self)
        self.dial_page = DialPage(self.send_digits, self)
        self.controls = CallControls(
            mute=self._mute, keypad=self.toggle_keypad, audio=self._open_audio_menu, hold=self._hold,
            swap=lambda: self._ask(phone.calls.swap), add_call=add_call, parent=self,
        )  # fmt: skip
        self.buttons = EndButtons(self)
        self._cross_fade = CrossFade(self)
        self._seconds = QTimer(self)
        self._seconds.setSingleShot(True)
        self._seconds.setTimerType(Qt.TimerType.PreciseTimer)
        self._seconds.timeout.connect(self._next_second)
        self._trouble_over = QTimer(self)
        self._trouble_over.setSingleShot(True)
        self._trouble_over.timeout.connect(lambda: self._show_trouble(None))
        self._connect()
        self._offs = [
            phone.on(topic, self._changed)
            for topic in (Topic.CALLS, Topic.SOUND, Topic.DIRECTORY, Topic.REGISTRATION, Topic.SESSION)
        ]
        self._offs.append(phone.on(Topic.LEVELS, self._levels))
        self.refresh()

    def _connect(self) -> None:
        self.top_bar.back.connect(self.back)
        self.top_bar.mini_bar.connect(self.mini_bar)
        self.held_card.swap.connect(lambda: self._ask(self._phone.calls.swap))
        self.slot.resume.connect(lambda: self._hold(False))
        self.buttons.end.clicked.connect(lambda _=False: self._hang_up())
        self.buttons.hide_keypad.clicked.connect(lambda _=False: self.toggle_keypad())
        self.buttons.close_call.clicked.connect(lambda _=False: self._close())
        self.buttons.close_call.ran_out.connect(self._close)
        self.buttons.call_again.clicked.connect(lambda _=False: self._call_again())
        order: list[QWidget] = [
            *self.controls.rows()[0], self.controls.swap, self.controls.add_call, self.slot.resume_button,
            self.held_card.swap_button, self.dial_page, self.buttons.hide_keypad, self.buttons.end,
            self.buttons.close_call, self.buttons.call_again, self.top_bar.back_button, self.top_bar.mini_button,
        ]  # fmt: skip
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)
        theme().changed.connect(self._arrange)

    def dispose(self) -> None:
        """Stop listening, before the widget is deleted."""
        self._watch(False)
        for off in self._offs:
            off()

    @property
    def call(self) -> Call | None:
        """The call shown now."""
        return self._shown.call if self._shown else None

    def set_beside_list(self, beside: bool) -> None:
        """True in the wide window's pane, where the list stays in view."""
        self.top_bar.set_beside_list(beside)

    def focus_first(self) -> None:
        if self._shown is None or self._shown.over or self._keypad_open or not self.controls.mute.isEnabled():
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.controls.focus_first()

    # --- what the buttons mean ------------------------------------------------------------------------------------

    def toggle_keypad(self) -> None:
        if self._shown is None or (not self._keypad_open and not self.controls.keypad.isEnabled()):
            return
        self._cross_fade.keep()
        self._keypad_open = not self._keypad_open
        self.refresh()
        self._cross_fade.run()
        if self._keypad_open:
            self.dial_page.focus_first()
        else:
            self.controls.keypad.setFocus(Qt.FocusReason.OtherFocusReason)

    def send_digits(self, text: str) -> None:
        """Typed, pasted, or a key of the keypad."""
        call = self.call
        if call is not None and call.alive:
            self._ask(lambda: self._phone.calls.send_digits(call.id, text))

    def _mute(self, on: bool) -> None:
        call = self.call
        if call is not None:
            self._ask(lambda: self._phone.calls.set_muted(call.id, on))

    def _hold(self, on: bool) -> None:
        call = self.call
        if call is not None:
            calls = self._phone.calls
            self._ask(lambda: calls.hold(call.id) if on else calls.resume(call.id))

    def _hang_up(self) -> None:
        call = self.call
        if call is not None:
            self._ask(lambda: self._phone.calls.hang_up(call.id))

    def _close(self) -> None:
        call = self.call
        if call is not None and not call.alive:
            self._phone.calls.forget_ended(call.id)

    def _call_again(self) -> None:
        call = self.call
        if call is not None and not call.alive:
            text = dial_text(self._phone, call.remote)
            self._ask(lambda: self._phone.call(text, call.caller_id))

    def _open_audio_menu(self) -> None:
        audio_menu(self._phone, self.controls.audio, self._show_audio).open_below(self.controls.audio)

    def _ask(self, intent: Callable[[], object]) -> None:
        """A late wish is quiet and normal; any other refusal gets its sentence."""
        self._view = None  # a click has switched its button already, whatever comes of it
        try:
            intent()
        except Refused as refused:
            if refused.failure.kind is not FailureKind.NOT_NOW and self._shown is not None:
                sentence = words.failure_sentence(refused.failure, self._shown.who, 0)
                self._show_trouble(Notice("problem", sentence))
            self.refresh()

    # --- what the telephone tells ---------------------------------------------------------------------------------

    def _changed(self, _payload: object) -> None:
        self.refresh()

    def _levels(self, payload: object) -> None:
        if isinstance(payload, LevelsMeasured) and self._shown is not None:
            self.controls.mute.set_level(payload.microphone)
            self.identity.ring.set_level(payload.speaker)

    def refresh(self) -> None:
        """Show the telephone as it is now."""
        if self._refreshing:
            return
        self._refreshing = True
        try:
            call = shown_call(self._phone)
            self._forget_others(call)
        finally:
            self._refreshing = False
        before = self._shown
        if call is None:
            self._shown, self._keypad_open = None, False
            self._watch(False)
            self._seconds.stop()
            if before is not None:
                self.finished.emit()
            return
        now = stage_state(self._phone, call)
        moved = before is not None and (before.call.id != now.call.id or before.over != now.over)
        if moved:
            self._cross_fade.keep()
            self._keypad_open = False
        self._shown = now
        self._show(now, before)
        if moved:
            self._cross_fade.run()
            if before is not None and before.call.id != now.call.id and self.isVisible():
                self._take_focus()

    def _forget_others(self, shown: Call | None) -> None:
        """An ended call makes way for another one; if it failed, its reason stays as a notice."""
        for call in self._phone.calls:
            if call is shown or call.alive:
                continue
            if shown is not None and shown.alive and call.failure is not None:
                state = stage_state(self._phone, call)
                self._trouble = Notice("problem", state.text, state.sentence)
                self._trouble_over.start(_TROUBLE_MS)
            self._phone.calls.forget_ended(call.id)

    def _show(self, now: StageState, before: StageState | None) -> None:
        focused = self.window().focusWidget()
        if now.over and focused is not None and self.isAncestorOf(focused) and focused not in self._ended_buttons():
            # Not left to chance: focus that falls on Close when others hide would keep it from closing.
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        view = stage_view(self._phone, now, self._keypad_open, self._notice(now))
        if view != self._view:
            self._view = view
            self._show_view(view, before)
        self._show_times(now)
        self._watch(self.isVisible() and now.call.alive)
        self._wait_for_second()

    def _show_view(self, view: StageView, before: StageState | None) -> None:
        now = view.state
        self.set_state(now.wash)
        self.identity.show_caller(now.who)
        self.identity.show_state(
            now.ring, now.text, now.color, style=now.style, weight=now.weight, note=now.note, sentence=now.sentence,
            waiting=now.reconnecting,
        )  # fmt: skip
        self.top_bar.setVisible(not now.over)
        self.top_bar.pill.show_call(now.encrypted, now.quality)
        self.top_bar.refit()
        if view.held_who is not None:
            self.held_card.show_call(view.held_who, view.controls.may_swap)
        self.held_card.setVisible(view.held_who is not None)
        self.controls.show_state(view.controls)
        self.controls.mute.set_level_shown(now.ring == "talking" and not view.controls.muted)
        self.controls.setVisible(not now.over and not view.keypad_open)
        self.dial_page.sent.show_digits(view.digits)
        self.dial_page.setVisible(view.keypad_open)
        self._show_buttons(view, before)
        self.slot.show_notice(view.notice)
        self.slot.show_resume(view.held_local and not now.over and not view.keypad_open, now.may_resume)
        self._arrange()

    def _show_times(self, now: StageState) -> None:
        time = self._phone.now()
        self.identity.show_time(now.line(time))
        held = self._view.held if self._view is not None else None
        if held is not None:
            self.held_card.show_time(words.on_hold(time - (held.hold_since or time)))

    def _show_buttons(self, view: StageView, before: StageState | None) -> None:
        now = view.state
        close = self.buttons.close_call
        if not now.over:
            close.stop()
            self.buttons.show_end(*view.end, view.keypad_open, not view.ending)
            return
        if before is None or before.call.id != now.call.id or not before.over:
            if now.closes_itself:
                close.run(theme().motion("endedHold"))
            else:
                close.stop()
        self.buttons.show_ended(now.again, view.may_call, text_actions.offline())

    def _ended_buttons(self) -> tuple[QWidget, ...]:
        return self.buttons.close_call, self.buttons.call_again

    def _notice(self, now: StageState) -> Notice | None:
        if self._trouble is not None or now.over:
            return self._trouble
        if now.reconnecting:
            return Notice("warning", *text_stage.connection_lost(), icon="wifi-slash")
        trouble = words.sound_trouble(self._phone.sound_trouble, _system())
        if trouble is None:
            return None
        return Notice(
            "warning", *trouble, icon="microphone-slash", button=text_stage.audio(), on_button=self._show_audio
        )

    def _show_trouble(self, notice: Notice | None) -> None:
        self._trouble = notice
        if notice is not None:
            self._trouble_over.start(_TROUBLE_MS)
        self.refresh()

    # --- time, levels, keys, place --------------------------------------------------------------------------------

    def _watch(self, on: bool) -> None:
        if on != self._watching:
            self._watching = on
            self._phone.watch_levels(on)
            self._phone.watch_quality(on)

    def _next_second(self) -> None:
        """A running time takes its text alone; anything else is told by the telephone when it changes."""
        now = self._shown
        if now is None or self._view is None:
            self.refresh()
            return
        self._show_times(now)
        self._wait_for_second()

    def _wait_for_second(self) -> None:
        """Wake at the next full second of what counts; not at all while nothing does."""
        now = self._shown
        if now is None or now.over or not self.isVisible():
            self._seconds.stop()
        elif not self._seconds.isActive():
            start = now.counts_from if now.counts_from is not None else now.call.started_at
            self._seconds.start(1005 - int((self._phone.now() - start) % 1 * 1000))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._take_focus()

    def _take_focus(self) -> None:
        """So that digits reach the call; not from a field in which something is being typed."""
        focused = self.window().focusWidget()
        if not (isinstance(focused, QLineEdit) and focused.text()):
            self.focus_first()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._seconds.stop()
        self._watch(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.send_digits(QGuiApplication.clipboard().text())
        elif len(event.text()) == 1 and event.text() in _DIGITS:
            self.send_digits(event.text())
        elif event.key() == Qt.Key.Key_Escape and self._keypad_open:
            self.toggle_keypad()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        if self._shown is None:
            return
        parts = StageParts(
            self.top_bar, self.identity, self.held_card, self.slot, self.dial_page, self.controls, self.buttons
        )
        arrange(parts, QRect(0, 0, self.width(), self.height()), over=self._shown.over, keypad=self._keypad_open)


def dial_text(phone: Phone, party: Party) -> str:
    """What to dial to reach this party again: a number, or the address of a name, whose letters are no digits."""
    digits = party.user.lstrip("+").replace("*", "").replace("#", "").isdigit()
    return phone.number_of(party) if digits else party.address


def _system() -> str:
    return {"win32": "Windows", "darwin": "macOS"}.get(sys.platform, "Linux")
