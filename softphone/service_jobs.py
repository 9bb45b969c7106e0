"""What the telephone asks of its account service beside sign-in, done on the worker; every answer is an event."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

from softphone.phone import events as ev
from softphone.phone.failure import Failure, FailureKind, Refused, is_away
from softphone.phone.phone_services import LARGEST_MESSAGE
from softphone.phone.ports import AccountService, SoundFile
from softphone.store.sound_cache import SoundCache
from softphone.worker import Worker

log = logging.getLogger(__name__)

Post = Callable[[ev.LocalEvent], None]


class ServiceJobs(ABC):
    """A part of `AccountJobs`. Answers of a session that is over are dropped."""

    def __init__(self, worker: Worker, post: Post, sounds: SoundCache) -> None:
        self._jobs = worker
        self._tell = post
        self._sounds = sounds
        self._previews = 0
        self._listing = self._listing_calls = False

    @abstractmethod
    def _signed_in_to(self) -> tuple[AccountService, int] | None:
        """The client that holds the session, and the number of its attempt."""

    @abstractmethod
    def _is_over(self, attempt: int) -> bool: ...

    @abstractmethod
    def _service_refused(self, attempt: int, failure: Failure) -> None:
        """The service is away, or says that the session is over."""

    # --- settings, from the main thread ---------------------------------------------------------------------------

    def load_settings(self) -> None:
        def job(client: AccountService) -> None:
            self._tell(ev.ExtensionLoaded(*client.extension()))

        self._submit(job, lambda failure: None, retry=True)

    def save_settings(self, patch: dict[str, Any], etag: str) -> None:
        def job(client: AccountService) -> None:
            self._tell(ev.SettingsSaved(*client.patch_extension(patch, etag)))

        self._submit(job, lambda failure: self._tell(ev.SettingsRefused(failure)))

    def load_setting_authors(self, since: str) -> None:
        def job(client: AccountService) -> None:
            self._tell(ev.SettingAuthorsLoaded(tuple(client.setting_authors(since))))

        self._submit(job, lambda failure: log.info("who changed a setting is not told: %s", failure.kind.value))

    # --- the other parts, from the main thread --------------------------------------------------------------------

    def load_voicemails(self) -> None:
        if self._listing:
            return  # several changes at once are loaded once
        self._listing = True

        def job(client: AccountService) -> None:
            self._listing = False
            self._tell(ev.VoicemailsLoaded(tuple(client.voicemails())))

        self._request("voicemails", "", job)

    def load_calls(self) -> None:
        if self._listing_calls:
            return
        self._listing_calls = True

        def job(client: AccountService) -> None:
            self._listing_calls = False
            self._tell(ev.ServerCallsLoaded(tuple(client.calls())))

        self._request("calls", "", job)

    def load_outbound_rules(self) -> None:
        self._request(
            "outbound_rules", "", lambda client: self._tell(ev.OutboundRulesLoaded(tuple(client.outbound_rules())))
        )

    def load_caller_id_requests(self) -> None:
        def job(client: AccountService) -> None:
            self._tell(ev.CallerIdRequestsLoaded(tuple(client.caller_id_requests())))

        self._request("caller_id_requests", "", job)

    def fetch_voicemail(self, voicemail_id: str) -> None:
        def job(client: AccountService) -> None:
            found = self._sounds.find("voicemail", voicemail_id)
            self._to_play("voicemail", voicemail_id, found or client.voicemail_audio(voicemail_id))

        self._request("voicemail", voicemail_id, job)

    def mark_voicemail(self, voicemail_id: str, read: bool) -> None:
        def job(client: AccountService) -> None:
            client.mark_voicemail(voicemail_id, read)
            self._tell(ev.RequestDone("voicemail_read", voicemail_id))

        self._request("voicemail_read", voicemail_id, job)

    def delete_voicemail(self, voicemail_id: str) -> None:
        def job(client: AccountService) -> None:
            client.delete_voicemail(voicemail_id)
            self._sounds.remove("voicemail", voicemail_id)
            self._tell(ev.RequestDone("voicemail_delete", voicemail_id))

        self._request("voicemail_delete", voicemail_id, job)

    def fetch_message(self) -> None:
        self._request("message", "", lambda client: self._to_play("message", "", client.message()))

    def preview_speech(self, speech: dict[str, Any]) -> None:
        self._request("preview", "", lambda client: self._to_play("preview", "", client.preview_speech(speech)))

    def upload_message(self, path: Path) -> None:
        def job(client: AccountService) -> None:
            if path.stat().st_size > LARGEST_MESSAGE:
                raise Refused(Failure(FailureKind.INVALID, 413, "larger than 5 MB"))
            client.put_message(path.read_bytes(), path.name)
            self._tell(ev.RequestDone("upload", path.name))

        self._request("upload", path.name, job)

    def request_caller_id(self, number: str, note: str) -> None:
        def job(client: AccountService) -> None:
            client.request_caller_id(number, note)
            self._tell(ev.RequestDone("caller_id_request", number))
            self.load_caller_id_requests()

        self._request("caller_id_request", number, job)

    def deactivate_device(self, device_id: str) -> None:
        def job(client: AccountService) -> None:
            client.deactivate_device(device_id)
            self._tell(ev.RequestDone("device", device_id))

        self._request("device", device_id, job)

    # --- on the worker --------------------------------------------------------------------------------------------

    def _to_play(self, what: str, subject: str, sound: SoundFile | Path) -> None:
        """Each preview and message has a file of its own: one that plays is not written over."""
        if isinstance(sound, SoundFile):
            self._previews += 1
            name = (what, subject) if subject else (what, str(self._previews))
            sound = self._sounds.put(sound.data, sound.suffix, *name)
        self._tell(ev.SoundFetched(what, subject, str(sound)))

    def _request(self, what: str, subject: str, job: Callable[[AccountService], None]) -> None:
        self._submit(job, lambda failure: self._tell(ev.RequestRefused(what, failure, subject)))

    def _submit(
        self, job: Callable[[AccountService], None], refused: Callable[[Failure], None], *, retry: bool = False
    ) -> None:
        """`retry` loads everything anew, in a while, whatever the refusal was; otherwise when the service is away."""
        signed_in = self._signed_in_to()

        def run() -> None:
            if signed_in is None or self._is_over(signed_in[1]):
                return
            client, attempt = signed_in
            failure = _failure_of(job, client)
            if failure is not None and not self._is_over(attempt):
                refused(failure)
                if retry or is_away(failure):
                    self._service_refused(attempt, failure)

        self._jobs.submit(run)


def _failure_of(job: Callable[[AccountService], None], client: AccountService) -> Failure | None:
    try:
        job(client)
        return None
    except Refused as refusal:
        return refusal.failure
    except OSError as problem:  # a file of ours
        log.warning("a file for the service: %s", problem)
        return Failure(FailureKind.DISK_FULL, problem.errno, str(problem))
    except Exception as problem:
        log.exception("asking the service failed")
        return Failure(FailureKind.INTERNAL, detail=type(problem).__name__)
