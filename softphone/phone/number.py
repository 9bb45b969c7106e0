"""Numbers as people type and paste them, and as they are shown.

Stored as E.164; shown international and grouped; up to six digits are an extension or short code, as typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from softphone.phone.failure import Failure, FailureKind, Refused

SHORT_CODE_DIGITS = 6
#: PJSIP aborts on very long URIs; nobody has an address this long.
MAX_URI = 250

#: ITU-T E.161 letters, for numbers given as words (1-800-FLOWERS) and for finding names by keypad digits.
KEYPAD_LETTERS = {
    letter: digit
    for digit, letters in zip("23456789", ("abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"), strict=True)
    for letter in letters
}

_SEPARATORS = re.compile("[\\s()\\[\\]{}./\\-\u2010-\u2015\u2212\u00a0\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_DIALLABLE = re.compile(r"\+?[0-9*#]+")
_SIP_ADDRESS = re.compile(r"(?:[^\s@:<>\"]+)@(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?(?:;[^\s<>\"]*)?")


@dataclass(frozen=True)
class DialTarget:
    """Where a call goes: `uri` is a SIP URI, or a user part to be completed with the line's domain."""

    uri: str
    user: str
    host: str = ""


def clean_paste(text: str) -> str:
    """What lands in the box when text is pasted: one line, no `tel:`, no brackets round an address."""
    text = " ".join(text.split()).strip("<>\"' ")
    lowered = text.lower()
    for scheme in ("tel:", "callto:", "sip:", "sips:"):
        if lowered.startswith(scheme):
            text = unquote(text[len(scheme) :].lstrip("/"))
            return text.partition(";")[0] if scheme in ("tel:", "callto:") else text
    return text


def dial_target(text: str, region: str | None = None) -> DialTarget:
    """Where dialling this text calls. Raises `Refused` (BAD_NUMBER) with the text when it is no number or address."""
    typed = clean_paste(text)
    if "@" in typed:
        if len(typed) > MAX_URI or not _SIP_ADDRESS.fullmatch(typed):
            raise Refused(Failure(FailureKind.BAD_NUMBER, detail=typed[:60]))
        user, _, host = typed.partition("@")
        return DialTarget(f"sip:{typed}", user, host.partition(";")[0])
    compact = ascii_digits(_SEPARATORS.sub("", typed))
    if compact.startswith("+") or len(compact) > SHORT_CODE_DIGITS:
        compact = "".join(KEYPAD_LETTERS.get(c.lower(), c) for c in compact)
    if not _DIALLABLE.fullmatch(compact) or len(compact) > 40:
        raise Refused(Failure(FailureKind.BAD_NUMBER, detail=typed[:60]))
    if is_short_code(compact):
        return DialTarget(compact, compact)
    number = to_e164(compact, region) or compact
    return DialTarget(number, number)


def can_dial(text: str, region: str | None = None) -> bool:
    try:
        dial_target(text, region)
    except Refused:
        return False
    return True


def is_short_code(number: str) -> bool:
    """Extensions and codes such as *43 or 995: dialled and shown as typed."""
    return not number.startswith("+") and (len(number) <= SHORT_CODE_DIGITS or "*" in number or "#" in number)


def to_e164(number: str, region: str | None) -> str | None:
    """E.164 of a number typed in a region's way (`00`, national, `+`); None when it is no possible number there."""
    import phonenumbers  # its metadata takes tens of milliseconds to load

    # Some countries dial abroad by another prefix, but people write 00 everywhere.
    for text, where in ((number, region), (f"+{number[2:]}", None)) if number.startswith("00") else ((number, region),):
        try:
            parsed = phonenumbers.parse(text, where)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(parsed):
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return None


@lru_cache(maxsize=2048)
def shown(number: str) -> str:
    """How a number is shown: grouped international; anything else as it is."""
    if not number.startswith("+"):
        return number
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    if parsed.country_code == 1:  # +1 (212) 555-0147, as people there write it
        return "+1 " + phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@lru_cache(maxsize=2048)
def region_of(number: str) -> str | None:
    """ISO 3166 code of an E.164 number's country; None when unknown."""
    if not number.startswith("+"):
        return None
    import phonenumbers

    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return None


def shown_as_typed(text: str, region: str | None = None) -> str:
    """As-you-type grouping of a number under way; text that is no number stays as it is."""
    compact = _SEPARATORS.sub("", text)
    if not re.fullmatch(r"\+?[0-9]+", compact) or is_short_code(compact):
        return text
    import phonenumbers

    formatter = phonenumbers.AsYouTypeFormatter(region or "ZZ")
    grouped = ""
    for character in compact:
        grouped = formatter.input_digit(character)
    return grouped


def digits_only(text: str) -> str:
    """The DTMF digits of a text, e.g. of a paste into the in-call keypad; `+`, spaces and brackets fall away."""
    return "".join(c for c in ascii_digits(text).upper() if c in "0123456789*#ABCD")


def ascii_digits(text: str) -> str:
    """Digits of any script (full-width, Arabic-Indic) as ASCII."""
    return "".join(str(int(c)) if c.isdecimal() else {"＋": "+", "＊": "*", "＃": "#"}.get(c, c) for c in text)
