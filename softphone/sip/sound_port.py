"""Joins our sound to PJSIP's conference bridge: the one permanent media port."""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Callable
from threading import get_ident
from typing import TYPE_CHECKING

import pjsua2 as pj

from softphone.audio.format import RATE
from softphone.audio.priority import go_first
from softphone.audio.sound import Sound
from softphone.sip.guard import guard
from softphone.sip.sound_box import SoundBox

if TYPE_CHECKING:
    from softphone.sip.user_agent import UserAgent

log = logging.getLogger("bridge")

FRAME_MS = 20
FRAME_BYTES = RATE * 2 * FRAME_MS // 1000
_POINTER = ctypes.sizeof(ctypes.c_void_p)


class SoundPort(pj.AudioMediaPort):
    """Frames of 20 ms at 16 kHz, on the bridge's clock thread.

    Bytes move through the vectors' own memory, 1 us a frame, where it is where it is expected; else by the portable way
    (20 us out, 300 us in).
    """

    def __init__(self, pull: Callable[[int], bytes], push: Callable[[bytes], None]) -> None:
        super().__init__()
        self._pull, self._push = pull, push
        self._out = pj.ByteVector(FRAME_BYTES, 0)
        self.fast = vectors_are_as_expected()
        self._out_memory = _memory_of(self._out) if self.fast else None
        self._clock_thread = 0
        format_ = pj.MediaFormatAudio()
        format_.init(pj.PJMEDIA_FORMAT_PCM, RATE, 1, FRAME_MS * 1000, 16)
        self.createPort("sound", format_)

    @guard
    def onFrameRequested(self, frame: pj.MediaFrame) -> None:
        if get_ident() != self._clock_thread:  # the clock begins anew with each first call
            self._clock_thread = get_ident()
            go_first()
        data = self._pull(FRAME_BYTES)
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        if self._out_memory is not None:
            self._out_memory[:] = data
            frame.buf = self._out
        else:
            frame.buf = pj.ByteVector(data)
        frame.size = FRAME_BYTES

    @guard
    def onFrameReceived(self, frame: pj.MediaFrame) -> None:
        if frame.type != pj.PJMEDIA_FRAME_TYPE_AUDIO or not frame.size:
            return
        self._push(_bytes_of(frame.buf) if self.fast else bytes(frame.buf))


def _pointers(vector: pj.ByteVector) -> tuple[int, int]:
    """Begin and end of a std::vector: its first two words with libstdc++, libc++ and Microsoft's library."""
    words = (ctypes.c_void_p * 2).from_address(int(vector.this))
    return words[0] or 0, words[1] or 0


def _memory_of(vector: pj.ByteVector) -> memoryview:
    begin, end = _pointers(vector)
    return memoryview((ctypes.c_uint8 * (end - begin)).from_address(begin)).cast("B")


def _bytes_of(vector: pj.ByteVector) -> bytes:
    begin, end = _pointers(vector)
    return ctypes.string_at(begin, end - begin)


def vectors_are_as_expected() -> bool:
    """Whether vectors read and written through their pointers hold what the portable way says."""
    try:
        sample = bytes(range(200)) + bytes(FRAME_BYTES - 200)
        vector = pj.ByteVector(sample)
        begin, end = _pointers(vector)
        if end - begin != FRAME_BYTES or not begin:  # told before a byte is touched
            raise ValueError("another layout")
        if _bytes_of(vector) != sample:
            raise ValueError("other bytes read")
        _memory_of(vector)[:] = sample[::-1]
        if bytes(vector) != sample[::-1]:
            raise ValueError("other bytes written")
    except (ValueError, TypeError, AttributeError) as error:
        log.warning("sound moves the slow way: %s", error)
        return False
    return True


def make_sound_box(user_agent: UserAgent) -> SoundBox:
    """The child's sound, watching its devices from now on."""
    sound = Sound(user_agent.tell)
    port = SoundPort(sound.pull_microphone, sound.push_speaker)
    sound.start()
    return SoundBox(sound, port, user_agent.timers, user_agent.tell)
