"""Which place of miniaudio's context is changed, and what PulseAudio is then asked for."""

import ctypes
import sys

import pytest

from softphone.audio import pulse_buffer
from softphone.audio.format import BYTES_PER_MS
from softphone.audio.pulse_buffer import REQUEST_MS, TARGET_MS, ask_for_whole_periods

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="PulseAudio is Linux's")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Target and least request of every connection, in bytes; libpulse's function is one that writes them down."""
    seen: list[tuple[int, int]] = []

    def connect(_stream, _device, attr, _flags, _volume, _sync):
        seen.append((attr.contents.tlength, attr.contents.minreq))
        return 7

    theirs = pulse_buffer._CONNECT(connect)
    address = ctypes.cast(theirs, ctypes.c_void_p).value
    known = pulse_buffer._Connect(address, pulse_buffer._in_front_of(theirs))
    monkeypatch.setattr(pulse_buffer, "_known", known)
    return seen


def context_with(*words: int) -> ctypes.Array:
    return (ctypes.c_size_t * len(words))(*words)


def ask(context: ctypes.Array) -> bool:
    return ask_for_whole_periods(ctypes.addressof(context), ctypes.sizeof(context))


def test_the_one_place_is_changed_and_asks_for_whole_periods(asked):
    theirs = pulse_buffer._known.address
    context = context_with(1, theirs, 3)
    assert ask(context)
    assert (context[0], context[2]) == (1, 3)
    assert context[1] != theirs
    attr = pulse_buffer._BufferAttr(40, 320, 1, 80, 320)
    assert pulse_buffer._CONNECT(context[1])(None, None, ctypes.pointer(attr), 0, None, None) == 7
    assert asked == [(TARGET_MS * BYTES_PER_MS, REQUEST_MS * BYTES_PER_MS)]


@pytest.mark.parametrize("times", [0, 2])
def test_anything_but_one_place_changes_nothing(asked, times):
    theirs = pulse_buffer._known.address
    words = [5, *[theirs] * times, 9]
    context = context_with(*words)
    assert not ask(context)
    assert list(context) == words


def test_without_libpulse_nothing_is_changed(monkeypatch):
    monkeypatch.setattr(pulse_buffer, "_known", None)
    monkeypatch.setattr(pulse_buffer.ctypes, "CDLL", lambda _name: (_ for _ in ()).throw(OSError("not here")))
    context = context_with(1, 2)
    assert not ask(context)
    assert list(context) == [1, 2]
