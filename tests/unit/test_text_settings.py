"""Words of the settings' first pages, from values."""

from datetime import date, datetime, timedelta, timezone

import pytest

from softphone.extension.settings import Device
from softphone.ui import text_devices, text_do_not_disturb, text_limits, text_settings

NOON = datetime(2026, 11, 26, 14, 24, tzinfo=timezone(timedelta(hours=8)))  # a Thursday


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (timedelta(hours=1), "Until 15:24 today"),
        (timedelta(hours=17, minutes=36), "Friday, 08:00"),
        (timedelta(days=8), "Friday 4 December, 14:24"),
    ],
)
def test_an_end_is_told_by_its_day(after, told):
    assert text_do_not_disturb.until(NOON + after, NOON) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (30, "1 min"), (58 * 60, "58 min"), (3600, "1 h"), (3840, "1 h 4 min"), (25 * 3600, "1 day"),
        (72 * 3600, "3 days"),
    ],
)
def test_what_is_left_is_rounded_up_to_minutes_then_to_days(seconds, told):
    assert text_do_not_disturb.left(seconds) == told


@pytest.mark.parametrize(("minutes", "told"), [(0, "0 min"), (42, "42 min"), (222, "3 h 42 min"), (600, "10 h")])
def test_minutes_of_talk(minutes, told):
    assert text_limits.minutes(minutes) == told


def test_a_limit_that_is_used_up_says_when_it_starts_again():
    assert text_limits.used_up("10 h", date(2026, 12, 1)) == (
        "You've used your 10 h for this month", "It starts again on 1 December. You can still receive calls.",
    )  # fmt: skip


def test_a_change_that_was_not_saved_gives_the_reason_or_says_that_there_was_no_answer():
    assert text_settings.not_saved_because("") == "Not saved. The server didn't answer."
    assert text_settings.not_saved_because("Your plan has no call waiting.") == (
        "Not saved. Your plan has no call waiting."
    )


def test_devices_are_told_in_the_middle_of_a_sentence_with_this_computer_first():
    here, desk = Device("1", "desktop", "A", this_device=True), Device("2", "ip_phone", "B")
    told = text_settings.plain(text_devices.rings_on([desk, here]))
    assert told == "Incoming calls ring on this computer and your IP phone at the same time."
    assert text_settings.plain(text_devices.rings_on([desk])) == "Incoming calls ring on your IP phone."
