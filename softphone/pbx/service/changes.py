"""Who is told when something that devices show has changed. Called on the thread that made the change."""

from __future__ import annotations

from typing import Protocol


class ChangeListener(Protocol):
    def extension_changed(self, key: str, etag: str) -> None: ...
    def directory_changed(self) -> None: ...
    def registrations_changed(self, key: str) -> None:
        """A device of the extension has registered, registered again, or gone; or a call has begun or ended."""
        ...

    def calls_changed(self, key: str, latest: str) -> None:
        """The extension's history has a new call; `latest` is the id of its row."""
        ...

    def voicemail_changed(self, key: str) -> None:
        """A message has come, was read or deleted."""
        ...

    def session_ended(self, session_id: str, reason: str) -> None: ...
    def device_revoked(self, device_id: str) -> None:
        """Its SIP secret is void from now on: its registrations and calls are to end."""
        ...


class Changes:
    """Tells every listener."""

    def __init__(self) -> None:
        self._listeners: tuple[ChangeListener, ...] = ()

    def add(self, listener: ChangeListener) -> None:
        self._listeners += (listener,)

    def extension_changed(self, key: str, etag: str) -> None:
        for listener in self._listeners:
            listener.extension_changed(key, etag)

    def directory_changed(self) -> None:
        for listener in self._listeners:
            listener.directory_changed()

    def registrations_changed(self, key: str) -> None:
        for listener in self._listeners:
            listener.registrations_changed(key)

    def calls_changed(self, key: str, latest: str) -> None:
        for listener in self._listeners:
            listener.calls_changed(key, latest)

    def voicemail_changed(self, key: str) -> None:
        for listener in self._listeners:
            listener.voicemail_changed(key)

    def session_ended(self, session_id: str, reason: str) -> None:
        for listener in self._listeners:
            listener.session_ended(session_id, reason)

    def device_revoked(self, device_id: str) -> None:
        for listener in self._listeners:
            listener.device_revoked(device_id)
