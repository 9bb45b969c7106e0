"""Digest authentication."""

import hashlib
import re

import pytest

from softphone.pbx.ports import SipDevice
from softphone.pbx.sip_core.digest import Credentials, DigestChallenger, Verdict, expected_response, parse_credentials

REALM = "pbx.test"
DEVICE = SipDevice("100-1", hashlib.md5(b"100-1:pbx.test:secret").hexdigest(), "100", "device-1")


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def challenger(clock: Clock) -> DigestChallenger:
    return DigestChallenger(REALM, 300, clock)


def answer(challenger: DigestChallenger, nonce: str | None = None, count: int = 1, **changed: str) -> Credentials:
    if nonce is None:
        match = re.search(r'nonce="([^"]+)"', challenger.challenge())
        assert match is not None
        nonce = match.group(1)
    values = {"username": "100-1", "realm": REALM, "nonce": nonce, "uri": "sip:pbx.test", "qop": "auth", "cnonce": "c",
              "nc": f"{count:08x}", "response": "", **changed}  # fmt: skip
    blank = Credentials(**values)
    values["response"] = changed.get("response") or expected_response(blank, "INVITE", DEVICE.ha1)
    return Credentials(**values)


def test_the_example_of_rfc_2617():
    line = (
        'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
        'uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", '
        'response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    credentials = parse_credentials(line)
    assert credentials is not None
    ha1 = hashlib.md5(b"Mufasa:testrealm@host.com:Circle Of Life").hexdigest()
    assert expected_response(credentials, "GET", ha1) == credentials.response


def test_a_right_answer_is_good(challenger):
    assert challenger.judge(answer(challenger), "INVITE", DEVICE) is Verdict.GOOD
    assert challenger.judge(answer(challenger, qop="", nc="", cnonce=""), "INVITE", DEVICE) is Verdict.GOOD


def test_a_wrong_answer_is_wrong(challenger):
    assert challenger.judge(answer(challenger, response="0" * 32), "INVITE", DEVICE) is Verdict.WRONG
    assert challenger.judge(answer(challenger), "REGISTER", DEVICE) is Verdict.WRONG
    assert challenger.judge(answer(challenger), "INVITE", None) is Verdict.WRONG
    assert challenger.judge(answer(challenger, algorithm="SHA-256"), "INVITE", DEVICE) is Verdict.WRONG
    assert challenger.judge(answer(challenger, qop="auth-int"), "INVITE", DEVICE) is Verdict.WRONG
    assert challenger.judge(answer(challenger, response="\udcff"), "INVITE", DEVICE) is Verdict.WRONG


def test_no_credentials_of_this_realm_are_none(challenger):
    assert challenger.judge(None, "INVITE", DEVICE) is Verdict.NONE
    assert challenger.judge(answer(challenger, realm="elsewhere"), "INVITE", DEVICE) is Verdict.NONE


def test_a_nonce_is_stale_after_its_time(challenger, clock):
    credentials = answer(challenger)
    clock.now += 301
    assert challenger.judge(credentials, "INVITE", DEVICE) is Verdict.STALE
    assert "stale=true" in challenger.challenge(stale=True)


def test_a_nonce_of_another_run_or_made_up_is_stale(challenger, clock):
    other = answer(DigestChallenger(REALM, 300, clock))
    assert challenger.judge(other, "INVITE", DEVICE) is Verdict.STALE
    for nonce in ("", "x", "AAAA", "é"):
        assert challenger.judge(answer(challenger, nonce=nonce), "INVITE", DEVICE) is Verdict.STALE


def test_a_count_is_good_once_and_has_to_grow(challenger):
    first = answer(challenger)
    assert challenger.judge(first, "INVITE", DEVICE) is Verdict.GOOD
    assert challenger.judge(first, "INVITE", DEVICE) is Verdict.STALE
    assert challenger.judge(answer(challenger, first.nonce, 3), "INVITE", DEVICE) is Verdict.GOOD
    assert challenger.judge(answer(challenger, first.nonce, 2), "INVITE", DEVICE) is Verdict.STALE
    assert challenger.judge(answer(challenger, nc="zz"), "INVITE", DEVICE) is Verdict.STALE


@pytest.mark.parametrize(
    "line",
    ["", "Basic abc", "Digest", "Digest username", 'Digest username="a', "Digest a=1, b=2", 'Digest username="a" x=1'],
)  # fmt: skip
def test_a_line_that_is_no_digest_is_none(line):
    assert parse_credentials(line) is None


def test_quotes_and_commas_within_quotes_are_read():
    line = r'digest username="a\"b, c",realm="r",nonce="n",uri="sip:x;y=\"1,2\"",response=abc'
    credentials = parse_credentials(line)
    assert credentials is not None
    assert (credentials.username, credentials.uri, credentials.response) == ('a"b, c', 'sip:x;y="1,2"', "abc")


def test_a_response_is_not_printed():
    assert "0" * 32 not in repr(Credentials("a", "r", "n", "u", "0" * 32))
