"""Reading and making the parts of SIP messages that this package needs, on sippy's message classes."""

from __future__ import annotations

import re
from typing import Any

from softphone.pbx.sip_core.malformed import Malformed
from softphone.pbx.sip_core.sippy_library import (
    MsgBody,
    SipAddress,
    SipContact,
    SipContentType,
    SipGenericHF,
    SipHeader,
    SipURL,
)

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, MESSAGE, REFER, NOTIFY, SUBSCRIBE, REGISTER"
_COMPACT = {"content-encoding": "e", "event": "o", "session-expires": "x", "supported": "k", "referred-by": "b",
            "subject": "s"}  # fmt: skip
_ONCE = ("from", "to", "call-id", "cseq", "max-forwards")
_UNESCAPED = re.compile(r"[\x00-\x20\x7f<>\"\udc80-\udcff]")
_PASSED = ("session-expires", "min-se", "alert-info", "call-info", "subject", "info-package", "recv-info",
           "event", "priority", "user-to-user", "content-disposition", "content-encoding",
           "content-language")  # fmt: skip


class _Verbatim(SipGenericHF):  # type: ignore[misc]
    """A header field written exactly as given: sippy capitalises names that it does not know its own way."""

    parsed = True

    def __init__(self, name: str, body: str) -> None:
        super().__init__(body, name)
        self._name = name

    def getCanName(self, _name: str, _compact: bool = False) -> str:
        return self._name

    def getCopy(self) -> _Verbatim:
        return _Verbatim(self._name, self.body)


def raw_header(name: str, body: str) -> Any:
    """A line end in `body` would be a header of the caller's making."""
    if "\r" in body or "\n" in body:
        raise ValueError("line end in a header value")
    return SipHeader(name=name.lower(), body=_Verbatim(name, body))


def values(message: Any, name: str) -> list[str]:
    """As they came, long and compact names alike."""
    names = (name, _COMPACT.get(name, name))
    return [str(header.body) for header in message.headers if header.name in names]


def value(message: Any, name: str) -> str | None:
    found = values(message, name)
    return found[0] if found else None


def tokens(message: Any, name: str) -> list[str]:
    return [token.strip().lower() for line in values(message, name) for token in line.split(",") if token.strip()]


def wants_to_be_hidden(message: Any) -> bool:
    """RFC 3323 4.2: its values are separated by semicolons, unlike those of other fields."""
    wanted = {word.strip().lower() for line in values(message, "privacy") for word in line.replace(",", ";").split(";")}
    return not wanted.isdisjoint(("id", "user"))


def check_request(request: Any) -> None:
    """All that later code reads without care; raises `Malformed` (or what sippy's parser raises)."""
    if request.sipver != "SIP/2.0":
        raise Malformed("Version Not Supported", 505)
    for name in _ONCE:
        if request.countHFs(name) > 1:
            raise Malformed(f"More Than One {name.title()}")
    if request.countHFs("call-id") == 0 or not str(request.getHFBody("call-id")):
        raise Malformed("Missing Call-ID")
    number, method = request.getHFBody("cseq").getCSeq()
    if method != request.getMethod():
        raise Malformed("CSeq Method Does Not Match")
    if not 0 <= number < 2**31:
        raise Malformed("CSeq Out Of Range")
    for via in request.getHFBodys("via"):
        if via.port is not None and not 0 < via.port < 65536:
            raise Malformed("Invalid Via")
        if not via.hostname or _UNESCAPED.search(via.hostname):
            raise Malformed("Invalid Via")
    if not request.getHFBody("from").getTag():
        raise Malformed("Missing From Tag")
    request.getHFBody("to").getTag()
    for name in ("from", "to"):
        check_url(request.getHFBody(name).getUrl())
    check_url(request.getRURI())
    for contact in request.getHFBodys("contact"):
        if not contact.asterisk:
            check_url(contact.getUrl())
    for route in request.getHFBodys("record-route"):
        check_url(route.getUrl())
    for limit in request.getHFBodys("max-forwards"):
        if not 0 <= limit.getNum() <= 255:
            raise Malformed("Invalid Max-Forwards")
    for limit in request.getHFBodys("expires"):
        limit.getNum()


