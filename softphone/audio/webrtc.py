"""WebRTC's audio processing (echo canceller AEC3, noise suppression) from livekit's native library.

Asked for through its C interface with the five small protobuf messages it needs, written once per buffer: that is 8 MB
and 20 ms to load instead of the package's 28 MB and 130 ms (it imports protobuf and numpy), and 40 us for a block in
both directions. A test compares the messages with those of the package.
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from pathlib import Path

from softphone.audio.format import BLOCK_BYTES, RATE

_NEW, _CAPTURE, _RENDER = 50, 51, 52  # fields of FfiRequest; FfiResponse answers in the field one lower
_HANDLE_TYPE = ctypes.c_uint64
_BYTE_P = ctypes.POINTER(ctypes.c_uint8)
_EVENT = ctypes.CFUNCTYPE(None, _BYTE_P, ctypes.c_size_t)


class ProcessingUnavailable(Exception):
    """The native library is not there, or does not answer as it should."""


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _message(*numbers: int) -> bytes:
    """A protobuf message of integers and booleans in fields 1, 2, ..."""
    return b"".join(_varint(field << 3) + _varint(number) for field, number in enumerate(numbers, 1))


def request(field: int, *numbers: int) -> bytes:
    """An FfiRequest holding one message of numbers."""
    body = _message(*numbers)
    return _varint(field << 3 | 2) + _varint(len(body)) + body


def _library_path() -> Path:
    spec = importlib.util.find_spec("livekit")
    name = {"win32": "livekit_ffi.dll", "darwin": "liblivekit_ffi.dylib"}.get(sys.platform, "liblivekit_ffi.so")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder, "rtc", "resources", name)
        if path.is_file():
            return path
    raise ProcessingUnavailable(f"{name} is not installed")


class _Library:
    """The loaded library; one per process."""

    def __init__(self) -> None:
        try:
            path = str(_library_path())
            self._c = ctypes.CDLL(path)
            # Keeps the interpreter lock: a block takes 20 us, less than giving the lock away and getting it back.
            self._locked = ctypes.PyDLL(path)
            for library in (self._c, self._locked):
                library.livekit_ffi_request.argtypes = [
                    ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(_BYTE_P), ctypes.POINTER(ctypes.c_size_t),
                ]  # fmt: skip
                library.livekit_ffi_request.restype = _HANDLE_TYPE
                library.livekit_ffi_drop_handle.argtypes = [_HANDLE_TYPE]
                library.livekit_ffi_drop_handle.restype = ctypes.c_bool
            self._c.livekit_ffi_initialize.argtypes = [_EVENT, ctypes.c_bool, ctypes.c_char_p, ctypes.c_char_p]
            self._c.livekit_ffi_initialize.restype = None
            self._ignore = _EVENT(lambda _data, _size: None)  # kept: the library holds the pointer
            self._c.livekit_ffi_initialize(self._ignore, False, b"python", b"1")
        except (OSError, AttributeError) as error:
            raise ProcessingUnavailable(str(error)) from error

    def ask(self, message: bytes, *, short: bool = False) -> bytes:
        """The answer to a request; `short` ones keep the interpreter lock."""
        library = self._locked if short else self._c
        answer, size = _BYTE_P(), ctypes.c_size_t()
        handle = library.livekit_ffi_request(message, len(message), ctypes.byref(answer), ctypes.byref(size))
        if not handle:
            raise ProcessingUnavailable("the library refused a request")
        data = ctypes.string_at(answer, size.value)
        library.livekit_ffi_drop_handle(handle)
        return data

    def drop(self, handle: int) -> None:
        self._c.livekit_ffi_drop_handle(handle)


_library: _Library | None = None


def load() -> None:
    """Load the library (20 ms); `ProcessingUnavailable` when it cannot be."""
    global _library
    if _library is None:
        _library = _Library()


class AudioProcessing:
    """One processing chain; blocks of 10 ms. `capture` and `render` may be called by two threads."""

    def __init__(self, *, echo: bool, noise: bool, gain: bool = False) -> None:
        load()
        assert _library is not None
        self._library = _library
        self._handle = 0
        self._handle = _new_handle(self._library.ask(request(_NEW, echo, gain, False, noise)))
        self._captured = _Channel(self._library, _CAPTURE, self._handle)
        self._rendered = _Channel(self._library, _RENDER, self._handle)

    def capture(self, block: bytes) -> bytes:
        """What the microphone heard, cleaned."""
        return self._captured.process(block)

    def render(self, block: bytes) -> None:
        """What the speaker is about to play."""
        self._rendered.process(block)

    def __del__(self) -> None:
        # With the last reference, never before: a device's thread may be inside a call.
        if getattr(self, "_handle", 0):
            self._library.drop(self._handle)


class _Channel:
    """One direction: a buffer that stays where it is, and the request that names it."""

    def __init__(self, library: _Library, field: int, handle: int) -> None:
        self._library = library
        self._buffer = (ctypes.c_uint8 * BLOCK_BYTES)()
        self._view = memoryview(self._buffer).cast("B")
        self._request = request(field, handle, ctypes.addressof(self._buffer), BLOCK_BYTES, RATE, 1)
        self._done = _varint(field - 1 << 3 | 2) + b"\x00"  # an empty answer: no error

    def process(self, block: bytes) -> bytes:
        self._view[:] = block
        answer = self._library.ask(self._request, short=True)
        if answer != self._done:
            raise ProcessingUnavailable(answer.decode("utf-8", "replace"))
        return bytes(self._view)


def _new_handle(answer: bytes) -> int:
    """The id out of FfiResponse.new_apm.apm.handle.id (nested messages in fields 49, 1, 1, 1)."""
    at = 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = answer[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    try:
        for tag in (_NEW - 1 << 3 | 2, 0x0A, 0x0A):
            if number() != tag:
                raise ProcessingUnavailable("an answer of another shape")
            number()  # the length
        if number() != 0x08:
            raise ProcessingUnavailable("an answer of another shape")
        return number()
    except IndexError:
        raise ProcessingUnavailable("an answer cut short") from None
