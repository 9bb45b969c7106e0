"""Asks a caller for a passcode. Its digits go to signalling alone, and into no log."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import Any

from softphone.pbx.media.child import MediaChild
from softphone.pbx.media.leg import Leg
from softphone.pbx.media.sounds import Beep, Phrase
from softphone.pbx.media.voicemail import VOICE

log = logging.getLogger(__name__)

ENTER = Phrase("Enter your passcode, then hash.", VOICE)
WRONG = Phrase("That passcode is not right.", VOICE)
RINGBACK = Beep(frequency=425.0, seconds=0.4, times=2, rest=2.0)
MOST_DIGITS = 10
SILENT_SECONDS = 10.0
_REFUSE_SECONDS = 0.5


@dataclass
class _Asked:
    """One caller; `turn` counts what has happened, so that an old timer knows that it is late."""

    leg: Leg
    digits: list[str] = field(default_factory=list, repr=False)
    listens: bool = False
    turn: int = 0


class Passcodes:
    """Tells `passcode` events; the command of the same name says what follows."""

    def __init__(self, child: MediaChild, silent_seconds: float = SILENT_SECONDS) -> None:
        self._child = child
        self._silent_seconds = silent_seconds
        self._asked: dict[str, _Asked] = {}
        child.commands["passcode"] = self._result
        child.prepare(ENTER, WRONG, RINGBACK)

    def ask(self, leg: Leg, token: str) -> None:
        """Speaks, then collects digits until #, ten of them, or ten seconds of silence."""
        if not re.fullmatch(r"[0-9A-Za-z]{1,64}", token) or token in self._asked:
            leg.after(_REFUSE_SECONDS, lambda: leg.end(404))
            return
        asked = self._asked[token] = _Asked(leg)
        leg.on_digit = lambda key: self._digit(token, asked, key)
        leg.on_end = lambda: self._asked.pop(token, None)
        leg.on_confirmed = lambda: self._listen(token, asked)
        leg.answer()

    def _listen(self, token: str, asked: _Asked, *before: Phrase) -> None:
        asked.digits.clear()
        asked.listens = True
        asked.turn += 1
        asked.leg.say(*before, ENTER, then=lambda: self._wait(token, asked))

    def _digit(self, token: str, asked: _Asked, key: str) -> None:
        if not asked.listens:
            return
        asked.leg.say()  # whoever types has heard enough
        if key == "#":
            self._tell(token, asked)
            return
        asked.digits.append(key)
        if len(asked.digits) >= MOST_DIGITS:
            self._tell(token, asked)
        else:
            self._wait(token, asked)

    def _wait(self, token: str, asked: _Asked) -> None:
        asked.turn += 1
        turn = asked.turn
        asked.leg.after(
            self._silent_seconds, lambda: self._tell(token, asked) if asked.listens and asked.turn == turn else None
        )

    def _tell(self, token: str, asked: _Asked) -> None:
        asked.listens = False
        self._child.tell("passcode", token=token, digits="".join(asked.digits))
        asked.digits.clear()

    def _result(self, command: dict[str, Any]) -> None:
        token = str(command.get("token"))
        asked = self._asked.get(token)
        if asked is None:
            log.info("a passcode was judged after its call")
        elif command.get("result") == "wrong":
            self._listen(token, asked, WRONG)
        elif command.get("result") == "ringing":  # somebody's telephone, after the right one
            asked.listens = False
            asked.leg.say_again_and_again(RINGBACK)
        else:  # right, or ended: signalling connects the caller to somebody else, or hangs up
            asked.listens = False
            asked.leg.say()
