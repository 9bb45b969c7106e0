"""The demo's accounts, and the numbers that somebody answers. Light: media children and parents read it too."""

from __future__ import annotations

from dataclasses import dataclass

from softphone.extension.outgoing_rules import OutboundPattern, OutboundRule
from softphone.extension.validation import ADMINISTRATORS_ONLY

ECHO, VOICEMAIL, DIGITS, CALL_ME = "*43", "*97", "*62", "*61"
TALKS, NEVER_ANSWERS, BUSY, CALLS_BACK, DECLINES = "101", "102", "103", "104", "105"
OUTSIDE_PREFIX = "+656"
OUTSIDE, NOT_IN_SERVICE = "+6561112222", "+6568880404"
OUTSIDE_CALLER = "+6591234567"
EMERGENCY = ("112", "911", "993", "995", "999")  # a robot answers and says so: nothing here reaches the real services
ABROAD = {"+44": "the United Kingdom", "+61": "Australia"}  # somebody answers there, too

ORGANISATION = "Merlion Trading"
TIME_ZONE = "Asia/Singapore"  # by which usage begins anew on the first of a month
DOMAIN = "softphone.test"  # .test resolves nowhere (RFC 6761): nothing of the demo is looked up outside


@dataclass(frozen=True)
class PersonWithAccount:
    """Somebody who can sign in. `licensed` is the desktop licence."""

    email: str
    extension: str | None
    label: str
    caller_ids: tuple[str, ...] = ()
    role: str = "member"
    organisation: str = ORGANISATION
    licensed: bool = True
    password: str | None = None  # None: made once, and kept in the data folder
    passcode: str = ""
    outbound_rule: str | None = None
    locked: tuple[str, ...] = ()  # what only an administrator changes
    debug_mode: bool = False  # whether the application's logs may be sent

    def __repr__(self) -> str:
        return f"PersonWithAccount({self.email!r}, {self.extension!r})"


@dataclass(frozen=True)
class DirectoryEntry:
    """Somebody in the directory without an account."""

    key: str
    label: str
    presence: str


PREMIUM = tuple(OutboundPattern(prefix, "refuse", "premium numbers") for prefix in ("+1900", "+651900"))
OUTBOUND_RULES = (
    OutboundRule(
        "standard", "Standard", "Everywhere but premium numbers. The United Kingdom and Australia ask your passcode.",
        (*PREMIUM, *(OutboundPattern(prefix, "passcode", place) for prefix, place in ABROAD.items())),
    ),
    OutboundRule(
        "domestic", "Domestic", "Singapore only, without premium numbers.",
        (*PREMIUM, OutboundPattern("+65", "allow"), OutboundPattern("+", "refuse", "other countries")),
    ),
    OutboundRule("unrestricted", "Unrestricted", "Everywhere."),
)

ACCOUNTS = (
    PersonWithAccount(
        "alice@example.com", "100", "Alice Tan", ("+6561234567", "+6591112222"), "owner", passcode="4821",
        outbound_rule="standard", debug_mode=True,
    ),
    PersonWithAccount(
        "bob@example.com", "110", "Bob Lee", ("+6561234568",), passcode="1357", outbound_rule="standard",
        locked=ADMINISTRATORS_ONLY,
    ),
    PersonWithAccount(
        "carol@example.com", "120", "Carol Nair", ("+6561234569",), outbound_rule="domestic",
        locked=ADMINISTRATORS_ONLY,
    ),
)

ROBOTS = (
    DirectoryEntry(TALKS, "Ben Lim", "available"),
    DirectoryEntry(NEVER_ANSWERS, "Farah Aziz", "available"),
    DirectoryEntry(BUSY, "Grace Ong", "on_call"),
    DirectoryEntry(CALLS_BACK, "Chloe Ng", "available"),
    DirectoryEntry(DECLINES, "David Raj", "available"),
)

SALES, SALES_LABEL = "600", "Sales"  # a call group: Ben answers, Farah never does
SALES_MEMBERS = (TALKS, NEVER_ANSWERS)

NUMBERS = {
    "echo": ECHO,
    "voicemail": VOICEMAIL,
    "digits": DIGITS,
    "call_me": CALL_ME,
    "talks": TALKS,
    "never_answers": NEVER_ANSWERS,
    "busy": BUSY,
    "calls_back": CALLS_BACK,
    "declines": DECLINES,
    "outside": OUTSIDE,
    "group": SALES,
    "not_in_service": NOT_IN_SERVICE,
    "outside_caller": OUTSIDE_CALLER,
}
