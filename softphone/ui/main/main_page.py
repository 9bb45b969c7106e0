"""The page of somebody signed in: the column with its pages, and beside or over it the person or the call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QSplitterHandle, QStackedLayout, QVBoxLayout, QWidget

from softphone.phone.call import Call
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.phone.session import SessionState
from softphone.ui import text_pages, text_status
from softphone.ui.main.call_rows import CallRow
from softphone.ui.main.empty_state import EmptyState
from softphone.ui.main.main_column import MainColumn
from softphone.ui.main.navigation import Navigation, Place
from softphone.ui.main.person_page import PersonPage
from softphone.ui.main.sizes import LIST_LEAST, LIST_MOST, LIST_WIDTH, WIDE
from softphone.ui.theme.theme import theme


class Stage(Protocol):
    """What the page asks of the call stage, which is a widget."""

    call: Call | None

    def set_beside_list(self, beside: bool) -> None: ...

    def toggle_keypad(self) -> None: ...


#: Makes the stage when the first call needs it: `stage_factory(show_audio=..., add_call=...)`.
StageFactory = Callable[..., QWidget]


class _Handle(QSplitterHandle):
    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().color("line-subtle"))


class _Splitter(QSplitter):
    def createHandle(self) -> QSplitterHandle:
        return _Handle(self.orientation(), self)


class _Pane(QWidget):
    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().color("bg-window"))


class MainPage(QWidget):
    """Compact below 760: pages over each other, a bar below. Wide: rail, list, and a pane for person or call."""

    mini_bar_wanted = Signal()
    settings_wanted = Signal(str)  # a page of the settings window by its name, "" for the first

    def __init__(
        self,
        phone: Phone,
        stage_factory: StageFactory,
        *,
        demo: bool = False,
        test_number: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._phone = phone
        self._stage_factory = stage_factory
        self._stage: QWidget | None = None
        self._person: PersonPage | None = None
        self._page = "calls"
        self._wide: bool | None = None
        self._list_width = LIST_WIDTH
        self._stage_left = False
        self._known: set[str] = set()
        self._fade: object | None = None
        self.column = MainColumn(phone, demo=demo, test_number=test_number)
        places = (
            Place("calls", text_pages.calls(), "clock-counter-clockwise"),
            Place("keypad", text_pages.keypad(), "dots-nine"),
            Place("settings", text_status.settings(), "gear-six", last=True),
        )
        self.bar = Navigation(places, rail=False)
        self.rail = Navigation(places, rail=True)
        self._nothing = EmptyState("phone-call", text_pages.choose_a_call(), middle=True, paper="bg-window")
        self.pane = _Pane()
        self._pane_pages = QStackedLayout(self.pane)
        self._pane_pages.addWidget(self._nothing)
        self._lay_out()
        for navigation in (self.bar, self.rail):
            navigation.chosen.connect(self._chosen)
        self.column.settings_wanted.connect(self.settings_wanted)
        calls = self.column.calls
        calls.list.chosen.connect(self._row_chosen)
        calls.list.live_wanted.connect(lambda _: self.back_to_call())
        self.column.bar.back.connect(self.back_to_call)
        phone.on(Topic.CALLS, lambda _: self._calls_changed())
        calls.count_changed.connect(self._count)
        phone.on(Topic.SESSION, lambda _: self._session_changed())
        self._count()
        self._arrange()

    def _lay_out(self) -> None:
        self._shell = QWidget()
        self._splitter = _Splitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.column)
        self._splitter.addWidget(self.pane)
        self._splitter.setStretchFactor(0, 0)
        self._splitter.splitterMoved.connect(lambda *_: self._list_moved())
        self._splitter.setStretchFactor(1, 1)
        self.pane.setMinimumWidth(320)
        across = QHBoxLayout()
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self.rail)
        across.addWidget(self._splitter, 1)
        column = QVBoxLayout(self._shell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(across, 1)
        column.addWidget(self.bar)
        self._cover = QWidget()
        self._cover_layout = QVBoxLayout(self._cover)
        self._cover_layout.setContentsMargins(0, 0, 0, 0)
        self._root = QStackedLayout(self)
        self._root.addWidget(self._shell)
        self._root.addWidget(self._cover)

    # --- what it shows --------------------------------------------------------------------------------------------

    @property
    def wide(self) -> bool:
        return bool(self._wide)

    @property
    def page(self) -> str:
        return self._page

    @property
    def stage(self) -> QWidget | None:
        """The call stage once a call has needed it."""
        return self._stage

    @property
    def stage_shown(self) -> bool:
        return self._on_stage() is not None and not self._stage_left

    @property
    def person(self) -> PersonPage | None:
        return self._person

    @property
    def list_width(self) -> int:
        """Of the wide window, chosen with the splitter."""
        return self._list_width

    def set_list_width(self, width: int) -> None:
        self._list_width = max(LIST_LEAST, min(LIST_MOST, width))
        if self._wide:
            self._splitter.setSizes([self._list_width, max(320, self.width() - self._list_width - 77)])

    def _list_moved(self) -> None:
        self._list_width = self._splitter.sizes()[0]

    def _chosen(self, name: str) -> None:
        if name == "settings":
            self.settings_wanted.emit("")
        else:
            self.show_page(name)

    def show_page(self, name: str) -> None:
        """By its name: calls or keypad. In the wide window a call comes back beside the list."""
        self._page = name
        if not self._wide:
            self._leave_stage()
        else:
            self._stage_left = False
        self._change()
        self.column.focus_page()

    def show_audio(self) -> None:
        self.settings_wanted.emit("audio")

    def focus_box(self) -> None:
        if self._page != "calls":
            self.show_page("calls")
        elif not self._wide and self.stage_shown:
            self._leave_stage()
            self._change()
        self.column.box.focus(select=True)

    def back_to_call(self) -> None:
        self._stage_left = False
        self._change()

    def leave_call(self) -> None:
        """Back to the list, the call goes on."""
        self._leave_stage()
        self._change()
        self.column.focus_page()

    def toggle_call_keypad(self) -> None:
        if self._on_stage() is not None and self._stage is not None:
            if not self.stage_shown:
                self.back_to_call()
            cast(Stage, self._stage).toggle_keypad()

    # --- the stage ------------------------------------------------------------------------------------------------

    def _on_stage(self) -> Call | None:
        if next(iter(self._phone.calls), None) is None:
            return None  # without loading the stage
        from softphone.ui.stage.stage_state import shown_call

        return shown_call(self._phone)

    def _make_stage(self) -> QWidget:
        if self._stage is None:
            self._stage = self._stage_factory(show_audio=self.show_audio, add_call=self.focus_box)
            self._stage.back.connect(self.leave_call)  # type: ignore[attr-defined]
            self._stage.mini_bar.connect(self.mini_bar_wanted)  # type: ignore[attr-defined]
        return self._stage

    def _leave_stage(self) -> None:
        call = self._on_stage()
        if call is not None and not call.alive:
            self._phone.calls.forget_ended(call.id)
            call = None
        self._stage_left = call is not None

    def _calls_changed(self) -> None:
        call = self._on_stage()
        if call is None:
            over, self._stage_left = not self._stage_left, False
            self._known.clear()
            self._change()
            if over and self.isVisible() and not self._wide:
                self.column.focus_page()
            return
        if call.alive and call.id not in self._known:
            self._known.add(call.id)
            self._stage_left = False
        elif not call.alive and self._stage_left:
            if call.failure is None:
                self._phone.calls.forget_ended(call.id)  # nobody looks at its card
                return
            self._stage_left = False
        self._change()

    def _session_changed(self) -> None:
        if self._phone.session.state is not SessionState.SIGNED_IN and self._person is not None:
            self._pane_pages.setCurrentWidget(self._nothing)
            self._person.deleteLater()
            self._person = None
            self.column.calls.list.clearSelection()

    # --- arranging ------------------------------------------------------------------------------------------------

    def _change(self) -> None:
        """Arrange, with a cross-fade when something else comes into view."""
        if self._in_view() == self._wanted_view() or not self.isVisible():
            self._arrange()
            return
        from softphone.ui.stage.cross_fade import CrossFade

        if not isinstance(self._fade, CrossFade):
            self._fade = CrossFade(self)
        self._fade.keep()
        self._arrange()
        self._fade.run()

    def _in_view(self) -> tuple[bool, bool]:
        stage = self._stage
        return bool(self._wide), stage is not None and stage.isVisible()

    def _wanted_view(self) -> tuple[bool, bool]:
        return bool(self._wide), self.stage_shown

    def _arrange(self) -> None:
        wide, stage_shown = bool(self._wide), self.stage_shown
        self.rail.setVisible(wide)
        self.bar.setVisible(not wide)
        self.pane.setVisible(wide)
        self.column.setMinimumWidth(LIST_LEAST if wide else 0)
        self.column.setMaximumWidth(LIST_MOST if wide else 16_777_215)
        for navigation in (self.rail, self.bar):
            navigation.set_current(self._page)
        self.column.calls.set_beside_detail(wide)
        self.column.show_page(self._page)
        if stage_shown:
            stage = self._make_stage()
            cast(Stage, stage).set_beside_list(wide)
            if wide:
                self._put_in_pane(stage)
            elif stage.parentWidget() is not self._cover:
                self._cover_layout.addWidget(stage)
            stage.show()
        if not stage_shown and self._stage is not None:
            self._stage.hide()
        self._root.setCurrentWidget(self._cover if stage_shown and not wide else self._shell)
        if wide and not stage_shown:
            self._show_detail()
        call = self._on_stage()
        self.column.show_call_bar(call if call is not None and call.alive and not stage_shown else None)

    def _put_in_pane(self, widget: QWidget) -> None:
        current = self._pane_pages.currentWidget()
        if current is not None and current is not widget:
            current.hide()
        if self._pane_pages.indexOf(widget) < 0:
            self._pane_pages.addWidget(widget)
        self._pane_pages.setCurrentWidget(widget)

    def _show_detail(self) -> None:
        if self._person is not None and self._person.party is not None:
            self._put_in_pane(self._person)
        else:
            self._put_in_pane(self._nothing)

    def _row_chosen(self, row: CallRow) -> None:
        if not self._wide:
            return
        if self._person is None:
            self._person = PersonPage(self._phone)
            self._person.call_wanted.connect(self.column.call_number)
            self._person.copy_wanted.connect(self.column.copy)
        self._person.show_party(row.newest.remote)
        if not self.stage_shown:
            self._arrange()

    def _count(self) -> None:
        for navigation in (self.bar, self.rail):
            navigation.set_count("calls", self._phone.missed_unseen + self.column.calls.new_voicemails)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= WIDE
        if wide != self._wide:
            self._wide = wide
            self._arrange()
            if wide:
                self.set_list_width(self._list_width)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().color("bg-window"))
