"""Where the account service of an e-mail address is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx

from softphone.account import wire
from softphone.account.errors import refuse
from softphone.account.http import Answer, Http, is_loopback
from softphone.extension.document import InvalidDocument
from softphone.phone.failure import FailureKind, Refused

BASE = "/api/v1"
_REDIRECTS_AT_MOST = 5
#: What a person should hear instead of "no service here": the network or the computer is at fault.
_NOT_THE_ADDRESS = {FailureKind.NO_NETWORK, FailureKind.NOT_TRUSTED, FailureKind.WRONG_CLOCK, FailureKind.NOT_NOW}


def find_service(http: Http, email: str, typed: str | None, preset: Path | None) -> str:
    """The base URL: typed, preset by the organisation's file `{"account_api": URL}`, or the e-mail domain's well-known.

    Raises Refused: BAD_ADDRESS, SERVICE_NOT_FOUND, or what keeps the network from answering.
    """
    domain = email_domain(email)
    if typed is not None and typed.strip():
        return _typed(http, typed.strip())
    if preset is not None and preset.is_file():
        return _preset(preset)
    try:
        return _well_known(http, f"https://{domain}")
    except Refused as refused:
        if refused.failure.kind in _NOT_THE_ADDRESS:
            raise
        raise refuse(FailureKind.SERVICE_NOT_FOUND, f"{domain}: {refused.failure.detail}") from refused


def email_domain(email: str) -> str:
    local, at, domain = email.strip().rpartition("@")
    if not at or not local or re.search(r"[\s/?#:@\\\[\]]", domain) or not domain.strip("."):
        raise refuse(FailureKind.BAD_ADDRESS, "not a full e-mail address")
    try:
        return httpx.URL(f"https://{domain}").raw_host.decode()
    except (httpx.InvalidURL, ValueError) as error:
        raise refuse(FailureKind.BAD_ADDRESS, f"{domain}: {error}") from error


def base_url(text: str) -> str:
    """A base URL that may be used: HTTPS, or HTTP to this computer; without user, query, fragment and final slash."""
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise refuse(FailureKind.BAD_ADDRESS, f"{error}") from error
    if url.scheme not in ("https", "http") or not re.fullmatch(r"[^\s%]+", url.host) or url.userinfo:
        raise refuse(FailureKind.BAD_ADDRESS, f"no address of a service: {text[:100]}")
    if url.scheme == "http" and not is_loopback(url.host):
        raise refuse(FailureKind.BAD_ADDRESS, f"only HTTPS: {text[:100]}")
    return str(url.copy_with(query=None, fragment=None)).rstrip("/")


def _typed(http: Http, text: str) -> str:
    """With a path it is taken as it is; a host alone is asked for its well-known first."""
    url = base_url(text if "://" in text else f"https://{text}")
    if httpx.URL(url).path.strip("/"):
        return url
    try:
        return _well_known(http, url)
    except Refused as refused:
        if refused.failure.kind is not FailureKind.SERVICE_NOT_FOUND:
            raise
        return url + BASE


def _preset(file: Path) -> str:
    try:
        return base_url(wire.well_known(json.loads(file.read_bytes())))
    except (OSError, ValueError) as error:  # InvalidDocument is a ValueError
        raise refuse(FailureKind.SERVICE_NOT_FOUND, f"{file.name}: {error}") from error


def _well_known(http: Http, origin: str) -> str:
    url = f"{origin}/.well-known/softphone"
    for _ in range(_REDIRECTS_AT_MOST + 1):
        answer = http.ask("GET", url, headers={"Accept": "application/json"}, repeatable=True)
        if answer.status not in (301, 302, 303, 307, 308):
            return _read(answer, url)
        url = _redirected(url, answer)
    raise refuse(FailureKind.SERVICE_NOT_FOUND, "too many redirects")


def _redirected(url: str, answer: Answer) -> str:
    """The next address; never to another scheme, nor from elsewhere to this computer."""
    before = httpx.URL(url)
    try:
        after = before.join(answer.headers.get("location", ""))
    except (httpx.InvalidURL, ValueError) as error:
        raise refuse(FailureKind.SERVICE_NOT_FOUND, f"redirected to nowhere: {error}") from error
    inward = is_loopback(after.host) and not is_loopback(before.host)
    if after.scheme != before.scheme or not after.host or inward:
        raise refuse(FailureKind.SERVICE_NOT_FOUND, f"redirected to {str(after)[:100]}")
    return str(after)


def _read(answer: Answer, url: str) -> str:
    if answer.status != 200:
        raise refuse(FailureKind.SERVICE_NOT_FOUND, f"{url}: HTTP {answer.status}")
    try:
        found = base_url(wire.well_known(wire.parse(answer.body)))
    except (InvalidDocument, Refused) as error:
        raise refuse(FailureKind.SERVICE_NOT_FOUND, f"{url}: {error or 'no JSON'}") from error
    if is_loopback(httpx.URL(found).host) and not is_loopback(httpx.URL(url).host):
        raise refuse(FailureKind.SERVICE_NOT_FOUND, f"{url} names this computer")
    return found
