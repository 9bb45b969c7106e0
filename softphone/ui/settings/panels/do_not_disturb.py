"""Do not disturb: off, an hour, until tomorrow, until a time of one's own, or until it is turned off."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from softphone.extension.call_rules import do_not_disturb, quiet_until
from softphone.extension.document import Json
from softphone.extension.moment import parse_moment
from softphone.ui import text_do_not_disturb as words
from softphone.ui import text_settings
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.panels.end_time_editor import EndTimeEditor
from softphone.ui.settings.setting import CustomKind, Footnote, Option, Page, RadioKind, Rows, Setting

OFF, HOUR, TOMORROW, FOREVER, OWN = "off", "hour", "tomorrow", "forever", "own"
MORNING = 8
#: Of the context's memory: the person wants a time of their own, whatever it happens to equal.
_WANTS_OWN = "dnd_own"


def page() -> Page:
    quiet, ends = words.quiet(), words.own_time()
    return Page(
        "do_not_disturb", words.do_not_disturb(), "prohibit", "calls", words.about(),
        parts=(
            Rows((
                Setting("dnd", quiet[0], RadioKind(_options), "/dnd", quiet[1], keywords=words.keywords(),
                        icon="prohibit", read=read, patch=_patch, done=_done),
                Setting("dnd_until", ends[0], CustomKind(lambda context, _: EndTimeEditor(context), words=_end_words),
                        "/dnd/until", ends[1], shown=lambda context: read(context) == OWN, patch=_patch_until,
                        done=_done_until),
            ), words.now()),
            Footnote(lambda context: text_settings.works_while_running() if context.plain else ""),
        ),
        value=_value,
    )  # fmt: skip


def tomorrow(now: datetime) -> datetime:
    """Next morning, by the wall clock there."""
    day = (now + timedelta(days=1)).date()
    return datetime(day.year, day.month, day.day, MORNING).astimezone()


def first_own_time(now: datetime) -> datetime:
    """What "a time I choose" begins with: the second full hour from now."""
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)


def read(context: SettingsContext) -> str:
    """Which of the choices it is now."""
    document = context.shown
    now = context.now()
    if document is None or not do_not_disturb(document, now):
        return OFF
    until = quiet_until(document)
    if until is None:
        return FOREVER
    if parse_moment(str(context.memory.get(_WANTS_OWN))) == until:
        return OWN
    if until == tomorrow(now):
        return TOMORROW
    return HOUR if until - now <= timedelta(hours=1) else OWN


def _options(context: SettingsContext) -> list[Option]:
    now, chosen, document = context.now(), read(context), context.shown
    until = quiet_until(document) if document is not None else None

    def option(value: str, text: str, end: datetime | None) -> Option:
        active = value == chosen and until is not None
        shown = until if active else end
        left = words.time_left((until - now).total_seconds()) if active and until is not None else ""
        return Option(value, text, words.until(shown, now) if shown is not None else "", left, "danger")

    return [
        option(OFF, words.off(), None),
        option(HOUR, words.for_an_hour(), now + timedelta(hours=1)),
        option(TOMORROW, words.until_tomorrow(), tomorrow(now)),
        option(OWN, words.until_own(), None),
        option(FOREVER, words.until_turned_off(), None),
    ]


def _end(context: SettingsContext, choice: Json) -> datetime | None:
    now = context.now()
    ends = {HOUR: now + timedelta(hours=1), TOMORROW: tomorrow(now), OWN: first_own_time(now)}
    return ends.get(str(choice))


def _moment(end: datetime | None) -> str | None:
    return end.isoformat(timespec="seconds") if end is not None else None


def _patch(context: SettingsContext, choice: Json) -> dict[str, Any]:
    if choice == OFF:
        return {"dnd": {"enabled": False, "until": None}}
    moment = _moment(_end(context, choice))
    if choice == OWN:
        context.memory[_WANTS_OWN] = moment
    else:
        context.memory.pop(_WANTS_OWN, None)
    return {"dnd": {"enabled": True, "until": moment}}


def _done(context: SettingsContext, choice: Json) -> str:
    return words.done(_end(context, choice), choice != OFF, context.now())


def _patch_until(context: SettingsContext, moment: Json) -> dict[str, Any]:
    context.memory[_WANTS_OWN] = moment
    return {"dnd": {"enabled": True, "until": moment}}


def _done_until(context: SettingsContext, moment: Json) -> str:
    return words.done(datetime.fromisoformat(str(moment)), True, context.now())


def _end_words(context: SettingsContext, moment: Json) -> str:
    try:
        return words.until(datetime.fromisoformat(str(moment)), context.now())
    except ValueError:
        return str(moment)


def _value(context: SettingsContext) -> str:
    """In the sidebar: Off, On, 58 min."""
    document, now = context.document, context.now()
    if document is None:
        return ""
    until = quiet_until(document) if do_not_disturb(document, now) else None
    if until is not None:
        return words.left((until - now).total_seconds())
    return text_settings.on_or_off(do_not_disturb(document, now))
