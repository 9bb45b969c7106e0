"""Asks PulseAudio for whole periods: miniaudio leaves the least request to the server, which takes a quarter of one."""

from __future__ import annotations

import ctypes
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from softphone.audio.format import BYTES_PER_MS

log = logging.getLogger(__name__)

# What the server is asked to hold ready for the speaker. It wakes the program once per REQUEST_MS: a quarter of
# miniaudio's own period (2.5 ms) costs 400 wake-ups a second for the same sound.
TARGET_MS, REQUEST_MS = 24, 10


class _BufferAttr(ctypes.Structure):
    """pa_buffer_attr, in bytes (pulse/def.h)."""

    _fields_ = [(name, ctypes.c_uint32) for name in ("maxlength", "tlength", "prebuf", "minreq", "fragsize")]


# int pa_stream_connect_playback(pa_stream *, const char *dev, const pa_buffer_attr *, flags, const pa_cvolume *, ...)
_CONNECT = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(_BufferAttr), ctypes.c_int, ctypes.c_void_p,
    ctypes.c_void_p,
)  # fmt: skip


@dataclass(frozen=True)
class _Connect:
    """libpulse's function, and ours in front of it; kept, because native code holds the pointer."""

    address: int
    ours: Any


def _in_front_of(connect: Callable[..., int]) -> Any:
    def connect_playback(stream: int, device: int, attr: Any, flags: int, volume: int, sync: int) -> int:
        if attr:
            attr.contents.tlength = TARGET_MS * BYTES_PER_MS
            attr.contents.minreq = REQUEST_MS * BYTES_PER_MS
            attr.contents.maxlength = 2 * TARGET_MS * BYTES_PER_MS
        return connect(stream, device, attr, flags, volume, sync)

    return _CONNECT(connect_playback)


_known: _Connect | None = None


def _connect() -> _Connect | None:
    global _known
    if _known is None and sys.platform.startswith("linux"):
        try:
            function = ctypes.CDLL("libpulse.so.0").pa_stream_connect_playback
        except (OSError, AttributeError):
            return None
        address = ctypes.cast(function, ctypes.c_void_p).value
        if address:
            _known = _Connect(address, _in_front_of(_CONNECT(address)))
    return _known


def ask_for_whole_periods(context: int, size: int) -> bool:
    """Put our function into a miniaudio context of PulseAudio, at address `context`, `size` bytes long.

    miniaudio keeps libpulse's functions in its context and lets nobody choose the request: the one place that holds
    the address of `pa_stream_connect_playback` is found and changed. Anything but exactly one: nothing is changed, and
    sound works as miniaudio asks for it.
    """
    connect = _connect()
    if connect is None:
        return False
    words = (ctypes.c_size_t * (size // ctypes.sizeof(ctypes.c_size_t))).from_address(context)
    places = [index for index, word in enumerate(words) if word == connect.address]
    if len(places) != 1:
        log.debug("miniaudio's context holds the playback function %d times", len(places))
        return False
    words[places[0]] = ctypes.cast(connect.ours, ctypes.c_void_p).value or connect.address
    return True
