"""The model of the calls list, fed from the telephone's history change by change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer

from softphone.phone.history import HistoryEntry
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui.main.call_rows import CallRow, DayRow, Row, changed_span, day_of, rows_of
from softphone.ui.text_call import Caller, caller
from softphone.ui.text_main import day_heading, row_spoken

ROW = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex
_MANY = 24  # rows that change at once beyond which a list is laid out anew


class CallsModel(QAbstractListModel):
    """Rows of `phone.history`. One call changes the rows of its own day only; the rest stay as they are."""

    def __init__(self, phone: Phone, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._phone = phone
        self._rows: list[Row] = []
        self._missed_only = False
        self._live_shown = False
        self._live: tuple[str, ...] = ()
        phone.on(Topic.HISTORY, self._history_changed)
        phone.on(Topic.DIRECTORY, lambda _: self.words_changed())
        phone.on(Topic.CALLS, lambda _: self._calls_changed())
        self._midnight = QTimer(self)
        self._midnight.setSingleShot(True)
        self._midnight.timeout.connect(self._new_day)
        self._wait_for_midnight()
        self.reload()

    # --- what it shows --------------------------------------------------------------------------------------------

    @property
    def missed_only(self) -> bool:
        return self._missed_only

    def set_missed_only(self, on: bool) -> None:
        if on != self._missed_only:
            self._missed_only = on
            self.reload()

    @property
    def live_shown(self) -> bool:
        return self._live_shown

    def set_live_shown(self, on: bool) -> None:
        """Whether calls that go on now stand at the top, as they do beside the stage."""
        if on != self._live_shown:
            self._live_shown = on
            self._calls_changed()
            self.reload()

    def row(self, index: _Index) -> Row | None:
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def call_row(self, index: _Index) -> CallRow | None:
        row = self.row(index)
        return row if isinstance(row, CallRow) else None

    def who(self, row: CallRow) -> Caller:
        return caller(self._phone, row.newest.remote)

    def presence(self, row: CallRow) -> str:
        """ "unknown" while we are offline: what we knew may be wrong."""
        entry = self._phone.directory.get(row.newest.remote.user)
        return entry.presence if entry is not None and self._phone.can_call else "unknown"

    def heading_at(self, number: int) -> tuple[DayRow, int] | None:
        """The heading a row belongs to, and its own row number."""
        for at in range(min(number, len(self._rows) - 1), -1, -1):
            row = self._rows[at]
            if isinstance(row, DayRow):
                return row, at
        return None

    def next_call(self, number: int, step: int) -> QModelIndex:
        """The next row with a call from `number` on, going up or down; invalid when there is none."""
        while 0 <= number < len(self._rows):
            if isinstance(self._rows[number], CallRow):
                return self.index(number)
            number += step
        return QModelIndex()

    # --- Qt's side ------------------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if self.call_row(index) is None:
            return Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.row(index)
        if row is None:
            return None
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return self.heading(row) if isinstance(row, DayRow) else self.who(row).name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if isinstance(row, DayRow):
                return self.heading(row)
            now = datetime.fromtimestamp(self._phone.now())
            return row_spoken(row.newest, self.who(row), row.count, now, self.presence(row))
        return None

    def heading(self, row: DayRow) -> str:
        return day_heading(row.day, datetime.fromtimestamp(self._phone.now()).date())

    # --- changes --------------------------------------------------------------------------------------------------

    def reload(self) -> None:
        self._become([*self._live_rows(), *rows_of(self._entries(self._phone.history))])

    def words_changed(self) -> None:
        """Names or presence are others; the rows are the same."""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def _entries(self, entries: Sequence[HistoryEntry]) -> list[HistoryEntry]:
        hidden = set(self._live)
        return [e for e in entries if e.id not in hidden and (e.missed or not self._missed_only)]

    def _live_rows(self) -> list[Row]:
        if not self._live or self._missed_only:
            return []
        wanted = set(self._live)
        return [CallRow((entry,), live=True) for entry in self._phone.history[:20] if entry.id in wanted]

    def _calls_changed(self) -> None:
        live: tuple[str, ...] = ()
        if self._live_shown:
            live = tuple(call.id for call in self._phone.calls.alive if not call.ringing_here and not call.ending)
        if live != self._live:
            self._live = live
            self.reload()

    def _history_changed(self, payload: object) -> None:
        if not isinstance(payload, HistoryEntry):
            self.reload()
            return
        # Only its own day, and what is newer, can look different.
        day, history = day_of(payload), self._phone.history
        newer = next((n for n, entry in enumerate(history) if day_of(entry) < day), len(history))
        kept = next((n for n, row in enumerate(self._rows) if isinstance(row, DayRow) and row.day < day), None)
        tail = self._rows[kept:] if kept is not None else []
        self._become([*self._live_rows(), *rows_of(self._entries(history[:newer])), *tail])

    def _become(self, after: list[Row]) -> None:
        start, gone, new = changed_span(self._rows, after)
        if gone > _MANY and new > _MANY:
            self.beginResetModel()
            self._rows = after
            self.endResetModel()
            return
        same = min(gone, new)
        if same:
            self._rows[start : start + same] = after[start : start + same]
            self.dataChanged.emit(self.index(start), self.index(start + same - 1))
        if gone > same:
            self.beginRemoveRows(QModelIndex(), start + same, start + gone - 1)
            del self._rows[start + same : start + gone]
            self.endRemoveRows()
        elif new > same:
            self.beginInsertRows(QModelIndex(), start + same, start + new - 1)
            self._rows[start + same : start + same] = after[start + same : start + new]
            self.endInsertRows()

    def _wait_for_midnight(self) -> None:
        now = datetime.now()
        passed = (now - now.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
        self._midnight.start(int((24 * 3600 - passed + 1) * 1000))

    def _new_day(self) -> None:
        self.words_changed()
        self._wait_for_midnight()
