"""How long things take, in seconds; tests shorten them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Timings:
    """RFC 3261 17 names the transaction's time; the rest is ours."""

    transaction: float = 32.0  # 64 * T1: a request without any answer has failed
    ringing: float = 120.0  # then 480
    ping: float = 60.0  # OPTIONS in each dialog, so that a device that vanished in a call does not leave it up for ever
    sweep: float = 1.0  # expired bindings and subscriptions are removed
    answers_kept: float = 32.0  # for requests that come again; at most twice as long
    nonce: float = 300.0
    first_message: float = 30.0  # a connection that says nothing is closed
    min_expires: int = 60
    max_expires: int = 3600
    usage_told: float = 30.0  # how often talk time outside is counted
    usage_warning: float = 60.0  # before the limit
    warning_again: float = 5.0  # after a warning that could not be heard: on hold, in a transfer
    warning_tone: float = 1.5  # how long it is listened to
