"""A settings window over a real telephone whose account service is played by hand."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from softphone.extension.document import merge_patch
from softphone.phone import events as ev
from softphone.phone.account import DirectoryEntry
from softphone.phone.registration import RegistrationState
from softphone.phone.session import LINE
from softphone.ui.choices import Choices
from softphone.ui.settings.pages import all_pages
from softphone.ui.settings.settings_window import SettingsWindow
from tests.fakes.phone_ports import ANY_PASSWORD, any_document, make_phone

DESKTOP = {"id": "d1", "type": "desktop", "name": "MEI-LAPTOP", "mac": None, "activated": True, "this_device": True,
           "last_seen": "2026-11-22T09:30:00+08:00"}  # fmt: skip
IP_PHONE = {"id": "d2", "type": "ip_phone", "name": "Level 3 desk", "mac": "00:15:65:A2:7C:10", "activated": True,
            "this_device": False, "last_seen": None}  # fmt: skip


def whole_document(**changes):
    """Everything an account service says, with two devices."""
    document = any_document(
        label="Mei Tan", passcode="482100", type="normal", role="member", call_group=None,
        assignee={"name": "Mei Tan", "email": "mei.tan@example.com"}, hot_desking=False, debug_mode=True,
        restricted=True, devices=[DESKTOP, IP_PHONE], ring_devices=["desktop", "ip_phone"], primary_device=None,
        gateway=None, dnd={"enabled": False, "until": None},
        forwarding={"enabled": False, "number": None, "extensions": ["101", "102", "103"],
                    "vip": ["+6531234567", "+6569876543"]},
        usage_limit={"kind": "duration", "limit": 600, "used": 378, "resets_on": "2026-12-01"},
        no_answer={"action": "voicemail", "number": None, "after_seconds": 20, "emails": ["mei.tan@example.com"],
                   "message": {"kind": "speech", "speech": {"language": "en", "gender": "female", "pitch": 5,
                                                           "rate": 5, "text": "Please leave a message."}}},
        outbound_rule="standard", locked=["/usage_limit", "/outbound_rule"],
        caller_id={"mode": "fixed", "number": "+6561234567", "numbers": ["+6561234567", "+6591112222"],
                   "assigned": [], "transfer": {"internal": "extension_key", "external": "assigned_caller_id"},
                   "forward": {"internal": "extension_key", "external": "assigned_caller_id"}},
    )  # fmt: skip
    return {**document, **changes}


PEOPLE = (
    DirectoryEntry("101", "Arun Rao"), DirectoryEntry("102", "Priya Nair"), DirectoryEntry("103", "Lena Vogel"),
    DirectoryEntry("600", "Sales", "group"),
)  # fmt: skip


class SettingsBench:
    """The window, and what the service would answer."""

    def __init__(self, qtbot=None, *, page="", pages=None, size=(920, 680), services=None, plain=False, **changes):
        self.qtbot = qtbot
        self.phone, self.user_agent, self.account, _, self.clock = make_phone(signed_in=not plain)
        self.version = 2
        self.document = whole_document(**changes)
        if plain:
            self.phone.sign_in_sip("100@phone.example.com", ANY_PASSWORD)
            self.phone.handle(ev.RegistrationChanged(LINE, RegistrationState.REGISTERED, expires=120, transport="udp"))
        else:
            self.phone.handle(ev.ExtensionLoaded(self.document, '"2"'))
            self.phone.handle(ev.DirectoryLoaded(PEOPLE))
        self.choices = Choices()
        more = {"choices": self.choices, **(services or {})}
        self.window = SettingsWindow(self.phone, pages if pages is not None else all_pages(), more)
        if qtbot is not None:
            qtbot.addWidget(self.window)
        self.window.resize(*size)
        self.window.show()
        self.window.open(page)
        self.settle()

    def settle(self):
        """What is to be shown is shown."""
        self.window.refresh()

    def row(self, name):
        view = self.window.view
        assert view is not None, "no page is shown"
        return view.rows[name]

    def click(self, widget, at=None):
        QApplication.processEvents()  # what has just opened has its place
        if at is None:
            self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
        else:
            self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at)

    def keys(self, widget, *keys):
        for key in keys:
            self.qtbot.keyClick(widget, key)

    @property
    def saves(self):
        """The patches that were sent to the service."""
        return [ask[1] for ask in self.account.asked if ask[0] == "save_settings"]

    def service_saves(self, **also):
        """It has taken the last patch, perhaps with another change in between."""
        self.document = merge_patch(self.document, self.saves[-1])
        self._told(also, ev.SettingsSaved)

    def service_refuses(self, failure):
        self.phone.handle(ev.SettingsRefused(failure))
        self.settle()

    def somebody_changes(self, **changes):
        """On another device, or by an administrator."""
        self._told(changes, ev.ExtensionLoaded)

    def _told(self, changes, kind):
        self.version += 1
        self.document = merge_patch(self.document, changes)
        self.phone.handle(kind(self.document, f'"{self.version}"'))
        self.settle()
