"""The sound of the telephone: its devices, its tones, and the voice between them and the conference bridge."""

from __future__ import annotations

import logging
import queue
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from softphone.audio.backend import SoundBackend, Stream, choose_backend
from softphone.audio.device_slot import DeviceSlot
from softphone.audio.file_player import FileEvent, FilePlayer
from softphone.audio.microphone import Microphone
from softphone.audio.speaker import Ringer, Speaker
from softphone.audio.tones import LOOPS, digit_sound, sound
from softphone.audio.voice_processing import VoiceProcessing
from softphone.phone.events import SoundDevicesChanged, SoundTrouble
from softphone.phone.sound import SoundDevice, SoundInUse

log = logging.getLogger(__name__)

SoundEvent = SoundDevicesChanged | SoundTrouble | FileEvent

# Device periods. Each wakes the program, and that is what sound costs; from mouth to ear the speaker's counts, the
# microphone's hardly does, because the bridge takes 20 ms at a time.
MICROPHONE_PERIOD_MS, SPEAKER_PERIOD_MS = 20, 10
RINGER_PERIOD_MS = 40
_TICK = 0.1  # while a device is wanted
_LISTING = 3.0  # between looks at what is plugged in: 0.15 ms of work each
_LINGER = 1.5  # the speaker stays open so long after the last key
_BLOCKED_AFTER = 3.0


@dataclass(frozen=True)
class SoundStatistics:
    """Since `start_call_audio`; `waiting` is what lies in the queue now."""

    microphone_underruns: int
    microphone_overruns: int
    microphone_trims: int
    microphone_waiting_ms: float
    speaker_underruns: int
    speaker_overruns: int
    speaker_trims: int
    speaker_waiting_ms: float
    reopened: int
    processing: str  # see VoiceProcessing.using
    in_use: SoundInUse


def _nothing() -> None:
    """The task of a turn in which nobody asked for anything."""


