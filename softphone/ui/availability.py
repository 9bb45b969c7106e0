"""Whether calls ring here now, stay away, or go elsewhere: for the status chip, the banner and the tray."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from softphone.extension.call_rules import do_not_disturb, forward_targets, forwards, quiet_until
from softphone.phone.failure import Refused
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui import text_status

Reach = Literal["available", "dnd", "forwarding"]

DND, FORWARDING = "/dnd/enabled", "/forwarding/enabled"
_MORNING = 8
_LONGEST_MS = 6 * 3600 * 1000  # a laptop that slept looks again


class Availability(QObject):
    """`changed` also when do not disturb ends by itself. Changes are applied at once, and can be undone."""

    changed = Signal()
    done = Signal(str)  # the sentence of a change made here; it can be undone
    refused = Signal(object)  # Failure: a change that the settings do not allow

    def __init__(self, phone: Phone, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._phone = phone
        self._end = QTimer(self)
        self._end.setSingleShot(True)
        self._end.timeout.connect(self._tell)
        phone.on(Topic.SETTINGS, lambda _: self._tell())
        phone.on(Topic.DIRECTORY, lambda _: self.changed.emit())
        self._await_end()

    # --- how it is ------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """In the person's time zone."""
        return datetime.fromtimestamp(self._phone.now()).astimezone()

    @property
    def reach(self) -> Reach:
        document = self._phone.settings.document
        if document is None:
            return "available"
        if do_not_disturb(document, self.now):
            return "dnd"
        return "forwarding" if forwards(document.forwarding) else "available"

    @property
    def until(self) -> datetime | None:
        """When do not disturb ends, in the person's time zone; None when it has no end."""
        document = self._phone.settings.document
        until = quiet_until(document) if document is not None else None
        return until.astimezone() if until is not None else None

    @property
    def forwarding(self) -> bool:
        """Switched on with somewhere to go; do not disturb comes before it all the same."""
        document = self._phone.settings.document
        return document is not None and forwards(document.forwarding)

    @property
    def targets(self) -> tuple[str, ...]:
        """Where calls go, or would go: numbers and keys."""
        document = self._phone.settings.document
        return forward_targets(document.forwarding) if document is not None else ()

    @property
    def has_vips(self) -> bool:
        document = self._phone.settings.document
        return document is not None and bool(document.forwarding.vip)

    def can_change(self, pointer: str) -> bool:
        """The account has that setting, and it is this person's to change."""
        settings = self._phone.settings
        return settings.available(pointer) and not settings.locked(pointer)

    @property
    def tomorrow(self) -> datetime:
        """Next morning."""
        day = (self.now + timedelta(days=1)).date()
        return datetime(day.year, day.month, day.day, _MORNING).astimezone()

    # --- changing it ----------------------------------------------------------------------------------------------

    def ring(self) -> None:
        """Neither quiet nor forwarding."""
        patch: dict[str, Any] = {}
        document = self._phone.settings.document
        if document is not None and document.dnd.enabled and self.can_change(DND):
            patch["dnd"] = {"enabled": False, "until": None}
        if document is not None and document.forwarding.enabled and self.can_change(FORWARDING):
            patch["forwarding"] = {"enabled": False}
        if patch:
            self._change(patch, text_status.calls_ring_again())

    def quiet(self, until: datetime | None) -> None:
        """Do not disturb, until then or without an end."""
        moment = until.astimezone().isoformat(timespec="seconds") if until is not None else None
        self._change({"dnd": {"enabled": True, "until": moment}}, text_status.quiet_now(until, self.now))

    def end_quiet(self) -> None:
        self._change({"dnd": {"enabled": False, "until": None}}, text_status.quiet_off())

    def toggle_quiet(self) -> None:
        """As its key does: on without an end, or off."""
        if not self.can_change(DND):
            return
        if self.reach == "dnd":
            self.end_quiet()
        else:
            self.quiet(None)

    def forward(self, on: bool) -> None:
        what = text_status.forwarding_on() if on else text_status.forwarding_off()
        self._change({"forwarding": {"enabled": on}}, what)

    def _change(self, patch: dict[str, Any], what: str) -> None:
        try:
            self._phone.settings.change(patch, what=what)
        except Refused as refused:
            self.refused.emit(refused.failure)
        else:
            self.done.emit(what)

    def undo(self) -> None:
        """Take the last change back; too late is quiet."""
        try:
            self._phone.settings.undo()
        except Refused as refused:
            self.refused.emit(refused.failure)

    # --- time -----------------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        self._await_end()
        self.changed.emit()

    def _await_end(self) -> None:
        """Only while do not disturb is on with an end."""
        self._end.stop()
        until = self.until
        if self.reach == "dnd" and until is not None:
            left = (until - self.now).total_seconds() * 1000 + 50
            self._end.start(max(50, min(int(left), _LONGEST_MS)))
