"""Talk time outside, against an extension's usage limit: counted as it passes, a warning, and the end."""

from __future__ import annotations

import asyncio
import logging

from softphone.extension.outgoing_rules import seconds_left
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.leg import Leg

_log = logging.getLogger(__name__)

LIMIT_REACHED = 'SIP;cause=480;text="Usage limit reached"'


class UsageMeter:
    """`leg` is the outside end; `key` the extension whose time it is.

    What has passed is told every now and then, so that several calls share one limit, a raised one holds at once, and
    a power cut loses half a minute.
    """

    def __init__(self, exchange: Exchange, key: str, leg: Leg) -> None:
        self._exchange, self._key, self._leg = exchange, key, leg
        self._loop = asyncio.get_running_loop()
        self._told_at = self._loop.time()
        self._warned = False
        self._timer: asyncio.TimerHandle | None = None
        self._schedule()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._tell()

    def _schedule(self) -> None:
        timings, left = self._exchange.timings, self._left()
        wait = timings.usage_told
        if left is not None:
            warn_in = left - timings.usage_warning
            wait = min(wait, left)
            if not self._warned and warn_in > 0:
                wait = min(wait, warn_in)
            elif not self._warned:
                self._leg.owner.warn(self._leg, self._was_warned)
                wait = min(wait, timings.warning_again)
        self._timer = self._loop.call_later(max(wait, 0.01), self._look)

    def _was_warned(self) -> None:
        self._warned = True

    def _look(self) -> None:
        self._timer = None
        self._tell()
        left = self._left()
        if left is not None and left <= 0.005:
            _log.info("the usage limit of %s ends a call", self._key)
            self._leg.owner.end(LIMIT_REACHED)
        else:
            self._schedule()

    def _left(self) -> float | None:
        try:
            settings = self._exchange.config.subscribers.settings(self._key)
        except Exception:
            _log.exception("the usage limit of %s cannot be read", self._key)
            return None  # it is looked at again
        return None if settings is None else seconds_left(settings)

    def _tell(self) -> None:
        now = self._loop.time()
        seconds, self._told_at = now - self._told_at, now
        try:
            self._exchange.config.subscribers.add_usage(self._key, seconds)
        except Exception:
            _log.exception("%.1f seconds of %s were not counted", seconds, self._key)