class Sound:
    """Methods may be called on any thread and return at once; devices are opened and closed on a thread of its own.

    `on_event` is called on that thread. A device that is missing, busy or pulled never ends a call: the other side
    hears silence, and the device is tried again.
    """

    def __init__(self, on_event: Callable[[SoundEvent], None], backend: SoundBackend | None = None) -> None:
        self._on_event = on_event
        self._backend = backend or choose_backend()
        self._microphone, self._speaker, self._ringer = Microphone(), Speaker(), Ringer()
        self._slots = {
            "microphone": DeviceSlot("input", self._open_microphone, partial(self._tell_trouble, "microphone")),
            "speaker": DeviceSlot("output", self._open_speaker, partial(self._tell_trouble, "speaker")),
            "ringer": DeviceSlot("output", self._open_ringer, partial(self._tell_trouble, "ringer")),
        }
        self._files = FilePlayer(
            {"speaker": self._speaker.file, "ringer": self._ringer.file}, on_event, lambda: self._do(_nothing)
        )
        self._devices: tuple[SoundDevice, ...] = ()
        self._told: tuple[object, ...] = ()
        self._in_call = False
        self._call_began = 0.0
        self._blocked_told = False
        self._digit_until = 0.0
        self._echo = self._noise = True
        self._with_echo: set[tuple[str, str]] = set()  # (microphone, speaker) where an echo was found
        self._pair = ("", "")
        self._list_at = 0.0
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="sound", daemon=True)

    def start(self) -> None:
        """Find the devices and watch them; `SoundDevicesChanged` comes soon and at each change."""
        self._thread.start()

    def close(self) -> None:
        """Close every device; waits for at most a second."""
        self._tasks.put(None)
        if self._thread.is_alive():
            self._thread.join(1)

    # --- what the telephone asks ---------------------------------------------------------------------------------

    def start_call_audio(self) -> None:
        """A call needs microphone and speaker. What waited is forgotten."""
        for end in (self._microphone.queue, self._speaker.queue):
            end.restart()
            end.count_anew()
        self._speaker.in_call = True
        self._do(self._begin_call)

    def stop_call_audio(self) -> None:
        self._speaker.in_call = False
        self._do(self._end_call)

    def set_devices(self, microphone: str | None = None, speaker: str | None = None, ringer: str | None = None
                    ) -> None:  # fmt: skip
        """Choose devices by id; None is the system's default, and follows it."""

        def choose() -> None:
            self._slots["microphone"].choose(microphone)
            self._slots["speaker"].choose(speaker)
            self._slots["ringer"].choose(ringer)

        self._do(choose)

    def set_processing(self, *, echo_cancellation: bool = True, noise_suppression: bool = True) -> None:
        def change() -> None:
            if (self._echo, self._noise) != (echo_cancellation, noise_suppression):
                self._echo, self._noise = echo_cancellation, noise_suppression
                if self._in_call:
                    self._end_processing()
                    self._begin_processing()

        self._do(change)

    def set_muted(self, muted: bool) -> None:
        self._microphone.muted = muted

    def play_tone(self, tone: str) -> None:
        """Play until told otherwise: none | ringtone (on the ringing device) | waiting | ringback | busy."""
        if tone != "none" and tone not in LOOPS:
            raise ValueError(f"no tone {tone!r}")
        if tone == "ringtone":
            self._ringer.start()
        else:
            self._ringer.tone.stop()
        if tone in ("none", "ringtone"):
            self._speaker.tone.stop()
        else:
            self._speaker.tone.play(sound(tone), loop=True)
        self._do(lambda: None)

    def play_digit(self, digit: str) -> None:
        """The tone of a key, in the ear only."""
        digit_sound(digit)  # an unknown key is refused before anything opens

        def play() -> None:
            self._digit_until = time.monotonic() + _LINGER
            self._update()
            self._speaker.play_digit(digit)

        self._do(play)

    def play_file(self, play_id: str, path: str, start: float = 0.0, device: str = "speaker") -> None:
        """`FilePlayed` tells how far it is, some ten times a second."""
        self._files.play(play_id, path, start, device)

    def stop_file(self) -> None:
        self._files.stop()
        self._do(_nothing)

    def measure_file(self, path: str, bars: int) -> None:
        """`FileMeasured` follows."""
        self._files.measure(path, bars)

    # --- what the conference bridge asks, on its clock thread ----------------------------------------------------

    def pull_microphone(self, size: int) -> bytes:
        """The next `size` bytes for the other side. Never blocks, never raises."""
        return self._microphone.pull(size)

    def push_speaker(self, frame: bytes | bytearray | memoryview) -> None:
        """What the other side said. Never blocks, never raises."""
        self._speaker.push(frame)

    # --- what is measured ----------------------------------------------------------------------------------------

    def levels(self) -> tuple[float, float]:
        """Peaks of microphone (silent while muted) and speaker since the last time, 0.0 to 1.0."""
        microphone, speaker = self._microphone.take_peak(), self._speaker.take_peak()
        return 0.0 if self._microphone.muted else min(1.0, microphone / 32767), min(1.0, speaker / 32767)

    def statistics(self) -> SoundStatistics:
        microphone, speaker = self._microphone.queue, self._speaker.queue
        processing = self._microphone.processing
        return SoundStatistics(
            microphone.underruns, microphone.overruns, microphone.trims, microphone.waiting_ms,
            speaker.underruns, speaker.overruns, speaker.trims, speaker.waiting_ms,
            sum(slot.reopened for slot in self._slots.values()),
            processing.using if processing is not None else "untouched", self._in_use(),
        )  # fmt: skip

    # --- the sound thread ----------------------------------------------------------------------------------------

    def _do(self, task: Callable[[], object]) -> None:
        self._tasks.put(lambda: (task(), None)[1])

    def _run(self) -> None:
        while True:
            busy = any(slot.wanted for slot in self._slots.values())
            wait = _TICK if busy else max(0.01, self._list_at - time.monotonic())
            try:
                task = self._tasks.get(timeout=wait)
            except queue.Empty:
                task = _nothing
            if task is None:
                break
            try:
                task()
            except Exception:
                log.exception("sound")
            try:
                self._update()
            except Exception:
                log.exception("sound devices")
        for slot in self._slots.values():
            slot.close()
        self._end_processing()

    def _update(self) -> None:
        now = time.monotonic()
        self._slots["microphone"].wanted = self._in_call
        self._files.tick()
        sounds = self._speaker.tone.playing or self._speaker.file.playing
        self._slots["speaker"].wanted = self._in_call or sounds or now < self._digit_until
        self._slots["ringer"].wanted = self._ringer.tone.playing or self._ringer.file.playing
        if now >= self._list_at or any(slot.wanted and not slot.is_open for slot in self._slots.values()):
            self._list_at = now + _LISTING
            self._list_devices()
        reopened = sum(slot.reopened for slot in self._slots.values())
        for slot in self._slots.values():
            slot.tick(now, self._devices)
        if sum(slot.reopened for slot in self._slots.values()) != reopened:
            self._list_at = 0.0  # a device fell silent: something was pulled
        if self._in_call:
            self._watch_call(now)
        self._tell_devices()

    def _list_devices(self) -> None:
        devices = self._backend.devices()
        if devices != self._devices:
            self._devices = devices
            for slot in self._slots.values():
                slot.devices_changed()

    def _in_use(self) -> SoundInUse:
        return SoundInUse(**{name: slot.name(self._devices) for name, slot in self._slots.items()})

    def _tell_devices(self) -> None:
        now = (self._devices, self._in_use())
        if now != self._told:
            self._told = now
            self._on_event(SoundDevicesChanged(*now))

    def _begin_call(self) -> None:
        self._in_call, self._call_began = True, time.monotonic()
        self._microphone.heard_anything = self._blocked_told = False
        self._update()  # the devices first: they must not wait for the canceller
        self._begin_processing()

    def _end_call(self) -> None:
        self._in_call = False
        self._blocked_over()
        self._update()
        self._end_processing()

    def _begin_processing(self) -> None:
        if self._microphone.processing is not None or not (self._echo or self._noise):
            return
        self._pair = self._current_pair()
        processing = VoiceProcessing(echo=self._echo, noise=self._noise, echo_known=self._pair in self._with_echo)
        processing.load()
        self._speaker.processing = self._microphone.processing = processing

    def _end_processing(self) -> None:
        self._microphone.processing = self._speaker.processing = None

    def _current_pair(self) -> tuple[str, str]:
        in_use = self._in_use()
        return in_use.microphone, in_use.speaker

    def _watch_call(self, now: float) -> None:
        processing = self._microphone.processing
        if processing is not None:
            (self._with_echo.add if processing.echo_found else self._with_echo.discard)(self._pair)
            if self._current_pair() != self._pair:  # other devices: another room
                self._end_processing()
                self._begin_processing()
        # macOS gives silence, not a refusal, to a program that may not hear the microphone.
        if self._blocked_told and self._microphone.heard_anything:
            self._blocked_over()
        if (sys.platform == "darwin" and self._slots["microphone"].is_open and not self._microphone.heard_anything
                and not self._blocked_told and now - self._call_began > _BLOCKED_AFTER):  # fmt: skip
            self._blocked_told = True
            self._tell_trouble("microphone", "blocked", self._in_use().microphone)

    def _blocked_over(self) -> None:
        if self._blocked_told:
            self._blocked_told = False
            self._tell_trouble("microphone", "found", self._in_use().microphone)

    def _open_microphone(self, device_id: str | None) -> Stream:
        self._microphone.queue.restart()
        return self._backend.open_capture(device_id, MICROPHONE_PERIOD_MS, self._microphone.captured)

    def _open_speaker(self, device_id: str | None) -> Stream:
        self._speaker.queue.restart()
        return self._backend.open_playback(device_id, SPEAKER_PERIOD_MS, self._speaker.fill)

    def _open_ringer(self, device_id: str | None) -> Stream:
        return self._backend.open_playback(device_id, RINGER_PERIOD_MS, self._ringer.fill)

    def _tell_trouble(self, device: str, kind: str, name: str) -> None:
        log.info("%s %s: %s", device, kind, name)
        self._on_event(SoundTrouble(_TROUBLE[device][kind], device, name))


_NO_OUTPUT = {"lost": "speaker_lost", "missing": "no_speaker", "blocked": "no_speaker", "found": "found"}
_TROUBLE = {
    "microphone": {"lost": "microphone_lost", "missing": "no_microphone", "blocked": "microphone_blocked",
                   "found": "found"},
    "speaker": _NO_OUTPUT,
    "ringer": _NO_OUTPUT,
}  # fmt: skip
