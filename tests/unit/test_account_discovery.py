"""Finding the account service of an e-mail address."""

import errno

import httpx
import pytest

from softphone.account.discovery import base_url, email_domain, find_service
from softphone.phone.failure import FailureKind, Refused
from tests.fakes.scripted_http import http_of, json_answer

EMAIL = "alice@example.com"
WELL_KNOWN = "https://example.com/.well-known/softphone"
SERVICE = "https://phone.example.com/api/v1"


class Web:
    """Pages by URL; the rest is 404."""

    def __init__(self, pages):
        self.pages = pages
        self.asked = []

    def __call__(self, request):
        self.asked.append(str(request.url))
        page = self.pages.get(str(request.url), httpx.Response(404))
        if isinstance(page, Exception):
            raise page
        return page


def moved(to, status=302):
    return httpx.Response(status, headers={"Location": to})


def named(address):
    return json_answer({"account_api": address})


def find(pages, typed=None, preset=None, email=EMAIL):
    return find_service(http_of(Web(pages)), email, typed, preset)


def refusal(pages, typed=None, preset=None, email=EMAIL):
    with pytest.raises(Refused) as refused:
        find(pages, typed, preset, email)
    return refused.value.failure.kind


def test_the_domain_of_the_e_mail_names_its_service():
    assert find({WELL_KNOWN: named(SERVICE + "/")}) == SERVICE


@pytest.mark.parametrize(
    "page",
    [httpx.Response(404), httpx.Response(500), httpx.Response(200, content=b"<html>"), json_answer({}), json_answer([]),
     named(5), named("nonsense"), named("http://phone.example.com/api/v1"), named("ftp://x/"), named("https://a:b@x/y"),
     httpx.ConnectError("refused"), httpx.ConnectTimeout("timed out"), httpx.RemoteProtocolError("closed"),
     named("https://127.0.0.1/api/v1"), named("https://localhost/api/v1")],
    ids=repr,
)  # fmt: skip
def test_a_domain_without_a_service_is_said_to_have_none(page):
    assert refusal({WELL_KNOWN: page}) is FailureKind.SERVICE_NOT_FOUND


def test_redirects_are_followed_within_https():
    pages = {
        WELL_KNOWN: moved("https://www.example.com/a", 301), "https://www.example.com/a": moved("/b", 308),
        "https://www.example.com/b": named(SERVICE),
    }  # fmt: skip
    assert find(pages) == SERVICE


@pytest.mark.parametrize(
    "to", ["http://example.com/plain", "https://127.0.0.1/inside", "https://localhost/", "ftp://x", "https://", ""]
)
def test_other_redirects_are_not_followed(to):
    web = Web({WELL_KNOWN: moved(to)})
    with pytest.raises(Refused) as refused:
        find_service(http_of(web), EMAIL, None, None)
    assert refused.value.failure.kind is FailureKind.SERVICE_NOT_FOUND
    assert set(web.asked) == {WELL_KNOWN}


def test_redirects_in_a_circle_end():
    web = Web({WELL_KNOWN: moved(WELL_KNOWN)})
    with pytest.raises(Refused):
        find_service(http_of(web), EMAIL, None, None)
    assert len(web.asked) == 6


def test_what_keeps_the_network_from_answering_is_told_as_it_is():
    error = httpx.ConnectError("no way")
    error.__cause__ = OSError(errno.ENETUNREACH, "unreachable")
    assert refusal({WELL_KNOWN: error}) is FailureKind.NO_NETWORK


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("https://phone.test/account", "https://phone.test/account"),
        ("https://phone.test/api/v1/", "https://phone.test/api/v1"),
        ("phone.test/api/v2", "https://phone.test/api/v2"),
        ("phone.test", "https://phone.test/api/v1"),
        ("  phone.test:8443 ", "https://phone.test:8443/api/v1"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v1"),
        ("https://[::1]:8443/api/v1", "https://[::1]:8443/api/v1"),
        ("https://phone.test/api/v1?x=1#y", "https://phone.test/api/v1"),
    ],
)
def test_a_typed_address_goes_before_everything(typed, found, tmp_path):
    preset = tmp_path / "service.json"
    preset.write_text('{"account_api": "https://preset.test/api/v1"}')
    assert find({WELL_KNOWN: named(SERVICE)}, typed, preset) == found


def test_a_typed_host_is_asked_for_its_own_well_known():
    pages = {"https://phone.test/.well-known/softphone": named(SERVICE)}
    assert find(pages, "phone.test") == SERVICE


def test_a_typed_host_that_cannot_be_reached_is_told_so():
    assert refusal({"https://phone.test/.well-known/softphone": httpx.ConnectError("refused")}, "phone.test") is (
        FailureKind.SERVER
    )


@pytest.mark.parametrize(
    "typed",
    ["http://phone.test", "ftp://phone.test/x", "https://", "https://a:b@phone.test/x", "https://[::1", "a b/c",
     "https://phone.test:port/"],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_a_bad_address(typed):
    assert refusal({}, typed) is FailureKind.BAD_ADDRESS


def test_the_organisations_preset_goes_before_the_domain(tmp_path):
    preset = tmp_path / "service.json"
    preset.write_text('{"account_api": "https://preset.test/api/v1"}')
    assert find({WELL_KNOWN: named(SERVICE)}, "  ", preset) == "https://preset.test/api/v1"


def test_without_the_preset_file_the_domain_is_asked(tmp_path):
    assert find({WELL_KNOWN: named(SERVICE)}, None, tmp_path / "missing.json") == SERVICE


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"account_api": 5}'])
def test_a_broken_preset_is_no_service(tmp_path, text):
    preset = tmp_path / "service.json"
    preset.write_text(text)
    assert refusal({}, None, preset) is FailureKind.SERVICE_NOT_FOUND


@pytest.mark.parametrize(
    "email",
    ["", "alice", "@example.com", "alice@", "alice@exa mple.com", "alice@example.com/x", "alice@a:80", "alice@[::1]",
     "alice@.", "alice@x#y", "a@b@", "alice@" + "a" * 300],
)  # fmt: skip
def test_what_is_no_e_mail_address_is_a_bad_address(email):
    web = Web({})
    with pytest.raises(Refused) as refused:
        find_service(http_of(web), email, None, None)
    assert refused.value.failure.kind in (FailureKind.BAD_ADDRESS, FailureKind.SERVICE_NOT_FOUND)
    assert refused.value.failure.kind is FailureKind.BAD_ADDRESS or len(email) > 100


def test_international_domains_are_asked_by_their_ascii_form():
    assert email_domain("alice@bücher.example") == "xn--bcher-kva.example"


def test_a_base_url_ends_without_a_slash():
    assert base_url("https://phone.test/api/v1///") == "https://phone.test/api/v1"
