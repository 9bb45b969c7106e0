"""Sound between two clocks: head start, late, too much, drift."""

from array import array

import pytest

from softphone.audio.format import BYTES_PER_MS, silence
from softphone.audio.sample_queue import SampleQueue

FRAME = 20 * BYTES_PER_MS
QUIET = silence(FRAME)


def voice(number: int) -> bytes:
    """20 ms of one loudness."""
    return array("h", [1000 + number] * 320).tobytes()


def flowing(head_start=40, margin=20) -> SampleQueue:
    """A queue past its head start: one frame read, the rest of the head start waiting."""
    queue = SampleQueue(head_start, margin)
    for i in range(head_start // 20):
        queue.push(voice(i))
    assert queue.pull(FRAME) == voice(0)
    return queue


def test_nothing_goes_out_before_the_head_start_is_there():
    queue = SampleQueue(40, 20)
    queue.push(voice(1))
    assert queue.pull(FRAME) == QUIET
    queue.push(voice(2))
    assert [queue.pull(FRAME), queue.pull(FRAME)] == [voice(1), voice(2)]
    assert queue.underruns == 0


def test_a_late_frame_is_padded_and_counted_and_nothing_is_lost():
    queue = flowing()
    assert queue.pull(FRAME) == voice(1)
    assert queue.pull(FRAME) == QUIET
    assert queue.underruns == 1
    queue.push(voice(7))
    assert queue.pull(FRAME) == voice(7)


def test_a_half_late_frame_is_padded_at_its_end():
    queue = flowing()
    queue.pull(FRAME)
    queue.push(voice(5)[: FRAME // 2])
    assert queue.pull(FRAME) == voice(5)[: FRAME // 2] + silence(FRAME // 2)


def test_a_writer_that_is_gone_counts_once_and_gets_a_new_head_start():
    queue = flowing()
    queue.pull(FRAME)
    for _ in range(50):
        assert queue.pull(FRAME) == QUIET
    assert queue.underruns == 1
    queue.push(voice(1))
    assert queue.pull(FRAME) == QUIET
    queue.push(voice(2))
    assert queue.pull(FRAME) == voice(1)


def test_a_restart_forgets_what_waited():
    queue = flowing()
    queue.push(voice(8))
    queue.restart()
    assert queue.pull(FRAME) == QUIET
    queue.push(voice(20))
    queue.push(voice(21))
    assert queue.pull(FRAME) == voice(20)


def test_a_reader_that_stood_still_hears_nothing_old():
    queue = flowing()
    for i in range(100):  # two seconds on hold
        queue.push(voice(i))
    heard = [queue.pull(FRAME)]
    for i in range(100, 103):
        queue.push(voice(i))
        heard.append(queue.pull(FRAME))
    assert set(heard) <= {QUIET, voice(100), voice(101), voice(102)}
    assert queue.overruns > 0


def test_what_piles_up_is_trimmed_ten_milliseconds_at_a_time():
    queue = flowing(40, 20)
    queue.push(voice(2))
    queue.push(voice(2))
    assert queue.waiting_ms == 60
    for _ in range(1200):  # 24 s
        queue.push(voice(2))
        queue.pull(FRAME)
    assert queue.trims == 4
    assert queue.waiting_ms == 20
    assert queue.underruns == queue.overruns == 0


def test_far_too_much_is_gone_within_seconds():
    queue = flowing(20, 10)
    for _ in range(5):
        queue.push(voice(2))
    for _ in range(200):  # 4 s
        queue.push(voice(2))
        queue.pull(FRAME)
    assert queue.waiting_ms <= 40


def test_jitter_below_the_margin_is_left_alone():
    queue = flowing(40, 20)
    for _ in range(300):
        queue.pull(FRAME)
        queue.push(voice(2)[: FRAME // 2])
        queue.push(voice(2)[FRAME // 2 :])
    assert (queue.trims, queue.underruns) == (0, 0)


def test_after_an_underrun_the_margin_is_wider_for_a_while():
    queue = flowing(20, 10)
    assert queue.pull(FRAME) == QUIET
    for _ in range(2):
        queue.push(voice(3))
    queue.pull(FRAME)
    for _ in range(1000):  # 20 s with 20 ms waiting: what the underrun brought stays
        queue.push(voice(3))
        queue.pull(FRAME)
    assert queue.trims == 0
    for _ in range(3000):
        queue.push(voice(3))
        queue.pull(FRAME)
    assert queue.trims == 1


@pytest.mark.parametrize(("writes", "reads"), [(1000, 1001), (1001, 1000)])
def test_clocks_that_drift_a_thousandth_cost_little(writes, reads):
    """Ten minutes at 1000 ppm, ten times what sound cards do."""
    queue = flowing(40, 20)
    most = 0.0
    due = 0
    for tick in range(30_000):
        while due * reads < tick * writes:
            queue.push(voice(4))
            due += 1
        queue.pull(FRAME)
        most = max(most, queue.waiting_ms)
    assert most <= 90
    assert queue.overruns == 0
    assert queue.underruns <= 32
