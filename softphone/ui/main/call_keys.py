"""The shortcuts that act on calls, the same in every window of ours."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from softphone.phone.call import Intent
from softphone.phone.failure import Refused
from softphone.phone.phone import Phone
from softphone.ui.shortcuts import bind_action


class CallKeys:
    """What each key means for the calls there are; a key that means nothing now is quiet."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone

    def bind_to(self, window: QWidget, *, nothing_rings: Callable[[], object] | None = None) -> None:
        """Call it for every window; answer, decline or end, mute, hold and swap then work in it.

        `nothing_rings`: what the key of Answer means there while there is no call to answer.
        """

        def answer() -> None:
            if not self.answer() and nothing_rings is not None and not self._phone.calls.ringing:
                nothing_rings()

        bind_action(window, "answer", answer)
        bind_action(window, "end", self.end)
        bind_action(window, "mute", self.mute)
        bind_action(window, "hold", self.hold)
        bind_action(window, "swap", self.swap)

    def answer(self) -> bool:
        """Answer what rings, holding the call there is; False when nothing rings."""
        ringing = self._phone.calls.ringing
        return bool(ringing) and self._quietly(lambda: self._phone.calls.answer(ringing[0].id))

    def end(self) -> None:
        """Decline what rings, else end the active call."""
        calls = self._phone.calls
        call = calls.ringing[0] if calls.ringing else calls.active
        if call is not None:
            self._quietly(lambda: calls.hang_up(call.id))

    def mute(self) -> None:
        call = self._phone.calls.active
        if call is not None:
            self._quietly(lambda: self._phone.calls.set_muted(call.id, not call.muted))

    def hold(self) -> None:
        calls, call = self._phone.calls, self._phone.calls.active
        if call is not None:
            wish = calls.resume if call.may(Intent.RESUME) else calls.hold
            self._quietly(lambda: wish(call.id))

    def swap(self) -> None:
        self._quietly(self._phone.calls.swap)

    @staticmethod
    def _quietly(intent: Callable[[], object]) -> bool:
        try:
            intent()
        except Refused:
            return False  # pressed a moment too late, or it means nothing in this state
        return True
