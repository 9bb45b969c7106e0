"""What the child's stderr becomes in our log, and which of PJSIP's lines matter."""

from __future__ import annotations

import io
import logging

import pytest

from softphone.sip.pj_lines import letter_of
from softphone.user_agent.child_log import ChildLog

STATISTICS = """         pjsua_media.c
  [CONFIRMED] To: sip:110@phone.test;tag=x
    Call time: 00h:00m:01s, 1st res in 1 ms, conn in 13ms
    #0 audio G722 @16kHz, sendrecv, peer=127.0.0.1:23708
       RX pt=9, last update:00h:00m:01.270s ago
          total 75pkt 12.0KB (15.0KB +IP hdr) @avg=63.8Kbps/79.7Kbps
          pkt loss=0 (0.0%), discrd={discarded}, dup=0 (0.0%), reord=0 (0.0%)
       TX pt=9, ptime=20, last update:00h:00m:01.276s ago
          pkt loss={lost}, dup=0 (0.0%), reorder=0 (0.0%)
"""


@pytest.mark.parametrize(
    ("line", "level", "text"),
    [
        (b"D detail\n", logging.DEBUG, "detail"),
        (b"I ua: ready\n", logging.INFO, "ua: ready"),
        (b"E call: lost\n", logging.ERROR, "call: lost"),
        (b"20:36:54.906         os_core_unix.c !pjlib 2.15.1 for POSIX initialized\n", logging.INFO,
         "20:36:54.906         os_core_unix.c !pjlib 2.15.1 for POSIX initialized"),
        (b"python: call.c:12: main: Assertion `0' failed.\n", logging.ERROR,
         "python: call.c:12: main: Assertion `0' failed."),
        (b"I\n", logging.ERROR, "I"),
    ],
)  # fmt: skip
def test_each_line_has_the_level_that_it_deserves(caplog, line, level, text):
    caplog.set_level(logging.DEBUG, logger="sip")
    ChildLog(io.BytesIO(line), lambda said: said).run()
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [(level, text)]


@pytest.mark.parametrize(("level", "letter"), [(0, "E"), (1, "E"), (2, "W"), (3, "I"), (4, "D"), (6, "D")])
def test_lines_of_pjsip_keep_their_level(level, letter):
    assert letter_of(level, "pjsua_acc.c  <sip:100@phone.test>: registration success") == letter


@pytest.mark.parametrize(
    ("discarded", "lost", "letter"),
    [("0 (0.0%)", "0 (0.0%)", "D"), ("1 (1.3%)", "0 (0.0%)", "D"), ("3 (4.0%)", "0 (0.0%)", "I"),
     ("0 (0.0%)", "9 (12.0%)", "I")],
)  # fmt: skip
def test_the_statistics_of_a_call_are_for_the_curious_unless_it_sounded_bad(discarded, lost, letter):
    assert letter_of(3, STATISTICS.format(discarded=discarded, lost=lost)) == letter


def test_what_remains_of_timers_is_for_the_curious():
    assert letter_of(3, "timer.c  Dumping timer heap:") == "D"
    assert letter_of(3, "timer.c    Cur size: 0 entries, max: 3070") == "D"
