"""What people read in the main window: failures, rows of the call history, days, status, banners."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from softphone.phone.account import Identity
from softphone.phone.failure import Failure, FailureKind
from softphone.phone.history import HistoryEntry, Outcome
from softphone.phone.number import is_short_code
from softphone.phone.registration import RegistrationState
from softphone.ui.text import PRODUCT, clock, duration, tr
from softphone.ui.text_call import Caller
from softphone.ui.text_sign_in import too_many_tries

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_CALL_ICONS = {"received": "arrow-down-left", "made": "arrow-up-right"}
_MIRRORED = {"arrow-down-left": "arrow-down-right", "arrow-up-right": "arrow-up-left"}


# --- failures ---------------------------------------------------------------------------------------------------------


def failure_sentence(failure: Failure, *, number: str = "") -> str:
    """One sentence for any failure, whoever shows it; `number` is what was dialled, where that says more."""
    kind = failure.kind
    if kind is FailureKind.NOT_IN_SERVICE:
        if number and is_short_code(number) and number.isdigit():
            return tr("There is no extension {n}.", n=number)
        return tr("This number isn't in service. Check it.")
    if kind is FailureKind.TOO_MANY_ATTEMPTS:
        return too_many_tries(failure.retry_after or 60)
    if kind is FailureKind.DEVICE_LIMIT:
        return tr("This extension is active on the most devices it can have. Choose one to replace.")
    if kind is FailureKind.REPLACED and failure.devices:
        device = failure.devices[0].name
        return tr("This computer was replaced by {device}. Sign in to use it again.", device=device)
    sentence = tr(_SENTENCES[kind])
    if kind is FailureKind.SERVER and failure.code:
        return f"{sentence} ({failure.code})"
    return sentence


_SENTENCES: dict[FailureKind, str] = {
    FailureKind.INVALID_CREDENTIALS: "Wrong email or password. Check both.",
    FailureKind.NO_LICENCE: "This extension has no desktop licence. Ask your administrator to add one, then try again.",
    FailureKind.NO_EXTENSION: "No extension is assigned to you yet. Ask your administrator.",
    FailureKind.BAD_ADDRESS: "Type the full address, like name@company.com.",
    FailureKind.NO_NETWORK: "No internet connection. We'll connect as soon as you're back online.",
    FailureKind.SERVICE_NOT_FOUND: "We can't find your phone service. Check the address or your network.",
    FailureKind.SERVER_NOT_FOUND: "We can't find the phone server. Check the address or your network.",
    FailureKind.SERVER: "The phone service isn't working right now. Try again in a few minutes.",
    FailureKind.NOT_TRUSTED: "The server's certificate isn't trusted, so we stopped. Ask your administrator.",
    FailureKind.WRONG_CLOCK: "This computer's clock is wrong. Set the time, then try again.",
    FailureKind.EXPIRED: "Your sign-in has expired. Enter your password again.",
    FailureKind.REPLACED: "This computer was replaced by another device. Sign in to use it again.",
    FailureKind.LOCKED: "Set by your administrator.",
    FailureKind.CONFLICT: "Someone else changed this while you were editing.",
    FailureKind.INVALID: "Not saved. Check what you typed.",
    FailureKind.NOT_FOUND: "The phone service doesn't offer this.",
    FailureKind.FORBIDDEN: "The phone service refused the name or password. Sign in again.",
    FailureKind.TIMED_OUT: "The phone server doesn't answer.",
    FailureKind.OFFLINE: "You're offline. Your call can't start.",
    FailureKind.BUSY: "They are on another call.",
    FailureKind.NO_ANSWER: "They didn't pick up.",
    FailureKind.DECLINED: "They declined the call.",
    FailureKind.UNREACHABLE: "They can't be reached right now.",
    FailureKind.NOT_ALLOWED: "Your outbound rule blocks this call. Ask your administrator to change it.",
    FailureKind.USAGE_LIMIT: "Your usage limit is reached.",
    FailureKind.OUTBOUND_RULE: "Your outbound rule blocks this call. Ask your administrator to change it.",
    FailureKind.CALLER_ID: "This number isn't one of yours. Choose another to show.",
    FailureKind.WRONG_PASSCODE: "Wrong passcode. Try again.",
    FailureKind.NO_COMMON_MEDIA: "This phone and theirs have no sound format in common.",
    FailureKind.CONNECTION_LOST: "The connection didn't come back.",
    FailureKind.TOO_MANY_CALLS: "You have two calls. End one, then try again.",
    FailureKind.BAD_NUMBER: "This isn't a phone number. Check it.",
    FailureKind.NOT_NOW: "That isn't possible right now. Try again in a moment.",
    FailureKind.NO_KEYCHAIN: "This computer has no safe place for the password.",
    FailureKind.DISK_FULL: "The disk is full, so your calls and choices aren't being saved.",
    FailureKind.INTERNAL: "Something went wrong inside the app. We'll try again by ourselves.",
}


def dial_refused(failure: Failure, *, number: str = "") -> str:
    """Why nothing was dialled. Whatever keeps the registration away, a caller is told that they are offline."""
    calls = {FailureKind.BAD_NUMBER, FailureKind.TOO_MANY_CALLS, FailureKind.NOT_ALLOWED, FailureKind.NOT_IN_SERVICE}
    if failure.kind is FailureKind.NOT_NOW:
        return tr("Another call is being set up. Try again in a moment.")
    if failure.kind in calls:
        return failure_sentence(failure, number=number)
    return tr("You're offline. Your call can't start.")


# --- the call history -------------------------------------------------------------------------------------------------


def day_heading(day: date, today: date) -> str:
    """Today, Yesterday, a weekday with its date within 7 days, then the date; the year when it is not this one."""
    days = (today - day).days
    if days == 0:
        return tr("Today")
    if days == 1:
        return tr("Yesterday")
    month = tr(_MONTHS[day.month - 1])
    if 0 < days < 7:
        return tr("{weekday} {day} {month}", weekday=tr(_WEEKDAYS[day.weekday()]), day=day.day, month=month)
    if day.year == today.year:
        return tr("{day} {month}", day=day.day, month=month)
    return tr("{day} {month} {year}", day=day.day, month=month, year=day.year)


def day_and_clock(moment: datetime, now: datetime) -> str:
    """ "Today, 14:20", "Fri 21 Nov, 18:03"; with the year when it is not this one."""
    days = (now.date() - moment.date()).days
    if days in (0, 1):
        day = day_heading(moment.date(), now.date())
    else:
        month = tr(_MONTHS[moment.month - 1])[:3]
        day = tr("{weekday} {day} {month}", weekday=tr(_WEEKDAYS[moment.weekday()])[:3], day=moment.day, month=month)
        if moment.year != now.year:
            day = f"{day} {moment.year}"
    return tr("{day}, {time}", day=day, time=clock(moment))


@dataclass(frozen=True)
class RowText:
    """A call as a row shows it."""

    name: str
    icon: str
    line: str
    missed: bool


def row_text(entry: HistoryEntry, who: Caller) -> RowText:
    line = _place_line(entry, who)
    if entry.missed:
        return RowText(who.name, "phone-x", _dotted(tr("Missed"), line), True)
    icon = "arrow-bend-up-right" if entry.diverted_by else _CALL_ICONS["made" if entry.outgoing else "received"]
    return RowText(who.name, icon, _dotted(line, outcome_words(entry)), False)


def _place_line(entry: HistoryEntry, who: Caller) -> str:
    if entry.diverted_by and not entry.outgoing:
        return tr("Forwarded by {n}", n=entry.diverted_by)
    return who.line


def _dotted(first: str, second: str) -> str:
    return f"{first} · {second}" if first and second else first or second


def outcome_words(entry: HistoryEntry) -> str:
    """How long it was, or why it was not."""
    return {
        Outcome.ANSWERED: duration(entry.talk_seconds) if entry.talk_seconds >= 1 else "",
        Outcome.ONGOING: "",
        Outcome.MISSED: tr("Missed, do not disturb") if entry.rule == "do_not_disturb" else tr("Missed"),
        Outcome.DECLINED: tr("Declined"),
        Outcome.BUSY: tr("Busy"),
        Outcome.NO_ANSWER: tr("No answer"),
        Outcome.CANCELLED: tr("Cancelled"),
        Outcome.ELSEWHERE: tr("Answered on another device"),
        Outcome.FORWARDED: tr("Forwarded"),
        Outcome.FAILED: tr("Didn't go through"),
    }[entry.outcome]


def mirrored_icon(icon: str) -> str:
    """The arrow of the other reading direction; icons that are no arrows stay."""
    return _MIRRORED.get(icon, icon)


def past_call(entry: HistoryEntry) -> tuple[str, str]:
    """A call with somebody whose name stands above: its words and its icon."""
    if entry.missed:
        return tr("Missed"), "phone-x"
    if entry.outgoing:
        words = tr("You called") if entry.outcome in (Outcome.ANSWERED, Outcome.ONGOING) else outcome_words(entry)
        return words, "arrow-up-right"
    words = tr("Answered") if entry.outcome in (Outcome.ANSWERED, Outcome.ONGOING) else outcome_words(entry)
    return words, "arrow-down-left"


def row_spoken(entry: HistoryEntry, who: Caller, count: int, now: datetime, presence: str) -> str:
    """The whole row for a screen reader: "Missed call, Daniel Okafor, 2 calls, extension 104, today 13:05"."""
    kind = tr("Missed call") if entry.missed else tr("Call made") if entry.outgoing else tr("Call received")
    when = datetime.fromtimestamp(entry.started_at)
    day = day_heading(when.date(), now.date())
    parts = [
        kind,
        who.spoken,
        tr("%n calls", count) if count > 1 else "",
        "" if entry.missed else outcome_words(entry),
        f"{day.lower() if day in (tr('Today'), tr('Yesterday')) else day} {clock(when)}",
        tr("now on a call") if presence == "on_call" else "",
    ]
    return ", ".join(part for part in parts if part)


def on_this_call(time: str) -> str:
    return tr("On this call · {time}", time=time) if time else tr("On this call")


def presence_words(presence: str) -> str:
    """ "" for unknown."""
    return {
        "available": tr("Available"),
        "on_call": tr("On a call"),
        "dnd": tr("Do not disturb"),
        "forwarding": tr("Forwarding"),
        "offline": tr("Offline"),
    }.get(presence, "")


# --- who and how we are -----------------------------------------------------------------------------------------------


def address_line(identity: Identity) -> str:
    if identity.kind == "account":
        return tr("Extension {n}", n=identity.address)
    return identity.address


def status_words(state: RegistrationState, *, on_call: bool, trying: bool, been_registered: bool) -> tuple[str, str]:
    """The status chip: its words and its mark. `trying`: there is a next try."""
    if on_call:
        return tr("On a call"), "on_call"
    if state is RegistrationState.REGISTERED:
        return tr("Available"), "available"
    if state is RegistrationState.REGISTERING or (state is RegistrationState.FAILED and trying):
        return (tr("Reconnecting") if been_registered else tr("Connecting")), "reconnecting"
    return tr("Offline"), "offline"


def registration_line(state: RegistrationState, failure: Failure | None, server: str, transport: str) -> str:
    """What the status menu says below the state."""
    if state is RegistrationState.REGISTERED:
        if server:
            return tr("Calls reach this computer through {server}, {transport}.", server=server,
                      transport=transport.upper() or "UDP")  # fmt: skip
        return tr("Calls reach this computer.")
    if failure is not None:
        return failure_sentence(failure)
    if state is RegistrationState.REGISTERING:
        return tr("Connecting to the phone service.")
    return tr("Calls can't reach this computer.")


@dataclass(frozen=True)
class BannerText:
    kind: Literal["warning", "muted", "info"]
    title: str
    text: str
    icon: str | None = None
    button: str = ""


def offline_banner(failure: Failure | None, seconds: float | None) -> BannerText:
    """`seconds` until the next try; None while a try is under way or none is to come."""
    network = {None, FailureKind.NO_NETWORK, FailureKind.OFFLINE, FailureKind.TIMED_OUT, FailureKind.SERVER_NOT_FOUND,
               FailureKind.SERVER, FailureKind.CONNECTION_LOST, FailureKind.INTERNAL}  # fmt: skip
    kind = failure.kind if failure is not None else None
    if kind not in network and failure is not None:
        text = failure_sentence(failure)
        if seconds is not None:
            text = tr("{reason} Next try in {n} s.", reason=text, n=max(0, math.ceil(seconds)))
    elif seconds is not None:
        text = tr("Calls can't reach this computer. Next try in {n} s.", n=max(0, math.ceil(seconds)))
    else:
        text = tr("Calls can't reach this computer.")
    return BannerText("warning", tr("You're offline"), text, "wifi-slash", tr("Try now"))


def keychain_banner() -> BannerText:
    return BannerText(
        "muted",
        tr("Signed in for this run only"),
        tr("This computer has no safe place for the password."),
        "lock-simple-open",
        tr("OK"),
    )


def demo_banner() -> BannerText:
    return BannerText("info", tr("Demo"), tr("The phone system runs on this computer. Nobody outside is called."))


# --- the box ----------------------------------------------------------------------------------------------------------


def call_as_typed(text: str) -> str:
    return tr("Call {number}, as typed", number=text)


def call_as_sip(text: str) -> str:
    return tr('Call "{typed}" as a SIP address', typed=text)


def no_match(text: str) -> str:
    return tr('No match for "{typed}"', typed=text)


def results_spoken(count: int, first: str) -> str:
    return tr("%n results, {first}", count, first=first) if count else tr("No results")


def first_close() -> str:
    return tr("{product} keeps running, so calls still reach you. Find it in the tray.", product=PRODUCT)


def address_number(number: str) -> str:
    """What kind of number stands in a row."""
    if "@" in number:
        return tr("SIP address")
    return tr("Extension") if is_short_code(number) and number.isdigit() else tr("Number")
