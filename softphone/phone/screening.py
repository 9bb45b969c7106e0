"""What happens to an INVITE before anyone sees it. Pure.

With an account the phone system has applied the extension's rules already; here only what it cannot know yet: a switch
that was just turned to do not disturb silences this computer at once, and there is no room for a third call. With a
plain SIP account nobody else knows the settings, so the same rules decide here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from softphone.extension.call_rules import Incoming, LineState, NoAnswerStep, Rule, decide, do_not_disturb
from softphone.extension.settings import Settings
from softphone.phone.call import Call
from softphone.phone.events import InviteReceived
from softphone.phone.number import is_short_code, to_e164

#: Calls up (ringing, talking, held) before one more is refused with 486 (call rules 4).
WITH_CALL_WAITING, WITHOUT = 2, 1


@dataclass(frozen=True)
class ScreeningSettings:
    """`enforced_here`: of a plain SIP account. `dnd_unsaved`: the service has not got the do not disturb switch yet."""

    settings: Settings | None = None
    enforced_here: bool = False
    dnd_unsaved: bool = False
    region: str | None = None  # ISO 3166, of numbers that callers show in national format


@dataclass(frozen=True)
class Screening:
    """`refuse_with` is the final SIP status, None to ring; `forward_to`: numbers and keys of a 302.

    `waiting`: ring as a second call. `no_answer`: what follows when nobody picks up. `rule` is the one that decided.
    """

    refuse_with: int | None = None
    forward_to: tuple[str, ...] = ()
    waiting: bool = False
    no_answer: NoAnswerStep | None = None
    rule: Rule = Rule.RING_DEVICES

    @property
    def rings(self) -> bool:
        return self.refuse_with is None


def screen(
    calls: Iterable[Call], settings: ScreeningSettings, invite: InviteReceived | None, at: float
) -> Screening:
    """The decision for one more incoming call, given the calls there are. Without `invite`: whether just any rings.

    `at` is Unix time.
    """
    now = datetime.fromtimestamp(at).astimezone()
    up = [call for call in calls if call.alive and not call.ending]
    waiting = any(not call.ringing_here for call in up)
    extension = settings.settings
    if settings.enforced_here and extension is not None:
        return _enforced(extension, _incoming(invite, settings.region), now, len(up), waiting)
    if extension is not None and settings.dnd_unsaved and do_not_disturb(extension, now):
        return Screening(486, rule=Rule.DO_NOT_DISTURB)
    call_waiting = extension is None or extension.call_waiting
    if len(up) >= (WITH_CALL_WAITING if call_waiting else WITHOUT):
        return Screening(486, rule=Rule.BUSY)
    return Screening(waiting=waiting)


def _incoming(invite: InviteReceived | None, region: str | None) -> Incoming:
    if invite is None:
        return Incoming("")
    user = "" if invite.remote.hidden else invite.remote.user
    caller = user if not user or is_short_code(user) else to_e164(user, region) or user
    return Incoming(caller, (invite.diverted_by.user,) if invite.diverted_by else ())


def _enforced(extension: Settings, incoming: Incoming, now: datetime, calls_up: int, waiting: bool) -> Screening:
    decision = decide(incoming, extension, now, LineState(calls_up))
    if decision.action == "refuse":
        return Screening(decision.code, rule=decision.rule)
    if decision.action == "forward":
        return Screening(302, decision.targets, rule=decision.rule)
    step = decision.no_answer
    # A message is played, or a number recorded, by a server alone: whoever rings then rings on.
    acts = step is not None and step.action in ("forward", "hang_up")
    return Screening(waiting=waiting, no_answer=step if acts else None, rule=decision.rule)
