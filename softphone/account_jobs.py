"""What the telephone asks of its account, done on the worker: service, keychain, and the stream of changes.

Every result is an event. A sign-in that was cancelled, or overtaken by a sign-out, leaves nothing behind: each job has
the number of its attempt, and a result of an earlier one is dropped (and its session ended).
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import replace

from softphone.phone import events as ev
from softphone.phone.account import Provisioning, SignedIn, ThisDevice
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.ports import AccountService
from softphone.phone.secret import Secret
from softphone.service_jobs import Post, ServiceJobs
from softphone.store.credentials import Credentials, SavedAccount
from softphone.store.sound_cache import KEPT, SoundCache
from softphone.worker import Worker

log = logging.getLogger(__name__)

#: The service's word that this sign-in is over; anything else is a reason to try again.
_OVER = {FailureKind.EXPIRED, FailureKind.REPLACED, FailureKind.INVALID_CREDENTIALS, FailureKind.NO_EXTENSION}


class AccountJobs(ServiceJobs):
    """`AccountRequests` for the telephone. `new_service` makes a client that holds one session."""

    def __init__(
        self,
        new_service: Callable[[Callable[[Secret], None]], AccountService],
        credentials: Credentials,
        worker: Worker,
        post: Post,
        device: ThisDevice,
        sounds: SoundCache,
    ) -> None:
        super().__init__(worker, post, sounds)
        self._new_service = new_service
        self._credentials = credentials
        self._worker = worker
        self._post = post
        self._device = device
        self._attempt = 0
        #: Around what the worker and the thread of the stream both keep: session, provisioning, keychain entry.
        self._lock = threading.RLock()
        self._service: AccountService | None = None
        self._session: SignedIn | None = None
        self._provisioning: Provisioning | None = None
        self._keep = True
        self._retry: threading.Timer | None = None
        self._tries = 0
        self._loading = False
        self._parts_of = -1  # the attempt whose smaller parts have been asked for

    # --- AccountRequests, from the main thread --------------------------------------------------------------------

    def sign_in(
        self, email: str, password: Secret, service: str | None, replace_device: str | None, keep: bool
    ) -> None:
        attempt = self._next_attempt()
        self._worker.submit(lambda: self._sign_in(attempt, email, password, service, replace_device, keep))

    def keep_sip_account(self, provisioning: Provisioning, keep: bool) -> None:
        self._keep, self._provisioning, self._session = keep, provisioning, None
        self._worker.submit(self._save)

    def cancel_sign_in(self) -> None:
        self._next_attempt()

    def restore(self) -> None:
        attempt = self._next_attempt()
        self._worker.submit(lambda: self._restore(attempt))

    def refresh(self) -> None:
        attempt = self._attempt
        self._worker.submit(lambda: self._refresh(attempt))

    def sign_out(self) -> None:
        self._next_attempt()
        self._worker.submit(self._sign_out)

    def close(self) -> None:
        """At the end of the program: the stream stops; nothing is signed out."""
        self._next_attempt()
        if self._service is not None:
            self._service.close()

    # --- on the worker --------------------------------------------------------------------------------------------

    def _sign_in(
        self, attempt: int, email: str, password: Secret, service: str | None, replace_device: str | None, keep: bool
    ) -> None:
        client = self._new_service(self._rotated)
        signed_in = False
        try:
            session = client.sign_in(email, password, self._device, service=service, replace_device=replace_device)
            signed_in = True
            provisioning = client.provisioning()
        except Refused as refused:
            self._give_up(attempt, client, signed_in, refused.failure)
            return
        except Exception as problem:
            log.exception("signing in failed")
            self._give_up(attempt, client, signed_in, Failure(FailureKind.INTERNAL, detail=type(problem).__name__))
            return
        with self._lock:
            wanted = attempt == self._attempt
            if wanted:
                self._service, self._session, self._keep = client, session, keep
                self._provisioning = provisioning
        if not wanted:
            self._give_up(attempt, client, signed_in, Failure(FailureKind.NOT_NOW, detail="cancelled"))
            return
        self._post(ev.SessionOpened(session))
        self._post(ev.ProvisioningLoaded(provisioning))
        self._save()
        self._load_the_rest(attempt, client)
        self._follow_changes(attempt, client)

    def _give_up(self, attempt: int, client: AccountService, signed_in: bool, failure: Failure) -> None:
        """Leave nothing behind: a session that was opened holds one of the extension's three devices."""
        if signed_in:
            try:
                client.sign_out()
            except Refused as refused:
                log.warning("the session that is not wanted could not be ended: %s", refused.failure.kind.value)
        client.close()
        if attempt == self._attempt:
            self._post(ev.SignInRefused(failure))

    def _restore(self, attempt: int) -> None:
        self._sounds.clear(KEPT)
        try:
            saved = self._credentials.load()
        except Refused as refused:
            saved = None  # no keychain: nothing can have been saved
            self._post(ev.KeychainFailed(refused.failure.detail))
        if attempt != self._attempt:
            return
        if saved is None:
            self._post(ev.NothingSaved())
            return
        self._provisioning, self._session, self._keep = saved.provisioning, saved.session, True
        if saved.session is None:
            if saved.provisioning is not None:
                self._post(ev.SipAccountLoaded(saved.provisioning))
            return
        self._post(ev.SessionOpened(saved.session, restored=True))
        if saved.provisioning is not None:
            self._post(ev.ProvisioningLoaded(saved.provisioning, saved=True))
        client = self._new_service(self._rotated)
        client.resume(saved.session)
        self._service = client
        self._refresh(attempt)
        self._follow_changes(attempt, client)

    def _refresh(self, attempt: int) -> None:
        client = self._service
        if client is None or attempt != self._attempt:
            return
        try:
            provisioning = client.provisioning()
        except Refused as refused:
            self._service_refused(attempt, refused.failure)
            return
        if provisioning != self._provisioning:
            self._provisioning = provisioning
            self._save()
        if attempt == self._attempt:
            self._post(ev.ProvisioningLoaded(provisioning))
            self._load_the_rest(attempt, client)

    def _load_the_rest(self, attempt: int, client: AccountService) -> None:
        self._loading = False
        try:
            document, etag = client.extension()
            entries = tuple(client.directory())
        except Refused as refused:
            self._service_refused(attempt, refused.failure)
            return
        if attempt == self._attempt:
            self._tries = 0
            self._post(ev.ExtensionLoaded(document, etag))
            self._post(ev.DirectoryLoaded(entries))
            self._post(ev.ServiceReached())
            if self._parts_of != attempt:
                self._parts_of = attempt
                self.load_voicemails()
                self.load_outbound_rules()
                self.load_caller_id_requests()
                self.load_calls()

    def _service_refused(self, attempt: int, failure: Failure) -> None:
        if attempt != self._attempt:
            return
        if failure.kind in _OVER:
            self._end_session(attempt, failure)
            return
        log.warning("account service: %s %s %s", failure.kind.value, failure.code, failure.detail)
        self._post(ev.ServiceReached(failure))
        # The calls work without the service; it is asked again, ever more slowly: 2, 4, 8, ... 60 s.
        self._tries += 1
        if self._retry is not None:
            self._retry.cancel()
        delay = failure.retry_after or min(60.0, 2.0**self._tries) * random.uniform(0.8, 1.2)
        self._retry = threading.Timer(delay, lambda: self._worker.submit(lambda: self._refresh(attempt)))
        self._retry.daemon = True
        self._retry.start()

    def _sign_out(self) -> None:
        client = self._forget()
        if client is not None:
            try:
                client.sign_out()
            except Refused as refused:
                log.warning("signed out here; the service could not be told: %s", refused.failure.kind.value)
            client.close()

    def _end_session(self, attempt: int, failure: Failure) -> None:
        """The service says that it is over."""
        if attempt != self._attempt:
            return
        self._next_attempt()
        client = self._forget()
        self._post(ev.SignedOut(failure))
        if client is not None:
            client.close()

    def _forget(self) -> AccountService | None:
        """Nothing of the account stays here; returns the client that held its session."""
        with self._lock:
            client, self._service = self._service, None
            self._session = self._provisioning = None
            try:
                self._credentials.remove()
            except Refused as refused:
                log.info("no keychain to remove the account from: %s", refused.failure.detail)
        self._sounds.clear()
        return client

    def _save(self) -> None:
        with self._lock:
            if not self._keep or (self._session is None and self._provisioning is None):
                return
            try:
                self._credentials.save(SavedAccount(self._provisioning, self._session))
            except Refused as refused:
                self._post(ev.KeychainFailed(refused.failure.detail))

    def _rotated(self, token: Secret) -> None:
        """A new refresh token must be kept before the old one is spent: at once, on the thread that got it."""
        with self._lock:
            if self._session is None:
                return  # signed out meanwhile
            self._session = replace(self._session, refresh_token=token)
            self._save()
        self._post(ev.SecretRotated(token))

    # --- the stream of changes, on a thread of its own ------------------------------------------------------------

    def _follow_changes(self, attempt: int, client: AccountService) -> None:
        threading.Thread(target=self._stream, args=(attempt, client), name="account-events", daemon=True).start()

    def _stream(self, attempt: int, client: AccountService) -> None:
        try:
            for event, data in client.events():
                if attempt != self._attempt:
                    return
                if event == "signed-out":
                    kind = FailureKind.REPLACED if "replace" in data else FailureKind.EXPIRED
                    failure = Failure(kind, detail=data)
                    self._worker.submit(lambda f=failure: self._end_session(attempt, f))  # type: ignore[misc]
                    return
                if event == "voicemail":
                    self.load_voicemails()
                elif event == "calls":
                    self.load_calls()
                elif event == "extension":
                    self.load_caller_id_requests()  # the answer to one may be what has changed
                if event in ("extension", "directory") and not self._loading:
                    self._loading = True  # several changes at once are loaded once
                    self._worker.submit(lambda: self._load_the_rest(attempt, client))
        except Refused as refused:
            failure = refused.failure
            self._worker.submit(lambda: self._service_refused(attempt, failure))

    def _signed_in_to(self) -> tuple[AccountService, int] | None:
        client = self._service
        return None if client is None else (client, self._attempt)

    def _is_over(self, attempt: int) -> bool:
        return attempt != self._attempt

    def _next_attempt(self) -> int:
        self._attempt += 1
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        return self._attempt
