"""The words of the voicemail list."""

from __future__ import annotations

from datetime import datetime

from softphone.phone.failure import Failure, FailureKind
from softphone.phone.voicemail import Voicemail
from softphone.ui.text import clock, duration, timer, tr
from softphone.ui.text_call import Caller, isolated
from softphone.ui.text_main import day_heading, failure_sentence


def voicemail() -> str:
    return tr("Voicemail")


def no_voicemail() -> str:
    return tr("No voicemail")


def how_it_comes() -> str:
    return tr("When you can't answer, callers can leave a message. You'll find it here.")


def set_up_no_answer() -> str:
    return tr("Set up No answer")


def loading() -> str:
    return tr("Loading…")


def not_loaded() -> str:
    return tr("Your voicemail didn't load")


def try_again() -> str:
    return tr("Try again")


def line(who: Caller, moment: datetime) -> str:
    """ "+65 9234 5678 · 13:05"."""
    return f"{isolated(who.line)} · {clock(moment)}" if who.line else clock(moment)


def spoken(entry: Voicemail, who: Caller, now: datetime) -> str:
    """ "New voicemail, Sofia Marchetti, 42 seconds, today 13:05"."""
    moment = datetime.fromtimestamp(entry.at)
    day = day_heading(moment.date(), now.date())
    if (now.date() - moment.date()).days in (0, 1):
        day = day.lower()
    kind = tr("Voicemail") if entry.read else tr("New voicemail")
    length = tr("1 second") if round(entry.seconds) == 1 else tr("%n seconds", round(entry.seconds))
    return f"{kind}, {who.spoken}, {length}, {day} {clock(moment)}"


def length(seconds: float) -> str:
    return timer(seconds)


def progress(at: float, seconds: float) -> str:
    return tr("{at} / {total}", at=timer(at), total=timer(seconds))


def play(name: str) -> str:
    return tr("Play the message from {name}", name=name)


def pause() -> str:
    return tr("Pause")


def play_on() -> str:
    return tr("Play")


def message() -> str:
    return tr("Message")


def call_back(name: str) -> str:
    return tr("Call {name}", name=name)


def save() -> str:
    return tr("Save the message…")


def file_name(who: Caller, moment: datetime, suffix: str) -> str:
    """Without what a file system takes for a folder. `suffix` with its dot."""
    name = "".join(c for c in who.name if c.isalnum() or c in " +-._").strip() or tr("unknown")
    return tr("Voicemail {name} {when}", name=name, when=f"{moment:%Y-%m-%d %H.%M}") + suffix


def saved() -> str:
    return tr("Message saved")


def not_saved() -> str:
    return tr("The message couldn't be saved there. Choose another place.")


def delete() -> str:
    return tr("Delete")


def deleted(name: str) -> str:
    return tr("Message from {name} deleted.", name=name)


def mark_new() -> str:
    return tr("Mark as new")


def mark_heard() -> str:
    return tr("Mark as heard")


def play_through(device: str) -> str:
    return tr("Play through {device}, menu", device=device)


def speaker() -> str:
    return tr("Speaker")


def ringing_device() -> str:
    return tr("Ringtone device")


def menu_of(name: str) -> str:
    return tr("Message from {name}", name=name)


def cannot_play(failure: Failure) -> str:
    if failure.kind is FailureKind.NOT_NOW:
        return tr("You can listen to it after your call.")
    if failure.kind is FailureKind.NOT_FOUND:
        return tr("This message is gone. It was deleted on another device.")
    return failure_sentence(failure)


def unreadable() -> str:
    return tr("This message can't be played. Save it, and try another player.")


def new_from(name: str, seconds: float) -> str:
    """A notice."""
    return tr("From {name}, {length}", name=name, length=duration(seconds))
