"""How PJSIP is set up: one thread, our own clock and sound, few codecs, nothing listening that need not."""

from __future__ import annotations

import socket

import pjsua2 as pj

from softphone.sip.pj_log import PjLog, debug_wanted

MAX_CALLS = 4  # compiled into the wheel; a greater number is cut silently
CLOCK_RATE = 16000

#: In order of preference; whatever else the build has is left out, so that an INVITE stays below the 1,300 bytes
#: from which RFC 3261 18.1.1 wants TCP.
CODECS = ("opus/48000/2", "G722/16000/1", "PCMA/8000/1", "PCMU/8000/1")


def endpoint_config(user_agent: str, writer: PjLog) -> pj.EpConfig:
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.uaConfig.maxCalls = MAX_CALLS
    config.uaConfig.userAgent = user_agent
    config.uaConfig.mwiUnsolicitedEnabled = True
    level = 4 if debug_wanted() else 3
    config.logConfig.level = level
    config.logConfig.consoleLevel = level  # the writer receives lines up to this level
    config.logConfig.msgLogging = 1 if debug_wanted() else 0
    config.logConfig.decor = 0x40 | 0x200  # sender and indent: the time is the log's own
    config.logConfig.writer = writer
    media = config.medConfig
    media.hasIoqueue = False  # RTP is read by the one poll: a thread for it wakes 100 times a second, calls or not
    media.threadCnt = 0
    media.clockRate = media.sndClockRate = CLOCK_RATE
    media.channelCount = 1
    media.audioFramePtime = 20
    media.noVad = True
    media.ecTailLen = 0  # the echo is cancelled in `audio`
    media.sndAutoCloseTime = -1  # the clock is stopped by `CallAudio`, after queued removals are done
    media.maxMediaPorts = 64
    # The jitter buffer stays as PJSIP has it: it begins without delay and grows by what comes late. Mouth to ear takes
    # 86 to 92 ms (p95 106) of the 110 allowed, which leaves no room for a floor; one of 20 or 40 ms with PJSIP's
    # progressive discard was tried, and sound came broken. Without the discard a hiccup's delay would never go again.
    return config


def udp_transport() -> pj.TransportConfig:
    """Any address, a random port: what nobody knows nobody floods."""
    config = pj.TransportConfig()
    config.port = 0
    return config


def loopback_tcp_transport() -> pj.TransportConfig:
    """For the relay's connections; its listener must not be reachable from outside (a burst of connects aborts)."""
    config = pj.TransportConfig()
    config.port = 0
    config.boundAddress = "127.0.0.1"
    no_delay = pj.SockOpt()  # else one message in two waits 40 ms for the acknowledgement of the one before
    no_delay.level, no_delay.optName = socket.IPPROTO_TCP, socket.TCP_NODELAY
    no_delay.setOptValInt(1)
    config.sockOptParams.sockOpts.append(no_delay)
    return config


def choose_codecs(endpoint: pj.Endpoint) -> tuple[str, ...]:
    """Sets the priorities; returns the codecs in use, the best first."""
    present = {codec.codecId: codec for codec in endpoint.codecEnum2()}
    for codec_id in present:
        endpoint.codecSetPriority(codec_id, 0)
    chosen = [codec_id for codec_id in CODECS if codec_id in present]
    for rank, codec_id in enumerate(chosen):
        endpoint.codecSetPriority(codec_id, 250 - 10 * rank)
    return tuple(codec_id.split("/")[0] for codec_id in chosen)
