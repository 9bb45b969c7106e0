"""The ring of bytes between two threads."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from softphone.audio.ring_buffer import RingBuffer


def test_bytes_come_out_in_the_order_they_went_in_across_the_end_of_the_ring():
    ring = RingBuffer(10)
    assert ring.write(b"abcdefg")
    assert ring.read(5) == b"abcde"
    assert ring.write(b"hijklmno")
    assert ring.read(99) == b"fghijklmno"
    assert ring.fill == 0


def test_what_does_not_fit_is_refused_whole():
    ring = RingBuffer(4)
    assert ring.write(b"abc")
    assert not ring.write(b"de")
    assert ring.read(4) == b"abc"


def test_discarding_drops_the_oldest():
    ring = RingBuffer(8)
    ring.write(b"abcdef")
    ring.discard(4)
    assert ring.read(8) == b"ef"
    ring.discard(4)
    assert ring.fill == 0


@given(st.lists(st.one_of(st.binary(max_size=12), st.integers(0, 12)), max_size=60))
def test_it_behaves_as_a_bounded_queue(steps):
    ring, model = RingBuffer(16), bytearray()
    for step in steps:
        if isinstance(step, bytes):
            fits = len(model) + len(step) <= 16
            assert ring.write(step) == fits
            if fits:
                model += step
        else:
            taken = ring.read(step)
            assert taken == bytes(model[: len(taken)])
            assert len(taken) == min(step, len(model))
            del model[: len(taken)]
        assert ring.fill == len(model)


def test_two_threads_lose_and_repeat_nothing():
    ring = RingBuffer(1000)
    sent = bytes(i * 7 % 251 for i in range(60_000))
    heard = bytearray()

    def write():
        at = 0
        while at < len(sent):
            if ring.write(sent[at : at + 37]):
                at += 37

    writer = threading.Thread(target=write)
    writer.start()
    while len(heard) < len(sent):
        heard += ring.read(53)
    writer.join(5)
    assert bytes(heard) == sent
