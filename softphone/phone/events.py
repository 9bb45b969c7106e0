"""Everything that can happen to the telephone. Past-tense facts; plain values; one page.

The first part comes from the user agent's process over the pipe, the second from this process (account service, store,
supervision). All reach `Phone.handle` on the main thread, through the one doorway. Answers to what was asked of the
account service's smaller parts are in `service_events.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from softphone.phone.account import DirectoryEntry, Provisioning, SignedIn
from softphone.phone.failure import Failure, SettingAuthor
from softphone.phone.party import Party
from softphone.phone.registration import RegistrationState
from softphone.phone.secret import Secret
from softphone.phone.service_events import (
    CallerIdRequestsLoaded,
    OutboundRulesLoaded,
    RequestDone,
    RequestRefused,
    ServerCallsLoaded,
    ServiceEvent,
    SoundFetched,
    VoicemailsLoaded,
)
from softphone.phone.sound import SoundDevice, SoundInUse

__all__ = [  # beside what is here
    "CallerIdRequestsLoaded", "OutboundRulesLoaded", "RequestDone", "RequestRefused", "ServerCallsLoaded",
    "ServiceEvent", "SoundFetched", "VoicemailsLoaded",
]  # fmt: skip

# --- from the user agent -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UserAgentReady:
    version: str  # of PJSIP
    codecs: tuple[str, ...] = ()
    max_calls: int = 4


@dataclass(frozen=True)
class RegistrationChanged:
    """`retry_in` seconds until the next try; `expires` seconds granted; `server` is the address used, "ip:port"."""

    line_id: str
    state: RegistrationState
    failure: Failure | None = None
    retry_in: float | None = None
    expires: int | None = None
    transport: str = ""
    server: str = ""


@dataclass(frozen=True)
class InviteReceived:
    """A call comes in. `ringing_sent`: its 180 has gone out already (see `ExpectCalls`)."""

    call_id: str
    line_id: str
    remote: Party  # P-Asserted-Identity where the registrar sent it, else From
    called: str = ""  # user part that was called (To)
    diverted_by: Party | None = None  # last Diversion / History-Info
    transferred_by: Party | None = None  # Referred-By
    ringing_sent: bool = False


@dataclass(frozen=True)
class CallProgressed:
    """A provisional answer (180, 181, 182, 183) to our INVITE; `early_media`: the network plays the sound."""

    call_id: str
    code: int
    reason: str = ""
    early_media: bool = False


@dataclass(frozen=True)
class CallAnswered:
    """2xx sent or received; ACK outstanding."""

    call_id: str


@dataclass(frozen=True)
class CallConfirmed:
    call_id: str


@dataclass(frozen=True)
class CallDisconnected:
    """`code`: final SIP status, 0 where there was none; `completed_elsewhere`: from Reason (RFC 3326)."""

    call_id: str
    code: int
    reason: str = ""
    by_remote: bool = True
    completed_elsewhere: bool = False
    failure: Failure | None = None  # where the cause is not a SIP status: time-out, transport, too many calls


@dataclass(frozen=True)
class HoldChanged:
    call_id: str
    local: bool
    remote: bool


@dataclass(frozen=True)
class HoldRefused:
    call_id: str
    failure: Failure


@dataclass(frozen=True)
class MediaChanged:
    """`srtp`: "" when the media is not encrypted, else the suite; `signalling`: udp | tcp | tls."""

    call_id: str
    active: bool
    codec: str = ""
    clock_rate: int = 0
    srtp: str = ""
    signalling: str = "udp"
    remote_media: str = ""


@dataclass(frozen=True)
class MediaMeasured:
    """Since the call began. Loss as fraction 0-1, times in ms, MOS 1-5 (E-model estimate, ITU-T G.107)."""

    call_id: str
    sent_packets: int = 0
    received_packets: int = 0
    loss_in: float = 0.0
    loss_out: float = 0.0
    jitter_ms: float = 0.0
    round_trip_ms: float = 0.0
    mos: float = 0.0
    quiet_seconds: float = 0.0  # since the last packet arrived


@dataclass(frozen=True)
class LevelsMeasured:
    """Peak levels, 0.0 to 1.0."""

    microphone: float
    speaker: float


@dataclass(frozen=True)
class DigitReceived:
    call_id: str
    digit: str = field(repr=False)  # may be part of a passcode


@dataclass(frozen=True)
class TransferProgressed:
    call_id: str
    code: int
    reason: str = ""
    final: bool = False


@dataclass(frozen=True)
class MessageWaiting:
    line_id: str
    new: int
    old: int = 0


@dataclass(frozen=True)
class SoundDevicesChanged:
    devices: tuple[SoundDevice, ...]
    in_use: SoundInUse = field(default_factory=SoundInUse)


@dataclass(frozen=True)
class SoundTrouble:
    """kind: no_microphone | no_speaker | microphone_lost | speaker_lost | microphone_blocked | found (it is over).

    `device` says whose trouble begins or is over: microphone | speaker | ringer; "" with found: nobody's is left.
    """

    kind: str
    device: str = ""
    name: str = ""  # of the device, as the system calls it


@dataclass(frozen=True)
class FilePlayed:
    """How far a sound file is, in seconds of its `total`; not `playing` any more: stopped, over, or at `fault`
    (unreadable)."""

    play_id: str
    at: float
    total: float
    playing: bool
    fault: str = ""


@dataclass(frozen=True)
class FileMeasured:
    """Of a sound file: its length, and the loudness of each stretch, 0.0 to 1.0. `fault`: unreadable."""

    path: str = field(repr=False)
    seconds: float = 0.0
    bars: tuple[float, ...] = field(default=(), repr=False)
    fault: str = ""


@dataclass(frozen=True)
class Pong:
    number: int


UserAgentEvent = (
    UserAgentReady
    | RegistrationChanged
    | InviteReceived
    | CallProgressed
    | CallAnswered
    | CallConfirmed
    | CallDisconnected
    | HoldChanged
    | HoldRefused
    | MediaChanged
    | MediaMeasured
    | LevelsMeasured
    | DigitReceived
    | TransferProgressed
    | MessageWaiting
    | SoundDevicesChanged
    | SoundTrouble
    | FilePlayed
    | FileMeasured
    | Pong
)

# --- from this process ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UserAgentDied:
    """The child is gone: every line and call it had is too. `restart_in` seconds."""

    cause: str  # "signal 6", "exit 3", "hung"
    restart_in: float


@dataclass(frozen=True)
class NothingSaved:
    """Start-up found no account to sign in to."""


@dataclass(frozen=True)
class SessionOpened:
    """Signed in, or an earlier sign-in taken up again (`restored`)."""

    session: SignedIn
    restored: bool = False


@dataclass(frozen=True)
class SignInRefused:
    failure: Failure


@dataclass(frozen=True)
class ProvisioningLoaded:
    provisioning: Provisioning
    saved: bool = False  # from the keychain, the service not yet asked


@dataclass(frozen=True)
class SipAccountLoaded:
    """A plain SIP account was found saved."""

    provisioning: Provisioning


@dataclass(frozen=True)
class ExtensionLoaded:
    """The extension document (`account-api`), plain JSON values, with its ETag. It holds a passcode: never logged."""

    document: dict[str, object] = field(repr=False)
    etag: str


@dataclass(frozen=True)
class SettingsSaved:
    """The service has taken the change; the document and ETag as they are now. It holds a passcode: never logged."""

    document: dict[str, object] = field(repr=False)
    etag: str


@dataclass(frozen=True)
class SettingsRefused:
    """The change in flight was not saved."""

    failure: Failure


@dataclass(frozen=True)
class SettingAuthorsLoaded:
    authors: tuple[SettingAuthor, ...]


@dataclass(frozen=True)
class DirectoryLoaded:
    entries: tuple[DirectoryEntry, ...] = field(repr=False)


@dataclass(frozen=True)
class ServiceReached:
    """Whether the account service answers; `failure` says why not."""

    failure: Failure | None = None


@dataclass(frozen=True)
class SignedOut:
    """The session ended: by us (failure None) or by the service."""

    failure: Failure | None = None


@dataclass(frozen=True)
class KeychainFailed:
    """The secret could not be kept: signed in for this run only."""

    detail: str


@dataclass(frozen=True)
class HistoryLoaded:
    entries: tuple[object, ...] = field(repr=False)  # history.HistoryEntry, newest first


@dataclass(frozen=True)
class StoreFailed:
    """Something could not be written; `what` names it for the log."""

    what: str
    failure: Failure


@dataclass(frozen=True)
class SecretRotated:
    """The account service gave a new refresh token; it must be kept before the old one is used again."""

    refresh_token: Secret


LocalEvent = (
    UserAgentDied
    | NothingSaved
    | SessionOpened
    | SignInRefused
    | ProvisioningLoaded
    | SipAccountLoaded
    | ExtensionLoaded
    | SettingsSaved
    | SettingsRefused
    | SettingAuthorsLoaded
    | DirectoryLoaded
    | ServiceReached
    | SignedOut
    | KeychainFailed
    | HistoryLoaded
    | StoreFailed
    | SecretRotated
    | ServiceEvent
)

Event = UserAgentEvent | LocalEvent
