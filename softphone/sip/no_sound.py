"""Stands in where the sound library cannot be loaded: calls are signalled, and the person is told of the silence."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import pjsua2 as pj

from softphone.phone.events import FileMeasured, FilePlayed, SoundTrouble, UserAgentEvent
from softphone.sip.endpoint_config import CLOCK_RATE
from softphone.sip.sound_box import SoundBox

if TYPE_CHECKING:
    from softphone.sip.user_agent import UserAgent

log = logging.getLogger("sound")


class NoSound:
    """Every sound, dropped; who asks for a file is told so."""

    def __init__(self, tell: Callable[[UserAgentEvent], None]) -> None:
        self._tell = tell

    def start_call_audio(self) -> None: ...
    def stop_call_audio(self) -> None: ...
    def play_tone(self, tone: str) -> None: ...
    def play_digit(self, digit: str) -> None: ...
    def set_devices(self, microphone: str | None, speaker: str | None, ringer: str | None) -> None: ...
    def set_processing(self, *, echo_cancellation: bool, noise_suppression: bool) -> None: ...
    def close(self) -> None: ...
    def stop_file(self) -> None: ...

    def play_file(self, play_id: str, path: str, start: float, device: str) -> None:
        self._tell(FilePlayed(play_id, 0.0, 0.0, playing=False, fault="unreadable"))

    def measure_file(self, path: str, bars: int) -> None:
        self._tell(FileMeasured(path, fault="unreadable"))

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
    """The computer's sound, or silence. After the endpoint has started: the port needs its bridge."""
    try:
        from softphone.sip import sound_port
    except (ImportError, OSError) as error:
        log.error("there is no sound: %s", error)
        user_agent.tell(SoundTrouble("no_speaker", "speaker"))
        return SoundBox(NoSound(user_agent.tell), SilentPort(), user_agent.timers, user_agent.tell)
    box: SoundBox = sound_port.make_sound_box(user_agent)
    return box
