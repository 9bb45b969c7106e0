"""The user agent: owner of PJSIP and of the one thread that may touch it."""

from __future__ import annotations

import gc
import logging
import queue
import socket
import time
import uuid
import weakref
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import pjsua2 as pj

from softphone.phone.commands import Command, Register
from softphone.phone.events import InviteReceived, UserAgentEvent, UserAgentReady
from softphone.phone.failure import Failure
from softphone.sip import endpoint_config, translate
from softphone.sip.call_audio import CallAudio
from softphone.sip.call_leg import HERE_ONLY, CallLeg
from softphone.sip.command_table import Commands
from softphone.sip.heap_trim import HeapTrim
from softphone.sip.line import Line
from softphone.sip.locate import Resolver, Server, SystemResolver, locate, provider_addresses
from softphone.sip.net_thread import NetThread
from softphone.sip.pj_log import PjLog
from softphone.sip.timers import Timers

if TYPE_CHECKING:
    from softphone.sip.sound_box import SoundBox

log = logging.getLogger("ua")

#: A poll ends at once for a packet, for PJSIP's next timer and for our wake-up; these are only the longest waits, the
#: short one for what PJSIP queues on other threads (a digit that was received).
IDLE_POLL, CALL_POLL = 0.5, 0.05
#: What the telephone must have decided an INVITE by.
DECIDE_SECONDS = 1.0
#: With what follows, the process ends within the two seconds that it is given.
STOP_SECONDS = 0.7
#: Each call has two media sockets, closed half a second after its end; PJSIP has 64 handles, and aborts without. So
#: no more than this many calls are begun in that time.
MEDIA_BURST, MEDIA_SECONDS = 12, 0.7


