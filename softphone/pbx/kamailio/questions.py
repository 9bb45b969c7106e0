"""What Kamailio's script asks and tells us: JSON lines over a socket that only our own user may open."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import struct
import threading
from pathlib import Path
from typing import Any, Protocol

_log = logging.getLogger(__name__)

_LONGEST_LINE = 65536
_PATIENCE = 5.0  # seconds


class Office(Protocol):
    """Who answers, on the thread of `Questions`."""

    def answer(self, question: dict[str, Any]) -> dict[str, Any]: ...

    def told(self, what: dict[str, Any]) -> None:
        """After Kamailio has been answered: it may hold locks until then, and be asked itself now."""
        ...


class Questions:
    """The server, with a thread of its own."""

    def __init__(self, path: Path, office: Office) -> None:
        self._path, self._office = path, office
        self._loop = asyncio.new_event_loop()
        self._ending = asyncio.Event()
        self._opened = threading.Event()
        self._fault: OSError | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._run, name="kamailio questions", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._opened.wait(_PATIENCE)
        if self._fault is not None:
            raise self._fault

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ending.set)
            self._thread.join(_PATIENCE)

    def do(self, what: Any, *arguments: Any) -> None:
        """Calls it on this thread, soon."""
        with contextlib.suppress(RuntimeError):  # it has just stopped
            self._loop.call_soon_threadsafe(what, *arguments)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._opened.set()
            self._loop.close()

    async def _serve(self) -> None:
        self._path.unlink(missing_ok=True)
        try:
            server = await asyncio.start_unix_server(self._connected, str(self._path), limit=_LONGEST_LINE)
        except OSError as fault:
            self._fault = fault
            return
        self._path.chmod(0o600)
        self._opened.set()
        await self._ending.wait()
        server.close()
        for writer in list(self._writers):
            writer.close()
        mine = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        await asyncio.gather(*mine, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if not _is_ours(writer.get_extra_info("socket")):
                _log.warning("somebody else's process asks, and is not answered")
                return
            while line := await reader.readline():
                self._deal(json.loads(line), writer)
        except OSError as fault:
            _log.info("Kamailio left: %s", fault)
        except ValueError as fault:
            _log.warning("a question of Kamailio: %s", fault)
        finally:
            self._writers.discard(writer)
            writer.close()

    def _deal(self, message: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        answer: dict[str, Any] = {}
        try:
            if "ask" in message:
                answer = self._office.answer(message)
        except Exception:
            _log.exception("a question of Kamailio, %s, failed", message.get("ask"))
        writer.write(json.dumps(answer).encode() + b"\n")
        if "tell" in message:
            self._loop.call_soon(self._told, message)

    def _told(self, message: dict[str, Any]) -> None:
        try:
            self._office.told(message)
        except Exception:
            _log.exception("what Kamailio told, %s, failed", message.get("tell"))


def _is_ours(link: Any) -> bool:
    """The kernel says whose process is at the other end."""
    _pid, uid, _gid = struct.unpack("3i", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return bool(uid == os.getuid())
