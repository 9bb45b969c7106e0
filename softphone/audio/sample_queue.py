"""Sound on its way between two clocks: a ring with a head start, padding when late and trimming when it piles up."""

from __future__ import annotations

from softphone.audio.format import BLOCK_BYTES, BYTES_PER_MS, RATE, crossfaded, samples_of, silence
from softphone.audio.ring_buffer import RingBuffer

_WATCHED = 4 * RATE * 2  # bytes over which the least fill is watched: drift shows in it, jitter does not
_WATCHED_SHORT = RATE  # half a second, when far too much waits: a device that stood still and caught up
_FAR_TOO_MUCH = 30 * BYTES_PER_MS
_CALM = 60 * RATE * 2  # after so long without an underrun the margin shrinks again
_CAPACITY_MS = 320
_MOST_MS = 140  # more waiting than that is a reader that had stopped: skip to the head start
_MARGIN_STEP_MS = 10
_LARGEST_MARGIN_MS = 60


class SampleQueue:
    """Joins a device's clock with the conference's. `push` belongs to one thread, `pull` to one other.

    `head_start_ms` waits before the first byte goes out. `margin_ms` is the least fill that may remain after a read;
    when the least of four seconds is above it, 10 ms are taken out (the clocks drift), and each underrun raises it, so
    that the same jitter does not run it dry twice.
    """

    def __init__(self, head_start_ms: int, margin_ms: int) -> None:
        self._ring = RingBuffer(_CAPACITY_MS * BYTES_PER_MS)
        self._head_start = head_start_ms * BYTES_PER_MS
        self._first_margin = self._margin = margin_ms * BYTES_PER_MS
        self._filling = True
        self._restart = False
        self._least = _CAPACITY_MS * BYTES_PER_MS
        self._watched = self._since_underrun = self._empty_in_a_row = 0
        self.underruns = self.overruns = self.trims = 0

    @property
    def waiting_ms(self) -> float:
        return self._ring.fill / BYTES_PER_MS

    def restart(self) -> None:
        """Forget what waits and take the head start anew, at the next pull (any thread)."""
        self._restart = True

    def push(self, data: bytes | bytearray | memoryview) -> None:
        if not self._ring.write(data):  # nobody reads (on hold, muted): what waits is stale by now
            self.overruns += 1
            self._restart = True

    def pull(self, size: int) -> bytes:
        """Exactly `size` bytes, silence where nothing has come."""
        ring = self._ring
        if self._restart:
            self._restart = False
            ring.discard(ring.fill)
            self._filling, self._margin = True, self._first_margin
        fill = ring.fill
        if self._filling:
            if fill < max(self._head_start, size):
                return silence(size)
            self._filling = False
            ring.discard(fill - max(self._head_start, size))
            self._begin_watch()
        elif fill > _MOST_MS * BYTES_PER_MS:
            self.overruns += 1
            ring.discard(fill - max(self._head_start, size))
            self._begin_watch()
        if ring.fill < size:
            return self._late(size)
        data = ring.read(size)
        self._empty_in_a_row = 0
        self._least = min(self._least, ring.fill)
        self._watched += size
        self._since_underrun += size
        too_much = self._least - self._margin
        if self._watched >= _WATCHED or (self._watched >= _WATCHED_SHORT and too_much > _FAR_TOO_MUCH):
            if too_much > 0 and self._least >= BLOCK_BYTES and size >= BLOCK_BYTES:
                data = self._trimmed(data)
            self._begin_watch()
            if self._since_underrun > _CALM and self._margin > self._first_margin:
                self._margin -= _MARGIN_STEP_MS * BYTES_PER_MS
                self._since_underrun = 0
        return data

    def _late(self, size: int) -> bytes:
        if not self._empty_in_a_row:
            self.underruns += 1
            self._margin = min(self._margin + _MARGIN_STEP_MS * BYTES_PER_MS, _LARGEST_MARGIN_MS * BYTES_PER_MS)
        self._empty_in_a_row += 1
        self._filling = self._empty_in_a_row >= 5  # the writer is gone: a head start again when it returns
        self._since_underrun = 0
        self._begin_watch()
        data = self._ring.read(size)
        return data + silence(size - len(data))

    def _trimmed(self, data: bytes) -> bytes:
        self.trims += 1
        later = data[BLOCK_BYTES:] + self._ring.read(BLOCK_BYTES)
        joint = crossfaded(samples_of(data[:BLOCK_BYTES]), samples_of(later[:BLOCK_BYTES]))
        return joint.tobytes() + later[BLOCK_BYTES:]

    def _begin_watch(self) -> None:
        self._watched, self._least = 0, _CAPACITY_MS * BYTES_PER_MS
