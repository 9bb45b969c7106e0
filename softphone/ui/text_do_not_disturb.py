"""The page "Do not disturb", in words."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

from softphone.ui import text
from softphone.ui.text import tr
from softphone.ui.text_next_call import clock, day_and_month


def do_not_disturb() -> str:
    return tr("Do not disturb")


def about() -> str:
    return tr("While it is on, calls neither ring nor forward.")


def now() -> str:
    return tr("Now")


def quiet() -> tuple[str, str]:
    return tr("Do not disturb now"), tr("For an hour, until tomorrow, or until a time of yours")


def keywords() -> str:
    return tr("dnd quiet silence busy mute ring pause off hour tomorrow")


def off() -> str:
    return tr("Off")


def for_an_hour() -> str:
    return tr("For 1 hour")


def until_tomorrow() -> str:
    return tr("Until tomorrow")


def until_turned_off() -> str:
    return tr("Until I turn it off")


def until_own() -> str:
    return tr("Until a time I choose")


def until(end: datetime, current: datetime) -> str:
    """Until 15:24 today; Friday, 08:00."""
    time = text.clock(end.astimezone(current.tzinfo))
    day = end.astimezone(current.tzinfo).date()
    if day == current.date():
        return tr("Until {time} today", time=time)
    near = day - current.date() < timedelta(days=7)
    return tr("{day}, {time}", day=weekday(day) if near else long_day(day), time=time)


def weekday(day: date) -> str:
    names = (
        tr("Monday"), tr("Tuesday"), tr("Wednesday"), tr("Thursday"), tr("Friday"), tr("Saturday"), tr("Sunday"),
    )  # fmt: skip
    return names[day.weekday()]


def long_day(day: date) -> str:
    return tr("{weekday} {day}", weekday=weekday(day), day=day_and_month(datetime(day.year, day.month, day.day)))


def day_choice(day: date, today: date) -> str:
    if day == today:
        return tr("Today")
    return tr("Tomorrow") if day == today + timedelta(days=1) else long_day(day)


def left(seconds: float) -> str:
    """58 min; 1 h 4 min; 3 days."""
    minutes = math.ceil(seconds / 60)
    if minutes < 60:
        return tr("{m} min", m=minutes)
    if minutes < 24 * 60:
        hours, rest = divmod(minutes, 60)
        return tr("{h} h {m} min", h=hours, m=rest) if rest else tr("{h} h", h=hours)
    return tr("%n days", round(minutes / 60 / 24)) if minutes >= 36 * 60 else tr("1 day")


def time_left(seconds: float) -> str:
    return tr("{time} left", time=left(seconds))


def own_time() -> tuple[str, str]:
    return tr("Ends"), tr("Day and time")


def day_of_end() -> str:
    return tr("Day")


def time_of_end() -> str:
    return tr("Time")


def done(end: datetime | None, on: bool, current: datetime) -> str:
    """The toast."""
    if not on:
        return tr("Do not disturb is off")
    if end is None:
        return tr("Do not disturb is on")
    return tr("Do not disturb is on until {time}", time=clock(end, current))
