"""A pjsua2 endpoint on one thread: created, polled, told and destroyed by the thread that calls `run`."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import heapq
import itertools
import logging
import os
import queue
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pjsua2 as pj

log = logging.getLogger(__name__)

CLOCK_RATE = 16_000
POLL_MILLISECONDS = 10  # a message of the wire ends the wait; a job or a timer may wait so long
JITTER_MILLISECONDS = 100  # a computer at work lets a packet wait so long
TICKS_BEFORE_A_PORT_IS_DROPPED = 5  # a bridge port dropped while it transmits can crash the process
LONGEST_URI = 250  # PJSIP aborts on URIs of some thousand characters

TRANSPORTS = {
    "udp": pj.PJSIP_TRANSPORT_UDP,
    "tcp": pj.PJSIP_TRANSPORT_TCP,
    "tls": pj.PJSIP_TRANSPORT_TLS,
}


@dataclass(frozen=True)
class EndpointOptions:
    """What an endpoint needs; port 0 means any free port. `trace` writes every SIP message to the log."""

    listen: str = "127.0.0.1"
    port: int = 0
    transports: tuple[str, ...] = ("udp",)
    user_agent: str = "Softphone local phone system"
    ca_file: Path | None = None
    codecs: tuple[str, ...] = ()  # e.g. ("G722", "PCMA"): only these, in this order; empty: what PJSIP prefers
    trace: bool = False
    idle_poll_milliseconds: int = POLL_MILLISECONDS  # while nothing is to be done soon


class _LogWriter(pj.LogWriter):
    """PJSIP's log lines as ordinary log records."""

    def write(self, entry: Any) -> None:
        text = str(entry.msg).encode("utf-8", "replace").decode("utf-8").rstrip()
        logging.getLogger("pjsip").log(logging.WARNING if entry.level <= 2 else logging.DEBUG, "%s", text)


def _keep_every_frame(config: Any) -> None:
    """Sound is recorded and measured here: a late packet may not put a gap into it, nor a shorter delay cut it."""
    config.jbInit = config.jbMinPre = config.jbMaxPre = JITTER_MILLISECONDS
    config.jbMax = 500
    # The binding has the option but neither its type nor its constants: PJMEDIA_JB_DISCARD_NONE is written by hand.
    algorithm = config.jbDiscardAlgo
    ctypes.c_int.from_address(int(algorithm)).value = 0
    config.jbDiscardAlgo = algorithm
    algorithm.disown()  # a few bytes stay; without it the binding complains that it cannot free them


class SipEndpoint:
    """The endpoint, its timers and its jobs. `post` may be called by any thread, everything else by the owner only."""

    def __init__(self, options: EndpointOptions) -> None:
        self.options = options
        self._jobs: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self._timers: list[tuple[float, int, Callable[[], object]]] = []
        self._timer_order = itertools.count()
        self._let_go: list[tuple[int, object]] = []
        self._tick = 0
        self._stopping = False
        self._closers: list[Callable[[], object]] = []
        self._log_writer = _LogWriter()
        self._transport_ids: dict[str, int] = {}
        self._endpoint = pj.Endpoint()

    def start(self) -> None:
        """Creates everything; raises `pj.Error` when the port is taken."""
        options = self.options
        self._endpoint.libCreate()
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.maxCalls = 4
        config.uaConfig.userAgent = options.user_agent
        config.medConfig.clockRate = CLOCK_RATE
        config.medConfig.audioFramePtime = 20
        config.medConfig.noVad = True
        _keep_every_frame(config.medConfig)
        config.medConfig.sndAutoCloseTime = -1  # else the bridge's clock stops after a second without calls
        config.medConfig.ecTailLen = 0
        level = 5 if options.trace else 2
        config.logConfig.level = level
        config.logConfig.consoleLevel = level
        config.logConfig.msgLogging = int(options.trace)
        config.logConfig.writer = self._log_writer
        self._endpoint.libInit(config)
        for name in options.transports:
            transport = pj.TransportConfig()
            transport.port = options.port
            transport.boundAddress = options.listen
            if name == "tls" and options.ca_file is not None:
                transport.tlsConfig.CaListFile = str(options.ca_file)
                transport.tlsConfig.verifyServer = True
            self._transport_ids[name] = self._endpoint.transportCreate(TRANSPORTS[name], transport)
        self._choose_codecs()
        self._endpoint.libStart()
        self._endpoint.audDevManager().setNullDev()

    def _choose_codecs(self) -> None:
        if not self.options.codecs:
            return
        for codec in self._endpoint.codecEnum2():
            name = codec.codecId.split("/")[0].upper()
            wanted = [*map(str.upper, self.options.codecs)]
            self._endpoint.codecSetPriority(codec.codecId, 250 - wanted.index(name) if name in wanted else 0)

    def address(self, transport: str) -> str:
        """`host:port` where the transport listens."""
        return str(self._endpoint.transportGetInfo(self._transport_ids[transport]).localName)

    def media_config(self, config: Any) -> None:
        """Binds the sound of an account to the listening address."""
        config.mediaConfig.transportConfig.port = 2 * random.randrange(5_000, 15_000)  # below ephemeral ports
        config.mediaConfig.transportConfig.boundAddress = self.options.listen
        config.mediaConfig.transportConfig.publicAddress = self.options.listen

    def post(self, job: Callable[[], object]) -> None:
        """Runs the job on the endpoint's thread; from any thread."""
        self._jobs.put(job)

    def later(self, seconds: float, job: Callable[[], object]) -> None:
        """Runs the job after some seconds; it must ask by itself whether it is still wanted."""
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._timer_order), job))

    def let_go(self, pjsua2_object: object) -> None:
        """Keeps a port or a call alive for some ticks after its last use, then drops it here."""
        self._let_go.append((self._tick + TICKS_BEFORE_A_PORT_IS_DROPPED, pjsua2_object))

    def at_close(self, job: Callable[[], object]) -> None:
        """Runs the job at the end, while the library still stands: drop calls, ports and accounts there."""
        self._closers.append(job)

    def stop(self) -> None:
        """Ends `run`; from any thread, or a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """Polls until stopped."""
        while not self._stopping:
            self._poll()

    def _poll(self) -> None:
        soon = self._let_go or (self._timers and self._timers[0][0] < time.monotonic() + 0.1)
        self._endpoint.libHandleEvents(POLL_MILLISECONDS if soon else self.options.idle_poll_milliseconds)
        self._tick += 1
        while not self._jobs.empty():
            self._do(self._jobs.get())
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            self._do(heapq.heappop(self._timers)[2])
        if self._let_go and self._let_go[0][0] <= self._tick:
            self._let_go = [kept for kept in self._let_go if kept[0] > self._tick]

    @staticmethod
    def _do(job: Callable[[], object]) -> None:
        try:
            job()
        except Exception:
            log.exception("a job on the endpoint's thread failed")

    def close(self, exit_status: int = 0) -> None:
        """Hangs up, drops everything in the order that PJSIP survives, and ends the process.

        Without `libDestroy`, which waits a second for nothing: files are complete when their ports are dropped.
        """
        with contextlib.suppress(pj.Error):
            self._endpoint.hangupAllCalls()
        self._poll_for(0.1)
        for closer in self._closers:
            self._do(closer)
        self._poll_for(0.1)
        self._let_go.clear()
        self._timers.clear()
        gc.collect()
        self._poll_for(0.1)  # ports are removed by the bridge's clock
        logging.shutdown()
        os._exit(exit_status)  # the interpreter's own clean-up would free native objects after their library

    def _poll_for(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._poll()
