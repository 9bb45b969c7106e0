"""Digest authentication (RFC 2617 with MD5 and qop=auth, RFC 3261 22) whose nonces need no table to be known again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from softphone.pbx.ports import SipDevice

_PARAMETER = re.compile(r'\s*([A-Za-z][A-Za-z0-9_-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,|$)')
_MAX_COUNTS = 10_000


class Verdict(Enum):
    GOOD = auto()
    NONE = auto()  # no credentials for our realm
    STALE = auto()  # right, but the nonce is old or its count was seen
    WRONG = auto()


@dataclass(frozen=True)
class Credentials:
    """What an Authorization or Proxy-Authorization says."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str = field(repr=False)
    algorithm: str = "MD5"
    qop: str = ""
    cnonce: str = ""
    nc: str = ""


def parse_credentials(line: str) -> Credentials | None:
    """None for another scheme or a line that is no digest."""
    scheme, _, rest = line.strip().partition(" ")
    if scheme.lower() != "digest":
        return None
    found: dict[str, str] = {}
    position = 0
    while position < len(rest):
        match = _PARAMETER.match(rest, position)
        if match is None:
            return None
        quoted = match.group(2)
        text = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else match.group(3)
        found.setdefault(match.group(1).lower(), text)
        position = match.end()
    known = {name: text for name, text in found.items() if name in Credentials.__dataclass_fields__}
    try:
        return Credentials(**known)
    except TypeError:
        return None  # a parameter that has to be there is not


class DigestChallenger:
    """Makes challenges and judges answers to them. Times are Unix seconds of `clock`."""

    def __init__(self, realm: str, lifetime: float, clock: Callable[[], float] = time.time) -> None:
        self.realm = realm
        self._lifetime = lifetime
        self._clock = clock
        self._key = secrets.token_bytes(32)  # nonces of an earlier run are stale
        self._counts: OrderedDict[str, int] = OrderedDict()

    def challenge(self, stale: bool = False) -> str:
        made = int(self._clock() * 1000).to_bytes(8, "big") + secrets.token_bytes(4)
        nonce = base64.b64encode(made + self._seal(made)).decode()
        again = ", stale=true" if stale else ""
        return f'Digest realm="{self.realm}", nonce="{nonce}", algorithm=MD5, qop="auth"{again}'

    def judge(self, credentials: Credentials | None, method: str, device: SipDevice | None) -> Verdict:
        if credentials is None or credentials.realm != self.realm:
            return Verdict.NONE
        if credentials.algorithm.upper() != "MD5" or credentials.qop not in ("", "auth"):
            return Verdict.WRONG
        if device is None or not hmac.compare_digest(
            _octets(credentials.response.lower()), _octets(expected_response(credentials, method, device.ha1))
        ):
            return Verdict.WRONG
        if not self._fresh(credentials.nonce) or not self._counted(credentials):
            return Verdict.STALE
        return Verdict.GOOD

    def _seal(self, made: bytes) -> bytes:
        return hmac.new(self._key, made, hashlib.sha256).digest()[:12]

    def _fresh(self, nonce: str) -> bool:
        try:
            octets = base64.b64decode(nonce.encode("ascii"), validate=True)
        except (ValueError, UnicodeEncodeError):
            return False
        made, seal = octets[:12], octets[12:]
        if len(made) != 12 or not hmac.compare_digest(seal, self._seal(made)):
            return False
        age = self._clock() - int.from_bytes(made[:8], "big") / 1000
        return -1 <= age <= self._lifetime

    def _counted(self, credentials: Credentials) -> bool:
        """An answer overheard is not good twice: the nonce count has to grow."""
        if not credentials.qop:
            return True
        if not re.fullmatch(r"[0-9a-fA-F]{8}", credentials.nc):
            return False
        count = int(credentials.nc, 16)
        if count <= self._counts.get(credentials.nonce, 0):
            return False
        self._counts[credentials.nonce] = count
        self._counts.move_to_end(credentials.nonce)
        if len(self._counts) > _MAX_COUNTS:
            self._counts.popitem(last=False)
        return True


def expected_response(credentials: Credentials, method: str, ha1: str) -> str:
    """RFC 2617 3.2.2.1."""
    ha2 = _md5(f"{method}:{credentials.uri}")
    if not credentials.qop:
        return _md5(f"{ha1}:{credentials.nonce}:{ha2}")
    return _md5(f"{ha1}:{credentials.nonce}:{credentials.nc}:{credentials.cnonce}:{credentials.qop}:{ha2}")


def _md5(text: str) -> str:
    return hashlib.md5(_octets(text), usedforsecurity=False).hexdigest()


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
