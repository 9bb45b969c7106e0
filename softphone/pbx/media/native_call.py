"""pjsua2's call, kept apart from whoever owns it: nobody else may hold it after the call's end.

PJSIP's call ids are slots. A native call that is dropped some time after its end hangs up (603) the next call in its
slot; so it has one reference, which goes within the callback that tells the end. Timers and closures hold the owner.
"""

from __future__ import annotations

from typing import Any, Protocol

import pjsua2 as pj

from softphone.pbx.media.guard import guarded


class CallOwner(Protocol):
    """Has the only reference to the native call, in `native`."""

    native: NativeCall | None

    def state_changed(self, info: pj.CallInfo) -> None: ...
    def media_changed(self, info: pj.CallInfo) -> None: ...
    def digit_received(self, digit: str, method: int) -> None: ...


class NativeCall(pj.Call):
    """Tells its owner; at the end takes itself from it, after `state_changed`."""

    def __init__(self, owner: Any, account: pj.Account, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(account, call_id)
        self.owner = owner

    def part(self) -> None:
        """Breaks the circle of references, so that the native object goes at once, on this thread."""
        owner, self.owner = self.owner, None
        if owner is not None:
            owner.native = None

    @guarded
    def onCallState(self, _prm: object) -> None:
        if self.owner is None:
            return
        info = self.getInfo()
        try:
            self.owner.state_changed(info)
        finally:
            if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
                self.part()

    @guarded
    def onCallMediaState(self, _prm: object) -> None:
        if self.owner is not None:
            self.owner.media_changed(self.getInfo())

    @guarded
    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:
        if self.owner is not None:
            self.owner.digit_received(prm.digit, prm.method)
