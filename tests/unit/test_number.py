"""Numbers as typed, pasted and shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softphone.phone.failure import Refused
from softphone.phone.number import (
    MAX_URI,
    can_dial,
    clean_paste,
    dial_target,
    digits_only,
    region_of,
    shown,
    shown_as_typed,
)


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("101", "101"),
        ("*43", "*43"),
        ("#31#", "#31#"),
        ("995", "995"),
        ("+65 6123 4567", "+6561234567"),
        ("(+65) 6123-4567", "+6561234567"),
        ("6123 4567", "+6561234567"),
        ("0065 6123 4567", "+6561234567"),
        ("tel:+65-6123-4567", "+6561234567"),
        ("tel:+6561234567;ext=4", "+6561234567"),
        ("TEL:%2B6561234567", "+6561234567"),
        ("callto:+6561234567", "+6561234567"),
        ("  +65\u00a06123\u20114567 ", "+6561234567"),
        ("\u202a+6561234567\u202c", "+6561234567"),
        ("+٦٥٦١٢٣٤٥٦٧", "+6561234567"),
        ("+1 800 FLOWERS", "+18003569377"),
    ],
)
def test_numbers_are_dialled_as_people_mean_them(typed, dialled):
    assert dial_target(typed, "SG").uri == dialled


@pytest.mark.parametrize(
    ("typed", "uri"),
    [
        ("bob@example.com", "sip:bob@example.com"),
        ("sip:bob@example.com:5080", "sip:bob@example.com:5080"),
        ("<sip:bob@192.0.2.7;transport=tcp>", "sip:bob@192.0.2.7;transport=tcp"),
        ("sip:bob@[2001:db8::1]", "sip:bob@[2001:db8::1]"),
    ],
)
def test_sip_addresses_are_dialled_as_they_are(typed, uri):
    assert dial_target(typed).uri == uri


@pytest.mark.parametrize(
    "typed", ["", "   ", "hello", "Priya", "bob@", "@x", "a b@c.d e", "+", "++65", "x" * (MAX_URI + 1) + "@e.com",
              "1" * 60, "bob@exa mple.com", "a@b\r\nX: y"]
)  # fmt: skip
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(Refused):
        dial_target(typed)
    assert not can_dial(typed)


@given(st.text(max_size=400))
def test_any_text_is_dialled_or_refused_and_never_smuggles_a_line(text):
    try:
        target = dial_target(text, "SG")
    except Refused:
        return
    assert len(target.uri) <= MAX_URI + 4
    assert not any(c in target.uri for c in '\r\n <>"')


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("+6561234567", "+65 6123 4567"),
        ("+442079460018", "+44 20 7946 0018"),
        ("+12125550147", "+1 (212) 555-0147"),
        ("101", "101"),
        ("*43", "*43"),
        ("+999", "+999"),
    ],
)
def test_numbers_are_shown_grouped(number, text):
    assert shown(number) == text


def test_typing_groups_as_it_goes():
    assert shown_as_typed("+6561234567") == "+65 6123 4567"
    assert shown_as_typed("1234") == "1234"
    assert shown_as_typed("Priya") == "Priya"


def test_pastes_are_cleaned():
    assert clean_paste("tel:+65-6123-4567\n") == "+65-6123-4567"
    assert clean_paste(" <sip:bob@example.com> ") == "bob@example.com"


def test_digits_of_a_paste():
    assert digits_only("PIN: 1 2-3# (a)") == "123#A"


def test_regions():
    assert region_of("+6561234567") == "SG"
    assert region_of("100") is None
