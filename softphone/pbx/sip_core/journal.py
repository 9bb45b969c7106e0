"""What is written down of a call at its end: one record for each extension that it concerned."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from softphone.pbx.ports import CallRecord
from softphone.pbx.routing import Caller, Stop
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.leg import Leg
from softphone.pbx.sip_core.messages import clean

_log = logging.getLogger(__name__)


@dataclass
class Visit:
    """A stop of the call, and how it went there; None as long as it goes as the whole call does."""

    stop: Stop
    reason: str | None = None


@dataclass
class Journal:
    """`rule` and `shown` are those of the extension that placed the call."""

    exchange: Exchange
    call_id: str
    caller: Caller
    number: str
    rule: str = ""
    shown: str = ""
    visits: list[Visit] = field(default_factory=list)
    started_at: float = 0.0
    answered_at: float | None = None

    def __post_init__(self) -> None:
        self.started_at = self.exchange.clock()

    def write(self, reason: str, answering: Leg | None) -> None:
        """Once, at the end."""
        records = self._records(reason, answering) or [self._record("", self.number, reason, answering)]
        for record in records:
            try:
                self.exchange.config.call_ended(record)
            except Exception:
                _log.exception("the record of call %s was not taken", self.call_id)

    def _records(self, reason: str, answering: Leg | None) -> list[CallRecord]:
        records: list[CallRecord] = []
        if self.caller.key:
            records.append(
                self._record(self.caller.key, self.number, reason, answering, rule=self.rule, shown=self.shown)
            )
        known = self.exchange.config.subscribers.extension
        last = {visit.stop.extension: visit for visit in self.visits if known(visit.stop.extension) is not None}
        for key, visit in last.items():
            records.append(self._record(key, key, visit.reason or reason, answering, visit.stop))
        return records

    def _record(
        self, key: str, callee: str, reason: str, answering: Leg | None, stop: Stop | None = None, rule: str = "",
        shown: str = "",
    ) -> CallRecord:
        if stop is not None and reason != "answered":
            answering = None  # by somebody else, or by voicemail
        device = answering.device_id if answering is not None else None
        return CallRecord(
            call_id=clean(self.call_id),
            caller=clean(stop.shown.user if stop is not None else self.caller.key or self.caller.user),
            callee=clean(callee),
            started_at=self.started_at,
            answered_at=self.answered_at if stop is None or reason == "answered" else None,
            ended_at=self.exchange.clock(),
            reason=reason,
            answered_by=device,
            extension=key,
            caller_name=clean(self.caller.name if stop is None else stop.shown.name),
            called=clean(self.number),
            rule=stop.rule if stop is not None else rule,
            forwarded_by=stop.way.through if stop is not None else (),
            answered_device=self._device_type(answering),
            shown=clean(shown or (stop.shown.user if stop is not None else self.caller.user)),
        )

    def _device_type(self, answering: Leg | None) -> str | None:
        if answering is None or answering.device_id is None:
            return None
        settings = self.exchange.config.subscribers.settings(answering.extension)
        devices = settings.devices if settings is not None else ()
        return next((device.type for device in devices if device.id == answering.device_id), None)
