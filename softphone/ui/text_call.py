"""What people read and hear about a call: names, states, reasons for an end, and what screen readers announce."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QDate, QLocale, Qt
from PySide6.QtGui import QGuiApplication

from softphone.phone.call import Call, CallState
from softphone.phone.failure import Failure, FailureKind
from softphone.phone.number import is_short_code, region_of
from softphone.phone.party import Party
from softphone.phone.phone import Phone
from softphone.ui.text import PRODUCT, duration, timer, tr

_TITLES = {"dr", "mr", "mrs", "ms", "mx", "prof", "sir", "herr", "frau", "mme", "mlle"}
#: What a call came to, told by people rather than by something that went wrong.
_OUTCOMES = {FailureKind.BUSY, FailureKind.NO_ANSWER, FailureKind.DECLINED}


@dataclass(frozen=True)
class Caller:
    """The other side of a call as it is shown: `line` is the number, or the place when the number is the name."""

    name: str
    line: str
    number: str
    short: str
    key: str  # of the avatar's colour
    icon: str | None = None  # instead of initials

    @property
    def spoken(self) -> str:
        """For screen readers: phone numbers digit by digit."""
        name = spoken_number(self.name) if self.name == self.number else self.name
        line = spoken_number(self.line) if self.line == self.number else self.line
        return f"{name}, {line}" if line and line != name else name


def caller(phone: Phone, party: Party) -> Caller:
    if party.hidden:
        return Caller(
            tr("No caller ID"), tr("Number hidden"), "", tr("The caller"), key="unknown", icon="eye-slash"
        )  # fmt: skip
    name, number = phone.name_of(party), phone.number_of(party)
    shown_number = tr("Ext {n}", n=number) if _is_extension(number) else number
    if name == number:
        is_address = "@" in number
        line = tr("SIP") if is_address else place_of(party.user)
        return Caller(name, line, number, number, key=party.user, icon="at" if is_address else "user")
    entry = phone.directory.get(party.user)
    person = entry is not None and entry.kind == "extension" and entry.label == name
    return Caller(name, shown_number, number, first_name(name) if person else name, key=party.user)


def _is_extension(number: str) -> bool:
    return is_short_code(number) and number.isdigit()


def first_name(name: str) -> str:
    """ "Priya" of "Priya Nair"; "Dr. Maximiliana" keeps its title."""
    words = name.split()
    if not words:
        return name
    titled = words[0].strip(".").casefold() in _TITLES and len(words) > 1
    return " ".join(words[:2]) if titled else words[0]


def place_of(number: str) -> str:
    """The country of an E.164 number, "" when it has none."""
    region = region_of(number)
    if region is None:
        return ""
    territory = QLocale.codeToTerritory(region)
    return "" if territory == QLocale.Country.AnyCountry else QLocale.territoryToString(territory)


def spoken_number(number: str) -> str:
    """Digit by digit: "plus 6 5 9 1"; other texts as they are."""
    if not number or not all(c.isdigit() or c in "+ ()-*#" for c in number):
        return number
    words = {"+": tr("plus"), "*": tr("star"), "#": tr("hash")}
    return " ".join(words.get(c, c) for c in number if c not in " ()-")


def isolated(text: str) -> str:
    """In a right-to-left window: a number or name keeps its own direction among the words round it."""
    if not text or not QGuiApplication.isRightToLeft():
        return text
    number = all(c.isdigit() or c in "+ ()-*#" for c in text) or "@" in text
    return f"{chr(0x2066 if number else 0x2068)}{text}{chr(0x2069)}"


# --- states -----------------------------------------------------------------------------------------------------------


def being_set_up(call: Call) -> str:
    """The state line before there is a timer."""
    if call.ending:
        return tr("Ending…")
    if call.state is CallState.CALLING or (call.state is CallState.EARLY and not call.rang):
        return tr("Calling…")
    if call.state is CallState.EARLY:
        return tr("Ringing…")
    return tr("Connecting…")


def on_hold(seconds: float) -> str:
    return tr("On hold · {time}", time=timer(seconds))


def on_hold_by(name: str) -> str:
    return tr("On hold by {name}", name=name)


def reconnecting(seconds: float) -> str:
    return tr("Reconnecting… {time}", time=timer(seconds))


def quality(mos: float, quiet_seconds: float) -> tuple[int, str]:
    """Bars and word: from the MOS (ITU-T P.800), or "Lost" when nothing has arrived for 2 s."""
    if quiet_seconds >= 2:
        return 0, tr("Lost")
    rounded = round(mos, 1)
    if rounded >= 4.0:
        return 4, tr("Good")
    if rounded >= 3.6:
        return 3, tr("Good")
    if rounded >= 3.1:
        return 2, tr("Fair")
    return 1, tr("Poor")


def encryption(encrypted: bool) -> str:
    return tr("Encrypted") if encrypted else tr("Not encrypted")


# --- the end ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ending:
    """`failed` is red and stays; anything else is grey and closes by itself."""

    title: str
    sentence: str = ""
    failed: bool = False


def ending(call: Call, who: Caller, *, now: float, managed: bool = True) -> Ending:
    """Why a call is over. `managed`: an account with an administrator; otherwise a plain SIP account."""
    if call.failure is not None:
        return _failed(call, call.failure, who, now, managed)
    if call.answered_at is None:
        return Ending(tr("Call cancelled") if call.outgoing else tr("Call ended"))
    talked = duration(call.talk_seconds(now))
    if call.measured is None or call.measured.mos <= 0:
        return Ending(tr("Call ended"), talked)
    _, word = quality(call.measured.mos, 0)
    return Ending(
        tr("Call ended"),
        {
            tr("Good"): tr("{time} · Good quality", time=talked),
            tr("Fair"): tr("{time} · Fair quality", time=talked),
            tr("Poor"): tr("{time} · Poor quality", time=talked),
        }[word],
    )


def _failed(call: Call, failure: Failure, who: Caller, now: float, managed: bool) -> Ending:
    kind = failure.kind
    title = {
        FailureKind.BUSY: tr("Busy"),
        FailureKind.NO_ANSWER: tr("No answer"),
        FailureKind.DECLINED: tr("Call declined"),
        FailureKind.NOT_IN_SERVICE: tr("No such extension") if _is_extension(who.number) else tr("Not in service"),
        FailureKind.UNREACHABLE: tr("Not reachable"),
        FailureKind.NOT_ALLOWED: tr("This call isn't allowed"),
        FailureKind.OUTBOUND_RULE: tr("This call isn't allowed"),
        FailureKind.CALLER_ID: tr("This call isn't allowed"),
        FailureKind.USAGE_LIMIT: tr("Usage limit reached"),
        FailureKind.WRONG_PASSCODE: tr("Call ended"),
        FailureKind.CONNECTION_LOST: tr("Connection lost"),
    }.get(kind, tr("Call didn't start") if call.answered_at is None else tr("Call ended"))
    waited = int((call.ended_at or now) - call.started_at)
    return Ending(title, failure_sentence(failure, who, waited, managed), failed=kind not in _OUTCOMES)


def failure_sentence(failure: Failure, who: Caller, waited: int, managed: bool = True) -> str:
    """One sentence for a call that did not come about; `waited` is the seconds it rang."""
    match failure.kind:
        case FailureKind.BUSY:
            return tr("{name} is on another call.", name=who.short)
        case FailureKind.NO_ANSWER:
            return tr("{name} didn't pick up after {n} s.", name=who.short, n=waited)
        case FailureKind.DECLINED:
            return tr("{name} declined the call.", name=who.short)
        case FailureKind.NOT_IN_SERVICE if _is_extension(who.number):
            return tr("There is no extension {n}.", n=who.number)
        case FailureKind.NOT_IN_SERVICE:
            return tr("This number isn't in service. Check it.")
        case FailureKind.UNREACHABLE:
            return tr("{name} can't be reached right now.", name=who.short)
        case FailureKind.USAGE_LIMIT if resets_on(failure):
            return tr("Your usage limit is reached. It resets on {day}.", day=resets_on(failure))
        case FailureKind.OUTBOUND_RULE if failure.detail:
            return tr(
                "Your outbound rule blocks calls to {place}. Ask your administrator to change it.", place=failure.detail
            )
        case FailureKind.OUTBOUND_RULE:
            return tr("Your outbound rule blocks this call. Ask your administrator to change it.")
        case FailureKind.USAGE_LIMIT:
            return tr("Your usage limit is reached.")
        case FailureKind.CALLER_ID:
            return tr("This number isn't one of yours. Choose another to show.")
        case FailureKind.WRONG_PASSCODE:
            return tr("Wrong passcode. Try again.")
        case FailureKind.NOT_ALLOWED if failure.sentence:
            return failure.sentence
        case FailureKind.NOT_ALLOWED if managed:
            return tr("Your outbound rule blocks this call. Ask your administrator to change it.")
        case FailureKind.NOT_ALLOWED:
            return tr("Your phone service doesn't allow this call.")
        case FailureKind.CONNECTION_LOST:
            return tr("The connection didn't come back.")
        case FailureKind.OFFLINE | FailureKind.NO_NETWORK:
            return tr("You're offline. Your call can't start.")
        case FailureKind.NO_COMMON_MEDIA:
            return tr("This phone and theirs have no sound format in common.")
        case FailureKind.TOO_MANY_CALLS:
            return tr("You have two calls. End one, then try again.")
        case FailureKind.NOT_NOW:
            return tr("Another call is being set up. Try again in a moment.")
        case FailureKind.BAD_NUMBER:
            return tr("This isn't a phone number. Check it.")
    if failure.code:
        return tr("The call couldn't start. Try again. ({code})", code=failure.code)
    return tr("The call couldn't start. Try again.")


def resets_on(failure: Failure) -> str:
    """The day that a usage limit resets, as people write it; "" when it is not known."""
    day = QDate.fromString(failure.detail, Qt.DateFormat.ISODate)
    return QLocale().toString(day, QLocale.FormatType.ShortFormat) if day.isValid() else ""


# --- an incoming call -------------------------------------------------------------------------------------------------


def called_line(phone: Phone, call: Call) -> tuple[str, str]:
    """Whom the caller dialled: the word that stands out and what follows it, ("you", "Ext 100"); both may be ""."""
    identity = phone.session.identity
    called = call.called
    if not called or identity is None:
        return tr("you"), ""
    if called == identity.address.partition("@")[0]:
        return tr("you"), tr("Ext {n}", n=called) if _is_extension(called) else ""
    number = phone.number_of(Party(called))
    if called in identity.caller_ids:
        return tr("you"), number
    entry = phone.directory.get(called)
    if entry is None:
        return number, ""
    return entry.label, tr("Ext {n}", n=number) if _is_extension(number) else number


def forwarded_by(phone: Phone, party: Party) -> str:
    who = caller(phone, party)
    if who.name == who.number:
        return tr("Forwarded by {name}", name=who.name)
    return tr("Forwarded by {name}, {number}", name=who.name, number=who.number)


def transferred_by(phone: Phone, party: Party) -> str:
    who = caller(phone, party)
    if who.name == who.number:
        return tr("Transferred by {name}", name=who.name)
    return tr("Transferred by {name}, {number}", name=who.name, number=who.number)


def to_line(phone: Phone, call: Call) -> str:
    """ "to Sales · +65 6123 4570", the line marked for emphasis."""
    word, detail = called_line(phone, call)
    if detail:
        return tr("to {line} · {number}", line=emphasised(word), number=detail)
    return tr("to {line}", line=emphasised(word))


def while_busy(phone: Phone, busy: list[Call]) -> str:
    """What the second call interrupts."""
    if len(busy) > 1:
        return tr("You have two calls")
    name = emphasised(caller(phone, busy[0].remote).name)
    if busy[0].state is not CallState.CONFIRMED:
        return tr("while you call {name}", name=name)
    if busy[0].held_local:
        return tr("while {name} is on hold", name=name)
    return tr("while you talk to {name}, {time}", name=name, time=timer(busy[0].talk_seconds(phone.now())))


#: Round a part of a sentence that stands out, wherever a translation puts it.
EMPHASIS = ("\x01", "\x02")


def emphasised(text: str) -> str:
    return f"{EMPHASIS[0]}{text}{EMPHASIS[1]}"


def missed_title(count: int) -> str:
    return tr("Missed call") if count == 1 else tr("%n missed calls", count)


def missed_line(who: Caller) -> str:
    return f"{isolated(who.name)} · {isolated(who.line)}" if who.line else isolated(who.name)


# --- sound ------------------------------------------------------------------------------------------------------------


def sound_trouble(kind: str, system: str) -> tuple[str, str] | None:
    """Bold words and sentence for a `SoundTrouble`; None when it is none of a call's business."""
    return {
        "no_microphone": (tr("No microphone found"), tr("Plug one in, or choose one in Audio.")),
        "microphone_lost": (tr("No microphone found"), tr("Plug one in, or choose one in Audio.")),
        "microphone_blocked": (
            tr("Microphone blocked"),
            tr("{system} doesn't let this app use the microphone. Open privacy settings.", system=system),
        ),
        "no_speaker": (tr("No speaker found"), tr("Plug one in, or choose one in Audio.")),
        "speaker_lost": (tr("No speaker found"), tr("Plug one in, or choose one in Audio.")),
    }.get(kind)


