"""Day and time at which do not disturb ends."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from softphone.extension.document import Json
from softphone.ui import text_do_not_disturb as words
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editor import Editor
from softphone.ui.text import clock
from softphone.ui.widgets.select import Select

_DAYS = 14
_STEP = 30  # minutes


def clock_words(moment: time) -> str:
    return clock(datetime.combine(date(2000, 1, 1), moment))


class EndTimeEditor(Editor):
    """Times that have passed are not offered."""

    width_beside = 300

    def __init__(self, context: SettingsContext) -> None:
        super().__init__()
        self._context = context
        self.day = Select(words.day_of_end())
        self.time = Select(words.time_of_end())
        self.time.setFixedWidth(96)
        self._days: list[date] = []
        self._times: list[time] = []
        self._showing = False
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self.day, 1)
        box.addWidget(self.time)
        self.day.changed.connect(self._changed)
        self.time.changed.connect(self._changed)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def controls(self) -> list[QWidget]:
        return [self.day, self.time]

    def set_name(self, name: str, description: str) -> None:
        for select, part in ((self.day, words.day_of_end()), (self.time, words.time_of_end())):
            select.setAccessibleName(f"{name}, {part}, {select.text()}")

    def show_value(self, value: Json) -> None:
        now = self._context.now()
        try:
            end = datetime.fromisoformat(str(value)).astimezone()
        except ValueError:
            return
        self._showing = True
        self._days = [now.date() + timedelta(days=ahead) for ahead in range(_DAYS)]
        if end.date() not in self._days:
            self._days = sorted({*self._days, end.date()})
        self._times = self._possible(end.date(), end.timetz().replace(tzinfo=None))
        self.day.set_options([words.day_choice(day, now.date()) for day in self._days], self._days.index(end.date()))
        at = end.time().replace(second=0, microsecond=0)
        self.time.set_options([clock_words(one) for one in self._times], self._times.index(at))
        self._showing = False

    def _possible(self, day: date, chosen: time) -> list[time]:
        """Every half hour that is still to come, and the one there is."""
        now = self._context.now()
        every = [time(minute // 60, minute % 60) for minute in range(0, 24 * 60, _STEP)]
        ahead = [one for one in every if day > now.date() or one > now.time()]
        return sorted({*ahead, chosen.replace(second=0, microsecond=0)})

    def _changed(self, _index: int) -> None:
        if self._showing:
            return
        day, at = self._days[self.day.index], self._times[self.time.index]
        end = datetime.combine(day, at).astimezone()
        now = self._context.now()
        if end <= now:  # the day was moved to today: the next half hour there
            end = datetime.combine(day, self._possible(day, time(23, 59))[0]).astimezone()
        self.chosen.emit(end.isoformat(timespec="seconds"))
