"""Sound, as the commands name it: tones, keys, devices and levels of `audio.sound`, joined to the conference bridge."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from softphone.phone.commands import MeasureFile, PlayFile, SelectSound
from softphone.phone.events import LevelsMeasured, UserAgentEvent

if TYPE_CHECKING:
    from softphone.sip.timers import Timer, Timers

LEVELS_EVERY = 1 / 10  # seconds; each costs the window a frame, for a whole call


class SoundBox:
    """Sip thread. `device` is `audio.sound.Sound`, `port` the media port through which it joins the bridge."""

    def __init__(self, device: Any, port: Any, timers: Timers, tell: Callable[[UserAgentEvent], None]) -> None:
        self.device = device
        self.port = port
        self._timers = timers
        self._tell = tell
        self._levels: Timer | None = None

    def play_tone(self, tone: str) -> None:
        self.device.play_tone(tone)

    def play_digit(self, digit: str) -> None:
        self.device.play_digit(digit)

    def play_file(self, file: PlayFile) -> None:
        self.device.play_file(file.play_id, file.path, file.start, file.device)

    def stop_file(self) -> None:
        self.device.stop_file()

    def measure_file(self, file: MeasureFile) -> None:
        self.device.measure_file(file.path, file.bars)

    def select(self, choice: SelectSound) -> None:
        self.device.set_devices(choice.microphone, choice.speaker, choice.ringer)
        self.device.set_processing(
            echo_cancellation=choice.echo_cancellation, noise_suppression=choice.noise_suppression
        )

    def report_levels(self, on: bool) -> None:
        if on and self._levels is None:
            self._report()
        elif not on and self._levels is not None:
            self._levels.cancel()
            self._levels = None

    def _report(self) -> None:
        self._levels = self._timers.after(LEVELS_EVERY, self._report)
        microphone, speaker = self.device.levels()
        self._tell(LevelsMeasured(microphone, speaker))

    def device_off(self) -> None:
        self.report_levels(False)
        self.device.close()

    def drop(self) -> None:
        """The port must be gone before `libDestroy`."""
        self.port = None
