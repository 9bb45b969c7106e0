"""The menu behind the status chip: available, do not disturb, forwarding, and what belongs to the account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from PySide6.QtWidgets import QVBoxLayout, QWidget

from softphone.phone.phone import Phone
from softphone.phone.registration import RegistrationState
from softphone.ui import text_actions, text_pages, text_status
from softphone.ui.availability import DND, FORWARDING, Availability
from softphone.ui.main.menu_section import SectionMenu
from softphone.ui.text import clock
from softphone.ui.text_main import registration_line
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.labels import Label, TextBlock
from softphone.ui.widgets.popup import MenuItem

DEVICES = "/ring_devices"
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class StatusActions:
    """What the menu asks of the window. `settings`: a page by its name, "" for the first."""

    settings: Callable[[str], object]
    sign_out: Callable[[], object]
    quit: Callable[[], object]


class _Summary(QWidget):
    """While calls do not reach this computer: that, and why."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 6)
        column.setSpacing(2)
        column.addWidget(Label(title, "bodyStrong", "warn-text"))
        block = TextBlock(text, "caption", "text-secondary")
        block.setFixedWidth(theme().scaled(256))
        block.setFixedHeight(block.heightForWidth(theme().scaled(256)))
        column.addWidget(block)


def status_menu(
    chip: QWidget, phone: Phone, availability: Availability, actions: StatusActions, status: str
) -> SectionMenu:
    """Filled for how it is now; open it below the chip. `status` is what the chip says."""
    registered = phone.registration.state is RegistrationState.REGISTERED
    menu = SectionMenu(chip, text_pages.status(), min_width=290)
    if not registered:
        registration = phone.registration
        line = registration_line(
            registration.state, registration.failure, registration.server, registration.transport
        )  # fmt: skip
        menu.add_widget(_Summary(status, line))
        menu.add_item(MenuItem(text_pages.try_now(), phone.register_now, "arrow-clockwise", accent=True))
        menu.add_separator()
    reach = availability.reach
    may_quiet, may_forward = availability.can_change(DND), availability.can_change(FORWARDING)
    if may_quiet or may_forward:
        rings = reach == "available"
        may_ring = rings or (may_quiet if reach == "dnd" else may_forward)
        menu.add_item(
            MenuItem(text_status.available(), availability.ring, mark="available", checked=rings, enabled=may_ring)
        )
    _add_quiet(menu, availability, actions)
    _add_forwarding(menu, availability, actions)
    if phone.settings.available(DEVICES) and phone.settings.document is not None:
        types = tuple(phone.settings.document.ring_devices)
        menu.add_separator()
        menu.add_item(
            MenuItem(text_status.rings_on(), lambda: actions.settings("devices_ringing"), "bell",
                     trailing=text_status.devices(types))
        )  # fmt: skip
    menu.add_separator()
    ends = text_pages.ends_your_call() if phone.calls.alive else ""
    menu.add_item(MenuItem(text_pages.sign_out(), actions.sign_out, "sign-out", detail=ends))
    menu.add_item(MenuItem(text_actions.quit_(), actions.quit, "power", trailing=text_pages.quit_keys()))
    return menu


def _add_quiet(menu: SectionMenu, availability: Availability, actions: StatusActions) -> None:
    if not availability.can_change(DND):
        if availability.reach == "dnd":
            menu.add_item(MenuItem(text_status.do_not_disturb(), mark="dnd", checked=True, enabled=False,
                                   detail=text_status.locked()))  # fmt: skip
        return
    on, now = availability.reach == "dnd", availability.now
    hour, morning = now + _HOUR, availability.tomorrow
    detail = text_status.quiet_state(availability.until, now) if on else text_status.neither_ring_nor_forward()
    lines = [
        MenuItem(text_status.for_an_hour(), lambda: availability.quiet(hour), trailing=text_status.until(hour)),
        MenuItem(text_status.until_tomorrow(), lambda: availability.quiet(morning), trailing=clock(morning)),
        MenuItem(text_status.until_i_turn_it_off(), lambda: availability.quiet(None),
                 checked=on and availability.until is None),
        MenuItem(text_status.another_time(), lambda: actions.settings("do_not_disturb"), accent=True),
    ]  # fmt: skip
    if on:
        lines.insert(0, MenuItem(text_status.turn_off(), availability.end_quiet))
    menu.add_section(MenuItem(text_status.do_not_disturb(), mark="dnd", detail=detail), lines, is_open=on)


def _add_forwarding(menu: SectionMenu, availability: Availability, actions: StatusActions) -> None:
    targets, on = availability.targets, availability.forwarding
    if not availability.can_change(FORWARDING):
        if on:
            menu.add_item(MenuItem(text_status.forward_calls(), mark="forwarding", checked=True, enabled=False,
                                   detail=text_status.locked()))  # fmt: skip
        return

    def choose_targets() -> None:
        actions.settings("forwarding")

    head = MenuItem(text_status.forward_calls(), choose_targets, mark="forwarding",
                    detail=text_status.to_targets(targets) if targets else text_status.no_targets_yet())  # fmt: skip
    if not targets:
        menu.add_item(head)
        return
    lines = [
        MenuItem(text_status.forward_now(targets), lambda: availability.forward(True), checked=on),
        MenuItem(text_status.ring_here(), lambda: availability.forward(False), checked=not on),
        MenuItem(text_status.change_targets(), choose_targets, accent=True),
    ]
    menu.add_section(head, lines, is_open=on and availability.reach != "dnd")
