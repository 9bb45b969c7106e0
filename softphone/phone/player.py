"""The one sound file that is listened to here: a message to check, a voicemail."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.ports import UserAgentPort
from softphone.phone.publisher import Publisher, Topic


class Player:
    """Published on `Topic.PLAYER`. A call is never disturbed: none plays beside one, and a call that comes ends it."""

    def __init__(self, user_agent: UserAgentPort, publisher: Publisher, in_call: Callable[[], bool]) -> None:
        self._user_agent = user_agent
        self._publisher = publisher
        self._in_call = in_call
        self._play_id = ""
        self._forget()
        publisher.on(Topic.CALLS, lambda _: self._call_changed())
        publisher.on(Topic.INCOMING, lambda _: self._call_changed())

    def _forget(self) -> None:
        self.path = ""
        self.playing = False
        self.at = self.total = 0.0  # seconds
        self.fault = ""  # "unreadable": it was no sound

    # --- intents --------------------------------------------------------------------------------------------------

    def play(self, path: str, *, start: float = 0.0, device: str = "speaker") -> None:
        """`device`: speaker | ringer. Raises `Refused` (NOT_NOW) during a call."""
        if self._in_call():
            raise Refused(Failure(FailureKind.NOT_NOW, detail="a call is up"))
        total = self.total if path == self.path else 0.0
        self._forget()
        self._play_id = uuid4().hex
        self.path, self.playing, self.at, self.total = path, True, start, total
        self._user_agent.send(cmd.PlayFile(self._play_id, path, start, device))
        self._publisher.publish(Topic.PLAYER)

    def stop(self) -> None:
        """It stays where it is, to be played on from there."""
        if self.playing:
            self._play_id, self.playing = "", False
            self._user_agent.send(cmd.StopFile())
            self._publisher.publish(Topic.PLAYER)

    def measure(self, path: str, bars: int = 100) -> None:
        """`FileMeasured` comes as the payload of `Topic.PLAYER`."""
        self._user_agent.send(cmd.MeasureFile(path, bars))

    # --- events ---------------------------------------------------------------------------------------------------

    def played(self, event: ev.FilePlayed) -> None:
        if event.play_id != self._play_id:
            return
        self.playing, self.fault = event.playing, event.fault
        self.at, self.total = (event.at, event.total) if event.total else (self.at, self.total)
        if not event.playing:
            self._play_id, self.at = "", 0.0
        self._publisher.publish(Topic.PLAYER)

    def measured(self, event: ev.FileMeasured) -> None:
        self._publisher.publish(Topic.PLAYER, event)

    def user_agent_died(self) -> None:
        if self.playing:
            self._play_id, self.playing = "", False
            self._publisher.publish(Topic.PLAYER)

    def _call_changed(self) -> None:
        if self.playing and self._in_call():
            self.stop()
