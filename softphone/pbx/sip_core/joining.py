"""Who owns a leg of ours while third party call control (RFC 3725) connects it: nothing passes through yet."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.leg import Leg

_log = logging.getLogger(__name__)


class Joining:
    """A `LegOwner`, but for `end`."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def leg_ended(self, leg: Leg) -> None:
        """It hung up while it was being joined; the re-INVITE under way comes to nothing by itself."""
        _log.info("%s left while it was joined", leg.party.user)

    def relay(self, leg: Leg, _request: Any, transaction: Any) -> None:
        leg.server_invite = None
        self._exchange.layer.reply(transaction, 491, "Request Pending")

    def refer(self, _leg: Leg, _request: Any, transaction: Any) -> None:
        self._exchange.layer.reply(transaction, 491, "Request Pending")

    def warn(self, _leg: Leg, _heard: Callable[[], None]) -> None:
        """Nobody hears a tone while the sound is being joined."""

    def redirected(self, _leg: Leg, _numbers: list[str]) -> None:
        """Media children do not forward."""
