"""Who wants to know: listeners by topic, on the main thread."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from enum import Enum

log = logging.getLogger(__name__)


class Topic(str, Enum):
    """What changed. The payload, where there is one, is named here."""

    SESSION = "session"  # sign-in state, identity, failure
    REGISTRATION = "registration"
    CALLS = "calls"  # payload: the Call that changed
    INCOMING = "incoming"  # payload: a Call that starts ringing here, once
    MISSED = "missed"  # payload: the HistoryEntry of a call just missed
    HISTORY = "history"  # payload: the HistoryEntry, or None when all changed
    DIRECTORY = "directory"
    SETTINGS = "settings"
    MAILBOX = "mailbox"
    VOICEMAILS = "voicemails"
    SERVICE = "service"  # payload: SoundFetched, RequestDone or RequestRefused
    SOUND = "sound"
    PLAYER = "player"  # payload: FileMeasured, or None when what plays has changed
    LEVELS = "levels"  # payload: LevelsMeasured
    NOTICE = "notice"  # payload: Failure worth a sentence that belongs to no call


class Publisher:
    """A listener that raises is logged and does not keep the others from hearing."""

    def __init__(self) -> None:
        self._listeners: dict[Topic, list[Callable[[object], None]]] = defaultdict(list)

    def on(self, topic: Topic, listener: Callable[[object], None]) -> Callable[[], None]:
        """Listen; returns what ends it."""
        self._listeners[topic].append(listener)

        def off() -> None:
            if listener in self._listeners[topic]:
                self._listeners[topic].remove(listener)

        return off

    def publish(self, topic: Topic, payload: object = None) -> None:
        for listener in tuple(self._listeners[topic]):
            try:
                listener(payload)
            except Exception:
                log.exception("a listener of %s failed", topic.value)
