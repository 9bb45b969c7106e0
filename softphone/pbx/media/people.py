"""Robots that behave like people on the phone, and the telephone world outside."""

from __future__ import annotations

import logging
from typing import Any

from softphone.pbx.demo import (
    ABROAD,
    BUSY,
    CALL_ME,
    CALLS_BACK,
    DECLINES,
    EMERGENCY,
    NEVER_ANSWERS,
    NOT_IN_SERVICE,
    OUTSIDE_CALLER,
    OUTSIDE_PREFIX,
    TALKS,
)
from softphone.pbx.media.child import Behaviour, MediaChild
from softphone.pbx.media.leg import Leg
from softphone.pbx.media.sounds import Phrase
from softphone.pbx.media.speech import Voice

log = logging.getLogger(__name__)

ANSWER_SECONDS = 1.0
REFUSE_SECONDS = 0.8
CALL_BACK_SECONDS = 5.0  # after answering
HANG_UP_SECONDS = 3.5  # after answering, when the other side has not hung up
CALL_ME_SECONDS = 2.0  # after answering
RING_SECONDS = 45.0  # how long a robot lets the phone ring

BEN = Voice(gender="male", pitch=4, rate=5)
CHLOE = Voice(gender="female", pitch=6, rate=5)
OUTSIDER = Voice(gender="male", pitch=6, rate=6)

BEN_TALKS = Phrase(
    "Hello, this is Ben. You reached me at my desk. I keep talking so that you can check how you hear me. "
    "One, two, three, four, five. The quick brown fox jumps over the lazy dog.",
    BEN,
)
I_CALL_BACK = Phrase("Sorry, I am busy right now. I will call you back.", CHLOE)
HERE_I_AM = Phrase("Hello again, here I am. Now I have time for you.", CHLOE)
OUTSIDE_TALKS = Phrase("Good day. You have reached a number outside. Thank you for calling.", OUTSIDER)
NO_REAL_HELP = Phrase(
    "This is the emergency desk of the demo, and not the real emergency services. Nobody is coming. "
    "If you need help, hang up, and call from another telephone.",
    OUTSIDER,
)
CALLING_YOU = Phrase("Calling you.", OUTSIDER)
OUTSIDE_CALLS = Phrase("Good day. I am calling from outside. How are you today?", OUTSIDER)


def people(child: MediaChild) -> dict[str, Behaviour]:
    """The numbers and who answers them; and the command that lets somebody call in."""
    child.prepare(BEN_TALKS, I_CALL_BACK, HERE_I_AM, CALLING_YOU, OUTSIDE_CALLS, OUTSIDE_TALKS, NO_REAL_HELP)
    child.commands["call_in"] = lambda command: call_in(child, command)
    return {
        TALKS: lambda leg: answer_and_talk(leg, BEN_TALKS),
        NEVER_ANSWERS: lambda leg: leg.ring(),
        BUSY: lambda leg: leg.after(REFUSE_SECONDS, lambda: leg.end(486)),
        CALLS_BACK: lambda leg: call_back(child, leg),
        DECLINES: decline,
        **{prefix + "...": lambda leg: answer_and_talk(leg, OUTSIDE_TALKS) for prefix in (OUTSIDE_PREFIX, *ABROAD)},
        **{number: lambda leg: answer_and_talk(leg, NO_REAL_HELP) for number in EMERGENCY},
        NOT_IN_SERVICE: lambda leg: leg.after(REFUSE_SECONDS, lambda: leg.end(404)),
        CALL_ME: lambda leg: call_me(child, leg),
    }


def answer_and_talk(leg: Leg, phrase: Phrase) -> None:
    """Rings a moment, answers, and talks until the other side hangs up."""
    leg.on_confirmed = lambda: leg.say_again_and_again(phrase)
    leg.ring()
    leg.after(ANSWER_SECONDS, leg.answer)


def decline(leg: Leg) -> None:
    """Looks at the phone, and declines."""
    leg.ring()
    leg.after(REFUSE_SECONDS, lambda: leg.end(603))


def call_back(child: MediaChild, leg: Leg) -> None:
    """Answers, has no time, and calls back five seconds later."""
    caller, called = leg.caller, leg.dialled

    def answered() -> None:
        leg.say(I_CALL_BACK)
        leg.after(HANG_UP_SECONDS, leg.end)
        child.endpoint.later(CALL_BACK_SECONDS, lambda: ring_up(child, caller, called, "", HERE_I_AM))

    leg.on_confirmed = answered
    leg.ring()
    leg.after(ANSWER_SECONDS, leg.answer)


def call_me(child: MediaChild, leg: Leg) -> None:
    """Somebody outside calls the caller, two seconds later."""
    caller = leg.caller

    def answered() -> None:
        leg.say(CALLING_YOU, then=leg.end)
        child.endpoint.later(CALL_ME_SECONDS, lambda: ring_up(child, caller, OUTSIDE_CALLER, "", OUTSIDE_CALLS))

    leg.on_confirmed = answered
    leg.answer()


def call_in(child: MediaChild, command: dict[str, Any]) -> None:
    """`{"command": "call_in", "to": "100", "from": "+6591234567", "name": "...", "after": 2}`."""
    to, caller = str(command.get("to", "")), str(command.get("from") or OUTSIDE_CALLER)
    name = str(command.get("name") or "")
    child.endpoint.later(float(command.get("after") or 0), lambda: ring_up(child, to, caller, name, OUTSIDE_CALLS))


def ring_up(child: MediaChild, extension: str, caller: str, name: str, phrase: Phrase) -> None:
    """Calls an extension, lets it ring, and talks when answered."""
    leg = child.call(extension, caller, name)
    if leg is None:
        child.tell("call_in_failed", to=extension, reason="every line is busy")
        return
    answered = False

    def confirmed() -> None:
        nonlocal answered
        answered = True
        leg.say_again_and_again(phrase)

    leg.on_confirmed = confirmed
    leg.after(RING_SECONDS, lambda: None if answered else leg.end())
