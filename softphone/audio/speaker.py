"""From the conference bridge, with the telephone's own tones, to the speaker; and the ringing device."""

from __future__ import annotations

from softphone.audio.file_player import FileTrack
from softphone.audio.format import mixed, peak_of, samples_of
from softphone.audio.sample_queue import SampleQueue
from softphone.audio.tones import TonePlayer, digit_sound, sound
from softphone.audio.voice_processing import Blocks, VoiceProcessing

HEAD_START_MS, MARGIN_MS = 20, 10


class Speaker:
    """`push` on the bridge's clock thread, `fill` on the device's."""

    def __init__(self) -> None:
        self.queue = SampleQueue(HEAD_START_MS, MARGIN_MS)
        self.processing: VoiceProcessing | None = None
        self.in_call = False
        self.tone = TonePlayer()
        self.digit = TonePlayer()
        self.file = FileTrack()
        self._blocks = Blocks()
        self._peak = 0

    def push(self, data: bytes | bytearray | memoryview) -> None:
        self.queue.push(data)

    def fill(self, size: int) -> bytes:
        """The next `size` bytes to play."""
        voice = self.queue.pull(size) if self.in_call else None
        tracks = (self.tone, self.digit, self.file)
        parts = [part for part in (track.take(size // 2) for track in tracks) if part is not None]
        if voice is not None and not parts:
            data = voice
        elif parts:
            samples = samples_of(voice) if voice is not None else parts.pop()
            for part in parts:
                samples = mixed(samples, part)
            data = samples.tobytes()
        else:
            return b""  # the device plays silence
        processing = self.processing
        for block in self._blocks.cut(data):
            peak = peak_of(block)
            if peak > self._peak:
                self._peak = peak
            if processing is not None:
                processing.render(block, peak)
        return data

    def play_digit(self, digit: str) -> None:
        self.digit.play(digit_sound(digit), loop=False)

    def take_peak(self) -> int:
        """The largest magnitude since the last time."""
        peak, self._peak = self._peak, 0
        return peak


class Ringer:
    """The ringing device: the ringtone, and before it a file that the person wants to hear there."""

    def __init__(self) -> None:
        self.tone = TonePlayer()
        self.file = FileTrack()

    def fill(self, size: int) -> bytes:
        samples = (self.tone if self.tone.playing else self.file).take(size // 2)
        return b"" if samples is None else samples.tobytes()

    def start(self) -> None:
        self.tone.play(sound("ringtone"), loop=True)
