"""Registration as a state table (PJSIP and RFC 3261 10 words)."""

from __future__ import annotations

from enum import Enum


class RegistrationState(str, Enum):
    UNREGISTERED = "unregistered"
    REGISTERING = "registering"
    REGISTERED = "registered"
    FAILED = "failed"  # with its reason and the next try
    UNREGISTERING = "unregistering"


#: From each state, the states that may follow. The user agent reports; anything else is logged as a fault of ours.
FOLLOWS: dict[RegistrationState, frozenset[RegistrationState]] = {
    RegistrationState.UNREGISTERED: frozenset({RegistrationState.REGISTERING, RegistrationState.UNREGISTERED}),
    RegistrationState.REGISTERING: frozenset(RegistrationState),
    RegistrationState.REGISTERED: frozenset(RegistrationState),
    RegistrationState.FAILED: frozenset(RegistrationState),
    RegistrationState.UNREGISTERING: frozenset(
        {RegistrationState.UNREGISTERED, RegistrationState.FAILED, RegistrationState.REGISTERING}
    ),
}


def may_call(state: RegistrationState) -> bool:
    """Calls can be placed while registered; the user agent does not report the renewals in between."""
    return state is RegistrationState.REGISTERED
