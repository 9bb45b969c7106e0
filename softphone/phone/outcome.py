"""What the history says of a call."""

from __future__ import annotations

from softphone.phone.call import Call
from softphone.phone.failure import FailureKind
from softphone.phone.history import HistoryEntry, Outcome


def outcome_of(call: Call) -> Outcome:
    """What the history says of a call. Refused because we were busy counts as missed: the person should know of it."""
    if call.answered_at is not None:
        return Outcome.ANSWERED
    if call.alive and not call.refused_with:
        return Outcome.ONGOING
    if not call.outgoing:
        if call.completed_elsewhere:
            return Outcome.ELSEWHERE
        if call.refused_with == 302:
            return Outcome.FORWARDED
        return Outcome.DECLINED if call.refused_with == 603 else Outcome.MISSED
    if call.ending:
        return Outcome.CANCELLED
    kind = call.failure.kind if call.failure else None
    return {
        FailureKind.BUSY: Outcome.BUSY,
        FailureKind.DECLINED: Outcome.DECLINED,
        FailureKind.NO_ANSWER: Outcome.NO_ANSWER,
    }.get(kind, Outcome.FAILED) if kind else Outcome.NO_ANSWER  # fmt: skip


def entry_of(call: Call, now: float) -> HistoryEntry:
    outcome = outcome_of(call)
    return HistoryEntry(
        id=call.id,
        outgoing=call.outgoing,
        remote=call.remote,
        started_at=call.started_at,
        outcome=outcome,
        talk_seconds=call.talk_seconds(now) if not call.alive else 0.0,
        code=call.end_code or call.refused_with,
        diverted_by=call.diverted_by.user if call.diverted_by else "",
        seen=outcome is not Outcome.MISSED,
        rule=call.rule,
    )