class UserAgent:
    """All methods but `post` and `command` belong to the sip thread."""

    def __init__(self, tell: Callable[[UserAgentEvent], None], name: str, resolver: Resolver | None = None) -> None:
        self._tell = tell
        self._name = name
        self._resolver = resolver or SystemResolver()
        self.timers = Timers()
        self.net = NetThread(self.post)
        self.lines: dict[str, Line] = {}
        self.legs: dict[str, CallLeg] = {}
        self.ring_at_once = False
        self._closing_lines: list[Line] = []
        self._ended: list[CallLeg] = []
        self._queue: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._waker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._wake_address: tuple[str, int] | None = None
        self._awake = True
        self._leaving = False
        self._stopping = False
        self._has_tcp = False
        self._media_begun: deque[float] = deque(maxlen=MEDIA_BURST)
        self._heap = HeapTrim(self.timers, lambda: not self.legs)
        self._commands = Commands(self)

    # --- from any thread --------------------------------------------------------------------------------------------

    def post(self, action: Callable[[], None]) -> None:
        """Do this on the sip thread, now."""
        self._queue.put(action)
        if not self._awake and self._wake_address is not None:
            # An empty keep-alive to our own SIP socket ends PJSIP's poll: it watches no other descriptor of ours.
            self._awake = True
            try:
                self._waker.sendto(b"\r\n", self._wake_address)
            except OSError as error:
                log.debug("wake-up: %s", error)

    def command(self, command: Command) -> None:
        self.post(lambda: self._commands.run(command))

    # --- life -------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self.net.start()
        self.endpoint = pj.Endpoint()
        self.endpoint.libCreate()
        self._writer = PjLog()
        config = endpoint_config.endpoint_config(self._name, self._writer)
        self.endpoint.libInit(config)
        udp = self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, endpoint_config.udp_transport())
        port = int(self.endpoint.transportGetInfo(udp).localName.rpartition(":")[2])
        self._wake_address = ("127.0.0.1", port)
        self.endpoint.libStart()
        self.codecs = endpoint_config.choose_codecs(self.endpoint)

    def use_sound(self, sound: SoundBox) -> None:
        self.sound = sound
        self.audio = CallAudio(self.endpoint, self.timers, sound.device, sound.port)

    def ready(self) -> None:
        self.tell(UserAgentReady(self.endpoint.libVersion().full, self.codecs, max_calls=endpoint_config.MAX_CALLS))

    def run(self) -> None:
        """Until `stop` has done its work."""
        gc.collect()
        gc.freeze()
        while not self._stopping:
            self.turn()

    def turn(self) -> None:
        """One round: poll, what was posted, what is due."""
        self._awake = False
        wait = self.timers.next_in(CALL_POLL if self.legs else IDLE_POLL) if self._queue.empty() else 0.0
        self.endpoint.libHandleEvents(int(wait * 1000 + 0.9))
        self._awake = True
        for _ in range(self._queue.qsize()):
            self._guarded(self._queue.get_nowait())
        self._run_due()
        if self._ended:
            self._drop_ended()

    def _run_due(self) -> None:
        """A method of its own: an action may hold a leg, and must be gone, with this frame, before `_drop_ended`."""
        for action in self.timers.run_due():
            self._guarded(action)

    @staticmethod
    def _guarded(action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:
            log.exception("%s", error)

    def stop(self) -> None:
        """End calls and unregister, as far as that is answered soon; PJSIP is ended by `shut_down`."""
        if self._leaving:
            return
        self._leaving = True
        until = time.monotonic() + STOP_SECONDS
        for call_id in list(self.legs):  # no variable of this frame may hold a leg: it would outlive its end
            self.legs[call_id].hang_up()
        for line in list(self.lines.values()):
            line.unregister()
        while (self.lines or self.legs) and time.monotonic() < until:
            self._awake = False
            self.endpoint.libHandleEvents(10)
            self._run_due()
            self._drop_ended()
        self._stopping = True

    # --- telling ----------------------------------------------------------------------------------------------------

    def tell(self, event: UserAgentEvent) -> None:
        self._tell(event)

    # --- for lines --------------------------------------------------------------------------------------------------

    def locate(self, register: Register, done: Callable[[list[Server] | None, Failure | None], None]) -> None:
        self.net.run(locate(register, self._resolver), done)

    def provider_addresses(
        self, register: Register, done: Callable[[frozenset[str] | None, Failure | None], None]
    ) -> None:
        self.net.run(provider_addresses(register, self._resolver), done)

    def need_tcp(self) -> None:
        if not self._has_tcp:
            self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_TCP, endpoint_config.loopback_tcp_transport())
            self._has_tcp = True

    def has_calls(self, line: Line) -> bool:
        return any(leg.line is line for leg in self.legs.values())

    def line_closed(self, line: Line) -> None:
        self.lines.pop(line.register.line_id, None)
        self._closing_lines.append(line)
        self.timers.after(0.0, self._drop_lines)

    def _drop_lines(self) -> None:
        """An account is deleted when its last call has gone."""
        for line in list(self._closing_lines):
            if not self.has_calls(line):
                self._closing_lines.remove(line)
                line.drop()

    # --- for calls --------------------------------------------------------------------------------------------------

    def invite_received(self, line: Line, pj_id: int, rdata: pj.SipRxData) -> None:
        """Called in PJSIP's callback: the leg is made, told, and nothing is decided here."""
        leg = CallLeg(self, line, uuid.uuid4().hex, pj_id)
        self.legs[leg.call_id] = leg
        self.media_used()
        message = rdata.wholeMsg
        if not line.is_server(rdata.srcAddress):
            line.refused_stranger(rdata.srcAddress)
            self._refuse_quietly(leg, 403)
            return
        if self._leaving or line.closing:
            self._refuse_quietly(leg, HERE_ONLY)
            if self._stopping:
                leg.refuse_without_delay()
            return
        headers = translate.Headers(message)
        if not translate.sdp_names_an_address(headers.body):
            log.warning("an offer whose media address is a host name is refused")
            self._refuse_quietly(leg, 488)
            return
        at_once, self.ring_at_once = self.ring_at_once and len(self.legs) == 1, False
        if at_once:
            leg.ring()
        self.tell(
            InviteReceived(
                leg.call_id,
                line.register.line_id,
                translate.caller(headers),
                called=translate.called(headers),
                diverted_by=translate.diverted_by(headers),
                transferred_by=translate.transferred_by(headers),
                ringing_sent=at_once,
            )
        )
        call_id = leg.call_id  # the timer must not keep the leg, see `_drop_ended`
        self.timers.after(DECIDE_SECONDS, lambda: self._undecided(call_id))

    @staticmethod
    def _refuse_quietly(leg: CallLeg, code: int) -> None:
        leg.ended_told = True  # never told of, so its end is not either
        leg.refuse(code)

    def _undecided(self, call_id: str) -> None:
        leg = self.legs.get(call_id)
        if leg is not None and not leg.decided:
            log.error("the telephone did not say what becomes of a call")
            leg.refuse(HERE_ONLY)

    def media_used(self) -> None:
        self._media_begun.append(time.monotonic())

    def media_allowed(self) -> bool:
        """Whether one more call may be begun now without running PJSIP out of handles."""
        begun = self._media_begun
        return len(begun) < MEDIA_BURST or time.monotonic() - begun[0] > MEDIA_SECONDS

    def leg_ended(self, leg: CallLeg) -> None:
        """Called in the leg's own callback: PJSIP's object is dropped after it."""
        if self.legs.pop(leg.call_id, None) is not None:
            self._ended.append(leg)

    def _drop_ended(self) -> None:
        """PJSIP reuses the slots of ended calls, and a pjsua2 call that is destroyed late hangs up the slot's next one.

        So a leg goes as soon as it has ended. One whose slot has its next call already, since one poll read both the
        end and an INVITE, is disowned, as is one that something still holds: rather a leak.
        """
        in_use = {leg.getId() for leg in self.legs.values()} if self._ended else set()
        while self._ended:
            leg = self._ended.pop()
            self.audio.leg_ended(leg.call_id)
            if leg.getId() in in_use:
                leg.this.disown()
            leg.release()
            left = weakref.ref(leg)
            del leg
            kept = left()
            if kept is not None:
                log.error("an ended call is still held by %d references", len(gc.get_referrers(kept)))
                kept.this.disown()
                del kept
            self._heap.call_ended()
        self._drop_lines()
        gc.collect(1)

    # --- the end ----------------------------------------------------------------------------------------------------

    def shut_down(self) -> None:
        """In this order, or PJSIP aborts: sound, calls, ticks, ports, accounts, library."""
        self.sound.device_off()
        for call_id in list(self.legs):
            self.legs[call_id].refuse_without_delay()
        self.endpoint.hangupAllCalls()
        self.audio.close()
        until = time.monotonic() + 0.1
        while time.monotonic() < until:
            self.endpoint.libHandleEvents(10)
        self._ended.extend(self.legs.values())
        self.legs.clear()
        while self._ended:
            self._ended.pop().release()
        for line in [*self.lines.values(), *self._closing_lines]:
            line.drop()
        self.lines.clear()
        self._closing_lines.clear()
        self.sound.drop()
        gc.unfreeze()
        gc.collect()
        self.endpoint.libDestroy()
