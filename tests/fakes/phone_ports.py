"""Hand-written fakes of the telephone's ports, and a telephone standing on them."""

from __future__ import annotations

from dataclasses import dataclass, field

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.account import Provisioning, SignedIn
from softphone.phone.history import HistoryEntry
from softphone.phone.party import Party
from softphone.phone.phone import Phone, PhoneConfig
from softphone.phone.registration import RegistrationState
from softphone.phone.secret import Secret
from softphone.phone.session import LINE

ANY_PASSWORD = Secret("correct horse")


@dataclass
class RecordingUserAgent:
    """Keeps what it was asked; answers nothing by itself."""

    sent: list[cmd.Command] = field(default_factory=list)

    def send(self, command: cmd.Command) -> None:
        self.sent.append(command)

    def of(self, kind: type) -> list:
        return [command for command in self.sent if isinstance(command, kind)]

    @property
    def last(self) -> cmd.Command:
        return self.sent[-1]

    @property
    def tone(self) -> str:
        tones = self.of(cmd.PlayTone)
        return tones[-1].tone if tones else "none"


@dataclass
class RecordingAccount:
    asked: list[tuple] = field(default_factory=list)

    def sign_in(self, email, password, service, replace_device, keep) -> None:
        self.asked.append(("sign_in", email, password, service, replace_device, keep))

    def keep_sip_account(self, provisioning, keep) -> None:
        self.asked.append(("keep_sip_account", provisioning, keep))

    def cancel_sign_in(self) -> None:
        self.asked.append(("cancel_sign_in",))

    def restore(self) -> None:
        self.asked.append(("restore",))

    def refresh(self) -> None:
        self.asked.append(("refresh",))

    def sign_out(self) -> None:
        self.asked.append(("sign_out",))

    def load_settings(self) -> None:
        self.asked.append(("load_settings",))

    def load_setting_authors(self, since) -> None:
        self.asked.append(("load_setting_authors", since))

    def save_settings(self, patch, etag) -> None:
        self.asked.append(("save_settings", patch, etag))

    def load_calls(self) -> None:
        self.asked.append(("load_calls",))

    def load_voicemails(self) -> None:
        self.asked.append(("load_voicemails",))

    def fetch_voicemail(self, voicemail_id) -> None:
        self.asked.append(("fetch_voicemail", voicemail_id))

    def mark_voicemail(self, voicemail_id, read) -> None:
        self.asked.append(("mark_voicemail", voicemail_id, read))

    def delete_voicemail(self, voicemail_id) -> None:
        self.asked.append(("delete_voicemail", voicemail_id))

    def fetch_message(self) -> None:
        self.asked.append(("fetch_message",))

    def upload_message(self, path) -> None:
        self.asked.append(("upload_message", path))

    def preview_speech(self, speech) -> None:
        self.asked.append(("preview_speech", speech))

    def request_caller_id(self, number, note) -> None:
        self.asked.append(("request_caller_id", number, note))

    def deactivate_device(self, device_id) -> None:
        self.asked.append(("deactivate_device", device_id))

    @property
    def saves(self) -> list[tuple[dict, str]]:
        """The patches that were sent, each with the version it was made on."""
        return [one[1:] for one in self.asked if one[0] == "save_settings"]


@dataclass
class MemoryHistory:
    entries: dict[str, HistoryEntry] = field(default_factory=dict)
    seen_before: float = 0.0

    def save(self, entry: HistoryEntry) -> None:
        self.entries[entry.id] = entry

    def mark_seen(self, before: float) -> None:
        self.seen_before = before

    def remove(self, entry_id: str) -> None:
        self.entries.pop(entry_id, None)


@dataclass
class HandClock:
    """Moves only when told."""

    time: float = 1_795_000_000.0

    def now(self) -> float:
        return self.time

    def pass_(self, seconds: float) -> None:
        self.time += seconds


def any_provisioning(**changes) -> Provisioning:
    values = {
        "domain": "phone.example.com",
        "username": "100",
        "auth_username": "100-d1",
        "password": Secret("sip secret"),
        "display_name": "Alice Tan",
    }
    return Provisioning(**{**values, **changes})


def any_session(**changes) -> SignedIn:
    values = {
        "service": "https://phone.example.com/api/v1",
        "email": "alice@example.com",
        "name": "Alice Tan",
        "organisation": "Example",
        "extension": "100",
        "refresh_token": Secret("refresh"),
    }
    return SignedIn(**{**values, **changes})


def any_document(**changes) -> dict:
    document = {
        "key": "100",
        "label": "Alice Tan",
        "call_waiting": True,
        "caller_id": {"mode": "fixed", "number": "+6561234567", "numbers": ["+6561234567", "+6591112222"]},
        "network": {"tls": False, "stun": False, "local_sip_server_ip": None},
    }
    return {**document, **changes}


def make_phone(*, signed_in: bool = True, registered: bool = True):
    """`(phone, user_agent, account, history, clock)`; signed in as Alice on 100 and registered unless told."""
    user_agent, account, history, clock = RecordingUserAgent(), RecordingAccount(), MemoryHistory(), HandClock()
    phone = Phone(user_agent, account, history, clock, PhoneConfig(instance_id="installation-1", region="SG"))
    phone.handle(ev.UserAgentReady("2.15"))
    if signed_in:
        phone.handle(ev.SessionOpened(any_session()))
        phone.handle(ev.ProvisioningLoaded(any_provisioning()))
        phone.handle(ev.ExtensionLoaded(any_document(), '"1"'))
        if registered:
            phone.handle(ev.RegistrationChanged(LINE, RegistrationState.REGISTERED, expires=120, transport="udp"))
    else:
        phone.handle(ev.NothingSaved())
    return phone, user_agent, account, history, clock


def incoming(phone: Phone, call_id: str = "in-1", number: str = "+6591234567", name: str = ""):
    """A call comes in; returns its Call."""
    phone.handle(ev.InviteReceived(call_id, LINE, Party(number, "phone.example.com", name), called="100"))
    return phone.calls.get(call_id)


def talking(phone: Phone, call_id: str = "in-1", number: str = "+6591234567", name: str = ""):
    """A call that was answered here and has sound; returns its Call."""
    call = incoming(phone, call_id, number, name)
    phone.calls.answer(call_id)
    phone.handle(ev.CallAnswered(call_id))
    phone.handle(ev.CallConfirmed(call_id))
    phone.handle(ev.MediaChanged(call_id, True, "G722", 16000, "", "udp"))
    return call


def dialled(phone: Phone, text: str = "101"):
    """A call placed from here; returns its Call."""
    return phone.call(text)
