"""The computer's sound by miniaudio: PulseAudio (and PipeWire's), ALSA, WASAPI, Core Audio."""

from __future__ import annotations

import ctypes
import logging
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from softphone.audio.backend import Fill, OnCaptured, SoundUnavailable
from softphone.audio.format import RATE
from softphone.audio.priority import go_first
from softphone.audio.pulse_buffer import ask_for_whole_periods
from softphone.phone.sound import SoundDevice

log = logging.getLogger(__name__)

_had_numpy = "numpy" in sys.modules
if not _had_numpy:  # miniaudio takes numpy when it finds it: 12 MB and 40 ms for nothing that is used here
    sys.modules["numpy"] = None  # type: ignore[assignment]
try:
    import miniaudio
finally:
    if not _had_numpy:
        del sys.modules["numpy"]

from miniaudio import Backend, ffi, lib  # noqa: E402

_ACCESS_DENIED = lib.MA_ACCESS_DENIED
_PERIODS = 4  # of buffer at the sound server: two run dry on a busy machine, four cost no delay that can be measured


def _candidates() -> list[Backend]:
    """Sound systems of this platform, best first. JACK is left out: probing it prints, and PipeWire offers Pulse."""
    if sys.platform == "win32":
        return [Backend.WASAPI, Backend.DSOUND]
    if sys.platform == "darwin":
        return [Backend.COREAUDIO]
    cards = Path("/proc/asound/cards")
    has_cards = cards.exists() and "no soundcards" not in cards.read_text(errors="replace")
    return [Backend.PULSEAUDIO, Backend.ALSA] if has_cards else [Backend.PULSEAUDIO]


class MiniaudioBackend:
    """Devices of the first sound system that answers; asked again when it has gone."""

    def __init__(self) -> None:
        self._system: Any = None  # miniaudio.Devices: a connection kept for listing
        self._backend: Backend | None = None

    @property
    def name(self) -> str:
        return self._backend.name.lower() if self._backend is not None else ""

    def devices(self) -> tuple[SoundDevice, ...]:
        try:
            return self._listed(self._connected())
        except (SoundUnavailable, miniaudio.MiniaudioError):
            self._system = None
        try:
            return self._listed(self._connected())
        except (SoundUnavailable, miniaudio.MiniaudioError):
            self._system = None
            return ()

    def _connected(self) -> Any:
        if self._system is not None:
            return self._system
        for backend in _candidates():
            if backend is Backend.ALSA:
                _quieten_alsa()
            try:
                self._system = miniaudio.Devices([backend])
            except miniaudio.MiniaudioError:
                continue
            if self._backend is not backend:
                log.info("sound system: %s", backend.name)
            self._backend = backend
            return self._system
        self._backend = None
        raise SoundUnavailable("no sound system answers")

    def _listed(self, system: Any) -> tuple[SoundDevice, ...]:
        playback, capture = ffi.new("ma_device_info**"), ffi.new("ma_device_info**")
        playbacks, captures = ffi.new("ma_uint32*"), ffi.new("ma_uint32*")
        result = lib.ma_context_get_devices(system._context, playback, playbacks, capture, captures)
        if result != lib.MA_SUCCESS:
            raise SoundUnavailable(f"listing devices: {result}")
        found = [self._device(capture[0][i], "input") for i in range(captures[0])]
        found += [self._device(playback[0][i], "output") for i in range(playbacks[0])]
        return tuple(device for device in found if not (device.kind == "input" and device.id.endswith(".monitor")))

    def _device(self, info: Any, kind: str) -> SoundDevice:
        name = ffi.string(info.name).decode("utf-8", "replace")
        raw = bytes(ffi.buffer(ffi.addressof(info.id)))
        return SoundDevice(f"{self.name}:{_text_of_id(raw)}", name, kind, bool(info.isDefault))

    def open_capture(self, device_id: str | None, period_ms: int, on_captured: OnCaptured) -> _MiniaudioStream:
        return self._open(_Capture, device_id, period_ms, _captured(on_captured))

    def open_playback(self, device_id: str | None, period_ms: int, fill: Fill) -> _MiniaudioStream:
        return self._open(_Playback, device_id, period_ms, _filled(fill))

    def _open(self, kind: Any, device_id: str | None, period_ms: int, work: Generator[Any, Any, None]
              ) -> _MiniaudioStream:  # fmt: skip
        kind_name = "input" if kind is _Capture else "output"
        if not any(device_id in (None, device.id) for device in self.devices() if device.kind == kind_name):
            raise SoundUnavailable(device_id or f"no {kind_name}")  # trying would cost four file descriptors for good
        device = kind.__new__(kind)  # so that it can be closed when its making fails half way
        stream = _MiniaudioStream(device, work)
        try:
            device.__init__(miniaudio.SampleFormat.SIGNED16, 1, RATE, period_ms, self._native_id(device_id), _PERIODS,
                            [self._backend], app_name="Softphone")  # fmt: skip
            device.start(stream.callbacks)
        except miniaudio.MiniaudioError as error:
            device.close()
            raise SoundUnavailable(_detail(error), denied=_ACCESS_DENIED in error.args) from None
        return stream

    def _native_id(self, device_id: str | None) -> Any:
        if device_id is None:
            return None
        system, _, text = device_id.partition(":")
        if system != self.name:
            raise SoundUnavailable(f"{device_id} belongs to another sound system")
        raw = _id_of_text(text)
        native = ffi.new("ma_device_id*")
        if len(raw) > ffi.sizeof("ma_device_id"):
            raise SoundUnavailable(device_id)
        ffi.buffer(native)[: len(raw)] = raw
        return native


