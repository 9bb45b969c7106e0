"""A leg's media: what was negotiated, whether it is connected to our sound, how good it is."""

from __future__ import annotations

import logging
import re
import time
from typing import TYPE_CHECKING

import pjsua2 as pj

from softphone.phone.events import MediaChanged, MediaMeasured

if TYPE_CHECKING:
    from softphone.sip.call_leg import CallLeg

log = logging.getLogger("media")

_SRTP = re.compile(r"SRTP status:\s*Active\s+Crypto-suite:\s*([A-Za-z0-9_]+)")


class LegMedia:
    def __init__(self, leg: CallLeg) -> None:
        self._leg = leg
        self.active = False  # a stream is there, also while it is on hold
        self.status = pj.PJSUA_CALL_MEDIA_NONE
        self.muted = False
        self.wanted = True  # False from Hold to Resume
        self._index: int | None = None
        self._told: MediaChanged | None = None
        self._last_count = 0
        self._last_packet = 0.0

    def changed(self) -> None:
        """PJSIP negotiated: connect anew and tell."""
        leg = self._leg
        info = leg.getInfo()  # kept: its media vector dies with it
        self._index, self.status = None, pj.PJSUA_CALL_MEDIA_NONE
        for position in range(info.media.size()):
            media = info.media[position]
            if media.type == pj.PJMEDIA_TYPE_AUDIO:
                self.status = media.status
                if media.status not in (pj.PJSUA_CALL_MEDIA_NONE, pj.PJSUA_CALL_MEDIA_ERROR):
                    self._index = position
                break
        was_active, self.active = self.active, self._index is not None
        if self.active and not was_active:
            self._last_packet, self._last_count = time.monotonic(), 0
        self.connect()
        leg.hold.media_changed(self.status)
        self._tell()

    def connect(self) -> None:
        """Sound to and from the call as it should be now."""
        audio = self._leg.user_agent.audio
        if not self.active or not self.wanted or self._index is None or self._leg.ended_by_us:
            audio.disconnect(self._leg.call_id)
            return
        try:
            port = self._leg.getAudioMedia(self._index)
        except pj.Error as error:
            log.info("no audio yet: %s", error.reason)
            return
        audio.connect(self._leg.call_id, port, microphone=not self.muted)

    def disconnect(self) -> None:
        """At once; nothing is heard from here on."""
        self._leg.user_agent.audio.disconnect(self._leg.call_id)

    def set_muted(self, muted: bool) -> None:
        self.muted = muted
        if self.active:
            self.connect()

    def has_telephone_event(self) -> bool:
        """Whether digits may go as RFC 4733 events."""
        return self._index is not None and self._leg.getStreamInfo(self._index).audTxEventPt > 0

    def measured(self) -> MediaMeasured | None:
        if not self.active or self._index is None or not self._leg.started:
            return None
        stat = self._leg.getStreamStat(self._index)
        rtcp = stat.rtcp
        received, lost = rtcp.rxStat.pkt, rtcp.rxStat.loss
        now = time.monotonic()
        if received != self._last_count:
            self._last_count, self._last_packet = received, now
        sent = rtcp.txStat.pkt
        loss_in = lost / (received + lost) if received + lost > 0 else 0.0
        loss_out = min(1.0, rtcp.txStat.loss / sent) if sent > 0 else 0.0
        discarded = stat.jbuf.discard / received if received > 0 else 0.0
        round_trip = rtcp.rttUsec.last / 1000
        jitter = rtcp.rxStat.jitterUsec.mean / 1000
        delay = round_trip / 2 + stat.jbuf.avgDelayMsec + 40
        return MediaMeasured(
            self._leg.call_id,
            sent_packets=sent,
            received_packets=received,
            loss_in=round(loss_in, 4),
            loss_out=round(loss_out, 4),
            jitter_ms=round(jitter, 1),
            round_trip_ms=round(round_trip, 1),
            mos=round(mean_opinion_score(min(1.0, loss_in + discarded), delay), 2),
            quiet_seconds=round(now - self._last_packet, 1),
        )

    def _tell(self) -> None:
        leg = self._leg
        codec, clock_rate, remote, suite = "", 0, "", ""
        if self._index is not None:
            stream = leg.getStreamInfo(self._index)
            codec, clock_rate, remote = stream.codecName, stream.codecClockRate, stream.remoteRtpAddress
            found = _SRTP.search(leg.dump(True, ""))
            suite = found[1] if found is not None else ""
        event = MediaChanged(
            leg.call_id,
            self.active,
            codec=codec,
            clock_rate=clock_rate,
            srtp=suite,
            signalling=leg.line.register.transport,
            remote_media=remote,
        )
        if event != self._told:
            self._told = event
            leg.user_agent.tell(event)


def mean_opinion_score(loss: float, delay_ms: float) -> float:
    """ITU-T G.107, much shortened: R from one-way delay and packet loss (G.113: Bpl 25.1, as for G.711 with PLC)."""
    late = max(0.0, delay_ms - 177.3)
    rating = 93.2 - 0.024 * delay_ms - 0.11 * late - 95.0 * (loss * 100) / (loss * 100 + 25.1)
    if rating <= 0:
        return 1.0
    rating = min(rating, 100.0)
    return max(1.0, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6)
