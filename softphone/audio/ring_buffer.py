"""A ring of bytes between one writing and one reading thread, without a lock."""

from __future__ import annotations


class RingBuffer:
    """Single producer, single consumer, on one preallocated bytearray.

    The writer alone moves `_written`, the reader alone moves `_read`; both only grow, and each is stored after the
    bytes were copied, so a reader never sees bytes that are not there yet.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._bytes = bytearray(capacity)
        self._view = memoryview(self._bytes)
        self._written = 0
        self._read = 0

    @property
    def fill(self) -> int:
        """Bytes that can be read now."""
        return self._written - self._read

    def write(self, data: bytes | bytearray | memoryview) -> bool:
        """Append all of `data`; False, and nothing written, when it does not fit."""
        size, capacity = len(data), self._capacity
        if size > capacity - (self._written - self._read):
            return False
        start = self._written % capacity
        end = start + size
        if end <= capacity:
            self._view[start:end] = data
        else:
            first = capacity - start
            self._view[start:] = data[:first]
            self._view[: size - first] = data[first:]
        self._written += size
        return True

    def read(self, size: int) -> bytes:
        """Take up to `size` bytes, as many as there are."""
        capacity = self._capacity
        size = min(size, self._written - self._read)
        start = self._read % capacity
        end = start + size
        if end <= capacity:
            data = bytes(self._view[start:end])
        else:
            data = bytes(self._view[start:]) + bytes(self._view[: end - capacity])
        self._read += size
        return data

    def discard(self, size: int) -> None:
        """Drop up to `size` of the oldest bytes (the reader's side)."""
        self._read += min(size, self._written - self._read)
