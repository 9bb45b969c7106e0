"""400 for what cannot be parsed."""

import pytest

from softphone.pbx.sip_core.flow import Flow
from softphone.pbx.sip_core.malformed import refusal

FLOW = Flow("udp", ("127.0.0.1", 1), ("127.0.0.9", 7), lambda _data, _to: None, False)
LINES = ["INVITE sip:x SIP/2.0", "v: SIP/2.0/UDP h;branch=z;rport", "Via: SIP/2.0/UDP g;branch=y", "f: <sip:a>;tag=1",
         "TO: <sip:b>", "i: id", "CSeq: 1 INVITE", "Junk"]  # fmt: skip


def text(*lines: str) -> str:
    return "\r\n".join(lines) + "\r\n\r\nbody"


def test_an_answer_copies_what_rfc_3261_asks_for_and_goes_back():
    answer = refusal(text(*LINES), FLOW, 400, "Bad Request")
    assert answer is not None
    assert answer.decode().split("\r\n") == [
        "SIP/2.0 400 Bad Request", "Via: SIP/2.0/UDP h;branch=z;rport=7;received=127.0.0.9",
        "Via: SIP/2.0/UDP g;branch=y", "From: <sip:a>;tag=1", "To: <sip:b>;tag=refused", "Call-ID: id",
        "CSeq: 1 INVITE", "Content-Length: 0", "", "",
    ]  # fmt: skip


def test_a_tag_of_the_request_is_kept():
    answer = refusal(text(*[line.replace("<sip:b>", "<sip:b>;tag=2") for line in LINES]), FLOW, 400, "Bad Request")
    assert answer is not None
    assert b"To: <sip:b>;tag=2\r\n" in answer


@pytest.mark.parametrize("missing", range(1, 7))
def test_without_what_it_copies_there_is_no_answer(missing):
    lines = [line for number, line in enumerate(LINES) if number != missing and not (missing < 3 and number in (1, 2))]
    assert refusal(text(*lines), FLOW, 400, "Bad Request") is None


@pytest.mark.parametrize("start", ["SIP/2.0 200 OK", "ACK sip:x SIP/2.0", "", "\0\1\2", "INVITE"])
def test_what_is_no_request_or_must_not_be_answered_is_not(start):
    assert refusal(text(start, *LINES[1:]), FLOW, 400, "Bad Request") is None


def test_an_answer_is_not_made_longer_than_the_question_by_much():
    long = [line + "x" * 4000 if line.startswith("i:") else line for line in LINES]
    assert refusal(text(*long), FLOW, 400, "Bad Request") is None
    assert refusal(text(*LINES, "Call-ID: second"), FLOW, 400, "Bad Request") is None
