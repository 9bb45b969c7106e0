"""Voicemail put together: what the media children tell, what the account service shows, what is mailed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import tzinfo
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from softphone.pbx.mail import SmtpServer, missed_mail, voicemail_mail
from softphone.pbx.service.message_endpoints import MESSAGE_OPERATIONS, MessageEndpoints
from softphone.pbx.service.message_files import NoAnswerMessages, mp3_of
from softphone.pbx.service.operations import Part
from softphone.pbx.service.store import Store
from softphone.pbx.service.voicemail_endpoints import VOICEMAIL_OPERATIONS, VoicemailEndpoints
from softphone.pbx.service.voicemail_mail import FIRST_PAUSE, MailQueue
from softphone.pbx.service.voicemail_store import Voicemail, VoicemailStore

_log = logging.getLogger(__name__)


class VoicemailCentre:
    """`data` is the folder that the media children have too; every node of a system needs the same one.

    `mailbox_changed` gets an extension and its counts of new and old messages. What is told here is dealt with on a
    thread of its own, in order.
    """

    def __init__(
        self, store: Store, data: Path, *, mailbox_changed: Callable[[str, int, int], object],
        smtp: SmtpServer | None = None, first_mail_pause: float = FIRST_PAUSE,
    ) -> None:
        self._store = store
        self._mailbox_changed = mailbox_changed
        self._voicemails = VoicemailStore(store.engine, store.writing, data / "voicemail", self._name_of)
        self._messages = NoAnswerMessages(data / "messages", store.settings)
        self._mail = MailQueue(store.engine, store.writing, smtp, store.clock, first_mail_pause) if smtp else None
        self._jobs = ThreadPoolExecutor(1, "voicemail")
        store.listen(_SettingsListener(self._messages.order))

    @property
    def parts(self) -> tuple[Part, ...]:
        """What the account service serves of it."""
        return (
            Part(VOICEMAIL_OPERATIONS, VoicemailEndpoints(self._voicemails, self._tell)),
            Part(MESSAGE_OPERATIONS, MessageEndpoints(self._store, self._messages)),
        )

    def start(self) -> None:
        """Takes up what an earlier run left: messages to be made, listed and mailed."""
        self._messages.start([document["key"] for document in self._store.extensions.all()])
        if self._mail is not None:
            self._mail.start()
        for extension in self._voicemails.extensions():
            self._do(lambda extension=extension: self._follow(extension))  # type: ignore[misc]

    def close(self) -> None:
        self._jobs.shutdown(wait=True)
        self._messages.close()
        if self._mail is not None:
            self._mail.close()

    def media_event(self, message: Mapping[str, Any]) -> None:
        """An event of a media child; from any thread. Those that are not about voicemail are passed over."""
        event = message.get("event")
        if event == "voicemail":
            self._do(lambda: self._arrived(message))
        elif event == "mailbox":
            self._do(lambda: self._follow(str(message["extension"])))

    def missed(self, extension: str, caller: str, at: float) -> None:
        """The no-answer action "record the number"; from any thread. `at` is Unix time in seconds."""
        self._do(lambda: self._mail_missed(extension, caller, at))

    # On our thread.

    def _arrived(self, message: Mapping[str, Any]) -> None:
        """Only the name is new: a `mailbox` event follows each, and tells everybody."""
        extension, name = str(message["extension"]), str(message.get("caller_name", ""))
        self._voicemails.follow_files(extension)
        if name:
            self._voicemails.put_caller_name(extension, Path(str(message["file"])).name, name)

    def _follow(self, extension: str) -> None:
        if self._store.extension(extension) is None:
            return
        self._voicemails.follow_files(extension)
        self._tell(extension)
        self._mail_what_is_new(extension)

    def _tell(self, extension: str) -> None:
        """Message waiting (RFC 3842), and open lists. From any thread."""
        count = self._voicemails.count(extension)
        self._store.extensions.set_mailbox(extension, count.new, count.old)
        self._mailbox_changed(extension, count.new, count.old)
        self._store.changes.voicemail_changed(extension)

    def _mail_what_is_new(self, extension: str) -> None:
        for voicemail in self._voicemails.not_mailed(extension):
            sound = self._sound(voicemail) if self._recipients(extension) else None
            mails = self._mails(extension, lambda to, one=voicemail, sound=sound: self._about(one, to, sound))  # type: ignore[misc]
            with self._store.writing, self._store.engine.begin() as connection:
                if self._mail is not None:
                    self._mail.put(connection, mails)
                self._voicemails.set_mailed(connection, voicemail.id)
        if self._mail is not None:
            self._mail.look()

    def _sound(self, voicemail: Voicemail) -> bytes | None:
        try:
            recording = self._voicemails.recording(voicemail)
            return mp3_of(recording) if recording is not None else None
        except Exception:  # whatever the encoder raises: the mail itself must not wait for it
            _log.exception("a voice message of %s is mailed without its sound", voicemail.extension)
            return None

    def _about(self, voicemail: Voicemail, recipient: str, sound: bytes | None) -> EmailMessage:
        assert self._mail is not None
        return voicemail_mail(
            self._mail.server, recipient, owner=self._owner(voicemail.extension), caller=voicemail.caller,
            caller_name=voicemail.caller_name, at=voicemail.at, seconds=voicemail.seconds, recording=sound,
            zone=self._zone,
        )

    def _mail_missed(self, extension: str, caller: str, at: float) -> None:
        mail = self._mail
        if mail is None:
            _log.info("a missed call is not mailed: there is no SMTP server")
            return
        mails = self._mails(extension, lambda to: missed_mail(
            mail.server, to, owner=self._owner(extension), caller=caller, caller_name=self._name_of(caller), at=at,
            zone=self._zone,
        ))
        with self._store.writing, self._store.engine.begin() as connection:
            mail.put(connection, mails)
        mail.look()

    def _mails(self, extension: str, write: Callable[[str], EmailMessage]) -> list[EmailMessage]:
        """One for each address, so that a bad one stands in nobody's way."""
        written = []
        for recipient in self._recipients(extension):
            try:
                written.append(write(recipient))
            except ValueError:
                _log.warning("extension %s has an address that mail cannot be sent to", extension)
        return written

    def _recipients(self, extension: str) -> tuple[str, ...]:
        settings = self._store.settings(extension)
        return settings.no_answer.emails if settings is not None and self._mail is not None else ()

    def _owner(self, extension: str) -> str:
        known = self._store.extension(extension)
        return f"{known.label} ({extension})" if known is not None else extension

    def _name_of(self, caller: str) -> str:
        known = self._store.extension(caller)
        if known is not None:
            return known.label
        return next((str(row["label"]) for row in self._store.directory_rows() if row["key"] == caller), "")

    @property
    def _zone(self) -> tzinfo:
        return self._store.zone

    def _do(self, job: Callable[[], object]) -> None:
        def run() -> None:
            try:
                job()
            except Exception:  # the next event, or the next start, takes up what is left
                _log.exception("a voice message could not be dealt with")

        try:
            self._jobs.submit(run)
        except RuntimeError:
            _log.info("voicemail is closed: the next start takes it up")


class _SettingsListener:
    """A `ChangeListener` that passes on whose settings have changed."""

    def __init__(self, changed: Callable[[str], object]) -> None:
        self._changed = changed

    def extension_changed(self, key: str, etag: str) -> None:
        self._changed(key)

    def directory_changed(self) -> None: ...
    def registrations_changed(self, key: str) -> None: ...
    def calls_changed(self, key: str, latest: str) -> None: ...
    def voicemail_changed(self, key: str) -> None: ...
    def session_ended(self, session_id: str, reason: str) -> None: ...
    def device_revoked(self, device_id: str) -> None: ...
