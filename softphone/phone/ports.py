"""What the telephone needs of the world; adapters fulfil it, fakes too, and both pass the same contract tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from softphone.phone.account import DirectoryEntry, Provisioning, SignedIn, ThisDevice
from softphone.phone.commands import Command
from softphone.phone.failure import SettingAuthor
from softphone.phone.history import HistoryEntry
from softphone.phone.kept_settings import KeptSettings
from softphone.phone.secret import Secret

if TYPE_CHECKING:
    from softphone.phone.phone_services import CallerIdRequest, OutboundRuleEntry
    from softphone.phone.server_calls import ServerCall
    from softphone.phone.voicemail import Voicemail


@dataclass(frozen=True)
class SoundFile:
    """`suffix` names its kind: ".mp3" or ".wav"."""

    data: bytes = field(repr=False)
    suffix: str


class UserAgentPort(Protocol):
    """The child process; never blocks.

    A command sent while it is down is dropped: what must hold is sent again on `UserAgentReady`.
    """

    def send(self, command: Command) -> None: ...


class AccountService(Protocol):
    """The account service, blocking, for the worker thread. Refusals are raised as `Refused(Failure)`, nothing else.

    After `sign_in` or `resume` the instance holds the session's tokens itself and renews them; `on_rotated` is called
    with each new refresh token before it is relied on, so that it can be kept.
    """

    def sign_in(
        self,
        email: str,
        password: Secret,
        device: ThisDevice,
        *,
        service: str | None = None,
        replace_device: str | None = None,
    ) -> SignedIn:
        """`service` is the base URL; None finds it by the e-mail's domain."""
        ...

    def resume(self, session: SignedIn) -> None:
        """Take up an earlier session; sends nothing."""
        ...

    def provisioning(self) -> Provisioning: ...
    def extension(self) -> tuple[dict[str, Any], str]:
        """The document and its ETag."""
        ...

    def patch_extension(self, patch: dict[str, Any], etag: str) -> tuple[dict[str, Any], str]: ...
    def setting_authors(self, since: str) -> Sequence[SettingAuthor]: ...
    def directory(self) -> Sequence[DirectoryEntry]: ...
    def voicemails(self) -> Sequence[Voicemail]: ...
    def voicemail_audio(self, voicemail_id: str) -> SoundFile: ...
    def mark_voicemail(self, voicemail_id: str, read: bool) -> None: ...
    def delete_voicemail(self, voicemail_id: str) -> None: ...
    def message(self) -> SoundFile:
        """The no-answer message as callers hear it."""
        ...

    def put_message(self, mp3: bytes, name: str) -> None: ...
    def preview_speech(self, speech: dict[str, Any]) -> SoundFile: ...
    def request_caller_id(self, number: str, note: str) -> None: ...
    def caller_id_requests(self) -> Sequence[CallerIdRequest]: ...
    def outbound_rules(self) -> Sequence[OutboundRuleEntry]: ...
    def calls(self) -> Sequence[ServerCall]:
        """The newest rows of the extension's call history, newest first."""
        ...

    def deactivate_device(self, device_id: str) -> None: ...
    def sign_out(self) -> None: ...
    def events(self) -> Iterator[tuple[str, str]]:
        """(event, data) from the stream, blocking, reconnecting by itself; ends when `close` is called. Own thread."""
        ...

    def close(self) -> None: ...


class AccountRequests(Protocol):
    """What the telephone asks of the account service; never blocks, and every result arrives as an event."""

    def sign_in(
        self, email: str, password: Secret, service: str | None, replace_device: str | None, keep: bool
    ) -> None: ...
    def keep_sip_account(self, provisioning: Provisioning, keep: bool) -> None:
        """A plain SIP account has registered: keep it in the keychain for the next start."""
        ...

    def cancel_sign_in(self) -> None: ...
    def restore(self) -> None:
        """Look for a saved account: SessionOpened + ProvisioningLoaded, SipAccountLoaded, or NothingSaved."""
        ...

    def refresh(self) -> None:
        """Load provisioning, extension and directory again."""
        ...

    def sign_out(self) -> None: ...
    def load_settings(self) -> None:
        """Load the extension document alone: ExtensionLoaded."""
        ...

    def save_settings(self, patch: dict[str, Any], etag: str) -> None:
        """SettingsSaved, or SettingsRefused."""
        ...

    def load_setting_authors(self, since: str) -> None:
        """SettingAuthorsLoaded, of what was changed after the version of that ETag; quiet when nobody tells."""
        ...

    # Answered by VoicemailsLoaded, SoundFetched or RequestDone, or by RequestRefused.
    def load_voicemails(self) -> None: ...
    def load_calls(self) -> None:
        """ServerCallsLoaded."""
        ...

    def fetch_voicemail(self, voicemail_id: str) -> None: ...
    def mark_voicemail(self, voicemail_id: str, read: bool) -> None: ...
    def delete_voicemail(self, voicemail_id: str) -> None: ...
    def fetch_message(self) -> None: ...
    def upload_message(self, path: Path) -> None: ...
    def preview_speech(self, speech: dict[str, Any]) -> None: ...
    def request_caller_id(self, number: str, note: str) -> None: ...
    def deactivate_device(self, device_id: str) -> None: ...


class SettingsStore(Protocol):
    """What this computer keeps of settings, by the account's address; never blocks."""

    def kept(self, address: str) -> KeptSettings:
        """Empty when nothing is kept."""
        ...

    def keep(self, address: str, kept: KeptSettings | None) -> None:
        """None forgets it."""
        ...


class HistoryStore(Protocol):
    """The call history on this computer; never blocks."""

    def save(self, entry: HistoryEntry) -> None:
        """Insert, or replace the entry of the same id."""
        ...

    def mark_seen(self, before: float) -> None: ...
    def remove(self, entry_id: str) -> None: ...


class Clock(Protocol):
    def now(self) -> float:
        """Unix time in seconds."""
        ...
