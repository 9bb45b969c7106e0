"""Numbers of the phone system itself: echo, voicemail, and the reader of keypad digits."""

from __future__ import annotations

from pathlib import Path

from softphone.pbx.demo import DIGITS, ECHO, VOICEMAIL
from softphone.pbx.media.child import Behaviour, MediaChild
from softphone.pbx.media.leg import Leg
from softphone.pbx.media.mailbox import MailboxCount, Mailboxes
from softphone.pbx.media.sounds import Beep, Phrase
from softphone.pbx.media.speech import Voice

LONGEST_MESSAGE_SECONDS = 60.0
BYTES_A_SECOND = 32_000
SHORTEST_MESSAGE_SECONDS = 1.0  # a caller who hangs up at the beep leaves no message

VOICE = Voice(gender="female", pitch=5, rate=5)
DIGIT_NAMES = {"*": "star", "#": "hash", **{letter: letter for letter in "ABCD"}}
NO_MESSAGES = Phrase("You have no messages.", VOICE)
GOODBYE = Phrase("Thank you. Goodbye.", VOICE)
PRESS_KEYS = Phrase("Press any key.", VOICE)


def services(child: MediaChild) -> dict[str, Behaviour]:
    """The numbers and who answers them."""
    voicemail = Voicemail(child)
    child.prepare(PRESS_KEYS, NO_MESSAGES, Beep(), *(_digit(digit) for digit in "0123456789*#"))
    return {
        ECHO: echo,
        VOICEMAIL: voicemail.check,
        VOICEMAIL + "...": voicemail.leave_message,
        DIGITS: lambda leg: read_digits(child, leg),
    }


def echo(leg: Leg) -> None:
    """The caller hears themself."""
    leg.echo()
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


class Voicemail:
    """`*97` is one's own mailbox; `*97` followed by an extension leaves a message there."""

    def __init__(self, child: MediaChild) -> None:
        self._child = child
        self._mailboxes = Mailboxes(child.options.data / "voicemail")
        for extension in self._mailboxes.extensions():
            self._tell(extension, self._mailboxes.count(extension))

    def check(self, leg: Leg) -> None:
        """Says how many new messages there are, and plays them."""
        extension = leg.caller
        messages = self._mailboxes.new_messages(extension) if extension.isdigit() else []
        leg.on_confirmed = lambda: leg.say(_how_many(len(messages)), then=lambda: self._play(leg, extension, messages))
        leg.answer()

    def _play(self, leg: Leg, extension: str, messages: list[Path]) -> None:
        if not messages:
            leg.say(GOODBYE, then=leg.end)
            return

        def heard() -> None:
            self._mailboxes.heard(messages[0])
            self._tell(extension, self._mailboxes.count(extension))
            self._play(leg, extension, messages[1:])

        leg.say(Beep(), messages[0], then=heard)

    def leave_message(self, leg: Leg) -> None:
        """Greeting, beep, then records until the caller hangs up, presses # or has talked long enough."""
        extension = leg.dialled[len(VOICEMAIL) :]
        if not extension.isdigit():
            leg.after(0.5, lambda: leg.end(404))
            return
        recording = self._mailboxes.recording(extension, leg.caller)
        began = False

        def record() -> None:
            nonlocal began
            began = True
            leg.record(recording)
            leg.after(LONGEST_MESSAGE_SECONDS, finish)

        def finish() -> None:
            nonlocal began
            if began:
                began = False
                leg.stop_recording(lambda: self._keep(extension, recording))
            leg.say(GOODBYE, then=leg.end)

        leg.on_digit = lambda key: finish() if key == "#" and began else None
        leg.on_end = lambda: leg.stop_recording(lambda: self._keep(extension, recording)) if began else None
        spoken_key = " ".join(extension)
        greeting = Phrase(f"Extension {spoken_key} is not available. Please leave a message after the tone.", VOICE)
        leg.on_confirmed = lambda: leg.say(greeting, Beep(), then=record)
        leg.answer()

    def _keep(self, extension: str, recording: Path) -> None:
        if recording.stat().st_size < SHORTEST_MESSAGE_SECONDS * BYTES_A_SECOND:
            recording.unlink()
            return
        self._tell(extension, self._mailboxes.keep(recording))

    def _tell(self, extension: str, count: MailboxCount) -> None:
        self._child.tell("mailbox", extension=extension, new=count.new, old=count.old)


def _how_many(count: int) -> Phrase:
    if count == 0:
        return NO_MESSAGES
    return Phrase(f"You have {count} new message{'' if count == 1 else 's'}.", VOICE)