def _text_of_id(raw: bytes) -> str:
    """A native id as text: as it is where it is a name, else in hexadecimal digits."""
    short = raw.rstrip(b"\0")
    text = short.decode("ascii", "replace")
    return text if text.isascii() and text.isprintable() and not text.startswith("hex:") else "hex:" + short.hex()


def _id_of_text(text: str) -> bytes:
    try:
        return bytes.fromhex(text[4:]) if text.startswith("hex:") else text.encode("ascii")
    except ValueError:
        raise SoundUnavailable(text) from None


def _detail(error: Exception) -> str:
    return " ".join(str(part) for part in error.args)


class _ContextClosed:
    """miniaudio leaves a device's context open (a connection to the sound server lost at each opening) and the device
    in a reference cycle through its handle."""

    _own_context: Any = None

    def _make_context(self, *args: Any) -> Any:
        self._own_context = super()._make_context(*args)  # type: ignore[misc]
        if self._own_context.backend == lib.ma_backend_pulseaudio:
            ask_for_whole_periods(int(ffi.cast("uintptr_t", self._own_context)), ffi.sizeof("ma_context"))
        return self._own_context

    def close(self) -> None:
        super().close()  # type: ignore[misc]
        self._ffi_handle = None
        context, self._own_context = self._own_context, None
        if context is not None:
            lib.ma_context_uninit(context)


class _Capture(_ContextClosed, miniaudio.CaptureDevice):  # type: ignore[misc]
    pass


class _Playback(_ContextClosed, miniaudio.PlaybackDevice):  # type: ignore[misc]
    pass


class _MiniaudioStream:
    """An open device of miniaudio; callbacks come on its worker thread."""

    def __init__(self, device: Any, work: Generator[Any, Any, None]) -> None:
        self._device = device
        self.last_callback = time.monotonic()
        self.callbacks = self._timed(work)
        next(work)
        next(self.callbacks)

    def _timed(self, work: Generator[Any, Any, None]) -> Generator[Any, Any, None]:
        answer = None
        failed = first = True
        while True:
            given = yield answer
            if first:
                first = failed = False
                go_first()
            self.last_callback = time.monotonic()
            if failed:
                continue
            try:
                answer = work.send(given)
            except Exception:  # an exception would end miniaudio's callbacks without a word
                log.exception("sound callback")
                failed, answer = True, None

    def close(self) -> None:
        self._device.close()
        self.callbacks.close()  # it holds this stream, and this stream holds it


def _captured(on_captured: OnCaptured) -> Generator[None, Any, None]:
    while True:
        on_captured((yield))


def _filled(fill: Fill) -> Generator[bytes, int, None]:
    data = b""
    while True:
        frames = yield data
        data = fill(frames * 2)


_silent_handler: Any = None


def _quieten_alsa() -> None:
    """Keep alsa-lib from writing to stderr what it does not find."""
    global _silent_handler
    if _silent_handler is not None:
        return
    handler = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)
    _silent_handler = handler(lambda *_: None)
    try:
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_silent_handler)
    except (OSError, AttributeError):
        log.debug("alsa-lib keeps its messages on stderr")
