"""Runs the script on the main thread, a tick at a time, and says how it went."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from softphone.phone.phone import Phone
from softphone.tour.script import Ears, script
from softphone.tour.stage_hand import Failed, StageHand
from softphone.tour.wait import Wait
from softphone.ui.windows import Windows

TICK_MS = 40


class Tour(QObject):
    """`finish(exit_code)` is called once: 0, or 1 when a step failed; the transcript says which."""

    def __init__(self, phone: Phone, windows: Windows, folder: Path, ears: Ears, finish: Callable[[int], None]) -> None:
        super().__init__()
        self._hand = StageHand(windows, folder)
        self._finish = finish
        self._steps = script(phone, self._hand, ears)
        self._wait: Wait | None = None
        self._deadline = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        try:
            if self._wait is not None and not self._wait.look():
                if time.monotonic() > self._deadline:
                    raise Failed(f"not within {self._wait.seconds:.0f} s: {self._wait.what}")
                return
            self._wait = next(self._steps, None)
        except Failed as failed:
            self._hand.say(f"FAILED: {failed}")
            self._hand.photograph_now("failed")
            self._end(1)
            return
        except Exception as problem:
            self._hand.say(f"FAILED: {type(problem).__name__}: {problem}")
            self._end(1)
            raise
        if self._wait is None:
            self._end(0)
        else:
            self._deadline = time.monotonic() + self._wait.seconds

    def _end(self, exit_code: int) -> None:
        self._timer.stop()
        self._hand.close()
        self._finish(exit_code)
