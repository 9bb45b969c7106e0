"""What the phone itself plays. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from softphone.phone.call import Call, CallState


def wanted_tone(calls: Sequence[Call]) -> str:
    """For the calls that are alive: none | ringtone | waiting | ringback."""
    up = [call for call in calls if not call.ringing_here and not call.ending]
    if any(call.ringing_here and not call.silenced for call in calls):
        return "waiting" if up else "ringtone"
    if any(c.outgoing and c.state is CallState.EARLY and c.rang and not c.early_media for c in up):
        return "ringback"
    return "none"
