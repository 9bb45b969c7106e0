"""Voicemail as a caller and an owner hear it: the message, the tone, the recording; and one's own mailbox."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from softphone.pbx.media.child import MediaChild
from softphone.pbx.media.leg import Leg
from softphone.pbx.media.mailbox import MailboxCount, Mailboxes, StoredMessage
from softphone.pbx.media.sounds import Beep, Phrase, Sound
from softphone.pbx.media.speech import Voice

VOICE = Voice(gender="female", pitch=5, rate=5)
NO_MESSAGES = Phrase("You have no messages.", VOICE)
GOODBYE = Phrase("Thank you. Goodbye.", VOICE)
FULL = Phrase("This mailbox is full. Please call again later.", VOICE)
_REFUSE_SECONDS = 0.5  # PJSIP does not survive faster ones in a burst
_HEARD_AFTER = 0.4  # seconds that the last sound is still on its way
_STOPS_WITHIN = 0.05  # seconds that a recorder may go on after the limit


class Voicemail:
    """The mailboxes of the data folder, and who calls them."""

    def __init__(self, child: MediaChild) -> None:
        self._child = child
        self._mailboxes = Mailboxes(child.options.data / "voicemail")
        self._messages = child.options.data / "messages"
        for message in self._mailboxes.save_what_was_recorded():
            self._tell_message(message, message.caller)
        for extension in self._mailboxes.extensions():
            self._tell_count(extension, self._mailboxes.count(extension))

    # Somebody's mailbox is called.

    def announce(self, leg: Leg, extension: str) -> None:
        """The message, and the end."""
        self._answer(
            leg, extension, lambda: leg.say(self._greeting(extension), then=lambda: leg.after(_HEARD_AFTER, leg.end))
        )

    def deposit(self, leg: Leg, extension: str) -> None:
        """Message, beep, then records until the caller hangs up, presses # or has talked long enough."""
        recording: list[Path] = []

        def record() -> None:
            recording.append(self._mailboxes.recording(extension, _number(leg.caller)))
            leg.record(recording[0])
            leg.after(self._child.options.longest_message_seconds - _STOPS_WITHIN, finish)

        def stop() -> bool:
            if not recording:
                return False
            leg.stop_recording(partial(self._keep, extension, recording.pop(), leg.caller, leg.caller_name))
            return True

        def finish() -> None:
            if stop():
                leg.say(GOODBYE, then=lambda: leg.after(_HEARD_AFTER, leg.end))

        if extension.isdigit() and self._is_full(extension):
            self._answer(leg, extension, lambda: leg.say(FULL, then=lambda: leg.after(_HEARD_AFTER, leg.end)))
            return
        leg.on_digit = lambda key: finish() if key == "#" else None
        leg.on_end = stop
        self._answer(leg, extension, lambda: leg.say(self._greeting(extension), Beep(), then=record))

    def _is_full(self, extension: str) -> bool:
        count = self._mailboxes.count(extension)
        return count.new + count.old >= self._child.options.most_messages

    def _answer(self, leg: Leg, extension: str, confirmed: Callable[[], object]) -> None:
        if not extension.isdigit() or len(extension) > 20:
            leg.after(_REFUSE_SECONDS, lambda: leg.end(404))
            return
        leg.on_confirmed = confirmed
        leg.answer()

    def _greeting(self, extension: str) -> Sound:
        """The extension's own; where the account service has made none, one that fits everybody."""
        own = self._messages / f"{extension}.wav"
        if own.exists():
            return own
        spoken_key = " ".join(extension)
        return Phrase(f"Extension {spoken_key} is not available. Please leave a message after the tone.", VOICE)

    def _keep(self, extension: str, recording: Path, caller: str, caller_name: str) -> None:
        message = self._mailboxes.keep(recording)
        if message is not None:
            self._tell_message(message, caller, caller_name)
            self._tell_count(extension, self._mailboxes.count(extension))

    # The owner calls.

    def check(self, leg: Leg) -> None:
        """Says how many new messages there are, and plays them."""
        extension = leg.caller
        messages = self._mailboxes.new_messages(extension) if extension.isdigit() else []
        leg.on_confirmed = lambda: leg.say(_how_many(len(messages)), then=lambda: self._play(leg, extension, messages))
        leg.answer()

    def _play(self, leg: Leg, extension: str, messages: list[Path]) -> None:
        waiting = [message for message in messages if message.exists()]  # others were heard or deleted meanwhile
        if not waiting:
            leg.say(GOODBYE, then=leg.end)
            return

        def heard() -> None:
            self._mailboxes.mark(extension, waiting[0].name, read=True)
            self._tell_count(extension, self._mailboxes.count(extension))
            self._play(leg, extension, waiting[1:])

        leg.say(Beep(), waiting[0], then=heard)

    def _tell_message(self, message: StoredMessage, caller: str, caller_name: str = "") -> None:
        self._child.tell(
            "voicemail", extension=message.file.parent.parent.name, caller=_number(caller), caller_name=caller_name,
            file=str(message.file), seconds=message.seconds, at=message.at,
        )  # fmt: skip

    def _tell_count(self, extension: str, count: MailboxCount) -> None:
        self._child.tell("mailbox", extension=extension, new=count.new, old=count.old)


def _number(caller: str) -> str:
    return "" if caller.lower() in ("anonymous", "unavailable") else caller


def _how_many(count: int) -> Phrase:
    if count == 0:
        return NO_MESSAGES
    return Phrase(f"You have {count} new message{'' if count == 1 else 's'}.", VOICE)
