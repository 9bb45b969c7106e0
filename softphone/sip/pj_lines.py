"""How much PJSIP's log lines matter: its own levels, but for the statistics that it writes at the end of each call."""

from __future__ import annotations

import re

_LETTERS = {0: "E", 1: "E", 2: "W", 3: "I"}

#: What `pjsua_call_dump` and its like print at level 3; at our INFO only where the sound was bad.
_STATISTICS = re.compile(r"^\s*\[[A-Z]+\] To: |Dumping timer heap|Cur size: \d+ entries", re.MULTILINE)
_LOST = re.compile(r"(?:pkt loss|discrd)=\d+ \((\d+(?:\.\d+)?)%\)")
#: Percent, in or out, from which speech suffers in spite of concealment (ITU-T G.113: G.711 with PLC).
BAD_LOSS = 2.0


def letter_of(level: int, text: str) -> str:
    """D, I, W or E for a line of PJSIP's level."""
    letter = _LETTERS.get(level, "D")
    if letter == "I" and _STATISTICS.search(text):
        return "I" if any(float(percent) >= BAD_LOSS for percent in _LOST.findall(text)) else "D"
    return letter
