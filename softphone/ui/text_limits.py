"""The pages "Usage limit" and "Outbound rule", in words."""

from __future__ import annotations

from datetime import date, datetime

from softphone.ui.text import tr
from softphone.ui.text_next_call import day_and_month


def usage_limit() -> str:
    return tr("Usage limit")


def usage_about() -> str:
    return tr("How much you can call each month.")


def usage_help() -> str:
    return tr("What is used and what is left")


def usage_keywords() -> str:
    return tr("minutes money month quota unlimited left used")


def minutes(amount: float) -> str:
    """6 h 18 min; 42 min; 10 h."""
    hours, rest = divmod(max(0, round(amount)), 60)
    if not hours:
        return tr("{m} min", m=rest)
    return tr("{h} h {m} min", h=hours, m=rest) if rest else tr("{h} h", h=hours)


def money(amount: float, currency: str) -> str:
    return tr("{currency} {amount}", currency=currency, amount=f"{max(0.0, amount):.2f}")


def left(amount: str) -> str:
    return tr("{amount} left", amount=amount)


def used_of(used: str, limit: str) -> str:
    return tr("{used} used of {limit}", used=used, limit=limit)


def starts_again(on: date) -> str:
    return tr("Starts again on {day}", day=_day(on))


def percent(part: float) -> str:
    return tr("{n} %", n=min(100, round(part * 100)))


def unlimited() -> str:
    return tr("Unlimited")


def this_month(used: str) -> str:
    return tr("{used} this month", used=used)


def nearly_used(amount: str) -> tuple[str, str]:
    return (
        tr("{amount} left this month", amount=amount),
        tr("After that, you can still receive calls but not make them."),
    )


def used_up(limit: str, on: date | None) -> tuple[str, str]:
    title = tr("You've used your {limit} for this month", limit=limit)
    if on is None:
        return title, tr("You can still receive calls.")
    return title, tr("It starts again on {date}. You can still receive calls.", date=_day(on))


def administrator_sets() -> str:
    return tr("Your administrator sets this limit.")


def outbound_rule() -> str:
    return tr("Outbound rule")


def outbound_about() -> str:
    return tr("Which calls you can make.")


def active_rule() -> str:
    return tr("Active rule")


def active_rule_help() -> str:
    return tr("Decides which calls you can make")


def outbound_keywords() -> str:
    return tr("international premium blocked passcode allowed countries")


def no_rule() -> str:
    return tr("None")


def anywhere() -> str:
    return tr("No rule limits the calls you make.")


def done(rule: str) -> str:
    return tr('Outbound rule "{rule}" is active', rule=rule)


def _day(on: date) -> str:
    return day_and_month(datetime(on.year, on.month, on.day))
