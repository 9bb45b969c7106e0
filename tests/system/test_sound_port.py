"""Moving bytes in and out of PJSIP's frames, the fast way and the portable one."""

from types import SimpleNamespace

import pjsua2 as pj
import pytest

from softphone.sip import sound_port
from softphone.sip.sound_port import FRAME_BYTES, SoundPort

VOICE = bytes(i * 7 % 256 for i in range(FRAME_BYTES))


def port(fast):
    """What the callbacks need of a port, without a running library."""
    out = pj.ByteVector(FRAME_BYTES, 0)
    return SimpleNamespace(
        _pull=lambda size: VOICE[:size], heard=[], _out=out, fast=fast, _clock_thread=0,
        _out_memory=sound_port._memory_of(out) if fast else None,
    )  # fmt: skip


def test_vectors_are_laid_out_as_the_fast_way_needs():
    assert sound_port.vectors_are_as_expected()


@pytest.mark.parametrize("fast", [True, False])
def test_a_frame_asked_for_holds_the_microphone(fast):
    frame = pj.MediaFrame()
    SoundPort.onFrameRequested(port(fast), frame)
    assert (frame.type, frame.size) == (pj.PJMEDIA_FRAME_TYPE_AUDIO, FRAME_BYTES)
    assert bytes(frame.buf) == VOICE


@pytest.mark.parametrize("fast", [True, False])
def test_a_frame_received_reaches_the_speaker(fast):
    this = port(fast)
    this._push = this.heard.append
    frame = pj.MediaFrame()
    frame.type, frame.buf, frame.size = pj.PJMEDIA_FRAME_TYPE_AUDIO, pj.ByteVector(VOICE), FRAME_BYTES
    SoundPort.onFrameReceived(this, frame)
    assert this.heard == [VOICE]


def test_empty_frames_are_no_sound():
    this = port(True)
    this._push = this.heard.append
    SoundPort.onFrameReceived(this, pj.MediaFrame())
    assert this.heard == []


def test_an_error_stays_inside_the_callback(caplog):
    this = port(True)

    def fail(_size):
        raise RuntimeError("no bytes")

    this._pull = fail
    SoundPort.onFrameRequested(this, pj.MediaFrame())
    assert "no bytes" in caplog.text


def test_another_layout_is_noticed_and_the_portable_way_taken(monkeypatch, caplog):
    monkeypatch.setattr(sound_port, "_pointers", lambda vector: (0, 0))
    assert not sound_port.vectors_are_as_expected()
    assert "slow way" in caplog.text
