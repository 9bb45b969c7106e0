"""What the box offers while somebody types: the number as typed, people of the directory, recent calls."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from softphone.phone.account import DirectoryEntry
from softphone.phone.history import HistoryEntry
from softphone.phone.number import KEYPAD_LETTERS, can_dial
from softphone.phone.party import Party
from softphone.phone.phone import Phone

MOST = 8
_MOST_RECENT = 400
_NUMBER_START = re.compile(r"[+*#(\[]?\s*[\d*#]")
_SIP_USER = re.compile(r"[\w.+\-]{1,60}")
_SEPARATORS = " -()./"
_What = TypeVar("_What")


class Group(str, Enum):
    TYPED = "typed"
    DIRECTORY = "directory"
    RECENT = "recent"
    SIP = "sip"


@dataclass(frozen=True)
class Suggestion:
    """`spans` are the matched parts of the name as (start, length), `number_spans` those of the number."""

    group: Group
    name: str
    dial: str
    party: Party
    spans: tuple[tuple[int, int], ...] = ()
    presence: str = "unknown"
    entry: HistoryEntry | None = None
    is_group: bool = False


@dataclass(frozen=True)
class _Known:
    name: str
    folded: str
    words: tuple[tuple[int, str], ...]  # (start, keypad digits)
    number: str
    party: Party


def fold(text: str) -> str:
    """Case and accents taken away, letter by letter: positions stay."""
    letters = []
    for letter in text:
        base = unicodedata.normalize("NFKD", letter)[:1]
        letters.append((base or letter).casefold()[:1] or letter)
    return "".join(letters)


def starts_like_number(text: str) -> bool:
    """Whether a text is meant as a number or an address, and not as a name (7 letters would be diallable, too)."""
    return "@" in text or _NUMBER_START.match(text.strip()) is not None


class Suggester:
    """Searches what the telephone knows; what it has prepared is dropped when that changes."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._directory: list[tuple[_Known, DirectoryEntry]] | None = None
        self._recent: list[tuple[_Known, HistoryEntry]] | None = None

    def forget_directory(self) -> None:
        self._directory = self._recent = None

    def forget_recent(self) -> None:
        self._recent = None

    def can_dial(self, text: str) -> bool:
        return starts_like_number(text) and can_dial(text, self._phone.region)

    def find(self, text: str) -> list[Suggestion]:
        """At most `MOST`, the first of which Enter calls."""
        text = text.strip()
        if not text:
            return []
        found: list[Suggestion] = []
        if self.can_dial(text):
            found.append(Suggestion(Group.TYPED, text, text, Party(text)))
        people = _ranked(text, self._known_directory(), MOST - len(found))
        for known, entry, spans in people:
            found.append(
                Suggestion(Group.DIRECTORY, known.name, known.number, known.party, spans, entry.presence,
                           is_group=entry.kind == "group")
            )  # fmt: skip
        shown = {known.number for known, _, _ in people}
        for known, call, spans in _ranked(text, self._known_recent(), MOST - len(found), without=shown):
            found.append(Suggestion(Group.RECENT, known.name, known.number, known.party, spans, entry=call))
        sip = self._as_sip(text) if len(found) < MOST else None
        return [*found, sip] if sip is not None else found

    def _as_sip(self, text: str) -> Suggestion | None:
        """A user's name at our own domain; only where accounts are SIP addresses."""
        identity, provisioning = self._phone.session.identity, self._phone.session.provisioning
        if identity is None or provisioning is None or identity.kind != "sip":
            return None
        if starts_like_number(text) or not _SIP_USER.fullmatch(text):
            return None
        address = f"{text}@{provisioning.domain}"
        return Suggestion(Group.SIP, text, address, Party(text, provisioning.domain))

    def _known_directory(self) -> list[tuple[_Known, DirectoryEntry]]:
        if self._directory is None:
            own = self._phone.session.identity
            self._directory = [
                (_known(entry.label, entry.key, Party(entry.key)), entry)
                for entry in sorted(self._phone.directory.values(), key=_first_the_reachable)
                if own is None or own.kind != "account" or entry.key != own.address
            ]
        return self._directory

    def _known_recent(self) -> list[tuple[_Known, HistoryEntry]]:
        if self._recent is None:
            seen: set[tuple[str, str]] = set()
            self._recent = []
            for entry in self._phone.history:
                party = entry.remote
                if party.hidden or (party.user, party.host) in seen:
                    continue
                seen.add((party.user, party.host))
                self._recent.append((_known(self._phone.name_of(party), self._phone.address_of(party), party), entry))
                if len(self._recent) >= _MOST_RECENT:
                    break
        return self._recent


def _first_the_reachable(entry: DirectoryEntry) -> tuple[int, str]:
    return {"available": 0, "offline": 2}.get(entry.presence, 1), fold(entry.label)


def _known(name: str, number: str, party: Party) -> _Known:
    folded = fold(name)
    words = tuple(
        (match.start(), "".join(KEYPAD_LETTERS.get(c, c if c.isdigit() else "") for c in match.group()))
        for match in re.finditer(r"[^\W_]+", folded)
    )
    return _Known(name, folded, words, number, party)


def _ranked(
    text: str, known: Iterable[tuple[_Known, _What]], most: int, without: Collection[str] = ()
) -> list[tuple[_Known, _What, tuple[tuple[int, int], ...]]]:
    """Word starts before middles of words, those before numbers; the given order among equals."""
    folded = fold(text)
    compact = "".join(c for c in text if c not in _SEPARATORS)
    digits = compact.lstrip("+") if compact.lstrip("+").isdigit() else ""
    best: list[tuple[int, int, _Known, _What, tuple[tuple[int, int], ...]]] = []
    for order, (one, what) in enumerate(known):
        if one.number in without:
            continue
        match = _match(one, folded, digits)
        if match is not None:
            best.append((match[0], order, one, what, match[1]))
    best.sort(key=lambda found: found[:2])
    return [(one, what, spans) for _, _, one, what, spans in best[: max(0, most)]]


def _match(one: _Known, folded: str, digits: str) -> tuple[int, tuple[tuple[int, int], ...]] | None:
    at = one.folded.find(folded)
    while at != -1:
        if at == 0 or not one.folded[at - 1].isalnum():
            return 0, ((at, len(folded)),)
        at = one.folded.find(folded, at + 1)
    words = _word_starts(one, folded)
    if words:
        return 1, words
    number = one.number.lstrip("+")
    if digits and number.startswith(digits):
        return 1, ()
    if len(digits) >= 2:
        for start, keys in one.words:
            if keys.startswith(digits):
                return 2, ((start, len(digits)),)
    at = one.folded.find(folded)
    if at != -1 and len(folded) >= 2:
        return 3, ((at, len(folded)),)
    if len(digits) >= 3 and digits in number:
        return 4, ()
    return None


def _word_starts(one: _Known, folded: str) -> tuple[tuple[int, int], ...]:
    """Each typed word starts another word of the name, in any order: "nair pri"."""
    typed = folded.split()
    if len(typed) < 2:
        return ()
    spans: list[tuple[int, int]] = []
    starts = [start for start, _ in one.words]
    for word in typed:
        start = next((s for s in starts if one.folded.startswith(word, s)), None)
        if start is None:
            return ()
        starts.remove(start)
        spans.append((start, len(word)))
    return tuple(sorted(spans))
