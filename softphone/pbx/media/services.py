"""Numbers of the phone system itself: echo, voicemail, passcodes, and the reader of keypad digits."""

from __future__ import annotations

from collections.abc import Callable

from softphone.pbx.demo import DIGITS, ECHO, VOICEMAIL
from softphone.pbx.media.child import Behaviour, MediaChild
from softphone.pbx.media.leg import Leg
from softphone.pbx.media.numbers import ANNOUNCE, DEPOSIT, PASSCODE, WARNING
from softphone.pbx.media.passcode import Passcodes
from softphone.pbx.media.sounds import Beep, Phrase
from softphone.pbx.media.voicemail import FULL, GOODBYE, NO_MESSAGES, VOICE, Voicemail

DIGIT_NAMES = {"*": "star", "#": "hash", **{letter: letter for letter in "ABCD"}}
PRESS_KEYS = Phrase("Press any key.", VOICE)
WARNING_BEEP = Beep(frequency=1400.0, seconds=0.12, times=2)


def services(child: MediaChild) -> dict[str, Behaviour]:
    """The numbers and who answers them."""
    voicemail, passcodes = Voicemail(child), Passcodes(child)
    child.prepare(
        PRESS_KEYS, NO_MESSAGES, GOODBYE, FULL, Beep(), WARNING_BEEP, *(_digit(digit) for digit in "0123456789*#")
    )
    return {
        ECHO: echo,
        DIGITS: lambda leg: read_digits(child, leg),
        VOICEMAIL: voicemail.check,
        **_followed_by_a_key(VOICEMAIL, voicemail.deposit),
        **_followed_by_a_key(DEPOSIT, voicemail.deposit),
        **_followed_by_a_key(ANNOUNCE, voicemail.announce),
        **_followed_by_a_key(PASSCODE, passcodes.ask),
        WARNING: warn,
    }


def _followed_by_a_key(number: str, answers: Callable[[Leg, str], None]) -> dict[str, Behaviour]:
    return {f"{number}...": lambda leg: answers(leg, leg.dialled[len(number) :])}


def echo(leg: Leg) -> None:
    """The caller hears themself."""
    leg.echo()
    leg.answer()


def warn(leg: Leg) -> None:
    """One double beep; then silence until signalling takes the caller back."""
    leg.on_confirmed = lambda: leg.say(WARNING_BEEP)
    leg.answer()


def read_digits(child: MediaChild, leg: Leg) -> None:
    """Says each digit that comes, and tells it."""
    received: list[str] = []

    def digit(key: str) -> None:
        received.append(key)
        child.tell("digit", digit=key, digits="".join(received), caller=leg.caller)
        leg.say(_digit(key))

    leg.on_digit = digit
    leg.on_confirmed = lambda: leg.say(PRESS_KEYS)
    leg.answer()


def _digit(key: str) -> Phrase:
    return Phrase(DIGIT_NAMES.get(key, key), VOICE)
