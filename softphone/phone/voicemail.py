"""The voice messages that the account service holds: listed, read, deleted, and fetched to be played."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from softphone.phone.failure import Failure
from softphone.phone.ports import AccountRequests
from softphone.phone.publisher import Publisher, Topic


@dataclass(frozen=True)
class Voicemail:
    """`at` is Unix time; `caller` an E.164 number or an extension key, "" when it was hidden."""

    id: str
    caller: str
    at: float
    seconds: float
    caller_name: str = ""
    read: bool = False


class Voicemails:
    """Changes show at once and go back when the service refuses them. Published on `Topic.VOICEMAILS`."""

    def __init__(self, account: AccountRequests, publisher: Publisher, usable: Callable[[], bool]) -> None:
        self._account = account
        self._publisher = publisher
        self._usable = usable
        self.clear()

    def clear(self) -> None:
        self._listed: tuple[Voicemail, ...] = ()
        self._marked: dict[str, list[bool]] = {}  # asked for, not answered yet
        self._leaving: set[str] = set()
        self.loaded = False
        self.missing = False
        self.failure: Failure | None = None  # why the list could not be loaded, or the last change not made

    # --- what is shown --------------------------------------------------------------------------------------------

    @property
    def available(self) -> bool:
        """The account is one of a service that lists voice messages."""
        return self._usable() and not self.missing

    @property
    def entries(self) -> tuple[Voicemail, ...]:
        """Newest first."""
        return tuple(
            replace(one, read=self._marked[one.id][-1]) if one.id in self._marked else one
            for one in self._listed if one.id not in self._leaving
        )  # fmt: skip

    def get(self, voicemail_id: str) -> Voicemail | None:
        return next((one for one in self.entries if one.id == voicemail_id), None)

    @property
    def new(self) -> int:
        return sum(1 for one in self.entries if not one.read)

    # --- intents --------------------------------------------------------------------------------------------------

    def load(self) -> None:
        if self._usable():
            self._account.load_voicemails()

    def fetch(self, voicemail_id: str) -> None:
        """Its sound: `SoundFetched("voicemail", id, path)` or `RequestRefused`, on `Topic.SERVICE`."""
        self._account.fetch_voicemail(voicemail_id)

    def mark_read(self, voicemail_id: str, read: bool = True) -> None:
        found = self.get(voicemail_id)
        if found is not None and found.read is not read:
            self._marked.setdefault(voicemail_id, []).append(read)
            self._account.mark_voicemail(voicemail_id, read)
            self._publisher.publish(Topic.VOICEMAILS)

    def delete(self, voicemail_id: str) -> None:
        if self.get(voicemail_id) is not None:
            self._leaving.add(voicemail_id)
            self._account.delete_voicemail(voicemail_id)
            self._publisher.publish(Topic.VOICEMAILS)

    # --- events ---------------------------------------------------------------------------------------------------

    def listed(self, entries: tuple[Voicemail, ...]) -> None:
        self._listed = tuple(sorted(entries, key=lambda one: one.at, reverse=True))
        self.loaded, self.missing, self.failure = True, False, None
        self._publisher.publish(Topic.VOICEMAILS)

    def not_there(self) -> None:
        """The service does not know such a thing."""
        self.missing, self._listed = True, ()
        self._publisher.publish(Topic.VOICEMAILS)

    def marked(self, voicemail_id: str, failure: Failure | None) -> None:
        asked = self._marked.get(voicemail_id, [])
        read = asked.pop(0) if asked else None
        if not asked:
            self._marked.pop(voicemail_id, None)
        if failure is None and read is not None:
            self._listed = tuple(replace(one, read=read) if one.id == voicemail_id else one for one in self._listed)
        self.failure = failure
        self._publisher.publish(Topic.VOICEMAILS)

    def deleted(self, voicemail_id: str, failure: Failure | None) -> None:
        self._leaving.discard(voicemail_id)
        if failure is None:
            self._listed = tuple(one for one in self._listed if one.id != voicemail_id)
        self.failure = failure
        self._publisher.publish(Topic.VOICEMAILS)
