"""Everything that the telephone can ask of the user agent. Verbs; plain values; one page.

They cross the pipe to the child process (`user_agent/wire.py` encodes them). Call ids are the telephone's own strings,
never pjsua's slots. A command for a call that is gone is a quiet, normal case.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from softphone.phone.secret import Secret


@dataclass(frozen=True)
class Register:
    """Keep this address of record registered until `Unregister`; given again for the same line, it replaces it."""

    line_id: str
    domain: str
    username: str
    auth_username: str
    password: Secret
    display_name: str = ""
    registrar: str | None = None  # "host[:port]"; None: located by the domain (RFC 3263)
    outbound_proxy: str | None = None
    transport: str = "udp"  # udp | tcp | tls
    local_sip_server_ip: str | None = None  # signalling goes there; the domain and its certificate check stay
    ca_file: str | None = None  # the organisation's CA, in addition to the system's trust store
    srtp: str = "off"  # off | optional | mandatory
    registration_seconds: int = 120
    instance_id: str = ""  # UUID of the installation (RFC 5626)


@dataclass(frozen=True)
class Unregister:
    line_id: str


@dataclass(frozen=True)
class RefreshRegistration:
    """Try now, without waiting for the next retry."""

    line_id: str


@dataclass(frozen=True)
class ExpectCalls:
    """Whether the next INVITE certainly rings, so that its 180 may go out before the telephone has been asked."""

    ring_at_once: bool


@dataclass(frozen=True)
class MakeCall:
    """`target` is a full SIP URI (at most 250 characters), or a user part of the line's domain."""

    call_id: str
    line_id: str
    target: str
    caller_id: str | None = None  # P-Preferred-Identity, E.164; "anonymous" asks for privacy (RFC 3323)


@dataclass(frozen=True)
class Ring:
    """Send 180."""

    call_id: str


@dataclass(frozen=True)
class Answer:
    call_id: str


@dataclass(frozen=True)
class Refuse:
    """Final answer to an INVITE: 486 busy, 603 declined, 480, 488, or 302 with contacts.

    `contacts` are targets as `MakeCall` has them; they are to be tried at once.
    """

    call_id: str
    code: int
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True)
class HangUp:
    """BYE, or CANCEL while it has not been answered."""

    call_id: str


@dataclass(frozen=True)
class Hold:
    call_id: str


@dataclass(frozen=True)
class Resume:
    call_id: str


@dataclass(frozen=True)
class SetMuted:
    """The other side hears silence; what it says is still heard here."""

    call_id: str
    muted: bool


@dataclass(frozen=True)
class SendDigits:
    """DTMF 0-9 * # A-D by RFC 4733, by INFO where telephone-event was not negotiated."""

    call_id: str
    digits: str = field(repr=False)  # may be a passcode


@dataclass(frozen=True)
class Transfer:
    """Blind transfer (RFC 3515)."""

    call_id: str
    target: str


@dataclass(frozen=True)
class TransferTo:
    """Attended transfer (RFC 3891): the other side of `call_id` is joined with the other side of `other_call_id`."""

    call_id: str
    other_call_id: str


@dataclass(frozen=True)
class PlayTone:
    """What the phone itself plays until the next PlayTone: none | ringtone | waiting | ringback | busy."""

    tone: str


@dataclass(frozen=True)
class PlayDigit:
    """The sound of a key, locally only."""

    digit: str


@dataclass(frozen=True)
class PlayFile:
    """A sound file of this computer, instead of the one that plays; `FilePlayed` tells how far it is.

    `start` in seconds; `device`: speaker | ringer.
    """

    play_id: str
    path: str = field(repr=False)
    start: float = 0.0
    device: str = "speaker"


@dataclass(frozen=True)
class StopFile:
    pass


@dataclass(frozen=True)
class MeasureFile:
    """Asks for `FileMeasured`: how long a sound file is, and how loud in each of `bars` stretches."""

    path: str = field(repr=False)
    bars: int = 100


@dataclass(frozen=True)
class SelectSound:
    """Devices by id, None for the system's default; see `phone/sound.py`."""

    microphone: str | None = None
    speaker: str | None = None
    ringer: str | None = None
    echo_cancellation: bool = True
    noise_suppression: bool = True


@dataclass(frozen=True)
class ReportLevels:
    """While on, `LevelsMeasured` comes some 15 times a second; only a visible call stage wants that."""

    on: bool


@dataclass(frozen=True)
class ReportStatistics:
    """Asks for one `MediaMeasured` of each call with media."""


@dataclass(frozen=True)
class Ping:
    number: int


@dataclass(frozen=True)
class ShutDown:
    """End calls, unregister (at most 1 s), exit."""


Command = (
    Register
    | Unregister
    | RefreshRegistration
    | ExpectCalls
    | MakeCall
    | Ring
    | Answer
    | Refuse
    | HangUp
    | Hold
    | Resume
    | SetMuted
    | SendDigits
    | Transfer
    | TransferTo
    | PlayTone
    | PlayDigit
    | PlayFile
    | StopFile
    | MeasureFile
    | SelectSound
    | ReportLevels
    | ReportStatistics
    | Ping
    | ShutDown
)
