"""The one doorway from other threads to the telephone: a queued signal to the main thread."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot

from softphone.phone.events import Event, FilePlayed, LevelsMeasured, MediaMeasured, Pong

log = logging.getLogger(__name__)

#: Too many to be worth a line each.
_UNLOGGED = (FilePlayed, LevelsMeasured, MediaMeasured, Pong)


class Inbox(QObject):
    """`post` from any thread; `deliver` is set once the telephone exists, and until then events wait in Qt's queue."""

    _posted = Signal(object)

    def __init__(self, deliver: Callable[[Event], None]) -> None:
        super().__init__()
        self._deliver = deliver
        self._posted.connect(self._receive, Qt.ConnectionType.QueuedConnection)

    def post(self, event: Event) -> None:
        self._posted.emit(event)

    @Slot(object)
    def _receive(self, event: Event) -> None:
        if not isinstance(event, _UNLOGGED):
            log.info("%s", event)
        try:
            self._deliver(event)
        except Exception:
            log.exception("the telephone failed on %s", type(event).__name__)
