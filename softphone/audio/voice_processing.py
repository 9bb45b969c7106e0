"""Cleans what the microphone hears: the speaker's echo and steady noise are taken out where there are any."""

from __future__ import annotations

import logging

from softphone.audio.echo_detector import EchoDetector
from softphone.audio.format import BLOCK_BYTES, BLOCK_MS, SILENCE_DB, crossfaded, decibels, samples_of
from softphone.audio.webrtc import AudioProcessing, ProcessingUnavailable

log = logging.getLogger(__name__)

_SECOND = 1000 // BLOCK_MS
_FAR_TALKS_DB = -45.0
_NO_ECHO_AFTER = 15 * 1000 // (2 * BLOCK_MS)  # steps of 20 ms in which the far side talked and no echo was found
_SURE = 3  # findings in a row, 0.24 s apart: two people in one rhythm do not do that
_NO_MORE = 60  # looks while the far side talks, without one finding: a headset was put on, or it was a mistake
_NOISY_DB, _QUIET_DB = -48.0, -54.0  # the peak of a quiet moment; its RMS is some 10 dB lower


class VoiceProcessing:
    """Blocks of 10 ms: `render` on the speaker's thread, `capture` on the microphone's.

    The canceller runs from the beginning, so that it knows the room when it is needed, but its output is used only once
    an echo has been found (after 1 to 2 s of talk), and the noise suppressor's only in a noisy room; where 15 s of
    the far side's talk showed no echo the canceller rests. A headset in a quiet room goes out untouched: both begin
    with a high-pass that turns the phase below 600 Hz (speech correlates 0.72 with itself), and a canceller that hears
    no echo still takes 2 to 6 dB from speech that an echo service returns.

    No gain control: it would change the level of a voice by more than 3 dB.
    """

    def __init__(self, *, echo: bool = True, noise: bool = True, echo_known: bool = False) -> None:
        self._wants_echo, self._wants_noise = echo, noise
        self.echo_found = echo_known
        self._echo: AudioProcessing | None = None
        self._noise: AudioProcessing | None = None
        self._detector = EchoDetector()
        self._found_in_a_row = _SURE if echo_known else 0
        self._looks_since_found = 0
        self._far_steps = 0
        self._speaker_peak = 0
        self._microphone_peak = 0
        self._blocks = 0
        self._second: list[int] = []
        self._floors: list[float] = []
        self._noisy = False
        self._using = "untouched"

    def load(self) -> None:
        """Get the native library ready (20 ms, 8 MB): before that, and when it fails, sound goes through untouched."""
        try:
            if self._wants_echo:
                self._echo = AudioProcessing(echo=True, noise=self._wants_noise)
            if self._wants_noise:
                self._noise = AudioProcessing(echo=False, noise=True)
        except ProcessingUnavailable as error:
            log.warning("no echo cancellation: %s", error)

    @property
    def using(self) -> str:
        """What goes out: "untouched", "echo cancelled" or "noise suppressed"."""
        return self._using

    @property
    def _awake(self) -> bool:
        return self.echo_found or self._far_steps < _NO_ECHO_AFTER

    def render(self, block: bytes, peak: int) -> None:
        """What the speaker is about to play; `peak` is its largest magnitude."""
        if peak > self._speaker_peak:
            self._speaker_peak = peak
        chain = self._echo
        if chain is not None and self._awake:
            try:
                chain.render(block)
            except ProcessingUnavailable as error:
                self._failed(error)

    def capture(self, block: bytes, peak: int) -> bytes:
        """What the microphone heard, cleaned as far as needed: the same object where nothing was."""
        self._listen(peak)
        try:
            cancelled = self._echo.capture(block) if self._echo is not None and self._awake else None
            suppress = self._noise is not None and (self._noisy or self._floor_db() > _QUIET_DB)
            suppressed = self._noise.capture(block) if suppress and self._noise is not None else None
        except ProcessingUnavailable as error:
            self._failed(error)
            return block
        want, clean = "untouched", block
        if self.echo_found and cancelled is not None:
            want, clean = "echo cancelled", cancelled
        elif self._noisy and suppressed is not None:
            want, clean = "noise suppressed", suppressed
        if want == self._using:
            return clean
        before = {"echo cancelled": cancelled, "noise suppressed": suppressed}.get(self._using) or block
        self._using = want
        log.info("microphone: %s", want)
        return crossfaded(samples_of(before), samples_of(clean)).tobytes()

    def _listen(self, peak: int) -> None:
        self._second.append(peak)
        if len(self._second) == _SECOND:
            self._weigh_noise()
        if peak > self._microphone_peak:
            self._microphone_peak = peak
        self._blocks += 1
        if self._blocks % 2 or not self._wants_echo:
            return
        speaker, self._speaker_peak = self._speaker_peak, 0
        microphone, self._microphone_peak = self._microphone_peak, 0
        speaker_db = decibels(speaker)
        self._far_steps += speaker_db > _FAR_TALKS_DB
        looked, found = self._detector.hear(speaker_db, decibels(microphone))
        if looked:
            self._weigh_echo(found)

    def _weigh_echo(self, found: bool) -> None:
        self._found_in_a_row = self._found_in_a_row + 1 if found else 0
        self._looks_since_found = 0 if found else self._looks_since_found + 1
        if self._found_in_a_row >= _SURE:
            self.echo_found = True
        elif self.echo_found and self._looks_since_found > _NO_MORE:
            self.echo_found = False

    def _weigh_noise(self) -> None:
        self._second.sort()
        self._floors = [*self._floors[-2:], decibels(self._second[_SECOND // 10])]
        self._second = []
        floor = self._floor_db()
        self._noisy = floor > (_QUIET_DB if self._noisy else _NOISY_DB)

    def _floor_db(self) -> float:
        """The quietest tenth of the last three seconds."""
        return min(self._floors) if len(self._floors) == 3 else SILENCE_DB

    def _failed(self, error: Exception) -> None:
        log.warning("echo cancellation ended: %s", error)
        self._echo = self._noise = None


class Blocks:
    """Cuts a stream of samples into blocks of 10 ms."""

    def __init__(self) -> None:
        self._rest = b""

    def cut(self, data: bytes | bytearray) -> list[bytes]:
        if len(data) == BLOCK_BYTES and not self._rest:  # nearly always
            return [bytes(data)]
        whole = self._rest + bytes(data)
        end = len(whole) // BLOCK_BYTES * BLOCK_BYTES
        self._rest = whole[end:]
        return [whole[at : at + BLOCK_BYTES] for at in range(0, end, BLOCK_BYTES)]
