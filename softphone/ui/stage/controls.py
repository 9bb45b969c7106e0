"""The grid of round buttons: only what works now, four in a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from softphone.ui import text_actions, text_stage
from softphone.ui.shortcuts import with_keys
from softphone.ui.text_call import isolated
from softphone.ui.widgets.painted_button import start_rect
from softphone.ui.widgets.round_button import RoundCallButton

_IN_A_ROW, _GAP_X = 4, 6
_BLUETOOTH = ("bluetooth", "airpods", "buds")
_HEADSETS = ("headset", "head set", "headphone", "jabra", "plantronics", "poly ", "earphone", "hands-free", "handsfree")
_LAPTOPS = ("macbook", "laptop", "built-in", "internal")


@dataclass(frozen=True)
class ControlsState:
    """What each button shows; `may_*` come from the call's state table."""

    may_mute: bool
    muted: bool
    may_send_digits: bool
    may_hold: bool
    held: bool
    two_calls: bool
    may_swap: bool
    may_add: bool
    device: str
    set_up: bool  # False while it still rings at the other end


def device_icon(name: str) -> str:
    """A headset, a speaker, a laptop or Bluetooth, from what the system calls the device."""
    lowered = name.lower()
    for icon, words in (("bluetooth", _BLUETOOTH), ("headset", _HEADSETS), ("laptop", _LAPTOPS)):
        if any(word in lowered for word in words):
            return icon
    return "speaker-high"


class CallControls(QWidget):
    """Names stay with the buttons; labels tell the state (Muted, On hold). One row less when nothing fills it."""

    def __init__(
        self,
        *,
        mute: Callable[[bool], object],
        keypad: Callable[[], object],
        audio: Callable[[], object],
        hold: Callable[[bool], object],
        swap: Callable[[], object],
        add_call: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._gap_y = 14
        self.mute = self._button("microphone", text_actions.mute(), "mute", checkable=True)
        self.keypad = self._button("dots-nine", text_stage.keypad(), "call_keypad")
        self.audio = self._button("speaker-high", text_stage.audio(), "")
        self.hold = self._button("pause", text_actions.hold(), "hold", checkable=True)
        self.swap = self._button("swap", text_stage.swap(), "swap")
        self.add_call = self._button("user-plus", text_stage.add_call(), "")
        self.audio.set_menu_mark(True)
        self.mute.clicked.connect(lambda on: mute(on))
        self.keypad.clicked.connect(lambda _=False: keypad())
        self.audio.clicked.connect(lambda _=False: audio())
        self.hold.clicked.connect(lambda on: hold(on))
        self.swap.clicked.connect(lambda _=False: swap())
        self.add_call.clicked.connect(lambda _=False: add_call())
        self.swap.hide()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _button(self, icon: str, label: str, action: str, *, checkable: bool = False) -> RoundCallButton:
        """`action`: its name in the table of keys, "" for none."""
        button = RoundCallButton(icon, label, checkable=checkable, parent=self)
        button.setProperty("label", label)
        button.setProperty("action", action)
        button.setToolTip(self._tip(button))
        return button

    @staticmethod
    def _tip(button: RoundCallButton) -> str:
        """With the keys it has now."""
        label, action = str(button.property("label")), str(button.property("action"))
        return with_keys(label, action) if action else label

    def show_state(self, now: ControlsState) -> None:
        later = text_stage.why_not(now.set_up)
        self._toggle(self.mute, now.may_mute, now.muted, "microphone-slash" if now.muted else "microphone", later)
        self.mute.setText(text_stage.muted() if now.muted else text_actions.mute())
        self._allow(self.keypad, now.may_send_digits, later)
        held = now.held
        self._toggle(self.hold, now.may_hold, held, "pause", later)
        self.hold.setText(text_stage.on_hold() if held else text_actions.hold())
        self.audio.setText(isolated(now.device) or text_stage.audio())
        self.audio.setToolTip(text_stage.audio_device(now.device))
        self.audio.setAccessibleName(text_stage.audio_device_menu(now.device))
        self.audio.set_icon(device_icon(now.device))
        self._allow(self.swap, now.may_swap, text_stage.why_not(True))
        self._allow(self.add_call, now.may_add, later)
        if self.swap.isHidden() == now.two_calls:
            self.swap.setVisible(now.two_calls)
            self.add_call.setVisible(not now.two_calls)
            self._arrange()

    def _allow(self, button: RoundCallButton, allowed: bool, why_not: str) -> None:
        button.setEnabled(allowed)
        button.setToolTip(self._tip(button) if allowed else why_not)

    def _toggle(self, button: RoundCallButton, allowed: bool, on: bool, icon: str, why_not: str) -> None:
        self._allow(button, allowed, why_not)
        button.setChecked(on)
        button.set_icon(icon)

    def set_gap(self, gap: int) -> None:
        """Between the rows: 14, or 8 where height is short."""
        if gap != self._gap_y:
            self._gap_y = gap
            self.updateGeometry()
            self._arrange()

    def rows(self) -> list[list[RoundCallButton]]:
        second = [button for button in (self.swap, self.add_call) if not button.isHidden()]
        return [[self.mute, self.keypad, self.audio, self.hold], second]

    def sizeHint(self) -> QSize:
        cell = self.mute.sizeHint()
        return QSize(_IN_A_ROW * cell.width() + (_IN_A_ROW - 1) * _GAP_X, 2 * cell.height() + self._gap_y)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        cell = self.mute.sizeHint()
        for number, row in enumerate(self.rows()):
            width = len(row) * cell.width() + (len(row) - 1) * _GAP_X
            x = (self.width() - width) // 2
            for button in row:
                y = number * (cell.height() + self._gap_y)
                button.setGeometry(start_rect(self, QRect(x, y, cell.width(), cell.height())))
                x += cell.width() + _GAP_X

    def focus_first(self) -> None:
        self.mute.setFocus(Qt.FocusReason.OtherFocusReason)