# --- mini bar and tray ------------------------------------------------------------------------------------------------


def timer_and_muted(seconds: float, muted: bool) -> str:
    return tr("{time} · Muted", time=timer(seconds)) if muted else timer(seconds)


def account_line(phone: Phone) -> str:
    """ "Mei Tan · Extension 100", for the top of the tray's menu."""
    identity = phone.session.identity
    if identity is None:
        return tr("Not signed in")
    if identity.kind == "account":
        return tr("{name} · Extension {n}", name=identity.label, n=identity.address)
    return tr("{name} · {address}", name=identity.label, address=identity.address)


def tray_tip(phone: Phone, status: str) -> str:
    """ "Mei Tan, extension 100: Available"."""
    identity = phone.session.identity
    if identity is None:
        return tr("{product}: Not signed in", product=PRODUCT)
    if identity.kind == "account":
        return tr("{name}, extension {n}: {status}", name=identity.label, n=identity.address, status=status)
    return tr("{address}: {status}", address=identity.address, status=status)


def missed_calls(count: int) -> str:
    return tr("1 missed call") if count == 1 else tr("%n missed calls", count)


# --- screen readers ---------------------------------------------------------------------------------------------------


def announce_incoming(phone: Phone, call: Call) -> str:
    who = caller(phone, call.remote)
    word, _ = called_line(phone, call)
    return tr("Incoming call from {name}, to {line}", name=who.spoken, line=spoken_number(word))


def announce_second(phone: Phone, call: Call) -> str:
    return tr("Second call from {name}", name=caller(phone, call.remote).spoken)
