"""Outbound rule: which one is active, and what it allows."""

from __future__ import annotations

from softphone.extension.document import Json
from softphone.ui import text_limits as words
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.setting import Explain, Option, Page, Rows, SelectKind, Setting


def page() -> Page:
    return Page(
        "outbound_rule", words.outbound_rule(), "shield-check", "phone", words.outbound_about(),
        parts=(
            Rows((
                Setting("outbound_rule", words.active_rule(), SelectKind(_rules), "/outbound_rule",
                        words.active_rule_help(), keywords=words.outbound_keywords(), done=_done,
                        help_of=lambda _: ""),
            )),
            Explain("shield-check", _allows),
        ),
    )  # fmt: skip


def _rules(context: SettingsContext) -> list[Option]:
    options = [Option(rule.id, rule.name) for rule in context.phone.outbound_rules]
    if context.value_at("/outbound_rule") is None:
        options.insert(0, Option(None, words.no_rule()))
    return options


def _allows(context: SettingsContext) -> str:
    active = context.value_at("/outbound_rule")
    if active is None:
        return words.anywhere()
    return next((rule.description for rule in context.phone.outbound_rules if rule.id == active), "")


def _done(context: SettingsContext, value: Json) -> str:
    name = next((rule.name for rule in context.phone.outbound_rules if rule.id == value), str(value))
    return words.done(name)
