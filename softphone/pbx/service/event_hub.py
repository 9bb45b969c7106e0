"""Server-sent events: what has changed, told to every open stream that it concerns."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence

from softphone.pbx.service.session_store import Caller

_log = logging.getLogger(__name__)

STREAMS_OF_A_SESSION = 2
RETRY_MILLISECONDS = 1000


class Stream:
    """One client's stream. Of each event only the last is kept, so a slow reader costs nothing and misses nothing."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._pending: dict[str, str] = {}  # touched on the loop's thread only
        self._closed = False

    def post(self, name: str, data: str, *, unless_told: bool = False) -> None:
        """From any thread."""
        if unless_told:
            self._on_loop(lambda: self._pending.setdefault(name, data))
        else:
            self._on_loop(lambda: self._pending.update({name: data}))

    def close(self) -> None:
        """From any thread; what was posted before is still sent."""
        self._on_loop(lambda: setattr(self, "_closed", True))

    async def lines(self, keep_alive_seconds: float) -> AsyncIterator[bytes]:
        yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
        while True:
            while self._pending:
                name = next(iter(self._pending))
                data = self._pending.pop(name)
                yield f"event: {name}\ndata: {data}\n\n".encode()
            if self._closed:
                return
            try:
                await asyncio.wait_for(self._wake.wait(), keep_alive_seconds)
                self._wake.clear()
            except (TimeoutError, asyncio.TimeoutError):
                yield b": keep-alive\n\n"

    def _on_loop(self, change: Callable[[], object]) -> None:
        def run() -> None:
            change()
            self._wake.set()

        try:
            self._loop.call_soon_threadsafe(run)
        except RuntimeError:  # the loop has ended, and every stream with it
            self._closed = True


class EventHub:
    """A `ChangeListener`: passes changes to the streams, and revocations to signalling."""

    def __init__(
        self, device_revoked: Callable[[str], None], reachable_devices: Callable[[str], Sequence[str]],
        calls_up: Callable[[str], int],
    ) -> None:
        self._device_revoked = device_revoked
        self._reachable_devices = reachable_devices
        self._calls_up = calls_up
        self._presence: dict[str, tuple[bool, bool]] = {}  # whether reachable, and on a call
        self._streams: list[Stream] = []
        self._lock = threading.Lock()
        self._directory_revision = 1
        self._voicemail_revision = 0
        self._closed = False

    def open(self, caller: Caller) -> Stream:
        stream = Stream(caller)
        with self._lock:
            of_session = [one for one in self._streams if one.caller.session_id == caller.session_id]
            for surplus in of_session[: max(0, len(of_session) - STREAMS_OF_A_SESSION + 1)]:
                surplus.close()
            self._streams.append(stream)
            if self._closed:
                stream.close()
        return stream

    def begin(self, stream: Stream, etag: str, latest_call: str = "") -> None:
        """Tell a new stream how things are, unless it has already been told of something newer.

        Who was away, asleep or without a network, learns so what has come meanwhile.
        """
        with self._lock:
            stream.post("extension", etag, unless_told=True)
            stream.post("directory", str(self._directory_revision), unless_told=True)
            stream.post("voicemail", str(self._voicemail_revision), unless_told=True)
            if latest_call:
                stream.post("calls", latest_call, unless_told=True)

    def forget(self, stream: Stream) -> None:
        with self._lock:
            if stream in self._streams:
                self._streams.remove(stream)

    def extension_changed(self, key: str, etag: str) -> None:
        self._post(key, "extension", etag)

    def calls_changed(self, key: str, latest: str) -> None:
        self._post(key, "calls", latest)

    def voicemail_changed(self, key: str) -> None:
        with self._lock:
            self._voicemail_revision += 1
            revision = str(self._voicemail_revision)
        self._post(key, "voicemail", revision)

    def directory_changed(self) -> None:
        with self._lock:
            self._directory_revision += 1
            revision = str(self._directory_revision)
        for stream in self._all():
            stream.post("directory", revision)

    def registrations_changed(self, key: str) -> None:
        """Every registration is renewed each minute or two: only a presence that changes is told."""
        presence = bool(self._reachable_devices(key)), self._calls_up(key) > 0
        with self._lock:
            before, self._presence[key] = self._presence.get(key), presence
        if before != presence:
            self.directory_changed()

    def session_ended(self, session_id: str, reason: str) -> None:
        for stream in self._all():
            if stream.caller.session_id == session_id:
                stream.post("signed-out", reason)
                stream.close()

    def device_revoked(self, device_id: str) -> None:
        """The revocation stands, whatever signalling makes of it: its next request is refused in any case."""
        try:
            self._device_revoked(device_id)
        except Exception:
            _log.exception("signalling could not be told that %s is revoked", device_id)

    def close(self) -> None:
        """Ends every stream, and each that is opened later: the server is stopping."""
        with self._lock:
            self._closed = True
        for stream in self._all():
            stream.close()

    def _post(self, key: str, name: str, data: str) -> None:
        for stream in self._all():
            if stream.caller.extension == key:
                stream.post(name, data)

    def _all(self) -> list[Stream]:
        with self._lock:
            return list(self._streams)
