"""Sound on its way between two clocks: a ring with a head start, padding when late and trimming when it piles up."""

from __future__ import annotations

from softphone.audio.format import BLOCK_BYTES, BYTES_PER_MS, RATE, crossfaded, samples_of, silence
from softphone.audio.ring_buffer import RingBuffer

_WATCHED = 4 * RATE * 2  # bytes over which the least fill is watched: drift shows in it, jitter does not
_RECENT = RATE  # half a second: enough when far too much waits, as after a device stood still
_FAR_TOO_MUCH = 30 * BYTES_PER_MS
_CALM = 60 * RATE * 2  # after so long without an underrun the margin shrinks again
_CAPACITY = 320 * BYTES_PER_MS
_MOST = 140 * BYTES_PER_MS  # more waiting than that is a reader that had stopped: skip to the head start
_MARGIN_STEP = 10 * BYTES_PER_MS
_LARGEST_MARGIN = 60 * BYTES_PER_MS


class SampleQueue:
    """Joins a device's clock with the conference's. `push` belongs to one thread, `pull` to one other.

    `head_start_ms` waits before the first byte goes out. `margin_ms` is the least fill that may remain after a read;
    when the least of four seconds is above it, 10 ms are taken out (the clocks drift), and each underrun raises it, so
    that the same jitter does not run it dry twice.
    """

    def __init__(self, head_start_ms: int, margin_ms: int) -> None:
        self._ring = RingBuffer(_CAPACITY)
        self._head_start = head_start_ms * BYTES_PER_MS
        self._first_margin = self._margin = margin_ms * BYTES_PER_MS
        self._filling = True
        self._restart = False
        self._least = self._recent_least = _CAPACITY
        self._watched = self._recent = self._since_underrun = self._empty_in_a_row = 0
        self.underruns = self.overruns = self.trims = 0

    @property
    def waiting_ms(self) -> float:
        return self._ring.fill / BYTES_PER_MS

    def restart(self) -> None:
        """Forget what waits and take the head start anew, at the next pull (any thread)."""
        self._restart = True

    def count_anew(self) -> None:
        self.underruns = self.overruns = self.trims = 0

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
        elif fill > _MOST:
            self.overruns += 1
            ring.discard(fill - max(self._head_start, self._margin + size))
            self._begin_watch()
        if ring.fill < size:
            return self._late(size)
        data = ring.read(size)
        self._empty_in_a_row = 0
        self._since_underrun += size
        return self._watch(data)

    def _watch(self, data: bytes) -> bytes:
        """Take out 10 ms where the least fill says that so much is never needed."""
        self._recent_least = min(self._recent_least, self._ring.fill)
        self._recent += len(data)
        if self._recent < _RECENT:
            return data
        self._least = min(self._least, self._recent_least)
        self._watched += self._recent
        far_too_much = self._recent_least > self._margin + _FAR_TOO_MUCH
        self._recent, self._recent_least = 0, _CAPACITY
        if self._watched < _WATCHED and not far_too_much:
            return data
        if (far_too_much or self._least > self._margin) and self._ring.fill >= BLOCK_BYTES <= len(data):
            data = self._trimmed(data)
        self._begin_watch()
        if self._since_underrun > _CALM and self._margin > self._first_margin:
            self._margin -= _MARGIN_STEP
            self._since_underrun = 0
        return data

    def _late(self, size: int) -> bytes:
        if not self._empty_in_a_row:
            self.underruns += 1
            self._margin = min(self._margin + _MARGIN_STEP, _LARGEST_MARGIN)
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
        self._watched = self._recent = 0
        self._least = self._recent_least = _CAPACITY
