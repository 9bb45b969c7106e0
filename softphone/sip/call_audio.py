"""The conference bridge: which call hears our microphone and is heard, and the clock that drives it.

The clock runs only while there are calls (50 wake-ups a second are too many for a phone that waits). It is stopped some
time after the last one, since PJSIP finishes queued removals on its ticks.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

import pjsua2 as pj

if TYPE_CHECKING:
    from softphone.sip.timers import Timer, Timers

log = logging.getLogger("bridge")

CLOCK_LINGERS = 3.0
#: From one call to the other the devices stay open: opening takes longer than the change.
SOUND_LINGERS = 0.5


class DeviceSound(Protocol):
    """What the bridge needs of `audio.sound.Sound`."""

    def start_call_audio(self) -> None: ...
    def stop_call_audio(self) -> None: ...


class CallAudio:
    """Sip thread."""

    def __init__(self, endpoint: pj.Endpoint, timers: Timers, sound: DeviceSound, port: pj.AudioMedia) -> None:
        self._endpoint = endpoint
        self._timers = timers
        self._sound = sound
        self._port: pj.AudioMedia | None = port
        self._legs: set[str] = set()
        self._connected: dict[str, tuple[pj.AudioMedia, int, bool]] = {}
        self._clock = False
        self._clock_off: Timer | None = None
        self._sound_off: Timer | None = None
        endpoint.audDevManager().setNoDev()

    def leg_begins(self, call_id: str) -> None:
        """Before media: the clock must tick when it starts."""
        self._legs.add(call_id)
        if self._clock_off is not None:
            self._clock_off.cancel()
            self._clock_off = None
        if not self._clock:
            self._clock = True
            self._endpoint.audDevManager().setNullDev()

    def leg_ended(self, call_id: str) -> None:
        self.disconnect(call_id)
        self._legs.discard(call_id)
        if self._clock and not self._legs and self._clock_off is None:
            self._clock_off = self._timers.after(CLOCK_LINGERS, self._stop_clock)

    def connect(self, call_id: str, media: pj.AudioMedia, *, microphone: bool) -> None:
        """Both ways, or with the microphone cut off; what is as wanted already is not touched."""
        if self._port is None:
            return
        wanted = (media.getPortId(), microphone)
        there = self._connected.get(call_id)
        if there is not None and there[1] == wanted[0]:
            if there[2] != microphone:
                (self._port.startTransmit if microphone else self._port.stopTransmit)(there[0])
                self._connected[call_id] = (there[0], *wanted)
            return
        if not self._connected:
            self._keep_sound()
            self._sound.start_call_audio()
        media.startTransmit(self._port)
        if microphone:
            self._port.startTransmit(media)
        self._connected[call_id] = (media, *wanted)

    def disconnect(self, call_id: str) -> None:
        there = self._connected.pop(call_id, None)
        if there is None or self._port is None:
            return
        media, slot, _ = there
        try:
            if self._endpoint.mediaExists(media):
                self._port.stopTransmit(media)
                media.stopTransmit(self._port)
        except pj.Error as error:
            log.debug("slot %d was gone: %s", slot, error.reason)
        if not self._connected:
            self._sound_off = self._timers.after(SOUND_LINGERS, self._sound.stop_call_audio)

    def _keep_sound(self) -> None:
        if self._sound_off is not None:
            self._sound_off.cancel()
            self._sound_off = None

    @property
    def connected(self) -> bool:
        return bool(self._connected)

    def close(self) -> None:
        """Before `libDestroy`; the caller lets some ticks pass and drops everything."""
        for call_id in list(self._connected):
            self.disconnect(call_id)
        self._keep_sound()
        self._port = None

    def _stop_clock(self) -> None:
        self._clock_off = None
        if not self._legs:
            self._clock = False
            self._endpoint.audDevManager().setNoDev()
