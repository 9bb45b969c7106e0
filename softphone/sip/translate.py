"""From the wire's text to plain values: headers, parties, reasons. Cleaned and capped; never trusted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote

from softphone.phone.failure import Failure, FailureKind
from softphone.phone.party import Party

MAX_USER, MAX_HOST, MAX_NAME, MAX_REASON, MAX_SENTENCE = 128, 255, 128, 120, 200

_COMPACT = {
    "f": "from", "t": "to", "m": "contact", "i": "call-id", "v": "via", "l": "content-length", "b": "referred-by",
    "c": "content-type", "r": "refer-to", "s": "subject", "k": "supported", "o": "event",
}  # fmt: skip

#: Control characters, lone surrogates, and the marks that turn the direction of text round.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]+")
_ADDRESS = re.compile(
    r"""\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<token>[^"<;,]*?))\s*
        (?:<\s*(?P<bracketed>[^>]*)>|(?P<bare>(?<!\S)(?:sips?|tel):[^\s;,>]+))(?P<params>.*)""",
    re.X | re.S | re.I,
)
_URI = re.compile(r"(?P<scheme>sips?|tel):(?:(?P<user>[^@]*)@)?(?P<rest>.*)", re.I | re.S)
_SDP_ADDRESS = re.compile(r"^c=IN\s+IP[46]\s+(\S*)", re.M)


@dataclass(frozen=True)
class Address:
    """A name-addr or addr-spec with the parameters of its header."""

    party: Party
    params: str = ""


class Headers:
    """A message's start line and header fields, unfolded, by lower-case full name."""

    def __init__(self, message: str) -> None:
        head, _, self.body = message.replace("\r\n", "\n").partition("\n\n")
        lines = re.sub(r"\n[ \t]+", " ", head).split("\n")
        self.start_line = lines[0] if lines else ""
        self._fields: dict[str, list[str]] = {}
        for line in lines[1:200]:
            name, colon, value = line.partition(":")
            if colon:
                key = name.strip().lower()
                self._fields.setdefault(_COMPACT.get(key, key), []).append(value.strip())

    def first(self, name: str) -> str:
        values = self._fields.get(name)
        return values[0] if values else ""

    def all(self, name: str) -> list[str]:
        """Each value of its own, also those that shared a line."""
        return [part for value in self._fields.get(name, ()) for part in split_values(value)]


def split_values(value: str) -> list[str]:
    """Split at commas that stand neither in quotes nor in angle brackets."""
    parts, depth, quoted, escaped, start = [], 0, False, False, 0
    for index, char in enumerate(value):
        if escaped:
            escaped = False
        elif quoted:
            quoted, escaped = char != '"', char == "\\"
        elif char == '"':
            quoted = True
        elif char == "<":
            depth += 1
        elif char == ">":
            depth = max(0, depth - 1)
        elif char == "," and depth == 0:
            parts.append(value[start:index])
            start = index + 1
    parts.append(value[start:])
    return [part.strip() for part in parts if part.strip()]


def clean(text: str, limit: int) -> str:
    """Fit for a window and a log: undecoded bytes that are UTF-8 become text again, what no window can show goes."""
    with suppress(UnicodeEncodeError):
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _UNFIT.sub(" ", text).strip()[:limit]


def address(value: str) -> Address | None:
    """From, To, P-Asserted-Identity, Diversion...: name, user, host; None when it is none of that."""
    match = _ADDRESS.match(value)
    if match is None:
        return None
    params = match["params"] or ""
    uri = _URI.match((match["bracketed"] or match["bare"] or "").strip())
    if uri is None:
        return None
    name = re.sub(r"\\(.)", r"\1", match["quoted"]) if match["quoted"] is not None else (match["token"] or "")
    user, host = _user_and_host(uri)
    if not user and not host:
        return None
    return Address(Party(clean(user, MAX_USER), clean(host, MAX_HOST), clean(name, MAX_NAME)), params)


def _user_and_host(uri: re.Match[str]) -> tuple[str, str]:
    if uri["scheme"].lower() == "tel":
        return re.sub(r"[\s().-]", "", unquote(uri["rest"].split(";")[0])), ""
    host = re.split(r"[;?>\s]", uri["rest"], maxsplit=1)[0]
    host = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
    user = (uri["user"] or "").partition(";")[0].partition(":")[0]
    return unquote(user), host


def caller(headers: Headers) -> Party:
    """Who calls: the identity that the registrar asserts, else From. Only for messages that came from the registrar."""
    sender = address(headers.first("from"))
    asserted = [found for value in headers.all("p-asserted-identity") if (found := address(value)) is not None]
    if sender is None:
        return asserted[0].party if asserted else Party("anonymous", "anonymous.invalid")
    if not asserted or "id" in _privacy(headers) or sender.party.hidden:
        return sender.party
    best = next((each.party for each in asserted if each.party.user), asserted[0].party)
    return Party(best.user, best.host or sender.party.host, best.name or sender.party.name)


def _privacy(headers: Headers) -> set[str]:
    return {word.strip().lower() for value in headers.all("privacy") for word in value.split(";")}


def diverted_by(headers: Headers) -> Party | None:
    """Who sent the call on: the last diversion (RFC 5806, its first value), else History-Info (RFC 7044)."""
    for value in headers.all("diversion"):
        found = address(value)
        if found is not None:
            return found.party
    entries = [found for value in headers.all("history-info") if (found := address(value)) is not None]
    caused = [each.party for each in entries if re.search(r"cause\s*=\s*(?:302|404|408|480|486|487|503)", each.params)]
    if len(entries) > 1:
        return caused[-1] if caused and caused[-1] != entries[-1].party else entries[-2].party
    return None


def transferred_by(headers: Headers) -> Party | None:
    found = address(headers.first("referred-by"))
    return found.party if found is not None else None


def called(headers: Headers) -> str:
    found = address(headers.first("to"))
    return found.party.user if found is not None else ""


def completed_elsewhere(reasons: Iterable[str]) -> bool:
    """RFC 3326: another device answered (cause 200)."""
    for reason in reasons:
        text = reason.lower()
        if text.startswith("sip") and (re.search(r"cause\s*=\s*200\b", text) or "completed elsewhere" in text):
            return True
    return False


#: `Refused-By` of a phone system like ours: the tag, and the parameter that tells more.
_REFUSED_BY = {
    "usage_limit": (FailureKind.USAGE_LIMIT, "resets"),
    "outbound_rule": (FailureKind.OUTBOUND_RULE, "place"),
    "caller_id": (FailureKind.CALLER_ID, ""),
}
#: Ends that a phone system explains in Reason (RFC 3326); any other text there is for engineers.
_ENDED_BY = {"usage limit": FailureKind.USAGE_LIMIT, "wrong passcode": FailureKind.WRONG_PASSCODE}


def refusal(headers: Headers, code: int) -> Failure | None:
    """Why the phone system does not allow our call: its 403 says so in words (Warning 399, RFC 3261 20.43)."""
    if code != 403:
        return None
    warning = re.match(r'399\s+\S+\s+"((?:[^"\\]|\\.)*)"', headers.first("warning"))
    sentence = clean(re.sub(r"\\(.)", r"\1", warning[1]), MAX_SENTENCE) if warning else ""
    tag, _, params = headers.first("refused-by").partition(";")
    kind, name = _REFUSED_BY.get(tag.strip().lower(), (FailureKind.NOT_ALLOWED, ""))
    if kind is FailureKind.NOT_ALLOWED and not sentence:
        return None
    more = re.search(rf'\b{name}="?([^";]*)', params) if name else None
    return Failure(kind, code, clean(more[1], MAX_NAME) if more else "", sentence=sentence)


def ended_by_rule(reasons: Iterable[str]) -> Failure | None:
    """Why the phone system ended a call that was up."""
    for reason in reasons:
        text = re.search(r'text\s*=\s*"([^"]*)"', reason)
        if text is None or not reason.lower().startswith("sip"):
            continue
        kind = next((kind for words, kind in _ENDED_BY.items() if words in text[1].lower()), None)
        if kind is not None:
            return Failure(kind, sentence=clean(text[1], MAX_SENTENCE))
    return None


def retry_after(headers: Headers) -> float | None:
    match = re.match(r"\d{1,5}", headers.first("retry-after"))
    return float(match[0]) if match else None


def sdp_names_an_address(sdp: str) -> bool:
    """Whether every c= line gives an IP address: a host name there would stop the SIP thread until DNS answers."""
    for found in _SDP_ADDRESS.findall(sdp.replace("\r", "\n")):
        try:
            ip_address(found.split("/")[0])
        except ValueError:
            return False
    return True


def messages_waiting(body: str) -> tuple[int, int] | None:
    """(new, old) voice messages of a message-summary (RFC 3842)."""
    match = re.search(r"^voice-message\s*:\s*(\d{1,6})\s*/\s*(\d{1,6})", body, re.I | re.M)
    if match:
        return int(match[1]), int(match[2])
    waiting = re.search(r"^messages-waiting\s*:\s*(yes|no)", body, re.I | re.M)
    return (1 if waiting[1].lower() == "yes" else 0, 0) if waiting else None
