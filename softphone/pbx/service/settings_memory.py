"""The settings as routing reads them for every call: parsed once per version, never from a disk."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from softphone.extension.call_rules import do_not_disturb
from softphone.extension.outgoing_rules import OutboundRule
from softphone.extension.settings import DeviceType, Settings
from softphone.pbx.service.months import Months

DEVICE_MEMBERS = ("id", "type", "name", "mac")


class SettingsMemory:
    """Thread-safe. `months` tells when usage begins anew."""

    def __init__(self, months: Months) -> None:
        self._months = months
        self._lock = threading.Lock()
        self._documents: dict[str, dict[str, Any]] = {}
        self._devices: dict[str, dict[str, Mapping[str, Any]]] = {}  # extension -> device id -> row
        self._usage: dict[str, tuple[str, float]] = {}  # extension -> month, seconds
        self._parsed: dict[str, tuple[str, Settings]] = {}  # extension -> month, settings
        self._last_used: dict[str, DeviceType] = {}
        self._rules: dict[str, OutboundRule] = {}
        self._groups: dict[str, tuple[str, ...]] = {}
        self._others: frozenset[str] = frozenset()  # keys of the directory without settings

    def settings(self, key: str) -> Settings | None:
        month = self._months.current()
        with self._lock:
            kept = self._parsed.get(key)
            if kept is not None and kept[0] == month:
                return kept[1]
            document = self._documents.get(key)
            if document is None:
                return None
            rows = sorted(self._devices.get(key, {}).values(), key=lambda row: (row["activated_at"], row["id"]))
            devices = [{name: row[name] for name in DEVICE_MEMBERS} | {"activated": True} for row in rows]
            limit = usage_shown(document["usage_limit"], self._seconds(key, month), self._months)
            made = Settings.from_json(document | {"devices": devices, "usage_limit": limit})
            self._parsed[key] = month, made
            return made

    def extension_keys(self) -> list[str]:
        with self._lock:
            return list(self._documents)

    def quiet(self, now: datetime) -> frozenset[str]:
        """Who does not want to be disturbed until a certain time, which has not come yet."""
        return frozenset(
            key for key in self.extension_keys()
            if (settings := self.settings(key)) is not None and settings.dnd.until and do_not_disturb(settings, now)
        )

    def put_document(self, key: str, document: dict[str, Any]) -> None:
        with self._lock:
            self._documents[key] = document
            self._parsed.pop(key, None)

    def drop_document(self, key: str) -> None:
        with self._lock:
            for kept in (self._documents, self._devices, self._usage, self._parsed, self._last_used):
                kept.pop(key, None)

    def put_device(self, row: Mapping[str, Any]) -> None:
        with self._lock:
            self._devices.setdefault(row["extension"], {})[row["id"]] = dict(row)
            self._parsed.pop(row["extension"], None)

    def drop_device(self, device_id: str) -> None:
        with self._lock:
            for key, devices in self._devices.items():
                if devices.pop(device_id, None) is not None:
                    self._parsed.pop(key, None)

    def device_ids(self, key: str) -> list[str]:
        with self._lock:
            return list(self._devices.get(key, {}))

    def device_type(self, key: str, device_id: str) -> DeviceType | None:
        with self._lock:
            row = self._devices.get(key, {}).get(device_id)
            return None if row is None else row["type"]

    def device_name(self, key: str, device_id: str) -> str | None:
        with self._lock:
            row = self._devices.get(key, {}).get(device_id)
            return None if row is None else row["name"]

    def put_usage(self, key: str, month: str, seconds: float) -> None:
        with self._lock:
            self._usage[key] = month, seconds
            self._parsed.pop(key, None)

    def add_usage(self, key: str, seconds: float) -> str:
        """Counts for the present month, which is returned."""
        month = self._months.current()
        with self._lock:
            self._usage[key] = month, self._seconds(key, month) + seconds
            self._parsed.pop(key, None)
        return month

    def last_used(self, key: str) -> DeviceType | None:
        return self._last_used.get(key)

    def put_last_used(self, key: str, device_type: str) -> bool:
        """Whether that is news."""
        with self._lock:
            before = self._last_used.get(key)
            self._last_used[key] = cast(DeviceType, device_type)
        return before != device_type

    def outbound_rule(self, rule_id: str) -> OutboundRule | None:
        return self._rules.get(rule_id)

    def rule_ids(self) -> list[str]:
        return list(self._rules)

    def put_rules(self, rules: Sequence[OutboundRule]) -> None:
        self._rules = {rule.id: rule for rule in rules}

    def group_members(self, key: str) -> tuple[str, ...]:
        return self._groups.get(key, ())

    def group_keys(self) -> list[str]:
        return list(self._groups)

    def put_groups(self, groups: Mapping[str, tuple[str, ...]]) -> None:
        self._groups = dict(groups)

    def known_keys(self) -> set[str]:
        """Of extensions, groups, and whoever else is in the directory."""
        return {*self._others, *self._groups, *self.extension_keys()}

    def put_others(self, keys: Iterable[str]) -> None:
        self._others = frozenset(keys)

    def _seconds(self, key: str, month: str) -> float:
        counted, seconds = self._usage.get(key, (month, 0.0))
        return seconds if counted == month else 0.0


def usage_shown(limit: Mapping[str, Any], seconds: float, months: Months) -> dict[str, Any]:
    """The document's `usage_limit`: talk is counted in minutes; money is told by whoever charges it."""
    used = limit["used"] if limit["kind"] == "amount" else round(seconds / 60, 4)
    return dict(limit) | {"used": used, "resets_on": months.resets_on()}
