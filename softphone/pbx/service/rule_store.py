"""The organisation's outbound rules."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import asdict

from sqlalchemy import Engine, delete, insert, select

from softphone.extension.document import Fault
from softphone.extension.outgoing_rules import OutboundPattern, OutboundRule
from softphone.pbx.service.database import outbound_rules
from softphone.pbx.service.journal import Journal
from softphone.pbx.service.refusals import Invalid, NotFound
from softphone.pbx.service.settings_memory import SettingsMemory

PATTERNS_AT_MOST = 200
ACTIONS = ("allow", "refuse", "passcode")


class RuleStore:
    def __init__(self, engine: Engine, writing: threading.RLock, memory: SettingsMemory, journal: Journal) -> None:
        self._engine = engine
        self._reading = engine.execution_options(reading=True)
        self._writing = writing
        self._memory = memory
        self._journal = journal

    def load(self) -> None:
        self._memory.put_rules(self.all())

    def all(self) -> list[OutboundRule]:
        with self._reading.begin() as connection:
            rows = connection.execute(select(outbound_rules).order_by(outbound_rules.c.id)).mappings().all()
        return [
            OutboundRule(row["id"], row["name"], row["description"],
                         tuple(OutboundPattern(**pattern) for pattern in json.loads(row["patterns"])))
            for row in rows
        ]

    def ensure(self, rule: OutboundRule) -> None:
        """Make the rule when it is not there; what an administrator has changed since is left alone."""
        if self._memory.outbound_rule(rule.id) is None:
            self.put(rule)

    def put(self, rule: OutboundRule) -> None:
        """Make or replace a rule; calls go by it at once. Raises Invalid."""
        _check(rule)
        with self._writing, self._engine.begin() as connection:
            connection.execute(delete(outbound_rules).where(outbound_rules.c.id == rule.id))
            patterns = json.dumps([asdict(pattern) for pattern in rule.patterns])
            connection.execute(insert(outbound_rules).values(
                id=rule.id, name=rule.name, description=rule.description, patterns=patterns))
            self._journal.add(connection, "rules")
        self.load()

    def remove(self, rule_id: str) -> None:
        """Raises Invalid while an extension goes by it."""
        goes_by_it = [
            key for key in self._memory.extension_keys()
            if (settings := self._memory.settings(key)) is not None and settings.outbound_rule == rule_id
        ]
        if goes_by_it:
            raise Invalid([Fault("", "in-use", f"Extensions {', '.join(goes_by_it)} go by this rule.")])
        with self._writing, self._engine.begin() as connection:
            if connection.execute(delete(outbound_rules).where(outbound_rules.c.id == rule_id)).rowcount == 0:
                raise NotFound
            self._journal.add(connection, "rules")
        self.load()


def _check(rule: OutboundRule) -> None:
    wrong: str | None = None
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", rule.id):
        wrong = "A rule's id is written in small letters, digits and dashes, like standard."
    elif not rule.name.strip() or len(rule.name) > 100 or len(rule.description) > 500:
        wrong = "A rule has a name of at most 100 characters, and a description of at most 500."
    elif len(rule.patterns) > PATTERNS_AT_MOST:
        wrong = f"A rule has at most {PATTERNS_AT_MOST} patterns."
    else:
        for pattern in rule.patterns:
            if not re.fullmatch(r"\+[0-9]{0,15}", pattern.prefix):
                wrong = f"{pattern.prefix!r} is no beginning of a number: write +, +65, +1900."
            elif pattern.action not in ACTIONS:
                wrong = f"{pattern.action!r} is none of {', '.join(ACTIONS)}."
    if wrong:
        raise Invalid([Fault("", "rule", wrong)])
