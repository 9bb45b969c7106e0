"""Sound, as the commands name it: tones, keys, devices and levels of `audio.sound`, joined to the conference bridge.

A sound library that cannot be loaded is not fatal: calls are signalled, and the person is told that nothing is heard.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pjsua2 as pj

from softphone.phone.commands import SelectSound
from softphone.phone.events import LevelsMeasured, SoundTrouble
from softphone.sip.endpoint_config import CLOCK_RATE

if TYPE_CHECKING:
    from softphone.sip.timers import Timer
    from softphone.sip.user_agent import UserAgent

log = logging.getLogger("sound")

LEVELS_EVERY = 1 / 15


class SoundBox:
    """Sip thread. `device` is `audio.sound.Sound`, `port` the media port through which it joins the bridge."""

    def __init__(self, user_agent: UserAgent, device: Any, port: Any) -> None:
        self.device = device
        self.port = port
        self._user_agent = user_agent
        self._levels: Timer | None = None

    def play_tone(self, tone: str) -> None:
        self.device.play_tone(tone)

    def play_digit(self, digit: str) -> None:
        self.device.play_digit(digit)

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
        self._levels = self._user_agent.timers.after(LEVELS_EVERY, self._report)
        microphone, speaker = self.device.levels()
        self._user_agent.tell(LevelsMeasured(microphone, speaker))

    def device_off(self) -> None:
        self.report_levels(False)
        self.device.close()

    def drop(self) -> None:
        """The port must be gone before `libDestroy`."""
        self.port = None


class NoSound:
    """Stands in where the sound library cannot be loaded."""

    def start_call_audio(self) -> None: ...
    def stop_call_audio(self) -> None: ...
    def play_tone(self, tone: str) -> None: ...
    def play_digit(self, digit: str) -> None: ...
    def set_devices(self, microphone: str | None, speaker: str | None, ringer: str | None) -> None: ...
    def set_processing(self, *, echo_cancellation: bool, noise_suppression: bool) -> None: ...
    def close(self) -> None: ...

    def levels(self) -> tuple[float, float]:
        return 0.0, 0.0


class SilentPort(pj.AudioMediaPort):
    """Gives silence, and drops what it is given."""

    def __init__(self) -> None:
        super().__init__()
        form = pj.MediaFormatAudio()
        form.init(pj.PJMEDIA_FORMAT_PCM, CLOCK_RATE, 1, 20_000, 16)
        self.createPort("silence", form)

    def onFrameRequested(self, frame: pj.MediaFrame) -> None:
        frame.type = pj.PJMEDIA_FRAME_TYPE_NONE

    def onFrameReceived(self, frame: pj.MediaFrame) -> None:
        """Nobody listens."""


def make_sound_box(user_agent: UserAgent) -> SoundBox:
    """After the endpoint has started: the port needs its bridge."""
    try:
        from softphone.audio.sound import Sound
        from softphone.sip.sound_port import SoundPort
    except (ImportError, OSError) as error:
        log.error("there is no sound: %s", error)
        user_agent.tell(SoundTrouble("no_speaker", str(error)[:200]))
        return SoundBox(user_agent, NoSound(), SilentPort())
    device = Sound(user_agent.tell)
    return SoundBox(user_agent, device, SoundPort(device))
