"""Tells whether the microphone hears the speaker, from the loudness of both."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import sqrt

_STEP_MS = 20
_WINDOW = 2000 // _STEP_MS  # of loudness compared
_LATEST_ECHO = 440 // _STEP_MS  # an echo comes this late at most (Bluetooth both ways)
_EARLIEST_ANSWER = 600 // _STEP_MS  # what a far echo service returns follows the microphone by up to this
_EVERY = 240 // _STEP_MS
_FLOOR_DB = -60.0
_ACTIVE_DB = -45.0
_ACTIVE_STEPS = 400 // _STEP_MS
_AUDIBLE_DB = 6.0
_ALIKE = 0.80
_MORE_ALIKE = 0.10  # than the other way round


class EchoDetector:
    """The microphone's loudness follows the speaker's, within 0.44 s: echo.

    Where it is rather the speaker that follows the microphone (an echo service, a far end on loudspeaker), it is not.
    0.3 ms of work each 240 ms.
    """

    def __init__(self) -> None:
        self._speaker: deque[float] = deque([_FLOOR_DB] * _WINDOW, _WINDOW)
        self._microphone: deque[float] = deque([_FLOOR_DB] * _WINDOW, _WINDOW)
        self._steps = 0

    def hear(self, speaker_db: float, microphone_db: float) -> tuple[bool, bool]:
        """Take 20 ms of both: (whether it could tell anything just now, whether there is an echo)."""
        self._speaker.append(max(speaker_db, _FLOOR_DB))
        self._microphone.append(max(microphone_db, _FLOOR_DB))
        self._steps += 1
        if self._steps % _EVERY:
            return False, False
        speaker, microphone = list(self._speaker), list(self._microphone)
        if sum(level > _ACTIVE_DB for level in speaker) < _ACTIVE_STEPS:
            return False, False
        if max(microphone) - min(microphone) < _AUDIBLE_DB:
            return True, False
        follows = max(_likeness(speaker[: _WINDOW - lag], microphone[lag:]) for lag in range(_LATEST_ECHO))
        if follows < _ALIKE:
            return True, False
        leads = max(_likeness(speaker[lag:], microphone[: _WINDOW - lag]) for lag in range(1, _EARLIEST_ANSWER))
        return True, follows > leads + _MORE_ALIKE


def _likeness(one: Sequence[float], other: Sequence[float]) -> float:
    """Pearson's correlation, 0 where either is flat."""
    size = len(one)
    mean_one, mean_other = sum(one) / size, sum(other) / size
    own_one = sum(map(float.__mul__, one, one)) - size * mean_one * mean_one
    own_other = sum(map(float.__mul__, other, other)) - size * mean_other * mean_other
    if own_one < size or own_other < size:  # moves by less than 1 dB
        return 0.0
    both = sum(map(float.__mul__, one, other)) - size * mean_one * mean_other
    return both / sqrt(own_one * own_other)
