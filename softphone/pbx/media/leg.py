"""One call of a media child: what it plays, echoes, records and hears."""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pjsua2 as pj

from softphone.pbx.media.guard import guarded
from softphone.pbx.media.native_call import NativeCall
from softphone.pbx.media.sounds import Sound

if TYPE_CHECKING:
    from softphone.pbx.media.child import MediaChild

log = logging.getLogger(__name__)

SILENT_SECONDS = 90.0  # a caller whose sound has stopped so long is gone without a BYE
_WATCH_SECONDS = 15.0
_leg_numbers = itertools.count(1)


class Leg:
    """A call. `dialled` is the number that was asked for, `caller` the user part of the other side's address, and
    `caller_name` the name before it."""

    def __init__(self, child: MediaChild, account: pj.Account, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        self.native: NativeCall | None = NativeCall(self, account, call_id)
        self.child = child
        self.number = next(_leg_numbers)
        self.dialled = ""
        self.caller = ""
        self.caller_name = ""
        self.on_confirmed: Callable[[], object] | None = None
        self.on_digit: Callable[[str], object] | None = None
        self.on_end: Callable[[], object] | None = None
        self._media: pj.AudioMedia | None = None
        self._held = False
        self._echoes = False
        self._player: _Player | None = None
        self._recorder: pj.AudioMediaRecorder | None = None
        self._saying = 0
        self._last_packets = -1
        self._silent_for = 0.0
        child.legs[self.number] = self

    @property
    def alive(self) -> bool:
        return self.native is not None

    # What a behaviour asks of its call; all quiet when the call is over.

    def make_call(self, to: str, prm: pj.CallOpParam) -> None:
        """Raises pj.Error when it cannot be made."""
        if self.native is not None:
            self.native.makeCall(to, prm)

    def ring(self) -> None:
        self._respond(180)

    def answer(self) -> None:
        self._respond(200)

    def end(self, code: int = 0) -> None:
        """Hangs up, or refuses with the code."""
        prm = pj.CallOpParam()
        prm.statusCode = code
        self._quietly(lambda native: native.hangup(prm))

    def after(self, seconds: float, job: Callable[[], object]) -> None:
        """Does the job later, if the call still is."""
        self.child.endpoint.later(seconds, lambda: job() if self.alive else None)

    def echo(self) -> None:
        """The caller hears themself: the bridge port is connected to itself, with no second port in between."""
        self._echoes = True
        self._connect()

    def say(self, *sounds: Sound, then: Callable[[], object] | None = None) -> None:
        """Plays them one after another, in place of what plays now, then does `then`. Nothing to play is silence."""
        self._saying += 1
        self._play_next(list(sounds), then, self._saying)

    def say_again_and_again(self, sound: Sound) -> None:
        """Plays it until the end of the call."""
        self._saying += 1
        turn = self._saying
        self.child.sounds.fetch(sound, lambda file: self._play(file, None) if self._is_on(turn) else None)

    def record(self, file: Path) -> None:
        """Records the caller from now on."""
        if self.alive and self._recorder is None:
            self._recorder = pj.AudioMediaRecorder()
            self._recorder.createRecorder(str(file))
            self._connect()

    def stop_recording(self, done: Callable[[], object] | None = None) -> None:
        """`done` is called when the file is complete."""
        if self._recorder is None:
            return
        if self._media is not None:
            self._media.stopTransmit(self._recorder)
        self.child.endpoint.let_go(self._recorder)  # the file's header is written when the recorder goes
        self._recorder = None
        if done is not None:
            self.child.endpoint.later(0.3, done)

    # Inside.

    def _respond(self, code: int) -> None:
        prm = pj.CallOpParam(True)
        prm.statusCode = code
        self._quietly(lambda native: native.answer(prm))

    def _quietly(self, intent: Callable[[NativeCall], object]) -> None:
        """A call may be over on the wire before we are told."""
        if self.native is None:
            return
        try:
            intent(self.native)
        except pj.Error as error:
            log.info("too late for the call of %s: %s", self.dialled, error.reason)

    def _is_on(self, turn: int) -> bool:
        return self.alive and turn == self._saying

    def _play_next(self, sounds: Sequence[Sound], then: Callable[[], object] | None, turn: int) -> None:
        if not self._is_on(turn):
            return
        if not sounds:
            self._stop_playing()
            if then is not None:
                then()
            return
        self.child.sounds.fetch(
            sounds[0],
            lambda file: (
                self._play(file, lambda: self._play_next(sounds[1:], then, turn)) if self._is_on(turn) else None
            ),
        )

    def _play(self, file: Path, at_end: Callable[[], object] | None) -> None:
        self._stop_playing()
        player = _Player(self.child.endpoint.post, at_end)
        try:
            player.createPlayer(str(file), 0 if at_end is None else pj.PJMEDIA_FILE_NO_LOOP)
        except pj.Error as error:  # the call goes on: what follows may be the recording
            log.warning("%s cannot be played: %s", file.name, error.reason)
            if at_end is not None:
                self.child.endpoint.post(at_end)
            return
        self._player = player
        self._connect()

    def _stop_playing(self) -> None:
        player, self._player = self._player, None
        if player is not None:
            player.at_end = None
            if self._media is not None:
                player.stopTransmit(self._media)
            self.child.endpoint.let_go(player)

    def _connect(self) -> None:
        if self._media is None or not self.alive:
            return
        if self._echoes:
            self._media.startTransmit(self._media)
        if self._player is not None:
            self._player.startTransmit(self._media)
        if self._recorder is not None:
            self._media.startTransmit(self._recorder)

    def watch(self) -> None:
        """Ends the call when its sound has stopped for long without a hold."""
        self.after(_WATCH_SECONDS, self._look)

    def _look(self) -> None:
        if self.native is None:
            return
        packets = self.native.getStreamStat(0).rtcp.rxStat.pkt if self._media is not None else -1
        quiet = not self._held and packets == self._last_packets
        self._silent_for = self._silent_for + _WATCH_SECONDS if quiet else 0.0
        self._last_packets = packets
        if self._silent_for >= SILENT_SECONDS:
            log.warning("the caller of %s has gone without a word", self.dialled)
            self.end()
        else:
            self.watch()

    def drop(self) -> None:
        """Lets go of every native object of the call; once it is over, or at the end of the process."""
        self._media = None
        self._stop_playing()
        self.stop_recording()
        self.on_confirmed = self.on_digit = self.on_end = None
        self.child.legs.pop(self.number, None)
        if self.native is not None:
            self.native.part()

    # What the native call tells.

    def state_changed(self, info: pj.CallInfo) -> None:
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.watch()
            if self.on_confirmed is not None:
                self.on_confirmed()
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            log.info("call of %s ended: %d %s", self.dialled, info.lastStatusCode, info.lastReason)
            self._media = None
            try:
                if self.on_end is not None:
                    self.on_end()
            finally:
                self.drop()

    def media_changed(self, info: pj.CallInfo) -> None:
        for index, media in enumerate(info.media):
            if media.type != pj.PJMEDIA_TYPE_AUDIO:
                continue
            self._held = media.status != pj.PJSUA_CALL_MEDIA_ACTIVE
            flows = media.status in (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD)
            self._media = self.native.getAudioMedia(index) if flows and self.native is not None else None
            self._connect()
            return

    def digit_received(self, digit: str, _method: int) -> None:
        if self.on_digit is not None and re.fullmatch(r"[0-9*#A-Da-d]", digit):
            self.on_digit(digit.upper())


class _Player(pj.AudioMediaPlayer):
    """A player that tells once when its file ends."""

    def __init__(self, post: Callable[[Callable[[], object]], object], at_end: Callable[[], object] | None) -> None:
        super().__init__()
        self._post = post
        self.at_end = at_end

    @guarded
    def onEof2(self) -> None:
        at_end, self.at_end = self.at_end, None
        if at_end is not None:
            self._post(at_end)  # not here: the player may not be dropped within its own callback
