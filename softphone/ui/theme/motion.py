"""Motion shared by the kit: one 33 ms clock for everything that moves, and fades between states."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEasingCurve, QElapsedTimer, QObject, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from softphone.ui.theme.theme import theme

FRAME_MS = 33
_ARRIVED = 0.03


class FrameClock(QObject):
    """Ticks only while some visible widget needs it, so a window at rest costs nothing."""

    tick = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._users: set[int] = set()
        self._watched: set[int] = set()
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self.tick)
        self._elapsed = QElapsedTimer()
        self._elapsed.start()

    @property
    def now(self) -> int:
        """Milliseconds since the clock was made."""
        return self._elapsed.elapsed()

    @property
    def running(self) -> bool:
        return self._timer.isActive()

    def join(self, user: QWidget | int) -> None:
        """Call it when the widget is shown and moves, `leave` when it rests or is hidden.

        A number stands for a second reason of a widget that already joined; it is left by hand.
        """
        key = user if isinstance(user, int) else id(user)
        self._users.add(key)
        if isinstance(user, QWidget) and key not in self._watched:
            # A widget destroyed while visible is not told that it was hidden.
            self._watched.add(key)
            user.destroyed.connect(partial(self._destroyed, key))
        if not self._timer.isActive():
            self._timer.start()

    def _destroyed(self, key: int, _widget: object = None) -> None:
        self._watched.discard(key)
        if isValid(self._timer):  # at exit the clock may be gone before the last window
            self.leave(key)

    def leave(self, user: QWidget | int) -> None:
        self._users.discard(user if isinstance(user, int) else id(user))
        if not self._users:
            self._timer.stop()


_clock: FrameClock | None = None


def frame_clock() -> FrameClock:
    global _clock
    if _clock is None:
        _clock = FrameClock()
    return _clock


class Fade(QVariantAnimation):
    """A number that eases to its target in a motion's time, repainting its widget; at once with reduced motion."""

    def __init__(self, widget: QWidget, value: float = 0.0, motion: str = "state") -> None:
        super().__init__(widget)
        self._widget = widget
        self._motion = motion
        self._value = value
        self.target = value
        self.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.valueChanged.connect(self._moved)

    @property
    def value(self) -> float:
        return self._value

    def to(self, target: float, duration: int | None = None) -> None:
        milliseconds = theme().motion(self._motion) if duration is None else duration
        if target == self.target and (self._value == target or self.state() == self.State.Running):
            return
        self.target = target
        self.stop()
        if milliseconds == 0 or not self._widget.isVisible():
            self._value = target
            self._widget.update()
            return
        self.setStartValue(self._value)
        self.setEndValue(target)
        self.setDuration(milliseconds)
        self.start()

    def _moved(self, value: object) -> None:
        if isinstance(value, (int, float)):
            self._value = float(value)
            self._widget.update()


def next_level(shown: float, measured: float) -> float:
    """How loud to show a sound at its next measurement, a tenth of a second later: up in 80 ms, down in 200."""
    if abs(measured - shown) < _ARRIVED:
        return measured
    return shown + (measured - shown) * (0.78 if measured > shown else 0.42)


def mix(one: QColor, other: QColor, part: float) -> QColor:
    """`part` 0 is `one`, 1 is `other`; alpha too."""
    part = min(1.0, max(0.0, part))
    if one.alpha() == 0:
        one = QColor(other.red(), other.green(), other.blue(), 0)
    elif other.alpha() == 0:
        other = QColor(one.red(), one.green(), one.blue(), 0)
    return QColor(
        round(one.red() + (other.red() - one.red()) * part),
        round(one.green() + (other.green() - one.green()) * part),
        round(one.blue() + (other.blue() - one.blue()) * part),
        round(one.alpha() + (other.alpha() - one.alpha()) * part),
    )


def with_alpha(colour: QColor, alpha: float) -> QColor:
    made = QColor(colour)
    made.setAlphaF(alpha)
    return made
