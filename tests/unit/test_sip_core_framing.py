"""A byte stream cut into SIP messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softphone.pbx.sip_core.framing import MAX_BODY, MAX_HEADER, FramingFault, StreamFramer

ONE = b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 5\r\n\r\nhello"
TWO = b"BYE sip:b SIP/2.0\r\nl : 0\r\n\r\n"
NO_LENGTH = b"ACK sip:c SIP/2.0\r\nVia: x\r\n\r\n"


def feed(stream: bytes, cuts: list[int]) -> list[bytes]:
    framer, found, start = StreamFramer(), [], 0
    for cut in [*sorted(cuts), len(stream)]:
        found += list(framer.feed(stream[start:cut]))
        start = max(start, cut)
    assert framer.waiting == 0
    return found


@given(st.lists(st.integers(0, 200), max_size=12))
def test_wherever_it_is_cut_the_messages_are_the_same(cuts):
    stream = ONE + b"\r\n" + TWO + b"\r\n\r\n" + NO_LENGTH + ONE
    assert feed(stream, [cut for cut in cuts if cut < len(stream)]) == [ONE, TWO, b"", NO_LENGTH, ONE]


def test_a_body_may_look_like_messages():
    stream = b"MESSAGE sip:a SIP/2.0\r\nContent-Length: %d\r\n\r\n" % len(TWO) + TWO
    assert feed(stream, []) == [stream]


def test_a_length_in_the_body_is_no_header():
    stream = b"MESSAGE sip:a SIP/2.0\r\nContent-Length: 22\r\n\r\nContent-Length: 9\r\n\r\nx"
    assert feed(stream, []) == [stream]


@pytest.mark.parametrize("line", [b"-1", b"1e3", b"+5", b"5 5", b"", b"%d" % (MAX_BODY + 1), b"9" * 40])
def test_a_length_that_is_none_ends_the_stream(line):
    with pytest.raises(FramingFault):
        list(StreamFramer().feed(b"BYE sip:a SIP/2.0\r\nContent-Length: " + line + b"\r\n\r\n"))


def test_two_lengths_that_differ_end_the_stream_and_two_equal_do_not():
    equal = b"BYE sip:a SIP/2.0\r\nContent-Length: 0\r\nl: 0\r\n\r\n"
    assert feed(equal, []) == [equal]
    with pytest.raises(FramingFault):
        list(StreamFramer().feed(b"BYE sip:a SIP/2.0\r\nContent-Length: 0\r\nl: 1\r\n\r\n"))


def test_a_header_without_end_is_not_kept_for_ever():
    framer = StreamFramer()
    assert list(framer.feed(b"x" * MAX_HEADER)) == []
    with pytest.raises(FramingFault) as caught:
        list(framer.feed(b"x" * 64))
    assert len(caught.value.head) <= MAX_HEADER


def test_the_fault_has_what_an_answer_needs():
    head = b"BYE sip:a SIP/2.0\r\nVia: v\r\nContent-Length: x\r\n"
    with pytest.raises(FramingFault) as caught:
        list(StreamFramer().feed(head + b"\r\n"))
    assert caught.value.head == head
