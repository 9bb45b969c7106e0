"""From the microphone to the conference bridge."""

from __future__ import annotations

from softphone.audio.format import peak_of, silence
from softphone.audio.sample_queue import SampleQueue
from softphone.audio.voice_processing import Blocks, VoiceProcessing

HEAD_START_MS, MARGIN_MS = 40, 10


class Microphone:
    """`captured` on the device's thread, `pull` on the bridge's clock thread."""

    def __init__(self) -> None:
        self.queue = SampleQueue(HEAD_START_MS, MARGIN_MS)
        self.processing: VoiceProcessing | None = None
        self.muted = False
        self.heard_anything = False
        self._blocks = Blocks()
        self._peak = 0

    def captured(self, data: bytes | bytearray) -> None:
        for block in self._blocks.cut(data):
            peak = peak_of(block)
            processing = self.processing
            clean = processing.capture(block, peak) if processing is not None else block
            self.queue.push(clean)
            if clean is not block:
                peak = peak_of(clean)
            if peak > self._peak:
                self._peak = peak
                self.heard_anything = True

    def pull(self, size: int) -> bytes:
        """What goes to the other side; silence while muted, and the queue moves on all the same."""
        data = self.queue.pull(size)
        return silence(size) if self.muted else data

    def take_peak(self) -> int:
        """The largest magnitude since the last time."""
        peak, self._peak = self._peak, 0
        return peak
