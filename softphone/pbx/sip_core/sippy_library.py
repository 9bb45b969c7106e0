"""What this package takes of sippy, made fit to run on an asyncio loop: the only import of sippy there is.

sippy's own dispatcher (a singleton that polls 100 times a second and belongs to the thread that imported it) and its
UDP server (three receiving threads that reorder messages) are never started.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import types
from collections.abc import Callable
from typing import Any

_log = logging.getLogger(__name__)


class _Idle:
    """Takes the place of ElPeriodic, which has wheels for Linux x86-64 only: the dispatcher that owns it never runs."""

    def __init__(self, _frequency: float) -> None:
        self.callbacks = 0

    def CFT_enable(self, _signal: int) -> None:
        self.callbacks += 1


if "elperiodic.ElPeriodic" not in sys.modules:
    _package, _module = types.ModuleType("elperiodic"), types.ModuleType("elperiodic.ElPeriodic")
    _module.ElPeriodic = _Idle  # type: ignore[attr-defined]
    _package.ElPeriodic = _module  # type: ignore[attr-defined]
    sys.modules["elperiodic"], sys.modules["elperiodic.ElPeriodic"] = _package, _module

import sippy.SipMsg  # noqa: E402
import sippy.SipRequest  # noqa: E402
import sippy.SipTransactionManager  # noqa: E402
import sippy.SipURL  # noqa: E402
from sippy.MsgBody import MsgBody  # noqa: E402
from sippy.SipAddress import SipAddress  # noqa: E402
from sippy.SipCallId import SipCallId  # noqa: E402
from sippy.SipConf import SipConf  # noqa: E402
from sippy.SipContact import SipContact  # noqa: E402
from sippy.SipContentType import SipContentType  # noqa: E402
from sippy.SipFrom import SipFrom  # noqa: E402
from sippy.SipGenericHF import SipGenericHF  # noqa: E402
from sippy.SipHeader import SipHeader  # noqa: E402
from sippy.SipRequest import SipRequest  # noqa: E402
from sippy.SipResponse import SipResponse  # noqa: E402
from sippy.SipRoute import SipRoute  # noqa: E402
from sippy.SipTo import SipTo  # noqa: E402
from sippy.SipTransactionManager import (  # noqa: E402
    RINGING,
    TRYING,
    UACK,
    SipTMRetransmitO,
    SipTransactionManager,
)
from sippy.SipURL import SipURL  # noqa: E402
from sippy.Time.MonoTime import MonoTime  # noqa: E402

__all__ = [
    "RINGING",
    "TRYING",
    "UACK",
    "LoopTimer",
    "MonoTime",
    "MsgBody",
    "SipAddress",
    "SipCallId",
    "SipContact",
    "SipContentType",
    "SipFrom",
    "SipGenericHF",
    "SipHeader",
    "SipRequest",
    "SipResponse",
    "SipRoute",
    "SipTMRetransmitO",
    "SipTo",
    "SipTransactionManager",
    "SipURL",
]

SipConf.my_uaname = "Softphone PBX"


class LoopTimer:
    """sippy's `Timeout` on the running asyncio loop: same arguments, `cancel()`. `nticks` -1 repeats for ever."""

    def __init__(self, callback: Callable[..., object], interval: float, nticks: int = 1, *params: object) -> None:
        self._loop = asyncio.get_running_loop()
        self._callback, self._interval, self._params, self._repeat = callback, interval, params, nticks == -1
        self._handle: asyncio.TimerHandle | None = self._loop.call_later(interval, self._fire)

    def _fire(self) -> None:
        self._handle = self._loop.call_later(self._interval, self._fire) if self._repeat else None
        self._callback(*self._params)

    def cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        self._params = ()


def _print(*words: object, **_options: Any) -> None:
    """sippy prints its complaints; standard output belongs to the JSON line of the process."""
    _log.debug("%s", " ".join(str(word) for word in words))


_copy_without_scheme = SipURL.getCopy


def _copy_with_scheme(url: Any) -> Any:
    """sippy's own makes a sip: URI of every sips: one."""
    copy = _copy_without_scheme(url)
    copy.scheme = url.scheme
    return copy


SipURL.getCopy = _copy_with_scheme
sippy.SipTransactionManager.Timeout = LoopTimer
for _printing in (sippy.SipMsg, sippy.SipRequest, sippy.SipTransactionManager, sippy.SipURL):
    _printing.print = _print