def check_url(url: Any) -> None:
    """A URI that may be written in a message of ours."""
    if not url.host or _UNESCAPED.search(str(url.host)):
        raise Malformed("Invalid URI")
    if url.port is not None and not 0 <= int(url.port) < 65536:
        raise Malformed("Invalid Port")
    try:
        str(url).encode("ascii")  # octets over 127 have to be escaped in a URI
    except UnicodeEncodeError:
        raise Malformed("Invalid URI") from None


def redirected_users(response: Any) -> list[str]:
    """The users that a 3xx names, best first (RFC 3261 21.3); the transaction layer has taken its Contacts aside."""
    found: list[tuple[float, str]] = []
    for header in getattr(response, "redirections", []):
        try:
            contact = header.getBody()
            check_url(contact.getUrl())
            quality = float(contact.address.getParam("q") or 1)
            found.append((-quality, str(contact.getUrl().username or "")))
        except Exception:  # sippy's parser on hostile text
            continue
    return [user for _, user in sorted(found, key=lambda entry: entry[0]) if user]


def copy_url(url: Any) -> Any:
    """Without header fields, which do not belong in a request URI (RFC 3261 19.1.1)."""
    copy = url.getCopy()
    copy.headers = None
    return copy


def contact_url(message: Any) -> Any | None:
    """The remote target of a dialog; None where there is none to use (also a scheme other than SIP)."""
    for contact in message.getHFBodys("contact") if message.countHFs("contact") else []:
        if not contact.asterisk:
            return copy_url(contact.getUrl())
    return None


def own_contact(user: str, flow: Any) -> Any:
    """With neither sippy's display name "Anonymous" nor its idea of our address."""
    (host, port), transport = flow.getSIPaddr()
    url = SipURL(username=user, host=host, port=port, transport=None if transport == "udp" else transport)
    return SipContact(address=SipAddress(url=url, hadbrace=True))


def wire(text: str) -> str:
    """Text of ours as it goes in a message: UTF-8 octets (RFC 3261 25.1) in the form the transaction layer sends."""
    return text.encode("utf-8", "replace").decode("ascii", "surrogateescape")


def clean(text: str, longest: int = 200) -> str:
    """Text from the wire as it may leave this package: no lone surrogates, no controls, not without end."""
    plain = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else " " for letter in plain[:longest])


def address(user: str, domain: str, name: str = "") -> Any:
    quoted = re.sub(r"[\x00-\x1f\x7f]", " ", name).replace("\\", "\\\\").replace('"', '\\"')
    return SipAddress(name=wire(quoted) or None, url=SipURL(username=user, host=domain), hadbrace=True)


def display_name(party: Any) -> str:
    """Of a From or To, as text: the quoting and the octets undone."""
    name = str(party.address.name or "").strip()
    name = re.sub(r"\\(.)", r"\1", name)
    return clean(name)


def body_of(content_type: str, text: str) -> Any:
    return MsgBody(wire(text), SipContentType(content_type))


def passed_headers(message: Any) -> tuple[Any, ...]:
    """What goes from one end of a call to the other as it is: session timers (RFC 4028) and what phones ring by."""
    kept = [raw_header(name.title(), text) for name in _PASSED for text in values(message, name)]
    if "timer" in tokens(message, "require"):
        kept.append(raw_header("Require", "timer"))
    supported = [token for token in tokens(message, "supported") if token in ("timer", "replaces", "norefersub")]
    if supported:
        kept.append(raw_header("Supported", ", ".join(supported)))
    return tuple(kept)


def unsupported_extensions(message: Any) -> list[str]:
    return [token for token in tokens(message, "require") if token != "timer"]


def max_forwards(request: Any) -> int:
    """70 where the request has none; at 0 it goes no further (RFC 3261 16.3)."""
    limits = request.getHFBodys("max-forwards")
    return int(limits[0].getNum()) if limits else 70
