"""Sound files played here: a message to check, a voicemail. Any kind that miniaudio reads: MP3, WAV, FLAC, Vorbis."""

from __future__ import annotations

import logging
import os
import threading
from array import array
from collections.abc import Callable, Mapping
from itertools import pairwise

from softphone.audio.format import RATE, peak_of
from softphone.audio.tones import TonePlayer
from softphone.phone.events import FileMeasured, FilePlayed

log = logging.getLogger(__name__)

LONGEST = 15 * 60  # seconds; the rest of a longer file is left out
_PIECE = RATE // 4
_TAIL = RATE // 4

FileEvent = FilePlayed | FileMeasured


class UnreadableSound(Exception):
    """The file is no sound that can be read; the text says why."""


def read_sound(path: str, longest: float = LONGEST) -> array[int]:
    """The samples of a file, in the one format of sound inside."""
    from softphone.audio.miniaudio_backend import miniaudio  # type: ignore[attr-defined]  # as that one imports it

    samples: array[int] = array("h")
    try:
        for piece in miniaudio.stream_file(
            path, output_format=miniaudio.SampleFormat.SIGNED16, nchannels=1, sample_rate=RATE, frames_to_read=_PIECE
        ):
            samples.extend(piece)
            if len(samples) >= longest * RATE:
                break
    except (miniaudio.MiniaudioError, OSError) as error:
        raise UnreadableSound(str(error)) from None
    return samples


def bars_of(samples: array[int], count: int) -> tuple[float, ...]:
    """The loudest of each of `count` equal stretches, as parts of the loudest of all."""
    edges = [len(samples) * i // count for i in range(count + 1)]
    peaks = [peak_of(samples[a:b].tobytes()) for a, b in pairwise(edges)]
    loudest = max(peaks, default=0) or 1
    return tuple(round(peak / loudest, 3) for peak in peaks)


class FileTrack(TonePlayer):
    """Plays samples once, from a place in them."""

    def __init__(self) -> None:
        super().__init__()
        self._start = self._end = 0

    def play_from(self, samples: array[int], start: int) -> None:
        self._start, self._end = start, len(samples)
        # The device stays open until the end of the sound has passed through it.
        self.play(samples[start:] + array("h", bytes(2 * _TAIL)), loop=False)

    @property
    def at(self) -> int:
        """Which sample is next; only while it plays."""
        position = self._playing
        return min(self._end, self._start + (position.at if position is not None else 0))


class FilePlayer:
    """One file at a time. Files are read on threads of their own; `tick` is called some ten times a second meanwhile.

    `wake` is called when something has begun to play, so that its device is opened.
    """

    def __init__(
        self, tracks: Mapping[str, FileTrack], tell: Callable[[FileEvent], None], wake: Callable[[], object]
    ) -> None:
        self._tracks = tracks
        self._tell = tell
        self._wake = wake
        self._lock = threading.Lock()
        self._play_id = ""
        self._track: FileTrack | None = None
        self._seconds = 0.0
        self._read: tuple[object, array[int]] = (None, array("h"))  # the last one: to play it again, or from elsewhere

    def play(self, play_id: str, path: str, start: float, device: str) -> None:
        """Instead of what plays now. `device`: speaker | ringer."""
        if device not in self._tracks:
            raise ValueError(f"no device {device!r}")
        self.stop()
        self._play_id = play_id
        self._in_background(lambda: self._begin(play_id, path, start, self._tracks[device]))

    def stop(self) -> None:
        with self._lock:
            ended, track = self._play_id, self._track
            self._play_id, self._track = "", None
        if track is not None:
            at = track.at if track.playing else 0
            track.stop()
            self._tell(FilePlayed(ended, at / RATE, self._seconds, playing=False))

    def measure(self, path: str, bars: int) -> None:
        """`FileMeasured` follows."""
        self._in_background(lambda: self._measure(path, max(1, min(bars, 1000))))

    def tick(self) -> None:
        """Tell how far it is, and once that it is over."""
        with self._lock:
            play_id, track = self._play_id, self._track
            if track is None:
                return
            playing, at = track.playing, track.at
            if not playing:
                self._play_id, self._track = "", None
        self._tell(FilePlayed(play_id, at / RATE if playing else self._seconds, self._seconds, playing=playing))

    # --- on a thread of their own --------------------------------------------------------------------------------

    def _in_background(self, task: Callable[[], None]) -> None:
        threading.Thread(target=task, name="sound file", daemon=True).start()

    def _samples(self, path: str) -> array[int]:
        try:
            about = os.stat(path)
        except OSError as error:
            raise UnreadableSound(str(error)) from None
        wanted = (path, about.st_mtime_ns, about.st_size)
        known, samples = self._read
        if known != wanted:
            samples = read_sound(path)
            self._read = (wanted, samples)
        return samples

    def _begin(self, play_id: str, path: str, start: float, track: FileTrack) -> None:
        try:
            samples = self._samples(path)
        except UnreadableSound as error:
            log.info("a sound file cannot be read: %s", error)
            self._tell(FilePlayed(play_id, 0.0, 0.0, playing=False, fault="unreadable"))
            return
        first = min(max(0, int(start * RATE)), len(samples))
        with self._lock:
            if play_id != self._play_id:
                return  # something else was asked for meanwhile
            self._seconds, self._track = len(samples) / RATE, track
            track.play_from(samples, first)
        self._tell(FilePlayed(play_id, first / RATE, self._seconds, playing=True))
        self._wake()

    def _measure(self, path: str, bars: int) -> None:
        try:
            samples = self._samples(path)
        except UnreadableSound as error:
            log.info("a sound file cannot be read: %s", error)
            self._tell(FileMeasured(path, fault="unreadable"))
            return
        self._tell(FileMeasured(path, len(samples) / RATE, bars_of(samples, bars)))
