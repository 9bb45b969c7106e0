"""The icon in the system tray: state at a glance, a plain menu, and attention when a ring could not be shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from softphone.phone.call import Call, CallState, Intent
from softphone.phone.failure import Refused
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.phone.registration import RegistrationState
from softphone.phone.session import SessionState
from softphone.ui import text_actions, text_status, text_tray
from softphone.ui import text_call as words
from softphone.ui.availability import DND, FORWARDING, Availability
from softphone.ui.text import timer
from softphone.ui.theme.theme import theme
from softphone.ui.tray.tray_icon import TrayState, dark_panel, tray_icon

_FRAME_MS, _CALM_FRAME_MS = 500, 1000


@dataclass(frozen=True)
class TrayActions:
    """What the tray asks of the windows. `show_ringing` tells whether a ringing call was brought to the front;
    `settings` opens a page by its name, "" for the first."""

    show_or_hide: Callable[[], object]
    open_window: Callable[[], object]
    new_call: Callable[[], object]
    show_missed: Callable[[], object]
    show_call: Callable[[], object]
    show_ringing: Callable[[], bool]
    show_voicemail: Callable[[], object]
    settings: Callable[[str], object]
    quit: Callable[[], object]


@dataclass(frozen=True)
class _Item:
    """One line of the menu; two are the same when they look the same and mean the same call."""

    text: str
    act: Callable[[], object] | None = field(default=None, compare=False)
    checked: bool | None = None
    allowed: bool = True
    heading: bool = False
    call_id: str = ""
    inside: tuple[_Item, ...] = ()


class Tray(QObject):
    """Without a tray on this desktop `available` is False, and closing the window must minimise it instead."""

    def __init__(self, phone: Phone, actions: TrayActions) -> None:
        super().__init__()
        self._phone = phone
        self._actions = actions
        self._availability = Availability(phone, self)
        self._frame = 0
        self._shown_state: tuple[TrayState, bool] | None = None
        self._filled: list[_Item] = []
        self._menu = QMenu()
        self._submenus: list[QMenu] = []
        self._menu.aboutToShow.connect(self._fill)
        self.icon = QSystemTrayIcon(self)
        self.icon.setContextMenu(self._menu)
        self.icon.activated.connect(self._activated)
        self.icon.messageClicked.connect(self._message_clicked)
        self._frames = QTimer(self)
        self._frames.timeout.connect(self._next_frame)
        for topic in (Topic.CALLS, Topic.REGISTRATION, Topic.SESSION, Topic.HISTORY, Topic.DIRECTORY, Topic.MAILBOX):
            phone.on(topic, lambda _payload: self.refresh())
        self._availability.changed.connect(self.refresh)
        theme().changed.connect(self.refresh)
        self.refresh()

    @property
    def available(self) -> bool:
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show(self) -> None:
        """It appears as soon as the desktop has a tray."""
        self.icon.show()

    def hide(self) -> None:
        self.icon.hide()

    @property
    def menu(self) -> QMenu:
        return self._menu

    @property
    def state(self) -> TrayState:
        phone = self._phone
        if phone.calls.ringing:
            return TrayState.RINGING_2 if self._frame % 2 else TrayState.RINGING_1
        if phone.calls.active is not None:
            return TrayState.ON_CALL
        if not phone.can_call:
            return TrayState.OFFLINE
        if phone.missed_unseen:
            return TrayState.MISSED
        reach = self._availability.reach
        if reach == "dnd":
            return TrayState.DO_NOT_DISTURB
        return TrayState.FORWARDING if reach == "forwarding" else TrayState.AVAILABLE

    def call_attention(self, call: Call) -> None:
        """A ringing call whose window could not be seen: the system's own notification."""
        who = words.caller(self._phone, call.remote)
        text = f"{who.name}\n{who.line}" if who.line else who.name
        if QSystemTrayIcon.supportsMessages():
            self.icon.showMessage(text_actions.incoming_call(), text, QSystemTrayIcon.MessageIcon.NoIcon, 30_000)

    def tell(self, title: str, text: str) -> None:
        """A notification that needs no answer."""
        if QSystemTrayIcon.supportsMessages():
            self.icon.showMessage(title, text, QSystemTrayIcon.MessageIcon.NoIcon, 8000)

    def refresh(self) -> None:
        ringing = bool(self._phone.calls.ringing)
        if ringing and not self._frames.isActive():
            self._frame = 0
            self._frames.start(_CALM_FRAME_MS if theme().reduced_motion else _FRAME_MS)
        elif not ringing:
            self._frames.stop()
        self._show_state()
        tip = words.tray_tip(self._phone, self._status())
        if tip != self.icon.toolTip():
            self.icon.setToolTip(tip)
        self._refill()

    def _status(self) -> str:
        phone = self._phone
        if phone.calls.ringing:
            return text_actions.incoming_call()
        if phone.calls.active is not None:
            return text_tray.on_a_call()
        state = phone.registration.state
        if state is RegistrationState.REGISTERED:
            reach = self._availability.reach
            if reach == "dnd":
                return text_status.do_not_disturb()
            if reach == "forwarding":
                return text_status.forwarding_to(self._availability.targets)
            return text_tray.available()
        return text_tray.reconnecting() if state is RegistrationState.REGISTERING else text_tray.offline()

    def _show_state(self) -> None:
        now = (self.state, dark_panel())
        if now != self._shown_state:
            self._shown_state = now
            self.icon.setIcon(tray_icon(*now))

    def _next_frame(self) -> None:
        self._frame += 1
        self._show_state()

    # --- the menu -------------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        """Plain items only, as every desktop's own menu can show them."""
        items = self._items()
        self._filled = [item for item in items if item is not None and not item.heading]
        self._menu.clear()
        for submenu in self._submenus:  # `clear` takes their lines away and leaves the menus
            submenu.deleteLater()
        self._submenus = []
        for item in items:
            if item is None:
                self._menu.addSeparator()
                continue
            if item.inside:
                self._add_submenu(item)
                continue
            self._add_action(self._menu, item)

    def _add_submenu(self, item: _Item) -> None:
        submenu = self._menu.addMenu(item.text.replace("&", "&&"))
        self._submenus.append(submenu)
        for line in item.inside:
            self._add_action(submenu, line)

    @staticmethod
    def _add_action(menu: QMenu, item: _Item) -> None:
        action = menu.addAction(item.text.replace("&", "&&"))
        action.setEnabled(item.allowed and not item.heading)
        if item.checked is not None:
            action.setCheckable(True)
            action.setChecked(item.checked)
        if item.act is not None:
            action.triggered.connect(lambda _=False, act=item.act: act())

    def _refill(self) -> None:
        """Not for the time alone, and not under the pointer."""
        now = [item for item in self._items() if item is not None and not item.heading]
        if now != self._filled and not self._menu.isVisible():
            self._fill()

    def _items(self) -> list[_Item | None]:
        phone, actions = self._phone, self._actions
        if phone.calls.ringing:
            items = self._ringing_items(phone.calls.ringing[0])
        elif phone.calls.active is not None:
            items = self._call_items(phone.calls.active)
        else:
            items = [_Item(words.account_line(phone), heading=True), None]
            if phone.session.state is SessionState.SIGNED_IN:
                items.append(_Item(text_tray.new_call(), actions.new_call))
                if phone.missed_unseen:
                    items.append(_Item(words.missed_calls(phone.missed_unseen), actions.show_missed))
                if phone.mailbox_new:
                    items.append(_Item(text_status.new_voicemails(phone.mailbox_new), actions.show_voicemail))
                items.append(None)
                items += self._availability_items()
                items += [_Item(text_status.settings_opens(), lambda: actions.settings("")), None]
        items.append(_Item(text_tray.open_product(), actions.open_window))
        items.append(_Item(text_actions.quit_(), actions.quit))
        return items

    def _availability_items(self) -> list[_Item | None]:
        availability = self._availability
        reach, may_quiet = availability.reach, availability.can_change(DND)
        may_forward = availability.can_change(FORWARDING) and bool(availability.targets)
        items: list[_Item | None] = []
        if may_quiet or may_forward:
            items.append(_Item(text_tray.available(), availability.ring, checked=reach == "available"))
        if may_quiet:
            lines = [
                _Item(text_status.for_an_hour(), lambda: availability.quiet(availability.now + timedelta(hours=1))),
                _Item(text_status.until_tomorrow(), lambda: availability.quiet(availability.tomorrow)),
                _Item(text_status.until_i_turn_it_off(), lambda: availability.quiet(None)),
            ]
            if reach == "dnd":
                lines.insert(0, _Item(text_status.turn_off(), availability.end_quiet))
            items.append(_Item(text_status.do_not_disturb(), inside=tuple(lines)))
        if may_forward:
            on = availability.forwarding
            items.append(_Item(text_status.forward_calls_to(availability.targets),
                               lambda: availability.forward(not on), checked=on))  # fmt: skip
        return [*items, None] if items else []

    def _call_items(self, call: Call) -> list[_Item | None]:
        calls, held = self._phone.calls, call.held_local
        name = words.caller(self._phone, call.remote).name
        if call.state is CallState.CONFIRMED:
            time = timer(call.talk_seconds(self._phone.now()))
            heading = text_tray.on_a_call_with(name, time)
        else:
            heading = text_tray.calling(name)
        may_hold = call.may(Intent.RESUME if held else Intent.HOLD)
        return [
            _Item(heading, heading=True),
            None,
            _Item(
                text_actions.mute(), self._asks(lambda: calls.set_muted(call.id, not call.muted)),
                checked=call.muted, allowed=call.may(Intent.MUTE), call_id=call.id,
            ),
            _Item(
                text_actions.hold(),
                self._asks(lambda: calls.resume(call.id) if call.held_local else calls.hold(call.id)),
                checked=held, allowed=may_hold, call_id=call.id,
            ),
            _Item(text_actions.end_call(), self._asks(lambda: calls.hang_up(call.id)), call_id=call.id),
            None,
            _Item(text_tray.show_the_call(), self._actions.show_call),
        ]  # fmt: skip

    def _ringing_items(self, call: Call) -> list[_Item | None]:
        calls = self._phone.calls
        name = words.caller(self._phone, call.remote).name
        answer = text_actions.answer()
        if calls.active is not None:
            answer = text_actions.hold_and_answer() if self._can_hold() else text_actions.end_and_answer()
        items: list[_Item | None] = [
            _Item(text_tray.incoming_call_from(name), heading=True),
            None,
            _Item(answer, self._asks(lambda: calls.answer(call.id)), call_id=call.id),
            _Item(text_actions.decline(), self._asks(lambda: calls.decline(call.id)), call_id=call.id),
        ]
        if not call.silenced:
            silence = self._asks(lambda: calls.silence(call.id))
            items.append(_Item(text_actions.stop_ringing(), silence, call_id=call.id))
        return [*items, None]

    def _can_hold(self) -> bool:
        active = self._phone.calls.active
        return active is not None and (active.held_local or active.may(Intent.HOLD))

    def _asks(self, intent: Callable[[], object]) -> Callable[[], None]:
        def ask() -> None:
            try:
                intent()
            except Refused:
                self.refresh()  # too late: show what is

        return ask

    # --- clicks ---------------------------------------------------------------------------------------------------

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        """A left click; a right click opens the menu by itself."""
        if reason is not QSystemTrayIcon.ActivationReason.Trigger:
            return
        if not (self._phone.calls.ringing and self._actions.show_ringing()):
            self._actions.show_or_hide()

    def _message_clicked(self) -> None:
        if not (self._phone.calls.ringing and self._actions.show_ringing()):
            self._actions.open_window()
